import XCTest

@testable import Waybill

/// Caps over campaigns, days and crashes.
final class CapsTests: XCTestCase {
    private func configuration(_ cap: String) -> String {
        """
        {campaigns: {a: {policy: "p", strategy: "s"}, b: {policy: "p", strategy: "s"}, free: {strategy: "s"}},
         policies: {p: {caps: [\(cap)]}},
         strategies: {s: {steps: [{name: "text", channel: "sms", to: "phone1"}]}}}
        """
    }

    private let ann = "phone1\n+14155550101\n"

    func testACapCountsOverAllCampaignsAndDelaysUntilItAllowsOneMore() throws {
        let bench = try PipelineBench(configuration("{limit: 1, within: '24h'}"))
        try bench.drop(ann, as: "a/1.csv")
        try bench.send()
        try bench.drop("phone1,id\n+14155550101,b\n+14155550102,c\n", as: "b/1.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 1)
        XCTAssertEqual(try bench.dispatched("b").count, 1, "only the other person")
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        let waiting = try bench.report("progress", campaign: "b")
        XCTAssertEqual(waiting.count, 1)
        XCTAssertTrue(waiting[0].contains(",Pending,"), waiting[0])
        XCTAssertTrue(waiting[0].contains("the cap of 1 within 1d is reached"), waiting[0])
        try bench.restart(at: "2026-11-21T14:59:00Z")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("b").count, 1)
        try bench.restart(at: "2026-11-21T15:01:00Z")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("b").count, 2)
    }

    func testCampaignsWithoutACapOfTheirOwnCountButAreNotHeld() throws {
        let bench = try PipelineBench(configuration("{limit: 1, within: '7d'}"))
        try bench.drop(ann, as: "free/1.csv")
        try bench.drop("phone1,id\n+14155550101,2\n", as: "free/2.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("free").count, 2)
        try bench.drop("phone1,id\n+14155550101,3\n", as: "a/1.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 0)
    }

    func testACapThatDropsThrottles() throws {
        let bench = try PipelineBench(configuration("{limit: 1, within: '7d', channels: ['sms'], then: 'drop'}"))
        try bench.drop(ann, as: "a/1.csv")
        try bench.drop("phone1,id\n+14155550101,b\n", as: "b/1.csv")
        try bench.send()
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        let skipped = try ["a", "b"].flatMap { try bench.report("skipped", campaign: $0) }
        XCTAssertEqual(skipped.count, 1)
        XCTAssertTrue(skipped[0].contains(",Throttled,policy,"), skipped[0])
        XCTAssertTrue(skipped[0].contains("cap.reached"), skipped[0])
    }

    func testTheSameAddressTwiceInOneParcelCountsTwice() throws {
        let bench = try PipelineBench(
            configuration("{limit: 1, within: '24h'}").replacingOccurrences(
                of: "a: {", with: "a: {duplicates: 'keep', "))
        try bench.drop("phone1,id\n+14155550101,1\n+14155550101,2\n+14155550102,3\n", as: "a/1.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 2)
    }

    func testALimitOfZeroHoldsForEverAndSaysSo() throws {
        let bench = try PipelineBench(configuration("{limit: 0, within: '24h'}"))
        try bench.drop(ann, as: "a/1.csv")
        try bench.send()
        try bench.restart(at: "2027-11-20T15:00:00Z")
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch"), [])
        XCTAssertEqual(try bench.pipeline.store.dueParcels(at: bench.pipeline.now, limit: 9).count, 0)
    }

    func testWhatNoCapLooksBackToIsForgotten() throws {
        let bench = try PipelineBench(configuration("{limit: 1, within: '24h'}"))
        try bench.drop(ann, as: "a/1.csv")
        try bench.send()
        let key = RecipientKey.phone(E164Number(digits: 14_155_550_101))
        let before = Timestamp(milliseconds: 0)
        XCTAssertEqual(try bench.pipeline.store.contacts(of: [key], after: before)[key]?.count, 1)
        try bench.restart(at: "2026-11-24T15:00:00Z")
        XCTAssertEqual(try bench.pipeline.store.contacts(of: [key], after: before), [:])
    }

    func testAHandOverCountsAgainstTheCapsOfEveryChannel() throws {
        let bench = try PipelineBench(
            "{campaigns: {a: {policy: 'p'}}, policies: {p: {caps: [{limit: 1, within: '24h', channels: ['sms']}]}}}")
        try bench.drop(ann, as: "a/1.csv")
        try bench.drop("phone1,id\n+14155550101,2\n", as: "a/2.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 1)
    }

    func testAChangedCapIsAskedAgainWithTheNextStart() throws {
        let bench = try PipelineBench(configuration("{limit: 0, within: '24h'}"))
        try bench.drop(ann, as: "a/1.csv")
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch"), [])
        try bench.restart(at: "2026-11-20T16:00:00Z", with: configuration("{limit: 5, within: '24h'}"))
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 1)
    }
}
