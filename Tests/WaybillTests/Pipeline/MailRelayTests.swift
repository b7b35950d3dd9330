import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// What is said to a relay beside the mails: who logs in, addresses of any script, and what a crash leaves.
final class MailRelayTests: XCTestCase {
    private let batch = BatchID("20261120-000001")!

    private func configuration(_ port: Int, host: String = "127.0.0.1", _ relay: String = "") -> String {
        """
        {campaigns: {a: {require: ['email'], strategy: 's', from: {email: 'desk@clinic.example'},
           transports: {email: 'relay'}, templates: {t: {subject: 'Hello', text: 't.txt'}}}},
         strategies: {s: {steps: [{name: 'mail', channel: 'email', template: 't', expires: '1d'}]}},
         transports: {relay: {kind: 'smtp', host: '\(host)', port: \(max(1, port)), timeout: '20s', connections: 1 \(relay)}}}
        """
    }

    private func bench(_ text: String, files: [String: [UInt8]] = [:]) throws -> PipelineBench {
        let bench = try PipelineBench(
            text, standing: true, files: ["t.txt": Array("Dear all".utf8)].merging(files) { $1 })
        bench.pipeline.dispatcher.chance = { 0 }
        return bench
    }

    private func send(_ addresses: [String], _ bench: PipelineBench) throws -> [ContactState: Int] {
        if !addresses.isEmpty {
            try bench.drop("email\n" + addresses.map { "\($0)\n" }.joined(), as: "a/1.csv")
        }
        repeat {
            _ = try bench.pipeline.dispatchDue { false }
            _ = bench.pipeline.claims.wait(milliseconds: 20, waking: nil)
        } while bench.pipeline.dispatcher.inFlight > 0
        _ = try bench.pipeline.dispatchDue { false }
        return try bench.pipeline.store.states(of: batch).filter { $0.value != 0 }
    }

    func testASecretGoesToThisMachineAsTheMethodSays() throws {
        for (method, offered, secret) in [
            ("null", "AUTH PLAIN LOGIN", "\0clinic\0s3cret pass"), ("'plain'", "AUTH PLAIN", "\0clinic\0s3cret pass"),
            ("null", "AUTH LOGIN", "clinic s3cret pass "), ("'login'", "AUTH PLAIN LOGIN", "clinic s3cret pass "),
            ("'xoauth2'", "AUTH XOAUTH2", "user=clinic\u{1}auth=Bearer s3cret pass\u{1}\u{1}"),
        ] {
            var behaviour = MailServer.Behaviour()
            behaviour.offers = [offered]
            let server = try MailServer(behaviour)
            let bench = try bench(
                configuration(
                    server.port, ", auth: {user: 'clinic', password: {file: 'secret'}, method: \(method)}"),
                files: ["secret": Array("s3cret pass\n".utf8)])
            XCTAssertEqual(try send(["ann@b.example"], bench), [.emailSent: 1], method)
            XCTAssertTrue(server.state.commands.contains("secret: \(secret)"), "\(server.state.commands)")
            XCTAssertEqual(server.state.complaints, [])
        }
    }

    func testASecretMayBeInTheEnvironment() throws {
        XCTAssertThrowsError(try Secret.environment("WAYBILL_NO_SUCH_VARIABLE").read("the password", in: "/")) {
            XCTAssertTrue("\($0)".contains("the variable WAYBILL_NO_SUCH_VARIABLE"), "\($0)")
        }
        let path = try XCTUnwrap(ProcessInfo.processInfo.environment["PATH"])
        XCTAssertEqual(try Secret.environment("PATH").read("the password", in: "/"), path)
    }

