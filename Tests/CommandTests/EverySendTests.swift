import Foundation
import Support
import XCTest

/// The real program, killed at every message that it hands over for the first time: before it, amid it, behind it, and
/// between it and the next. Who receives records every message.
///
/// Folders have no server: `FaultSweepTests` kills at each rename. With `WAYBILL_KILLS=all` each moment has a run of
/// its own, with sixty messages.
final class EverySendTests: XCTestCase {
    private static let isWhole = ProcessInfo.processInfo.environment["WAYBILL_KILLS"] == "all"
    private static let contacts = isWhole ? 60 : 4

    /// - Parameter body: returns how many contacts came to which state.
    private func each(_ moments: [Killer.Moment], _ body: (Killer) throws -> [String: Int]) rethrows {
        for moments in Self.isWhole ? moments.map({ [$0] }) : [moments] {
            let killer = Killer(moments)
            let states = try body(killer)
            // At most two messages are under way at a kill behind one.
            XCTAssertGreaterThanOrEqual(killer.strikes, Self.contacts / 2)
            if Self.isWhole {
                let told = "killed \(killer.strikes) times, \(moments): \(states)\n"
                FileHandle.standardError.write(Data(told.utf8))
            }
        }
    }

    private func server(_ killer: Killer) throws -> TestServer {
        try TestServer { request in
            let number = KilledSender.numbers(request.body).first ?? ""
            let moment = killer.meet(number)
            usleep(5_000)
            return moment == .amid ? .cut : .answer(200, "{}")
        }
    }

    func testWithAKeyEachMessageArrivesOnceThoughTheProcessIsKilledAtEach() throws {
        try each([.amid, .behind, .between]) { killer in
            let server = try server(killer)
            let sender = try KilledSender(
                contacts: Self.contacts,
                by: "kind: 'http', url: '\(server.url)', key: {file: 'key'}, concurrency: 1, "
                    + "idempotencyHeader: 'Idempotency-Key', body: {to: '{{address}}', text: '{{message}}'}")
            let states = try sender.states(killedBy: killer)
            try sender.checkOncePerKey(server, states)
            server.stop()
            return states
        }
    }

    func testWithoutAKeyNothingArrivesTwiceAndWhatNobodyKnowsIsNamed() throws {
        try each([.amid, .behind, .between]) { killer in
            let server = try server(killer)
            let sender = try KilledSender(
                contacts: Self.contacts,
                by: "kind: 'http', url: '\(server.url)', key: {file: 'key'}, concurrency: 1, "
                    + "body: {to: '{{address}}', text: '{{message}}'}")
            let states = try sender.states(killedBy: killer)
            let sent = KilledSender.numbers(server.requests.map(\.body).joined(separator: "\n"))
            sender.checkNothingTwice(sent, states, sentState: "SMS sent", atOnce: killer.strikes)
            server.stop()
            return states
        }
    }

    func testNoMailArrivesTwiceAndWhatNobodyKnowsIsNamed() throws {
        try each(Killer.Moment.allCases) { killer in
            var behaviour = MailServer.Behaviour()
            behaviour.answer = { command in
                guard let recipient = command.firstMatch(of: /c\d+@b\.example/) else { return nil }
                let isContent = command.hasPrefix("CONTENT")
                guard isContent || command.hasPrefix("RCPT") else { return nil }
                let moment = killer.meet(String(recipient.output), announced: !isContent)
                if isContent { usleep(5_000) }
                switch moment {
                case .before: return "cut"
                case .amid: return "cut behind"
                case .behind, .between, nil: return nil
                }
            }
            let server = try MailServer(behaviour)
            let sender = try KilledSender(
                contacts: Self.contacts, over: "email",
                by: "kind: 'smtp', port: \(server.port), connections: 1",
                campaign:
                    ", from: {email: 'desk@clinic.example'}, templates: {mail: {subject: 'Hello', text: 'mail.txt'}}")
            try sender.workspace.write("Your order is ready.\n", to: "mail.txt")
            let states = try sender.states(killedBy: killer)
            let sent = server.state.mails.map(\.recipient).compactMap { $0.firstMatch(of: /c\d+@b\.example/) }
            sender.checkNothingTwice(
                sent.map { String($0.output) }, states, sentState: "Email sent", atOnce: killer.strikes)
            return states
        }
    }

    /// Each message comes in a drop of its own, since of a parcel nobody knows more than that its program was killed.
    func testNothingIsGivenToAProgramTwiceAndWhatNobodyKnowsIsNamed() throws {
        try each([.before, .amid, .behind]) { killer in
            let sender = try KilledSender(
                contacts: Self.contacts, by: "kind: 'command', run: ['./carrier'], timeout: '20s'", perDrop: 1)
            try sender.workspace.write(
                """
                #!/bin/sh
                strike() { if [ "$(cat aim)" = "$1" ]; then kill -9 $PPID; while :; do :; done; fi; }
                while read -r line; do
                    strike before
                    echo "$line" >> seen
                    strike amid
                    echo "$line" | sed 's/^{"reference":"\\([^"]*\\)".*/{"reference":"\\1","outcome":"accepted"}/'
                    strike behind
                done

                """, to: "carrier")
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: sender.workspace.path("carrier"))
            try sender.workspace.write("", to: "seen")
            let states = try sender.states(killedBy: killer) { moment in
                try sender.workspace.write(moment.map { "\($0)" } ?? "never", to: "aim")
            }
            let seen = try String(contentsOfFile: sender.workspace.path("seen"), encoding: .utf8)
            let sent = seen.split(separator: "\n").compactMap { $0.firstMatch(of: /\+14155551\d\d\d/) }
                .map { String($0.output) }
            sender.checkNothingTwice(sent, states, sentState: "SMS sent", atOnce: killer.strikes)
            return states
        }
    }
}
