import Waybill
import XCTest

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
        XCTAssertEqual(tally.reasons.first?.hint, "callbackat")
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

    func testPageShowsTotalsReasonsRowsAndSteps() throws {
        let page = ReportSamples.text(NoticePage.bytes(ReportSamples.notice))
        for fact in [
            "130 of 1,000 records", "The first 100 of 130", "20261121-000007", "clinic-reminders", "Shorten the value.",
            "21 November 2026, 11:00 (UTC+01:00)", "Open rejects.csv in the notice&#39;s folder: 130 records",
            "aria-label=\"Violations by code: phone1.invalid 87, param3.too-long 43\"",
            "Do not send the whole drop again: its 860 accepted records are already on the way.",
        ] { XCTAssertTrue(page.contains(fact), fact) }
        XCTAssertEqual(page.components(separatedBy: "<td class=\"value\">").count - 1, 100)
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
        XCTAssertTrue(page.contains("<code>drop.no-campaign</code> No campaign takes files called x"))
        XCTAssertFalse(page.contains("rejects.csv"))
        let mail = NoticeText.body(notice)
        XCTAssertTrue(mail.contains("  drop.no-campaign: No campaign takes files called x;"))
        XCTAssertFalse(mail.contains("errors.csv"))
    }

    func testMailIsExactlyThis() {
        XCTAssertEqual(
            ReportSamples.text(NoticeText.bytes(ReportSamples.notice)),
            """
            Subject: Waybill: 130 of 1,000 records of clinic <Nov & Dec>.csv were rejected

            130 of 1,000 records of clinic <Nov & Dec>.csv were rejected.

              Drop      clinic <Nov & Dec>.csv
              Campaign  clinic-reminders
              Batch     20261121-000007
              Time      21 November 2026, 11:00 (UTC+01:00)

              Received    1,000
              Accepted      860
              Rejected      130
              Duplicates     10

            WHY

              87  phone1.invalid
                  Write the number with its country code, as in +14155550123.
              43  param3.too-long
                  Shorten the value.

            WHAT TO DO NOW

              1. Open rejects.csv in the notice's folder: 130 records, exactly as you
                 sent them.
              2. Correct the records as the hints say; errors.csv lists every problem
                 with record, line and column.
              3. Save the file as clinic <Nov & Dec>-20261121-000007.csv and drop it
                 into the same inbox folder. The batch id in the name tells Waybill what
                 it corrects.
              4. Do not send the whole drop again: its 860 accepted records are already
                 on the way.

            WHERE THE FILES ARE

              outbox/notices/2026-11-21/20261121-000007/
                rejects.csv    the rejected records, as they were sent
                errors.csv     every problem, one a row
                notice.html    this notice as a page

            """)
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
        for word in ["<script", "http", "src=", "href=", "@import", "url(", "javascript:", " onclick", " onload"] {
            XCTAssertFalse(page.lowercased().contains(word), word, file: file, line: line)
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
