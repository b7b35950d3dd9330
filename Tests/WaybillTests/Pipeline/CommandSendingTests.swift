import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// Parcels that a program of the user's carries, well and badly.
final class CommandSendingTests: XCTestCase {
    override func setUp() { ProcessSetup.ignoreBrokenPipe() }

    private let batch = BatchID("20261120-000001")!

    private func configuration(
        _ more: String = "", steps: String = "", timeout: String = "20s"
    ) -> String {
        """
        {campaigns: {a: {strategy: 's', transports: {sms: 'carrier'}}},
         strategies: {s: {steps: [{name: 'text', channel: 'sms', expires: '1h' \(steps)}]}},
         transports: {carrier: {kind: 'command', run: ['./carrier', 'x'], timeout: '\(timeout)' \(more)}}}
        """
    }

    /// A workspace whose carrier is a shell script, with so many contacts dropped.
    private func bench(
        _ script: String, contacts: Int = 3, _ more: String = "", steps: String = "", timeout: String = "20s"
    ) throws -> PipelineBench {
        let bench = try PipelineBench(configuration(more, steps: steps, timeout: timeout), standing: true)
        bench.pipeline.dispatcher.chance = { 0 }
        try write(script, bench)
        if contacts > 0 { try drop(contacts, bench) }
        return bench
    }

    private func drop(_ contacts: Int, from first: Int = 1_000, as name: String = "a/1.csv", _ bench: PipelineBench)
        throws
    {
        try bench.drop(
            "phone1,id\n" + (first..<first + contacts).map { "+1415555\($0),C\($0)\n" }.joined(), as: name)
    }

    private func write(_ script: String, _ bench: PipelineBench) throws {
        try Files.writeAtomically(Array("#!/bin/sh\n\(script)\n".utf8), to: bench.root + "/carrier", mode: 0o755)
    }

    /// Answers each line by what is done to its reference with sed.
    private func answering(_ outcome: String) -> String {
        #"sed -u 's/^{"reference":"\([^"]*\)".*/{"reference":"\1",\#(outcome)}/'"#
    }

    private let accepts = #"sed -u 's/^{"reference":"\([^"]*\)".*/{"reference":"\1","outcome":"accepted"}/'"#

    /// Sends what is due, and waits for the answers.
    private func send(_ bench: PipelineBench) throws {
        _ = try bench.pipeline.dispatchDue { false }
        while bench.pipeline.dispatcher.inFlight > 0 {
            _ = bench.pipeline.claims.wait(milliseconds: 50, waking: nil)
            _ = try bench.pipeline.dispatchDue { false }
        }
    }

    private func states(_ bench: PipelineBench) throws -> [ContactState: Int] {
        try bench.pipeline.store.states(of: batch).filter { $0.value != 0 }
    }

    /// Those behind it were never given to the program, and once never were.
    func testOneMessageAtWhichTheProgramEndsToBeTriedLaterHoldsNobodyBehindIt() throws {
        let script = """
            while IFS= read -r line; do
            case "$line" in *14155551001*) exit 75;; esac
            printf '%s\\n' "$line" | \(accepts)
            done
            """
        let bench = try bench(script, contacts: 6)
        for _ in 0..<8 {
            try send(bench)
            try bench.advance(seconds: 70)
        }
        XCTAssertEqual(try states(bench), [.smsSent: 5, .pending: 1])
        try drop(3, from: 2_000, as: "a/2.csv", bench)
        try send(bench)
        let second = BatchID("20261120-000002")!
        XCTAssertEqual(try bench.pipeline.store.states(of: second).filter { $0.value != 0 }, [.smsSent: 3])
        try write(accepts, bench)
        for _ in 0..<3 {
            try bench.advance(seconds: 600)
            try send(bench)
        }
        XCTAssertEqual(try states(bench), [.smsSent: 6])
    }

