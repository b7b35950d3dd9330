import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// What one file, folder or report has wrong stays where it is: the others go on.
final class ContainedFaultTests: XCTestCase {
    /// A file in place of the folder for notices once kept even the lists from being taken.
    func testWhatHasNoNoticeToWriteIsTakenWhereNoNoticeCanBeWritten() throws {
        for place in ["notices", "notices/2026-11-20"] {
            let bench = try PipelineBench(standing: true)
            try Files.createFolder(Files.folder(of: bench.root + "/outbox/" + place))
            try Files.writeAtomically([], to: bench.root + "/outbox/" + place)
            try bench.put("value\n+14155550101\n", as: "_suppress/l.csv")
            try bench.drop("phone1\n+14155550101\n+14155550102\n", as: "good.csv")
            XCTAssertEqual(bench.files("outbox/acks").count, 2, "\(bench.logged.with("drop"))")
            try bench.drop("phone1\n1\n+14155550103\n", as: "rejects.csv")
            XCTAssertEqual(bench.files("outbox/acks").count, 2)
            XCTAssertEqual(bench.logged.with("drop.postponed").count, 1)
        }
    }

    override func tearDown() { Faults.takeBack() }

    // MARK: Reports

    /// An old batch id in a file's name once ended Waybill at each start, ninety days later.
    func testABatchThatIsCorrectedAfterItsContactsWereRemovedLeavesTheReportsWhole() throws {
        let bench = try PipelineBench(standing: true)
        try bench.drop("phone1,id\n+14155550101,A\n12,B\n", as: "a.csv")
        try bench.send()
        let old = BatchID("20261120-000001")!
        try bench.set(Timestamp(iso8601: ArraySlice("2027-02-20T12:00:00Z".utf8))!)
        XCTAssertGreaterThan(try bench.pipeline.writeMissedDays(), 90)
        XCTAssertEqual(try bench.pipeline.store.batch(old)?.segments, 0)
        try bench.drop("phone1,id\n+14155550102,B\n", as: "x-20261120-000001.csv")
        XCTAssertEqual(try bench.pipeline.store.batch(old)?.mended, 1)
        try bench.set(Timestamp(iso8601: ArraySlice("2027-02-21T12:00:00Z".utf8))!)
        XCTAssertEqual(try bench.pipeline.writeMissedDays(), 1)
        XCTAssertTrue(bench.files("outbox/reports/2027-02-20").contains("SHA256SUMS"))
        XCTAssertEqual(bench.logged.with("report."), [])
    }

    func testAReportThatDoesNotAddUpIsLeftOutAndSaidAndTheOthersAreWritten() throws {
        let bench = try PipelineBench("{campaigns: {default: {}, other: {}}}", standing: true)
        try bench.drop("phone1\n+14155550101\n", as: "a.csv")
        try bench.drop("phone1\n+14155550102\n", as: "other/b.csv")
        let database = try XCTUnwrap(bench.pipeline.store as? SQLiteStore).database
        try database.execute("UPDATE batch SET accepted = 7 WHERE campaign = 'default'")
        try bench.set(Timestamp(iso8601: ArraySlice("2026-11-22T12:00:00Z".utf8))!)
        XCTAssertEqual(try bench.pipeline.writeMissedDays(), 4)
        let told = bench.logged.with("report.unpublished")
        XCTAssertEqual(told.count, 2)
        XCTAssertTrue(told.allSatisfy { $0.contains("campaign=default") }, "\(told)")
        XCTAssertEqual(bench.files("outbox/reports/2026-11-20").filter { $0.hasPrefix("default") }, [])
        XCTAssertTrue(bench.files("outbox/reports/2026-11-20").contains("other.success.csv.gz"))
        try bench.pipeline.writeStatus()
        XCTAssertTrue(try bench.text("outbox/status.json").contains("the report of default is not published"))
        // Drops, stops and messages do not wait for it.
        try bench.send()
        XCTAssertEqual(try bench.dispatched().count, 1)
        // Once it is mended the report is written when somebody asks.
        try database.execute("UPDATE batch SET accepted = 1 WHERE campaign = 'default'")
        _ = try bench.pipeline.report(day: CalendarDay("2026-11-20"), campaign: nil)
        try bench.pipeline.writeStatus()
        XCTAssertFalse(try bench.text("outbox/status.json").contains("/2026-11-20"))
    }

