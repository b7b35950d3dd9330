import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// Transports that carry in place of one that has stopped.
final class FallbackTests: XCTestCase {
    private let more = "fallback: 'folder', body: {to: '{{address}}', text: '{{message}}'}"

    private func refusal(_ text: String) -> [String] {
        ConfigurationReader.read(Array(text.utf8), file: "waybill.json5").problems.map(\.description)
    }

    func testWhatAStoppedTransportPutOffLeavesByItsFallbackAtOnce() throws {
        let bench = try HTTPBench(more) { _ in .answer(503, "", ["Retry-After": "600"]) }
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 3])
        XCTAssertEqual(
            try bench.bench.dispatched("a").map { String($0.prefix(30)) },
            (1...3).map { "bcdfgh-20261120-000001-\($0)-text-" })
        XCTAssertEqual(bench.bench.logged.with("transport.fallback").count, 1)
        let calls = bench.server.requests.count
        try bench.drop(2, from: 2_000, as: "a/2.csv")
        try bench.send()
        XCTAssertEqual(try bench.bench.dispatched("a").count, 5)
        XCTAssertEqual(bench.server.requests.count, calls, "nothing goes to the one that has stopped")
    }

    func testOnlyWhatCertainlyDidNotLeaveGoesToAnother() throws {
        let cases: [(status: Int, state: ContactState)] = [
            (200, .smsSent), (400, .failed), (500, .dangling), (401, .pending),
        ]
        for (status, state) in cases {
            let bench = try HTTPBench(more, contacts: 1) { _ in .answer(status, "") }
            try bench.send()
            XCTAssertEqual(try bench.states(), [state: 1], "\(status)")
            XCTAssertEqual(try bench.bench.dispatched("a"), [], "\(status)")
        }
        let crashed = try HTTPBench(more, contacts: 1) { _ in .answer(200, "") }
        try crashed.crash()
        try crashed.send()
        try crashed.bench.advance(seconds: 3_600)
        try crashed.send()
        XCTAssertEqual(try crashed.bench.dispatched("a"), [])
        XCTAssertEqual(crashed.server.requests.count, 1)
    }

    func testATransportThatFailsAgainAndAgainIsReplacedUntilItGoesOn() throws {
        ProcessSetup.ignoreBrokenPipe()
        let bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: 's', transports: {sms: 'carrier'}}},
             strategies: {s: {steps: [{name: 'text', channel: 'sms', expires: '1d'}]}},
             transports: {carrier: {kind: 'command', run: ['./carrier'], fallback: 'folder'}}}
            """, standing: true)
        bench.pipeline.dispatcher.chance = { 0 }
        func answer(_ outcome: String) throws {
            let words = "{\"reference\":\"\\1\",\"outcome\":\"\(outcome)\"}"
            try Files.writeAtomically(
                Array("#!/bin/sh\necho run >> runs\nsed -u 's/^{\"reference\":\"\\([^\"]*\\)\".*/\(words)/'\n".utf8),
                to: bench.root + "/carrier", mode: 0o755)
        }
        func drop(_ number: Int) throws {
            try bench.drop("phone1\n+1415555\(number)\n", as: "a/\(number).csv")
            _ = try bench.pipeline.dispatchDue { false }
            while bench.pipeline.dispatcher.inFlight > 0 {
                _ = bench.pipeline.claims.wait(milliseconds: 20, waking: nil)
                _ = try bench.pipeline.dispatchDue { false }
            }
        }
        try answer("later")
        for number in 1_000..<1_005 { try drop(number) }
        XCTAssertEqual(try bench.dispatched("a").count, 0)
        try drop(1_005)
        XCTAssertEqual(try bench.dispatched("a").count, 1, "the sixth finds it stopped")
        // One finds out that it still is, and goes the other way then, as all that waited.
        try bench.advance(seconds: 61)
        try drop(1_006)
        XCTAssertEqual(try bench.dispatched("a").count, 7)
        let runs = try bench.text("runs").count
        try answer("accepted")
        try bench.advance(seconds: 61)
        try drop(1_007)
        XCTAssertEqual(try bench.dispatched("a").count, 7)
        XCTAssertGreaterThan(try bench.text("runs").count, runs)
    }

    func testTheRatesOfWhatCarriesHold() throws {
        let bench = try HTTPBench(
            "kind: 'http', fallback: 'other', body: {to: '{{address}}'}}, other: {kind: 'folder', path: 'other', rate: {perHour: 2}",
            contacts: 5
        ) { _ in .answer(503, "", ["Retry-After": "3600"]) }
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 2, .pending: 3])
    }

    func testAFallbackIsAnotherTransportThatThereIs() {
        let words = refusal(
            "{transports: {x: {kind: 'folder', fallback: 'x'}, y: {kind: 'folder', fallback: 'foldr'}}}")
        XCTAssertEqual(words.count, 2, "\(words)")
        XCTAssertTrue(words.contains { $0.contains("no fallback of its own") }, "\(words)")
        XCTAssertTrue(words.contains { $0.contains("did you mean \"folder\"") }, "\(words)")
        // Those that name each other carry for each other, and no more.
        let (configuration, problems) = ConfigurationReader.read(
            Array("{transports: {x: {kind: 'folder', fallback: 'y'}, y: {kind: 'folder', fallback: 'x'}}}".utf8),
            file: "waybill.json5")
        XCTAssertEqual(problems.count, 0)
        var campaign = Campaign(name: "a")
        campaign.transports[.sms] = "y"
        XCTAssertEqual(configuration.carriers(of: campaign, over: .sms), ["y", "x"])
    }
}
