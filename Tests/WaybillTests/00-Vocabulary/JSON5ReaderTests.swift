import Waybill
import XCTest

final class JSON5ReaderTests: XCTestCase {
    private func read(_ text: String) throws -> JSON5Value { try JSON5Reader.read(Array(text.utf8)) }

    private func string(_ text: String) throws -> String? {
        guard case .string(let string) = try read(text).content else { return nil }
        return string
    }

    private func number(_ text: String) throws -> JSON5Number? {
        guard case .number(let number) = try read(text).content else { return nil }
        return number
    }

    func testKeysKeepTheirOrderAndMayStandTwice() throws {
        guard case .object(let members) = try read("{b: 1, 'a': 2, \"b\": 3,}").content else { return XCTFail() }
        XCTAssertEqual(members.map(\.key), ["b", "a", "b"])
    }

    func testPositionsCountLinesAndCharactersFromOneAndBytesFromZero() throws {
        // CRLF is one line end, é one character of two bytes, 😀 one of four.
        guard case .object(let members) = try read("{\r\n  é: '😀', // é\r  b: [\n1, 2]}").content else {
            return XCTFail()
        }
        XCTAssertEqual(members.map(\.position.line), [2, 3])
        XCTAssertEqual(members.map(\.position.column), [3, 3])
        XCTAssertEqual(members.map(\.position.offset), [5, 25])
        XCTAssertEqual(members[0].value.position.column, 6)
        guard case .array(let values) = members[1].value.content else { return XCTFail() }
        XCTAssertEqual(values.map(\.position.line), [4, 4])
        XCTAssertEqual(values.map(\.position.column), [1, 4])
    }

    func testByteOrderMarkHasNoColumn() throws {
        let value = try read("\u{FEFF}7")
        XCTAssertEqual(value.position.column, 1)
        XCTAssertEqual(value.position.offset, 3)
    }

