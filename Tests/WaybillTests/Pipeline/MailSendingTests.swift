import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// Mails that a relay takes, refuses, puts off and loses.
final class MailSendingTests: XCTestCase {
    private let batch = BatchID("20261120-000001")!

    /// A workspace whose mails go to a server.
    private func bench(
        _ server: MailServer, host: String = "127.0.0.1", _ relay: String = "", steps: String = "", mail: String = "{}"
    ) throws -> PipelineBench {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {require: ['email'], strategy: 's', from: {email: 'Clinic <desk@clinic.example>'},
               transports: {email: 'relay'}, mail: \(mail), templates: {t: {subject: 'Hello {{name|you}}', text: 't.txt'}}}},
             strategies: {s: {steps: [{name: 'mail', channel: 'email', template: 't', expires: '1d' \(steps)}]}},
             transports: {relay: {kind: 'smtp', host: '\(host)', port: \(max(1, server.port)), timeout: '20s', connections: 1
               \(relay)}}}
            """, standing: true, files: ["t.txt": Array("Dear {{name|all}},\n.\nthat was a dot.\n".utf8)])
        bench.pipeline.dispatcher.chance = { 0 }
        return bench
    }

    private func server(_ change: (inout MailServer.Behaviour) -> Void = { _ in }) throws -> MailServer {
        var behaviour = MailServer.Behaviour()
        change(&behaviour)
        return try MailServer(behaviour)
    }

    private func drop(_ addresses: [String], as name: String = "a/1.csv", _ bench: PipelineBench) throws {
        try bench.drop("email,name\n" + addresses.map { "\($0),\n" }.joined(), as: name)
    }

    private let three = ["ann@b.example", "bob@b.example", "eva@b.example"]

    private func send(_ bench: PipelineBench) throws {
        _ = try bench.pipeline.dispatchDue { false }
        while bench.pipeline.dispatcher.inFlight > 0 {
            _ = bench.pipeline.claims.wait(milliseconds: 20, waking: nil)
            _ = try bench.pipeline.dispatchDue { false }
        }
    }

    private func states(_ bench: PipelineBench, _ batch: BatchID? = nil) throws -> [ContactState: Int] {
        try bench.pipeline.store.states(of: batch ?? self.batch).filter { $0.value != 0 }
    }

    private func recipients(_ server: MailServer) -> [String] {
        server.state.mails.map { String($0.recipient.dropFirst(9).prefix { $0 != ">" }) }
    }

    func testAMailLeavesWithAllThatLeadsBackToIt() throws {
        let server = try server()
        let bench = try bench(server, mail: "{returnPath: 'bounces@clinic.example'}")
        try drop(three, bench)
        try send(bench)
        XCTAssertEqual(try states(bench), [.emailSent: 3])
        let state = server.state
        XCTAssertEqual(state.complaints, [])
        XCTAssertEqual(state.connections, 1)
        let mail = try XCTUnwrap(state.mails.first)
        XCTAssertTrue(mail.sender.hasPrefix("MAIL FROM:<bounces@clinic.example> SIZE="), mail.sender)
        XCTAssertTrue(mail.sender.hasSuffix(" RET=HDRS ENVID=bcdfgh-20261120-000001-1-mail-1"), mail.sender)
        XCTAssertEqual(
            mail.recipient, "RCPT TO:<ann@b.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;ann@b.example")
        XCTAssertTrue(mail.content.contains("\r\nMessage-ID: <bcdfgh-20261120-000001-1-mail-1@clinic.example>\r\n"))
        XCTAssertTrue(mail.content.hasSuffix("\r\n\r\nDear all,\r\n.\r\nthat was a dot.\r\n"), mail.content)
        XCTAssertEqual(bench.files("state/flights"), [], "the journal goes once all is written down")
    }

    func testARelayOfAnyAbilitiesIsSpokenTo() throws {
        for offers in [
            [], ["PIPELINING"], ["PIPELINING", "CHUNKING"], ["CHUNKING"], ["DSN"], ["SIZE"], ["8BITMIME", "SMTPUTF8"],
        ] {
            for chop in [nil, 1] {
                let server = try server {
                    $0.offers = offers
                    $0.chop = chop
                }
                let bench = try bench(server)
                try drop(three, bench)
                try send(bench)
                XCTAssertEqual(try states(bench), [.emailSent: 3], "\(offers)")
                XCTAssertEqual(server.state.complaints, [], "\(offers)")
                XCTAssertEqual(recipients(server), three)
                XCTAssertEqual(
                    Set(server.state.mails.map { $0.content.components(separatedBy: "\r\n\r\n")[1] }).count, 1)
            }
        }
        let old = try server { $0.answer = { $0.hasPrefix("EHLO") ? "502 5.5.1 what" : nil } }
        let bench = try bench(old)
        try drop(three, bench)
        try send(bench)
        XCTAssertEqual(try states(bench), [.emailSent: 3])
        XCTAssertEqual(old.state.complaints, [])
    }

    func testWithoutReportsOfDeliveryEachMailHasASenderOfItsOwn() throws {
        let server = try server { $0.offers = [] }
        let bench = try bench(server)
        try drop(["ann@b.example"], bench)
        try send(bench)
        XCTAssertEqual(
            server.state.mails.map(\.sender), ["MAIL FROM:<desk+bcdfgh-20261120-000001-1-mail-1@clinic.example>"])
    }

    func testARecipientsOwnFaultFailsThatMailWithTheRelaysCode() throws {
        for offers in [["PIPELINING"], [], ["PIPELINING", "CHUNKING"]] {
            let server = try server {
                $0.offers = offers
                $0.answer = {
                    $0.hasPrefix("RCPT TO:<bob") ? "550-5.1.1 <bob@b.example>\r\n550 5.1.1 user bob unknown" : nil
                }
            }
            let bench = try bench(server)
            try drop(three, bench)
            try send(bench)
            XCTAssertEqual(try states(bench), [.emailSent: 2, .failed: 1], "\(offers)")
            XCTAssertEqual(server.state.complaints, [])
            XCTAssertEqual(recipients(server), ["ann@b.example", "eva@b.example"])
            _ = try bench.pipeline.report(day: nil, campaign: nil)
            let failure = try bench.report("failure", campaign: "a")
            XCTAssertTrue(failure.count == 1 && failure[0].contains(",5.1.1,"), "\(failure)")
            let attempts = try bench.report("attempts", campaign: "a")
            XCTAssertTrue(
                attempts.contains { $0.contains(",failed,") && $0.contains(",5.1.1,… user … unknown,") }, "\(attempts)")
        }
        // It lets a mail to nobody in.
        let odd = try server {
            $0.offers = ["PIPELINING"]
            $0.answer = { $0.hasPrefix("RCPT TO:<bob") ? "550 5.1.1 no" : $0 == "DATA" ? "354 go on" : nil }
        }
        let bench = try bench(odd)
        try drop(three, bench)
        try send(bench)
        XCTAssertEqual(try states(bench), [.emailSent: 2, .failed: 1])
        XCTAssertEqual(recipients(odd), ["ann@b.example", "eva@b.example"])
    }

    /// Why nothing leaves by the relay, as the status and the metrics have it; empty while it does.
    private func stopped(_ bench: PipelineBench) throws -> String {
        try bench.pipeline.writeStatus()
        let transports = try bench.json("outbox/status.json")["transports"] as? [[String: Any]]
        let relay = try XCTUnwrap(transports?.first { $0["transport"] as? String == "relay" })
        let why = relay["stopped"] as? String ?? ""
        XCTAssertEqual(relay["nextAt"] is String, !why.isEmpty)
        let line = "waybill_transport_stopped{transport=\"relay\"} \(why.isEmpty ? 0 : 1)\n"
        XCTAssertTrue(try bench.text("outbox/metrics.prom").contains(line), line)
        return why
    }

    func testAnAnswerThatBlamesTheSenderStopsTheTransportAndFailsNobody() throws {
        for (command, answer) in [
            ("CONTENT", "550 5.7.26 Unauthenticated mail"), ("RCPT", "554 5.7.1 Relay access denied"),
            ("MAIL", "550 5.1.8 who are you"), ("GREETING", "554 5.3.2 no service"),
        ] {
            let server = try server { $0.answer = { $0.hasPrefix(command) ? answer : nil } }
            let bench = try bench(server)
            try drop(three, bench)
            try send(bench)
            XCTAssertEqual(try states(bench), [.pending: 3], answer)
            XCTAssertEqual(bench.logged.with("transport.stopped").count, 1, "\(bench.logged.with(" "))")
            let holding = try XCTUnwrap(bench.pipeline.store.holdings().first)
            XCTAssertTrue(
                holding.words.contains("transport relay: the relay") && holding.words.contains(answer.prefix(9)),
                holding.words)
            let why = try stopped(bench)
            XCTAssertTrue(why.contains("the relay"), why)
            // Another one found out. What else is due for it waits too.
            let asked = server.state.connections
            XCTAssertLessThanOrEqual(asked, 2)
            try drop(["zoe@b.example"], as: "a/2.csv", bench)
            try bench.advance(seconds: 5)
            try send(bench)
            XCTAssertEqual(server.state.connections, asked)
            XCTAssertEqual(server.state.mails.count, 0)
            server.behave { $0.answer = { _ in nil } }
            try bench.advance(seconds: 60)
            try send(bench)
            try send(bench)
            XCTAssertEqual(try states(bench), [.emailSent: 3], answer)
            XCTAssertEqual(try states(bench, BatchID("20261120-000002")!), [.emailSent: 1])
            XCTAssertEqual(Set(recipients(server)), Set(three + ["zoe@b.example"]))
            XCTAssertEqual(bench.logged.with("transport.goes-on").count, 1)
            XCTAssertEqual(try stopped(bench), "")
            XCTAssertEqual(server.state.complaints, [])
        }
    }

    func testWhatTheRelayPutsOffComesAgainUnderTheSameReference() throws {
        let server = try server { $0.answer = { $0.hasPrefix("RCPT TO:<bob") ? "450 4.7.1 greylisted" : nil } }
        let bench = try bench(server)
        try drop(three, bench)
        try send(bench)
        XCTAssertEqual(try states(bench), [.emailSent: 2, .pending: 1])
        server.behave { $0.answer = { _ in nil } }
        try bench.advance(seconds: 2)
        try send(bench)
        XCTAssertEqual(try states(bench), [.emailSent: 3])
        XCTAssertTrue(server.state.mails.last?.sender.hasSuffix("ENVID=bcdfgh-20261120-000001-2-mail-1") ?? false)
        XCTAssertEqual(server.state.complaints, [])
    }

    func testAMailWhoseAnswerNobodyCanReadIsNeverSentTwice() throws {
        for answer in ["354 go on", "300 hm", "250-ok\r\n451 hm"] {
            for offers in [[], ["PIPELINING", "CHUNKING"]] {
                let server = try server {
                    $0.offers = offers
                    // The relay has it, whatever it says.
                    $0.answer = { $0.hasPrefix("CONTENT RCPT TO:<ann") ? answer : nil }
                }
                let bench = try bench(server)
                try drop(three, bench)
                for _ in 0..<3 {
                    try send(bench)
                    try bench.advance(seconds: 60)
                }
                XCTAssertEqual(try states(bench), [.emailSent: 2, .dangling: 1], "\(answer) \(offers)")
                XCTAssertLessThanOrEqual(recipients(server).filter { $0.hasPrefix("ann") }.count, 1, answer)
            }
        }
    }

    func testAnAnswerOfManyWordsIsAnAnswerAndAnEndlessOneIsNobodysFault() throws {
        let long = String(repeating: "x", count: 5_000)
        for offers in [[], ["PIPELINING"], ["PIPELINING", "CHUNKING"]] {
            for answer in ["550 5.1.1 \(long)", "550-5.1.1 \(long)\r\n550 5.1.1 \(long)"] {
                let server = try server {
                    $0.offers = offers
                    $0.answer = {
                        $0.hasPrefix("RCPT TO:<bob") ? answer : $0.hasPrefix("CONTENT") ? "250 2.0.0 \(long)" : nil
                    }
                }
                let bench = try bench(server)
                try drop(three, bench)
                try send(bench)
                XCTAssertEqual(try states(bench), [.emailSent: 2, .failed: 1], "\(offers)")
                XCTAssertEqual(server.state.complaints, [])
                XCTAssertEqual(server.state.connections, 1)
            }
            let server = try server {
                $0.offers = offers
                $0.answer = {
                    $0.hasPrefix("RCPT TO:<bob") ? "550 5.1.1 " + String(repeating: "x", count: 90_000) : nil
                }
            }
            let bench = try bench(server)
            try drop(three, bench)
            try send(bench)
            XCTAssertEqual(try states(bench), [.emailSent: 2, .pending: 1], "\(offers)")
        }
    }

    func testAMailThatTheRelayTakesTooLongForWaitsForTheNextWindowAndNotForTheRelay() throws {
        let server = try server { $0.offers.append("DELIVERBY 600") }
        let bench = try PipelineBench(
            """
            {campaigns: {a: {require: ['email'], strategy: 's', policy: 'p', from: {email: 'desk@clinic.example'},
               transports: {email: 'relay'}, templates: {t: {subject: 'Hello', text: 't.txt'}}}},
             policies: {p: {windows: [{from: '08:00', to: '21:00'}], zone: 'UTC'}},
             strategies: {s: {steps: [{name: 'mail', channel: 'email', template: 't', expires: '1d'}]}},
             transports: {relay: {kind: 'smtp', port: \(server.port), validity: {minimum: '1m', maximum: '4h'}}}}
            """, at: "2026-11-20T20:55:00Z", standing: true, files: ["t.txt": Array("Dear all".utf8)])
        try drop(three, bench)
        try send(bench)
        XCTAssertEqual(server.state.mails, [])
        XCTAssertEqual(bench.logged.with("asks to send later"), [])
        try bench.advance(seconds: 1)
        try send(bench)
        let holding = try XCTUnwrap(bench.pipeline.store.holdings().first)
        XCTAssertEqual(holding.kind, .hours, holding.words)
        XCTAssertEqual(holding.next, Timestamp(iso8601: Array("2026-11-21T08:00:00Z".utf8)[...]))
        try bench.advance(seconds: 12 * 3_600)
        try send(bench)
        XCTAssertEqual(Set(recipients(server)), Set(three))
    }

    // MARK: - Connections that are lost

    /// It closes each connection behind the first mail, before what is said next, or at once.
    func testARelayThatTakesOneMailOfAConnectionGetsAConnectionForEach() throws {
        for offers in [[], ["PIPELINING"], ["PIPELINING", "CHUNKING"]] {
            for point in ["MAIL", "RCPT", "at once"] {
                let hasMail = Mutex(false)
                let server = try server {
                    $0.offers = offers
                    $0.answer = { command in
                        hasMail.withLock { hasMail in
                            if command == "GREETING" { hasMail = false }
                            if hasMail, command.hasPrefix(point) { return "421 4.7.0 one mail is enough" }
                            guard command.hasPrefix("CONTENT") else { return nil }
                            hasMail = true
                            return point == "at once" ? "250 2.0.0 taken\r\n421 4.7.0 one mail is enough" : nil
                        }
                    }
                }
                let bench = try bench(server)
                try drop(three, bench)
                try send(bench)
                let label = "\(offers) \(point)"
                XCTAssertEqual(try states(bench), [.emailSent: 3], label)
                XCTAssertEqual(recipients(server), three, label)
                XCTAssertEqual(server.state.connections, 3, label)
                XCTAssertEqual(bench.logged.with("transport.").count, 0, label)
                if point != "at once" { XCTAssertEqual(server.state.complaints, [], label) }
            }
        }
        // One that takes none is left alone.
        let closed = try server { $0.answer = { $0.hasPrefix("MAIL") ? "421 4.7.0 not now" : nil } }
        let bench = try bench(closed)
        try drop(three, bench)
        try send(bench)
        XCTAssertEqual(try states(bench), [.pending: 3])
        XCTAssertEqual(closed.state.connections, 1)
        XCTAssertEqual(bench.logged.with("transport.stopped").count, 1)
    }

    /// Cuts at each point, sends until nothing waits, and looks who got what.
    func testWhereverTheConnectionIsLostNobodyGetsAMailTwiceAndNoneIsLostUnseen() throws {
        for (offers, contacts) in [([], 1), (["PIPELINING"], 2), (["PIPELINING", "CHUNKING", "DSN"], 1)] {
            var point = 1
            var dangling = 0
            while true {
                let server = try server {
                    $0.offers = offers
                    $0.cutAt = point
                }
                let bench = try bench(server)
                try drop(Array(three.prefix(contacts)), bench)
                for _ in 0..<4 {
                    try send(bench)
                    if try states(bench)[.pending] == nil { break }
                    try bench.advance(seconds: 70)
                }
                let found = try states(bench)
                let got = recipients(server)
                let label = "\(offers) cut at \(point): \(found) \(got)"
                XCTAssertEqual(Set(got).count, got.count, label)
                XCTAssertEqual(found[.emailSent, default: 0] + found[.dangling, default: 0], contacts, label)
                XCTAssertLessThanOrEqual(found[.emailSent, default: 0], got.count, label)
                XCTAssertLessThanOrEqual(contacts - got.count, found[.dangling, default: 0], label)
                XCTAssertEqual(server.state.complaints, [], label)
                dangling += found[.dangling, default: 0]
                for line in bench.logged.with("parcel.answered") where !line.contains("lost=0") {
                    XCTAssertTrue(line.contains(", behind a whole mail"), line)
                }
                if server.state.points < point { break }
                point += 1
            }
            XCTAssertGreaterThan(point, 6 + 9 * contacts)
            // Behind the last byte of each mail, before and after it was taken; and where nobody can see yet that the relay
            // is gone.
            XCTAssertTrue((2 * contacts...3 * contacts).contains(dangling), "\(offers): \(dangling)")
        }
    }

    func testAConnectionThatWasEndedMeanwhileIsReplacedAndOneThatIsGoodIsUsedAgain() throws {
        let server = try server()
        let bench = try bench(server)
        try drop(three, bench)
        try send(bench)
        try drop(["zoe@b.example"], as: "a/2.csv", bench)
        try send(bench)
        XCTAssertEqual(server.state.connections, 1)
        server.loseConnections()
        try drop(["ian@b.example"], as: "a/3.csv", bench)
        try send(bench)
        XCTAssertEqual(server.state.connections, 2)
        XCTAssertEqual(recipients(server).count, 5)
        XCTAssertEqual(bench.logged.with("transport.").count, 0)
    }

    func testAConnectionEndsAfterSoManyMails() throws {
        let server = try server()
        let bench = try bench(server, ", perConnection: 2")
        try drop(three, bench)
        try send(bench)
        XCTAssertEqual(try states(bench), [.emailSent: 3])
        XCTAssertEqual(server.state.connections, 2)
        XCTAssertEqual(server.state.commands.count { $0.hasPrefix("MAIL") }, 3)
    }

    func testARelayThatIsNotThereHoldsItsMails() throws {
        var bench: PipelineBench
        do {
            let gone = try server()
            bench = try self.bench(gone)
        }
        try drop(three, bench)
        try send(bench)
        XCTAssertEqual(try states(bench), [.pending: 3])
        let words = try XCTUnwrap(bench.pipeline.store.holdings().first).words
        XCTAssertTrue(words.contains("transport relay: connect to 127.0.0.1 port"), words)
    }

    func testAStopEndsBehindTheMailThatIsUnderWay() throws {
        let server = try server {
            $0.answer = { command in
                if command.hasPrefix("CONTENT") { usleep(100_000) }
                return nil
            }
        }
        let bench = try bench(server)
        try drop((0..<50).map { "a\($0)@b.example" }, bench)
        _ = try bench.pipeline.dispatchDue { false }
        XCTAssertTrue(eventually { !server.state.mails.isEmpty })
        try bench.restart(at: "2026-11-20T15:01:00Z")
        let found = try states(bench)
        XCTAssertEqual(found[.emailSent], server.state.mails.count)
        XCTAssertLessThan(server.state.mails.count, 50)
        XCTAssertNil(found[.dangling])
    }
}
