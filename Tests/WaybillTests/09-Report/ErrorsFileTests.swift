import Waybill
import XCTest

final class ErrorsFileTests: XCTestCase {
    private func row(_ violation: Violation) -> String {
        var bytes: [UInt8] = []
        ErrorsFile.append(record: 12, line: 14, byte: 0, violation, to: &bytes)
        return ReportSamples.text(bytes)
    }

    private func row(value: String) -> String {
        row(Violation(.field(.id), .tooLong, value: Array(value.utf8), message: "m", hint: "h"))
    }

    func testHeaderIsTheContracts() {
        XCTAssertEqual(
            ReportSamples.text(ErrorsFile.header()), "record,line,byte,field,code,value,message,hint\n")
    }

    func testRowHasItsEightCells() {
        XCTAssertEqual(
            row(
                Violation(
                    .field(.phone2), .invalid, value: Array("0,\"1\"".utf8), message: "No, it is not.", hint: "Mend it."
                )),
            "12,14,0,phone2,phone2.invalid,\"0,\"\"1\"\"\",\"No, it is not.\",Mend it.\n")
    }

    func testCodesAndFieldsAreTheViolationsOwn() {
        for field in Field.allCases {
            let violation = Violation(.field(field), .missing, message: "m", hint: "h")
            XCTAssertEqual(row(violation), "12,14,0,\(violation.field),\(violation.code),,m,h\n")
        }
        XCTAssertEqual(row(Violation(.row, .strayQuote, message: "m", hint: "h")), "12,14,0,,row.stray-quote,,m,h\n")
    }

    func testCellsASpreadsheetWouldRunGetAnApostrophe() {
        for start in ["=", "+", "-", "@", "\t"] {
            XCTAssertEqual(row(value: start + "1"), "12,14,0,id,id.too-long,'\(start)1,m,h\n")
        }
        XCTAssertEqual(row(value: "\r=1"), "12,14,0,id,id.too-long,\"'\r=1\",m,h\n")
        XCTAssertEqual(row(value: "=A1,\"x\""), "12,14,0,id,id.too-long,\"'=A1,\"\"x\"\"\",m,h\n")
        XCTAssertEqual(
            row(Violation(.row, .duplicate, message: "=m", hint: "-h")), "12,14,0,,row.duplicate,,'=m,'-h\n")
    }

    func testHarmlessCellsStayAsTheyAre() {
        for value in ["1=1", " =1", "'x", "a+b", "ä€😀", "a\tb", "\u{3000}"] {
            XCTAssertEqual(row(value: value), "12,14,0,id,id.too-long,\(value),m,h\n")
        }
    }

    func testInvalidUTF8IsShownByReplacementCharacters() {
        let text = row(Violation(.field(.id), .invalid, value: [0x61, 0xFF, 0x2C, 0xC3], message: "m", hint: "h"))
        XCTAssertEqual(text, "12,14,0,id,id.invalid,\"a\u{FFFD},\u{FFFD}\",m,h\n")
    }

    func testControlCharactersAreShownByTheirPictures() {
        XCTAssertEqual(row(value: "a\u{0}\u{1B}\u{7F}b"), "12,14,0,id,id.too-long,a\u{2400}\u{241B}\u{2421}b,m,h\n")
    }

    func testForASpreadsheetItIsUTF16WithTabsAsAnIndependentReaderFinds() throws {
        var bytes = ErrorsFile.header(.spreadsheet)
        for value in ["a\tb", "\"", "x\ny", "=1", "", "ü😀"] {
            ErrorsFile.append(
                record: 1, line: 2, byte: 30,
                Violation(.field(.id), .tooLong, value: Array(value.utf8), message: "A, \"b\".", hint: "C."),
                as: .spreadsheet, to: &bytes)
        }
        let script = """
            import csv, io, sys
            data = sys.stdin.buffer.read()
            assert data[:2] == b'\\xff\\xfe' and data[-4:] == b'\\r\\0\\n\\0'
            text = io.StringIO(data.decode('utf-16'), newline='')
            for row in csv.reader(text, strict=True, delimiter='\\t'):
                sys.stdout.buffer.write(('|'.join(row).replace('\\n', '~') + '\\n').encode())
            """
        let rows = try Python.run(script, input: bytes).split(separator: "\n").map(String.init)
        XCTAssertEqual(rows[0], "record|line|byte|field|code|value|message|hint")
        XCTAssertEqual(
            Array(rows.dropFirst()),
            ["a\tb", "\"", "x~y", "'=1", "", "ü😀"].map { "1|2|30|id|id.too-long|\($0)|A, \"b\".|C." })
    }

    func testIndependentReaderFindsTheSameCells() throws {
        var bytes = ErrorsFile.header()
        for value in ["a,b", "\"", "x\ny", "=1", "", "ü"] {
            ErrorsFile.append(
                record: 1, line: 2, byte: 30,
                Violation(.field(.id), .tooLong, value: Array(value.utf8), message: "A, \"b\".", hint: "C\nd."),
                to: &bytes)
        }
        let rows = try Python.rows(ofCSV: bytes)
        XCTAssertEqual(
            Array(rows.dropFirst()),
            ["a,b", "\"", "x~y", "'=1", "", "ü"].map { "1|2|30|id|id.too-long|\($0)|A, \"b\".|C~d." })
    }
}
