import Foundation
import Support
import SystemIO
import XCTest

@testable import Waybill

/// Parcels that a server takes by HTTP, as its transport declares it.
final class HTTPSendingTests: XCTestCase {
    private let one = "body: {to: '{{address}}', text: '{{message}}', ref: '{{reference}}'}"
    private let many =
        "batch: 10, body: {messages: [{each: {to: '{{address}}', text: '{{message}}', ref: '{{reference}}'}}]}"

    func testEachMessageIsACallAsTheTransportDeclaresIt() throws {
        let bench = try HTTPBench(
            "resource: '/send/{{channel}}', headers: {'X-Own': 'yes'}, concurrency: 1, " + one, contacts: 2
        ) { _ in .answer(200, "{}") }
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 2])
        let request = try XCTUnwrap(bench.server.requests.first)
        XCTAssertEqual(request.method, "POST")
        XCTAssertEqual(request.path, "/send/sms")
        XCTAssertEqual(request.headers["authorization"], "Bearer \(HTTPBench.secret)")
        XCTAssertEqual(request.headers["x-own"], "yes")
        XCTAssertEqual(request.headers["content-type"], "application/json")
        XCTAssertEqual(
            bench.bodies,
            [
                #"{"to":"+14155551000","text":"Hello 0","ref":"bcdfgh-20261120-000001-1-text-1"}"#,
                #"{"to":"+14155551001","text":"Hello 1","ref":"bcdfgh-20261120-000001-2-text-1"}"#,
            ])
        // Nothing of what was in flight stays.
        XCTAssertEqual(bench.bench.files("state/flights"), [])
        try bench.bench.advance(seconds: 3_601)
        try bench.bench.send()
        XCTAssertEqual(try bench.states(), [.smsSentAndClosed: 2])
    }

    func testNothingThatAColumnHoldsBreaksOutOfItsPlace() throws {
        let nasty = "a\"\",\"\"to\"\":\"\"+1666\"\"}\\ & = % + {{address}} é €"
        let plain = nasty.replacingOccurrences(of: "\"\"", with: "\"")
        for form in ["json", "urlencoded"] {
            let bench = try HTTPBench("form: '\(form)', resource: '/{{note}}', \(one)", contacts: 0) { _ in
                .answer(200, "")
            }
            try bench.bench.drop("phone1,message,note\n+14155551000,\"\(nasty)\",\"\(nasty)\"\n", as: "a/1.csv")
            try bench.send()
            XCTAssertEqual(try bench.states(), [.smsSent: 1], form)
            let body = try XCTUnwrap(bench.bodies.first)
            if form == "json" {
                let object = try XCTUnwrap(bench.objects().first)
                XCTAssertEqual(object["text"] as? String, plain)
                XCTAssertEqual(object["to"] as? String, "+14155551000")
                XCTAssertEqual(object.count, 3)
            } else {
                let pairs = body.split(separator: "&").map {
                    $0.split(separator: "=").map { $0.removingPercentEncoding }
                }
                XCTAssertEqual(pairs, [["to", "+14155551000"], ["text", plain], pairs[2]])
            }
            let path = try XCTUnwrap(bench.server.requests.first?.path)
            XCTAssertEqual(path.split(separator: "/").count, 1)
            XCTAssertEqual(path.dropFirst().removingPercentEncoding, plain)
        }
    }

    func testWhatAnAnswerMeansFollowsFromItsStatusWhereNoRuleSaysOtherwise() throws {
        let cases: [(status: Int, state: ContactState)] = [
            (200, .smsSent), (202, .smsSent), (400, .failed), (422, .failed), (401, .pending), (403, .pending),
            (404, .pending), (429, .pending), (503, .pending), (302, .pending), (500, .dangling), (502, .dangling),
            (409, .dangling), (303, .dangling),
        ]
        for (status, state) in cases {
            let bench = try HTTPBench("concurrency: 1, " + one, contacts: 1) { _ in
                .answer(
                    status, #"{"code": "E7", "text": "no"}"#, ["Retry-After": "30", "Location": "http://127.0.0.1:1/"])
            }
            try bench.send()
            XCTAssertEqual(try bench.states(), [state: 1], "\(status)")
            XCTAssertEqual(bench.server.requests.count, 1, "\(status)")
        }
    }

    func testTheFirstRuleThatFitsSaysWhatAnAnswerMeans() throws {
        let rules = """
            answers: [{status: '200', at: 'errors.0.code', is: ['7'], outcome: 'later'},
                      {status: '2xx', at: 'errors.0.code', outcome: 'refused'},
                      {status: '200', outcome: 'accepted'}, {status: '500-599', outcome: 'later'}],
            code: 'errors.0.code', detail: 'errors.0.text'
            """
        let cases: [(String, Int, ContactState)] = [
            (#"{"errors": [{"code": 7}]}"#, 200, .pending),
            (#"{"errors": [{"code": 8, "text": "none"}]}"#, 200, .failed),
            ("{}", 200, .smsSent), ("<html>", 200, .smsSent), ("", 500, .pending),
        ]
        for (body, status, state) in cases {
            let bench = try HTTPBench("\(one), \(rules)", contacts: 1) { _ in .answer(status, body) }
            try bench.send()
            XCTAssertEqual(try bench.states(), [state: 1], body)
            guard state == .failed else { continue }
            _ = try bench.bench.pipeline.report(day: nil, campaign: nil)
            let attempts = try bench.bench.report("attempts", campaign: "a")
            XCTAssertTrue(attempts[0].contains(",failed,") && attempts[0].contains(",8,none,"), attempts[0])
        }
    }

    func testManyTravelInOneCallAndEachHasItsOwnOutcome() throws {
        let rules = """
            perRecipient: {list: 'sent', reference: 'ref', code: 'why', answers: [
              {at: 'is', is: ['ok'], outcome: 'accepted'}, {at: 'is', is: ['no'], outcome: 'refused'}]}
            """
        let bench = try HTTPBench("\(many), \(rules)", contacts: 5) { _ in
            let reference = "bcdfgh-20261120-000001-"
            return .answer(
                200,
                #"""
                {"sent": [{"ref": "\#(reference)2-text-1", "is": "no", "why": "landline"},
                  {"ref": "\#(reference.uppercased())1-TEXT-1", "is": "ok"}, {"ref": "\#(reference)3-text-1", "is": "perhaps"},
                  {"ref": "\#(reference)4-text-1", "is": "ok"}, {"ref": "\#(reference)4-text-1", "is": "no"}]}
                """#)
        }
        try bench.send()
        // A word that nobody knows, two that contradict each other, and none: nobody knows.
        XCTAssertEqual(try bench.states(), [.smsSent: 1, .failed: 1, .dangling: 3])
        XCTAssertEqual(bench.server.requests.count, 1)
        XCTAssertEqual((try bench.objects()[0]["messages"] as? [Any])?.count, 5)
    }

    func testACallThatIsRefusedWithSeveralInItIsMadeAgainInHalvesUntilItIsKnownWhichIsMeant() throws {
        let bench = try HTTPBench(many, contacts: 5) { request in
            request.body.contains("+14155551003") ? .answer(422, "{}") : .answer(200, "{}")
        }
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 4, .failed: 1])
        let accepted = bench.bodies.filter { !$0.contains("+14155551003") }.joined()
        for number in [1_000, 1_001, 1_002, 1_004] {
            XCTAssertEqual(accepted.components(separatedBy: "+1415555\(number)").count, 2)
        }
    }

    func testMessagesWithTheSameTextShareACallWhereItHasOnePlaceForIt() throws {
        let bench = try HTTPBench("batch: 10, body: {to: [{each: '{{digits}}'}], text: '{{message}}'}", contacts: 0) {
            _ in
            .answer(200, "{}")
        }
        try bench.bench.drop(
            "phone1,message\n+14155551000,one\n+14155551001,two\n+14155551002,one\n", as: "a/1.csv")
        try bench.send()
        XCTAssertEqual(
            bench.bodies.sorted(),
            [#"{"to":["14155551000","14155551002"],"text":"one"}"#, #"{"to":["14155551001"],"text":"two"}"#])
    }

    func testAPlaceWithoutAValueIsLeftOutOrHasItsDefault() throws {
        let bench = try HTTPBench(
            "values: {from: 'Us'}, body: {from: '{{from}}', a: '{{nickname}}', b: ['{{nickname}}', 1], c: '{{nickname|you}}', "
                + "d: 'x{{nickname}}', e: {literal: '{{nickname}}'}, f: true, to: '{{address}}'}", contacts: 0
        ) { _ in .answer(200, "") }
        // Nor does a column say who sends.
        try bench.bench.drop("phone1,from\n+14155551000,Somebody\n", as: "a/1.csv")
        try bench.send()
        XCTAssertEqual(
            bench.bodies, [#"{"from":"Us","b":[1],"c":"you","d":"x","e":"{{nickname}}","f":true,"to":"+14155551000"}"#])
    }

    // MARK: - Servers that are busy, slow or not there

    func testAServerThatAsksToBeLeftAloneIsLeftAloneByTheWholeTransport() throws {
        let bench = try HTTPBench("concurrency: 1, " + one, contacts: 3) { _ in
            .answer(429, "", ["Retry-After": "30"])
        }
        try bench.send()
        XCTAssertEqual(bench.server.requests.count, 1)
        let due = try XCTUnwrap(bench.bench.pipeline.store.nextMoments().due)
        XCTAssertEqual(due.milliseconds - bench.bench.pipeline.now.milliseconds, 30_000)
        // Others of the same transport wait as well.
        try bench.drop(1, from: 2_000, as: "a/2.csv")
        try bench.send()
        XCTAssertEqual(bench.server.requests.count, 1)
        XCTAssertEqual(try bench.states(2), [.pending: 1])
    }

    func testAServerThatIsBusyForAMomentIsAskedAgainWithinTheFlight() throws {
        let count = Counter()
        let bench = try HTTPBench("concurrency: 1, " + one, contacts: 3) { _ in
            count.next() == 2 ? .answer(503, "", ["Retry-After": "0"]) : .answer(200, "")
        }
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 3])
        XCTAssertEqual(bench.server.requests.count, 4)
    }

    /// Milliseconds until what waits is due.
    private func wait(_ bench: HTTPBench) throws -> Int64 {
        let due = try XCTUnwrap(bench.bench.pipeline.store.nextMoments().due)
        return due.milliseconds - bench.bench.pipeline.now.milliseconds
    }

    func testAServerThatWantsToBeAskedAgainAtOnceIsLeftAloneForGrowingTimes() throws {
        let count = Counter()
        let bench = try HTTPBench("concurrency: 1, " + one, contacts: 1) { _ in
            count.next() > 40
                ? .answer(200, "") : .answer(429, "", ["Retry-After": "Fri, 20 Nov 2026 14:00:00 GMT"])
        }
        try bench.send()
        // Again after one second, two and four; eight are waited for elsewhere.
        XCTAssertEqual(bench.server.requests.count, 4)
        XCTAssertEqual(try bench.states(), [.pending: 1])
        XCTAssertEqual(try wait(bench), 8_000)
    }

    func testWhatAServerAsksForCountsUnlessItsFailuresInARowAskForMore() throws {
        let count = Counter()
        let bench = try HTTPBench("concurrency: 1, " + one, contacts: 3) { _ in
            count.next() == 2 ? .answer(200, "") : .answer(503, "", ["Retry-After": "8"])
        }
        let time = StandingTime(milliseconds: MonotonicClock.millisecondsSinceBoot())
        bench.bench.fly(by: time)
        func waits(_ times: Int) throws -> [Int64] {
            try (0..<times).map { _ in
                try bench.send()
                defer { try? bench.bench.set(bench.bench.pipeline.now.adding(TimeSpan(milliseconds: wait(bench)))) }
                return try wait(bench)
            }
        }
        XCTAssertEqual(try waits(5), [8_000, 8_000, 8_000, 8_000, 16_000])
        XCTAssertEqual(bench.server.requests.count, 1)
        // One that takes some is asked again when it wants to be.
        time.set(milliseconds: time.milliseconds + 8_000)
        XCTAssertEqual(try waits(1), [8_000])
        XCTAssertEqual(try bench.states(), [.pending: 2, .smsSent: 1])
        XCTAssertEqual(try waits(4), [8_000, 8_000, 8_000, 16_000])
    }

    func testWhatCannotReachTheServerIsSentLater() throws {
        let bench = try HTTPBench(one, contacts: 3) { _ in .answer(200, "") }
        bench.server.stop()
        try bench.send()
        XCTAssertEqual(try bench.states(), [.pending: 3])
        XCTAssertEqual(bench.bench.logged.with("parcel.answered").count, 1)
    }

    func testACallWithoutAWholeAnswerMayHaveBeenSentAndIsNotMadeAgain() throws {
        for reply in [TestServer.Reply.cut, .hang, .trickle] {
            let bench = try HTTPBench("timeout: '\(try HTTPBench.ample())', " + one, contacts: 1) { _ in reply }
            try bench.send()
            XCTAssertEqual(try bench.states(), [.dangling: 1])
            try bench.bench.advance(seconds: 600)
            try bench.send()
            XCTAssertEqual(bench.server.requests.count, 1)
        }
    }

    func testNoCallIsRepeatedBehindOurBackOnAConnectionThatWasKept() throws {
        let bench = try HTTPBench("concurrency: 1, " + one, contacts: 6) { request in
            request.body.contains("Hello 3") ? .cut : .answer(200, "")
        }
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 5, .dangling: 1])
        XCTAssertEqual(bench.server.requests.count, 6)
    }

    func testAnAnswerWithoutEndIsNotReadToTheEnd() throws {
        let long = String(repeating: " ", count: 3 << 20)
        let bench = try HTTPBench(one, contacts: 1) { _ in .answer(200, long) }
        try bench.send()
        XCTAssertEqual(try bench.states(), [.dangling: 1])
    }

    func testCallsKeepToTheirPaceAndTheirNumberAtOnce() throws {
        let bench = try HTTPBench("concurrency: 3, callsPerSecond: 50, " + one, contacts: 60) { _ in
            usleep(8_000)
            return .answer(200, "")
        }
        let start = MonotonicClock.nanoseconds() / 1_000_000
        try bench.send()
        XCTAssertEqual(try bench.states(), [.smsSent: 60])
        // Each may reach the server late, and none early.
        let last = try XCTUnwrap(bench.server.requests.map(\.at).max())
        XCTAssertGreaterThanOrEqual(last - start, 59 * 1_000 / 50)
        XCTAssertLessThanOrEqual(bench.server.mostUnderWay, 3)
    }

    // MARK: - Validity

    /// The first call takes the time that the second one needed.
    func testWhatBecameTooLateOnItsWayWaitsForTheNextWindowAndNotForTheServer() throws {
        let settings =
            "concurrency: 1, validity: {minimum: '1m', maximum: '2h'}, body: {to: '{{address}}', seconds: '{{validity}}'}"
        let time = StandingTime(milliseconds: MonotonicClock.millisecondsSinceBoot())
        let bench = try HTTPBench(
            settings, contacts: 2, campaign: ", policy: 'p'",
            policies: "p: {windows: [{from: '08:00', to: '21:00'}], zone: 'UTC'}", at: "2026-11-20T20:58:59.500Z"
        ) { _ in
            time.set(milliseconds: time.milliseconds + 700)
            return .answer(200, "")
        }
        bench.bench.fly(by: time)
        _ = try bench.bench.pipeline.dispatchDue { false }
        try bench.bench.pipeline.dispatcher.land(waiting: true)
        XCTAssertEqual(bench.bodies.count, 1)
        XCTAssertEqual(try bench.states(), [.smsSent: 1, .pending: 1])
        XCTAssertEqual(bench.bench.logged.with("asks to send later"), [])
        try bench.bench.advance(seconds: 1)
        try bench.send()
        XCTAssertEqual(bench.bodies.count, 1)
        let holding = try XCTUnwrap(bench.bench.pipeline.store.holdings().first)
        XCTAssertEqual(holding.kind, .hours, holding.words)
        XCTAssertEqual(holding.next, Timestamp(iso8601: Array("2026-11-21T08:00:00Z".utf8)[...]))
    }

    func testWhatWouldArriveTooLateWaitsForTheNextWindow() throws {
        let policy = "p: {windows: [{from: '08:00', to: '21:00'}], zone: 'UTC'}"
        let settings =
            "validity: {minimum: '1m', maximum: '2h'}, body: {to: '{{address}}', seconds: '{{validity}}', until: '{{validuntil}}'}"
        for (moment, body) in [
            ("2026-11-20T12:00:00Z", #"{"to":"+14155551000","seconds":7200,"until":"2026-11-20T14:00:00"#),
            ("2026-11-20T20:30:00Z", #"{"to":"+14155551000","seconds":1800,"until":"2026-11-20T21:00:00"#),
        ] {
            let bench = try HTTPBench(settings, contacts: 1, campaign: ", policy: 'p'", policies: policy, at: moment) {
                _ in
                .answer(200, "")
            }
            bench.bench.fly(by: StandingTime(milliseconds: MonotonicClock.millisecondsSinceBoot()))
            try bench.send()
            let seen = try XCTUnwrap(bench.bodies.first)
            XCTAssertTrue(seen.hasPrefix(body), seen)
        }
        let late = try HTTPBench(
            settings, contacts: 1, campaign: ", policy: 'p'", policies: policy, at: "2026-11-20T20:59:30Z"
        ) { _ in .answer(200, "") }
        try late.send()
        XCTAssertEqual(late.bodies, [])
        XCTAssertEqual(try late.states(), [.pending: 1])
        XCTAssertEqual(
            try late.bench.pipeline.store.nextMoments().due, Timestamp(iso8601: Array("2026-11-21T08:00:00Z".utf8)[...])
        )
        let expiring = try HTTPBench(settings, contacts: 0) { _ in .answer(200, "") }
        try expiring.drop(1, more: "2026-11-20T15:00:30Z")
        try expiring.send()
        XCTAssertEqual(expiring.bodies, [])
        XCTAssertEqual(try expiring.states(), [.expired: 1])
    }

    // MARK: - Secrets

    func testNoSecretIsPrintedLoggedOrKept() throws {
        let other = try TestServer { _ in .answer(200, "") }
        let statuses = [200, 302, 401, 500, 400]
        let count = Counter()
        let bench = try HTTPBench("concurrency: 1, idempotencyHeader: 'Idempotency-Key', " + one, contacts: 0) { _ in
            .answer(
                statuses[min(count.next() - 1, 4)], #"{"key": "\#(HTTPBench.secret)"}"#, ["Location": "\(other.url)/x"])
        }
        for number in 1...5 {
            try bench.drop(1, from: 1_000 + number, as: "a/\(number).csv")
            try bench.send()
        }
        for (number, reply) in [TestServer.Reply.cut, .answer(429, "", ["Retry-After": "30"])].enumerated() {
            bench.server.set { _ in reply }
            try bench.drop(2, from: 2_000 + 10 * number, as: "a/\(number + 6).csv")
            try bench.bench.advance(seconds: 200)
            try bench.send()
        }
        _ = try bench.bench.pipeline.report(day: nil, campaign: nil)
        XCTAssertGreaterThan(bench.server.requests.count, 5)
        XCTAssertTrue(
            bench.server.requests.allSatisfy { $0.headers["authorization"]?.contains(HTTPBench.secret) == true })
        // A redirect is not followed, so nothing went there.
        XCTAssertEqual(other.requests.count, 0)
        let secret = Array(HTTPBench.secret.utf8)
        let root = bench.bench.root
        for case let path as String in try XCTUnwrap(FileManager.default.enumerator(atPath: root)) {
            guard path != "key", try FileStatus.of("\(root)/\(path)")?.kind == .regular else { continue }
            let bytes = try Files.read("\(root)/\(path)", limit: 1 << 26)
            XCTAssertNil(Data(bytes).range(of: Data(secret)), path)
        }
        XCTAssertEqual(bench.bench.logged.with(HTTPBench.secret).count, 0)
        let text = ConfigurationWriter.text(of: bench.bench.configuration)
        XCTAssertFalse(text.contains(HTTPBench.secret))
        other.stop()
    }

    func testAKeyThatIsNotThereHoldsTheParcelAndSaysSo() throws {
        let bench = try HTTPBench(one, contacts: 1) { _ in .answer(200, "") }
        try Files.remove(bench.bench.root + "/key")
        try bench.send()
        XCTAssertEqual(try bench.states(), [.pending: 1])
        XCTAssertEqual(bench.bench.logged.with("the file key, which should hold the key, cannot be read").count, 1)
        XCTAssertEqual(bench.server.requests.count, 0)
    }
}

/// Counts from 1.
final class Counter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
