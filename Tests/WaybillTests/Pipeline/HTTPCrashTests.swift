import Support
import SystemIO
import XCTest

@testable import Waybill

/// Calls of which nobody knows what they came to, and crashes.
final class HTTPCrashTests: XCTestCase {
    private let plain = "concurrency: 1, body: {to: '{{address}}', text: '{{message}}'}"
    private let keyed =
        "concurrency: 1, idempotencyHeader: 'Idempotency-Key', idempotencyKeeps: '24h', batch: 2, "
        + "body: [{each: {to: '{{address}}', text: '{{message}}'}}]"

    /// Whether every two calls with one key have the same content.
    private func keysAreHonest(_ server: TestServer) -> Bool {
        var bodies: [String: String] = [:]
        return server.requests.allSatisfy { request in
            let key = request.headers["idempotency-key"] ?? ""
            defer { bodies[key] = request.body }
            return !key.isEmpty && (bodies[key] ?? request.body) == request.body
        }
    }

    func testTheVerySameCallIsMadeAgainWhereTheServerKnowsIt() throws {
        let count = Counter()
        let bench = try HTTPBench(keyed, contacts: 4) { _ in count.next() == 1 ? .cut : .answer(200, "[]") }
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 2, .pending: 2])
        XCTAssertEqual(bench.bench.logged.with("parcel.unsettled").count, 1)
        try bench.bench.advance(seconds: 2)
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 4])
        let requests = bench.server.requests
        XCTAssertEqual(requests.count, 3)
        XCTAssertEqual(requests[0].body, requests[2].body)
        XCTAssertEqual(requests[0].headers["idempotency-key"], requests[2].headers["idempotency-key"])
        XCTAssertNotEqual(requests[0].headers["idempotency-key"], requests[1].headers["idempotency-key"])
        XCTAssertEqual(bench.bench.files("state/flights"), [])
    }

    func testWhereAnAnswerEndsTheProcessThatReadsItTheVerySameCallIsMadeAgainByAnother() throws {
        let count = Counter()
        let bench = try HTTPBench(keyed, contacts: 4) { _ in
            count.next() == 1 ? .broken("HTTP/1.1 200 OK\r\nContent-Le") : .answer(200, "[]")
        }
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 2, .pending: 2])
        let told = bench.bench.logged.with("parcel.answered")
        XCTAssertTrue(told.count == 1 && told[0].contains(bench.server.url), "\(told)")
        try bench.bench.advance(seconds: 2)
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 4])
        XCTAssertEqual(bench.server.requests.count, 3)
        XCTAssertTrue(keysAreHonest(bench.server))
    }

    func testAfterACrashOnlyWhatNobodyKnowsIsSentAgainUnderItsKey() throws {
        let bench = try HTTPBench(keyed, contacts: 6) { request in
            request.body.contains("Hello 2") ? .cut : .answer(200, "[]")
        }
        try bench.crash()
        let before = bench.server.requests.count
        XCTAssertEqual(before, 3)
        bench.server.set { _ in .answer(200, "[]") }
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 6])
        XCTAssertEqual(bench.server.requests.count, before + 1)
        XCTAssertEqual(Set(bench.bodies).count, 3)
        XCTAssertTrue(bench.bodies[before].contains("Hello 2"))
        XCTAssertTrue(keysAreHonest(bench.server))
    }

    func testAfterACrashWhatWasAnsweredIsAsAnsweredAndNothingIsSentAgain() throws {
        let bench = try HTTPBench(plain, contacts: 3) { request in
            request.body.contains("Hello 1") ? .answer(400, "{}") : .answer(200, "{}")
        }
        try bench.crash()
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 2, .failed: 1])
        XCTAssertEqual(bench.server.requests.count, 3)
    }

    func testAfterACrashWithoutAKeyOnlyThoseInTheAirDangle() throws {
        let bench = try HTTPBench(plain, contacts: 4) { request in
            // The second gets no answer, and the third none that lets the others begin.
            request.body.contains("Hello 1")
                ? .cut : request.body.contains("Hello 2") ? .answer(401, "") : .answer(200, "")
        }
        try bench.crash()
        bench.server.set { _ in .answer(200, "") }
        try bench.send()
        try bench.bench.advance(seconds: 2)
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 3, .dangling: 1])
        // Three in the first flight, and the two that were not sent in the second.
        XCTAssertEqual(bench.server.requests.count, 5)
        _ = try bench.bench.pipeline.report(day: nil, campaign: nil)
        let failures = try bench.bench.report("failure", campaign: "a")
        XCTAssertEqual(failures.count, 1)
        XCTAssertTrue(failures[0].contains(",Dangling,") && failures[0].contains("transport.unknown"), failures[0])
    }

    func testWhatHadNotBegunAtACrashLeavesWithTheNextRunUntilIdle() throws {
        let bench = try HTTPBench(plain, contacts: 4) { request in
            // It lets the others not begin.
            request.body.contains("Hello 1") ? .answer(401, "") : .answer(200, "")
        }
        try bench.crash()
        XCTAssertEqual(bench.server.requests.count, 2)
        bench.server.set { _ in .answer(200, "") }
        let configuration = bench.bench.configuration
        try bench.bench.pipeline.service(signals: try SignalReceiver([])) { configuration }.untilIdle()
        XCTAssertEqual(try bench.states(), [.smsSent: 4])
        XCTAssertEqual(bench.bench.logged.with("it asks to send later"), [])
    }

    func testAfterACrashBeforeTheFirstCallAllIsSentAsIfForTheFirstTime() throws {
        let bench = try HTTPBench(plain, contacts: 3) { _ in .answer(200, "") }
        try bench.crash(reaches: false)
        XCTAssertEqual(bench.server.requests.count, 0)
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 3])
        XCTAssertEqual(bench.server.requests.count, 3)
        XCTAssertEqual(bench.bench.files("state/flights"), [])
    }

    func testWhereTheJournalIsGoneNothingIsSentAgain() throws {
        for damage in ["", "{}\n", "gone"] {
            let bench = try HTTPBench(keyed, contacts: 2) { _ in .cut }
            try bench.crash(at: "2026-11-20T15:00:00Z")
            let file = try XCTUnwrap(bench.bench.files("state/flights").first)
            let path = bench.bench.root + "/state/flights/" + file
            if damage == "gone" {
                try Files.remove(path)
            } else {
                try Files.writeAtomically(Array(damage.utf8), to: path)
            }
            try bench.send()
            try bench.bench.advance(seconds: 120)
            try bench.send()
            XCTAssertEqual(try bench.states(), [.dangling: 2], damage)
        }
    }

    func testNobodyWhoSaidStopMeanwhileIsAmongThoseThatAreSentAgain() throws {
        let bench = try HTTPBench(keyed, contacts: 4) { _ in .cut }
        try bench.send()
        XCTAssertEqual(bench.server.requests.count, 2)
        bench.server.set { _ in .answer(200, "[]") }
        try bench.bench.drop("action,kind,value\nadd,phone,+14155551000\n", as: "_suppress/l.csv")
        try bench.bench.advance(seconds: 2)
        try bench.send()
        // The one of the list and the one that was in the same call; and the two of the other.
        XCTAssertEqual(try bench.states(), [.dangling: 2, .smsSent: 2])
        XCTAssertEqual(bench.server.requests.count, 3)
    }

    func testWhatIsOutsideItsHoursIsNotSentAgain() throws {
        let policy = "p: {windows: [{from: '08:00', to: '21:00'}], zone: 'UTC'}"
        let bench = try HTTPBench(
            keyed, contacts: 2, campaign: ", policy: 'p'", policies: policy, at: "2026-11-20T20:59:00Z"
        ) { _ in .cut }
        try bench.send()
        try bench.bench.advance(seconds: 90)
        try bench.send()
        XCTAssertEqual(bench.server.requests.count, 1)
        XCTAssertEqual(try bench.states(), [.dangling: 2])
    }

    func testWhatIsPausedWaitsAndIsNotSentOnceTheServerMayHaveForgotten() throws {
        let bench = try HTTPBench(keyed, contacts: 2) { _ in .cut }
        try bench.send()
        bench.server.set { _ in .answer(200, "[]") }
        try bench.bench.drop(#"{"command": "pause", "campaign": "a"}"#, as: "_control/p.json")
        try bench.bench.advance(seconds: 2)
        try bench.send()
        XCTAssertEqual(bench.server.requests.count, 1)
        XCTAssertEqual(try bench.states(), [.pending: 2])
        try bench.bench.drop(#"{"command": "resume", "campaign": "a"}"#, as: "_control/r.json")
        try bench.bench.advance(seconds: 24 * 3_600)
        try bench.send()
        XCTAssertEqual(bench.server.requests.count, 1)
        XCTAssertEqual(try bench.states(), [.dangling: 2])
    }

    /// It has the first call and not its answer, then fails for a day, and keeps a key for 24 hours from its first use.
    func testNoCallIsRepeatedOnceItsKeyMayBeForgottenHoweverOftenItWasRepeatedBefore() throws {
        for recipe in ["", "bird-sms"] {
            let world = Mutex((hour: 0, calls: 0, keys: [String: Int](), taken: [String]()))
            let reply: @Sendable (TestServer.Request) -> TestServer.Reply = { request in
                world.withLock { world in
                    world.calls += 1
                    if world.calls > 1, world.hour < 26 { return .answer(500, "{}") }
                    let key = request.headers["idempotency-key"] ?? ""
                    if world.keys[key].map({ world.hour - $0 >= 24 }) ?? true {
                        world.keys[key] = world.hour
                        world.taken.append(request.body)
                    }
                    return world.calls == 1 ? .cut : .answer(202, "[]")
                }
            }
            let bench =
                try recipe.isEmpty
                ? HTTPBench(keyed, contacts: 2, reply) : HTTPRecipeTests.bench(recipe, contacts: 2, reply)
            try bench.send()
            for hour in stride(from: 2, through: 50, by: 2) {
                world.withLock { $0.hour = hour }
                let moment = bench.bench.pipeline.now.adding(.hours(2))
                if hour % 6 == 0 {
                    try bench.bench.restart(at: moment.iso8601(offset: 0))
                    bench.bench.pipeline.dispatcher.chance = { 0 }
                } else {
                    try bench.bench.set(moment)
                }
                try bench.send()
                let isOver = hour >= 24
                XCTAssertEqual(try bench.states(), [isOver ? .dangling : .pending: 2], "\(recipe) \(hour)")
            }
            XCTAssertEqual(world.withLock { $0.taken.count }, 1, "nobody twice")
            // The first, and one every two hours.
            XCTAssertEqual(bench.server.requests.count, 12, recipe)
            XCTAssertTrue(keysAreHonest(bench.server))
        }
    }

    /// The repeat before it takes the time that it had left.
    func testARepeatWhoseTurnComesTooLateIsNotMade() throws {
        let time = StandingTime(milliseconds: MonotonicClock.millisecondsSinceBoot())
        let bench = try HTTPBench(keyed, contacts: 4) { _ in .cut }
        bench.bench.fly(by: time)
        try bench.send()
        XCTAssertEqual(bench.server.requests.count, 2)
        bench.server.set { _ in
            time.set(milliseconds: time.milliseconds + 2_500)
            return .answer(200, "[]")
        }
        try bench.bench.advance(seconds: 24 * 3_600 - 302)
        try bench.send()
        XCTAssertEqual(bench.server.requests.count, 3)
        XCTAssertEqual(try bench.states(), [.smsSent: 2, .dangling: 2])
    }
}
