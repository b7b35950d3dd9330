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
            ("timeout: '\(try HTTPBench.ample())', " + one, .hang, "it does not answer in time"),
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
        // One finds out, and the others leave together, in calls that grow until one is as large as the first was.
        let counts = try bench.objects().map { ($0["messages"] as? [Any])?.count ?? 0 }
        XCTAssertEqual(counts.prefix(4), [5, 1, 1, 1])
        XCTAssertEqual(counts.dropFirst(4).reduce(0, +), 52)
        XCTAssertLessThan(counts.count, 14)
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

    func testAServerThatAnswersForOneMessageOfEachCallCostsAHandfulAndNotACampaign() throws {
        let asked = "perRecipient: {list: 'sent', reference: 'ref', answers: [{at: 'is', outcome: 'accepted'}]}"
        let reply = { @Sendable (most: Int) in
            { @Sendable (request: TestServer.Request) -> TestServer.Reply in
                let entries = request.body.matches(of: /bcdfgh-[-a-z0-9]+/).prefix(most).map {
                    #"{"ref": "\#($0.output)", "is": "ok"}"#
                }
                return .answer(200, #"{"sent": [\#(entries.joined(separator: ","))]}"#)
            }
        }
        let bench = try HTTPBench("concurrency: 4, \(many), \(asked)", contacts: 60, reply(1))
        try bench.send()
        // Calls of five, of one and of two.
        XCTAssertEqual(try bench.states(), [.smsSent: 3, .dangling: 5, .pending: 52])
        XCTAssertEqual(bench.bench.logged.with("transport.stopped").count, 1)
        XCTAssertTrue(
            try status(bench.bench).transports.contains {
                $0.reason?.contains("it answers 200 with what says nothing of some messages") ?? false
            })
        for (seconds, tries) in [(60, 1), (120, 2), (240, 3)] as [(Int64, Int)] {
            if tries == 2 {
                try bench.bench.restart(at: bench.bench.pipeline.now.iso8601(offset: 0))
                bench.bench.pipeline.dispatcher.chance = { 0 }
            }
            try bench.bench.advance(seconds: seconds - 1)
            try bench.send()
            XCTAssertEqual(try bench.states()[.dangling], 4 + tries)
            try bench.bench.advance(seconds: 1)
            try bench.send()
            XCTAssertEqual(
                try bench.states(), [.smsSent: 3 + 2 * tries, .dangling: 5 + tries, .pending: 52 - 3 * tries])
        }
        bench.server.set(reply(100))
        try bench.bench.advance(seconds: 480)
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 52, .dangling: 8])
        // The calls grow again as they are answered whole.
        let counts = try bench.objects().map { ($0["messages"] as? [Any])?.count ?? 0 }
        XCTAssertEqual(counts.dropFirst(9).prefix(3), [1, 2, 4])
        XCTAssertEqual(Set(bench.bodies).count, bench.bodies.count, "nobody twice")
        XCTAssertNil(try status(bench.bench).transports.compactMap(\.reason).first)
    }

    func testWhatACallTellsNothingOfCountsAlsoOnceTheServerWasTrusted() throws {
        let asked = "perRecipient: {list: 'sent', reference: 'ref', answers: [{at: 'is', outcome: 'accepted'}]}"
        let count = Counter()
        let bench = try HTTPBench("concurrency: 1, \(many), \(asked)", contacts: 200) { request in
            let all = request.body.matches(of: /bcdfgh-[-a-z0-9]+/)
            let entries = all.prefix(count.next() <= 5 ? all.count : 1).map {
                #"{"ref": "\#($0.output)", "is": "ok"}"#
            }
            return .answer(200, #"{"sent": [\#(entries.joined(separator: ","))]}"#)
        }
        try bench.send()
        // Two calls of five, three of ten, and one of ten of which it tells one.
        XCTAssertEqual(try bench.states(), [.smsSent: 41, .dangling: 9, .pending: 150])
    }

    func testAProgramThatAnswersForOneMessageOfEachParcelStops() throws {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: 's', transports: {sms: 'carrier'}}},
             strategies: {s: {steps: [{name: 'text', channel: 'sms', expires: '1h'}]}},
             transports: {carrier: {kind: 'command', run: ['./carrier']}}}
            """, standing: true)
        bench.pipeline.dispatcher.chance = { 0 }
        let script = #"""
            #!/bin/sh
            head -n 1 | sed 's/.*"reference":"\([^"]*\)".*/{"reference":"\1","outcome":"accepted"}/'
            cat > /dev/null
            """#
        try Files.writeAtomically(Array(script.utf8), to: bench.root + "/carrier", mode: 0o755)
        for drop in 1...4 {
            let rows = (0..<10).map { "+1415555\(1_000 + 10 * drop + $0)" }.joined(separator: "\n")
            try bench.drop("phone1\n\(rows)\n", as: "a/\(drop).csv")
        }
        repeat {
            _ = try bench.pipeline.dispatchDue { false }
            _ = bench.pipeline.claims.wait(milliseconds: 20, waking: nil)
        } while bench.pipeline.dispatcher.inFlight > 0
        _ = try bench.pipeline.dispatchDue { false }
        var states: [ContactState: Int] = [:]
        for drop in 1...4 {
            for (state, count) in try bench.pipeline.store.states(of: BatchID("20261120-00000\(drop)")!) {
                states[state, default: 0] += count
            }
        }
        XCTAssertEqual(states.filter { $0.value != 0 }, [.smsSent: 1, .dangling: 9, .pending: 30])
        XCTAssertEqual(bench.logged.with("transport.stopped").count, 1)
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
