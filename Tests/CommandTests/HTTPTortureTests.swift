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

    private func numbers(_ text: String) -> [String] {
        text.matches(of: /\+14155551\d\d\d/).map { String($0.output) }
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
        var bodies: [String: String] = [:]
        for request in server.requests {
            let key = try XCTUnwrap(request.headers["idempotency-key"])
            XCTAssertEqual(bodies[key] ?? request.body, request.body, "other content under one key")
            bodies[key] = request.body
        }
        // As the server has it, which takes each key once.
        let sent = numbers(bodies.values.joined(separator: "\n"))
        XCTAssertEqual(sent.count, Self.contacts)
        XCTAssertEqual(Set(sent).count, Self.contacts)
        XCTAssertEqual(states, ["SMS sent": Self.contacts])
        server.stop()
    }

    func testWithoutAKeyNothingGoesOutTwiceAndWhatNobodyKnowsIsNamed() throws {
        let server = try TestServer { _ in
            usleep(15_000)
            return .answer(200, "{}")
        }
        let sender = try sender(server, "body: {to: '{{address}}', text: '{{message}}'}")
        let states = try sender.states { server.requests.count }
        let sent = numbers(server.requests.map(\.body).joined(separator: "\n"))
        sender.checkNothingTwice(sent, states, sentState: "SMS sent", atOnce: 4)
        server.stop()
    }
}
