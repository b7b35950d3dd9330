import Foundation
import XCTest

@testable import SystemIO
@testable import Waybill

/// Shares that come and go, and hang.
final class ShareTests: XCTestCase {
    /// Milliseconds that no test takes: one that waits for so long hangs.
    private static let long: Int64 = 3_600_000

    func testAnEmptyMountPointIsNotAnEmptyInbox() throws {
        let bench = try InboxBench()
        let share = Inbox(path: bench.root, owner: .current, store: "test", isShare: true)
        try share.makeClaimsRoot()
        let view = InboxView(share)
        try bench.write("phone1\n1\n", to: "a.csv")
        _ = try view.scan(ReadinessRules(Configuration()), arrivals: [], at: 0)
        // What an unmounted share leaves: a folder with nothing of ours in it.
        try FileManager.default.moveItem(atPath: bench.root, toPath: bench.root + "-away")
        try Files.createFolder(bench.root)
        XCTAssertThrowsError(try view.scan(ReadinessRules(Configuration()), arrivals: [], at: 500)) {
            XCTAssertTrue("\($0)".contains("the share is not mounted"), "\($0)")
        }
        try Files.removeTree(bench.root)
        try FileManager.default.moveItem(atPath: bench.root + "-away", toPath: bench.root)
        // It was seen before it went: its age counts on, and it is not taken as new.
        XCTAssertEqual(
            try view.scan(ReadinessRules(Configuration()), arrivals: [], at: 3_000).ready.map(\.name), ["a.csv"])
    }

    /// The server starts anew between a rename and its answer: asked again, it knows of no such file. What was claimed
    /// was once removed then, as if another had been faster.
    func testAClaimWhoseAnswerIsLostHasItsFile() throws {
        let bench = try InboxBench()
        try bench.write("phone1\n1\n", to: "a.csv")
        let ready = try bench.scan(arrived: ["a.csv"]).ready
        Faults.handIn(Fault(.seemsToFail(ENOENT), of: [.rename], beneath: bench.root + "/a.csv"))
        defer { Faults.takeBack() }
        let claim = try XCTUnwrap(bench.inbox.claim(XCTUnwrap(ready.first)))
        XCTAssertEqual(String(decoding: try Files.read(claim.path, limit: 99), as: UTF8.self), "phone1\n1\n")
    }

    func testAFolderThatCannotBeListedLeavesTheOthersAlone() throws {
        let bench = try InboxBench(list: { folder in
            if folder.hasSuffix("/sick") { throw SystemError(operation: "list", path: folder, code: EIO) }
            return try Files.listing(folder)
        })
        try bench.write("phone1\n1\n", to: "sick/a.csv")
        try bench.write("phone1\n1\n", to: "well/b.csv")
        let scan = try bench.scan(arrived: ["well/b.csv"])
        XCTAssertEqual(scan.ready.map(\.name), ["b.csv"])
        XCTAssertEqual(scan.problems.count, 1)
        XCTAssertTrue(scan.problems[0].contains("EIO"))
    }

    func testAnInboxThatHangsIsNotWaitedForTwiceAndIsNamed() throws {
        let gate = DispatchSemaphore(value: 0)
        let bench = try InboxBench()
        let inbox = bench.inbox
        let bell = Bell()
        let scanner = InboxScanner(inbox, bell: bell) {
            InboxView(
                inbox,
                list: { folder in
                    gate.wait()
                    gate.signal()
                    return try Files.listing(folder)
                })
        }
        let rules = ReadinessRules(Configuration())
        scanner.ask(rules, at: 0)
        XCTAssertNil(scanner.collect(waitingAtMost: 50, at: 0))
        scanner.ask(rules, at: 5_000)
        // Were it waited for, this would not end: the gate is shut.
        XCTAssertNil(scanner.collect(waitingAtMost: Self.long, at: 5_000))
        XCTAssertNil(scanner.problem)
        XCTAssertNil(scanner.collect(waitingAtMost: 0, at: 10_000))
        XCTAssertEqual(scanner.problem, "it has not answered for 10 s or longer; the files in it wait")
        gate.signal()
        bell.awaitRing()
        XCTAssertNotNil(scanner.collect(waitingAtMost: 0, at: 12_000))
        XCTAssertNil(scanner.problem)
        XCTAssertEqual(scanner.lastGoodScan, 0)
    }

    /// On a busy machine the time between a question and the first look for its answer is not the inbox's: it counted as
    /// such, so that a start did not wait, and left what an earlier process had claimed to a later look.
    func testAScanIsWaitedForHoweverLateTheFirstLookForItsOutcomeIs() throws {
        let bench = try InboxBench()
        let inbox = bench.inbox
        let scanner = InboxScanner(inbox, bell: Bell()) {
            InboxView(
                inbox,
                list: { folder in
                    usleep(20_000)
                    return try Files.listing(folder)
                })
        }
        scanner.ask(ReadinessRules(Configuration()), at: 0)
        XCTAssertNotNil(scanner.collect(waitingAtMost: Self.long, at: 5_000))
    }

    /// More events than the kernel keeps: it drops them, and says so.
    func testAnOverflowOfEventsLeadsToALook() throws {
        let bench = try InboxBench()
        let events = InboxEvents()
        guard events.watch(.init(folder: ""), of: bench.inbox) else { throw XCTSkip("no events here") }
        let limit = String(decoding: try Files.read("/proc/sys/fs/inotify/max_queued_events", limit: 64), as: UTF8.self)
        // Each creation and removal is three events and more.
        for _ in 0..<(Int(limit.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 16_384) / 3 + 1_000 {
            try Files.createEmpty(bench.root + "/x.tmp")
            try Files.remove(bench.root + "/x.tmp")
        }
        try bench.write("phone1\n1\n", to: "a.csv")
        while events.wait(milliseconds: 0, waking: nil).isWorthALook {}
        try bench.look()
        XCTAssertEqual(try bench.look(after: 1_000), ["a.csv"])
    }

    func testABellEndsAWait() throws {
        let events = InboxEvents()
        events.bell.ring()
        // It has no end of its own.
        _ = events.wait(milliseconds: -1, waking: nil)
    }
}

extension Bell {
    /// Waits until it rings, however long that takes.
    fileprivate func awaitRing() { _ = try? Inotify(enabled: false).wait(milliseconds: -1, waking: nil, bell: self) }
}
