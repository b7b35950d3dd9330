import Foundation
import Support
import Synchronization
import SystemIO
import XCTest

@testable import Waybill

/// A parcel is with a slow carrier, and somebody must not be contacted any more.
final class RecallTests: XCTestCase {
    override func setUp() { ProcessSetup.ignoreBrokenPipe() }

    private let batch = BatchID("20261120-000001")!
    private let one = "concurrency: 1, body: {to: '{{address}}', text: '{{message}}'}"
    private let keyed =
        "idempotencyHeader: 'Idempotency-Key', idempotencyKeeps: '24h', batch: 10, "
        + "body: [{each: {to: '{{address}}', text: '{{message}}'}}]"

    /// Keeps a server at its first message until it is opened; later messages pass at once.
    private final class Gate: Sendable {
        private let isOpen = Atomic(false)
        private let waits = Atomic(0)

        func pass() {
            waits.add(1, ordering: .relaxed)
            while !isOpen.load(ordering: .acquiring) { usleep(5_000) }
        }
        func awaitSomebody() { while waits.load(ordering: .relaxed) == 0 { usleep(5_000) } }
        func open() { isOpen.store(true, ordering: .releasing) }
    }

    /// Three contacts, one call each, of which the first is in the air.
    private func flying(
        _ campaign: String = "", at start: String = "2026-11-20T15:00:00Z", policies: String = "",
        by time: StandingTime? = nil
    ) throws -> (bench: HTTPBench, gate: Gate) {
        let gate = Gate()
        let bench = try HTTPBench(
            one, campaign: campaign, policies: policies, at: start
        ) { _ in
            gate.pass()
            return .answer(200, "{}")
        }
        if let time { bench.bench.fly(by: time) }
        _ = try bench.bench.pipeline.dispatchDue { false }
        gate.awaitSomebody()
        return (bench, gate)
    }

    /// Gives the look at what is in flight its turn, and lets the first call end.
    private func goOn(_ bench: HTTPBench, _ gate: Gate) throws {
        bench.bench.pipeline.dispatcher.nextRecall = 0
        _ = try bench.bench.pipeline.dispatchDue { false }
        gate.open()
        try bench.send()
    }

    private func attempts(_ record: UInt32, _ bench: PipelineBench) throws -> Int? {
        try bench.pipeline.store.parcels(ofBatch: batch).flatMap(\.contacts).filter {
            $0.record == record && $0.fate == .travels
        }.count
    }

    private func assertGone(_ words: [String], _ bench: HTTPBench, line: UInt = #line) {
        XCTAssertEqual(
            bench.bodies.map { body in (0..<10).filter { body.contains("Hello \($0)") } }.flatMap(\.self).map {
                "\($0)"
            },
            words, line: line)
    }

    func testWhoSaysStopWhileTheParcelIsInFlightIsNotCalledFor() throws {
        let (bench, gate) = try flying()
        try bench.bench.drop("from,text\n+14155551002,STOP\n", as: "_replies/1.csv")
        try goOn(bench, gate)
        assertGone(["0", "1"], bench)
        XCTAssertEqual(try bench.states(), [.smsSent: 2, .suppressed: 1])
        XCTAssertEqual(try attempts(3, bench.bench), 0, "nothing was sent to them")
        XCTAssertEqual(try bench.bench.pipeline.store.leavingIDs().count, 0)
    }

    func testAListThatComesWhileTheParcelIsInFlightCountsAndMoreWayThanOneReadsIt() throws {
        let (bench, gate) = try flying()
        try bench.bench.drop("4155551001\n+14155551002\n", as: "_suppress/dnc.csv")
        try goOn(bench, gate)
        assertGone(["0"], bench)
        XCTAssertEqual(try bench.states(), [.smsSent: 1, .dncListed: 2])
    }