    func testWhatTheProgramAcceptsIsSent() throws {
        let bench = try bench("tee seen | \(accepts); env | grep ^WAYBILL_ | sort > variables; echo $1 >> variables")
        try send(bench)
        XCTAssertEqual(try states(bench), [.smsSent: 3])
        XCTAssertEqual(
            try bench.text("seen").split(separator: "\n").first.map(String.init),
            #"{"reference":"bcdfgh-20261120-000001-1-text-1","channel":"sms","address":"+14155551000","id":"C1000","phone1":"+14155551000"}"#
        )
        XCTAssertEqual(
            try bench.text("variables"),
            """
            WAYBILL_BATCH=20261120-000001
            WAYBILL_CAMPAIGN=a
            WAYBILL_CHANNEL=sms
            WAYBILL_PARCEL=P000000001
            WAYBILL_STEP=text
            WAYBILL_TASK=send
            WAYBILL_TRANSPORT=carrier
            x

            """)
        // Their answers are awaited like anybody's.
        try bench.advance(seconds: 3_601)
        try bench.send()
        XCTAssertEqual(try states(bench), [.smsSentAndClosed: 3])
    }

    func testWhatTheProgramRefusesFollowsTheRuleForFailedWithTheCarriersCode() throws {
        let refuses = answering(#""outcome":"refused","code":"30006","detail":"landline""#)
        let bench = try bench(refuses)
        try send(bench)
        XCTAssertEqual(try states(bench), [.failed: 3])
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        let failures = try bench.report("failure", campaign: "a")
        XCTAssertEqual(failures.count, 3)
        XCTAssertTrue(failures[0].contains(",Failed,dispatch,text,") && failures[0].contains(",30006,"), failures[0])
        let attempts = try bench.report("attempts", campaign: "a")
        XCTAssertEqual(attempts.count, 3)
        XCTAssertTrue(attempts[0].contains(",failed,") && attempts[0].contains(",30006,landline,"), attempts[0])
        let other = try self.bench(refuses, steps: ", on: {failed: 'call'}}, {name: 'call', channel: 'voice'")
        try send(other)
        try other.send()
        XCTAssertEqual(try states(other), [.sentToDialer: 3])
    }

    func testWhomTheCarrierRefusesSinceTheySaidStopIsLeftAloneByAllCampaigns() throws {
        let refuses = answering(
            #""outcome":"refused","code":"21610","detail":"Attempt to send to unsubscribed recipient""#)
        let bench = try bench(refuses, steps: ", on: {failed: 'call'}}, {name: 'call', channel: 'voice'")
        try send(bench)
        try bench.send()
        XCTAssertEqual(try states(bench), [.suppressed: 3])
        try bench.drop("phone1\n+14155551000\n", as: "a/again.csv")
        XCTAssertEqual(
            try bench.pipeline.store.states(of: BatchID("20261120-000002")!).filter { $0.value != 0 }, [.suppressed: 1])
        _ = try bench.pipeline.report(day: nil, campaign: nil)
        let attempts = try bench.report("attempts", campaign: "a")
        XCTAssertTrue(attempts[0].contains(",unsubscribed,") && attempts[0].contains(",21610,"), attempts[0])
    }

    func testWhatTheProgramWantsLaterIsSentAgainUnderTheSameReferenceAfterAWhileThatGrows() throws {
        let bench = try bench("cat >> seen; \(answering(#""outcome":"later""#)) < seen")
        var waits: [Int64] = []
        for _ in 0..<4 {
            try send(bench)
            let due = try XCTUnwrap(bench.pipeline.store.nextMoments().due)
            waits.append(due.milliseconds - bench.pipeline.now.milliseconds)
            try bench.set(due)
        }
        XCTAssertEqual(waits, [1_000, 2_000, 4_000, 8_000])
        XCTAssertEqual(try states(bench), [.pending: 3])
        try write("cat >> seen; \(accepts) < seen", bench)
        try send(bench)
        XCTAssertEqual(try states(bench), [.smsSent: 3])
        XCTAssertEqual(Set(try bench.text("seen").split(separator: "\n")).count, 3)
    }

    func testAMessageThatWasNotSentDoesNotCountForCaps() throws {
        let caps =
            "{campaigns: {a: {strategy: 's', policy: 'p', transports: {sms: 'carrier'}}}, policies: {p: {caps: [{limit: 1, within: '7d'}]}},"
        let text = configuration().replacingOccurrences(
            of: "{campaigns: {a: {strategy: 's', transports: {sms: 'carrier'}}},", with: caps)
        let bench = try PipelineBench(text, standing: true)
        bench.pipeline.dispatcher.chance = { 0 }
        try write(answering(#""outcome":"later""#), bench)
        try drop(3, bench)
        try send(bench)
        try write(accepts, bench)
        try bench.advance(seconds: 61)
        try send(bench)
        XCTAssertEqual(try states(bench), [.smsSent: 3])
    }

    // MARK: - What a program may do wrong

    func testAProgramThatCannotBeStartedStopsItsTransportAndIsToldWithWhatToDo() throws {
        try skipWithoutVfork()
        for (prepare, words) in [
            (
                { try Files.remove($0 + "/carrier") },
                "No such file or directory (ENOENT); put it at ROOT/carrier, or correct run"
            ),
            (
                { try Files.writeAtomically([0x23], to: $0 + "/carrier", mode: 0o644) },
                "Permission denied (EACCES); let it be executed: chmod +x ROOT/carrier"
            ),
            (
                {
                    try Files.remove($0 + "/carrier")
                    try Files.createFolder($0 + "/carrier")
                }, "Permission denied (EACCES); it is a folder: name the program in it"
            ),
            (
                { try Files.writeAtomically(Array("#!/not/there\n".utf8), to: $0 + "/carrier", mode: 0o755) },
                "No such file or directory (ENOENT); what its first line says that it is run by is not there: correct that"
            ),
        ] as [((String) throws -> Void, String)] {
            let bench = try bench(accepts)
            try prepare(bench.root)
            try send(bench)
            let told = "the program ./carrier cannot be started: " + words.replacing("ROOT", with: bench.root)
            XCTAssertEqual(try bench.pipeline.store.holdings().map(\.words), ["transport carrier: " + told])
            try bench.pipeline.writeStatus()
            let status = try XCTUnwrap(
                StatusFile.read(Array(try bench.text("outbox/status.json").utf8), at: bench.pipeline.now))
            XCTAssertEqual(status.transports.first { $0.transport == "carrier" }?.reason, told)
            let text = StatusText.render(status, width: 300, colour: false)
            XCTAssertFalse(text.contains("opens"), text)
            XCTAssertEqual(bench.logged.with("transport.stopped").count, 1)
            try? FileManager.default.removeItem(atPath: bench.root + "/carrier")
            try write(accepts, bench)
            try bench.advance(seconds: 120)
            try send(bench)
            XCTAssertEqual(try states(bench), [.smsSent: 3], "it goes on by itself")
        }
    }

    func testAMessageWithoutAnAnswerIsNeverSentAgainAndNeverCountedAsSent() throws {
        for script in [
            "cat >/dev/null", "cat >/dev/null; exit 1", "cat >/dev/null; kill -9 $$", "cat",
            "cat >/dev/null; echo nonsense",
            "cat >/dev/null; yes nonsense", "sed -u 's/\"reference\":\"2/\"outcome\":\"accepted\",\"reference\":\"3/'",
            "exec 0<&-; sleep 0.1", "cat >/dev/null; (sleep 600) & exit 0", "cat >/dev/null; setsid sleep 3 & exit 0",
            "cat >/dev/null; printf '{\"reference\":\"bcdfgh-20261120-000001-1-text-1\",\"outcome\":\"accepted\"}'",
        ] {
            let bench = try bench("echo run >> runs; " + script)
            try send(bench)
            XCTAssertEqual(try states(bench), [.dangling: 3], script)
            try bench.advance(seconds: 600)
            try send(bench)
            XCTAssertEqual(try bench.text("runs"), "run\n", script)
        }
    }

    func testAProgramThatHangsIsEndedAndItsMessagesDangle() throws {
        let bench = try bench("head -n 1 | \(accepts); sleep 600", timeout: "2s")
        try send(bench)
        XCTAssertEqual(try states(bench), [.smsSent: 1, .dangling: 2])
    }

    /// It once lived for as long as it said anything.
    func testAProgramThatSaysAnythingButAnswersIsEnded() throws {
        let saying = "i=0; while [ $i -lt 100 ]; do echo busy; echo {}; sleep 0.1; i=$((i+1)); done"
        let bench = try bench("head -n 1 | \(accepts); \(saying); exit 75", timeout: "1s")
        try send(bench)
        XCTAssertEqual(try states(bench), [.smsSent: 1, .dangling: 2])
    }

    func testWhatWasAnsweredCountsHoweverTheProgramEnds() throws {
        for (ending, status) in [("exit 1", ContactState.dangling), ("kill -9 $$", .dangling), ("exit 75", .pending)] {
            let bench = try bench("head -n 1 | \(accepts); cat > /dev/null; \(ending)")
            try send(bench)
            XCTAssertEqual(try states(bench), [.smsSent: 1, status: 2], ending)
        }
    }

    func testWhatAProgramThatEndsEarlyWasNotGivenIsSentLater() throws {
        let bench = try bench("head -n 1 | \(accepts)", contacts: 0)
        // Far more than a pipe holds.
        let note = String(repeating: "n", count: 400)
        try bench.drop(
            "phone1,note\n" + (1_000..<2_000).map { "+1415555\($0),\(note)\n" }.joined(), as: "a/1.csv")
        try send(bench)
        let found = try states(bench)
        XCTAssertEqual(found[.smsSent], 1)
        // What stood in the pipe may have been read: 64 KiB, of lines of some 500 bytes, however far the writer came.
        XCTAssertLessThan(try XCTUnwrap(found[.dangling]), 200)
        XCTAssertEqual(found[.dangling, default: 0] + found[.pending, default: 0], 999)
    }

    func testAProgramThatCannotBeStartedHoldsItsMessages() throws {
        try skipWithoutVfork()
        let bench = try bench("")
        try Files.remove(bench.root + "/carrier")
        try send(bench)
        XCTAssertEqual(try states(bench), [.pending: 3])
        try write(accepts, bench)
        try bench.advance(seconds: 2)
        try send(bench)
        XCTAssertEqual(try states(bench), [.smsSent: 3])
    }

    // MARK: - Crashes

    /// As after a crash in the air: the parcel is leaving, and nobody wrote down what came of it.
    private func crashed(_ more: String, script: String) throws -> PipelineBench {
        let bench = try bench("exec sleep 600", more)
        bench.pipeline.dispatcher.transports = [Dying<CommandTransport, BeforeCommit>.self]
        _ = try bench.pipeline.dispatchDue { false }
        XCTAssertEqual(try bench.pipeline.store.leavingIDs().count, 1)
        try write(script, bench)
        try bench.restart(at: "2026-11-20T15:01:00Z", with: "{campaigns: {a: {}}}")
        bench.pipeline.dispatcher.chance = { 0 }
        return bench
    }

    func testAfterACrashMessagesDangleWhereTheProgramCannotBeAsked() throws {
        let bench = try crashed("", script: "echo run >> runs; \(accepts)")
        try send(bench)
        XCTAssertEqual(try states(bench), [.dangling: 3])
        XCTAssertEqual(bench.files("runs"), [])
    }

    func testAfterACrashAProgramThatCanBeAskedSaysWhatBecameOfEach() throws {
        let bench = try crashed(
            ", resolve: true",
            script: """
                echo $WAYBILL_TASK > task; cat > asked
                echo '{"reference":"bcdfgh-20261120-000001-1-text-1","outcome":"accepted"}'
                echo '{"reference":"bcdfgh-20261120-000001-2-text-1","outcome":"later"}'
                """)
        try send(bench)
        XCTAssertEqual(try bench.text("task"), "resolve\n")
        XCTAssertEqual(
            try bench.text("asked").split(separator: "\n"),
            (1...3).map { "{\"reference\":\"bcdfgh-20261120-000001-\($0)-text-1\"}" })
        // The third stays in the parcel that is leaving, and is asked about again.
        XCTAssertEqual(try bench.pipeline.store.leavingIDs().count, 1)
        try write(
            "cat > asked; echo '{\"reference\":\"bcdfgh-20261120-000001-3-text-1\",\"outcome\":\"refused\",\"code\":\"x\"}'",
            bench)
        try bench.advance(seconds: 2)
        try send(bench)
        XCTAssertEqual(try bench.text("asked"), "{\"reference\":\"bcdfgh-20261120-000001-3-text-1\"}\n")
        XCTAssertEqual(try bench.pipeline.store.leavingIDs().count, 0)
        XCTAssertEqual(try states(bench)[.failed], 1)
    }

    func testAProgramThatCanBeAskedIsAskedAboutWhatItDidNotAnswer() throws {
        let bench = try bench(
            "echo $WAYBILL_TASK >> tasks; test $WAYBILL_TASK = resolve || exit 1; \(accepts)", ", resolve: true")
        try send(bench)
        XCTAssertEqual(try states(bench), [.pending: 3])
        XCTAssertEqual(bench.logged.with("parcel.unsettled").count, 1)
        try bench.advance(seconds: 2)
        try send(bench)
        XCTAssertEqual(try states(bench), [.smsSent: 3])
        XCTAssertEqual(try bench.text("tasks"), "send\nresolve\n")
    }

    func testAStopWaitsForWhatIsInFlightAndWritesItDown() throws {
        let bench = try bench("sleep 0.3; \(accepts)")
        _ = try bench.pipeline.dispatchDue { false }
        XCTAssertEqual(bench.pipeline.dispatcher.inFlight, 1)
        try bench.restart(at: "2026-11-20T15:01:00Z")
        XCTAssertEqual(try states(bench), [.smsSent: 3])
    }

    // MARK: - Several at once

    func testSeveralParcelsAreInFlightAtOnceAndNoMoreThanAreAllowed() throws {
        // Each waits until three of them run.
        let bench = try bench(
            """
            touch running.$WAYBILL_PARCEL
            while test $(ls running.* | wc -l) -lt 3; do sleep 0.05; done
            \(accepts)
            """, contacts: 1, ", concurrency: 3")
        for number in 2...7 { try drop(1, from: 1_000 + 10 * number, as: "a/\(number).csv", bench) }
        _ = try bench.pipeline.dispatchDue { false }
        XCTAssertEqual(bench.pipeline.dispatcher.inFlight, 3)
        XCTAssertTrue(bench.pipeline.dispatcher.isFull)
        try send(bench)
        for number in 1...7 {
            XCTAssertEqual(
                try bench.pipeline.store.states(of: BatchID("20261120-00000\(number)")!).filter { $0.value != 0 },
                [.smsSent: 1])
        }
    }

    func testAReceiptThatComesBeforeTheAnswerCounts() throws {
        let bench = try bench(
            "while ! test -e go; do sleep 0.05; done; \(accepts)", steps: ", on: {delivered: 'close'}")
        _ = try bench.pipeline.dispatchDue { false }
        try bench.drop(
            "reference,event\nbcdfgh-20261120-000001-1-text-1,delivered\nbcdfgh-20261120-000001-2-text-1,failed\n",
            as: "_receipts/r.csv")
        XCTAssertEqual(try states(bench), [.pending: 3])
        try Files.writeAtomically([], to: bench.root + "/go")
        try send(bench)
        XCTAssertEqual(try states(bench), [.smsSentAndClosed: 1, .failed: 1, .smsSent: 1])
    }

    func testAStopThatComesInFlightHoldsForTheRest() throws {
        let bench = try bench("while ! test -e go; do sleep 0.05; done; \(accepts)")
        _ = try bench.pipeline.dispatchDue { false }
        try bench.drop("from,text\n+14155551001,STOP\n", as: "_replies/r.csv")
        try Files.writeAtomically([], to: bench.root + "/go")
        try send(bench)
        XCTAssertEqual(try states(bench), [.smsSent: 2, .suppressed: 1])
    }

    func testTheDaemonSendsByAProgramAndEndsWhenAllIsAnswered() throws {
        let bench = try bench("sleep 0.2; \(accepts)", contacts: 5)
        try bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }.untilIdle()
        XCTAssertEqual(try states(bench), [.smsSent: 5])
    }
}
