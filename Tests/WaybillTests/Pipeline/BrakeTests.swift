import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// Campaigns that stop by themselves, and parcels that are held since most of them would fail for one cause.
final class BrakeTests: XCTestCase {
    override func setUp() { ProcessSetup.ignoreBrokenPipe() }

    private static func configuration(_ stopWhen: String, sms: String = "folder", _ more: String = "") -> String {
        """
        {campaigns: {a: {strategy: 's', stopWhen: {\(stopWhen)}, transports: {sms: '\(sms)'}, \(more)}},
         strategies: {s: {steps: [
           {name: 'text', channel: 'sms', expires: '48h', \(more.isEmpty ? "" : "template: 't',") on: {failed: 'call'}},
           {name: 'call', channel: 'voice'}]}},
         transports: {carrier: {kind: 'command', run: ['./carrier']}}}
        """
    }

    private func contacts(_ count: Int, from first: Int = 1_000) -> String {
        "phone1,id\n" + (first..<first + count).map { "+1415555\($0),C\($0)\n" }.joined()
    }

    /// Says of some messages of a batch what came of them.
    private func say(
        _ event: String, of records: ClosedRange<Int>, in batch: Int = 1, as name: String, _ bench: PipelineBench
    ) throws {
        let batch = "20261120-00000\(batch)"
        try bench.drop(
            "reference,event\n" + records.map { "bcdfgh-\(batch)-\($0)-text-1,\(event)\n" }.joined(),
            as: "_receipts/\(name).csv")
    }

    private func resume(_ bench: PipelineBench) throws {
        let at = bench.pipeline.now.milliseconds
        try bench.drop("{\"command\": \"resume\", \"campaign\": \"a\"}\n", as: "_control/\(at).json")
    }

    private func sendAll(_ bench: PipelineBench) throws {
        _ = try bench.pipeline.dispatchDue { false }
        while bench.pipeline.dispatcher.inFlight > 0 {
            _ = bench.pipeline.claims.wait(milliseconds: 50, waking: nil)
            _ = try bench.pipeline.dispatchDue { false }
        }
    }

    private func status(_ bench: PipelineBench) throws -> WorkspaceStatus {
        try WorkspaceStatus(
            store: bench.pipeline.store, configuration: bench.configuration, now: bench.pipeline.now)
    }

