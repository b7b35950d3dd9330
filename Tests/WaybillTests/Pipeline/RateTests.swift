import Support
import SystemIO
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
        let bench = try PipelineBench(configuration("perHour: 3"), standing: true)
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
        // The second parcel of a (two people) in the next hour with one of b's two, and the other in the one after it.
        try bench.restart(at: "2026-11-20T16:01:00Z")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 5)
        XCTAssertEqual(try bench.dispatched("b").count, 1)
        try bench.restart(at: "2026-11-20T18:30:00Z")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("b").count, 2)
    }

    func testARateHoldsForParcelsThatWereQueuedBeforeIt() throws {
        let closed = "policies: {p: {startAfter: '2026-11-20T16:00:00Z'"
        let bench = try PipelineBench("{campaigns: {a: {policy: 'p'}}, \(closed)}}}", standing: true)
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
        let bench = try PipelineBench(configuration("perHour: 2"), standing: true)
        try bench.put("{\"expiresAt\": \"2026-11-20T15:30:00Z\"}", as: "a/1.csv.meta.json")
        try bench.drop(people(1000...1003), as: "a/1.csv")
        try bench.send()
        try bench.restart(at: "2026-11-20T17:00:00Z")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 2)
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        XCTAssertEqual(try bench.report("failure", campaign: "a").count { $0.contains(",Expired,") }, 2)
    }

    func testCampaignsTransportsAndAccountsHaveRatesOfTheirOwn() throws {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {rate: {perHour: 2}}, b: {strategy: 's', transports: {sms: 'one', voice: 'two'}},
                         c: {strategy: 's', transports: {sms: 'two'}}, d: {strategy: 's', transports: {sms: 'three'}}},
             strategies: {s: {steps: [{name: 'text', channel: 'sms'}]}},
             transports: {one: {account: 'both'}, two: {account: 'both'}, three: {rate: {perHour: 4}}},
             accounts: {both: {rate: {perHour: 3}}}}
            """, standing: true)
        for (place, campaign) in ["a", "b", "c", "d"].enumerated() {
            try bench.drop(people(1000 + place...1004 + place), as: "\(campaign)/1.csv")
        }
        try bench.send()
        let counts = { try ["a", "b", "c", "d"].map { try bench.dispatched($0).count } }
        XCTAssertEqual(try counts(), [2, 3, 0, 4])
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        for (campaign, words) in [("a", "campaign a"), ("c", "account both"), ("d", "transport three")] {
            let waiting = try bench.report("progress", campaign: campaign)
            XCTAssertTrue(waiting[0].contains("an hour, of \(words)"), waiting[0])
        }
        try bench.restart(at: "2026-11-20T15:30:00Z")
        try bench.drop(people(2000...2004), as: "c/2.csv")
        try bench.drop(people(2001...2005), as: "a/2.csv")
        try bench.send()
        XCTAssertEqual(try counts(), [2, 3, 0, 4])
        try bench.restart(at: "2026-11-20T16:00:01Z")
        try bench.send()
        // Of the account the two that b has left, and one of c's.
        XCTAssertEqual(try counts(), [4, 5, 1, 5])
    }

    func testAnotherTransportOfACampaignDoesNotWaitForTheRateOfOne() throws {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: 's', transports: {sms: 'slow'}}},
             strategies: {s: {steps: [{name: 'text', channel: 'sms', expires: '24h', on: {failed: 'call'}}, {name: 'call', channel: 'voice'}]}},
             transports: {slow: {rate: {perDay: 2}}}}
            """, standing: true)
        try bench.drop(people(1000...1001), as: "a/1.csv")
        try bench.send()
        let references = try bench.dispatched("a").compactMap { $0.split(separator: ",").first }
        try bench.drop(people(2000...2001), as: "a/2.csv")
        try bench.drop("reference,event\n\(references[0]),failed\n", as: "_receipts/1.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").map { $0.split(separator: ",")[1] }, ["sms", "sms", "voice"])
    }

    func testWorkspacesThatShareAnAccountSendNoMoreTogetherThanItsRate() throws {
        let folder = try TestWorkspace()
        let shared = """
            {campaigns: {a: {policy: 'p'}}, transports: {folder: {account: 'both'}}, policies: {p: {caps: [{limit: 0, within: '1h'}]}},
             accounts: {both: {rate: {perHour: 5}, shared: '\(folder.path)/rates.db'}}}
            """
        let benches = try [PipelineBench(shared, standing: true), PipelineBench(shared, standing: true)]
        // These are capped as they are about to leave, and take nothing from the others.
        try benches[0].drop(people(3000...3004), as: "a/1.csv")
        try benches[0].send()
        try benches[0].drop(people(1000...1002), as: "default/1.csv")
        try benches[1].drop(people(2000...2003), as: "default/1.csv")
        try benches[1].drop(people(4000...4000), as: "default/2.csv")
        let counts = { try benches.map { try $0.dispatched().count } }
        for bench in benches { try bench.send() }
        XCTAssertEqual(try counts(), [3, 2])
        _ = try benches[1].pipeline.report(day: nil, campaign: nil)
        let waiting = try benches[1].report("progress")
        XCTAssertEqual(waiting.count { $0.contains("\"rate of 5 an hour, of account both\"") }, 3, "\(waiting)")
        // A restart of one changes nothing for the other.
        try benches[0].restart(at: "2026-11-20T15:30:00Z")
        try benches[0].drop(people(5000...5003), as: "default/2.csv")
        for bench in benches { try bench.send() }
        XCTAssertEqual(try counts(), [3, 2])
        for bench in benches { try bench.restart(at: "2026-11-20T16:00:01Z") }
        for bench in benches { try bench.send() }
        XCTAssertEqual(try counts().reduce(0, +), 5 + 5)
    }

    func testAnAccountWhoseFileCannotBeUsedHoldsItsParcels() throws {
        let folder = try TestWorkspace()
        let bench = try PipelineBench(
            "{transports: {folder: {account: 'x'}}, accounts: {x: {rate: {perHour: 5}, shared: '\(folder.path)/no/x.db'}}}",
            standing: true)
        try bench.drop(people(1000...1002), as: "default/1.csv")
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch"), [])
        let reason = try XCTUnwrap(bench.pipeline.store.holdings().first?.words)
        XCTAssertTrue(reason.hasPrefix("the shared file of account x cannot be used: "), reason)
        try Files.createFolder(folder.path + "/no")
        try bench.restart(at: "2026-11-20T15:02:00Z")
        try bench.send()
        XCTAssertEqual(try bench.dispatched().count, 3)
    }

    func testWhatIsHeldForAnotherReasonTakesNoTurnOfAnAccount() throws {
        let folder = try TestWorkspace()
        let text = """
            {campaigns: {a: {strategy: 's', templates: {t: 't.txt'}, transports: {sms: 'one'}}, b: {transports: {handover: 'one'}}},
             strategies: {s: {steps: [{name: 'text', channel: 'sms', template: 't'}]}}, transports: {one: {account: 'x'}},
             accounts: {x: {rate: {perHour: 3}, shared: '\(folder.path)/x.db'}}}
            """
        let bench = try PipelineBench(text, standing: true)
        try bench.drop(people(1000...1002), as: "a/1.csv")
        try bench.send()
        try bench.drop(people(2000...2002), as: "b/1.csv")
        try bench.send()
        XCTAssertEqual(bench.files("outbox/dispatch/a"), [])
        XCTAssertEqual(try bench.dispatched("b").count, 3)
    }

    func testWhatLeftBeforeAnAccountWasSharedCounts() throws {
        let folder = try TestWorkspace()
        func text(_ shared: String) -> String {
            "{transports: {folder: {account: 'x'}}, accounts: {x: {rate: {perHour: 3}\(shared)}}}"
        }
        let bench = try PipelineBench(text(""), standing: true)
        try bench.drop(people(1000...1001), as: "default/1.csv")
        try bench.send()
        try bench.restart(at: "2026-11-20T15:05:00Z", with: text(", shared: '\(folder.path)/x.db'"))
        try bench.drop(people(2000...2001), as: "default/2.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched().count, 3)
    }

    func testParcelsAreNoLargerThanTheRateLetsLeaveAtOnce() throws {
        let bench = try PipelineBench(configuration("perSecond: 4, perDay: 1000"), standing: true)
        try bench.drop(people(1000...1009), as: "a/1.csv")
        XCTAssertEqual(try bench.due().map(\.contacts.count), [4, 4, 2])
    }

    /// How many of a campaign leave in the next seconds, and whom the lines of `range` name.
    private func leaves(_ range: ClosedRange<Int>, _ bench: PipelineBench, within seconds: Int) throws -> Int {
        for _ in 0..<seconds {
            try bench.send()
            try bench.advance(seconds: 1)
        }
        return try bench.dispatched("a").count { line in range.contains { line.contains("+1415555\($0)") } }
    }

    func testNobodyIsQueuedBehindTheTurnsOfThoseWhoWereReplacedOrWithdrawn() throws {
        for isReplaced in [true, false] {
            let bench = try PipelineBench("{campaigns: {a: {rate: {perSecond: 20}}}}", standing: true)
            try bench.drop(people(1000...6999), as: "a/1.csv")
            XCTAssertEqual(try leaves(1000...6999, bench, within: 2), 40)
            if isReplaced {
                try bench.put("{\"mode\": \"replace\"}", as: "a/2.csv.meta.json")
            } else {
                try bench.drop(#"{"command": "withdraw", "campaign": "a"}"#, as: "_control/1.json")
            }
            try bench.drop(people(7000...7099), as: "a/2.csv")
            XCTAssertEqual(try leaves(7000...7099, bench, within: 6), 100)
        }
    }

    func testNobodyIsQueuedBehindTheTurnsOfThoseWhoWereListed() throws {
        try expectNobodyIsQueuedBehindListed("{campaigns: {a: {rate: {perSecond: 20}}}}")
        let folder = try TestWorkspace()
        try expectNobodyIsQueuedBehindListed(
            """
            {campaigns: {a: {}}, transports: {folder: {account: 'x'}},
             accounts: {x: {rate: {perSecond: 20}, shared: '\(folder.path)/x.db'}}}
            """)
    }

    private func expectNobodyIsQueuedBehindListed(_ configuration: String) throws {
        let bench = try PipelineBench(configuration, standing: true)
        try bench.drop(people(1000...3999), as: "a/1.csv")
        XCTAssertEqual(try leaves(1000...3999, bench, within: 2), 40)
        let listed = (1000...3999).map { "phone,+1415555\($0)\n" }.joined()
        try bench.drop("kind,value\n" + listed, as: "_suppress/list.csv")
        try bench.drop(people(5000...5199), as: "a/2.csv")
        XCTAssertEqual(try leaves(5000...5199, bench, within: 11), 200)
        // Those who are listed come due meanwhile, and take no other turn.
        try bench.drop(people(6000...6199), as: "a/3.csv")
        XCTAssertEqual(try leaves(6000...6199, bench, within: 11), 200)
        try bench.drop(people(7000...7099), as: "a/4.csv")
        XCTAssertEqual(try leaves(7000...7099, bench, within: 6), 100)
        XCTAssertEqual(try bench.dispatched("a").count, 40 + 200 + 200 + 100)
    }

    func testOfAParcelInWhichSomeWereListedTheOthersCountAndNoMore() throws {
        let folder = try TestWorkspace()
        for shared in ["", ", shared: '\(folder.path)/x.db'"] {
            let bench = try PipelineBench(
                "{campaigns: {a: {}}, transports: {folder: {account: 'x'}}, accounts: {x: {rate: {perSecond: 20}\(shared)}}}",
                standing: true)
            try bench.drop(people(1000...1199), as: "a/1.csv")
            try bench.send()
            let listed = stride(from: 1020, to: 1200, by: 2).map { "phone,+1415555\($0)\n" }.joined()
            try bench.drop("kind,value\n" + listed, as: "_suppress/list.csv")
            try bench.drop(people(2000...2199), as: "a/2.csv")
            var before = 20
            for _ in 0..<30 {
                try bench.advance(seconds: 1)
                try bench.send()
                let now = try bench.dispatched("a").count
                XCTAssertLessThanOrEqual(now - before, 20)
                before = now
            }
            XCTAssertEqual(before, 20 + 90 + 200)
        }
    }
}
