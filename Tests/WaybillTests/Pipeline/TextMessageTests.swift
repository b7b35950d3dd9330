import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// What text messages may cost, where they go, and how they are written.
final class TextMessageTests: XCTestCase {
    override func setUp() { ProcessSetup.ignoreBrokenPipe() }

    private static func configuration(_ more: String, sms: String = "folder", transports: String = "") -> String {
        """
        {campaigns: {a: {strategy: 's', transports: {sms: '\(sms)'}, \(more)}},
         strategies: {s: {steps: [{name: 'text', channel: 'sms', expires: '30d', on: {failed: 'call'}},
           {name: 'call', channel: 'voice'}]}},
         transports: {carrier: {kind: 'command', run: ['./carrier']}, \(transports)}}
        """
    }

    private func rows(_ messages: [String], from first: Int = 1_000) -> String {
        "phone1,message\n" + messages.enumerated().map { "+1415555\(first + $0.offset),\($0.element)\n" }.joined()
    }

    private func long(_ count: Int) -> String { String(repeating: "a", count: count) }

    private func texts(_ bench: PipelineBench) throws -> Int {
        try bench.dispatched("a").filter { $0.contains(",sms,") }.count
    }

    func testTheBudgetOfADayHoldsTheRestUntilTheNext() throws {
        let bench = try PipelineBench(Self.configuration("budget: {segments: 5}"), standing: true)
        // Two segments each, and one that still has room.
        try bench.drop(rows([long(161), long(161), long(161), "short", "short"]), as: "a/1.csv")
        try bench.send()
        XCTAssertEqual(try texts(bench), 3)
        let status = try WorkspaceStatus(
            store: bench.pipeline.store, configuration: bench.configuration, now: bench.pipeline.now)
        let held = try XCTUnwrap(status.campaigns[0].held.first)
        XCTAssertEqual(held.kind, .budget)
        XCTAssertEqual(held.reason, "the texts of campaign a have used their budget of 5 segments a day")
        XCTAssertEqual(held.nextAt, Timestamp(iso8601: Array("2026-11-21T00:00:00Z".utf8)[...]))
        XCTAssertNotNil(status.campaigns[0].expectedEnd)

        try bench.restart(at: "2026-11-20T23:59:00Z")
        try bench.drop(rows(["late"], from: 2_000), as: "a/2.csv")
        try bench.send()
        XCTAssertEqual(try texts(bench), 3, "a restart spends nothing twice")
        try bench.set(Timestamp(iso8601: Array("2026-11-21T00:00:01Z".utf8)[...])!)
        try bench.send()
        XCTAssertEqual(try texts(bench), 6)
    }

    func testAnotherBudgetWakesWhatWaits() throws {
        let bench = try PipelineBench(Self.configuration("budget: {segments: 1, per: 'month'}"), standing: true)
        try bench.drop(rows(["one", "two"]), as: "a/1.csv")
        try bench.send()
        XCTAssertEqual(try texts(bench), 1)
        try bench.advance(seconds: 9 * 86_400)
        try bench.send()
        XCTAssertEqual(try texts(bench), 1)
        try bench.restart(
            at: "2026-11-29T15:00:00Z", with: Self.configuration("budget: {segments: 2, per: 'month'}"))
        try bench.send()
        XCTAssertEqual(try texts(bench), 2)
        try bench.drop(rows(["three"], from: 2_000), as: "a/2.csv")
        try bench.send()
        XCTAssertEqual(try texts(bench), 2)
        try bench.set(Timestamp(iso8601: Array("2026-12-01T00:00:01Z".utf8)[...])!)
        try bench.send()
        XCTAssertEqual(try texts(bench), 3)
    }

    func testWhatTheTransportPutsOffCostsNothing() throws {
        let bench = try PipelineBench(
            Self.configuration("budget: {segments: 2, per: 'day'}", sms: "carrier"), standing: true)
        func answer(_ outcome: String) throws {
            let script =
                "#!/bin/sh\nsed -u 's/^{\"reference\":\"\\([^\"]*\\)\".*/{\"reference\":\"\\1\",\"outcome\":\"\(outcome)\"}/'\n"
            try Files.writeAtomically(Array(script.utf8), to: bench.root + "/carrier", mode: 0o755)
        }
        func send() throws {
            _ = try bench.pipeline.dispatchDue { false }
            while bench.pipeline.dispatcher.inFlight > 0 {
                _ = bench.pipeline.claims.wait(milliseconds: 50, waking: nil)
                _ = try bench.pipeline.dispatchDue { false }
            }
        }
        let batch = BatchID("20261120-000001")!
        try answer("later")
        try bench.drop(rows(["one", "two"]), as: "a/1.csv")
        for _ in 0..<3 {
            try send()
            try bench.advance(seconds: 61)
        }
        try answer("accepted")
        try send()
        XCTAssertEqual(try bench.pipeline.store.states(of: batch).filter { $0.value > 0 }, [.smsSent: 2])
    }

    func testNumbersOfOtherCountriesGetNothing() throws {
        let numbers = "phone1,id\n+14155550101,us\n+16139987654,ca\n+491711234567,de\n"
        for (campaign, transport, sent) in [
            ("", "", ["us", "ca", "de"]), ("countries: ['US', 'DE']", "", ["us", "de"]),
            ("", "countries: ['CA']", ["ca"]), ("countries: ['US', 'CA']", "countries: ['CA', 'DE']", ["ca"]),
            ("countries: ['US']", "countries: ['CA']", []),
        ] {
            let bench = try PipelineBench(
                Self.configuration(
                    campaign, sms: "texts", transports: "texts: {kind: 'folder', \(transport)}"), standing: true)
            try bench.drop(numbers, as: "a/1.csv")
            try bench.send()
            let lines = try bench.dispatched("a").filter { $0.contains(",sms,") }
            XCTAssertEqual(
                lines.map { String($0.split(separator: ",")[3]) }, sent, "\(campaign) and \(transport)")
        }
        let bench = try PipelineBench(Self.configuration("countries: ['US']"), standing: true)
        try bench.drop(numbers, as: "a/1.csv")
        try bench.send()
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        let failures = try bench.report("failure", campaign: "a")
        XCTAssertEqual(failures.count, 2, "they are not called either")
        XCTAssertTrue(failures.allSatisfy { $0.contains(",address.country,") }, "\(failures)")
    }

    func testSmartTextsHavePlainMarksWhereThatIsEnough() throws {
        for (smart, expected) in [
            (true, ["Don't \"wait\" - call...", "Ждём “вас”"]), (false, ["Don’t “wait” – call…", "Ждём “вас”"]),
        ] {
            let bench = try PipelineBench(Self.configuration("smart: \(smart)"), standing: true)
            try bench.drop(rows(["Don’t “wait” – call…", "Ждём “вас”"]), as: "a/1.csv")
            try bench.send()
            let messages = try bench.dispatched("a").map { line in
                line.split(separator: ",", maxSplits: 4, omittingEmptySubsequences: false)[4]
                    .replacing("\"\"", with: "\u{0}").replacing("\"", with: "").replacing("\u{0}", with: "\"")
                    .prefix { $0 != "," }
            }
            XCTAssertEqual(messages.map(String.init), expected)
        }
        XCTAssertEqual(PlainMarks.text("«a»\u{A0}b\u{200B}"), "\"a\" b")
        XCTAssertEqual(PlainMarks.text("a“b😀"), "a“b😀")
    }
}
