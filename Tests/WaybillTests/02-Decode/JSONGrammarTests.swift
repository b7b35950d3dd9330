import Foundation
import Waybill
import XCTest

/// The grammar of RFC 8259, value by value, with Foundation as a second opinion.
final class JSONGrammarTests: XCTestCase {
    private static let accepted = [
        // Numbers
        "0", "-0", "1", "-1", "10", "1234567890", "0.0", "0.5", "-0.5", "1.25", "1e1", "1E1", "1e+1", "1e-1", "0e0",
        "1.5e10",
        "123456789012345678901234567890", "0.1000000000000000055511151231257827",
        // Literals
        "true", "false", "null",
        // Strings
        #""""#, #""a""#, #"" ""#, #""ä€😀""#, #""\"\\\/\b\f\n\r\t""#, #""\u0041""#, #""\u00e4\u00E4""#,
        #""\uD83D\uDE00""#,
        #""\ud83d\ude00x""#, #""\u0000""#, #""\uFFFF\uE000\uD7FF""#, "\"\u{7F}\u{2028}\"", #""// /* #""#,
        // Nested
        "[]", "{}", "[1]", "[1,2]", "[[],{}]", #"{"a":1}"#, #"{"a":{"b":[null,true]}}"#, "[ ]", "{ }", "[ 1 , 2 ]",
        #"{ "a" : 1 , "b" : 2 }"#, "[\t1\t]", #"{"a":1,"a":2}"#, #"{"":0}"#, #"["]","}",","]"#,
    ]

    private static let refused = [
        // Numbers
        "01", "-01", "00", "1.", ".5", "-.5", "+1", "-", "--1", "1e", "1E+", "1e-", "1.e1", "1.5.5", "0x10", "1_000",
        "1,5", "- 1",
        "NaN", "Infinity", "-Infinity", "1e1.5", "1a", "٣", "1 2",
        // Literals
        "True", "TRUE", "tru", "truee", "nul", "nil", "undefined", "falsee", "yes", "true false",
        // Strings
        "'a'", "\"a", "a\"", "a", #""\x41""#, #""\a""#, #""\'""#, #""\""#, #""\u""#, #""\u12""#, #""\u123""#,
        #""\u12G4""#, #""\U0041""#,
        #""\uD800""#, #""\uDC00""#, #""\uD800x""#, #""\uD800\n""#, #""\uD800\uD800""#, #""\uDE00\uD83D""#,
        #""\uD83D\u0041""#,
        #""\uD83D\uDE0""#, "\"a\tb\"", "\"\u{1}\"", "\"\u{1F}\"", "\"a\u{0}b\"", #""a""b""#, #""\ ""#, "“a”",
        // Nested
        "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]", "[1:2]", "[1}", #"{"a"}"#,
        #"{"a":}"#, #"{"a":1,}"#,
        #"{,"a":1}"#, #"{"a":1 "b":2}"#, #"{"a":1"#, #"{"a":1]"#, "{a:1}", "{1:1}", "{'a':1}", #"{"a" 1}"#,
        #"{"a"::1}"#,
        #"{"a":1,,"b":2}"#, "[1]]", "{}}", #"{null:1}"#, "[[1]", "[\"a\",\n", "[\u{A0}1]", "[1\u{C}]",
        // Comments, and a mark in the middle
        "/**/1", "1//x", "[1/*x*/]", "[1,#x\n2]", "\u{FEFF}1", "[\u{FEFF}1]", "",
    ]

    /// What Foundation takes although it is outside the grammar.
    private static let takenByFoundation: Set<String> = [
        // A comma before the closing bracket, and a byte order mark before the value.
        "[1,]", #"{"a":1,}"#, "\u{FEFF}1",
    ]

    private func isAccepted(_ value: String, block: Int) throws -> Bool {
        // As an element of an array and as a value of a record, line ends being allowed in both.
        let drop = #"[{"before":"x","value":"# + value + #","after":"y"},{"next":"z"}]"#
        let reading = try JSONReading(drop, .jsonArray, block: block)
        guard let first = reading.records.first else { return false }
        return first.problem == nil && first.values["after"] == "text:y"
    }

