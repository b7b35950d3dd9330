import Support
import XCTest

@testable import Waybill

/// Objects that are written like those before them are read many members at once, and are what they are key by key.
final class JSONUsualTests: XCTestCase {
    override func setUpWithError() throws {
        try XCTSkipUnless(TextKernels.canRun, "this processor has no such instructions")
    }

    private static let names = [
        "phone1", "mobile", "bp1", "bp2", "param1", "note", "email", "mail", "address", "ключ", "q\\\"q", "",
        "a name that is longer than the 32 bytes which are compared at once", "id", "x", "y", "z",
    ]

    private func value(_ random: inout SeededGenerator) -> [UInt8] {
        let pieces = ["a", "Zoë", " ", "\\n", "\\\"", "€", "😀", "0", ".", "'", "{", "}", ",", ":", "[", "]", "\u{A0}"]
        switch Int.random(in: 0..<24, using: &random) {
        case 0: return Array("null".utf8)
        case 1: return Array("\(Int.random(in: -999...9_999, using: &random))".utf8)
        case 2: return Array("true".utf8)
        case 3: return Array("{\"home\": \"7\", \"x\":[1,{}]}".utf8)
        case 4: return [0x22, 0xC3, 0x22]
        case 5: return [0x22, 0x41, 0x01, 0x22]
        case 6: return Array("007".utf8)
        case 7: return Array("\"\(String(repeating: "long ", count: Int.random(in: 0...40, using: &random)))é\"".utf8)
        case let plain:
            let most = plain < 12 ? pieces.count : 2
            let text = (0..<Int.random(in: 0...9, using: &random)).map { _ in
                pieces[Int.random(in: 0..<most, using: &random)]
            }
            return Array("\"\(text.joined())\"".utf8)
        }
    }

    /// Mostly the same keys in the same order with the same white space.
    private func drop(_ kind: DropKind, _ random: inout SeededGenerator) -> [UInt8] {
        let (colon, comma) = [(":", ","), (": ", ", "), (":", ", "), (" :\t", " ,")].randomElement(using: &random)!
        var names = Array(Self.names.shuffled(using: &random).prefix(Int.random(in: 1...12, using: &random)))
        var bytes: [UInt8] = kind == .jsonLines ? [] : Array("[\n".utf8)
        let oddity = Int.random(in: 1...40, using: &random)
        for record in 0..<Int.random(in: 3...40, using: &random) {
            func isOdd() -> Bool { Int.random(in: 0..<oddity * 4, using: &random) == 0 }
            if record > 0 { bytes += Array((kind == .jsonLines ? "\n" : ",\n").utf8) }
            if isOdd() { names.shuffle(using: &random) }
            if isOdd() { names.append(Self.names.randomElement(using: &random)!) }
            bytes.append(UInt8(ascii: "{"))
            var isFirst = true
            for name in names where !isOdd() {
                if !isFirst { bytes += Array(comma.utf8) }
                if isOdd() { bytes += Array(kind == .jsonLines ? " \t".utf8 : "\n ".utf8) }
                isFirst = false
                bytes += Array("\"\(name)\"\(colon)".utf8)
                if isOdd() { bytes.append(0x20) }
                bytes += isOdd() ? value(&random) : Array("\"\(record)\(name.count)\"".utf8)
            }
            bytes.append(UInt8(ascii: "}"))
            if isOdd(), isOdd() { bytes.removeLast(Int.random(in: 0...5, using: &random)) }
        }
        return bytes + Array(kind == .jsonLines ? "\n".utf8 : "\n]\n".utf8)
    }

    func testObjectsAreThoseReadKeyByKey() throws {
        let seed = TestSeed.next()
        var random = SeededGenerator(seed: seed)
        var campaign = Campaign(name: "test")
        campaign.columns = [.init(sender: "address.home", column: "phone2"), .init(sender: "note.x", column: "note2")]
        var (usual, all) = (0, 0)
        for round in 0..<1_500 {
            let kind = round % 3 == 0 ? DropKind.jsonArray : .jsonLines
            var bytes = drop(kind, &random)
            if round % 4 == 0 {
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
            }
            let limit = round % 8 == 0 ? 60 : 65_536
            let block = [17, 90, 1_000, 65_536, 65_536][round % 5]
            let known = Result {
                try JSONReading(bytes, kind, recordBytes: limit, campaign: campaign, usesKernels: false)
            }
            let found = Result { try JSONReading(bytes, kind, block: block, recordBytes: limit, campaign: campaign) }
            switch (known, found) {
            case (.success(let known), .success(let found)):
                XCTAssertEqual(known, found, "seed \(seed), round \(round): \(String(decoding: bytes, as: UTF8.self))")
                XCTAssertEqual(known.usualMembers, 0)
                usual += found.usualMembers > 0 ? 1 : 0
                all += 1
            case (.failure(let known), .failure(let found)):
                XCTAssertEqual(known as? RefusedDrop, found as? RefusedDrop, "seed \(seed), round \(round)")
                XCTAssertNotNil(found as? RefusedDrop, "\(found)")
            case (.success, .failure), (.failure, .success):
                XCTFail("seed \(seed), round \(round), \(known), \(found): \(String(decoding: bytes, as: UTF8.self))")
            }
        }
        XCTAssertGreaterThan(usual * 2, all)
    }

    func testAKnownTextHasNoOtherBytes() throws {
        let good = "{\"phone1\":\"+4930123456\",\"name\":\"Zoë\"}\n"
        for (byte, isText) in [(0xE9, false), (0x01, false), (0x41, true), (0x7F, true), (0x0D, true)]
            as [(UInt8, Bool)]
        {
            let other = good.replacing("ë", with: "!").utf8.map { $0 == UInt8(ascii: "!") ? byte : $0 }
            for before in 0..<4 {
                let bytes = Array(String(repeating: good, count: before).utf8) + other + Array(good.utf8)
                let reading = try JSONReading(bytes, .jsonLines)
                XCTAssertEqual(reading.knownTexts, isText ? 1 : 0, "\(byte)")
                XCTAssertEqual(reading, try JSONReading(bytes, .jsonLines, usesKernels: false))
            }
        }
    }

    func testAnotherFormIsLearntOnceMostAreWrittenLikeThat() throws {
        let first = "{\"a\":\"1\"}\n"
        let other = "{ \"b\": \"2\", \"c\": \"3\" }\n"
        XCTAssertEqual(try JSONReading(first + String(repeating: other, count: 9), .jsonLines).usualMembers, 1)
        XCTAssertEqual(try JSONReading(first + String(repeating: other, count: 10), .jsonLines).usualMembers, 2)
        XCTAssertEqual(
            try JSONReading(String(repeating: first + other, count: 50), .jsonLines).usualMembers, 1,
            "every other one teaches nothing")
    }

    func testADamagedObjectTeachesNothing() throws {
        let damaged = "{\"a\":\"1\",\"x\":\"2\"\n"
        let reading = try JSONReading(damaged, .jsonLines)
        XCTAssertEqual(reading.usualMembers, 0)
        let good = "{\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"}\n"
        XCTAssertEqual(try JSONReading(damaged + good + good, .jsonLines).usualMembers, 3)
        XCTAssertEqual(try JSONReading(damaged + good + good, .jsonLines).columns, ["a", "b", "c"])
    }
}
