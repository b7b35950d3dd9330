import XCTest

@testable import Waybill

/// The records and damage of CSV text, each case at three block sizes.
final class CSVRecordScannerTests: XCTestCase {
    private func check(
        _ text: String, _ expected: [String], settings: DecodeSettings = ReadDrop.settings(),
        delimiter: Character = ",",
        lineByte: UInt8 = 0x0A, line: UInt = #line
    ) {
        for block in ReadDrop.blockSizes {
            let (drop, _) = ReadDrop.cut(
                text, block: block, settings: settings, delimiter: delimiter, lineByte: lineByte)
            XCTAssertEqual(drop.records, expected, "block size \(block)", line: line)
        }
    }

    private let lenient = ReadDrop.settings { $0.quotes = .lenient }

    func testRecordsEndWithLFCRLFAndCRInAnyMixture() {
        check(
            "a,b\nc,d\r\ne,f\rg,h",
            [
                "#1 L1 B0 <a,b> [a|b]", "#2 L2 B4 <c,d> [c|d]", "#3 L3 B9 <e,f> [e|f]", "#4 L3 B13 <g,h> [g|h]",
            ])
    }

    func testPureCRDropsCountCRsAsLines() {
        check(
            "a\rb\r\"c\rd\"\re\r",
            [
                "#1 L1 B0 <a> [a]", "#2 L2 B2 <b> [b]", "#3 L3 B4 <\"c␍d\"> [c␍d]", "#4 L5 B10 <e> [e]",
            ], lineByte: 0x0D)
    }

    func testBlankLinesAreNoRecordsButAreLines() {
        check("\n\na,b\n\r\n\nc,d\n\n", ["#1 L3 B2 <a,b> [a|b]", "#2 L6 B9 <c,d> [c|d]"])
    }

    func testTrailingCommaIsAnEmptyField() {
        check("a,b,\n,c\n", ["#1 L1 B0 <a,b,> [a|b|]", "#2 L2 B5 <,c> [|c]"])
    }

    func testWhiteSpaceIsKept() {
        check(" a , b\t\n c\n", ["#1 L1 B0 < a , b\t> [ a | b\t]", "#2 L2 B8 < c> [ c]"])
    }

    func testQuotedFieldsKeepDelimitersAndLineEnds() {
        check(
            "\"a,b\",\"c\nd\r\ne\"\nf,\"\"\n",
            [
                "#1 L1 B0 <\"a,b\",\"c␤d␍␤e\"> [a,b|c␤d␍␤e]", "#2 L4 B15 <f,\"\"> [f|]",
            ])
    }

    func testDoubledQuotesAreUndone() {
        check(
            "\"\"\"\",\"a\"\"b\",\"\"\"x\"\"\"\n\"\"\"y\"\"\"\n",
            [
                "#1 L1 B0 <\"\"\"\",\"a\"\"b\",\"\"\"x\"\"\"> [\"|a\"b|\"x\"]", "#2 L2 B20 <\"\"\"y\"\"\"> [\"y\"]",
            ])
    }

    func testARowOfDelimitersQuotesAndWhiteSpaceIsNoRecord() {
        check(
            "\"\"\na,\n,,\n \t,\"\", \n\"\",\"\n \",\u{A0}\nb,\"\"\n,\u{C2}\n\"\"\"\"",
            ["#1 L2 B3 <a,> [a|]", "#2 L7 B28 <b,\"\"> [b|]", "#3 L8 B33 <,\u{C2}> [|\u{C2}]"])
    }

    func testBlankRowsAreCountedOnceWhateverTheBlocks() {
        let settings = ReadDrop.settings { $0.trailer = .init(starts: "T", count: nil) }
        for block in ReadDrop.blockSizes {
            let (drop, scanner) = ReadDrop.cut("a,b\n,\n\nc,d\n\"\"\nT\n ,\n", block: block, settings: settings)
            XCTAssertEqual(drop.values, [["a", "b"], ["c", "d"]])
            XCTAssertEqual(scanner.blankRows, 3, "block size \(block)")
        }
    }