    func testAReportThatCannotBeWrittenIsTriedAgainAMinuteLater() throws {
        let bench = try PipelineBench(standing: true)
        try bench.drop("phone1\n+14155550101\n", as: "a.csv")
        try Files.createFolder(bench.root + "/outbox/reports")
        try bench.set(Timestamp(iso8601: ArraySlice("2026-11-21T12:00:00Z".utf8))!)
        Faults.handIn(
            Fault(.fails(ENOSPC), of: [.write, .create, .mkdir], beneath: bench.root + "/outbox/reports", lasts: true))
        XCTAssertEqual(try bench.pipeline.writeMissedDays(), 0)
        XCTAssertEqual(bench.logged.with("report.unwritten").count, 1)
        Faults.takeBack()
        XCTAssertEqual(try bench.pipeline.writeMissedDays(), 0)
        try bench.advance(seconds: 61)
        XCTAssertEqual(try bench.pipeline.writeMissedDays(), 1)
        XCTAssertTrue(bench.files("outbox/reports/2026-11-20").contains("SHA256SUMS"))
    }

    // MARK: Outputs

    private func jump(_ bench: PipelineBench, seconds: Int64) {
        let now = MonotonicClock.nanoseconds() / 1_000_000
        bench.pipeline.context.monotonic = { now + seconds * 1_000 }
    }

    func testWhatCannotBeAcknowledgedWaitsAndNothingIsLost() throws {
        let bench = try PipelineBench(standing: true)
        try Files.createFolder(bench.root + "/outbox/acks")
        Faults.handIn(
            Fault(.fails(ENOSPC), of: [.create, .mkdir], beneath: bench.root + "/outbox/acks", lasts: true))
        try bench.drop("phone1\n+14155550101\n", as: "a.csv")
        try bench.put("+14155550102\n", as: "_suppress/list.csv")
        try bench.drop("phone1\n+14155550102\n", as: "b.csv")
        XCTAssertGreaterThan(Faults.takeBack().struck, 0)
        XCTAssertEqual(bench.logged.with("drop.postponed").count, 1)
        XCTAssertEqual(bench.files("outbox/acks"), [])
        // The next contacts stayed where they were.
        XCTAssertEqual(bench.files("inbox").filter { $0.hasSuffix("b.csv") }, ["b.csv"])
        jump(bench, seconds: 30)
        try bench.take()
        try bench.take()
        XCTAssertEqual(bench.files("outbox/acks").count, 3)
        try bench.send()
        XCTAssertEqual(try bench.dispatched().map { $0.split(separator: ",")[2] }, ["+14155550101"])
        XCTAssertEqual(bench.files("inbox/.waybill"), [])
    }

    /// Each try once began its minute anew, so that nobody was told and a run until idle never ended.
    func testAListThatCannotBeRefusedHoldsByNameAfterAMinuteOfTries() throws {
        let bench = try PipelineBench(standing: true)
        try Files.createFolder(bench.root + "/outbox/notices")
        Faults.handIn(
            Fault(.fails(ENOSPC), of: [.create, .mkdir], beneath: bench.root + "/outbox/notices", lasts: true))
        try bench.drop("colour\nred\n", as: "_suppress/list.csv")
        for seconds in stride(from: 0 as Int64, through: 120, by: 12) {
            jump(bench, seconds: seconds)
            try bench.take()
            _ = try bench.pipeline.isCleared()
        }
        XCTAssertGreaterThan(Faults.takeBack().struck, 2)
        let held = bench.logged.with("sending.held")
        XCTAssertEqual(held.count, 1)
        XCTAssertTrue(held.first?.contains("list.csv") ?? false, "\(held)")
    }

    /// It held everybody's messages, though nobody on it was sent anything.
    func testAListThatCannotBeAcknowledgedIsInForceAndHoldsNothing() throws {
        let bench = try PipelineBench(standing: true)
        try Files.createFolder(bench.root + "/outbox/acks")
        try bench.drop("phone1\n+14155550101\n+14155550102\n", as: "a.csv")
        Faults.handIn(
            Fault(.fails(ENOSPC), of: [.create, .mkdir], beneath: bench.root + "/outbox/acks", lasts: true))
        try bench.drop("+14155550102\n", as: "_suppress/list.csv")
        XCTAssertTrue(try bench.pipeline.isCleared())
        try bench.send()
        XCTAssertEqual(try bench.dispatched().map { $0.split(separator: ",")[2] }, ["+14155550101"])
        Faults.takeBack()
        jump(bench, seconds: 30)
        try bench.take()
        XCTAssertEqual(bench.files("outbox/acks").count, 2)
    }

    func testAPassingErrorRefusesNoGoodDrop() throws {
        for code in [EMFILE, ENOMEM, EIO] {
            let bench = try PipelineBench(standing: true)
            try bench.put("phone1\n+14155550101\n", as: "a.csv")
            Faults.handIn(Fault(.fails(code), of: [.open], beneath: bench.root + "/inbox/.waybill"))
            try bench.take()
            XCTAssertEqual(Faults.takeBack().struck, 1)
            jump(bench, seconds: 30)
            try bench.take()
            try bench.take()
            XCTAssertEqual(try bench.acknowledgement(1)["status"] as? String, "accepted", "\(code)")
        }
    }

