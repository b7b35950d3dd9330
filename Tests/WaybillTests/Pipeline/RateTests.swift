import XCTest

@testable import Waybill

final class RateTests: XCTestCase {
    private func configuration(_ rate: String) -> String {
        "{campaigns: {a: {policy: 'p'}, b: {policy: 'p'}, free: {}}, policies: {p: {rate: {\(rate)}}}}"
    }

    private func people(_ range: ClosedRange<Int>) -> String {
        "phone1\n" + range.map { "+1415555\($0)\n" }.joined()
    }

    func testARateIsSharedByTheCampaignsOfAPolicyAndSurvivesARestart() throws {
        let bench = try PipelineBench(configuration("perHour: 3"))
        try bench.drop(people(1000...1004), as: "a/1.csv")
        try bench.drop(people(2000...2001), as: "b/1.csv")
        try bench.drop(people(3000...3009), as: "free/1.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("free").count, 10)
        XCTAssertEqual(try bench.dispatched("a").count, 3)
        XCTAssertEqual(bench.files("outbox/dispatch/b"), [])
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        let waiting = try bench.report("progress", campaign: "b")
        XCTAssertEqual(waiting.count, 2)
        XCTAssertTrue(waiting[0].contains("rate of 3 an hour"), waiting[0])
        try bench.restart(at: "2026-11-20T15:59:00Z")
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch").count, 2)
        // The second parcel of a (two people) in the next hour, and b's (two people) in the one after it.
        try bench.restart(at: "2026-11-20T16:01:00Z")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 5)
        XCTAssertEqual(bench.files("outbox/dispatch/b"), [])
        try bench.restart(at: "2026-11-20T18:30:00Z")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("b").count, 2)
    }

    func testARateHoldsForParcelsThatWereQueuedBeforeIt() throws {
        let closed = "policies: {p: {startAfter: '2026-11-20T16:00:00Z'"
        let bench = try PipelineBench("{campaigns: {a: {policy: 'p'}}, \(closed)}}}")
        try bench.drop(people(1000...1011), as: "a/1.csv")
        try bench.restart(
            at: "2026-11-20T16:30:00Z", with: "{campaigns: {a: {policy: 'p'}}, \(closed), rate: {perHour: 5}}}}")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 5)
        try bench.restart(at: "2026-11-20T19:00:00Z")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 10)
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        XCTAssertEqual(try bench.report("progress", campaign: "a").count, 2)
    }

    func testWhatASideCarSaysHoldsForContactsThatWaitForARateToo() throws {
        let bench = try PipelineBench(configuration("perHour: 2"))
        try bench.put("{\"expiresAt\": \"2026-11-20T15:30:00Z\"}", as: "a/1.csv.meta.json")
        try bench.drop(people(1000...1003), as: "a/1.csv")
        try bench.send()
        try bench.restart(at: "2026-11-20T17:00:00Z")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 2)
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        XCTAssertEqual(try bench.report("failure", campaign: "a").count { $0.contains(",Expired,") }, 2)
    }

    func testParcelsAreNoLargerThanTheRateLetsLeaveAtOnce() throws {
        let bench = try PipelineBench(configuration("perSecond: 4, perDay: 1000"))
        try bench.drop(people(1000...1009), as: "a/1.csv")
        let due = try bench.pipeline.store.dueParcels(at: bench.pipeline.now, limit: 9)
        XCTAssertEqual(try due.compactMap { try bench.pipeline.store.parcel($0)?.contacts.count }, [4, 4, 2])
    }
}
