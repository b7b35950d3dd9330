import XCTest

@testable import Waybill

final class DaySummaryTests: XCTestCase {
    func testSummaryIsExactlyThis() throws {
        let expected = """
            {"day":"2026-11-21","version":"1.2.3","campaigns":[{"campaign":"clinic & co","zone":"Europe/Berlin",\
            "closed":true,"received":1000,"rejected":20,"duplicates":10,"skipped":100,"open":370,"success":450,\
            "failure":50,"batches":[{"batch":"20261121-000007","drop":"clinic <Nov>.csv","received":1000,"rejected":20,\
            "duplicates":10,"skipped":100,"open":370,"success":450,"failure":50,"mended":3,"byState":{"Connected":450,\
            "Pending":300,"Retries Completed":50,"Sampled Out":80,"Sent to Dialer":70,"Suppressed":20},\
            "byCode":{"param3.too-long":8,"phone1.invalid":12},"today":{"progress":370,"success":200,"failure":30,\
            "skipped":10,"attempts":812}},{"batch":"20261121-000009","drop":"b.csv","received":0,"rejected":0,\
            "duplicates":0,"skipped":0,"open":0,"success":0,"failure":0,"mended":0,"byState":{},"byCode":{},\
            "today":{"progress":0,"success":0,"failure":0,"skipped":0,"attempts":0}}],\
            "drops":[{"batch":"20261121-000008","drop":"again.csv","status":"duplicate","reason":null,"detail":null,\
            "firstBatch":"20261121-000007","at":"2026-11-21T11:00:04+01:00"},{"batch":"20261121-000010",\
            "drop":"bad.bin","status":"rejected","reason":"drop.unknown-format","detail":"neither CSV nor JSON",\
            "firstBatch":null,"at":"2026-11-21T11:00:04+01:00"}]}]}
            """
        XCTAssertEqual(ReportSamples.text(ReportSamples.summary.json(pretty: false)), expected + "\n")
        let read = try Python.roundTrip(json: ReportSamples.summary.json())
        XCTAssertEqual(read, expected)
    }

    func testSummaryThatAddsUpIsAccepted() throws {
        try ReportSamples.summary.checkBalance()
        try DaySummary(day: ReportSamples.day, version: "1", campaigns: []).checkBalance()
    }

    private func refusal(_ change: (inout DaySummary) -> Void) -> UnbalancedSummary? {
        var summary = ReportSamples.summary
        change(&summary)
        do throws(UnbalancedSummary) {
            try summary.checkBalance()
            return nil
        } catch {
            return error
        }
    }

    func testLostRecordOfABatchIsNamed() {
        let error = refusal { $0.campaigns[0].batches[0].totals.received += 1 }
        XCTAssertEqual(error?.batch, ReportSamples.batch)
        XCTAssertTrue(
            "\(error!)".contains(
                "campaign clinic & co, batch 20261121-000007: received is 1001, but rejected + duplicates + skipped + open "
                    + "+ success + failure is 1000."), "\(error!)")
    }

    func testStatesThatDoNotMakeTheirTotalAreNamed() {
        let error = refusal { $0.campaigns[0].batches[0].byState[.pending] = 299 }
        XCTAssertEqual(error?.first.name, "open")
        XCTAssertEqual(error?.first.count, 370)
        XCTAssertEqual(error?.second.count, 369)
    }

    func testCampaignThatIsNotTheSumOfItsBatchesIsNamed() {
        let error = refusal {
            $0.campaigns[0].totals.open -= 1
            $0.campaigns[0].totals.success += 1
        }
        XCTAssertNil(error?.batch)
        XCTAssertEqual(error?.first.name, "open")
        XCTAssertTrue("\(error!)".contains("the sum of open over its batches is 370"))
        XCTAssertEqual(refusal { $0.campaigns[0].totals.received = 5 }?.first.count, 5)
    }

