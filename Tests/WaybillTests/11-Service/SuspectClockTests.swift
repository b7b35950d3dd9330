import SystemIO
import XCTest

@testable import Waybill

/// What is taken while the clock is not believed is dated by the time that it should show, and nothing ends by it.
final class SuspectClockTests: XCTestCase {
    private let hour: Int64 = 3_600_000
    private let day: Int64 = 86_400_000
    /// 2026-11-20T15:00:00Z.
    private let right: Int64 = 1_795_186_800_000

    /// Lets the clock be ahead, or behind, so many milliseconds after the machine's start, and takes what is there.
    private func run(
        _ bench: PipelineBench, ahead: Int64 = 0, at sinceBoot: Int64, boot: String = "a", isKept: Bool = false
    ) throws {
        let wall = right + sinceBoot + ahead
        try bench.set(Timestamp(milliseconds: wall))
        bench.pipeline.context.clockReading = {
            ClockReading(wall: wall, sinceBoot: sinceBoot, boot: boot, isSynchronised: isKept)
        }
        try bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }.untilIdle()
    }

    private func bench(_ configuration: String = "{}", ahead: Int64 = 0) throws -> PipelineBench {
        let bench = try PipelineBench(configuration, standing: true)
        try run(bench, ahead: ahead, at: 0)
        return bench
    }

    private func sent(_ bench: PipelineBench) throws -> [String] {
        try bench.dispatched().map { String($0.split(separator: ",", omittingEmptySubsequences: false)[2]) }.sorted()
    }

    // MARK: Stops

    private let starts = """
        from,to,text,at
        +442079460102,,STOP,2026-11-20T12:00:00Z
        +442079460102,,START,2026-11-20T14:00:00Z
        +442079460104,,STOP,2026-11-20T12:00:00Z
        +442079460104,,START,2026-11-20T14:00:00Z
        +442079460105,,STOP,2026-11-20T12:00:00Z
        +442079460105,,START,2026-11-20T14:00:00Z

        """

    private func stops(underAClock ahead: Int64, boot: String) throws -> [String] {
        let bench = try bench()
        try bench.put(starts, as: "_replies/0.csv")
        try run(bench, at: 1_000)
        try bench.put("from,text\n+442079460102,STOP\n", as: "_replies/1.csv")
        try bench.put("address,event\n+442079460104,unsubscribed\n", as: "_receipts/1.csv")
        try bench.put("action,value\nrevoke,+442079460105\n", as: "_consent/1.csv")
        try run(bench, ahead: ahead, at: 3_000, boot: boot)
        try bench.put("phone1\n+442079460101\n+442079460102\n+442079460104\n+442079460105\n", as: "a.csv")
        try run(bench, at: 5_000)
        return try sent(bench)
    }

    func testAStopWithoutATimeUnderAClockThatIsBehindIsSaidBehindWhatCameBefore() throws {
        XCTAssertEqual(try stops(underAClock: -2 * hour, boot: "a"), ["+442079460101"])
        XCTAssertEqual(try stops(underAClock: -100 * day, boot: "a"), ["+442079460101"])
        XCTAssertEqual(try stops(underAClock: -100 * day, boot: "b"), ["+442079460101"])
    }

    func testAStopOfTodayUnderAClockThatIsBehindIsOfToday() throws {
        let bench = try bench()
        try bench.put(starts, as: "_replies/0.csv")
        try run(bench, at: 1_000)
        try bench.put("from,to,text,at\n+442079460102,,STOP,2026-11-20T14:30:00Z\n", as: "_replies/1.csv")
        try run(bench, ahead: -100 * day, at: 3_000)
        try bench.put("phone1\n+442079460101\n+442079460102\n", as: "a.csv")
        try run(bench, at: 5_000)
        XCTAssertEqual(try sent(bench), ["+442079460101"])
    }

    // MARK: Ends

    private let entries = "action,kind,value,campaign,channel,reason,expires\nadd,phone,+442079460101,,,,2026-11-25\n"

    func testAListsEntryThatAClockAheadCallsEndedHolds() throws {
        let bench = try bench()
        try bench.put(entries, as: "_suppress/l.csv")
        try run(bench, ahead: 10 * day, at: 2_000)
        XCTAssertEqual(try bench.acknowledgement(1)["rejected"] as? Int, 0)
        try bench.put("phone1\n+442079460101\n+442079460102\n", as: "a.csv")
        try run(bench, at: 4_000)
        XCTAssertEqual(try sent(bench), ["+442079460102"])
    }

    func testNoContactEndsByAClockAheadThatIsNotBelieved() throws {
        let bench = try bench()
        try bench.put(
            "phone1,expiresat\n+442079460101,2026-11-22T15:00:00Z\n+442079460102,2026-11-20T14:00:00Z\n", as: "a.csv")
        try Files.writeAtomically(
            Array(#"{"expiresAt": "2026-11-22T15:00:00Z"}"#.utf8), to: bench.root + "/inbox/b.csv.meta.json")
        try bench.put("phone1\n+442079460103\n", as: "b.csv")
        try run(bench, ahead: 10 * day, at: 2_000)
        XCTAssertEqual(try sent(bench), [])
        try run(bench, at: 4_000)
        XCTAssertEqual(try sent(bench), ["+442079460101", "+442079460103"])
    }

    /// The first word is believed, though it was wrong: until the right one is, either may be.
    func testNothingEndsWhereTheClockWasAheadBeforeAndMayBeRightNow() throws {
        let bench = try bench(ahead: 10 * day)
        try bench.put(entries, as: "_suppress/l.csv")
        try bench.put(
            "phone1,expiresat\n+442079460101,2026-11-22T15:00:00Z\n+442079460102,2026-11-22T15:00:00Z\n", as: "a.csv")
        try run(bench, at: 2_000)
        XCTAssertEqual(try sent(bench), [])
        try run(bench, at: 1_000 + hour)
        XCTAssertEqual(try sent(bench), ["+442079460102"])
    }

    // MARK: What is kept

    /// The folders of days that hold anything.
    private func days(_ bench: PipelineBench) -> [String: Set<String>] {
        let folders = ["state/archive", "state/quarantine", "outbox/acks", "outbox/notices", "outbox/reports"]
        return Dictionary(
            uniqueKeysWithValues: folders.map { ($0, Set(bench.files($0).map { String($0.prefix(10)) })) })
    }

    private let drop = "phone1\n+442079460101\n12\n"

    func testWhatCameUnderAClockBehindThatIsNotBelievedIsOfTheRightDay() throws {
        let bench = try bench()
        try bench.put(drop, as: "a.csv")
        try run(bench, ahead: -100 * day, at: 2_000)
        try run(bench, at: 4_000)
        XCTAssertEqual(try sent(bench), ["+442079460101"])
        XCTAssertEqual(days(bench)["outbox/acks"], ["2026-11-20"])
        XCTAssertEqual(days(bench)["state/archive"], ["2026-11-20"])
        XCTAssertEqual(days(bench)["outbox/notices"], ["2026-11-20"])
        XCTAssertEqual(days(bench)["outbox/reports"], [])
        XCTAssertEqual(bench.logged.with("clock.back"), [])
    }

    func testWhatCameBeforeTheClockWasSetAheadIsKeptForItsFullTimeFromThenOn() throws {
        for isKept in [false, true] {
            let bench = try bench("{keepDays: {archive: 30, notices: 30, contacts: 30}}", ahead: -100 * day)
            try bench.put(drop, as: "a.csv")
            try bench.put("", as: "b.csv")
            try run(bench, ahead: -100 * day, at: 2_000)
            XCTAssertEqual(try sent(bench), ["+442079460101"])
            let before = days(bench)
            XCTAssertEqual(before["outbox/acks"], ["2026-08-12"])
            // Somebody or a time service sets it right.
            try run(bench, at: 4_000, isKept: isKept)
            if !isKept { try run(bench, at: 4_000 + hour) }
            var after = days(bench)
            XCTAssertEqual(after["outbox/reports"], ["2026-08-12"], "and no report of a day that never was")
            after["outbox/reports"] = before["outbox/reports"]
            XCTAssertEqual(after, before)
            XCTAssertEqual(try bench.pipeline.store.removableBatches(before: Timestamp(milliseconds: right)).count, 1)
            try run(bench, at: 29 * day)
            XCTAssertEqual(days(bench)["outbox/acks"], ["2026-08-12"])
            XCTAssertEqual(days(bench)["state/archive"], ["2026-08-12"])
            try run(bench, at: 32 * day)
            XCTAssertEqual(days(bench)["outbox/acks"], [])
            XCTAssertEqual(days(bench)["state/archive"], [])
            XCTAssertEqual(try bench.pipeline.store.removableBatches(before: Timestamp(milliseconds: right)), [])
        }
    }
}
