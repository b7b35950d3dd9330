import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// A clock that jumps is not believed, and nothing is sent, expired, closed or deleted by it.
final class ClockWitnessTests: XCTestCase {
    private typealias Memory = ClockWitness.Memory

    /// 2026-11-30T12:00:00Z.
    private let noon: Int64 = 1_796_040_000_000
    private let minute: Int64 = 60_000
    private let day: Int64 = 86_400_000

    private func reading(_ wall: Int64, _ sinceBoot: Int64, _ boot: String = "a", _ isKept: Bool = false)
        -> ClockReading
    {
        ClockReading(wall: noon + wall, sinceBoot: sinceBoot, boot: boot, isSynchronised: isKept)
    }

    private func doubts(_ readings: ClockReading...) -> Bool {
        var memory: Memory?
        for reading in readings { memory = ClockWitness.judge(reading, memory) }
        return memory?.doubt != nil
    }

    func testWithinABootTheTimeSinceItsStartJudgesTheClock() {
        XCTAssertFalse(doubts(reading(0, 0)), "the first word is believed")
        XCTAssertFalse(doubts(reading(0, 0), reading(10 * day, 10 * day)))
        XCTAssertFalse(doubts(reading(0, 0), reading(10 * day + 59_000, 10 * day)), "clocks drift")
        XCTAssertTrue(doubts(reading(0, 0), reading(14 * 60 * minute, 1_000)))
        XCTAssertTrue(doubts(reading(0, 0), reading(-2 * minute, 1_000)))
        XCTAssertFalse(doubts(reading(0, 0), reading(-2 * minute, 1_000, "a", true)), "a time service set it right")
    }

    func testAcrossBootsAStepBackOrAheadByMoreThanAWeekIsSuspect() {
        XCTAssertFalse(doubts(reading(0, 9 * day), reading(7 * day, 0, "b")))
        XCTAssertTrue(doubts(reading(0, 9 * day), reading(7 * day + 1, 0, "b")))
        XCTAssertFalse(doubts(reading(0, 9 * day), reading(-minute, 0, "b")))
        XCTAssertTrue(doubts(reading(0, 9 * day), reading(-minute - 1, 0, "b")))
    }

    func testItIsBelievedAgainWhenItIsBackOrHasGoneOnEvenlyForFifteenMinutes() {
        let jump = [reading(0, 0), reading(day, 1_000)]
        XCTAssertFalse(doubts(jump[0], jump[1], reading(5_000, 5_000)), "it is back")
        XCTAssertTrue(doubts(jump[0], jump[1], reading(day + 15 * minute - 1, 15 * minute + 999)))
        XCTAssertFalse(doubts(jump[0], jump[1], reading(day + 15 * minute, 15 * minute + 1_000)))
        XCTAssertTrue(
            doubts(jump[0], jump[1], reading(2 * day, 10 * minute), reading(2 * day + 10 * minute, 20 * minute)),
            "the fifteen minutes begin anew with each jump")
        XCTAssertTrue(
            doubts(jump[0], jump[1], reading(day + 20 * minute, 0, "b")) == false,
            "of a boot that the clock cannot be judged by, what is plausible is believed")
    }

    func testWhereWhatWasKnownIsLostItIsSuspectForFifteenMinutes() {
        let lost = ClockWitness.lost(reading(0, 0))
        XCTAssertNotNil(ClockWitness.judge(reading(minute, minute), lost).doubt)
        XCTAssertNil(ClockWitness.judge(reading(15 * minute, 15 * minute), lost).doubt)
        XCTAssertNil(ClockWitness.judge(reading(minute, minute, "a", true), lost).doubt)
    }

    // MARK: The real way in

    /// The clock of the bench stands; what the system says beside it is handed in.
    private func bench() throws -> (PipelineBench, (Int64, Int64) -> Void) {
        let bench = try PipelineBench(
            "{policies: {later: {startAfter: '2026-11-20T15:30:00Z'}}, campaigns: {default: {policy: 'later'}}}",
            standing: true)
        try bench.drop("phone1\n+14155550101\n", as: "a.csv")
        return (
            bench,
            { wall, sinceBoot in
                bench.pipeline.context.clockReading = {
                    ClockReading(wall: wall, sinceBoot: sinceBoot, boot: "a", isSynchronised: false)
                }
            }
        )
    }

