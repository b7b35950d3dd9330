import Foundation
import Support
import XCTest

/// The real program, killed in the middle of its calls: the server is the witness of what went out.
final class HTTPTortureTests: XCTestCase {
    private static let contacts = 60

    private func workspace(_ server: TestServer, _ more: String) throws -> TestWorkspace {
        let workspace = try TestWorkspace()
        try workspace.write("no-secret\n", to: "key")
        try workspace.write(
            """
            {campaigns: {a: {strategy: 's', transports: {sms: 'web'}}},
             strategies: {s: {steps: [{name: 'text', channel: 'sms', expires: '1h'}]}},
             transports: {web: {kind: 'http', url: '\(server.url)', key: {file: 'key'}, concurrency: 4, \(more)}}}
            """, to: "waybill.json5")
        let rows = (0..<Self.contacts).map { "+14155551\(100 + $0),text \($0)\n" }
        try workspace.write("phone1,message\n" + rows.joined(), to: "inbox/a/1.csv")
        return workspace
    }

    /// Runs the program again and again, each time killed as soon as the server has seen some more requests, and to its
    /// end at last; how many contacts are in each state then.
    private func torture(_ workspace: TestWorkspace, _ server: TestServer) throws -> [String: Int] {
        let waybill = Executable(workspace)
        var random = SeededGenerator(seed: TestSeed.next(atMost: 1_000_000))
        for _ in 0..<5 {
            let seen = server.requests.count
            let more = Int.random(in: 1...6, using: &random)
            let running = try waybill.start("run")
            let came = eventually(within: 20) {
                server.requests.count >= seen + more || server.requests.count >= 3 * Self.contacts
            }
            running.send(SIGKILL)
            _ = running.finish()
            if !came { break }
        }
        // What nobody knows is asked about until it is known.
        for _ in 0..<20 {
            _ = try waybill.run("run", "--until-idle")
            let found = try states(workspace)
            if found["Pending", default: 0] == 0 { return found }
        }
        return try states(workspace)
    }

    private func states(_ workspace: TestWorkspace) throws -> [String: Int] {
        _ = try Executable(workspace).run("report")
        let reports = URL(fileURLWithPath: workspace.path("outbox/reports"))
        var found: [String: Int] = [:]
        // A batch stands in the summary of each day that it is open on: the last one counts.
        let days = try FileManager.default.contentsOfDirectory(atPath: reports.path).sorted()
        let bytes = try Data(contentsOf: reports.appending(path: "\(try XCTUnwrap(days.last))/summary.json"))
        let summary = try XCTUnwrap(JSONSerialization.jsonObject(with: bytes) as? [String: Any])
        for campaign in summary["campaigns"] as? [[String: Any]] ?? [] {
            for batch in campaign["batches"] as? [[String: Any]] ?? [] {
                for (state, count) in batch["byState"] as? [String: Int] ?? [:] where count > 0 {
                    found[state, default: 0] += count
                }
            }
        }
        return found
    }

    private func numbers(_ text: String) -> [String] {
        text.matches(of: /\+14155551\d\d\d/).map { String($0.output) }
    }

    func testWithAKeyEachMessageGoesOutOnceHoweverOftenTheProcessIsKilled() throws {
        let server = try TestServer { _ in
            usleep(15_000)
            return .answer(200, "[]")
        }
        let workspace = try workspace(
            server,
            "batch: 3, idempotencyHeader: 'Idempotency-Key', body: [{each: {to: '{{address}}', text: '{{message}}'}}]")
        let states = try torture(workspace, server)
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
        let workspace = try workspace(server, "body: {to: '{{address}}', text: '{{message}}'}")
        let states = try torture(workspace, server)
        let sent = numbers(server.requests.map(\.body).joined(separator: "\n"))
        XCTAssertEqual(Set(sent).count, sent.count, "twice")
        XCTAssertEqual(states.values.reduce(0, +), Self.contacts, "\(states)")
        XCTAssertEqual(Set(states.keys).subtracting(["SMS sent", "Dangling"]), [], "\(states)")
        // Only those in the air when it was killed: four calls each time at the most.
        XCTAssertLessThanOrEqual(states["Dangling", default: 0], 5 * 4)
        XCTAssertGreaterThanOrEqual(sent.count + states["Dangling", default: 0], Self.contacts)
        server.stop()
    }
}
