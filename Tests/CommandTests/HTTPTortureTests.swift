import Foundation
import Support
import XCTest

/// The real program, killed in the middle of its calls: the server is the witness of what went out.
final class HTTPTortureTests: XCTestCase {
    private static let contacts = 60

    private func sender(_ server: TestServer, _ more: String) throws -> KilledSender {
        try KilledSender(
            contacts: Self.contacts,
            by: "kind: 'http', url: '\(server.url)', key: {file: 'key'}, concurrency: 4, \(more)")
    }

    func testWithAKeyEachMessageGoesOutOnceHoweverOftenTheProcessIsKilled() throws {
        let server = try TestServer { _ in
            usleep(15_000)
            return .answer(200, "[]")
        }
        let sender = try sender(
            server,
            "batch: 3, idempotencyHeader: 'Idempotency-Key', body: [{each: {to: '{{address}}', text: '{{message}}'}}]")
        let states = try sender.states { server.requests.count }
        try sender.checkOncePerKey(server, states)
        server.stop()
    }

    func testWithoutAKeyNothingGoesOutTwiceAndWhatNobodyKnowsIsNamed() throws {
        let server = try TestServer { _ in
            usleep(15_000)
            return .answer(200, "{}")
        }
        let sender = try sender(server, "body: {to: '{{address}}', text: '{{message}}'}")
        let states = try sender.states { server.requests.count }
        let sent = KilledSender.numbers(server.requests.map(\.body).joined(separator: "\n"))
        sender.checkNothingTwice(sent, states, sentState: "SMS sent", atOnce: 4)
        server.stop()
    }
}
