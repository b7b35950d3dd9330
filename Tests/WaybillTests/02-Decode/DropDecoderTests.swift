import Support
import XCTest

@testable import Waybill

/// Whole drops through the front door.
final class DropDecoderTests: XCTestCase {
    private func read(
        _ text: String, _ change: (inout Campaign) -> Void = { _ in }
    ) -> (drop: ReadDrop, decoder: DropDecoder) {
        ReadDrop.read(Array(text.utf8), settings: ReadDrop.settings(change))
    }

    func testTheByteOrderMarkIsNoPartOfTheFirstName() {
        let (drop, decoder) = read("\u{FEFF}Phone,Name\r\n+4915123456,x\r\n")
        XCTAssertEqual(drop.records, ["#1 L2 B15 <+4915123456,x> [+4915123456|x]"])
        XCTAssertEqual(
            decoder.schema.columns, [Column(name: "Phone", field: .phone1), Column(name: "Name", field: .name)])
        XCTAssertEqual(
            decoder.format,
            DropFormat(
                kind: .csv, delimiter: 0x2C, encoding: .utf8, hasByteOrderMark: true, hasHeader: true, quote: 0x22,
                lineEnd: [0x0D, 0x0A]))
        XCTAssertEqual(decoder.leadingBytes, Array("\u{FEFF}Phone,Name\r\n".utf8))
        XCTAssertEqual(decoder.lineEnd, Array("\r\n".utf8))
        XCTAssertEqual(decoder.recordCount, 1)
        XCTAssertEqual(decoder.trailingBytes, [])
    }

    func testTheRejectsFileBeginsAsTheDropDid() {
        let text = "Export of today\nsep=;\n\nphone;x\n1;2\n"
        XCTAssertEqual(read(text) { $0.skipLines = 1 }.decoder.leadingBytes, Array(text.utf8.dropLast(4)))
        XCTAssertEqual(read("+4915123456;x\n").decoder.leadingBytes, [])
    }

    func testUTF16CountsItsOwnBytes() {
        let text = "phone;name\r\n+4915123456;Łukasz 😀\r\n+4915123457;x\"y\r\n"
        for (encoding, mark) in [(TextEncoding.utf16LE, [0xFF, 0xFE]), (.utf16BE, [0xFE, 0xFF])] as [(_, [UInt8])] {
            let bytes = mark + EncodedText.original(of: Array(text.utf8)[...], encoding: encoding)
            for block in ReadDrop.blockSizes {
                let (drop, decoder) = ReadDrop.read(bytes, block: block)
                XCTAssertEqual(
                    drop.records,
                    [
                        "#1 L2 B26 <+4915123456;Łukasz 😀> [+4915123456|Łukasz 😀]",
                        "#2 L3 B72 <+4915123457;x\"y> stray-quote at 98 to L3",
                    ])
                XCTAssertEqual(decoder.leadingBytes, Array(bytes[..<26]))
                XCTAssertEqual(decoder.format?.encoding, encoding)
                XCTAssertEqual(decoder.lineEnd.count, 4)
            }
        }
    }

    func testAByteOrderMarkIsSurerThanTheCampaign() {
        let (drop, decoder) = read("\u{FEFF}phone,name\n1,ü\n") { $0.encoding = .set(.windows1252) }
        XCTAssertEqual(drop.values, [["1", "ü"]])
        XCTAssertEqual(decoder.format?.encoding, .utf8)
    }

    func testWindows1252IsReadWhenSet() {
        let bytes = Array("phone,name\n1,".utf8) + [0xFC, 0x80, 0x81, 0x0A]
        let (drop, _) = ReadDrop.read(bytes, settings: ReadDrop.settings { $0.encoding = .set(.windows1252) })
        XCTAssertEqual(drop.originals, [[0x31, 0x2C, 0xFC, 0x80, 0x81]])
        XCTAssertEqual(drop.values.first?.last?.prefix(2), "ü€")
    }

