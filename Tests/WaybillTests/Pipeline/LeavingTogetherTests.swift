import Glibc
import SystemIO
import XCTest

@testable import Waybill

/// Parcels that are due at the same time leave side by side, with few syncs for all of them. Each goes its own way where
/// something happens to it.
final class LeavingTogetherTests: XCTestCase {
    override func setUp() { ProcessSetup.ignoreBrokenPipe() }
    override func tearDown() { Faults.takeBack() }

    private let all = (1...5).map { "+1415555010\($0)" }

    /// A workspace with five parcels of one contact each, whose folder is known from a parcel before them.
    ///
    /// - Parameter inPairs: whether two leave together, while the next two are loaded.
    private func bench(inPairs: Bool = false) throws -> PipelineBench {
        let bench = try PipelineBench(standing: true)
        if inPairs { bench.pipeline.dispatcher.mostTogether = Parcel.capacity + 1 }
        try bench.drop("phone1\n+14155550100\n", as: "first.csv")
        try bench.send()
        for number in all { try bench.drop("phone1\n\(number)\n", as: "\(number.suffix(1)).csv") }
        return bench
    }

    /// Who has left after the first parcel, each as often as they did.
    private func left(_ bench: PipelineBench) throws -> [String] {
        try bench.dispatched().map { $0.split(separator: ",")[2] }.map(String.init).filter { $0 != "+14155550100" }
            .sorted()
    }

    private func handIn(
        _ effect: Fault.Effect, of call: SystemCall, _ occurrence: Int, _ bench: PipelineBench
    ) {
        Faults.handIn(
            Fault(effect, of: [call], beneath: bench.root + "/outbox/dispatch", occurrence: occurrence))
    }

    func testTheirFolderIsSyncedOnceBeforeTheyAreLeavingAndOnceWhenTheyHaveLeft() throws {
        let bench = try bench()
        handIn(.nothing, of: .fsync, 1, bench)
        try bench.send()
        XCTAssertEqual(Faults.takeBack().calls, 5 + 2)
        XCTAssertEqual(try left(bench), all)
    }

    func testPairsAreSyncedEachOnceBeforeTheyAreLeavingAndOnceWhenTheyHaveLeft() throws {
        let bench = try bench(inPairs: true)
        handIn(.nothing, of: .fsync, 1, bench)
        try bench.send()
        XCTAssertEqual(Faults.takeBack().calls, 5 + 3 * 2)
        XCTAssertEqual(try left(bench), all)
        XCTAssertEqual(try bench.pipeline.store.leavingIDs().count, 0)
    }

    /// A process that is stopped amid a departure, or a machine that sleeps, goes on when hours are over.
    func testWhoWasCheckedLongBeforeTheirFileGetsItsNameIsCheckedAgainAndLeavesOnce() throws {
        for (inPairs, stale) in [(false, 1...1), (false, 2...4), (false, 1...5), (true, 2...2), (true, 1...5)] {
            let bench = try bench(inPairs: inPairs)
            let checked = Counter()
            bench.pipeline.context.sinceBoot = {
                MonotonicClock.millisecondsSinceBoot() - (stale.contains(checked.next()) ? 10_100 : 0)
            }
            try bench.send()
            XCTAssertEqual(try left(bench), all, "\(inPairs) \(stale)")
            XCTAssertEqual(checked.next() - 1, 5 + stale.count, "\(inPairs) \(stale)")
            XCTAssertEqual(try bench.pipeline.store.leavingIDs().count, 0)
            XCTAssertEqual(bench.files("outbox/dispatch").filter { $0.hasSuffix(".tmp") }, [])
        }
    }

    /// On a disk that takes ten seconds for a sync, they went to and fro for ever.
    func testWhereEachTakesTooLongUntilItCouldLeaveTheyWaitAndSayWhy() throws {
        let bench = try bench()
        let usual = bench.pipeline.context.sinceBoot
        bench.pipeline.context.sinceBoot = { usual() - 10_100 }
        try bench.send()
        XCTAssertEqual(try left(bench), [])
        XCTAssertLessThanOrEqual(bench.logged.with("parcel.taken-back").count, 5 * 2)
        let held = try bench.pipeline.store.holdings().map(\.words)
        XCTAssertEqual(held.count, 1)
        XCTAssertTrue(held.joined().contains("transport folder: it took more than ten seconds"), "\(held)")
        bench.pipeline.context.sinceBoot = usual
        try bench.advance(seconds: 3)
        try bench.send()
        XCTAssertEqual(try left(bench), all)
    }

    func testOneThatCannotBeWrittenWaitsAndTheOthersLeave() throws {
        for (inPairs, write) in [(false, 2), (true, 1), (true, 3), (true, 5)] {
            let bench = try bench(inPairs: inPairs)
            handIn(.fails(ENOSPC), of: .write, write, bench)
            try bench.send()
            Faults.takeBack()
            let gone = try left(bench)
            XCTAssertEqual(gone.count, 4, "\(inPairs) \(write)")
            XCTAssertEqual(bench.logged.with("parcel.held").count, 1)
            try bench.advance(seconds: 2)
            try bench.send()
            XCTAssertEqual(try left(bench), all)
        }
    }

    /// By its own commit or by the thread that renames them.
    func testPairsOfWhichTheStoreCannotBeSyncedStayAndLeaveOnceItCan() throws {
        var struck = 0
        for sync in 1...6 {
            let bench = try bench(inPairs: true)
            Faults.handIn(
                Fault(.fails(EIO), of: [.fsync], beneath: bench.root + "/state", occurrence: sync))
            _ = try? bench.send()
            if Faults.takeBack().firstStruck != nil { struck += 1 }
            XCTAssertNil(bench.pipeline.dispatcher.departing)
            XCTAssertNil(bench.pipeline.dispatcher.given)
            try bench.restart(at: "2026-11-20T15:00:05Z")
            try bench.send()
            XCTAssertEqual(try left(bench), all, "\(sync)")
        }
        XCTAssertGreaterThanOrEqual(struck, 4)
    }