    func testALoginThatFailsStopsTheTransportAndTellsNoSecret() throws {
        for (offered, method, file, words) in [
            ("AUTH PLAIN", "null", "secret", "answers AUTH with 535 5.7.8"),
            ("AUTH XOAUTH2", "'xoauth2'", "secret", "answers AUTH with 535 5.7.8"),
            ("AUTH GSSAPI", "null", "secret", "offers no AUTH PLAIN or LOGIN, but GSSAPI"),
            ("AUTH PLAIN", "null", "none", "cannot be read"),
        ] {
            var behaviour = MailServer.Behaviour()
            behaviour.offers = [offered]
            behaviour.answer = { $0.hasPrefix("AUTH") ? "535 5.7.8 AGNsaW5pYwBzM2NyZXQ= is wrong" : nil }
            let server = try MailServer(behaviour)
            let bench = try bench(
                configuration(
                    server.port, ", auth: {user: 'clinic', password: {file: '\(file)'}, method: \(method)}"),
                files: ["secret": Array("s3cret".utf8)])
            XCTAssertEqual(try send(["ann@b.example"], bench), [.pending: 1])
            let told = bench.logged.with(" ") + (try bench.pipeline.store.holdings().map(\.words))
            XCTAssertTrue(told.contains { $0.contains(words) }, "\(told)")
            for secret in ["s3cret", "AGNsaW5pYwBzM2NyZXQ"] {
                XCTAssertFalse(told.contains { $0.contains(secret) }, "\(told)")
                let state = try Files.list(bench.root + "/state").filter { $0.hasPrefix("waybill.db") }
                for name in state {
                    let bytes = try Files.read(bench.root + "/state/" + name, limit: 1 << 26)
                    XCTAssertNil(Data(bytes).range(of: Data(secret.utf8)), "in \(name)")
                }
            }
        }
    }

    func testARelayMayBeASocketOfThisMachine() throws {
        let path = FileManager.default.temporaryDirectory.path + "/waybill-\(UUID().uuidString.prefix(8)).sock"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let server = try MailServer(path: path)
        let bench = try bench(
            configuration(1, host: path, ", auth: {user: 'u', password: {file: 't.txt'}}"))
        XCTAssertEqual(try send(["ann@b.example"], bench), [.emailSent: 1])
        XCTAssertEqual(server.state.mails.count, 1)
    }

    func testAddressesOfAnyScriptTravelAsRelaysTakeThem() throws {
        let server = try MailServer()
        let bench = try bench(configuration(server.port))
        XCTAssertEqual(
            try send(["ann@bücher.example", "用户@例子.广告", "用+a=户@b.example", "a+b=c@b.example"], bench), [.emailSent: 4])
        let mails = server.state.mails
        XCTAssertEqual(
            mails.map(\.recipient),
            [
                "RCPT TO:<ann@xn--bcher-kva.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;ann@xn--bcher-kva.example",
                #"RCPT TO:<用户@xn--fsqu00a.xn--4rr70v> NOTIFY=FAILURE,DELAY ORCPT=utf-8;\x{7528}\x{6237}@xn--fsqu00a.xn--4rr70v"#,
                // Each of the two kinds has its own escape.
                #"RCPT TO:<用+a=户@b.example> NOTIFY=FAILURE,DELAY ORCPT=utf-8;\x{7528}\x{2B}a\x{3D}\x{6237}@b.example"#,
                "RCPT TO:<a+b=c@b.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a+2Bb+3Dc@b.example",
            ])
        XCTAssertFalse(mails[0].sender.contains("SMTPUTF8"))
        XCTAssertTrue(mails[1].sender.contains(" BODY=8BITMIME SMTPUTF8 "), mails[1].sender)
        XCTAssertTrue(mails[1].content.contains("\r\nTo: 用户@xn--fsqu00a.xn--4rr70v\r\n"))
        XCTAssertEqual(server.state.complaints, [])
    }