    func testARefusedHeaderIsThrownOnceAndItsRecordsAreStillRead() {
        let cases: [(String, DropRefusal)] = [
            ("email,name\na@b.de,x\nc@d.de,\"y\n", .missingPhone), ("phone,Phone\n1,2\n3,4\n", .duplicateHeader),
        ]
        for (text, code) in cases {
            let (drop, decoder) = read(text)
            XCTAssertEqual(drop.refusals.map(\.code), [code])
            XCTAssertEqual(drop.records.count, 2)
            XCTAssertEqual(decoder.recordCount, 2)
            XCTAssertEqual(decoder.schema.columns.count, 2)
        }
        XCTAssertEqual(read("email,name\n").drop.refusals.map(\.code), [.missingPhone])
    }

    func testAMissingTrailerIsThrownOnceAndTheRecordsAreStillRead() {
        let (drop, decoder) = read("phone,x\n1,2\n3,4\n") { $0.trailer = .init(starts: "EOF", count: nil) }
        XCTAssertEqual(drop.refusals.map(\.code), [.truncated])
        XCTAssertEqual(drop.values, [["1", "2"], ["3", "4"]])
        XCTAssertEqual(decoder.recordCount, 2)
    }

    func testATrailerDeclaresItsCount() {
        let (drop, decoder) = read("phone,x\n1,2\n3,4\nEOF,5\n") { $0.trailer = .init(starts: "EOF", count: 2) }
        XCTAssertEqual(drop.refusals, [])
        XCTAssertEqual(decoder.recordCount, 2)
        XCTAssertEqual(decoder.declaredCount, 5)
    }

    func testADropWithoutRecordsIsEmpty() {
        for text in ["", "\u{FEFF}", "\n\n", "phone,name\n", "phone,name"] {
            XCTAssertEqual(read(text).drop.refusals.map(\.code), [.empty], text)
        }
        XCTAssertEqual(
            read("phone,x\nEOF,0\n") { $0.trailer = .init(starts: "EOF", count: 2) }.drop.refusals.map(\.code), [.empty]
        )
    }

    func testAnUnknownFormatStaysRefused() {
        var decoder = DropDecoder(settings: ReadDrop.settings())
        for _ in 0..<2 {
            XCTAssertThrowsError(try decoder.push(Array("hello\nworld\n".utf8), isLast: true)) { error in
                XCTAssertEqual((error as? RefusedDrop)?.code, .unknownFormat)
            }
        }
    }

    func testNothingIsGivenBefore64KiBAreSeen() throws {
        var decoder = DropDecoder(settings: ReadDrop.settings())
        let line = Array("+4915123456,x\n".utf8)
        var given = 0
        for _ in 0..<4_681 { given += try decoder.push(line, isLast: false).count }
        XCTAssertEqual(given, 0)
        XCTAssertNil(decoder.format)
        XCTAssertEqual(try decoder.push(line, isLast: false).count, 1)
        XCTAssertEqual(decoder.format?.hasHeader, false)
        XCTAssertEqual(decoder.recordCount, 4_682)
    }

    /// Random tables, written in random dialects, read back as they were, at any block size.
    func testWhatIsWrittenIsReadBack() {
        let seed: UInt64 = 4_180
        for round in 0..<40 {
            var chance = SeededGenerator(seed: seed + UInt64(round))
            let written = RandomDrop(using: &chance, rows: round % 10 == 0 ? 1_500 : 12)
            let settings = ReadDrop.settings {
                if written.needsEncoding { $0.encoding = .set(written.encoding) }
            }
            for block in round % 10 == 0 ? [4_093, 65_536] : ReadDrop.blockSizes {
                let (drop, decoder) = ReadDrop.read(written.bytes, block: block, settings: settings)
                let context = "seed \(seed + UInt64(round)), block size \(block)"
                XCTAssertEqual(drop.refusals, [], context)
                XCTAssertTrue(drop.values == written.table, context)
                XCTAssertEqual(decoder.format?.delimiter, written.delimiter, context)
                XCTAssertEqual(decoder.format?.encoding, written.encoding, context)
                XCTAssertEqual(decoder.format?.hasHeader, written.header != nil, context)
                // The pieces make up the drop again.
                let pieces = decoder.leadingBytes + drop.originals.joined(separator: decoder.lineEnd) + decoder.lineEnd
                XCTAssertTrue(pieces == written.bytes, context)
            }
        }
    }