    func testACampaignStopsWhenTooManyFailAndGoesOnWithResume() throws {
        let bench = try PipelineBench(Self.configuration("failed: '20%'"), standing: true)
        try bench.drop(contacts(30), as: "a/1.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 30)
        try say("failed", of: 1...6, as: "1", bench)
        XCTAssertNil(try status(bench).campaigns[0].stopped, "not more than a fifth")
        try say("bounced", of: 7...7, as: "2", bench)
        let why =
            "the campaign has stopped: 7 of 30 messages came to failed, more than stopWhen allows; see why, and "
            + "waybill campaign resume a"
        XCTAssertEqual(try status(bench).campaigns[0].stopped, why)
        XCTAssertEqual(bench.logged.with("campaign.stopped").count, 1)

        try bench.drop(contacts(5, from: 2_000), as: "a/2.csv")
        try bench.send()
        try bench.advance(seconds: 600)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 30, "neither a text nor a call")
        let status = try status(bench)
        XCTAssertEqual(status.campaigns[0].held.map(\.kind), [.stopped])
        XCTAssertEqual(status.campaigns[0].held.map(\.nextAt), [nil])
        XCTAssertEqual(status.attention.filter { $0.kind == .stopped }.map(\.what), ["a: " + why])
        XCTAssertNil(status.campaigns[0].expectedEnd)
        let metrics = String(decoding: MetricsFile.bytes(status), as: UTF8.self)
        XCTAssertTrue(metrics.contains("waybill_campaign_stopped{campaign=\"a\"} 1\n"))
        XCTAssertTrue(metrics.contains("waybill_contacts_held{campaign=\"a\",reason=\"stopped\"} 12\n"), metrics)

        try bench.restart(at: "2026-11-20T16:00:00Z")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 30, "nor after a restart")
        try resume(bench)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").count, 30 + 7 + 5)
        // Of what left before, nothing counts any more.
        try say("failed", of: 8...20, as: "3", bench)
        XCTAssertNil(try self.status(bench).campaigns[0].stopped)
        try say("failed", of: 1...5, in: 4, as: "4", bench)
        XCTAssertNotNil(try self.status(bench).campaigns[0].stopped)
    }

    func testAMessageCountsOnceForEachOutcome() throws {
        let bench = try PipelineBench(Self.configuration("failed: 2, bounced: 5"), standing: true)
        try bench.drop(contacts(10), as: "a/1.csv")
        try bench.send()
        for (place, event) in ["failed", "bounced", "failed", "undelivered"].enumerated() {
            try say(event, of: 1...2, as: "\(place)", bench)
        }
        XCTAssertNil(try status(bench).campaigns[0].stopped)
        try say("failed", of: 3...3, as: "last", bench)
        XCTAssertNotNil(try status(bench).campaigns[0].stopped)
    }

    func testAStopOfAPersonCountsAndWhatLeftLongAgoDoesNot() throws {
        let bench = try PipelineBench(Self.configuration("unsubscribed: 1"), standing: true)
        func stop(_ number: Int) throws {
            try bench.drop("from,text\n+1415555\(number),STOP\n", as: "_replies/\(number).csv")
        }
        try bench.drop(contacts(3), as: "a/1.csv")
        try bench.send()
        try stop(1_000)
        try bench.advance(seconds: 26 * 3_600)
        try bench.drop(contacts(3, from: 2_000), as: "a/2.csv")
        try bench.send()
        try stop(2_000)
        XCTAssertNil(try status(bench).campaigns[0].stopped, "one a day")
        try stop(2_001)
        XCTAssertNotNil(try status(bench).campaigns[0].stopped)
    }

    // MARK: - One cause

    private func write(_ text: String, to name: String, mode: mode_t = 0o644, _ bench: PipelineBench) throws {
        try Files.createFolder(Files.folder(of: bench.root + "/" + name))
        try Files.writeAtomically(Array(text.utf8), to: bench.root + "/" + name, mode: mode)
    }

    /// Has the carrier answer each line so.
    private func answer(_ words: String, _ bench: PipelineBench) throws {
        try write(
            "#!/bin/sh\nsed -u 's/^{\"reference\":\"\\([^\"]*\\)\".*/{\"reference\":\"\\1\",\(words)}/'\n",
            to: "carrier", mode: 0o755, bench)
    }

    func testATemplatesFaultHoldsItsTextsAndCallsNobody() throws {
        let bench = try PipelineBench(Self.configuration("", "templates: {t: 't.txt'}"), standing: true)
        try write("Owed: {{amount}}", to: "t.txt", bench)
        try bench.drop(contacts(297), as: "a/1.csv")
        try bench.send()
        try bench.advance(seconds: 3_600)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a"), [])
        let held = try XCTUnwrap(try status(bench).campaigns[0].held.first)
        XCTAssertEqual(held.kind, .template)
        XCTAssertTrue(held.reason.contains("297 of 297 contacts have no \"amount\""), held.reason)
        try write("Owed: {{amount|something}}", to: "t.txt", bench)
        try bench.advance(seconds: 61)
        try bench.send()
        XCTAssertEqual(try bench.dispatched("a").filter { $0.contains(",sms,") }.count, 297)
    }

    func testAContactThatLacksAValueGoesOnWhereOthersHaveIt() throws {
        for (rule, rows, called) in [
            ("", [""] + (0..<9).map { "\($0)" }, 1), ("", Array(repeating: "", count: 9) + ["1"], 9),
            ("", [""], 1), ("", ["", ""], 0), ("", Array(repeating: "", count: 10) + ["1"], 0),
            ("sameCause: null", Array(repeating: "", count: 30), 30),
            ("sameCause: '95%'", Array(repeating: "", count: 10) + ["1"], 10),
        ] {
            let bench = try PipelineBench(Self.configuration(rule, "templates: {t: 't.txt'}"), standing: true)
            try write("Owed: {{amount}}", to: "t.txt", bench)
            try bench.drop(
                "phone1,amount\n" + rows.enumerated().map { "+1415555\(1_000 + $0.offset),\($0.element)\n" }.joined(),
                as: "a/1.csv")
            try bench.send()
            let lines = try bench.dispatched("a")
            XCTAssertEqual(lines.filter { $0.contains(",voice,") }.count, called, "\(rule) \(rows)")
            XCTAssertEqual(
                lines.filter { $0.contains(",sms,") }.count, called == 0 ? 0 : rows.count - called, "\(rule) \(rows)")
        }
    }

    func testWhatIsRefusedForOneCauseWaitsAndTheCampaignStops() throws {
        let bench = try PipelineBench(Self.configuration("", sms: "carrier"), standing: true)
        try answer("\"outcome\":\"refused\",\"code\":\"bad-text\"", bench)
        try bench.drop(contacts(12), as: "a/1.csv")
        try sendAll(bench)
        let batch = BatchID("20261120-000001")!
        XCTAssertEqual(try bench.pipeline.store.states(of: batch).filter { $0.value > 0 }, [.pending: 12])
        XCTAssertEqual(
            try status(bench).campaigns[0].stopped,
            "the campaign has stopped: 12 of 12 messages of a parcel were refused with bad-text; see why, and waybill "
                + "campaign resume a")
        try bench.advance(seconds: 3_600)
        try sendAll(bench)
        XCTAssertEqual(try bench.dispatched("a"), [], "nobody is called")

        try answer("\"outcome\":\"accepted\"", bench)
        try resume(bench)
        try sendAll(bench)
        XCTAssertEqual(try bench.pipeline.store.states(of: batch).filter { $0.value > 0 }, [.smsSent: 12])
    }

    func testWhoeverResumesWithoutMendingHasThemFail() throws {
        let bench = try PipelineBench(Self.configuration("", sms: "carrier"), standing: true)
        try answer("\"outcome\":\"refused\"", bench)
        try bench.drop(contacts(12), as: "a/1.csv")
        try sendAll(bench)
        XCTAssertEqual(try bench.dispatched("a"), [])
        try resume(bench)
        try sendAll(bench)
        XCTAssertEqual(try bench.dispatched("a").filter { $0.contains(",voice,") }.count, 12)
    }
}
