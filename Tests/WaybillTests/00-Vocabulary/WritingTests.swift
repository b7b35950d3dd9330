import Foundation
import XCTest

@testable import Waybill

/// What is written here is read back by readers of others' and of our own.
final class WritingTests: XCTestCase {
    private func cell(_ text: String) -> String {
        var bytes: [UInt8] = []
        CSVText.append(cell: Array(text.utf8).span, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func json(_ text: String) -> String {
        var bytes: [UInt8] = []
        JSONText.append(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func digits(_ number: Int) -> String {
        var bytes: [UInt8] = []
        DecimalText.append(number, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: CSV (RFC 4180)

    func testACellIsQuotedOnlyWhereItHasTo() {
        for (text, expected) in [
            ("", ""), ("a b", "a b"), ("'a;b\t|", "'a;b\t|"), ("=1+1", "=1+1"), ("a,b", "\"a,b\""),
            ("a\nb", "\"a\nb\""),
            ("a\rb", "\"a\rb\""), ("\"", "\"\"\"\""), ("say \"hi\"", "\"say \"\"hi\"\"\""), ("Größe,", "\"Größe,\""),
        ] {
            XCTAssertEqual(cell(text), expected)
        }
    }

    func testARowEndsWithLFAndIsReadAsItWasWritten() {
        let row = ["a", "", "b,c", "d \"e\"", "f\r\ng", " h "]
        var bytes: [UInt8] = []
        CSVText.append(row: row, to: &bytes)
        XCTAssertEqual(bytes.last, 0x0A)
        XCTAssertEqual(ReadDrop.cut(String(decoding: bytes, as: UTF8.self), block: 7).drop.values, [row])
    }

    func testBytesThatAreNoTextStayAsTheyAre() {
        var bytes: [UInt8] = []
        CSVText.append(cell: ([0xFF, 0x2C, 0x80] as [UInt8]).span, to: &bytes)
        JSONText.append(string: ([0xFF, 0x0A, 0x80] as [UInt8]).span, to: &bytes)
        XCTAssertEqual(bytes, [0x22, 0xFF, 0x2C, 0x80, 0x22, 0x22, 0xFF, 0x5C, 0x6E, 0x80, 0x22])
    }

    // MARK: JSON (RFC 8259)

    func testAStringEscapesWhatItMustAndNothingElse() {
        for (text, expected) in [
            ("", #""""#), ("a/b'", #""a/b'""#), (#"a"b\c"#, #""a\"b\\c""#), ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#),
            ("\0\u{1F}\u{10}", #""\u0000\u001f\u0010""#), ("\u{7F}Ä\u{2028}😀", "\"\u{7F}Ä\u{2028}😀\""),
        ] {
            XCTAssertEqual(json(text), expected)
        }
    }

    func testEveryCharacterIsReadBackByFoundation() throws {
        let all = String(String.UnicodeScalarView((0...0x17F).compactMap { UnicodeScalar($0 as Int) }))
        XCTAssertEqual(try JSONDecoder().decode([String].self, from: Data("[\(json(all))]".utf8)), [all])
    }

    // MARK: Numbers

    func testNumbersOfEveryLength() {
        var number = 1
        for _ in 0..<18 {
            for near in [number - 1, number, number + 1, -number] { XCTAssertEqual(digits(near), String(near)) }
            number *= 10
        }
        for border in [Int.min, Int.max] { XCTAssertEqual(digits(border), String(border)) }
    }

    func testCountsForPeople() {
        XCTAssertEqual(
            [0, 1, 999, 1_000, 1_234_567, -1_000].map(\.grouped), ["0", "1", "999", "1,000", "1,234,567", "-1,000"])
        XCTAssertEqual(
            [0, 1, 1_000].map { $0.counted("record", "records") }, ["0 records", "1 record", "1,000 records"])
    }
}