    /// Random quotes, delimiters and line ends: whatever they mean, they mean it at every block size, and no line is
    /// lost but those with nothing in them.
    func testDamageIsTheSameAtEveryBlockSize() {
        let seed: UInt64 = 77
        for round in 0..<1_500 {
            var chance = SeededGenerator(seed: seed + UInt64(round))
            let alphabet = Array("ab\"\",,\n\n\r")
            let text = String(
                (0..<Int.random(in: 0...60, using: &chance)).map { _ in alphabet.randomElement(using: &chance)! })
            let settings = ReadDrop.settings(
                { $0.quotes = Bool.random(using: &chance) ? .strict : .lenient },
                recordBytes: Int.random(in: 1...30, using: &chance))
            let (whole, _) = ReadDrop.cut(text, block: 65_536, settings: settings)
            for block in [1, 2, 7] {
                XCTAssertEqual(
                    ReadDrop.cut(text, block: block, settings: settings).drop, whole,
                    "seed \(seed + UInt64(round)), block size \(block)")
            }
            // Every letter of the text is in exactly one record (none is long enough to be cut).
            if settings.recordBytes * 16 >= text.utf8.count {
                XCTAssertEqual(
                    whole.originals.joined().filter { $0 >= 0x61 }, text.utf8.filter { $0 >= 0x61 },
                    "seed \(seed + UInt64(round))")
            }
        }
    }
}

/// A random table and the drop it was written to.
private struct RandomDrop {
    var table: [[String]] = []
    var header: [String]?
    var delimiter: UInt8
    var encoding: TextEncoding
    var needsEncoding = false
    var bytes: [UInt8]

    init(using chance: inout SeededGenerator, rows: Int) {
        let delimiter = Array(",;\t|").randomElement(using: &chance)!
        self.delimiter = delimiter.asciiValue!
        let lineEnd = ["\n", "\r\n", "\r"].randomElement(using: &chance)!
        encoding = TextEncoding.allCases.randomElement(using: &chance)!
        let isWide = encoding == .utf16LE || encoding == .utf16BE
        let hasMark = isWide || (encoding == .utf8 && Bool.random(using: &chance))
        needsEncoding = encoding == .windows1252 || encoding == .latin1 || encoding == .latin9
        let quotesAll = Int.random(in: 0..<4, using: &chance) == 0
        let letters = Array(needsEncoding ? "ab 12,;|\t\"\n\räöß" : "ab 12,;|\t\"\n\räŁ東😀")
        let columns = Int.random(in: 2...17, using: &chance)
        if Bool.random(using: &chance) {
            header = ["Phone"] + (1..<columns).map { "Own \"column\" \($0)" }
        }
        for row in 0..<rows {
            let values = (1..<columns).map { _ in
                String(
                    (0..<Int.random(in: 0...6, using: &chance)).map { _ in letters.randomElement(using: &chance)! })
            }
            table.append(["+4915123\(10_000 + row)"] + values)
        }
        let lines = ((header.map { [$0] } ?? []) + table).map { row in
            row.map { value in
                let isSpecial = value.contains { $0 == delimiter || $0 == "\"" || $0.isNewline }
                return isSpecial || quotesAll ? "\"\(value.replacing("\"", with: "\"\""))\"" : value
            }.joined(separator: String(delimiter)) + lineEnd
        }
        let text = Array(((hasMark ? "\u{FEFF}" : "") + lines.joined()).utf8)
        bytes = EncodedText.original(of: text[...], encoding: encoding)
    }
}