    func testPageShowsTheFiguresAndNeedsNobody() throws {
        let page = ReportSamples.text(ReportPage.bytes(ReportSamples.summary))
        PageFacts.check(page)
        for fact in [
            "21 November 2026", "clinic &amp; co", "clinic &lt;Nov&gt;.csv",
            "the same content as batch 20261121-000007",
            "success 450, open 370, failure 50, skipped 100, rejected 20, duplicates 10", "Retries Completed",
            "<a href=\"clinic%20%26%20co.attempts.csv.gz\">clinic &amp; co.attempts.csv.gz</a>",
            "sha256sum -c SHA256SUMS", "figures are final",
        ] { XCTAssertTrue(page.contains(fact), fact) }
        let answer = try Python.run(PageFacts.nesting, input: Array(page.utf8))
        XCTAssertEqual(answer, "whole")
    }

    func testPageBeginsWithWhatNeedsAttentionAndTellsOfThoseWhoWereContacted() throws {
        var summary = ReportSamples.summary
        summary.drops = [
            .init(
                batch: BatchID("20261121-000011")!, drop: "lost.csv", status: .rejected,
                reason: "drop.no-campaign: nobody takes it", firstBatch: nil,
                at: LocalMoment(ReportSamples.end, offset: 0))
        ]
        summary.campaigns[0].contacted = 600
        summary.campaigns[0].late = 2
        summary.campaigns[0].dayHours = 25
        summary.campaigns[0].failures = ["4xx <&>": 30]
        summary.campaigns[0].hours = (0..<24).map { $0 == 9 ? 500 : 0 }
        var step = DaySummary.StepSummary(step: "text", channel: "sms", template: "reminder")
        (step.sent, step.delivered, step.answered) = (600, 540, 60)
        summary.campaigns[0].steps = [step]
        var before = ReportSamples.summary
        before.day = before.day.adding(days: -1)
        before.campaigns[0].batches[0].today[.success] = 100
        let page = ReportSamples.text(ReportPage.bytes(summary, earlier: [before]))
        PageFacts.check(page)
        for fact in [
            "Needs attention", "<bdi>lost.csv</bdi></b>, which names no campaign, was refused at 10:00",
            "<bdi>bad.bin</bdi></b> of <bdi>clinic &amp; co</bdi> was refused", "a day of 25 hours",
            "<dt>reached or answered</dt><dd>75.0 %", "delivered, 90.0 %", "answered, 10.0 %", "template <bdi>reminder",
            "Sent by hour of the recipient&#39;s day: 9:00 500", "4xx &lt;&amp;&gt;",
            "2 results came this day too late",
            "Rows of success by day: 2026-11-20 100, 2026-11-21 200",
        ] { XCTAssertTrue(page.contains(fact), fact) }
        let first = try XCTUnwrap(page.range(of: "Needs attention"))
        XCTAssertLessThan(first.lowerBound, try XCTUnwrap(page.range(of: "Batches since")).lowerBound)
        XCTAssertEqual(try Python.run(PageFacts.nesting, input: Array(page.utf8)), "whole")
        let json = try Python.roundTrip(json: summary.json())
        XCTAssertTrue(
            json.contains(
                #""steps":[{"step":"text","channel":"sms","template":"reminder","sent":600,"delivered":540,"answered":60}]"#
            ),
            json)
        XCTAssertTrue(json.contains(#""failures":{"4xx <&>":30},"late":2"#), json)
        XCTAssertTrue(json.contains(#""drops":[{"batch":"20261121-000011","drop":"lost.csv""#), json)
    }

    func testPageOfAManyBatchDayNamesWhatItLeavesOut() {
        var summary = ReportSamples.summary
        let batch = summary.campaigns[0].batches[1]
        summary.campaigns[0].batches = Array(repeating: batch, count: 512)
        summary.campaigns[0].closed = false
        let page = ReportSamples.text(ReportPage.bytes(summary))
        XCTAssertTrue(page.contains("And 12 more in <a href=\"summary.json\">summary.json</a>"))
        XCTAssertTrue(page.contains("The day is still running"))
    }

    func testChecksumsAreSortedAndInCoreutilsForm() {
        XCTAssertEqual(
            ReportSamples.text(
                ChecksumsFile.bytes([("summary.json", "bb"), ("a b.csv.gz", "aa"), ("x\\y\n.csv", "cc")])),
            "aa  a b.csv.gz\nbb  summary.json\n\\cc  x\\\\y\\n.csv\n")
    }
}
