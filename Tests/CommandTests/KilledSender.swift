import Foundation
import Support
import XCTest

/// The real program, killed in the middle of its sending. Who receives is the witness of what went out.
struct KilledSender {
    /// What nothing that anybody can read may show.
    static let secret = "Xk7-no-secret-may-be-seen-9"

    let workspace: TestWorkspace
    let contacts: Int
    private let waybill: Executable

    /// - Parameters:
    ///   - carrier: the settings of the transport.
    ///   - campaign: those of the campaign, with a comma in front.
    ///   - perDrop: how many contacts come in one drop; nil: all.
    init(
        contacts: Int, over channel: String = "sms", by carrier: String, campaign: String = "", perDrop: Int? = nil
    ) throws {
        workspace = try TestWorkspace()
        self.contacts = contacts
        waybill = Executable(workspace)
        try workspace.write(Self.secret + "\n", to: "key")
        try workspace.write(
            """
            {campaigns: {a: {strategy: 's', require: [], transports: {\(channel): 'carrier'} \(campaign)}},
             strategies: {s: {steps: [{name: 'text', channel: '\(channel)', expires: '1h',
               \(channel == "email" ? "to: 'email', template: 'mail'" : "to: 'phone1'")}]}},
             transports: {carrier: {\(carrier)}}}
            """, to: "waybill.json5")
        let rows = (0..<contacts).map { "+14155551\(100 + $0),c\(100 + $0)@b.example,text \($0)\n" }
        let size = perDrop ?? contacts
        for first in stride(from: 0, to: contacts, by: size) {
            try workspace.write(
                "phone1,email,message\n" + rows[first..<min(contacts, first + size)].joined(),
                to: "inbox/a/\(first + 1).csv")
        }
    }

    /// Runs the program again and again, each time killed as soon as somebody has received some more, and to its end at
    /// last; how many contacts are in each state then.
    func states(killing times: Int = 5, _ received: () -> Int) throws -> [String: Int] {
        var random = SeededGenerator(seed: TestSeed.next(atMost: 1_000_000))
        for _ in 0..<times {
            let seen = received()
            let more = Int.random(in: 1...6, using: &random)
            let running = try waybill.start("run")
            let came = eventually(within: 20) { received() >= seen + more || received() >= 3 * contacts }
            running.send(SIGKILL)
            _ = running.finish()
            if !came { break }
        }
        return try settledStates()
    }

    /// The same, killed by whoever receives the messages, at each.
    ///
    /// - Parameter aim: tells the receiver when to kill, where it does by itself; nil: never.
    func states(
        killedBy killer: Killer, aiming aim: ((Killer.Moment?) throws -> Void)? = nil
    ) throws -> [String: Int] {
        // What a transport put off waits for the next run.
        var quiet = 0
        while quiet < 3, killer.strikes < 3 * contacts {
            try aim?(killer.next)
            let running = try waybill.start("run", "--until-idle")
            if aim == nil { killer.aim(at: running.pid) }
            if running.finish().status == 128 + SIGKILL {
                if aim != nil { killer.noteStrike() }
                quiet = 0
            } else {
                quiet += 1
                usleep(800_000)
            }
        }
        try aim?(nil)
        return try settledStates()
    }

    private func settledStates() throws -> [String: Int] {
        // What nobody knows is asked about until it is known.
        for _ in 0..<20 {
            try check(try waybill.run("run", "--until-idle"))
            let found = try states()
            if found["Pending", default: 0] == 0 { return found }
        }
        return try states()
    }

    /// What anybody can ask for, without its secret.
    private func check(_ outcome: Executable.Outcome) throws {
        XCTAssertFalse((outcome.output + outcome.errors).contains(Self.secret))
        for words in [["status"], ["config", "show"], ["doctor"], ["batches"]] {
            let told = try waybill.run(words)
            XCTAssertFalse((told.output + told.errors).contains(Self.secret), "\(words)")
        }
    }

    private func states() throws -> [String: Int] {
        try check(try waybill.run("report"))
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

    /// What the server takes for one message, by its key, has one content, and everybody was sent to once.
    func checkOncePerKey(_ server: TestServer, _ states: [String: Int], line: UInt = #line) throws {
        var bodies: [String: String] = [:]
        for request in server.requests {
            let key = try XCTUnwrap(request.headers["idempotency-key"], line: line)
            XCTAssertEqual(bodies[key] ?? request.body, request.body, "other content under one key", line: line)
            bodies[key] = request.body
        }
        let sent = Self.numbers(bodies.values.joined(separator: "\n"))
        XCTAssertEqual(sent.count, contacts, line: line)
        XCTAssertEqual(Set(sent).count, contacts, line: line)
        XCTAssertEqual(states, ["SMS sent": contacts], line: line)
    }

    /// The contacts' numbers in what a server was given.
    static func numbers(_ text: String) -> [String] { text.matches(of: /\+14155551\d\d\d/).map { String($0.output) } }

    /// Nobody received twice, and everybody received or is told as `Dangling`; of those at most as many as were under
    /// way at each kill.
    func checkNothingTwice(
        _ sent: [String], _ states: [String: Int], sentState: String, atOnce: Int, line: UInt = #line
    ) {
        XCTAssertEqual(Set(sent).count, sent.count, "twice", line: line)
        XCTAssertEqual(states.values.reduce(0, +), contacts, "\(states)", line: line)
        XCTAssertEqual(Set(states.keys).subtracting([sentState, "Dangling"]), [], "\(states)", line: line)
        XCTAssertLessThanOrEqual(states["Dangling", default: 0], 5 * atOnce, line: line)
        XCTAssertGreaterThanOrEqual(sent.count + states["Dangling", default: 0], contacts, line: line)
    }
}