    func testNoPairIsRenamedBeforeTheStoreIsSyncedThatKnowsItAsLeaving() throws {
        let bench = try bench(inPairs: true)
        Faults.handIn(Fault(.fails(EIO), of: [.fsync], beneath: bench.root + "/state", lasts: true))
        _ = try? bench.send()
        XCTAssertGreaterThan(Faults.takeBack().struck, 0)
        XCTAssertEqual(
            bench.files("outbox/dispatch/default").filter { !$0.hasPrefix(".") }, ["P000000001.csv"], "the first parcel"
        )
        try bench.restart(at: "2026-11-20T15:00:05Z")
        try bench.send()
        XCTAssertEqual(try left(bench), all)
    }

    func testWhereNoneCanBeWrittenTheTransportRestsAsForOne() throws {
        let bench = try bench()
        Faults.handIn(Fault(.fails(ENOSPC), of: [.write], beneath: bench.root + "/outbox/dispatch", lasts: true))
        try bench.send()
        Faults.takeBack()
        XCTAssertEqual(try left(bench), [])
        XCTAssertEqual(bench.logged.with("parcel.held").count, 1)
        try bench.advance(seconds: 2)
        try bench.send()
        XCTAssertEqual(try left(bench), all)
    }

    /// Once those of a campaign whose folder could not be written made all that left with it wait as well.
    func testThoseOfAnotherCampaignLeaveThoughTheFirstCannotBeWritten() throws {
        let bench = try PipelineBench("{campaigns: {bad: {}, good: {}, worse: {}}}", standing: true)
        bench.pipeline.dispatcher.chance = { 0 }
        try Files.createFolder(bench.root + "/outbox/dispatch")
        for name in ["bad", "worse"] {
            try Files.writeAtomically([], to: bench.root + "/outbox/dispatch/" + name)
            for number in all { try bench.drop("phone1\n\(number)\n", as: "\(name)/\(number.suffix(1)).csv") }
        }
        for number in all { try bench.drop("phone1\n\(number)\n", as: "good/\(number.suffix(1)).csv") }
        for _ in 0..<8 {
            try bench.send()
            try bench.advance(seconds: 61)
        }
        XCTAssertEqual(try bench.dispatched("good").count, all.count)
        try bench.drop("phone1\n+14155550198\n", as: "good/late.csv")
        try bench.send()
        XCTAssertEqual(try bench.dispatched("good").count, all.count + 1)
        let held = bench.logged.with("parcel.held")
        XCTAssertEqual(Set(held.map { $0.contains("dispatch/bad") }), [true, false], "\(held)")
        for name in ["bad", "worse"] { try Files.remove(bench.root + "/outbox/dispatch/" + name) }
        try bench.advance(seconds: 61)
        try bench.send()
        for name in ["bad", "worse"] { XCTAssertEqual(try bench.dispatched(name).count, all.count, name) }
    }

    /// NFS has no rename that replaces nothing. By linking and unlinking, a file would have both names after a crash in
    /// between; if the new one was collected before the restart, its messages were sent again.
    func testAFileGetsItsNameInOneStepWhereNoRenameIsWithoutReplacing() throws {
        let bench = try bench()
        let folder = bench.root + "/outbox/dispatch"
        Faults.handIn(Fault(.fails(EINVAL), of: [.rename, .link], beneath: folder))
        try bench.send()
        XCTAssertEqual(Faults.takeBack().calls, all.count + 1)
        XCTAssertEqual(try left(bench), all)
    }

    func testOneThatCannotBeRenamedIsTakenBackAndLeavesOnce() throws {
        for inPairs in [false, true] {
            let bench = try bench(inPairs: inPairs)
            handIn(.fails(EIO), of: .rename, 3, bench)
            try bench.send()
            Faults.takeBack()
            XCTAssertEqual(bench.logged.with("parcel.unsettled").count, 1)
            XCTAssertEqual(try bench.pipeline.store.leavingIDs().count, 1)
            for _ in 0..<3 {
                try bench.advance(seconds: 2)
                try bench.send()
            }
            XCTAssertEqual(try left(bench), all)
            XCTAssertEqual(try bench.pipeline.store.leavingIDs().count, 0)
        }
    }

    func testWhereTheSyncOfTheirFolderFailsEachIsAskedAboutAndNoneLeavesTwice() throws {
        let bench = try bench()
        handIn(.fails(EIO), of: .fsync, 7, bench)
        try bench.send()
        Faults.takeBack()
        XCTAssertEqual(try bench.pipeline.store.leavingIDs().count, 5)
        try bench.advance(seconds: 2)
        try bench.send()
        XCTAssertEqual(try left(bench), all)
        XCTAssertEqual(try bench.pipeline.store.leavingIDs().count, 0)
    }

    func testAStopEndsBehindThoseThatAreLoaded() throws {
        for inPairs in [false, true] {
            let bench = try bench(inPairs: inPairs)
            var looks = 0
            let handled = try bench.pipeline.dispatchDue {
                looks += 1
                return looks > 3
            }
            XCTAssertEqual(handled, 3)
            XCTAssertEqual(try left(bench), Array(all.prefix(3)))
            try bench.send()
            XCTAssertEqual(try left(bench), all)
        }
    }
}