    func testEveryEscapeOfAString() throws {
        XCTAssertEqual(
            try string(#"'\b\f\n\r\t\v\0\x41\u00e9\uD83D\uDE00\'\"\\\/\q'"#),
            "\u{8}\u{C}\n\r\t\u{B}\0Aé😀'\"\\/q")
    }

    func testLineContinuationStandsForNothing() throws {
        for end in ["\n", "\r", "\r\n", "\u{2028}", "\u{2029}"] {
            XCTAssertEqual(try string("'a\\\(end)b'"), "ab")
        }
    }

    func testEscapesInKeysAreUndone() throws {
        guard case .object(let members) = try read(#"{\u0061b\u0063: 1}"#).content else { return XCTFail() }
        XCTAssertEqual(members.map(\.key), ["abc"])
    }

    func testEveryWhiteSpaceOfTheSpecification() throws {
        let spaces = "\t\u{B}\u{C} \u{A0}\u{FEFF}\n\r\u{2028}\u{2029}\u{2003}\u{3000}"
        XCTAssertEqual(try number("\(spaces)1\(spaces)")?.integer, 1)
    }

    func testLineSeparatorEndsACommentButNoLine() throws {
        let value = try read("// a\u{2028}1")
        XCTAssertEqual(value.position.line, 1)
        XCTAssertEqual(value.position.column, 6)
    }

    func testNumbersKeepTheirTextAndExactValue() throws {
        let cases: [(String, Double, Int64?)] = [
            ("9007199254740993", 9_007_199_254_740_992, 9_007_199_254_740_993),
            ("-9223372036854775808", -0x1p63, .min), ("9223372036854775808", 0x1p63, nil),
            ("0xFF", 255, 255), ("-0x10", -16, -16), ("0x8000000000000000", 0x1p63, nil), ("+5", 5, 5),
            (".5", 0.5, nil),
            ("5.", 5, 5), ("1e3", 1_000, 1_000), ("1.5e1", 15, 15), ("1e999", .infinity, nil), ("-0", 0, 0),
            ("Infinity", .infinity, nil), ("-Infinity", -.infinity, nil),
        ]
        for (text, value, integer) in cases {
            let number = try number(text)
            XCTAssertEqual(number?.text, text)
            XCTAssertEqual(number?.value, value, text)
            XCTAssertEqual(number?.integer, integer, text)
        }
        XCTAssertEqual(try number("-NaN")?.value.isNaN, true)
    }

    func testErrorsNameTheirPlaceAndTheRemedy() {
        let cases: [(String, String)] = [
            ("", "1:1: the text is empty: write {} for a configuration that says nothing"),
            ("// nothing", "1:11: the text is empty: write {} for a configuration that says nothing"),
            ("{a: 1", "1:6: the text ends where a comma or } was expected (the bracket opened at 1:1)"),
            ("{\n  a: 1\n  b: 2\n}", "3:3: found \"b\" where a comma or } was expected (the bracket opened at 1:1)"),
            ("{a: }", "1:5: found \"}\" where a value was expected"),
            ("{a 1}", "1:4: found \"1\" where a colon after the key \"a\" was expected (the bracket opened at 1:1)"),
            (
                "{1: 2}",
                "1:2: found \"1\" where a key, in quotes unless it is a plain name was expected (the bracket opened at 1:1)"
            ),
            ("{a: 1,, b: 2}", "1:7: a key is missing before this comma: remove the comma"),
            ("[1,,2]", "1:4: a value is missing before this comma: remove the comma"),
            ("[1\n2]", "2:1: found \"2\" where a comma or ] was expected (the bracket opened at 1:1)"),
            ("[", "1:2: the text ends where a value or ] was expected (the bracket opened at 1:1)"),
            ("{a: True}", "1:5: \"True\" is no value: write true in small letters"),
            ("{a: sms}", "1:5: \"sms\" is no value: write a text in quotes"),
            ("{a: 'x\n}", "1:5: the text that begins here has no closing quote on its line"),
            ("'x", "1:1: the text that begins here has no closing quote"),
            ("'\\u12'", "1:2: this escape needs 4 hexadecimal digits"),
            ("'\\uD83Dx'", "1:2: this escape is half a surrogate pair: write the character itself"),
            ("'\\1'", "1:2: a digit cannot be escaped: remove the backslash"),
            ("'\\01'", "1:2: octal escapes are not JSON5: write \\x and two digits"),
            ("{a: 08:00}", "1:7: a number does not begin with 0: remove the leading zeros, or put the value in quotes"),
            ("{a: 5m}", "1:6: \"m\" cannot follow a number: put the value in quotes, or remove it"),
            ("/* a", "1:1: the comment that begins here has no end: write */ behind it"),
            ("{a: 1}}", "1:7: \"}\" stands behind the end of the value: remove it, or look for a bracket too many"),
            ("{a: 1 / 2}", "1:7: a comment begins with // or /*, and nothing else with /"),
            ("+x", "1:2: a number was expected behind the sign"),
            ("0x", "1:3: hexadecimal digits were expected behind 0x"),
            ("1e", "1:3: a digit was expected in the exponent"),
            ("{\\x41: 1}", "1:2: only \\u escapes stand in a key without quotes"),
        ]
        for (text, message) in cases {
            XCTAssertThrowsError(try read(text), text) { XCTAssertEqual("\($0)", message) }
        }
    }

    func testBytesThatAreNotUTF8AreRefusedAtTheirPlace() {
        XCTAssertThrowsError(try JSON5Reader.read(Array("{a: 1,\n 'M".utf8) + [0xFC] + Array("ller': 2}".utf8))) {
            XCTAssertEqual("\($0)", "2:4: these bytes are not UTF-8: save the text as UTF-8")
        }
        XCTAssertThrowsError(try JSON5Reader.read([0xFF, 0xFE, 0x7B, 0x00])) {
            XCTAssertEqual("\($0)", "1:1: the text is UTF-16: save it as UTF-8")
        }
    }

    func testNestingHasALimit() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        XCTAssertNoThrow(try read(nested(JSON5Reader.deepestNesting)))
        XCTAssertThrowsError(try read(nested(JSON5Reader.deepestNesting + 1))) {
            XCTAssertEqual("\($0)", "1:65: values nest deeper than 64 levels")
        }
        XCTAssertThrowsError(try read(String(repeating: "{a:", count: 100_000)))
    }
}
