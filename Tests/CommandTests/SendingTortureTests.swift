import Foundation
import Glibc
import Support
import XCTest

/// The real program, killed while it gives mails to a relay and messages to a program. Neither can be asked what
/// became of what was under way.
final class SendingTortureTests: XCTestCase {
    private static let contacts = 60

    func testNoMailGoesOutTwiceHoweverOftenTheProcessIsKilledAndWhatNobodyKnowsIsNamed() throws {
        var behaviour = MailServer.Behaviour()
        behaviour.answer = { command in
            if command.hasPrefix("CONTENT") { usleep(15_000) }
            return nil
        }
        let server = try MailServer(behaviour)
        let sender = try KilledSender(
            contacts: Self.contacts, over: "email",
            by: "kind: 'smtp', port: \(server.port), connections: 2, auth: {user: 'clinic', password: {file: 'key'}}",
            campaign: ", from: {email: 'desk@clinic.example'}, templates: {mail: {subject: 'Hello', text: 'mail.txt'}}")
        try sender.workspace.write("Your order is ready.\n", to: "mail.txt")
        let states = try sender.states { server.state.mails.count }
        let sent = server.state.mails.map(\.recipient).compactMap { $0.firstMatch(of: /c\d+@b\.example/) }
        // The one whose last byte left without an answer, on each connection.
        sender.checkNothingTwice(sent.map { String($0.output) }, states, sentState: "Email sent", atOnce: 2)
        XCTAssertEqual(server.state.complaints, [])
    }

    func testNothingGoesTwiceToAProgramHoweverOftenTheProcessIsKilledAndWhatNobodyKnowsIsNamed() throws {
        let sender = try KilledSender(
            contacts: Self.contacts, by: "kind: 'command', run: ['./carrier'], timeout: '20s'")
        try sender.workspace.write(
            """
            #!/bin/sh
            while read -r line; do
                echo "$line" >> seen
                sleep 0.015
                echo "$line" | sed 's/^{"reference":"\\([^"]*\\)".*/{"reference":"\\1","outcome":"accepted"}/'
            done

            """, to: "carrier")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: sender.workspace.path("carrier"))
        let seen = sender.workspace.path("seen")
        func lines() -> [String] {
            ((try? String(contentsOfFile: seen, encoding: .utf8)) ?? "").split(separator: "\n").map(String.init)
        }
        let states = try sender.states(killing: 1) { lines().count }
        let sent = lines().compactMap { $0.firstMatch(of: /\+14155551\d\d\d/) }.map { String($0.output) }
        // All that a program was given are under way until it answers, and its answers end with the process.
        sender.checkNothingTwice(sent, states, sentState: "SMS sent", atOnce: Self.contacts)
        XCTAssertGreaterThan(sent.count, 0)
    }
}
