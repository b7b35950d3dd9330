import XCTest

@testable import Waybill

final class CSVFormTests: XCTestCase {
    private func form(_ text: String, _ change: (inout Campaign) -> Void = { _ in }) -> String {
        let settings = ReadDrop.settings(change)
        do throws(RefusedDrop) {
            let form = try CSVForm(
                of: Array(text.utf8), isWhole: true, settings: settings, mapper: ColumnMapper(settings: settings))
            let names = form.header.map { "header \($0.joined(separator: "/"))" } ?? "positional"
            return "\(Character(UnicodeScalar(form.delimiter))) \(names) from \(form.start) line \(form.line)"
        } catch {
            return error.code.rawValue
        }
    }

    func testTheDelimiterIsFoundInTheHeader() {
        XCTAssertEqual(form("phone,name\n1,x\n"), ", header phone/name from 11 line 2")
        XCTAssertEqual(form("phone;name\n1;a,b\n2;c,d\n"), "; header phone/name from 11 line 2")
        XCTAssertEqual(form("phone\tnote, long\n1\tx\n"), "\t header phone/note, long from 17 line 2")
        XCTAssertEqual(form("\"phone\"|\"a|b\"\n1|x\n"), "| header phone/a|b from 14 line 2")
        XCTAssertEqual(form("phone;amount\n+491512345678;1,5\n"), "; header phone/amount from 13 line 2")
    }

    func testTheDelimiterIsFoundWithoutAHeader() {
        XCTAssertEqual(form("+491512345678,a;b,c\n+491512345679,c;d,e\n"), ", positional from 0 line 1")
        XCTAssertEqual(form("+491512345678;Hello, you\n"), "; positional from 0 line 1")
        XCTAssertEqual(form("+491512345678\n+491512345679;hello\n"), "; positional from 0 line 1")
        XCTAssertEqual(form("0151 2345678|x\n"), "| positional from 0 line 1")
    }

    func testOneColumnIsAComma() {
        XCTAssertEqual(form("Phone\n+491512345678\n"), ", header Phone from 6 line 2")
        XCTAssertEqual(form("+491512345678\n+491512345679\n"), ", positional from 0 line 1")
    }

    func testASpreadsheetsFirstLineAnnouncesTheDelimiter() {
        XCTAssertEqual(form("sep=;\r\nphone;name\r\n1;x\r\n"), "; header phone/name from 19 line 3")
        XCTAssertEqual(form("\"sep=^\"\nphone^a,b\n"), "^ header phone/a,b from 18 line 3")
        XCTAssertEqual(form("SEP=,\n+4915123456,x\n"), ", positional from 6 line 2")
    }

    func testWhatIsSetIsNotLookedFor() {
        XCTAssertEqual(form("phone;name\n1;x\n") { $0.delimiter = .set(0x2C) }, "drop.unknown-format")
        XCTAssertEqual(form("x,y\n1,2\n") { $0.header = .set(true) }, ", header x/y from 4 line 2")
        XCTAssertEqual(form("x;y\n1;2\n") { $0.header = .set(true) }, "; header x/y from 4 line 2")
        XCTAssertEqual(form("phone,name\n1,x\n") { $0.header = .set(false) }, ", positional from 0 line 1")
    }

    func testSkippedAndEmptyLinesStandBeforeTheHeader() {
        XCTAssertEqual(
            form("Report\r\n\r\n\r\nphone,x\r\n1,2\r\n") { $0.skipLines = 1 }, ", header phone/x from 21 line 5")
        XCTAssertEqual(form("a\rb\rphone\r1\r") { $0.skipLines = 2 }, ", header phone from 10 line 4")
        XCTAssertEqual(form("a\n") { $0.skipLines = 2 }, "drop.empty")
    }

    func testAHeaderMayHaveLineEndsInQuotes() {
        XCTAssertEqual(form("phone,\"first\nname\"\n1,x\n"), ", header phone/first\nname from 19 line 3")
    }

    func testARecordWithAPhoneNumberIsNoHeader() {
        XCTAssertEqual(form("+491512345678,name,text\n"), ", positional from 0 line 1")
        XCTAssertEqual(form("4.91512E+12,name\n"), ", positional from 0 line 1")
        XCTAssertEqual(form("\"+49 (151) 234-5678\",x\n"), ", positional from 0 line 1")
    }

    func testADamagedFirstRecordWithAPhoneNumberIsPositional() {
        XCTAssertEqual(form("+491512345678,\"a\"b\n+491512345679,c\n"), ", positional from 0 line 1")
        XCTAssertEqual(form("phone,na\"me\n+491512345679,c\n"), "drop.unknown-format")
    }

    func testTheCampaignsColumnsMakeAHeader() {
        XCTAssertEqual(form("Handy;Notiz\n1;x\n"), "drop.unknown-format")
        XCTAssertEqual(
            form("Handy;Notiz\n1;x\n") { $0.columns = [.init(sender: "handy", column: "phone1")] },
            "; header Handy/Notiz from 12 line 2")
    }

    func testWhatIsNoTextIsRefused() {
        XCTAssertEqual(form("PK\u{3}\u{4}phone,name\n"), "drop.unknown-format")
        XCTAssertEqual(form("%PDF-1.7\nphone\n"), "drop.unknown-format")
        XCTAssertEqual(form("p\0h\0o\0n\0e\0\n\0" + "1\0" + "2\0" + "3\0" + "4\0"), "drop.unknown-format")
        XCTAssertEqual(form("pho\0ne,x\n1,2\n"), "drop.unknown-format")
        XCTAssertEqual(form("phone,x\n1,\0\n"), ", header phone/x from 8 line 2", "one NUL is one bad record")
    }

    func testNothingIsEmpty() {
        for text in ["", "\n\r\n", "sep=;\n"] { XCTAssertEqual(form(text), "drop.empty") }
    }
}
