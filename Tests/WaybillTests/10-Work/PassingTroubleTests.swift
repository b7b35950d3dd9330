import Glibc
import Support
import SystemIO
import XCTest

@testable import Waybill

/// Which errors a daemon waits for, and which end it.
final class PassingTroubleTests: XCTestCase {
    private let workspace = try! TestWorkspace()

    override func tearDown() { Faults.takeBack() }

    /// What a store's opening and first commit end with.
    private func event(when fault: Fault) throws -> String? {
        let path = workspace.path("waybill.db")
        for ending in ["", "-wal", "-shm"] { try Files.remove(path + ending) }
        // The first fault makes SQLite's files be opened so that it reaches them.
        Faults.handIn(fault)
        defer { Faults.takeBack() }
        do {
            let store = try SQLiteStore(path: path)
            try store.durably { try store.set(.identity, to: [1, 2, 3]) }
            return "none"
        } catch {
            return PassingTrouble(error)?.event
        }
    }

    private func fault(_ code: Int32, _ calls: Set<SystemCall>) -> Fault {
        Fault(.fails(code), of: calls, beneath: workspace.path("waybill.db"), lasts: true)
    }

    func testAFullDiskAndAFullQuotaAreWaitedForWhateverSQLiteCallsThem() throws {
        for code in [ENOSPC, EDQUOT] {
            XCTAssertEqual(try event(when: fault(code, [.write])), "store.full", "\(code)")
            XCTAssertEqual(try event(when: fault(code, [.create])), "store.full", "\(code)")
        }
    }

    func testWhatTheMachineLacksForAMomentIsWaitedFor() throws {
        for code in [EIO, EMFILE, ENOMEM] {
            XCTAssertEqual(try event(when: fault(code, [.create])), "store.unreachable", "\(code)")
        }
        XCTAssertEqual(try event(when: fault(EIO, [.write])), "store.unreachable")
    }

    /// Whatever was written since the last sync may be lost, and the next sync would not say so.
    func testASyncThatFailedIsNotWaitedFor() throws {
        for code in [EIO, ENOSPC, EDQUOT] { XCTAssertNil(try event(when: fault(code, [.fsync])), "\(code)") }
    }

    func testWhatSomebodyHasToPutRightIsNotWaitedFor() throws {
        for code in [EACCES, ENOTDIR, EROFS] { XCTAssertNil(try event(when: fault(code, [.create])), "\(code)") }
        XCTAssertNil(PassingTrouble(SystemError(operation: "create", path: "state", code: EACCES)))
        XCTAssertEqual(
            PassingTrouble(SystemError(operation: "create", path: "state", code: EDQUOT))?.words,
            "there is no room for state")
    }
}