    private func run(_ bench: PipelineBench) throws {
        try bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }.untilIdle()
    }

    func testNothingLeavesAndNoDayIsClosedWhileTheClockIsSuspect() throws {
        let (bench, say) = try bench()
        let start = bench.pipeline.now.milliseconds
        say(start, 1_000)
        try run(bench)
        // The clock jumps by a day.
        try bench.set(Timestamp(milliseconds: start + day + 40 * minute))
        say(start + day + 40 * minute, 1_000 + 40 * minute)
        try run(bench)
        XCTAssertEqual(try bench.dispatched(), [])
        XCTAssertEqual(bench.files("outbox/reports"), [])
        XCTAssertEqual(bench.logged.with("clock.suspect").count, 1)
        let held = try XCTUnwrap(bench.pipeline.store.holdings().first)
        XCTAssertEqual(held.kind, .unread)
        XCTAssertTrue(
            held.words.contains("it shows 2026-11-21T15:40:00.000Z, and should show 2026-11-20T15:40:00.000Z"),
            held.words)
        // It goes on evenly for a quarter of an hour, over runs.
        try bench.restart(at: "2026-11-21T15:56:00Z", recover: false)
        say(start + day + 56 * minute, 1_000 + 56 * minute)
        try run(bench)
        XCTAssertEqual(try bench.dispatched().count, 1)
        XCTAssertTrue(bench.files("outbox/reports").contains("2026-11-20/SHA256SUMS"))
    }

    func testWhatWasKnownOfTheClockIsKeptOverRunsBesideTheLatestMoment() throws {
        let (bench, say) = try bench()
        let start = bench.pipeline.now.milliseconds
        say(start, 1_000)
        try run(bench)
        XCTAssertEqual(try bench.pipeline.store.latestMoment()?.milliseconds, start)
        // Another run, with a clock that jumped meanwhile.
        try bench.restart(at: "2026-11-21T15:00:00Z", recover: false)
        say(start + day, 3_000)
        try run(bench)
        XCTAssertEqual(try bench.dispatched(), [])
        XCTAssertTrue(bench.logged.with("clock.suspect").contains { "\($0)".contains("and should show") })
    }

    func testWhereWhatWasKnownOfTheClockIsDamagedInTheStoreNothingLeaves() throws {
        let (bench, say) = try bench()
        let start = bench.pipeline.now.milliseconds
        say(start, 1_000)
        try run(bench)
        bench.pipeline.close()
        try Database(path: bench.root + "/state/waybill.db").execute(
            "UPDATE setting SET value = x'00' WHERE key = 'clock-witness'")
        try bench.restart(at: "2026-11-20T15:40:00Z", recover: false)
        say(start + 40 * minute, 1_000 + 40 * minute)
        // What the system says of its clock is asked for with the next run; the start itself must not trust it.
        try run(bench)
        XCTAssertEqual(bench.logged.with("clock.suspect").count, 1)
        XCTAssertEqual(try bench.dispatched(), [])
    }

    func testADamagedMarkOfAShareIsOne() throws {
        let bench = try PipelineBench(standing: true)
        try bench.pipeline.store.durably { try bench.pipeline.store.noteShare("/mnt/a") }
        bench.pipeline.close()
        try Database(path: bench.root + "/state/waybill.db").execute(
            "UPDATE setting SET value = x'00' WHERE key LIKE 'share.%'")
        try bench.restart(at: "2026-11-20T15:40:00Z")
        XCTAssertTrue(try bench.pipeline.store.isShare("/mnt/a"))
        XCTAssertFalse(try bench.pipeline.store.isShare("/mnt/b"))
    }

    func testSomebodyCanSayThatTheClockIsRight() throws {
        let (bench, say) = try bench()
        let start = bench.pipeline.now.milliseconds
        say(start, 1_000)
        try run(bench)
        try bench.set(Timestamp(milliseconds: start + day))
        say(start + day, 3_000)
        try bench.pipeline.acceptClock()
        try run(bench)
        XCTAssertEqual(try bench.dispatched().count, 1)
    }

    func testDaysThatAClockAheadHasClosedAreClosedAgainWhenTheyAreOver() throws {
        let bench = try PipelineBench(standing: true)
        try bench.drop("phone1\n+14155550101\n", as: "a.csv")
        try bench.set(Timestamp(iso8601: ArraySlice("2026-11-22T12:00:00Z".utf8))!)
        XCTAssertEqual(try bench.pipeline.writeMissedDays(), 2)
        // The clock is set right, and the day goes on.
        try bench.restart(at: "2026-11-20T16:00:00Z")
        try bench.drop("phone1\n+14155550102\n", as: "b.csv")
        XCTAssertEqual(try bench.pipeline.writeMissedDays(), 0)
        try bench.restart(at: "2026-11-21T12:00:00Z")
        XCTAssertEqual(try bench.pipeline.store.lastClosedDay(of: "default"), CalendarDay("2026-11-20"))
        XCTAssertEqual(
            try bench.json("outbox/reports/2026-11-20/summary.json")["version"] as? String, WaybillVersion.number)
        XCTAssertEqual(try bench.report("progress").count + bench.report("success").count, 2)
    }

    func testAfterAClockThatStoodIn1970NobodyWritesTwentyThousandEmptyReports() throws {
        let bench = try PipelineBench(at: "1970-01-02T12:00:00Z", standing: true)
        try bench.drop("phone1\n+14155550101\n", as: "a.csv")
        try bench.send()
        try bench.set(Timestamp(iso8601: ArraySlice("2026-11-20T12:00:00Z".utf8))!)
        XCTAssertEqual(try bench.pipeline.writeMissedDays(), 366)
        let reports = Set(bench.files("outbox/reports").map { $0.prefix(10) })
        XCTAssertEqual(reports.count, 365, "that of 1970 was written, and removed with its age")
        XCTAssertEqual(reports.min(), "2025-11-20")
    }
}