    func testWhoseMessageWasInTheAirSaysStopAndTheAttemptIsReportedAllTheSame() throws {
        let (bench, gate) = try flying()
        try bench.bench.drop("from,text\n+14155551000,STOP\n", as: "_replies/1.csv")
        try goOn(bench, gate)
        assertGone(["0", "1", "2"], bench)
        XCTAssertEqual(try bench.states(), [.smsSent: 2, .suppressed: 1])
        XCTAssertEqual(try attempts(1, bench.bench), 1)
        let context = bench.bench.pipeline.context
        let row = try XCTUnwrap(context.store.batch(batch))
        let moves = try Moves(context, row, context.setupOrDefaults("a"), at: context.now)
        let standing = try XCTUnwrap(moves.changes.contact(1)?.standing)
        XCTAssertEqual(standing.attempts, 1)
        XCTAssertNotEqual(standing.lastAttemptAt.milliseconds, 0)
    }

    /// Three contacts with ids, one call each, of which the first is in the air when two of them are cancelled.
    private func cancelledInFlight() throws -> (bench: HTTPBench, gate: Gate) {
        let gate = Gate()
        let bench = try HTTPBench(one, contacts: 0) { _ in
            gate.pass()
            return .answer(200, "{}")
        }
        let rows = (0..<3).map { "+1415555100\($0),c\($0),Hello \($0)\n" }
        try bench.bench.drop("phone1,id,message\n" + rows.joined(), as: "a/1.csv")
        _ = try bench.bench.pipeline.dispatchDue { false }
        gate.awaitSomebody()
        try bench.bench.drop("id,phone1,action\nc0,,cancel\n,+14155551001,cancel\n", as: "a/2.csv")
        return (bench, gate)
    }

    func testWhoIsCancelledInFlightEndsAsSentWhereTheMessageHadLeftAndElseAsCancelled() throws {
        let (bench, gate) = try cancelledInFlight()
        XCTAssertEqual(try bench.states(), [.pending: 3], "nobody knows yet what became of the first")
        XCTAssertEqual(try bench.bench.acknowledgement(2)["contacts"] as? Int, 2)
        try goOn(bench, gate)
        assertGone(["0", "2"], bench)
        XCTAssertEqual(try bench.states(), [.smsSentAndClosed: 1, .cancelled: 1, .smsSent: 1])
        XCTAssertEqual(try (1...3).map { try attempts($0, bench.bench) }, [1, 0, 1])
        XCTAssertEqual(try bench.bench.pipeline.store.leavingIDs().count, 0)
        _ = try bench.bench.pipeline.report(day: nil, campaign: nil)
        let success = try bench.bench.report("success", campaign: "a")
        XCTAssertEqual(success.count, 1)
        XCTAssertTrue(success.first?.contains("contact.cancelled") ?? false, "\(success)")
    }

    func testAfterACrashWhoWasCancelledInFlightIsInDoubtOrCancelledAndNothingIsSent() throws {
        let (bench, gate) = try cancelledInFlight()
        let journals = bench.bench.root + "/state/flights"
        let kept = try Files.list(journals).map { ($0, try Files.read(journals + "/" + $0, limit: 1 << 20)) }
        for flight in bench.bench.pipeline.dispatcher.flights.values { flight.recall(.all) }
        bench.bench.pipeline.dispatcher.flights = [:]
        gate.open()
        for (name, bytes) in kept { try Files.writeAtomically(bytes, to: journals + "/" + name, mode: 0o600) }
        try bench.bench.restart(at: "2026-11-20T15:01:00Z")
        try bench.send()
        try bench.bench.advance(seconds: 2)
        try bench.send()
        XCTAssertEqual(try bench.states(), [.dangling: 1, .cancelled: 1, .smsSent: 1])
        assertGone(["0", "2"], bench)
    }

    func testWhatIsPausedInFlightComesBackAndLeavesOnceWithResume() throws {
        let (bench, gate) = try flying()
        try bench.bench.drop("{\"command\": \"pause\", \"campaign\": \"a\"}\n", as: "_control/1.json")
        try goOn(bench, gate)
        assertGone(["0"], bench)
        XCTAssertEqual(try bench.states(), [.smsSent: 1, .pending: 2])
        XCTAssertNil(bench.bench.pipeline.dispatcher.breakers["web"], "the server has done nothing wrong")
        try bench.bench.drop("{\"command\": \"resume\", \"campaign\": \"a\"}\n", as: "_control/2.json")
        try bench.send()
        assertGone(["0", "1", "2"], bench)
        XCTAssertEqual(try bench.states(), [.smsSent: 3])
    }

