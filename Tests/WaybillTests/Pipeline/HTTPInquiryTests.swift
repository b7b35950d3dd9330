import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// A server that knows no repeated call by a key, and is asked what it knows of its messages.
final class HTTPInquiryTests: XCTestCase {
    /// What the server does: it cuts the first so many calls, and tells of messages.
    private final class Told: Sendable {
        let state = Mutex((calls: 0, replies: [TestServer.Reply]()))

        init(_ replies: TestServer.Reply...) { state.withLock { $0.replies = replies } }

        /// The next reply; the last one again and again.
        func reply() -> TestServer.Reply {
            state.withLock { state in
                defer { state.calls += 1 }
                return state.replies[min(state.calls, state.replies.count - 1)]
            }
        }
    }

    private func bench(_ told: Told, _ more: String = "", posts: Told = Told(.cut, .answer(200, ""))) throws
        -> HTTPBench
    {
        try HTTPBench(
            "body: [{each: {to: '{{address}}', ref: '{{reference}}'}}], batch: 3, \(more) "
                + "events: {resource: '/events?of={{batch}}&from={{since}}', list: 'results', reference: 'meta.ref', next: 'links'}"
        ) { request in request.method == "GET" ? told.reply() : posts.reply() }
    }

    private static func results(_ records: Int..., more: String = "") -> TestServer.Reply {
        let entries = records.map { #"{"meta": {"ref": "BCDFGH-20261120-000001-\#($0)-text-1"}}"# }
        return .answer(200, #"{"results": [\#(entries.joined(separator: ","))] \#(more)}"#)
    }

    private func go(_ bench: HTTPBench, after seconds: Int64) throws -> [ContactState: Int] {
        try bench.bench.advance(seconds: seconds)
        try bench.send()
        return try bench.states()
    }

    private func posts(_ bench: HTTPBench) -> Int { bench.server.requests.filter { $0.method == "POST" }.count }

    func testAMessageThatTheServerKnowsIsSentAndTheOthersOfItsCallAreDangling() throws {
        let bench = try bench(Told(Self.results(), Self.results(2), Self.results(2, 3)))
        try bench.send()
        XCTAssertEqual(try bench.states(), [.pending: 3])
        XCTAssertEqual(try go(bench, after: 5), [.pending: 3])
        XCTAssertEqual(try go(bench, after: 30), [.pending: 2, .smsSent: 1])
        XCTAssertEqual(try go(bench, after: 600), [.dangling: 1, .smsSent: 2])
        XCTAssertEqual(posts(bench), 1)
        XCTAssertEqual(
            bench.server.requests.filter { $0.method == "GET" }.map(\.path),
            Array(repeating: "/events?of=20261120-000001&from=2026-11-20T14%3A58", count: 3))
    }

    func testOfWhatItNeverTellsNothingIsSentAgainUnlessTheConfigurationSaysSo() throws {
        for again in [false, true] {
            let bench = try bench(Told(Self.results()), again ? "resendAfterSilence: true," : "")
            try bench.send()
            XCTAssertEqual(try go(bench, after: 300), [.pending: 3], "it may not have told yet")
            XCTAssertEqual(try go(bench, after: 301), [.pending: 3], "asked once")
            try bench.bench.restart(at: "2026-11-20T15:10:30Z")
            bench.bench.pipeline.dispatcher.chance = { 0 }
            XCTAssertEqual(try go(bench, after: 0), [.pending: 3], "asked again too soon")
            let states = try go(bench, after: 62)
            if again {
                XCTAssertEqual(try go(bench, after: 1), [.smsSent: 3])
            } else {
                XCTAssertEqual(states, [.dangling: 3])
            }
            XCTAssertEqual(posts(bench), again ? 2 : 1)
        }
    }

    func testWhileItCannotBeAskedEverythingStaysAsItIs() throws {
        let silent: [TestServer.Reply] = [
            .answer(500, ""), .cut, .answer(200, "no object"), .answer(200, "{}"),
            .answer(401, Self.body(Self.results(1))),
            Self.results(more: #", "links": "https://elsewhere.example/events""#),
        ]
        for reply in silent {
            let bench = try bench(Told(reply, reply, Self.results(1, 2, 3)))
            try bench.send()
            XCTAssertEqual(try go(bench, after: 601), [.pending: 3], "\(reply)")
            XCTAssertEqual(try go(bench, after: 130), [.pending: 3], "\(reply)")
            XCTAssertEqual(try go(bench, after: 130), [.smsSent: 3], "\(reply)")
            XCTAssertEqual(posts(bench), 1)
        }
        let never = try bench(Told(.answer(500, "")))
        try never.send()
        XCTAssertEqual(try go(never, after: 10 * 86_400 + 1), [.dangling: 3], "it does not tell of it any more")
    }

    func testAServerThatAsksNotToBeAskedSoSoonIsLeftAloneForSoLong() throws {
        let busy = TestServer.Reply.answer(429, "", ["Retry-After": "3"])
        let bench = try bench(Told(busy, Self.results(1, 2, 3)))
        try bench.send()
        let begun = ContinuousClock.now
        XCTAssertTrue(try eventually(within: 30) { try go(bench, after: 70) == [.smsSent: 3] })
        XCTAssertGreaterThanOrEqual(ContinuousClock.now - begun, .milliseconds(2_900))
        XCTAssertEqual(bench.server.requests.count { $0.method == "GET" }, 2)
    }

    func testWhatItMayHaveForgottenIsNeverSentAgain() throws {
        for isAskedBefore in [false, true] {
            let bench = try bench(Told(Self.results()), "resendAfterSilence: true,")
            try bench.send()
            if isAskedBefore { XCTAssertEqual(try go(bench, after: 700), [.pending: 3]) }
            XCTAssertEqual(try go(bench, after: 10 * 86_400), [.dangling: 3])
            XCTAssertEqual(try go(bench, after: 120), [.dangling: 3])
            XCTAssertEqual(posts(bench), 1)
        }
    }

    func testOfACallOfWhichItOnceToldSomeNothingIsSentAgainThoughItTellsOfNoneThen() throws {
        let bench = try bench(Told(Self.results(2), Self.results()), "resendAfterSilence: true,")
        try bench.send()
        XCTAssertEqual(try go(bench, after: 30), [.pending: 2, .smsSent: 1])
        XCTAssertEqual(try go(bench, after: 600), [.dangling: 2, .smsSent: 1])
        XCTAssertEqual(try go(bench, after: 120), [.dangling: 2, .smsSent: 1])
        XCTAssertEqual(posts(bench), 1)
    }

    private static func body(_ reply: TestServer.Reply) -> String {
        if case .answer(_, let body, _) = reply { body } else { "" }
    }

    func testAllPagesAreRead() throws {
        let next = #", "links": [{"rel": "first", "href": "/first"}, {"rel": "next", "href": "/second?x=1"}]"#
        let bench = try bench(Told(Self.results(1, more: next), Self.results(2, more: ", \"links\": []")))
        try bench.send()
        XCTAssertEqual(try go(bench, after: 700), [.dangling: 1, .smsSent: 2])
        XCTAssertEqual(bench.server.requests.last?.path, "/second?x=1")
    }

    func testAfterACrashItIsAskedAboutWhatWasInTheAirAndWhatHadNotBegunIsSent() throws {
        let began = try bench(Told(Self.results(1, 2, 3)), posts: Told(.cut))
        try began.send()
        try began.bench.restart(at: "2026-11-20T15:01:00Z")
        try began.send()
        XCTAssertEqual(try began.states(), [.smsSent: 3])
        XCTAssertEqual(posts(began), 1)
        let not = try bench(Told(.answer(500, "")), posts: Told(.answer(200, "")))
        try not.crash(reaches: false)
        try not.send()
        XCTAssertEqual(try not.states(), [.smsSent: 3])
        XCTAssertEqual(posts(not), 1)
    }

    func testWhatCannotBeAskedSoIsAnErrorOfTheConfiguration() {
        func problems(_ text: String) -> [String] {
            ConfigurationReader.read(
                Array(
                    ("{transports: {w: {kind: 'http', url: 'https://x.example', body: {a: '{{address}}', "
                        + "r: '{{reference}}'}, \(text)}}}").utf8)
            ).problems.map(\.message)
        }
        XCTAssertEqual(problems("events: {resource: '/e?{{parcel}}&{{Since}}'}, resendAfterSilence: true"), [])
        XCTAssertEqual(problems("resendAfterSilence: true").count, 1)
        XCTAssertEqual(problems("events: {list: 'a'}").count, 1)
        XCTAssertEqual(problems("events: {resource: '/e?{{address}}'}").count, 1)
    }
}
