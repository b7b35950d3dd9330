import Foundation
import SystemIO
import Waybill

/// `waybill-bench endofday`: closes a day with many contacts that were handed over, and compares it to `pigz -p2 -6` on
/// the same rows, or to `gzip -6` where there is no pigz.
struct EndOfDayCommand {
    static let valued: Set<String> = ["contacts", "seed"]

    private let arguments: Arguments
    private let scratch: ScratchFolder
    private var root: String { scratch.path + "/workspace" }

    private static let day = CalendarDay(year: 2026, month: 3, day: 2)!

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        scratch = try ScratchFolder()
    }

    func run() throws {
        let rows = try arguments.number("contacts", default: 1_000_000)
        try Files.createFolder(root + "/inbox/default")
        let batch = try GeneratedBatch(
            rows: rows, try arguments.recipe(.csv), to: scratch.path + "/contacts.csv")
        _ = try ChildProcess.output(
            of: BuiltPrograms.own, ["hand-over-once", "--workspace", root, "--file", batch.path], scratch: scratch.path)
        sync()
        let text = try ChildProcess.output(
            of: BuiltPrograms.own, ["close-day-once", "--workspace", root], scratch: scratch.path)
        let closing = try JSONDecoder().decode(ClosingOfDay.self, from: Data(text.utf8))
        let plain = scratch.path + "/rows.csv"
        let (lines, bytes, packed) = try unpack(to: plain)
        sync()
        let (packer, packing) = try pack(plain)
        var results = Results()
        results.add("contacts", "contacts handed over", .whole(batch.accepted))
        results.add("rows", "rows in the day's files", .whole(lines))
        results.add("bytes", "bytes of them", .whole(bytes))
        results.add("packedBytes", "… packed", .whole(packed))
        results.add("seconds", "closing of the day", .fraction(closing.seconds, digits: 3), "s")
        results.add("rowsPerSecond", "rows per second", .fraction(Double(lines) / closing.seconds, digits: 0), "/s")
        results.add("processorSeconds", "processor time", .fraction(closing.processorSeconds, digits: 3), "s")
        results.add(
            "peakMiB", "peak resident memory", .fraction(Double(closing.peakBytes) / 1_048_576, digits: 1), "MiB")
        results.add(
            "packerSeconds", "\(packer) of the same rows, the middle of three", .fraction(packing, digits: 3), "s")
        results.add(
            "packerBytes", "… packed", .whole(Int(try FileStatus.of(plain + ".gz")?.size ?? 0)))
        results.add(
            "packerRatio", "  the closing takes", .fraction(closing.seconds / packing, digits: 2),
            "times \(packer)")
        results.print(asJSON: arguments.has("json"))
    }

    /// Packs a file three times; returns by what, and the middle of the times.
    private func pack(_ plain: String) throws -> (packer: String, seconds: Double) {
        let hasPigz =
            (try? ChildProcess.output(of: "sh", ["-c", "command -v pigz"], scratch: scratch.path)) != nil
        let packer = hasPigz ? "pigz -p2 -6" : "gzip -6"
        let times = try (0..<3).map { _ in
            try seconds {
                _ = try ChildProcess.output(
                    of: "sh", ["-c", "\(packer) < '\(plain)' > '\(plain).gz'"], scratch: scratch.path)
            }
        }
        return (packer, times.sorted()[1])
    }

    /// Writes all rows of the day's files into one plain file; returns their number, their bytes and the bytes of the
    /// packed files.
    private func unpack(to path: String) throws -> (lines: Int, bytes: Int, packed: Int) {
        let folder = "\(root)/outbox/reports/\(Self.day)"
        let plain = try AppendingFile(path: path)
        var lines = 0
        var packed = 0
        for name in try Files.list(folder) where name.hasSuffix(".csv.gz") {
            let file = try OpenFile(reading: folder + "/" + name)
            packed += Int(try file.status().size)
            let reader = GzipReader()
            var input: [UInt8] = []
            var headers = 1
            while true {
                if input.isEmpty, try file.read(into: &input, atMost: 1 << 20) == 0 { break }
                var output: [UInt8] = []
                let taken = try reader.decompress(input[...], into: &output, limit: 4 << 20)
                input.removeFirst(taken)
                lines += output.count { $0 == UInt8(ascii: "\n") }
                try plain.write(output)
            }
            try reader.finish()
            lines -= headers
            headers = 0
        }
        try plain.close()
        return (lines, Int(plain.bytesWritten), packed)
    }

    // MARK: - The parts that run as processes of their own

    struct ClosingOfDay: Codable {
        var seconds: Double
        var processorSeconds: Double
        var peakBytes: Int64
    }

    /// At noon: takes the file and hands all its contacts over.
    static func handOver(_ arguments: Arguments) throws {
        let file = try arguments.required("file")
        let pipeline = try pipeline(arguments, at: Timestamp(day: day, secondsOfDay: 43_200))
        let name = Files.name(of: file)
        try Files.rename(file, to: pipeline.context.workspace.path("inbox/default/" + name), replacing: false)
        pipeline.claims.noteArrival(place: .init(folder: "default"), name: name)
        _ = try pipeline.takeDrops { false }
        _ = try pipeline.dispatchDue { false }
    }

    /// Ten seconds after midnight: closes the day, and prints what that took.
    static func closeDay(_ arguments: Arguments) throws {
        let pipeline = try pipeline(arguments, at: Timestamp(day: day.adding(days: 1), secondsOfDay: 10))
        ResourceUse.resetPeak()
        let processor = ResourceUse.cpuSeconds()
        let elapsed = try WaybillBench.seconds {
            guard try pipeline.writeMissedDays() == 1 else {
                throw ChildProcess.Failure(description: "there was no day to close")
            }
        }
        let closing = ClosingOfDay(
            seconds: elapsed, processorSeconds: ResourceUse.cpuSeconds() - processor,
            peakBytes: ResourceUse.peakResidentBytes())
        print(String(decoding: try JSONEncoder().encode(closing), as: UTF8.self))
    }

    private static func pipeline(_ arguments: Arguments, at moment: Timestamp) throws -> Pipeline {
        let clock = WallClock(startingAt: moment.milliseconds)
        let log = Log(level: .error, format: .text, clock: clock) { FileHandle.standardError.write(Data($0)) }
        let workspace = Workspace(root: try arguments.required("workspace"))
        return try Pipeline(workspace: workspace, configuration: Configuration(), clock: clock, log: log)
    }
}
