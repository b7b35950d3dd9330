import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// A workspace that sends to a server of the test's own.
final class HTTPBench {
    let server: TestServer
    let bench: PipelineBench
    static let secret = "Xk7-no-secret-may-be-seen-9"
    let batch = BatchID("20261120-000001")!

    /// - Parameters:
    ///   - more: settings of the transport beside its address and its key.
    ///   - campaign: of the campaign, with a comma in front.
    init(
        _ more: String, contacts: Int = 3, campaign: String = "", policies: String = "", channel: String = "sms",
        template: String? = nil, files: [String: [UInt8]] = [:], at start: String = "2026-11-20T15:00:00Z",
        _ reply: @escaping @Sendable (TestServer.Request) -> TestServer.Reply
    ) throws {
        server = try TestServer(reply)
        let to = channel == "email" ? "email" : "phone1"
        bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: 's', require: [], transports: {\(channel): 'web'} \(campaign)}},
             policies: {\(policies)},
             strategies: {s: {steps: [{name: 'text', channel: '\(channel)', to: '\(to)', expires: '1h'
               \(template.map { ", template: '\($0)'" } ?? "")}]}},
             transports: {web: {\(more.contains("kind:") ? "" : "kind: 'http', ")url: '\(server.url)',
               key: {file: 'key'}, \(more)}}}
            """, at: start, standing: true,
            files: files.merging(["key": Array((Self.secret + "\n").utf8)]) { $1 })
        bench.pipeline.dispatcher.chance = { 0 }
        if contacts > 0 { try drop(contacts) }
    }

    deinit { server.stop() }

    /// Contacts with numbers from 4155551000 on, and messages `Hello 0`, `Hello 1` …
    func drop(_ contacts: Int, from first: Int = 1_000, as name: String = "a/1.csv", more: String = "") throws {
        let header = "phone1,email,message" + (more.isEmpty ? "" : ",expiresat")
        let rows = (0..<contacts).map {
            "+1415555\(first + $0),c\(first + $0)@example.com,Hello \($0)" + (more.isEmpty ? "" : "," + more)
        }
        try bench.drop(header + "\n" + rows.joined(separator: "\n") + "\n", as: name)
    }

    /// A time-out that a call on this machine certainly keeps, however busy that is: many times what one has just taken,
    /// with all that comes before it.
    static func ample() throws -> String {
        let bench = try HTTPBench("body: {to: '{{address}}'}", contacts: 1) { _ in .answer(200, "") }
        let start = MonotonicClock.nanoseconds()
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 1])
        return "\(max(500, (MonotonicClock.nanoseconds() - start) / 100_000))ms"
    }

    /// Sends what is due, and waits for the answers.
    func send() throws {
        _ = try bench.pipeline.dispatchDue { false }
        while bench.pipeline.dispatcher.inFlight > 0 {
            _ = bench.pipeline.claims.wait(milliseconds: 20, waking: nil)
            _ = try bench.pipeline.dispatchDue { false }
        }
    }

    func states(_ number: Int = 1) throws -> [ContactState: Int] {
        try bench.pipeline.store.states(of: BatchID("20261120-00000\(number)")!).filter { $0.value != 0 }
    }

    var bodies: [String] { server.requests.map(\.body) }

    /// The body of each call as JSON.
    func objects() throws -> [[String: Any]] {
        try bodies.map { body in
            try XCTUnwrap(JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])
        }
    }

    /// As after a crash: what a parcel's flight came to is not written down. `reaches`: its calls were made.
    func crash(reaches: Bool = true, at moment: String = "2026-11-20T15:01:00Z") throws {
        bench.pipeline.dispatcher.transports = [
            reaches ? Dying<HTTPTransport, AfterCommit>.self : Dying<HTTPTransport, BeforeCommit>.self
        ]
        _ = try bench.pipeline.dispatchDue { false }
        XCTAssertEqual(try bench.pipeline.store.leavingIDs().count, 1)
        try bench.restart(at: moment)
        bench.pipeline.dispatcher.chance = { 0 }
    }
}
