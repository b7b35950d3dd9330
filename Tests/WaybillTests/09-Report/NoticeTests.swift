import XCTest

@testable import Waybill

final class NoticeTests: XCTestCase {
    func testTallyCountsCodesMostFrequentFirst() {
        let tally = ReportSamples.tally
        XCTAssertEqual(tally.total, 130)
        XCTAssertEqual(
            tally.codeCounts, [.init(code: "phone1.invalid", count: 87), .init(code: "param3.too-long", count: 43)])
        XCTAssertEqual(tally.rows.map(\.record), Array(1...100))
    }

    func testDateColumnsCountUnderOneCode() {
        var tally = ViolationTally()
        for field in [Field.callbackat, .notbefore, .notbefore, .expiresat] {
            tally.add(record: 1, line: 1, Violation(.field(field), .invalid, message: "m", hint: "\(field)"))
        }
        XCTAssertEqual(tally.codeCounts, [.init(code: "date.invalid", count: 4)])
        XCTAssertEqual(tally.reasons.map(\.count), [2, 1, 1])
    }

    func testMendedNameKeepsTheBatchId() {
        var notice = ReportSamples.notice
        XCTAssertEqual(notice.mendedName, "clinic <Nov & Dec>-20261121-000007.csv")
        notice.drop = "a.json.gz"
        notice.rejectsFile = "rejects.json"
        XCTAssertEqual(notice.mendedName, "a-20261121-000007.json")
        notice.drop = ".csv"
        XCTAssertEqual(notice.mendedName, "mended-20261121-000007.json")
    }

    func testPageHasNoScriptNoNetworkAndEscapesEverything() {
        let page = ReportSamples.text(NoticePage.bytes(ReportSamples.notice))
        PageFacts.check(page)
        XCTAssertTrue(page.contains("clinic &lt;Nov &amp; Dec&gt;.csv"))
        XCTAssertTrue(page.contains("&lt;b&gt;&quot;Tom&quot; &amp; &#39;Jerry&#39;&lt;/b&gt;"))
        XCTAssertFalse(page.contains("<b>\"Tom"))
        XCTAssertFalse(page.contains("<Nov"))
    }

    func testEachCharacterOfTextStandsForItselfOrIsEscaped() {
        let escapes: [Unicode.Scalar: String] = [
            "<": "&lt;", ">": "&gt;", "&": "&amp;", "\"": "&quot;", "'": "&#39;", "\t": "\t", "\n": "\n",
        ]
        for number in UInt32(0)...0x2FF {
            let scalar = Unicode.Scalar(number)!
            let expected = escapes[scalar] ?? (scalar.properties.generalCategory == .control ? "\u{FFFD}" : "\(scalar)")
            let html = ("ä\("a\(scalar)€")b" as Markup).html
            XCTAssertEqual(String(validating: html, as: UTF8.self), "äa\(expected)€b", "U+\(number)")
        }
    }

    func testPageShowsTotalsReasonsRowsAndSteps() throws {
        let page = ReportSamples.text(NoticePage.bytes(ReportSamples.notice))
        for fact in [
            "130 of 1,000 records", "The first 100 of 130", "20261121-000007", "clinic-reminders", "Shorten the value.",
            "21 November 2026, 11:00 (UTC+01:00)", "Open <a href=\"rejects.csv\">rejects.csv</a>: 130 records",
            "aria-label=\"Problems by reason\"", "“Mobil” is no valid phone number", "Parameter 3 is too long",
            "Do not send the whole drop again: its 860 accepted records count already.",
            "and 84 more in <a href=\"errors.csv\">errors.csv</a>, code <code>phone1.invalid</code>",
            "row 2 of <a href=\"rejects.csv\">rejects.csv</a> · id <b><bdi>K-1</bdi></b> · line 2 of your file",
        ] { XCTAssertTrue(page.contains(fact), fact) }
        XCTAssertEqual(page.components(separatedBy: "data-label=\"Value\"").count - 1, 100)
        // An independent HTML reader: every element that opens is closed again, in order.
        let answer = try Python.run(PageFacts.nesting, input: Array(page.utf8))
        XCTAssertEqual(answer, "whole")
    }

