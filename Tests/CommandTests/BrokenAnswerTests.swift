import Foundation
import Support
import XCTest

/// What one server answers, and what becomes of the messages of others.
final class BrokenAnswerTests: XCTestCase {
    private let broken = "HTTP/1.1 200 OK\r\nContent-Le"

    /// Three campaigns: two servers, of which the first breaks off within the headers of its answers, and a folder.
    private func workspace(_ bad: TestServer, _ good: TestServer, _ more: String = "") throws -> TestWorkspace {
        let workspace = try TestWorkspace()
        try workspace.write(
            """
            {campaigns: {bad: {strategy: 's', require: [], transports: {sms: 'bad'}},
               good: {strategy: 's', require: [], transports: {sms: 'good'}},
               file: {strategy: 's', require: []}},
             strategies: {s: {steps: [{name: 'text', channel: 'sms', to: 'phone1', expires: '1h'}]}},
             transports: {bad: {kind: 'http', url: '\(bad.url)', concurrency: 2, \(more)
                 body: {to: '{{address}}', text: '{{message}}'}},
               good: {kind: 'http', url: '\(good.url)', body: {to: '{{address}}', text: '{{message}}'}}}}
            """, to: "waybill.json5")
        for campaign in ["bad", "good", "file"] {
            let rows = (0..<4).map { "+1415555\(1_000 + $0),Hello \($0)\n" }
            try workspace.write("phone1,message\n" + rows.joined(), to: "inbox/\(campaign)/1.csv")
        }
        return workspace
    }

    func testAnAnswerThatBreaksOffWithinItsHeadersEndsNothingElse() throws {
        let bytes = broken
        let bad = try TestServer { _ in .broken(bytes) }
        let good = try TestServer { _ in .answer(200, "{}") }
        let workspace = try workspace(bad, good)
        let waybill = Executable(workspace)
        let running = try waybill.start("run")
        XCTAssertTrue(
            eventually { good.requests.count == 4 && running.errors.contains("parcel.answered") },
            running.errors)
        running.send(SIGTERM)
        let outcome = running.finish()
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        // Nobody knows what became of them, and so nothing is sent twice.
        XCTAssertTrue(outcome.errors.contains("later=0 lost=4 unknown=0"), outcome.errors)
        let sent = bad.requests.map(\.body)
        XCTAssertEqual(Set(sent).count, sent.count)
        XCTAssertTrue(try waybill.run("status").output.contains("100 %  4 of 4 done"))
        XCTAssertTrue(outcome.errors.contains(bad.url), "the log names the server: " + outcome.errors)
        XCTAssertTrue(outcome.errors.contains("signal"), "and why: " + outcome.errors)
    }

    func testTheProgramThatCallsEndsWithAWaybillThatIsKilled() throws {
        let server = try TestServer { _ in .hang }
        let other = try TestServer { _ in .answer(200, "{}") }
        let workspace = try workspace(server, other)
        let running = try Executable(workspace).start("run")
        XCTAssertTrue(
            // Until it has answered once, a server gets one call at a time.
            eventually { server.requests.count == 1 && other.requests.count == 4 },
            "\(server.requests.count) \(other.requests.count) " + running.errors)
        let callers = try children(of: running.pid, named: "waybill-web")
        XCTAssertEqual(callers.count, 2, "one for each server")
        running.send(SIGKILL)
        _ = running.finish()
        XCTAssertTrue(
            eventually { !callers.contains { isRunning($0, named: "waybill-web") } },
            "they go on without Waybill")
    }

    // MARK: - Where it is missing

    /// The program of this build in a folder of its own, with or without the one that calls servers.
    private func installed(_ workspace: TestWorkspace, withCaller: Bool) throws -> (waybill: Executable, caller: URL) {
        let folder = URL(fileURLWithPath: workspace.path("../installed"), isDirectory: true).standardizedFileURL
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in withCaller ? ["waybill", "waybill-web"] : ["waybill"] {
            let file = URL(fileURLWithPath: try Executable(workspace, program: name).path())
            try FileManager.default.copyItem(at: file, to: folder.appendingPathComponent(name))
        }
        return (Executable(workspace, in: folder.path), folder.appendingPathComponent("waybill-web"))
    }

    func testWhereItIsMissingWhatNeedsItIsHeldAndSaysWhereItWasLookedForAndTheRestGoesOn() throws {
        let server = try TestServer { _ in .answer(200, "{}") }
        let workspace = try workspace(server, server)
        let waybill = try installed(workspace, withCaller: false).waybill
        try workspace.write("phone1\n+14155551009\n", to: "inbox/1.csv")
        for (words, status) in [(["config", "check"], 1), (["run", "--until-idle"], 4)] as [([String], Int32)] {
            let outcome = try waybill.run(words)
            let told = outcome.output + outcome.errors
            XCTAssertEqual(outcome.status, status, told)
            XCTAssertTrue(told.contains("/installed/waybill-web") && told.contains("/libexec/waybill/"), told)
        }
        let sent = try FileManager.default.contentsOfDirectory(atPath: workspace.path("outbox/dispatch/default"))
        XCTAssertEqual(sent.count { $0.hasSuffix(".csv") }, 1, "a folder needs nobody who calls")
        let status = try waybill.run("status").output
        XCTAssertTrue(status.contains("waybill-web"), status)
        let told = try waybill.run("doctor").output
        XCTAssertTrue(told.contains("servers") && told.contains("/installed/waybill-web"), told)
        // Who calls nobody does not need it.
        try workspace.write("{}", to: "waybill.json5")
        XCTAssertEqual(try waybill.run("config", "check").status, 0)
        XCTAssertEqual(server.requests.count, 0)
    }

    func testWhereItGoesMissingMessagesWaitUntilItIsBack() throws {
        let server = try TestServer { _ in .answer(200, "{}") }
        let workspace = try workspace(server, server)
        let (waybill, caller) = try installed(workspace, withCaller: true)
        let away = caller.deletingLastPathComponent().appendingPathComponent("away")
        try FileManager.default.removeItem(atPath: workspace.path("inbox/bad/1.csv"))
        try FileManager.default.removeItem(atPath: workspace.path("inbox/good/1.csv"))
        let running = try waybill.start("run")
        XCTAssertTrue(eventually { running.errors.contains("parcel.left") })
        try FileManager.default.moveItem(at: caller, to: away)
        try workspace.write("phone1,message\n+14155551000,Hello\n", to: "inbox/good/2.csv")
        XCTAssertTrue(
            eventually { running.errors.contains("is neither at " + caller.path) }, running.errors)
        XCTAssertTrue(running.errors.contains("parcel.held"), running.errors)
        let told = try waybill.run("doctor").output
        XCTAssertTrue(told.contains("problem  good ") && told.contains("is neither at " + caller.path), told)
        XCTAssertEqual(try waybill.run("suppress", "add", "+14155551999").status, 0, "brakes still work")
        try FileManager.default.moveItem(at: away, to: caller)
        XCTAssertTrue(eventually { server.requests.count == 1 }, running.errors)
        running.send(SIGTERM)
        XCTAssertEqual(running.finish().status, 0)
    }
}
