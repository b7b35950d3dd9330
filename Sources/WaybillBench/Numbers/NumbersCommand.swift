import Foundation
import SystemIO
import Waybill

/// `waybill-bench numbers`: how many phone numbers a second one thread parses, judges and places in their zones.
struct NumbersCommand {
    static let valued: Set<String> = ["numbers", "rounds", "runs", "write"]

    private let count: Int
    private let rounds: Int
    private let runs: Int
    private let file: String?
    private let isJSON: Bool
    private let plan = NumberingPlan.world

    init(_ arguments: Arguments) throws {
        count = try arguments.number("numbers", default: 100_000)
        rounds = try arguments.number("rounds", default: 50)
        runs = try arguments.number("runs", default: 5)
        file = arguments.text("write")
        isJSON = arguments.has("json")
    }

    func run() throws {
        let numbers = ValidNumbers(count: count, plan: plan)
        if let file { try write(numbers, to: file) }
        let loads = (0..<200).map { _ in seconds { _ = NumberingPlan.load() } }
        var results = Results()
        results.add("version", "numbering plans", .text("phonenumbers \(plan.version)"))
        results.add("numbers", "valid numbers, of every region alike", .whole(numbers.count))
        results.add(
            "loadMilliseconds", "reading the table, median of 200", .fraction(Series(loads).median * 1_000, digits: 2),
            "ms")
        results.add("memoryBytes", "memory of the table", .whole(plan.memoryBytes), "bytes")
        var check = 0
        let e164 = Series((0..<runs).map { _ in seconds { check &+= measure(numbers.e164, regions: nil) } })
        let national = Series(
            (0..<runs).map { _ in seconds { check &+= measure(numbers.national, regions: numbers.regions) } })
        let each = Double(numbers.count * rounds)
        for (key, label, series) in [("e164", "E.164", e164), ("national", "national text", national)] {
            results.add("\(key)PerSecond", "\(label), median", .whole(Int(each / series.median)), "a second")
            results.add("\(key)Nanoseconds", "\(label), each", .fraction(series.median / each * 1e9, digits: 1), "ns")
        }
        results.add("checksum", "checksum of types and zones", .whole(check & 0xFFFF_FFFF))
        results.print(asJSON: isJSON)
    }

    /// Parses, judges and places every text, and adds up the results.
    private func measure(_ texts: PackedTexts, regions: [RegionCode]?) -> Int {
        let parser = NumberParser(plan: plan)
        let bytes = texts.bytes.span
        var sum = 0
        for _ in 0..<rounds {
            for index in 0..<texts.count {
                let text = bytes.extracting(texts.range(index))
                guard let number = try? parser.parse(text, region: regions?[index]) else { continue }
                sum &+= Int(number.type.rawValue) &+ plan.zones(of: number)
            }
        }
        return sum
    }

    /// One line for each number, for other programs to measure: region, E.164, national text.
    private func write(_ numbers: ValidNumbers, to path: String) throws {
        var text = ""
        for index in 0..<numbers.count {
            text += "\(numbers.regions[index])\t\(numbers.e164.text(index))\t\(numbers.national.text(index))\n"
        }
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }
}

/// Texts one after the other.
private struct PackedTexts {
    private(set) var bytes: [UInt8] = []
    private var ends: [Int] = []

    var count: Int { ends.count }

    func range(_ index: Int) -> Range<Int> { (index > 0 ? ends[index - 1] : 0)..<ends[index] }

    func text(_ index: Int) -> String { String(decoding: bytes[range(index)], as: UTF8.self) }

    mutating func append(_ text: String) {
        bytes += text.utf8
        ends.append(bytes.count)
    }
}

/// Numbers that their plans allow, equally many for each region, with random digits: harder on the caches than a drop.
private struct ValidNumbers {
    private(set) var e164 = PackedTexts()
    /// As written in their own region.
    private(set) var national = PackedTexts()
    private(set) var regions: [RegionCode] = []

    var count: Int { regions.count }

    init(count: Int, plan: NumberingPlan) {
        var random = RandomStream(seed: 1)
        let places = plan.regions.indices.filter { RegionCode(plan.regions[$0].name) != nil }
        while regions.count < count {
            let place = places[random.below(places.count)]
            let region = plan.regions[place]
            let length = region.leastDigits + random.below(region.mostDigits - region.leastDigits + 1)
            let digits = (0..<length).map { _ in String(random.below(10)) }.joined()
            let text = "+\(region.callingCode)" + digits
            guard let code = RegionCode(region.name),
                let number = try? NumberParser(plan: plan).parse(Array(text.utf8).span, region: nil), number.isValid,
                number.region == Int16(place)
            else { continue }
            e164.append(number.e164Text)
            national.append(plan.national(number))
            regions.append(code)
        }
    }
}
