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
        XCTAssertEqual(try bench.due().count, 0)
    }

    func testWhatNoCapLooksBackToIsForgotten() throws {
        let bench = try PipelineBench(configuration("{limit: 1, within: '24h'}"))
        try bench.drop(ann, as: "a/1.csv")
        try bench.send()
        let before = Timestamp(milliseconds: 0)
        func count() throws -> Int {
            try bench.pipeline.store.recentContacts(after: before, caps: bench.configuration.caps, sorts: [:]).count
        }
        XCTAssertEqual(try count(), 1)
        try bench.restart(at: "2026-11-24T15:00:00Z")
        XCTAssertEqual(try count(), 0)
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

    func testADayIsTheCampaignsOwn() throws {
        let bench = try PipelineBench(
            configuration("{limit: 1, within: 'day'}").replacingOccurrences(
                of: "b: {", with: "b: {timezone: 'America/New_York', "))
        try bench.drop(ann, as: "a/1.csv")
        try bench.drop("phone1,id\n+14155550101,b\n", as: "b/1.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("b").count, 0)
        // Midnight in UTC, and then in New York.
        try bench.restart(at: "2026-11-21T00:01:00Z")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("b").count, 0)
        try bench.restart(at: "2026-11-21T05:00:30Z")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("b").count, 1)
    }

    func testAPersonOfSeveralNumbersIsCountedByTheirID() throws {
        let bench = try PipelineBench(configuration("{limit: 1, within: '24h', by: 'id', then: 'drop'}"))
        try bench.drop("phone1,id\n+14155550101,ann\n+14155550102,\n", as: "a/1.csv")
        try bench.send()
        try bench.drop("phone1,id\n+14155550103,ann\n+14155550102,\n+14155550104,bob\n", as: "b/1.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 2)
        XCTAssertEqual(try bench.dispatched("b").count, 2, "bob, and the one without an id")
    }

    func testATagIsAnyColumnAndACapMayCountOneCampaignOnly() throws {
        let bench = try PipelineBench(
            configuration("{limit: 2, within: '24h', by: 'Household', over: 'campaign', then: 'drop'}"))
        try bench.drop("phone1,Household\n+14155550101,h1\n+14155550102,h1\n+14155550103,h1\n", as: "a/1.csv")
        try bench.drop("phone1,Household\n+14155550104,h1\n+14155550105,h2\n", as: "b/1.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 2)
        XCTAssertEqual(try bench.dispatched("b").count, 2, "what a sent does not count")
    }

    /// Remind after three days, no more than three invitations, and nobody who answered again before ninety days are
    /// over.
    func testRemindersAndRepetitionsAreCaps() throws {
        let caps =
            "{limit: 1, within: '3d'}, {limit: 3, within: '365d'}, {limit: 1, within: '90d', counts: 'responses'}"
        let bench = try PipelineBench(configuration(caps))
        try bench.drop("phone1,id\n+14155550101,1\n+14155550102,2\n", as: "a/1.csv")
        try bench.send()
        let reference = try bench.dispatched("a")[0].prefix { $0 != "," }
        try bench.drop("reference,event\n\(reference),responded\n", as: "_receipts/r.csv")
        try bench.drop("phone1,id\n+14155550101,3\n+14155550102,4\n", as: "b/1.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("b").count, 0)
        try bench.restart(at: "2026-11-23T15:01:00Z")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("b").count, 1, "the one who did not answer is reminded")
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        let waiting = try bench.report("progress", day: "2026-11-23", campaign: "b")
        XCTAssertEqual(waiting.count, 1)
        XCTAssertTrue(waiting[0].contains("the cap of 1 response within 90d is reached"), waiting[0])
        try bench.restart(at: "2027-02-18T15:01:00Z")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("b").count, 2)
        // The third invitation of the year, and no fourth.
        for number in 5...6 {
            try bench.restart(at: "2027-0\(number)-01T15:00:00Z")
            try bench.drop("phone1,id\n+14155550102,\(number)\n", as: "a/\(number).csv")
            try bench.send()
        }
        XCTAssertEqual(try bench.dispatched("a").count, 3)
    }

    func testAnAnswerCountsOnceAndFromWhenItWasGiven() throws {
        let bench = try PipelineBench(configuration("{limit: 2, within: '90d', counts: 'responses'}"))
        try bench.drop("phone1,id\n+14155550101,1\n", as: "a/1.csv")
        try bench.send()
        let reference = try bench.dispatched("a")[0].prefix { $0 != "," }
        try bench.restart(at: "2026-11-30T15:00:00Z")
        for detail in ["x", "y"] {
            try bench.drop(
                "reference,event,at,detail\n\(reference),responded,2026-11-21T00:00:00Z,\(detail)\n",
                as: "_receipts/\(detail).csv")
        }
        try bench.drop("phone1,id\n+14155550101,2\n", as: "b/1.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("b").count, 1, "one person answered one message")
        let second = try bench.dispatched("b")[0].prefix { $0 != "," }
        try bench.drop("reference,event,at\n\(second),responded,2026-11-25T00:00:00Z\n", as: "_receipts/2.csv")
        try bench.drop("phone1,id\n+14155550101,3\n", as: "b/2.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("b").count, 1)
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        let waiting = try bench.report("progress", day: "2026-11-30", campaign: "b")
        // Ninety days after the first of both answers.
        XCTAssertTrue(waiting[0].contains("2027-02-19T00:00:00"), waiting[0])
    }

    func testAnAddressInAColumnIsOneWhateverItsCapitals() throws {
        let bench = try PipelineBench(configuration("{limit: 1, within: '24h', by: 'email', then: 'drop'}"))
        try bench.drop("phone1,email\n+14155550101,Bob@example.com\n", as: "a/1.csv")
        try bench.drop("phone1,email\n+14155550102,bob@example.com\n", as: "b/1.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count + bench.dispatched("b").count, 1)
    }

    func testWhatIsCountedOutlivesARestart() throws {
        let bench = try PipelineBench(configuration("{limit: 1, within: '24h', by: 'id', over: 'campaign'}"))
        try bench.drop("phone1,id\n+14155550101,ann\n", as: "a/1.csv")
        try bench.send()
        try bench.restart(at: "2026-11-20T16:00:00Z")
        try bench.drop("phone1,id\n+14155550102,ann\n", as: "a/2.csv")
        try bench.drop("phone1,id\n+14155550103,ann\n", as: "b/1.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 1)
        XCTAssertEqual(try bench.dispatched("b").count, 1)
    }
}