    func testWhatIsWithdrawnInFlightIsNotSentAndWhatHadLeftIsReported() throws {
        let (bench, gate) = try flying()
        try bench.bench.drop("{\"command\": \"withdraw\", \"campaign\": \"a\"}\n", as: "_control/1.json")
        XCTAssertEqual(try bench.states(), [.withdrawn: 3])
        try goOn(bench, gate)
        assertGone(["0"], bench)
        XCTAssertEqual(try bench.states(), [.withdrawn: 3])
        XCTAssertEqual(try (1...3).map { try attempts($0, bench.bench) }, [1, 0, 0])
        XCTAssertEqual(try bench.bench.pipeline.store.leavingIDs().count, 0)
    }

    func testAfterACrashAWithdrawnParcelIsAskedAboutAndOnlyWhatHadBegunIsAnAttempt() throws {
        let (bench, gate) = try flying()
        // The process dies while the first call is in the air.
        let journals = bench.bench.root + "/state/flights"
        let kept = try Files.list(journals).map { ($0, try Files.read(journals + "/" + $0, limit: 1 << 20)) }
        try bench.bench.drop("{\"command\": \"withdraw\", \"campaign\": \"a\"}\n", as: "_control/1.json")
        bench.bench.pipeline.dispatcher.flights = [:]
        gate.open()
        for (name, bytes) in kept { try Files.writeAtomically(bytes, to: journals + "/" + name, mode: 0o600) }
        try bench.bench.restart(at: "2026-11-20T15:01:00Z")
        try bench.send()
        XCTAssertEqual(try bench.states(), [.withdrawn: 3])
        XCTAssertEqual(try attempts(1, bench.bench), 1, "it may have left")
        XCTAssertEqual(try bench.bench.pipeline.store.leavingIDs().count, 0)
    }

    func testAtTheEndOfTheHoursNothingMoreOfAParcelInFlightIsGiven() throws {
        let time = StandingTime(milliseconds: MonotonicClock.millisecondsSinceBoot())
        let (bench, gate) = try flying(
            ", policy: 'day'", at: "2026-11-20T17:59:59Z",
            policies: "day: {windows: [{from: '08:00', to: '18:00'}], zone: 'UTC'}", by: time)
        time.set(milliseconds: time.milliseconds + 1_000)
        try bench.bench.advance(seconds: 2)
        gate.open()
        try bench.send()
        assertGone(["0"], bench)
        XCTAssertEqual(try bench.states(), [.smsSent: 1, .pending: 2])
        XCTAssertEqual(
            try bench.bench.pipeline.store.holdings().map(\.kind), [.hours], "they wait for the next day")
    }

    func testWhatAServerWantsLaterIsNotGivenAgainToWhoSaysStopMeanwhile() throws {
        let bench = try HTTPBench(one, contacts: 1) { _ in
            .answer(429, "", ["Retry-After": "1"])
        }
        _ = try bench.bench.pipeline.dispatchDue { false }
        while bench.server.requests.isEmpty { usleep(5_000) }
        try bench.bench.drop("from,text\n+14155551000,STOP\n", as: "_replies/1.csv")
        bench.bench.pipeline.dispatcher.nextRecall = 0
        try bench.send()
        XCTAssertEqual(bench.bodies.count, 1)
        XCTAssertEqual(try bench.states(), [.suppressed: 1])
    }

    func testARepeatedCallThatIsRefusedSaysNothingOfTheFirst() throws {
        for contacts in [1, 3] {
            let bench = try HTTPBench(keyed, contacts: contacts) { _ in
                .answer(504, "")
            }
            try bench.send()
            bench.server.set { _ in .answer(422, "{}") }
            try bench.bench.advance(seconds: 60)
            try bench.send()
            XCTAssertEqual(try bench.states(), [.pending: contacts])
            XCTAssertEqual(Set(bench.bodies).count, 1, "nothing else was sent")
            XCTAssertEqual(try bench.bench.pipeline.store.leavingIDs().count, 1)
        }
    }

    // MARK: - Other carriers