    /// A run once ended with them in the inbox, and said that nothing was left to do.
    func testARunTakesTheOthersOnceWhatKeptOneFromBeingArchivedHasPassed() throws {
        let bench = try PipelineBench()
        try bench.drop("phone1\n+14155550100\n", as: "first.csv")
        for number in 1...3 { try bench.put("phone1\n+1415555010\(number)\n", as: "\(number).csv") }
        Faults.handIn(Fault(.fails(EIO), of: [.fsync], beneath: bench.root + "/state/archive"))
        try bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }.untilIdle()
        XCTAssertEqual(Faults.takeBack().struck, 1)
        XCTAssertEqual(bench.files("inbox").filter { !$0.hasPrefix(".") }, [])
        XCTAssertEqual(bench.files("outbox/acks").count, 4)
    }

    func testAStatusThatCannotBeWrittenStopsNothing() throws {
        let bench = try PipelineBench(standing: true)
        try bench.put("phone1\n+14155550101\n", as: "a.csv")
        Faults.handIn(
            Fault(.fails(ENOSPC), of: [.create], beneath: bench.root + "/outbox/.status.json", lasts: true))
        try bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }.untilIdle()
        XCTAssertGreaterThan(Faults.takeBack().struck, 0)
        XCTAssertEqual(try bench.dispatched().count, 1)
        XCTAssertEqual(bench.logged.with("status.unwritten").count, 1)
    }

    func testAStateFolderThatIsReplacedWhileWaybillRunsEndsIt() throws {
        for isReplaced in [false, true] {
            let bench = try PipelineBench(standing: true)
            let service = bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }
            try Files.rename(bench.root + "/state", to: bench.root + "/away", replacing: false)
            if isReplaced {
                try Files.createFolder(bench.root + "/state")
                try Files.writeAtomically([1], to: bench.root + "/state/waybill.db")
            }
            try bench.put("phone1\n+14155550101\n", as: "a.csv")
            XCTAssertThrowsError(try service.untilIdle()) { XCTAssertTrue($0 is StateGone, "\($0)") }
            XCTAssertEqual(bench.files("outbox/acks"), [])
        }
    }

    func testALogOfTheStoreThatIsRemovedWhileWaybillRunsEndsItAndNothingIsLost() throws {
        let bench = try PipelineBench(standing: true)
        try bench.drop("phone1\n+14155550101\n", as: "a.csv")
        let service = bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }
        try Files.remove(bench.root + "/state/waybill.db-wal")
        XCTAssertThrowsError(try service.untilIdle()) {
            XCTAssertTrue($0 is StateGone, "\($0)")
            XCTAssertTrue("\($0)".hasSuffix("what was in it is kept: start waybill again"), "\($0)")
        }
        try Files.copyDurably(bench.root + "/state/waybill.db", to: bench.root + "/copy.db")
        let batch = try SQLiteStore(path: bench.root + "/copy.db").batches(ofCampaign: "default").first
        XCTAssertEqual(batch?.accepted, 1)
    }

    // MARK: Many files

    func testAListAmongManySmallDropsIsAppliedBeforeTheyAreAllTaken() throws {
        let bench = try PipelineBench("{campaigns: {default: {quiet: '10ms'}}}")
        let many = 150
        for number in 0..<many {
            try bench.put("phone1\n+1415555\(1_000 + number)\n", as: "d\(1_000 + number).csv")
        }
        // Each step takes 30 ms more than it does: what is a second for people is over after a few drops. While the inbox
        // is looked at, it takes them: on a busy machine the scanner's thread would have no time otherwise.
        var steps = 0
        bench.pipeline.context.monotonic = { MonotonicClock.nanoseconds() / 1_000_000 + Int64(steps) * 30 }
        var stepsAtDeparture: Int?
        bench.pipeline.dispatcher.onDeparture = { _ in stepsAtDeparture = stepsAtDeparture ?? steps }
        bench.pipeline.drops.onProgress = { _ in
            steps += 1
            if steps > 20, bench.pipeline.claims.scanners.contains(where: \.isScanning) { usleep(30_000) }
            if steps == 20 {
                try Files.createFolder(bench.root + "/inbox/_suppress")
                try Files.writeAtomically(
                    Array("+14155551149\n+14155551148\n".utf8), to: bench.root + "/inbox/_suppress/list.csv")
            }
        }
        try bench.pipeline.service(signals: try SignalReceiver([])) { bench.configuration }.untilIdle()
        let list = try XCTUnwrap(bench.files("outbox/acks").first { $0.contains("list.csv") })
        let batch = try XCTUnwrap(Int(list.split(separator: "-").last?.prefix(6) ?? ""))
        XCTAssertLessThan(batch, many, "taken after \(batch) of \(many)")
        XCTAssertEqual(try bench.dispatched().count, many - 2)
        XCTAssertLessThan(try XCTUnwrap(stepsAtDeparture), many, "what is due leaves meanwhile")
    }
}