    func testAFormulaOfATextIsItsText() {
        check(
            "=\"01\",=\"a b\",\"=\"\"02\"\"\"\n=\"\",=x\n1,=\"y\"",
            [
                "#1 L1 B0 <=\"01\",=\"a b\",\"=\"\"02\"\"\"> [01|a b|02]", "#2 L2 B23 <=\"\",=x> [|=x]",
                "#3 L3 B30 <1,=\"y\"> [1|y]",
            ])
        check(
            "a,=\"1\"&\"2\"\nb,c\nd,=\"1,2\"\n=\"x",
            [
                "#1 L1 B0 <a,=\"1\"&\"2\"> stray-quote at 3 to L1", "#2 L2 B11 <b,c> [b|c]",
                "#3 L3 B15 <d,=\"1,2\"> stray-quote at 18 to L3", "#4 L4 B24 <=\"x> stray-quote at 25 to L4",
            ])
    }

    func testTheLastRecordNeedsNoLineEnd() {
        check("a,b\nc,", ["#1 L1 B0 <a,b> [a|b]", "#2 L2 B4 <c,> [c|]"])
        check("a,b\nc,\"d\"", ["#1 L1 B0 <a,b> [a|b]", "#2 L2 B4 <c,\"d\"> [c|d]"])
        check("a,b\n\"c\"\"\"", ["#1 L1 B0 <a,b> [a|b]", "#2 L2 B4 <\"c\"\"\"> [c\"]"])
    }

    func testOtherDelimitersLeaveCommasAlone() {
        check("a,b;c\n", ["#1 L1 B0 <a,b;c> [a,b|c]"], delimiter: ";")
        check("a\tb,\"c\td\"\n", ["#1 L1 B0 <a\tb,\"c\td\"> stray-quote at 4 to L1"], delimiter: "\t")
        check("a|\"b|c\"\n", ["#1 L1 B0 <a|\"b|c\"> [a|b|c]"], delimiter: "|")
    }

    func testNothingIsNoRecord() {
        check("", [])
        check("\r\n\n", [])
    }

    func testAQuoteInsideAnUnquotedFieldIsStray() {
        check("a,b\"c,d\ne,f\n", ["#1 L1 B0 <a,b\"c,d> stray-quote at 3 to L1", "#2 L2 B8 <e,f> [e|f]"])
        check("a, \"b\"\ne,f\n", ["#1 L1 B0 <a, \"b\"> stray-quote at 3 to L1", "#2 L2 B7 <e,f> [e|f]"])
    }

    func testLenientQuotesStayInsideAnUnquotedField() {
        check(
            "a,12\" pizza,d\"\ne\n", ["#1 L1 B0 <a,12\" pizza,d\"> [a|12\" pizza|d\"]", "#2 L2 B15 <e> [e]"],
            settings: lenient)
    }

    func testTextBehindAClosingQuoteIsStrayEvenWhenLenient() {
        let expected = ["#1 L1 B0 <\"a\"b,c> stray-quote at 3 to L1", "#2 L2 B7 <e,f> [e|f]"]
        check("\"a\"b,c\ne,f\n", expected)
        check("\"a\"b,c\ne,f\n", expected, settings: lenient)
    }

    func testAfterAStrayQuoteReadingResumesAtTheLineAfterTheRecordsFirst() {
        // The quote opened on line 1 swallows line 2 and closes on line 3, where text follows it.
        check(
            "1,\"abc,2\n3,x\n4,\"def\",5\n6,7\n",
            [
                "#1 L1 B0 <1,\"abc,2> stray-quote at 8 to L3", "#2 L2 B9 <3,x> [3|x]",
                "#3 L3 B13 <4,\"def\",5> [4|def|5]", "#4 L4 B23 <6,7> [6|7]",
            ])
    }

    func testAnUnterminatedQuoteSwallowsNothing() {
        check(
            "1,\"abc\r\n3,x\r\n4,y\r\n",
            [
                "#1 L1 B0 <1,\"abc> unterminated-quote at 2 to L3", "#2 L2 B8 <3,x> [3|x]", "#3 L3 B13 <4,y> [4|y]",
            ])
        check("1,\"abc", ["#1 L1 B0 <1,\"abc> unterminated-quote at 2 to L1"])
        check("1,\"a\n\"b\"", ["#1 L1 B0 <1,\"a> stray-quote at 4 to L2", "#2 L2 B5 <\"b\"> [b]"])
    }

