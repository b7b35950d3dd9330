import XCTest

@testable import Waybill

/// The configuration changes while contacts are under way.
final class ChangedConfigurationTests: XCTestCase {
    private func configuration(_ channel: String, _ windows: String) -> String {
        """
        {campaigns: {a: {strategy: "s", policy: "p"}},
         policies: {p: {zone: "campaign", windows: [\(windows)]}},
         strategies: {s: {steps: [{name: "first", channel: "\(channel)", to: "phone1"}]}}}
        """
    }

    func testWhoWaitsForAStepThatGoesOverAnotherChannelNowGoesOverThatOneInItsHours() throws {
        let both = "{channels: ['sms'], from: '16:00', to: '24:00'}, {channels: ['voice'], from: '18:00', to: '20:00'}"
        let bench = try PipelineBench(configuration("sms", both))
        try bench.drop("phone1\n+14155550101\n", as: "a/1.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a"), [], "it is 15:00")
        try bench.restart(at: "2026-11-20T16:30:00Z", with: configuration("voice", both))
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a"), [], "texts would be allowed, calls are not")
        try bench.restart(at: "2026-11-20T18:00:00Z")
        try bench.send()
        let sent = try bench.dispatched("a")
        XCTAssertEqual(sent.count, 1)
        XCTAssertTrue(sent[0].contains("-first-1,voice,"), sent[0])
    }

    // MARK: - Steps with other names

    private func calls(_ names: [String], _ rest: String = "") -> String {
        let steps = names.map {
            "{name: '\($0)', channel: 'voice', attempts: 3, on: {busy: \($0 == names[0] ? "'\(names[1])'" : "{retry: '1h'}")}}"
        }
        return "{campaigns: {a: {strategy: 's'}}, strategies: {s: {steps: [\(steps.joined(separator: ", "))]\(rest)}}}"
    }

    /// A contact whose first call was busy, and who waits for an hour for the next attempt of the second step.
    private func waiting() throws -> PipelineBench {
        let bench = try PipelineBench(calls(["first", "again"]))
        try bench.drop("phone1,id\n+14155550101,A7\n", as: "a/1.csv")
        try bench.send()
        try bench.drop("reference,event\nbcdfgh-20261120-000001-1-first-1,busy\n", as: "_receipts/1.csv")
        try bench.send()
        try bench.drop("reference,event\nbcdfgh-20261120-000001-1-again-2,busy\n", as: "_receipts/2.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 2)
        return bench
    }

    func testWhoWaitsForAStepThatIsGoneIsHeldAndNotSentTheFirstMessageAgain() throws {
        let bench = try waiting()
        try bench.restart(at: "2026-11-20T16:30:00Z", with: calls(["first", "other"]))
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 2)
        let holding = try XCTUnwrap(bench.pipeline.store.holdings().first)
        XCTAssertEqual(holding.reason, .noStep("again", campaign: "a"))
        XCTAssertEqual(holding.kind.label, "step")
        let found = try XCTUnwrap(
            Explanation.of(
                record: 1, batch: BatchID("20261120-000001")!, store: bench.pipeline.store,
                configuration: bench.configuration, at: bench.pipeline.now))
        XCTAssertTrue(found.present.contains("has no step again any more"), found.present)
        // As soon as it is there again, they go on.
        try bench.restart(at: "2026-11-20T16:32:00Z", with: calls(["first", "again"]))
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count { $0.hasPrefix("bcdfgh-20261120-000001-1-again-3,") }, 1)
    }

    func testWhoWaitsForAStepThatWasRenamedGoesOnWithItsAttempts() throws {
        let bench = try waiting()
        try bench.restart(
            at: "2026-11-20T16:30:00Z", with: calls(["first", "later"], ", renamed: {again: 'later'}"))
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 3)
        try bench.drop("reference,event\nbcdfgh-20261120-000001-1-again-3,busy\n", as: "_receipts/3.csv")
        try bench.restart(at: "2026-11-20T18:00:00Z")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count { $0.contains("-later-4,") }, 1)
        // Three attempts of the step, under both names.
        try bench.drop("reference,event\nbcdfgh-20261120-000001-1-later-4,busy\n", as: "_receipts/4.csv")
        let batch = BatchID("20261120-000001")!
        XCTAssertEqual(try bench.pipeline.store.states(of: batch)[.retriesCompleted], 1)
    }

    private func texts(_ name: String, _ renamed: String = "") -> String {
        """
        {campaigns: {a: {strategy: 's'}}, strategies: {s: {\(renamed) steps: [
          {name: '\(name)', channel: 'sms', to: 'phone1', expires: '1h', on: {expired: 'call'}},
          {name: 'call', channel: 'voice', to: 'phone1'}]}}}
        """
    }

    func testAMessageThatLeftBeforeACrashIsOneOfItsChannelWhateverItsStepIsCalledNow() throws {
        let batch = BatchID("20261120-000001")!
        for renamed in ["", "renamed: {text: 'message'},"] {
            let bench = try PipelineBench(texts("text"), standing: true)
            try bench.drop("phone1,id\n+14155550101,A7\n", as: "a/1.csv")
            bench.pipeline.dispatcher.transports = [Dying<FolderTransport, AfterCommit>.self]
            _ = try bench.pipeline.dispatchDue { false }
            XCTAssertEqual(try bench.pipeline.store.leavingIDs().count, 1)
            try bench.restart(at: "2026-11-20T15:01:00Z", with: texts("message", renamed))
            try bench.send()
            func states() throws -> [ContactState: Int] {
                try bench.pipeline.store.states(of: batch).filter { $0.value != 0 }
            }
            XCTAssertEqual(try states(), [.smsSent: 1], renamed)
            // What follows is not lost.
            try bench.restart(at: "2026-11-20T17:00:00Z", with: texts("message", "renamed: {text: 'message'},"))
            try bench.send()
            try bench.advance(seconds: 86_400)
            try bench.send()
            XCTAssertEqual(try bench.dispatched("a").count { $0.contains("-call-2,voice,") }, 1, renamed)
        }
    }

    func testACampaignThatIsGoneClosesItsDaysAndHoldsItsContacts() throws {
        let bench = try waiting()
        try bench.restart(at: "2026-11-22T16:30:00Z", with: "{}")
        XCTAssertNoThrow(try bench.report("progress", day: "2026-11-20", campaign: "a"))
        XCTAssertEqual(try bench.report("progress", day: "2026-11-21", campaign: "a").count, 1)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 2)
        XCTAssertEqual(try bench.pipeline.store.holdings().first?.reason, .noCampaign("a"))
        XCTAssertFalse(try bench.pipeline.report(day: nil, campaign: "a").isEmpty)
    }
}
