import Support
import XCTest

@testable import Waybill

/// Lists are read as drops are (contract §3), in whatever form their senders export them.
final class ListColumnsTests: XCTestCase {
    private func values(_ text: String, _ encode: (String) -> [UInt8] = { Array($0.utf8) }) throws -> [String] {
        let bytes = encode(text)
        let whole = try ReadList(bytes)
        for block in ReadDrop.blockSizes {
            XCTAssertEqual(try ReadList(bytes, block: block).entries, whole.entries, "\(block)")
        }
        XCTAssertEqual(whole.damage, [])
        return whole.values
    }

    private func utf16(_ text: String, bigEndian: Bool) -> [UInt8] {
        ("\u{FEFF}" + text).utf16.flatMap { unit in
            bigEndian ? [UInt8(unit >> 8), UInt8(unit & 0xFF)] : [UInt8(unit & 0xFF), UInt8(unit >> 8)]
        }
    }

    private let two = ["4155550142", "4155550143"]

    func testALineIsOneValueWhateverEndsIt() throws {
        for end in ["\n", "\r\n", "\r"] {
            XCTAssertEqual(try values(two.joined(separator: end)), two)
            XCTAssertEqual(try values("\u{FEFF}" + two.joined(separator: end) + end), two)
            XCTAssertEqual(try values("value" + end + two.joined(separator: end)), two)
        }
    }

    func testEachEncodingWithAMarkIsRead() throws {
        let text = "value,reason\r\n4155550142,Größe\r\n4155550143,b\r\n"
        XCTAssertEqual(try values(text), two)
        for bigEndian in [false, true] {
            XCTAssertEqual(try values(text) { utf16($0, bigEndian: bigEndian) }, two)
            XCTAssertEqual(try ReadList(utf16(text, bigEndian: bigEndian)).entries[0].reason, "Größe")
            XCTAssertEqual(try values("4155550142\r\n4155550143\r\n") { utf16($0, bigEndian: bigEndian) }, two)
        }
    }

    func testEachDelimiterIsFoundOrAnnounced() throws {
        for delimiter in [",", ";", "\t", "|"] {
            XCTAssertEqual(
                try values("value\(delimiter)reason\n4155550142\(delimiter)a\n4155550143\(delimiter)b\n"), two)
            XCTAssertEqual(
                try values("reason\(delimiter)VALUE\na\(delimiter)4155550142\nb\(delimiter)4155550143\n"), two)
        }
        XCTAssertEqual(try values("sep=;\nvalue;reason\n4155550142;a, b\n4155550143;b\n"), two)
    }

    func testQuotedLineBreaksAndDoubledQuotesBelongToTheirValues() throws {
        let list = try ReadList(
            Array("kind,value,reason\nid,\"a\"\"b\"\"\",\"by letter,\nsaid \"\"no\"\"\"\nphone,4155550143,\n".utf8))
        XCTAssertEqual(list.values, ["a\"b\"", "4155550143"])
        XCTAssertEqual(list.entries[0].reason, "by letter,\nsaid \"no\"")
        XCTAssertEqual(list.lines, [2, 4])
    }

    func testEachFormOfJSONIsRead() throws {
        let objects = two.map { "{\"Value\": \"\($0)\", \"reason\": \"x\"}" }
        XCTAssertEqual(try values(objects.joined(separator: "\n")), two)
        XCTAssertEqual(try values("[" + objects.joined(separator: ",\n") + "]"), two)
        XCTAssertEqual(try values("{\"contacts\": [" + objects.joined(separator: ",") + "]}"), two)
        XCTAssertEqual(try values("{\"value\": 4155550142}\n{\"value\": 4155550143, \"kind\": null}\n"), two)
    }

    func testQuotesInALineWithoutColumnsTakeNobodyOffTheList() throws {
        XCTAssertEqual(try values("\"4155550142\"\n 4155550143 \n"), two)
        XCTAssertEqual(try values("4155550142\n\"4155550143\n"), two)
        XCTAssertEqual(try values("4155550142,\n;\n4155550143;;\n"), two)
    }

    func testMisplacedQuotesListWhoIsNamedAndTakeNobodyOff() throws {
        let list = try ReadList(
            Array("action,value,reason\n,4155550142,\"by\" letter\nremove,4155550144,\"x\" y\n,4155550143,\"z\n".utf8))
        XCTAssertEqual(list.values, ["4155550142", "4155550144", "4155550143"])
        XCTAssertEqual(list.entries.map(\.action), ["", "remove", ""])
        XCTAssertEqual(list.entries.map(\.reason), ["by letter", "x y", "z"])
        XCTAssertEqual(list.damage, ["row.stray-quote", "row.stray-quote", "row.unterminated-quote"])
    }

    func testAHeaderIsFoundByOneNameWhateverTheOthersAre() throws {
        XCTAssertEqual(try values("2026-11-30,value\nx,4155550142\nx,4155550143\n"), two)
        let latin1 =
            Array("value;Grund f".utf8) + [0xFC] + Array("r Sperre\n4155550142;M".utf8) + [0xFC] + Array("ller\n".utf8)
        XCTAssertEqual(try ReadList(latin1).values, ["4155550142"])
    }

    func testSpacesBeforeAQuoteAreNoPartOfTheValue() throws {
        let list = try ReadList(Array("action, kind, value\nadd, \"phone\", \"4155550142\"\n".utf8))
        XCTAssertEqual(list.entries.map(\.kind), ["phone"])
        XCTAssertEqual(list.values, ["4155550142"])
    }

    func testALineWithTwoValuesIsOneThatNobodyHas() throws {
        XCTAssertEqual(try values("4155550142\n4155550142,4155550143\n"), ["4155550142", "4155550142,4155550143"])
    }

    func testAPlainNumberIsReadInOneLookAsItIsInAll() throws {
        var random = SeededGenerator(seed: 11)
        var lines: [String] = []
        for _ in 0..<3_000 {
            let start = ["+1415", "+1800", "+4930", "+39", "+44", "+7", "+", "1415", "0049", "+0"].randomElement(
                using: &random)!
            let digits = (0..<Int.random(in: 2...11, using: &random)).map { _ in
                "\(Int.random(in: 0...9, using: &random))"
            }
            lines.append(start + digits.joined() + ["", "", "", " ", ";", "x"].randomElement(using: &random)!)
        }
        let rules = ListingRules(Configuration(), at: Timestamp(milliseconds: 0))
        var plain = 0
        var decoder = DropDecoder(settings: ListColumns.settings(Configuration.Limits()))
        for chunk in try decoder.push(Array(("+14155550100\n" + lines.joined(separator: "\n")).utf8), isLast: true) {
            let columns = try ListColumns(chunk.schema, try XCTUnwrap(decoder.format))
            for record in chunk.records {
                guard let key = rules.plainRecipient(record, in: chunk, columns) else { continue }
                plain += 1
                let reading = try XCTUnwrap(rules.read(record, in: chunk, columns))
                XCTAssertEqual(reading.listings, [Listing(key: key, kind: .phone)])
                XCTAssertEqual(reading.violations.map(\.code), [])
                XCTAssertFalse(reading.isRemoval)
            }
        }
        XCTAssertGreaterThan(plain, 100)
    }
}
