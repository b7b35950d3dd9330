import Foundation
import SystemIO
import Waybill

/// `waybill-bench growth`: how the processor time of one unit of each path grows with the amount of data around it, and
/// the exponent of the total time of all units. Linear growth has 1, n log n a little more.
struct GrowthCommand {
    static let valued: Set<String> = ["paths", "sizes", "runs"]

    private let arguments: Arguments
    private let scratch: ScratchFolder

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        scratch = try ScratchFolder()
    }

    func run() throws {
        let paths = try arguments.words("paths", default: GrowthPath.allCases)
        let sizes = try arguments.numbers("sizes", default: [100, 1_000, 10_000]).sorted()
        let runs = try arguments.number("runs", default: 3)
        guard Set(sizes).count > 1 else {
            throw Arguments.Mistake(description: "--sizes needs two sizes at least: one says nothing of growth")
        }
        var results = Results()
        for path in paths {
            var points: [(size: Double, seconds: Double)] = []
            for size in sizes {
                let folder = scratch.path + "/\(path.rawValue)-\(size)"
                try Files.createFolder(folder)
                let each = try path.measure(size, runs: runs, in: folder)
                try Files.removeTree(folder)
                points.append((Double(size), each))
                results.add(
                    "\(path.rawValue).\(size)", size == sizes[0] ? path.words : "… with \(size.grouped)",
                    .fraction(each * 1e6, digits: 1), "µs")
            }
            results.add(
                "\(path.rawValue).exponent", "… exponent of all of them",
                .fraction(1 + Self.slope(points), digits: 2))
        }
        results.print(asJSON: arguments.has("json"))
    }

    /// The slope of the least-squares line through the points, with both axes logarithmic.
    static func slope(_ points: [(size: Double, seconds: Double)]) -> Double {
        let logs = points.map { (log($0.size), log(max($0.seconds, 1e-9))) }
        let count = Double(logs.count)
        let meanX = logs.reduce(0) { $0 + $1.0 } / count
        let meanY = logs.reduce(0) { $0 + $1.1 } / count
        let above = logs.reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
        let below = logs.reduce(0) { $0 + ($1.0 - meanX) * ($1.0 - meanX) }
        return above / below
    }
}

/// Runs the body and returns the processor time in seconds, across all threads.
func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
    let start = ResourceUse.cpuSeconds()
    try body()
    return ResourceUse.cpuSeconds() - start
}
