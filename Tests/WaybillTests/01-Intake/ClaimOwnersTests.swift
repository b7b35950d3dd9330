import Foundation
import XCTest

@testable import SystemIO
@testable import Waybill

/// Who may take over a claim: never from the living, at once from ourselves, in time from others.
final class ClaimOwnersTests: XCTestCase {
    private var bench: InboxBench!
    private var owners: ClaimOwners!
    private let rules = ReadinessRules(Configuration())
    private let current = ProcessIdentity.current

    override func setUpWithError() throws {
        bench = try InboxBench()
        owners = ClaimOwners(bench.inbox)
    }

    /// Leaves a claim behind, as another process would.
    @discardableResult
    private func claim(by owner: ProcessIdentity, store: String?, folder: String = "clinic", kept: Bool = false) throws
        -> String
    {
        let token = ".waybill/\(owner.text)/\(owner.text)-0001~\(folder)"
        try bench.write("phone1\n1\n", to: token + "/a.csv")
        if let store { try bench.write(store, to: ".waybill/\(owner.text)/.store") }
        if kept { try bench.write("", to: token + "/.kept") }
        return bench.root + "/" + token
    }

    private func taken(at now: Int64) throws -> [String] {
        try owners.recover(rules, at: now).claims.map { $0.folder + "/" + $0.name }
    }

    /// A process of this host that is not there any more.
    private var dead: ProcessIdentity {
        ProcessIdentity(
            host: current.host, bootID: current.bootID, pid: current.pid, startTicks: current.startTicks &- 1)
    }

    func testADeadOwnersClaimIsOursAtOnceWhenItWorkedForTheSameStore() throws {
        try claim(by: dead, store: "test")
        XCTAssertEqual(try taken(at: 0), ["clinic/a.csv"])
        XCTAssertFalse(try Files.exists(bench.root + "/.waybill/\(dead.text)"))
    }

    /// The marker's ending is another than it was when the file was claimed.
    func testAClaimedFileThatTheConfigurationOfNowCallsAMarkerIsADropAllTheSame() throws {
        try bench.write("phone1\n1\n", to: ".waybill/\(dead.text)/\(dead.text)-0001~clinic/a.done")
        try bench.write("test", to: ".waybill/\(dead.text)/.store")
        XCTAssertEqual(try taken(at: 0), ["clinic/a.done"])
    }

    /// As btrfs has it after a loss of power between the syncs of the two folders.
    func testAClaimedFileThatHasItsOldNameTooIsTakenOnceAndAnotherFileOfThatNameStays() throws {
        let place = try claim(by: dead, store: "test")
        try bench.write("{}", to: "clinic/a.csv.meta.json")
        for name in ["a.csv", "b.csv"] {
            try FileManager.default.linkItem(atPath: place + "/a.csv", toPath: bench.root + "/clinic/" + name)
        }
        XCTAssertEqual(try taken(at: 0), ["clinic/a.csv"])
        XCTAssertEqual(try Files.list(bench.root + "/clinic"), ["b.csv"])
        for token in try Files.list(bench.inbox.claims) where !token.hasPrefix(".") {
            try Files.removeTree(bench.inbox.claims + "/" + token)
        }
        // Not the same file: somebody dropped another one since.
        try claim(by: dead, store: "test")
        try bench.write("phone1\n2\n", to: "clinic/a.csv")
        XCTAssertEqual(try taken(at: 0), ["clinic/a.csv"])
        XCTAssertEqual(try Files.list(bench.root + "/clinic").sorted(), ["a.csv", "b.csv"])
    }