    func testDamageOnALaterLineIsShownAtTheEndOfTheRecordsOwn() {
        check(
            "\"a\nb\",\"c",
            [
                "#1 L1 B0 <\"a> unterminated-quote at 2 to L2", "#2 L2 B3 <b\",\"c> stray-quote at 4 to L2",
            ])
    }

    func testDamageInACRDropResumesAtTheNextCR() {
        check(
            "a,\"b\rc,d\re,f\r",
            [
                "#1 L1 B0 <a,\"b> unterminated-quote at 2 to L3", "#2 L2 B5 <c,d> [c|d]", "#3 L3 B9 <e,f> [e|f]",
            ], lineByte: 0x0D)
    }

    func testFieldsBeforeADamagedRecordKeepTheirUndoneQuotes() {
        check(
            "\"a\"\"b\"\n\"c\"\"d\"x\n\"e\"\"f\"\n",
            [
                "#1 L1 B0 <\"a\"\"b\"> [a\"b]", "#2 L2 B7 <\"c\"\"d\"x> stray-quote at 13 to L2",
                "#3 L3 B15 <\"e\"\"f\"> [e\"f]",
            ])
    }

    func testARecordOfExactlyTheLimitIsRead() {
        let settings = ReadDrop.settings(recordBytes: 8)
        check("abc,efgh\nx\n", ["#1 L1 B0 <abc,efgh> [abc|efgh]", "#2 L2 B9 <x> [x]"], settings: settings)
        check("abc,efgh", ["#1 L1 B0 <abc,efgh> [abc|efgh]"], settings: settings)
        check("a,\"efgh\"\nx\n", ["#1 L1 B0 <a,\"efgh\"> [a|efgh]", "#2 L2 B9 <x> [x]"], settings: settings)
    }

    func testARecordOverTheLimitIsTooLargeAndKeepsItsLine() {
        let settings = ReadDrop.settings(recordBytes: 8)
        check("abc,efghi\nx\n", ["#1 L1 B0 <abc,efghi> too-large at 8 to L1", "#2 L2 B10 <x> [x]"], settings: settings)
        check("abcdefghijk", ["#1 L1 B0 <abcdefghijk> too-large at 8 to L1"], settings: settings)
        check(
            "a,\"efghi\"\r\nx\n", ["#1 L1 B0 <a,\"efghi\"> too-large at 8 to L1", "#2 L2 B11 <x> [x]"],
            settings: settings)
        check(
            "abcdefgh\"\nx\n", ["#1 L1 B0 <abcdefgh\"> stray-quote at 8 to L1", "#2 L2 B10 <x> [x]"],
            settings: settings)
        check(
            "abcdefghi\"\nx\n", ["#1 L1 B0 <abcdefghi\"> too-large at 8 to L1", "#2 L2 B11 <x> [x]"],
            settings: settings)
    }

    func testAQuotedRecordOverTheLimitGivesItsLinesBack() {
        let settings = ReadDrop.settings(recordBytes: 8)
        check(
            "\"a\nb\nc\nd\ne\nf\"\nx\n",
            [
                "#1 L1 B0 <\"a> too-large at 2 to L4", "#2 L2 B3 <b> [b]", "#3 L3 B5 <c> [c]", "#4 L4 B7 <d> [d]",
                "#5 L5 B9 <e> [e]", "#6 L6 B11 <f\"> stray-quote at 12 to L6", "#7 L7 B14 <x> [x]",
            ], settings: settings)
    }

    func testAnEndlessLineIsCutAtSixteenTimesTheLimitAndItsRestIsSkipped() {
        let settings = ReadDrop.settings(recordBytes: 4)
        let line = String(repeating: "é", count: 50)
        // 64 bytes are 32 whole characters.
        check(
            line + "\nx,y\n", ["#1 L1 B0 <64 bytes> too-large at 4 to L1", "#2 L2 B101 <x,y> [x|y]"],
            settings: settings)
        check(
            "a" + line + "\nx\n", ["#1 L1 B0 <63 bytes> too-large at 4 to L1", "#2 L2 B102 <x> [x]"],
            settings: settings)
        check(line, ["#1 L1 B0 <64 bytes> too-large at 4 to L1"], settings: settings)
    }

