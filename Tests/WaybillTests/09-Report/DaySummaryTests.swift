import Waybill
import XCTest

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
            "clinic &amp; co.attempts.csv.gz", "sha256sum -c SHA256SUMS", "figures are final",
        ] { XCTAssertTrue(page.contains(fact), fact) }
        let answer = try Python.run(PageFacts.nesting, input: Array(page.utf8))
        XCTAssertEqual(answer, "whole")
    }

    func testPageOfAManyBatchDayNamesWhatItLeavesOut() {
        var summary = ReportSamples.summary
        let batch = summary.campaigns[0].batches[1]
        summary.campaigns[0].batches = Array(repeating: batch, count: 512)
        summary.campaigns[0].closed = false
        let page = ReportSamples.text(ReportPage.bytes(summary))
        XCTAssertTrue(page.contains("And 12 more in <code>summary.json</code>"))
        XCTAssertTrue(page.contains("The day is still running"))
    }

    func testChecksumsAreSortedAndInCoreutilsForm() {
        XCTAssertEqual(
            ReportSamples.text(
                ChecksumsFile.bytes([("summary.json", "bb"), ("a b.csv.gz", "aa"), ("x\\y\n.csv", "cc")])),
            "aa  a b.csv.gz\nbb  summary.json\n\\cc  x\\\\y\\n.csv\n")
    }
}