    func testALivingOwnersClaimIsNeverTaken() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sleep")
        process.arguments = ["600"]
        try process.run()
        defer { process.terminate() }
        let living = try XCTUnwrap(ProcessIdentity.running(process.processIdentifier))
        let place = try claim(by: living, store: "test")
        for now in [0, 10_000_000] as [Int64] { XCTAssertEqual(try taken(at: now), []) }
        XCTAssertTrue(try Files.exists(place))
    }

    func testAnotherWorkspaceHasAMinuteToComeBackForItsClaim() throws {
        try claim(by: dead, store: "other")
        XCTAssertEqual(try taken(at: 1_000), [])
        XCTAssertEqual(try taken(at: 60_999), [])
        XCTAssertEqual(try taken(at: 61_000), ["clinic/a.csv"])
    }

    /// Its contacts may be in the other store already, and would be contacted twice.
    func testAClaimThatIsKeptBelongsToItsWorkspaceForEver() throws {
        let place = try claim(by: dead, store: "other", kept: true)
        _ = try taken(at: 0)
        let remains = try owners.recover(rules, at: 100_000_000)
        XCTAssertEqual(remains.claims.count, 0)
        XCTAssertEqual(remains.others, [place])
        XCTAssertTrue(try Files.exists(place + "/a.csv"))
    }

    func testResultsBelongToTheWorkspaceThatSentTheContacts() throws {
        try claim(by: dead, store: "other", folder: "_receipts")
        _ = try taken(at: 0)
        XCTAssertEqual(try owners.recover(rules, at: 100_000_000).others.count, 1)
    }

    func testAnOwnerOnAnotherHostIsDeadAfterTenMinutesWithoutASignOfLife() throws {
        let elsewhere = ProcessIdentity(host: "elsewhere", bootID: "00000000", pid: 1, startTicks: 1)
        try claim(by: elsewhere, store: "test")
        XCTAssertEqual(try taken(at: 0), [])
        XCTAssertEqual(try taken(at: 599_999), [])
        let sign = bench.root + "/.waybill/elsewhere.00000000.1.1/.store"
        try bench.awaitTick(after: sign)
        try Files.touch(sign)
        XCTAssertEqual(try taken(at: 600_000), [])
        XCTAssertEqual(try taken(at: 1_199_999), [])
        XCTAssertEqual(try taken(at: 1_200_000), ["clinic/a.csv"])
    }

    /// A container has process numbers of its own.
    func testAnOwnerWhoHoldsItsLockLivesWhateverItsProcessNumberSays() throws {
        try claim(by: dead, store: "test")
        let lock = try FileLock(path: bench.root + "/.waybill/\(dead.text)/.store")
        XCTAssertTrue(try lock.tryLock())
        XCTAssertEqual(try taken(at: 0), [])
        lock.close()
        XCTAssertEqual(try taken(at: 0), ["clinic/a.csv"])
    }

    func testAnOwnerWithoutClaimsLeavesNothing() throws {
        try bench.write("other", to: ".waybill/\(dead.text)/.store")
        XCTAssertEqual(try taken(at: 0), [])
        XCTAssertFalse(try Files.exists(bench.root + "/.waybill/\(dead.text)"))
        try owners.enter()
        XCTAssertTrue(try Files.exists(bench.inbox.claims + "/.store"))
        owners.leave()
        XCTAssertFalse(try Files.exists(bench.inbox.claims))
    }

    func testAnUrgentDropStaysUrgentAfterACrash() throws {
        try bench.write("phone1\n1\n", to: ".waybill/\(dead.text)/\(dead.text)-0001!~clinic/a.csv")
        let claim = try XCTUnwrap(try owners.recover(rules, at: 0).claims.first)
        XCTAssertTrue(claim.isUrgent)
        XCTAssertEqual(claim.folder, "clinic")
    }

    /// The store's commit does not keep it: a write-ahead log that is written over leaves the journal of ext4 and xfs
    /// alone.
    func testAClaimIsOnTheDiskOnceItIsKept() throws {
        try bench.write("phone1\n1\n", to: "clinic/a.csv")
        try bench.look()
        let candidate = try XCTUnwrap(try bench.scan(after: 1_000).ready.first)
        try owners.enter()
        defer { Faults.takeBack() }
        for (keepsOrder, synced) in [(true, 1), (false, 3)] {
            Faults.handIn(Fault(.nothing, of: [.fsync], beneath: bench.root))
            var inbox = bench.inbox
            inbox.keepsOrder = keepsOrder
            let claim = try XCTUnwrap(try inbox.claim(candidate))
            try claim.keep()
            XCTAssertEqual(Faults.takeBack().calls, synced)
            // One that was left half-way may have been left before it was on the disk.
            Faults.handIn(Fault(.nothing, of: [.fsync], beneath: bench.root))
            try XCTUnwrap(try inbox.claim(in: claim.place, token: claim.token, rules)).keep()
            XCTAssertEqual(Faults.takeBack().calls, synced)
            try Files.rename(claim.place + "/a.csv", to: bench.root + "/clinic/a.csv", replacing: false)
        }
        Faults.handIn(Fault(.fails(EIO), of: [.fsync], beneath: bench.root + "/.waybill"))
        let claim = try XCTUnwrap(try bench.inbox.claim(candidate))
        XCTAssertThrowsError(try claim.keep()) { XCTAssertEqual(($0 as? SystemError)?.code, EIO) }
    }

    func testAClaimFromAFolderThatHasGoneIsKept() throws {
        try bench.write("phone1\n1\n", to: "clinic/a.csv")
        try bench.look()
        let candidate = try XCTUnwrap(try bench.scan(after: 1_000).ready.first)
        try owners.enter()
        let taken = try XCTUnwrap(try bench.inbox.claim(candidate))
        try Files.removeTree(bench.root + "/clinic")
        try XCTUnwrap(try bench.inbox.claim(in: taken.place, token: taken.token, rules)).keep()
    }

    func testAClaimThatWasTakenFromUsCannotBeKept() throws {
        try bench.write("phone1\n1\n", to: "a.csv")
        try bench.look()
        let candidate = try XCTUnwrap(try bench.scan(after: 1_000).ready.first)
        try owners.enter()
        let claim = try XCTUnwrap(try bench.inbox.claim(candidate))
        try claim.keep()
        try Files.removeTree(claim.place)
        XCTAssertThrowsError(try claim.keep()) { XCTAssertTrue($0 is InboxAway, "\($0)") }
    }

    // MARK: - Other workspaces

    private func neighbours(of store: String, in folder: String) -> InboxNeighbours {
        InboxNeighbours(Inbox(path: bench.root, owner: current, store: store), workspace: folder)
    }

    func testAWorkspaceThatTakesFilesHereIsKnownToTheOthersForADayAfterItsLastSign() throws {
        let (ours, others) = (neighbours(of: "aa", in: bench.root), neighbours(of: "bb", in: bench.root))
        XCTAssertEqual(ours.others().map(\.words), [], "nobody was here yet")
        others.sign()
        ours.sign()
        XCTAssertEqual(ours.others().map(\.words), ["\(bench.root) on \(current.host)"])
        XCTAssertEqual(others.others().count, 1)
        let signed = try XCTUnwrap(FileStatus.of(bench.root + "/.waybill/.workspaces/bb")).changed
        XCTAssertEqual(ours.others(at: signed + 86_399_000_000_000).count, 1)
        XCTAssertEqual(ours.others(at: signed + 86_400_000_000_000).count, 0)
        try bench.awaitTick(after: bench.root + "/.waybill/.workspaces/bb")
        others.sign()
        XCTAssertEqual(ours.others(at: signed + 86_400_000_000_000).count, 1, "it has given another sign")
    }

    func testAWorkspaceThatWasRemovedOrWhoseMarkSaysNothingIsNoNeighbour() throws {
        let gone = neighbours(of: "bb", in: bench.root + "/not-there")
        gone.sign()
        try bench.write("nonsense", to: ".waybill/.workspaces/cc")
        try bench.write("elsewhere\n/not/here\n", to: ".waybill/.workspaces/dd")
        XCTAssertEqual(neighbours(of: "aa", in: bench.root).others().map(\.words), ["/not/here on elsewhere"])
    }

    func testWhereNobodyMayWriteNothingIsSigned() throws {
        let ours = InboxNeighbours(Inbox(path: "/proc/nowhere", owner: current, store: "aa"), workspace: "/")
        ours.sign()
        XCTAssertEqual(ours.others().map(\.words), [])
    }
}