    func testValuesOfTheGrammarAreAccepted() throws {
        for value in Self.accepted {
            for block in blockSizes {
                XCTAssertTrue(try isAccepted(value, block: block), "\(value) in blocks of \(block)")
            }
        }
    }

    func testValuesOutsideTheGrammarAreRefused() throws {
        for value in Self.refused {
            for block in blockSizes {
                XCTAssertFalse(try isAccepted(value, block: block), "\(value) in blocks of \(block)")
            }
        }
    }

    func testFoundationHasTheSameOpinion() {
        for (values, expected) in [(Self.accepted, true), (Self.refused, false)] {
            for value in values {
                let second =
                    (try? JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)) != nil
                XCTAssertEqual(second, expected || Self.takenByFoundation.contains(value), value)
            }
        }
    }

    func testABadValueDamagesOnlyItsOwnLine() throws {
        for value in Self.refused where !value.contains("\n") {
            let drop = #"{"a":"1"}"# + "\n" + #"{"a":"# + value + "}\n" + #"{"a":"3"}"# + "\n"
            for block in blockSizes {
                let reading = try JSONReading(drop, .jsonLines, block: block)
                XCTAssertEqual(reading.problems, [nil, .invalidJSON, nil], "\(value) in blocks of \(block)")
                XCTAssertEqual(reading.good, [["a": "text:1"], ["a": "text:3"]], value)
            }
        }
    }

    func testNestingIsLimited() throws {
        let limit = 512
        for (depth, expected) in [(limit - 1, nil), (limit, .invalidJSON), (100_000, .invalidJSON)] as [(Int, Problem?)]
        {
            for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
                let value =
                    String(repeating: open, count: depth) + (open == "[" ? "" : "1")
                    + String(repeating: close, count: depth)
                let reading = try JSONReading(#"{"a":"# + value + "}\n{}\n", .jsonLines, recordBytes: 1 << 20)
                XCTAssertEqual(reading.problems, [expected, nil], "\(depth) of \(open)")
            }
        }
    }

    func testEscapesAreUndone() throws {
        let cases = [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "Aé€"),
            (#""a\uD83D\uDE00b""#, "a😀b"), (#""\uDBFF\uDFFF""#, "\u{10FFFF}"), (#""\u0000""#, "\u{0}"),
            (#""no escape""#, "no escape"), (#""""#, ""), (#""\n""#, "\n"),
        ]
        for (written, meant) in cases {
            for block in blockSizes {
                let reading = try JSONReading(#"[{"a":"# + written + "}]", .jsonArray, block: block)
                XCTAssertEqual(reading.good, [["a": "text:" + meant]], written)
            }
        }
    }

    func testNumbersKeepTheirText() throws {
        for number in ["0", "-0.0", "1e5", "1.50", "12345678901234567890123", "4915112345678"] {
            let reading = try JSONReading(#"{"a":"# + number + "}", .jsonLines)
            XCTAssertEqual(reading.good, [["a": "number:" + number]])
        }
    }

    func testNestedValuesAreKeptAsCompactText() throws {
        let drop = """
            [{"plain":{"a":[1,2]},"wide":{ "a b" : [ 1 ,\t2 , " , " ],
              "c": {} },"t":true,"f":false,"n":null}]
            """
        for block in blockSizes {
            let reading = try JSONReading(drop, .jsonArray, block: block)
            XCTAssertEqual(
                reading.good,
                [
                    [
                        "plain": #"nested:{"a":[1,2]}"#, "wide": #"nested:{"a b":[1,2," , "],"c":{}}"#,
                        "t": "boolean:true", "f": "boolean:false",
                    ]
                ])
            XCTAssertEqual(reading.columns, ["plain", "wide", "t", "f", "n"])
        }
    }

    func testBytesThatAreNoUTF8AreLeftToTheValidator() throws {
        let drop = Array(#"{"a":"x"#.utf8) + [0xFF, 0xC0] + Array(#"y"}"#.utf8)
        let reading = try JSONReading(drop, .jsonLines)
        XCTAssertEqual(reading.problems, [nil])
    }
}
