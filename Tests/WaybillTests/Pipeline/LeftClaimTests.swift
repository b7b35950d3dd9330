import Foundation
import SystemIO
import XCTest

@testable import Waybill

/// What was claimed and could not be finished stays known to the process that claimed it.
final class LeftClaimTests: XCTestCase {
    override func tearDown() { Faults.takeBack() }

    private func jump(_ bench: PipelineBench, seconds: Int64) {
        let now = MonotonicClock.nanoseconds() / 1_000_000
        bench.pipeline.context.monotonic = { now + seconds * 1_000 }
    }

    /// As the service does it: only what is cleared leaves.
    private func sendWhatMay(_ bench: PipelineBench) throws {
        if try bench.pipeline.isCleared() { try bench.send() }
    }

    private func people(_ bench: PipelineBench) throws -> [String] {
        try bench.dispatched().map { String($0.split(separator: ",")[2]) }
    }

    // MARK: A full disk

    /// A word that was claimed in that moment was once forgotten until the next start, and what was due left.
    func testAWordThatComesWhileTheStoresDiskIsFullHoldsUntilTheSameProcessHasAppliedIt() throws {
        let words = [
            ("_suppress/w.csv", "value\n+14155550101\n"),
            ("_replies/w.csv", "from,to,text,at\n+14155550101,,STOP,\n"),
            ("_consent/w.csv", "value,action\n+14155550101,revoke\n"),
            ("_control/w.json", #"{"command":"pause","campaign":"default"}"#),
        ]
        for (name, text) in words {
            // The claim's row, the word itself, its ending: each is some writes further.
            var occurrence = 1
            while try applyAmidAFullDisk(text, as: name, from: occurrence) { occurrence += max(1, occurrence / 2) }
            XCTAssertGreaterThan(occurrence, 6, name)
        }
    }

    func testAWordThatCouldNotBeFinishedHoldsUnderTheNameThatItWasDroppedAs() throws {
        let bench = try PipelineBench(standing: true)
        // One that is in force holds nothing; this one is refused.
        try bench.put("colour,size\nred,1\n", as: "_suppress/l.csv")
        Faults.handIn(
            Fault(
                .fails(ENOSPC), of: [.write, .create, .mkdir], beneath: bench.root + "/outbox", occurrence: 1,
                lasts: true))
        try? bench.take()
        XCTAssertGreaterThan(Faults.takeBack().struck, 0)
        let holds = bench.pipeline.claims.left.unheard.map(\.hold)
        XCTAssertEqual(holds.map(\.place), ["inbox/_suppress/l.csv"])
        XCTAssertTrue(holds.allSatisfy { $0.problem.contains("is tried again once this is mended") }, "\(holds)")
    }

    /// Drops a word while the state's disk is full from this write on; false if there were fewer.
    private func applyAmidAFullDisk(_ text: String, as name: String, from occurrence: Int) throws -> Bool {
        let bench = try PipelineBench(standing: true)
        try bench.drop("phone1\n+14155550101\n+14155550102\n", as: "a.csv")
        try bench.put(text, as: name)
        Faults.handIn(
            Fault(
                .fails(ENOSPC), of: [.write, .create, .mkdir, .ftruncate], beneath: bench.root + "/state",
                occurrence: occurrence, lasts: true))
        try? bench.take()
        let isStruck = Faults.takeBack().struck > 0
        // There is room again, a moment before anything is taken up.
        try sendWhatMay(bench)
        XCTAssertFalse(try people(bench).contains("+14155550101"), "\(name), write \(occurrence)")
        try bench.pipeline.takeUpAgain()
        jump(bench, seconds: 30)
        try bench.take()
        try sendWhatMay(bench)
        XCTAssertFalse(try people(bench).contains("+14155550101"), "\(name), write \(occurrence)")
        XCTAssertEqual(bench.files("outbox/acks").count, 2, "\(name), write \(occurrence)")
        XCTAssertEqual(bench.files("inbox"), [], "\(name), write \(occurrence)")
        XCTAssertEqual(try people(bench).isEmpty, name.hasPrefix("_control"), "\(name), write \(occurrence)")
        return isStruck
    }

    /// Once it is applied again before anything is sent, without a minute of waiting.
    func testTakingUpAgainAppliesWhatWasClaimedAtOnce() throws {
        let bench = try PipelineBench(standing: true)
        try bench.put("value\n+14155550101\n", as: "_suppress/l.csv")
        Faults.handIn(Fault(.fails(ENOSPC), of: [.write], beneath: bench.root + "/state", lasts: true))
        XCTAssertThrowsError(try bench.take()) { XCTAssertEqual(($0 as? SQLiteError)?.isFull, true, "\($0)") }
        XCTAssertFalse(try bench.pipeline.isCleared())
        Faults.takeBack()
        try bench.pipeline.takeUpAgain()
        XCTAssertEqual(bench.files("outbox/acks").count, 1)
        XCTAssertTrue(try bench.pipeline.isCleared())
    }

    /// Three words that were claimed one after the other while the state's disk was full.
    private func withSeveralWordsClaimed() throws -> PipelineBench {
        let bench = try PipelineBench(standing: true)
        let people = (1...4).map { "+1415555010\($0)\n" }.joined()
        try bench.drop("phone1\n" + people, as: "a.csv")
        Faults.handIn(Fault(.fails(ENOSPC), of: [.write], beneath: bench.root + "/state", lasts: true))
        for (name, text) in [
            ("_replies/1.csv", "from,to,text,at\n+14155550101,,STOP,\n"),
            ("_replies/2.csv", "from,to,text,at\n+14155550102,,STOP,\n"),
            ("_suppress/3.csv", "value\n+14155550103\n"),
        ] {
            try bench.put(text, as: name)
            XCTAssertThrowsError(try bench.take()) { XCTAssertEqual(($0 as? SQLiteError)?.isFull, true, "\($0)") }
        }
        Faults.takeBack()
        XCTAssertEqual(bench.files("inbox/_replies") + bench.files("inbox/_suppress"), [])
        return bench
    }

    /// Only the first of them counted once: in the pause behind it, as between all short drops, what was due left.
    func testAllWordsThatWereClaimedAreAppliedBeforeAnythingLeavesBetweenThem() throws {
        let bench = try withSeveralWordsClaimed()
        var pauses = 0
        bench.pipeline.drops.onInterlude = { _ in
            pauses += 1
            try self.sendWhatMay(bench)
        }
        try bench.pipeline.takeUpAgain()
        XCTAssertGreaterThan(pauses, 0)
        XCTAssertEqual(try people(bench), [])
        XCTAssertEqual(bench.files("outbox/acks").count, 4)
        try sendWhatMay(bench)
        XCTAssertEqual(try people(bench), ["+14155550104"])
    }

    func testTheyAreAppliedBeforeAnythingLeavesWhenTheNextProcessFindsThem() throws {
        let bench = try withSeveralWordsClaimed()
        try bench.restartAfterCrash(at: "2026-11-20T15:01:00Z")
        var pauses = 0
        bench.pipeline.drops.onInterlude = { _ in
            pauses += 1
            try self.sendWhatMay(bench)
        }
        try bench.pipeline.recover()
        XCTAssertGreaterThan(pauses, 0)
        XCTAssertEqual(try people(bench), [])
        XCTAssertEqual(bench.files("outbox/acks").count, 4)
        try sendWhatMay(bench)
        XCTAssertEqual(try people(bench), ["+14155550104"])
    }

    /// The file itself was moved, and what followed failed: nobody knew of it for ten seconds.
    func testAWordWhoseClaimFailsHalfWayHoldsUntilItIsTaken() throws {
        let bench = try PipelineBench(standing: true)
        try bench.drop("phone1\n+14155550101\n+14155550102\n", as: "a.csv")
        try bench.put("value\n+14155550101\n", as: "_suppress/l.csv")
        Faults.handIn(Fault(.fails(EIO), of: [.fsync], beneath: bench.root + "/inbox/.waybill", lasts: true))
        try bench.take()
        XCTAssertGreaterThan(Faults.takeBack().struck, 0)
        XCTAssertEqual(bench.files("inbox/_suppress"), [])
        try sendWhatMay(bench)
        XCTAssertEqual(try people(bench), [])
        jump(bench, seconds: 12)
        try bench.take()
        try sendWhatMay(bench)
        XCTAssertEqual(try people(bench), ["+14155550102"])
    }

    // MARK: Folders that cannot be removed yet

    /// FUSE and NFS keep a file that was just closed for a moment, under a name of their own.
    func testAClaimsFolderThatCannotBeRemovedHoldsNothingAndIsRemovedLater() throws {
        for code in [ENOTEMPTY, EBUSY, EIO] {
            let bench = try PipelineBench(standing: true)
            try bench.drop("phone1\n+14155550101\n+14155550102\n", as: "a.csv")
            try bench.put("value\n+14155550101\n", as: "_suppress/l.csv")
            Faults.handIn(
                Fault(.fails(code), of: [.rmdir], beneath: bench.root + "/inbox/.waybill", lasts: true))
            try bench.take()
            XCTAssertGreaterThan(Faults.takeBack().struck, 0)
            XCTAssertEqual(bench.files("outbox/acks").count, 2)
            try sendWhatMay(bench)
            XCTAssertEqual(try people(bench), ["+14155550102"], "\(code)")
            XCTAssertEqual(try claimFolders(bench).count, 1)
            jump(bench, seconds: 2)
            try bench.take()
            XCTAssertEqual(try claimFolders(bench), [])
            XCTAssertEqual(bench.pipeline.claims.hasUnfinishedClaims, false)
        }
    }

    private func claimFolders(_ bench: PipelineBench) throws -> [String] {
        let root = bench.root + "/inbox/.waybill/"
        return try Files.list(root).filter { !$0.hasPrefix(".") }.flatMap { owner in
            try Files.list(root + owner).filter { !$0.hasPrefix(".") }
        }
    }
}