    func testRefusedDropIsExplained() {
        var notice = ReportSamples.notice
        notice.refusal = RefusedDrop(.noCampaign, "No campaign takes files called x; put it into a campaign's folder.")
        notice.rejectsFile = nil
        notice.tally = ViolationTally()
        let page = ReportSamples.text(NoticePage.bytes(notice))
        XCTAssertTrue(page.contains("put it into a campaign&#39;s folder. <code>drop.no-campaign</code>"))
        XCTAssertTrue(page.contains("was refused: nothing says which campaign it is for</h1>"))
        XCTAssertFalse(page.contains("rejects.csv"))
        let mail = NoticeText.body(notice)
        XCTAssertTrue(mail.contains("  No campaign takes files called x;"))
        XCTAssertTrue(mail.contains("(drop.no-campaign)"))
        XCTAssertFalse(mail.contains("errors.csv"))
    }

    func testMailIsExactlyThis() {
        XCTAssertEqual(
            ReportSamples.text(NoticeText.bytes(ReportSamples.notice)),
            """
            Subject: Waybill: 130 of 1,000 records of clinic <Nov & Dec>.csv were rejected

            130 of 1,000 records of clinic <Nov & Dec>.csv were rejected.

            860 of the 1,000 records in this file were taken. 130 could not be taken as
            they are: what is wrong stands below, with what to do about it. 10 repeat
            somebody who was taken already; nothing is to be done about them.

              File      clinic <Nov & Dec>.csv
              Campaign  clinic-reminders
              Batch     20261121-000007
              Time      21 November 2026, 11:00 (UTC+01:00)

              Received    1,000
              Accepted      860
              Rejected      130
              Duplicates     10

            WHAT IS WRONG

              87  “Mobil” is no valid phone number (phone1.invalid).
                  Write the number with its country code, as in +14155550123.
              43  Parameter 3 is too long (param3.too-long).
                  Shorten the value.

            WHAT TO DO NOW

              1. Open rejects.csv: 130 records, exactly as you sent them. In a
                 spreadsheet load phone columns as text: it turns long numbers into
                 4.9E+12 otherwise, and drops leading zeros.
              2. Correct the records as this notice says; errors.csv lists every problem
                 with record, line and column.
              3. Save the file as clinic <Nov & Dec>-20261121-000007.csv and drop it
                 into the same inbox folder. The number in the name says what it
                 corrects, so keep it.
              4. Do not send the whole drop again: its 860 accepted records count
                 already.

            WHERE THE FILES ARE

              outbox/notices/2026-11-21/20261121-000007/
                rejects.csv    the rejected records, as they were sent
                errors.csv     every problem, one a row
                notice.html    this notice as a page

            """)
    }

    func testAReasonHasExamplesThatDifferInWhatToDo() {
        var tally = ViolationTally()
        for (record, hint) in ["A.", "A.", "A.", "A.", "B.", "A.", "C.", "D."].enumerated() {
            tally.add(
                record: UInt32(record), line: 1, Violation(.field(.phone1), .invalid, message: "m", hint: hint))
        }
        let reason = tally.reasons[0]
        XCTAssertEqual(reason.examples.map(\.violation.hint), ["A.", "B.", "C."])
        XCTAssertEqual(reason.examples.map(\.record), [0, 4, 6])
        XCTAssertNil(reason.remedy, "what one record has to do is no hint for all")
        XCTAssertEqual(reason.count, 8)
    }

    func testOneStrayQuoteAmongManyBadNumbersIsSeen() {
        var notice = ReportSamples.notice
        notice.tally.add(
            record: 500, line: 501, returned: 131,
            Violation(.row, .strayQuote, message: "There is text after a closing quote.", hint: "Quote it."))
        let page = ReportSamples.text(NoticePage.bytes(notice))
        XCTAssertTrue(page.contains("A quotation mark stands where none may stand"))
        XCTAssertTrue(page.contains("row 132 of <a href=\"rejects.csv\">rejects.csv</a> · line 501 of your file"))
        XCTAssertTrue(page.contains("Use a text editor"))
    }

