import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// One message whose answers stop its transport holds nobody else: others find out whether the transport goes on, and
/// the one is judged by itself.
final class LoneRefusalTests: XCTestCase {
    private let one = "body: {to: '{{address}}', text: '{{message}}', ref: '{{reference}}'}"
    private let many = "body: {messages: [{each: {to: '{{address}}', text: '{{message}}', ref: '{{reference}}'}}]}"

    private func mails(_ port: Int) throws -> PipelineBench {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {require: ['email'], strategy: 's', from: {email: 'desk@clinic.example'},
               transports: {email: 'relay'}, templates: {t: {subject: 'Hello', text: 't.txt'}}}},
             strategies: {s: {steps: [{name: 'mail', channel: 'email', template: 't', expires: '9d'}]}},
             transports: {relay: {kind: 'smtp', host: '127.0.0.1', port: \(port)}}}
            """, standing: true, files: ["t.txt": Array("Dear all".utf8)])
        bench.pipeline.dispatcher.chance = { 0 }
        return bench
    }

    private func send(_ bench: PipelineBench) throws {
        repeat {
            _ = try bench.pipeline.dispatchDue { false }
            _ = bench.pipeline.claims.wait(milliseconds: 20, waking: nil)
        } while bench.pipeline.dispatcher.inFlight > 0
        _ = try bench.pipeline.dispatchDue { false }
    }

    private func states(_ bench: PipelineBench, _ number: Int = 1) throws -> [ContactState: Int] {
        let batch = BatchID(String(format: "20261120-%06d", number))!
        return try bench.pipeline.store.states(of: batch).filter { $0.value != 0 }
    }

    private func addresses(_ range: Range<Int>) -> String {
        "email\n" + range.map { "p\($0)@b.example\n" }.joined()
    }

    private func restart(_ bench: PipelineBench) throws {
        try bench.restart(at: bench.pipeline.now.description)
        bench.pipeline.dispatcher.chance = { 0 }
    }

    // MARK: - Mails

    func testOneRecipientForWhomTheRelayBlamesTheSenderHoldsNobodyAndFailsAtLastByItself() throws {
        for offers in [[], ["PIPELINING", "CHUNKING"]] {
            var behaviour = MailServer.Behaviour()
            behaviour.offers = offers
            behaviour.answer = {
                $0.hasPrefix("RCPT") && $0.contains("<p3@") ? "550 5.7.1 RESOLVER.RST.RecipNotAuthd" : nil
            }
            let server = try MailServer(behaviour)
            let bench = try mails(server.port)
            try bench.drop(addresses(0..<40), as: "a/1.csv")
            try send(bench)
            XCTAssertEqual(try states(bench), [.emailSent: 39, .pending: 1], "\(offers): another one found out")
            // Who begins next is known over a restart.
            try restart(bench)
            try bench.advance(seconds: 60)
            try send(bench)
            XCTAssertEqual(try states(bench), [.emailSent: 39, .pending: 1], "\(offers)")
            for number in 2..<20 {
                try bench.drop(addresses(number * 100..<number * 100 + 2), as: "a/\(number).csv")
                try send(bench)
                try bench.advance(seconds: 600)
                try send(bench)
                XCTAssertEqual(try states(bench, number), [.emailSent: 2], "\(offers) \(number)")
            }
            XCTAssertEqual(try states(bench), [.emailSent: 39, .failed: 1], "\(offers)")
            XCTAssertEqual(bench.logged.with("transport.stopped").count, 0, "\(offers)")
            let asked = server.state.commands.count { $0.hasPrefix("RCPT") && $0.contains("<p3@") }
            XCTAssertEqual(asked, 5, "\(offers)")
            XCTAssertEqual(Set(server.state.mails.map(\.recipient)).count, server.state.mails.count, "nobody twice")
            _ = try bench.pipeline.report(day: nil, campaign: nil)
            let failure = try bench.report("failure", campaign: "a")
            XCTAssertTrue(failure.contains { $0.contains(",5.7.1,") }, "\(failure)")
        }
    }

    func testEachNewRecipientForWhomTheRelayBlamesTheSenderHoldsNobody() throws {
        var behaviour = MailServer.Behaviour()
        behaviour.answer = { $0.hasPrefix("RCPT") && $0.contains("00@") ? "550 5.7.1 RecipNotAuthd" : nil }
        let server = try MailServer(behaviour)
        let bench = try mails(server.port)
        for number in 1..<10 {
            try bench.drop(addresses(number * 100..<number * 100 + 10), as: "a/\(number).csv")
            try send(bench)
            XCTAssertEqual(try states(bench, number), [.emailSent: 9, .pending: 1], "\(number)")
            try bench.advance(seconds: 2)
        }
        XCTAssertEqual(bench.logged.with("transport.stopped"), [])
        for _ in 0..<40 {
            try bench.advance(seconds: 600)
            let number = 1_000 + Int(bench.pipeline.now.seconds)
            try bench.drop(addresses(number..<number + 1), as: "a/x.csv")
            try send(bench)
        }
        for number in 1..<10 { XCTAssertEqual(try states(bench, number), [.emailSent: 9, .failed: 1], "\(number)") }
        XCTAssertEqual(Set(server.state.mails.map(\.recipient)).count, server.state.mails.count, "nobody twice")
    }

    func testOneRecipientWhomTheRelayAlwaysWantsLaterHoldsNobody() throws {
        var behaviour = MailServer.Behaviour()
        behaviour.answer = { $0.hasPrefix("RCPT") && $0.contains("<p3@") ? "450 4.2.0 greylisted" : nil }
        let server = try MailServer(behaviour)
        let bench = try mails(server.port)
        try bench.drop(addresses(0..<5), as: "a/1.csv")
        for number in 2..<4 {
            for _ in 0..<8 {
                try send(bench)
                try bench.advance(seconds: 80)
            }
            XCTAssertEqual(try states(bench), [.emailSent: 4, .pending: 1])
            try bench.drop(addresses(number * 100..<number * 100 + 2), as: "a/\(number).csv")
            try send(bench)
            try send(bench)
            XCTAssertEqual(try states(bench, number), [.emailSent: 2], "\(number)")
        }
        server.behave { $0.answer = { $0.hasPrefix("RCPT") ? "450 4.3.0 later" : nil } }
        try bench.drop(addresses(5_000..<5_004), as: "a/x.csv")
        for _ in 0..<10 {
            try bench.advance(seconds: 80)
            try send(bench)
        }
        XCTAssertNotNil(bench.pipeline.dispatcher.pause(of: "relay"), "it wants all later")
    }

    func testWhereTheRelayRefusesTheOthersAsWellNobodyIsBlamed() throws {
        var behaviour = MailServer.Behaviour()
        behaviour.answer = { $0.hasPrefix("RCPT") ? "550 5.7.26 not authenticated" : nil }
        let server = try MailServer(behaviour)
        let bench = try mails(server.port)
        try bench.drop(addresses(0..<5), as: "a/1.csv")
        for _ in 0..<30 {
            try send(bench)
            try bench.advance(seconds: 3_600)
        }
        XCTAssertEqual(try states(bench), [.pending: 5])
        let tried = server.state.commands.filter { $0.hasPrefix("RCPT") }.map { $0.prefix { $0 != ">" } }
        XCTAssertEqual(Set(tried.prefix(5)).count, 5, "each trial is somebody else's: \(tried)")
        server.behave { $0.answer = { _ in nil } }
        for _ in 0..<3 {
            try bench.advance(seconds: 3_700)
            try send(bench)
        }
        XCTAssertEqual(try states(bench), [.emailSent: 5])
        XCTAssertEqual(server.state.mails.count, 5)
    }

    func testARelayThatSaysThatThePersonBlockedTheSenderIsHeardAsAnUnsubscription() throws {
        for phase in ["RCPT", "CONTENT"] {
            let count = Counter()
            var behaviour = MailServer.Behaviour()
            behaviour.offers = []
            behaviour.answer = {
                $0.hasPrefix(phase) && count.next() == 1
                    ? "550 5.7.1 Recipient address rejected: user has blocked sender" : nil
            }
            let server = try MailServer(behaviour)
            let bench = try mails(server.port)
            try bench.drop(addresses(0..<4), as: "a/1.csv")
            try send(bench)
            XCTAssertEqual(try states(bench), [.emailSent: 3, .suppressed: 1], phase)
            XCTAssertEqual(bench.logged.with("transport.stopped"), [], phase)
        }
    }

    // MARK: - Calls

    func testOneMessageThatIsAlwaysForbiddenHoldsNobodyAndFailsAtLastByItself() throws {
        for call in ["concurrency: 1, " + one, "concurrency: 1, batch: 10, " + many] {
            let bench = try HTTPBench(
                call, contacts: 0
            ) { $0.body.contains("4155551003") ? .answer(403, "") : .answer(200, "") }
            try bench.drop(40)
            for _ in 0..<3 {
                try bench.send()
                try bench.bench.advance(seconds: 100)
            }
            XCTAssertEqual(try bench.states(), [.smsSent: 39, .pending: 1], call)
            try restart(bench.bench)
            for number in 2..<9 {
                try bench.drop(2, from: 2_000 + 10 * number, as: "a/\(number).csv")
                try bench.bench.advance(seconds: 400)
                try bench.send()
                XCTAssertEqual(try bench.states(number), [.smsSent: 2], call)
            }
            XCTAssertEqual(try bench.states(), [.smsSent: 39, .failed: 1], call)
            XCTAssertEqual(bench.bench.logged.with("transport.stopped"), [], call)
        }
    }

    func testOneCallUnderAKeyThatAlwaysFailsHoldsNobody() throws {
        for batch in [1, 10] {
            let bench = try HTTPBench(
                "batch: \(batch), idempotencyHeader: 'Idempotency-Key', \(batch == 1 ? one : many)", contacts: 0
            ) { $0.body.contains("4155551001") ? .answer(500, "") : .answer(200, "") }
            try bench.drop(30)
            // Which of two calls is answered first decides whether another trial is needed.
            for _ in 0..<12 where try bench.states()[.smsSent, default: 0] < 30 - batch {
                try bench.send()
                try bench.bench.advance(seconds: 2)
            }
            let left = try bench.states()
            XCTAssertGreaterThanOrEqual(left[.smsSent, default: 0], 30 - batch, "\(batch)")
            for number in 2..<9 {
                try bench.drop(30, from: 2_000 + 100 * number, as: "a/\(number).csv")
                try bench.send()
                try bench.bench.advance(seconds: 61)
                try bench.send()
                XCTAssertEqual(try bench.states(number), [.smsSent: 30], "\(batch), \(number)")
            }
            XCTAssertLessThanOrEqual(bench.bench.logged.with("transport.stopped").count, 1, "\(batch)")
            let keys = Dictionary(grouping: bench.server.requests, by: \.body).values
            XCTAssertTrue(keys.allSatisfy { Set($0.map { $0.headers["idempotency-key"] }).count == 1 })
        }
    }

    func testANumberThatGotTooManyTextsWaitsAnHourAndNobodyElseDoes() throws {
        let bench = try HTTPRecipeTests.bench("infobip", contacts: 0) { request in
            let answers = MailReport.references(in: request.body).map { reference in
                let isFlooded = "\(reference)".hasSuffix("-1-text-1")
                return isFlooded
                    ? #"{"messageId": "\#(reference)", "status": {"groupName": "REJECTED", "name": "REJECTED_FLOODING_FILTER"}}"#
                    : #"{"messageId": "\#(reference)", "status": {"groupName": "PENDING", "name": "PENDING_ACCEPTED"}}"#
            }
            return .answer(200, "{\"messages\": [\(answers.joined(separator: ", "))]}")
        }
        try bench.drop(3)
        func calls() -> Int { bench.server.requests.count { $0.body.contains("-000001-1-text-1") } }
        for _ in 0..<59 {
            try bench.send()
            try bench.bench.advance(seconds: 60)
        }
        XCTAssertEqual(try bench.states(), [.smsSent: 2, .pending: 1])
        XCTAssertEqual(calls(), 1)
        XCTAssertEqual(bench.bench.logged.with("transport.stopped"), [])
        try bench.bench.advance(seconds: 61)
        try bench.send()
        XCTAssertEqual(calls(), 2)
    }

    // MARK: - A configuration that is read again

    func testWhatWaitsForItsTransportIsTriedAtOnceWhenTheConfigurationIsReadAgain() throws {
        for (answer, first) in [
            (("RCPT", "550 5.7.26 not authenticated"), [ContactState.pending: 30]),
            (("CONTENT", "cut behind"), [.dangling: 5, .pending: 25]),
        ] {
            var behaviour = MailServer.Behaviour()
            behaviour.answer = { $0.hasPrefix(answer.0) ? answer.1 : nil }
            let server = try MailServer(behaviour)
            let bench = try mails(server.port)
            try bench.drop(addresses(0..<30), as: "a/1.csv")
            try send(bench)
            XCTAssertEqual(try states(bench), first)
            server.behave { $0.answer = { _ in nil } }
            try bench.advance(seconds: 1)
            try bench.pipeline.reload(bench.configuration)
            for _ in 0..<2 { try send(bench) }
            XCTAssertEqual(try states(bench)[.pending], nil, answer.1)
        }
    }

    func testWhatWaitsForItsServerIsTriedAtOnceWhenTheConfigurationIsReadAgain() throws {
        for (more, status) in [(one, 500), (one, 401), ("idempotencyHeader: 'Idempotency-Key', " + one, 500)] {
            let bench = try HTTPBench("concurrency: 1, " + more, contacts: 30) { _ in .answer(status, "") }
            for _ in 0..<8 {
                try bench.send()
                try bench.bench.advance(seconds: 130)
            }
            try bench.send()
            bench.server.set { _ in .answer(200, "") }
            try bench.bench.advance(seconds: 1)
            try bench.bench.pipeline.reload(bench.bench.configuration)
            for _ in 0..<4 { try bench.send() }
            let states = try bench.states()
            XCTAssertEqual(states[.pending], nil, "\(more) \(status): \(states)")
        }
    }
}