    func testWhatTheRelayCannotTakeFailsWithACodeAndIsNotMangled() throws {
        var behaviour = MailServer.Behaviour()
        behaviour.offers = ["PIPELINING", "SIZE 400"]
        let server = try MailServer(behaviour)
        let bench = try bench(configuration(server.port))
        let long = String(repeating: "d", count: 60) + "." + String(repeating: "e", count: 60) + ".example"
        let address = String(repeating: "l", count: 60) + "@" + long
        XCTAssertEqual(try send(["用户@例子.广告", address, "ann@b.example"], bench), [.emailSent: 1, .failed: 2])
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        let failure = try bench.report("failure", campaign: "a")
        XCTAssertTrue(failure.contains { $0.contains(",email.needs-smtputf8,") }, "\(failure)")
        XCTAssertTrue(failure.contains { $0.contains(",email.too-large,") }, "\(failure)")
        XCTAssertEqual(server.state.mails.count, 1)
    }

    // MARK: - Crashes

    /// Lets go of the parcel as a process does that is killed then.
    private struct Dies: Transport {
        static let kind = SMTPTransport.kind
        static let isImmediate = true
        let own: SMTPTransport
        var form: ParcelForm { own.form }
        init(_ name: String, _ settings: TransportSettings, in folder: String) {
            own = SMTPTransport(name, settings, in: folder)
        }
        func prepare(_ load: ParcelLoad) throws -> Ticket { try own.prepare(load) }
        static func commit(_ ticket: Ticket, _ load: ParcelLoad, _ stop: StopSign) throws -> ParcelOutcome {
            throw TransportProblem("died")
        }
        static func resolve(
            _ ticket: Ticket, _ references: [Reference], _ stop: StopSign
        ) throws -> ParcelResolution { .unknown("died") }
        static func discard(_ ticket: Ticket) {}
    }

    private func crashed(journal: ((String) -> String?)) throws -> (PipelineBench, MailServer) {
        let server = try MailServer()
        let bench = try bench(configuration(server.port))
        bench.pipeline.dispatcher.transports = [Dies.self]
        try bench.drop("email\nann@b.example\nbob@b.example\neva@b.example\nian@b.example\n", as: "a/1.csv")
        _ = try bench.pipeline.dispatchDue { false }
        XCTAssertEqual(bench.files("state/flights"), ["P000000001"])
        let path = bench.root + "/state/flights/P000000001"
        if let text = journal(try bench.text("state/flights/P000000001")) {
            try Files.writeAtomically(Array(text.utf8), to: path)
        } else {
            try Files.remove(path)
        }
        try bench.restart(at: "2026-11-20T15:01:00Z")
        bench.pipeline.dispatcher.chance = { 0 }
        return (bench, server)
    }

    func testAfterACrashOnlyWhatWasInDoubtDangles() throws {
        let (bench, server) = try crashed {
            $0 + "> 1\n< 1 accepted\n> 2\n< 2 refused 5.1.1 unknown user\n> 3\n< 3 acc"
        }
        _ = try send([], bench)
        try bench.advance(seconds: 2)
        XCTAssertEqual(try send([], bench), [.emailSent: 2, .failed: 1, .dangling: 1])
        XCTAssertEqual(server.state.mails.map { $0.recipient.prefix(13) }, ["RCPT TO:<ian@"])
        XCTAssertEqual(bench.files("state/flights"), [])
    }

    func testAfterACrashBeforeTheFirstMailAllAreSent() throws {
        let (bench, server) = try crashed { $0 }
        _ = try send([], bench)
        XCTAssertEqual(try send([], bench), [.emailSent: 4])
        XCTAssertEqual(server.state.mails.count, 4)
    }

    func testAfterAPowerFailureOrWithoutItsJournalWhatHasNoAnswerDangles() throws {
        let (bench, server) = try crashed { _ in "boot 00000000\n> 1\n< 1 accepted\n" }
        XCTAssertEqual(try send([], bench), [.emailSent: 1, .dangling: 3])
        let (other, none) = try crashed { _ in nil }
        XCTAssertEqual(try send([], other), [.dangling: 4])
        XCTAssertEqual(server.state.mails.count + none.state.mails.count, 0)
    }
}