    func testDuplicatesStandApartAndAskForNothing() throws {
        var notice = ReportSamples.notice
        notice.tally.add(record: 7, line: 8, .duplicate(of: 3, of: .phone1))
        let page = ReportSamples.text(NoticePage.bytes(notice))
        let apart = try XCTUnwrap(page.range(of: "Left out, nothing to correct"))
        XCTAssertTrue(page[apart.upperBound...].contains("The same person stands in the file more than once"))
        XCTAssertFalse(page[..<apart.lowerBound].contains("more than once"))
        notice.rejected = 0
        notice.duplicates = 1
        notice.tally = ViolationTally()
        notice.tally.add(record: 7, line: 8, .duplicate(of: 3, of: .phone1))
        XCTAssertEqual(notice.headline, "1 of 1,000 records of clinic <Nov & Dec>.csv was left out")
    }

    func testSettingsStandApartForWhoeverConfigures() throws {
        var notice = ReportSamples.notice
        notice.tally.add(record: 7, line: 8, .missing(.phone1, name: "phone1"))
        let page = ReportSamples.text(NoticePage.bytes(notice))
        let apart = try XCTUnwrap(page.range(of: "For whoever configures Waybill"))
        XCTAssertTrue(page[apart.upperBound...].contains("take it out of the campaign&#39;s `require`"))
        XCTAssertFalse(page[..<apart.lowerBound].contains("`require`"))
        let mail = NoticeText.body(notice)
        let below = try XCTUnwrap(mail.range(of: "FOR WHOEVER CONFIGURES WAYBILL"))
        XCTAssertTrue(mail[below.upperBound...].contains("`require`"))
        XCTAssertFalse(mail[..<below.lowerBound].contains("`require`"))
        XCTAssertTrue(Violation.missing(.phone1, name: "phone1").hint.contains("`require`"), "errors.csv says both")
    }

    func testRowsAreCountedBelowWhatStandsAboveTheRecords() {
        func above(_ leading: [UInt8], _ encoding: TextEncoding = .utf8, _ kind: DropKind = .csv) -> Int {
            RejectsFile(kind: kind, leading: leading, encoding: encoding).rowsAbove
        }
        XCTAssertEqual(above(Array("phone1,id\r\n".utf8)), 1)
        XCTAssertEqual(above(Array("phone1\rx\r".utf8)), 2)
        XCTAssertEqual(above(Array("\u{FEFF}sep=;\nExport of today\nphone1;id\n".utf8)), 2)
        XCTAssertEqual(above([]), 0)
        XCTAssertEqual(above([0xFF, 0xFE, 0x61, 0, 0x0A, 0x0A, 0x0D, 0, 0x0A, 0], .utf16LE), 1)
        XCTAssertEqual(above(Array("[\n".utf8), .utf8, .jsonArray), 0)
    }

    func testMailNamesNoContactsDataAndNoExtraHeader() {
        var notice = ReportSamples.notice
        notice.drop = "x\r\nBcc: everybody@example.org\n.csv"
        let mail = ReportSamples.text(NoticeText.bytes(notice))
        XCTAssertFalse(mail.contains("415-555"))
        XCTAssertFalse(mail.contains("\nBcc:"))
        XCTAssertFalse(mail.contains("\r"))
        XCTAssertEqual(NoticeText.subject(notice).filter { $0.isNewline }, "")
    }
}

/// What holds for every page.
enum PageFacts {
    static func check(_ page: String, file: StaticString = #filePath, line: UInt = #line) {
        XCTAssertTrue(page.hasPrefix("<!doctype html>\n<html lang=\"en\">"), file: file, line: line)
        for word in ["<script", "http", "src=", "@import", "url(", "javascript:", " onclick", " onload"] {
            XCTAssertFalse(page.lowercased().contains(word), word, file: file, line: line)
        }
        // Links lead to files beside the page and nowhere else.
        for link in page.components(separatedBy: "href=\"").dropFirst() {
            let name = link.prefix { $0 != "\"" }
            XCTAssertFalse(
                name.isEmpty || name.contains { "/:?#".contains($0) }, String(name), file: file, line: line)
        }
    }

    static let nesting = """
        import sys
        from html.parser import HTMLParser
        class Nesting(HTMLParser):
            open = []
            def handle_starttag(self, tag, attrs):
                assert len(dict(attrs)) == len(attrs), attrs
                if tag not in ('meta', 'br'): self.open.append(tag)
            def handle_endtag(self, tag):
                assert self.open.pop() == tag, tag
        nesting = Nesting()
        nesting.feed(sys.stdin.buffer.read().decode('utf-8'))
        nesting.close()
        assert nesting.open == [], nesting.open
        print('whole', end='')
        """
}
