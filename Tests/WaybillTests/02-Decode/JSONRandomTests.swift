import Foundation
import Support
import Waybill
import XCTest

/// Seeded chance: what is written comes back, and nothing that is read makes the scanner trap.
final class JSONRandomTests: XCTestCase {
    private static let alphabet: [String] = [
        "a", "Z", "0", " ", ",", ":", "{", "}", "[", "]", "\"", "\\", "/", "\n", "\t", "\u{0}", "\u{1F}", "ä", "€", "😀",
        "\u{10FFFF}", "'",
    ]

    private func text(_ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 0...24, using: &random)).map { _ in Self.alphabet.randomElement(using: &random)! }.joined()
    }

    /// The text as a JSON string, its escapes chosen by chance where there is a choice.
    private func written(_ text: String, _ random: inout SeededGenerator) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            if mustEscape || Int.random(in: 0..<10, using: &random) == 0 {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16, uppercase: Bool.random(using: &random))
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    func testWhatIsWrittenComesBack() throws {
        let seed = TestSeed.next()
        var random = SeededGenerator(seed: seed)
        for kind in [DropKind.jsonLines, .jsonArray, .jsonContacts, .dispatchRequest] {
            // Spaces around names are trimmed, so names have none; and all are attributes.
            let names = ["x", "y y", "ключ", "q\"q", "b\\s", "tab\tx", "😀", "longer than two words of eight bytes"]
            var expected: [[String: String]] = []
            var elements: [String] = []
            let blanks = kind == .jsonLines ? ["", " ", "\t"] : ["", " ", "\n", "\r\n\t"]
            for _ in 0..<25 {
                var record: [String: String] = [:]
                var members: [String] = []
                for name in names.shuffled(using: &random).prefix(Int.random(in: 1...names.count, using: &random)) {
                    let value: String
                    switch Int.random(in: 0..<6, using: &random) {
                    case 0:
                        value = "\(Int.random(in: -9999...9999, using: &random)).5e+1"
                        record[name] = "number:" + value
                    case 1:
                        value = "null"
                    case 2:
                        let inner = written(text(&random), &random)
                        let blank = blanks.randomElement(using: &random)!
                        value = "[\(blank)\(inner)\(blank),{\"k\":\(blank)\(inner)}]"
                        record[name] = "nested:[\(inner),{\"k\":\(inner)}]"
                    default:
                        let plain = text(&random)
                        value = written(plain, &random)
                        record[name] = "text:" + plain
                    }
                    let blank = blanks.randomElement(using: &random)!
                    members.append(
                        kind == .dispatchRequest
                            ? "{\"QuestionId\":\(blank)\(written(name, &random)),\"Input\":\(value)\(blank)}"
                            : "\(blank)\(written(name, &random)):\(blank)\(value)")
                }
                expected.append(record)
                let list = members.joined(separator: ",")
                elements.append(kind == .dispatchRequest ? "[" + list + "]" : "{" + list + "}")
            }
            let drop =
                switch kind {
                case .jsonLines: elements.joined(separator: "\n")
                case .csv, .jsonArray: "[" + elements.joined(separator: ",") + "]"
                case .jsonContacts: "{\"contacts\":[" + elements.joined(separator: " ,") + "]}"
                case .dispatchRequest: "[{\"PreFill\":[" + elements.joined(separator: ",") + "]}]"
                }
            XCTAssertEqual(JSONForm.find(prefix: Array(drop.utf8), isWhole: true), kind)
            for block in blockSizes {
                let reading = try JSONReading(drop, kind, block: block)
                XCTAssertEqual(reading.problems, Array(repeating: nil, count: 25), "seed \(seed)")
                XCTAssertEqual(reading.good, expected, "seed \(seed), \(kind) in blocks of \(block)")
                XCTAssertEqual(reading.records.map(\.raw), elements, "seed \(seed)")
            }
        }
    }

    func testDamageOfAnyKindIsReadTheSameInBlocksOfAnySize() throws {
        let seed = TestSeed.next()
        var random = SeededGenerator(seed: seed)
        let drops: [(DropKind, String)] = [
            (
                .jsonLines,
                "{\"a\":\"x\\n\",\"b\":[1, {\"c\":null}]}\n{\"a\":-1.5e3,\"b\":true}\r\n\n{\"d\":\"\\ud83d\\ude00\"}\n"
            ),
            (
                .jsonLines,
                "{\n  \"a\": 1,\n  \"b\": {\n    \"a\": 2\n  }\n}\n{\"a\":2}{\"a\":3} {\n\"a\":\"}{\"}\n{\"a\":[4]}"
            ),
            (
                .jsonArray,
                "[\n  {\"a\":\"x\"},\n  {\n    \"b\": [1, {\"c\":null}]\n  },\n{\"d\":\"\\u00e9\"},{\"a\":\"1\"}\n]\n"
            ),
            (.jsonContacts, "{\"m\":1,\"contacts\":[{\"a\":\"x\"},\n{\"b\":[1]},{\"c\":\"y\"}],\"campaign\":\"c\"}\n"),
            (
                .dispatchRequest,
                "[{\"DispatchID\":\"d\",\"PreFill\":[[{\"QuestionId\":\"a\",\"Input\":\"1\"}],\n[{\"QuestionId\":\"b\",\"Input\":2}]]},"
                    + "{\"DispatchID\":\"d\",\"PreFill\":[[]]}]"
            ),
        ]
        let spice = Array("{}[]\",:\\ \n\r\tux0e-.".utf8) + [0, 0x1F, 0x7F, 0x80, 0xFF]
        for round in 0..<250 {
            let (kind, drop) = drops[round % drops.count]
            var bytes = Array(drop.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                let position = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes.remove(at: position)
                case 1: bytes.insert(spice.randomElement(using: &random)!, at: position)
                case 2: bytes[position] = spice.randomElement(using: &random)!
                case 3:
                    bytes.removeSubrange(position..<min(bytes.count, position + Int.random(in: 1...20, using: &random)))
                default:
                    let end = min(bytes.count, position + Int.random(in: 1...30, using: &random))
                    bytes.insert(contentsOf: bytes[position..<end], at: Int.random(in: 0...bytes.count, using: &random))
                }
            }
            let limit = [16, 64, 65_536].randomElement(using: &random)!
            let results = ([1, 3, 7, 65_536, 65_536] as [Int]).enumerated().map { index, block in
                Result { try JSONReading(bytes, kind, block: block, recordBytes: limit, usesKernels: index < 4) }
            }
            for result in results {
                switch (result, results[0]) {
                case (.success(let reading), .success(let first)):
                    XCTAssertEqual(
                        reading, first, "seed \(seed), round \(round): \(String(decoding: bytes, as: UTF8.self))")
                case (.failure(let error), .failure(let first)):
                    XCTAssertEqual(
                        (error as? RefusedDrop)?.code, (first as? RefusedDrop)?.code, "seed \(seed), round \(round)")
                    XCTAssertNotNil(error as? RefusedDrop, "seed \(seed), round \(round): \(error)")
                case (.success, .failure), (.failure, .success):
                    XCTFail(
                        "seed \(seed), round \(round), limit \(limit): \(results): \(String(decoding: bytes, as: UTF8.self))"
                    )
                }
            }
            _ = JSONForm.find(prefix: bytes, isWhole: round % 2 == 0)
            _ = JSONForm.campaign(inPrefix: bytes)
        }
    }
}