    func testTheDefaultLimitIs64KiB() {
        let atLimit = String(repeating: "x", count: 65_536)
        let text = "\(atLimit)\ny\n\(atLimit)z\nw\n"
        for block in [4_093, 65_536, 1 << 20] {
            let (drop, _) = ReadDrop.cut(text, block: block)
            XCTAssertEqual(
                drop.records,
                [
                    "#1 L1 B0 <65536 bytes> [\(atLimit)]", "#2 L2 B65537 <y> [y]",
                    "#3 L3 B65539 <65537 bytes> too-large at 131075 to L3", "#4 L4 B131077 <w> [w]",
                ], "block size \(block)")
        }
    }

    func testMoreFieldsThanTheLimitAreCountedToOneMore() {
        var settings = ReadDrop.settings()
        settings.columnLimit = 17
        for block in ReadDrop.blockSizes {
            let text = String(repeating: "a,", count: 40) + "\"x\"\"y\"\nb,\"c\"\"d\"\n"
            let (drop, _) = ReadDrop.cut(text, block: block, settings: settings)
            XCTAssertEqual(drop.values, [Array(repeating: "a", count: 18), ["b", "c\"d"]], "block size \(block)")
        }
    }

    func testRecordsOfManyFieldsOutgrowTheFirstGuess() {
        let text = String(repeating: "x" + String(repeating: ",", count: 400) + "\n", count: 300)
        for block in [7, 1 << 20] {
            let (drop, _) = ReadDrop.cut(text, block: block)
            XCTAssertEqual(drop.values, Array(repeating: ["x"] + Array(repeating: "", count: 400), count: 300))
        }
    }

    func testMarkedBytesAreFoundAtEveryPlaceOfABlock() {
        // A delimiter, a quoted field and a line end at each offset of the 64 bytes that are looked at together.
        for pad in 0..<130 {
            let filler = String(repeating: "p", count: pad)
            let (drop, _) = ReadDrop.cut("\(filler),\"q\"\"\(filler)\"\r\n\(filler)|\n", block: 65_536)
            XCTAssertEqual(drop.values, [[filler, "q\"\(filler)"], ["\(filler)|"]], "\(pad)")
        }
    }

    func testTheTrailerIsTakenOffAndItsCountKept() {
        let settings = ReadDrop.settings { $0.trailer = .init(starts: "T", count: 2) }
        for block in ReadDrop.blockSizes {
            let (drop, scanner) = ReadDrop.cut(
                "Tom,1\nTim,\"a\"\"b\"\n\"T\", 2 ,x\n\n", block: block, settings: settings)
            XCTAssertEqual(drop.values, [["Tom", "1"], ["Tim", "a\"b"]], "block size \(block)")
            XCTAssertEqual(scanner.declaredCount, 2)
            XCTAssertNil(scanner.trailerRefusal)
        }
    }

    func testAMissingTrailerIsTruncation() {
        let settings = ReadDrop.settings { $0.trailer = .init(starts: "T", count: 2) }
        for text in ["a,1\nb,2\n", "a,1\nb,\"2", ""] {
            for block in ReadDrop.blockSizes {
                let (_, scanner) = ReadDrop.cut(text, block: block, settings: settings)
                XCTAssertEqual(scanner.trailerRefusal?.code, .truncated)
                XCTAssertNil(scanner.declaredCount)
            }
        }
    }

    func testATrailerWithoutItsNumberIsAMismatch() {
        let settings = ReadDrop.settings { $0.trailer = .init(starts: "T", count: 2) }
        for text in ["a,1\nT\n", "a,1\nT,x\n", "a,1\nT,-1\n", "a,1\nT,\n"] {
            let (_, scanner) = ReadDrop.cut(text, block: 65_536, settings: settings)
            XCTAssertEqual(scanner.trailerRefusal?.code, .countMismatch, text)
        }
    }
}
