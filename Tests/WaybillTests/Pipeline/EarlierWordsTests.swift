import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// Lists, replies, receipts and commands that lie in the inbox when Waybill starts are applied before anything leaves
/// or times out, whether it is the daemon or cron.
final class EarlierWordsTests: XCTestCase {
    private let ann = "+14155550142"
    private let bob = "+14155550143"

    /// Two people who wait in the queue, in a workspace that nobody runs.
    private func waiting(_ configuration: String = "{}") throws -> PipelineBench {
        let bench = try PipelineBench(configuration, standing: true)
        try bench.drop("phone1,id\n\(ann),A\n\(bob),B\n", as: "people.csv")
        return bench
    }

    /// As a sender writes who knows nothing of renaming: a plain file that was there before the start.
    private func lay(_ text: String, _ name: String, in bench: PipelineBench) throws {
        let path = bench.root + "/inbox/" + name
        try Files.createFolder(Files.folder(of: path))
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    /// What cron does, with a monotonic clock that goes so many times as fast.
    private func runUntilIdle(
        _ bench: PipelineBench, faster: Int64 = 100, at moment: String = "2026-11-20T15:10:00Z"
    ) throws {
        try bench.restart(at: moment, recover: false)
        bench.hurry(faster)
        try bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }.untilIdle()
    }

    private func called(_ bench: PipelineBench) throws -> [String] {
        try bench.dispatched().map { String($0.split(separator: ",")[2]) }.sorted()
    }

    func testAStopThatLiesThereAtAStartHoldsForThatPersonHoweverItCame() throws {
        for (name, text) in [
            ("_replies/r.csv", "from,text\n\(ann),STOP\n"), ("_suppress/list.csv", "\(ann)\n"),
            ("_receipts/r.csv", "address,event\n\(ann),unsubscribed\n"),
            ("_suppress/open-line.csv", "\(ann)"),
            ("_suppress/list.json", "[{\"value\": \"\(ann)\"}]"),
        ] {
            let bench = try waiting()
            try lay(text, name, in: bench)
            try runUntilIdle(bench)
            XCTAssertEqual(try called(bench), [bob], name)
        }
    }

    func testACommandThatLiesThereAtAStartHoldsForItsCampaign() throws {
        for command in ["pause", "withdraw"] {
            let bench = try waiting()
            try lay("{\"command\": \"\(command)\", \"campaign\": \"default\"}", "_control/c.json", in: bench)
            try runUntilIdle(bench)
            XCTAssertEqual(try called(bench), [], command)
        }
    }

    func testAResultThatLiesThereInTimeIsNotOverdue() throws {
        let bench = try waiting(
            """
            {strategies: {call: {steps: [{name: "call", channel: "voice", to: "phone1", resultWithin: "5m",
               on: {connected: "close"}}]}}, campaigns: {default: {strategy: "call"}}}
            """)
        try bench.send()
        let reference = try XCTUnwrap(bench.dispatched().first { $0.contains(ann) }?.split(separator: ",").first)
        try lay("reference,event,at\n\(reference),connected,2026-11-20T15:01:00Z\n", "_receipts/calls.csv", in: bench)
        try runUntilIdle(bench)
        XCTAssertEqual(
            try bench.pipeline.store.states(of: BatchID("20261120-000001")!), [.connected: 1, .dangling: 1])
    }

