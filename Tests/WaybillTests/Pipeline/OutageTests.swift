import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// Servers and relays that go on failing so that nobody knows what became of messages.
final class OutageTests: XCTestCase {
    private let one = "body: {to: '{{address}}', text: '{{message}}', ref: '{{reference}}'}"
    private let many =
        "batch: 10, body: {messages: [{each: {to: '{{address}}', text: '{{message}}', ref: '{{reference}}'}}]}"
    private let page = "<!DOCTYPE html><html><head><title>Sign in, +14155551000</title></head></html>"

    private func status(_ bench: PipelineBench) throws -> WorkspaceStatus {
        try bench.pipeline.writeStatus()
        let bytes = try Files.read(bench.root + "/outbox/status.json", limit: 1 << 20)
        return try XCTUnwrap(StatusFile.read(bytes, at: bench.pipeline.now))
    }

    func testAnOutageCostsAHandfulAndNotACampaign() throws {
        let asked = "perRecipient: {list: 'sent', reference: 'ref', answers: [{at: 'is', outcome: 'accepted'}]}"
        for (more, reply, words) in [
            (one, TestServer.Reply.answer(500, "no"), "it answers 500"),
            (one + ", " + asked, .answer(200, page), "with what is no JSON, a page named \"Sign in,\""),
            ("timeout: '200ms', " + one, .hang, "it does not answer in time"),
        ] {
            let bench = try HTTPBench("concurrency: 4, " + more, contacts: 60) { _ in reply }
            try bench.send()
            XCTAssertEqual(try bench.states(), [.dangling: 5, .pending: 55], words)
            XCTAssertEqual(bench.server.requests.count, 5, words)
            let stopped = bench.bench.logged.with("transport.stopped")
            XCTAssertEqual(stopped.count, 1, words)
            XCTAssertTrue(stopped.allSatisfy { $0.contains(words.replacing("\"", with: "\\\"")) }, "\(stopped)")
            let status = try status(bench.bench)
            XCTAssertTrue(
                status.transports.contains { $0.reason?.contains(words) ?? false }, "\(status.transports)")
            XCTAssertTrue(
                status.attention.map(\.what).contains(
                    "transport web did not say of 5 messages in the last day whether they were sent: they are Dangling, and "
                        + "are not sent again"), "\(status.attention.map(\.what))")
            let metrics = try bench.bench.text("outbox/metrics.prom")
            XCTAssertTrue(metrics.contains("waybill_transport_stopped{transport=\"web\"} 1\n"))
            XCTAssertTrue(metrics.contains("waybill_messages_in_doubt{transport=\"web\"} 5\n"))
            // What comes meanwhile waits as well, and the next try is one message.
            try bench.drop(10, from: 2_000, as: "a/2.csv")
            try bench.send()
            XCTAssertEqual(bench.server.requests.count, 5, words)
            try bench.bench.advance(seconds: 60)
            try bench.send()
            XCTAssertEqual(bench.server.requests.count, 6, words)
            XCTAssertEqual(try bench.states(), [.dangling: 6, .pending: 54], words)
            bench.server.set { request in
                let reference = request.body.firstMatch(of: /bcdfgh-[-a-z0-9]+/)?.output ?? ""
                return .answer(200, #"{"sent": [{"ref": "\#(reference)", "is": "ok"}]}"#)
            }
            try bench.bench.advance(seconds: 120)
            for _ in 0..<3 {
                try bench.send()
                try bench.bench.advance(seconds: 70)
            }
            XCTAssertEqual(try bench.states(), [.dangling: 6, .smsSent: 54], words)
            XCTAssertEqual(try bench.states(2), [.smsSent: 10], words)
            XCTAssertEqual(Set(bench.bodies).count, bench.bodies.count, "nobody twice")
            XCTAssertEqual(try self.status(bench.bench).transports.compactMap(\.reason), [])
        }
    }

    func testAnOutageAmidACampaignStopsWhatHasNotBegun() throws {
        let count = Counter()
        let bench = try HTTPBench("concurrency: 4, " + one, contacts: 60) { _ in
            count.next() <= 20 ? .answer(200, "") : .answer(502, "")
        }
        try bench.send()
        let states = try bench.states()
        XCTAssertEqual(states[.smsSent], 20)
        // Those beside the first were in the air.
        XCTAssertTrue((5...8).contains(states[.dangling, default: 0]), "\(states)")
    }

    func testAnAnswerThatIsUnderstoodEndsTheRow() throws {
        let count = Counter()
        let bench = try HTTPBench("concurrency: 1, " + one, contacts: 30) { _ in
            count.next() % 5 == 0 ? .answer(200, "") : .answer(500, "")
        }
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 6, .dangling: 24])
        XCTAssertEqual(bench.bench.logged.with("transport.stopped"), [])
    }

    func testACallOfManyIsEnoughAndTheNextTryIsOneMessageAlsoAfterARestart() throws {
        let bench = try HTTPBench("concurrency: 4, " + many, contacts: 60) { _ in .answer(500, "") }
        try bench.send()
        XCTAssertEqual(try bench.states(), [.dangling: 5, .pending: 55], "the first call is a small one")
        for (moment, dangling) in [("15:00:30", 5), ("15:01:00", 6), ("15:02:00", 6), ("15:03:00", 7)] {
            try bench.bench.restart(at: "2026-11-20T\(moment)Z")
            bench.bench.pipeline.dispatcher.chance = { 0 }
            try bench.send()
            XCTAssertEqual(try bench.states(), [.dangling: dangling, .pending: 60 - dangling], moment)
        }
        bench.server.set { _ in .answer(200, "") }
        try bench.bench.advance(seconds: 240)
        try bench.send()
        XCTAssertEqual(try bench.states(), [.dangling: 7, .smsSent: 53])
        // One finds out, and the others leave together.
        let counts = try bench.objects().map { ($0["messages"] as? [Any])?.count ?? 0 }
        XCTAssertEqual(counts.prefix(4), [5, 1, 1, 1])
        XCTAssertEqual(counts.dropFirst(4).reduce(0, +), 52)
        XCTAssertLessThan(counts.count, 12)
    }

    func testTheFirstCallsOfAServerAreSmallUntilItHasAnswered() throws {
        let bench = try HTTPBench("concurrency: 4, " + many, contacts: 60) { _ in .answer(200, "") }
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 60])
        func counts() throws -> [Int] { try bench.objects().map { ($0["messages"] as? [Any])?.count ?? 0 } }
        XCTAssertEqual(try counts().first, 5)
        XCTAssertEqual(try counts().sorted().suffix(5), [10, 10, 10, 10, 10])
        try bench.drop(60, from: 2_000, as: "a/2.csv")
        try bench.send()
        XCTAssertEqual(try counts().suffix(6).min(), 10, "it has answered")
        // Once it has, one call of many is lost, and then little.
        bench.server.set { _ in .answer(500, "") }
        try bench.drop(60, from: 3_000, as: "a/3.csv")
        try bench.send()
        XCTAssertLessThanOrEqual(try bench.states(3)[.dangling] ?? 0, 40)
    }

    func testWithAKeyTheSameCallsFindOutAndNobodyIsLost() throws {
        let bench = try HTTPBench(
            "concurrency: 4, idempotencyHeader: 'Idempotency-Key', " + one, contacts: 40
        ) { _ in .answer(500, "") }
        for _ in 0..<9 {
            try bench.send()
            try bench.bench.advance(seconds: 64)
        }
        // In the first, second, fourth … trial somebody else's call finds out.
        XCTAssertTrue((7...9).contains(Set(bench.bodies).count), "\(Set(bench.bodies).count)")
        bench.server.set { _ in .answer(200, "") }
        for _ in 0..<6 {
            try bench.bench.advance(seconds: 70)
            try bench.send()
        }
        XCTAssertEqual(try bench.states(), [.smsSent: 40])
        let keys = Dictionary(grouping: bench.server.requests, by: \.body).values
        XCTAssertTrue(keys.allSatisfy { Set($0.map { $0.headers["idempotency-key"] }).count == 1 })
    }

    func testACampaignThatStopsStopsAmidAParcel() throws {
        for (rule, states) in [
            ("sameCause: null", [ContactState.failed: 10, .pending: 290]), ("within: '24h'", [.pending: 300]),
        ] {
            let bench = try HTTPBench(
                "concurrency: 1, " + one, contacts: 300, campaign: ", stopWhen: {failed: '5%', least: 10, \(rule)}"
            ) { _ in .answer(400, "") }
            try bench.send()
            XCTAssertEqual(bench.server.requests.count, 10, rule)
            XCTAssertEqual(try bench.states(), states, rule)
            XCTAssertEqual(bench.bench.logged.with("campaign.stopped").count, 1, rule)
        }
    }

    func testARelayThatEndsBehindEachMailCostsAHandful() throws {
        for offers in [[], ["PIPELINING", "CHUNKING"]] {
            var behaviour = MailServer.Behaviour()
            behaviour.offers = offers
            behaviour.answer = { $0.hasPrefix("CONTENT") ? "cut behind" : nil }
            let server = try MailServer(behaviour)
            let bench = try PipelineBench(
                """
                {campaigns: {a: {require: ['email'], strategy: 's', from: {email: 'desk@clinic.example'},
                   transports: {email: 'relay'}, templates: {t: {subject: 'Hello', text: 't.txt'}}}},
                 strategies: {s: {steps: [{name: 'mail', channel: 'email', template: 't', expires: '1d'}]}},
                 transports: {relay: {kind: 'smtp', host: '127.0.0.1', port: \(server.port)}}}
                """, standing: true, files: ["t.txt": Array("Dear all".utf8)])
            bench.pipeline.dispatcher.chance = { 0 }
            func send() throws -> [ContactState: Int] {
                repeat {
                    _ = try bench.pipeline.dispatchDue { false }
                    _ = bench.pipeline.claims.wait(milliseconds: 20, waking: nil)
                } while bench.pipeline.dispatcher.inFlight > 0
                _ = try bench.pipeline.dispatchDue { false }
                return try bench.pipeline.store.states(of: BatchID("20261120-000001")!).filter { $0.value != 0 }
            }
            try bench.drop("email\n" + (0..<30).map { "c\($0)@b.example\n" }.joined(), as: "a/1.csv")
            XCTAssertEqual(try send(), [.dangling: 5, .pending: 25], "\(offers)")
            XCTAssertEqual(bench.logged.with("transport.stopped").count, 1)
            XCTAssertTrue(try status(bench).transports.contains { $0.reason?.contains("behind a whole mail") ?? false })
            try bench.advance(seconds: 60)
            XCTAssertEqual(try send(), [.dangling: 6, .pending: 24], "\(offers)")
            server.behave { $0.answer = { _ in nil } }
            try bench.advance(seconds: 120)
            XCTAssertEqual(try send(), [.dangling: 6, .emailSent: 24], "\(offers)")
            let got = server.state.mails.map(\.recipient)
            XCTAssertEqual(Set(got).count, got.count, "nobody twice")
        }
    }
}