    func testARelayIsNotGivenTheMailOfWhoUnsubscribesMeanwhile() throws {
        let gate = Gate()
        var behaviour = MailServer.Behaviour()
        behaviour.answer = { command in
            if command.hasPrefix("CONTENT") { gate.pass() }
            return nil
        }
        let server = try MailServer(behaviour)
        let bench = try PipelineBench(
            """
            {campaigns: {a: {require: ['email'], strategy: 's', from: {email: 'desk@clinic.example'},
               transports: {email: 'relay'}, templates: {t: {subject: 'Hello', text: 't.txt'}}}},
             strategies: {s: {steps: [{name: 'mail', channel: 'email', template: 't', expires: '1d'}]}},
             transports: {relay: {kind: 'smtp', host: '127.0.0.1', port: \(server.port), timeout: '20s', connections: 1}}}
            """, standing: true, files: ["t.txt": Array("Dear all".utf8)])
        try bench.drop("email\nann@b.example\nbob@b.example\ncy@b.example\ndee@b.example\n", as: "a/1.csv")
        _ = try bench.pipeline.dispatchDue { false }
        gate.awaitSomebody()
        // The next one is announced already.
        try bench.drop("address,event\nbob@b.example,unsubscribed\ndee@b.example,unsubscribed\n", as: "_receipts/1.csv")
        bench.pipeline.dispatcher.nextRecall = 0
        _ = try bench.pipeline.dispatchDue { false }
        gate.open()
        repeat {
            _ = bench.pipeline.claims.wait(milliseconds: 20, waking: nil)
            _ = try bench.pipeline.dispatchDue { false }
        } while bench.pipeline.dispatcher.inFlight > 0
        XCTAssertEqual(
            server.state.mails.map(\.recipient).map { $0.contains("ann") ? "ann" : $0.contains("cy") ? "cy" : $0 },
            ["ann", "cy"])
        XCTAssertEqual(
            try bench.pipeline.store.states(of: batch).filter { $0.value != 0 }, [.emailSent: 2, .suppressed: 2])
        XCTAssertEqual(server.state.complaints, [])
    }

    func testAProgramIsNotGivenWhoIsStoppedBeforeItReadsThatFar() throws {
        let bench = try PipelineBench(
            """
            {campaigns: {a: {strategy: 's', transports: {sms: 'carrier'}}},
             strategies: {s: {steps: [{name: 'text', channel: 'sms', expires: '1h'}]}},
             transports: {carrier: {kind: 'command', run: ['./carrier'], timeout: '20s'}}}
            """, standing: true,
            files: [
                "carrier": Array(
                    #"""
                    #!/bin/sh
                    read first
                    touch reads
                    while test ! -e go; do sleep 0.02; done
                    (echo "$first"; cat) | tee given | sed -u 's/^{"reference":"\([^"]*\)".*/{"reference":"\1","outcome":"accepted"}/'

                    """#.utf8)
            ])
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: bench.root + "/carrier")
        try bench.drop("phone1,id\n" + (1_000..<1_300).map { "+1415555\($0),C\($0)\n" }.joined(), as: "a/1.csv")
        _ = try bench.pipeline.dispatchDue { false }
        while try !Files.exists(bench.root + "/reads") { usleep(5_000) }
        try bench.drop("from,text\n+14155551299,STOP\n+14155551150,STOP\n", as: "_replies/1.csv")
        bench.pipeline.dispatcher.nextRecall = 0
        _ = try bench.pipeline.dispatchDue { false }
        try Files.writeAtomically([], to: bench.root + "/go")
        repeat {
            _ = bench.pipeline.claims.wait(milliseconds: 20, waking: nil)
            _ = try bench.pipeline.dispatchDue { false }
        } while bench.pipeline.dispatcher.inFlight > 0
        let given = try bench.text("given").split(separator: "\n")
        XCTAssertEqual(given.count, 298)
        XCTAssertFalse(given.contains { $0.contains("C1299") || $0.contains("C1150") })
        XCTAssertEqual(
            try bench.pipeline.store.states(of: batch).filter { $0.value != 0 }, [.smsSent: 298, .suppressed: 2])
    }
}