    func testAFileThatIsNeverReadyIsWaitedForForAMinuteAndHoldsByNameFromThen() throws {
        let bench = try waiting()
        try lay("", "_suppress/empty.csv", in: bench)
        try runUntilIdle(bench)
        XCTAssertEqual(try called(bench), [])
        let told = bench.logged.with("sending.held")
        XCTAssertEqual(told.count, 1)
        XCTAssertTrue(told[0].contains("inbox/_suppress/empty.csv"), told[0])
        let held = try bench.pipeline.store.holdings()
        XCTAssertEqual(held.map(\.kind), [.unread])
        XCTAssertEqual(
            held[0].words,
            "waits for inbox/_suppress/empty.csv: it has no bytes; put it right or move it away")
        // The next run waits for it no more: at this clock's pace that would take a minute.
        XCTAssertEqual(try bench.pipeline.store.toldWords().count, 1)
        try runUntilIdle(bench, faster: 1)
        XCTAssertEqual(try called(bench), [])
        // Another file of the name is another word; and without one all goes on.
        try Files.remove(bench.root + "/inbox/_suppress/empty.csv")
        try bench.restart(at: "2026-11-20T15:10:00Z", recover: false)
        try bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }.untilIdle()
        XCTAssertEqual(try called(bench), [ann, bob])
    }

    /// A side-car narrows no entry, so the file may concern any campaign, and one that nobody knows does.
    func testAFileHoldsAllCampaignsWhateverItsSideCarNames() throws {
        for (folder, named) in [("_suppress", "Other"), ("_replies", "othr"), ("_receipts", "other")] {
            let bench = try waiting("{campaigns: {default: {}, other: {}}}")
            try bench.drop("phone1\n+14155550199\n", as: "other/people.csv")
            try lay("", folder + "/empty.csv", in: bench)
            try lay("{\"campaign\": \"\(named)\"}", folder + "/empty.csv.meta.json", in: bench)
            try runUntilIdle(bench)
            XCTAssertEqual(try called(bench), [], named)
            XCTAssertEqual(try bench.dispatched("other"), [], named)
        }
    }

    func testContactsAndWhatIsNoFileHoldNothing() throws {
        let bench = try waiting()
        try lay("", "empty.csv", in: bench)
        try lay("phone1\n", "_suppress/list.csv.part", in: bench)
        try lay("x", "_suppress/of-nothing.csv.sha256", in: bench)
        try Files.createFolder(bench.root + "/inbox/_suppress/old")
        try runUntilIdle(bench, faster: 1)
        XCTAssertEqual(try called(bench), [ann, bob])
    }

    func testAFolderOfListsThatCannotBeListedHoldsAll() throws {
        let bench = try PipelineBench(standing: true) { path in
            if path.hasSuffix("_suppress") {
                throw SystemError(operation: "list", path: path, code: EACCES)
            }
            return try Files.listing(path)
        }
        try Files.createFolder(bench.root + "/inbox/_suppress")
        try bench.drop("phone1\n\(ann)\n", as: "people.csv")
        try runUntilIdle(bench)
        XCTAssertEqual(try called(bench), [])
        XCTAssertTrue(bench.logged.with("sending.held").contains { $0.contains("inbox/_suppress") })
    }

    func testAListThatCannotBeClaimedHoldsAllUntilItIs() throws {
        let bench = try waiting()
        try lay("\(ann)\n", "_suppress/list.csv", in: bench)
        try bench.restart(at: "2026-11-20T15:10:00Z", recover: false)
        let service = bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }
        bench.hurry()
        Faults.handIn(
            Fault(.fails(EIO), of: [.rename], beneath: bench.root + "/inbox/_suppress/list.csv", lasts: true))
        defer { Faults.takeBack() }
        try service.untilIdle()
        XCTAssertGreaterThan(Faults.takeBack().struck, 0)
        XCTAssertEqual(try called(bench), [])
        try runUntilIdle(bench, faster: 5, at: "2026-11-20T15:12:00Z")
        XCTAssertEqual(try called(bench), [bob])
    }

    func testAnInboxWithoutAnAnswerHoldsAllUntilItIsAcceptedOrAnswers() throws {
        let hangs = Switch()
        let bench = try PipelineBench("{inbox: ['inbox', 'far']}", standing: true) { path in
            if path.contains("/far"), hangs.isOn {
                throw SystemError(operation: "list", path: path, code: EIO)
            }
            return try Files.listing(path)
        }
        try bench.drop("phone1\n\(ann)\n", as: "people.csv")
        hangs.isOn = true
        try runUntilIdle(bench)
        XCTAssertEqual(try called(bench), [])
        XCTAssertTrue(bench.logged.with("sending.held").contains { $0.contains("waybill inbox accept") })
        try bench.pipeline.store.durably { try bench.pipeline.store.accept(inbox: bench.root + "/far") }
        try bench.restart(at: "2026-11-20T15:12:00Z", recover: false)
        try bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }.untilIdle()
        XCTAssertEqual(try called(bench), [ann])
        // It answers, and the next silence holds again.
        hangs.isOn = false
        try runUntilIdle(bench)
        XCTAssertFalse(try bench.pipeline.store.isAccepted(inbox: bench.root + "/far"))
    }

    func testAnInboxThatHasGoneIsNotMadeAnewAndHoldsWhatLeaves() throws {
        let bench = try PipelineBench("{inbox: ['inbox', 'in2']}", standing: true)
        XCTAssertTrue(try Files.exists(bench.root + "/in2"), "the first start creates it")
        try bench.drop("phone1\n\(ann)\n\(bob)\n", as: "people.csv")
        try Files.createFolder(bench.root + "/in2/_suppress")
        try Files.writeAtomically(Array("\(ann)\n".utf8), to: bench.root + "/in2/_suppress/list.csv")
        try Files.rename(bench.root + "/in2", to: bench.root + "/in2-moved", replacing: false)
        for moment in ["2026-11-20T15:05:00Z", "2026-11-20T15:12:00Z"] {
            try runUntilIdle(bench, at: moment)
            XCTAssertEqual(try called(bench), [])
            XCTAssertFalse(try Files.exists(bench.root + "/in2"))
        }
        let held = try XCTUnwrap(bench.logged.with("sending.held").last)
        XCTAssertTrue(held.contains("in2 was there before and has gone"), held)
        XCTAssertTrue(held.contains("move it back, or create that folder if nothing was lost; or take it out"), held)
        try Files.rename(bench.root + "/in2-moved", to: bench.root + "/in2", replacing: false)
        try runUntilIdle(bench, at: "2026-11-20T15:20:00Z")
        XCTAssertEqual(try called(bench), [bob])
    }

    func testAnInboxThatHangsHoldsWhatLeavesAndNothingElse() throws {
        let hangs = Switch()
        let released = DispatchSemaphore(value: 0)
        let bench = try PipelineBench("{inbox: ['inbox', 'far']}", standing: true, hanging: "far") { path in
            if path.contains("/far"), hangs.isOn { released.wait() }
            return try Files.listing(path)
        }
        defer { for _ in 1...9 { released.signal() } }
        try bench.drop("phone1\n\(ann)\n", as: "people.csv")
        hangs.isOn = true
        try lay("phone1\n\(bob)\n", "more.csv", in: bench)
        try runUntilIdle(bench)
        XCTAssertEqual(try called(bench), [])
        XCTAssertEqual(bench.files("outbox/acks").count, 2, "drops are taken all the same")
        let held = try bench.pipeline.store.holdings()
        XCTAssertEqual(held.map(\.kind), [.unread], "\(held.map(\.words))")
        XCTAssertTrue(held[0].words.contains("far: it has not answered for 10 s"), held[0].words)
    }

    /// A pass that read the clock twice told "not yet" of an inbox that held, if the tenth second ended in between.
    func testAnInboxIsSaidToHoldAsOfTheMomentThatIsDecidedBy() throws {
        let (hangs, released) = (Switch(), DispatchSemaphore(value: 0))
        let bench = try PipelineBench("{inbox: ['inbox', 'far']}", standing: true, hanging: "far") { path in
            if path.contains("/far"), hangs.isOn { released.wait() }
            return try Files.listing(path)
        }
        defer { for _ in 1...9 { released.signal() } }
        hangs.isOn = true
        try bench.restart(at: "2026-11-20T15:10:00Z", recover: false)
        bench.pipeline.context.monotonic = { 1_000 }
        _ = bench.pipeline.claims.ask()
        for (now, words, verdict) in [
            (10_999, "far: it has not answered yet", "closed"),
            (11_000, "far: it has not answered for 10 s", "holding"),
        ] {
            let far = try bench.pipeline.claims.unheard(at: Int64(now)).filter { $0.hold.place == "far" }
            XCTAssertTrue("\(far[0].hold.place): \(far[0].hold.problem)".contains(words), far[0].hold.problem)
            XCTAssertTrue("\(Clearance.verdict(of: far, told: [:], at: Int64(now)))".hasPrefix(verdict))
        }
    }

    /// Cron runs this, and hears of nothing else.
    func testARunSaysThatItCannotReadWhichListsHold() throws {
        let bench = try PipelineBench(standing: true)
        func unfinished() throws -> [String] {
            bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }.unfinished
        }
        XCTAssertEqual(try unfinished(), [])
        try bench.pipeline.store.durably { try bench.pipeline.store.set(.listHolds, to: Array("no JSON".utf8)) }
        let found = try unfinished()
        XCTAssertEqual(found.count { $0.contains("which lists hold campaigns cannot be read") }, 1, "\(found)")
    }

    // MARK: Deciding

    private func unheard(_ since: Int64, _ mark: String = "1 1") -> Clearance.Unheard {
        Clearance.Unheard(
            hold: SendingHold(place: "inbox/_suppress/a.csv", problem: "x"), since: since,
            patience: Clearance.filePatience, mark: mark)
    }

    func testAFileIsWaitedForForAMinuteUnlessItWasToldBefore() {
        XCTAssertEqual(Clearance.verdict(of: [], told: [:], at: 0), .open)
        XCTAssertEqual(Clearance.verdict(of: [unheard(0)], told: [:], at: 59_999), .closed)
        XCTAssertEqual(Clearance.verdict(of: [unheard(0)], told: [:], at: 60_000), .holding([unheard(0).hold]))
        let told = ["inbox/_suppress/a.csv": "1 1"]
        XCTAssertEqual(Clearance.verdict(of: [unheard(0)], told: told, at: 0), .holding([unheard(0).hold]))
        XCTAssertEqual(Clearance.verdict(of: [unheard(0, "2 1")], told: told, at: 0), .closed)
    }
}

/// Turned on and off by a test while others look.
private final class Switch: @unchecked Sendable {
    private let lock = NSLock()
    private var value = false

    var isOn: Bool {
        get { lock.withLock { value } }
        set { lock.withLock { value = newValue } }
    }
}
