import Glibc
import XCTest

@testable import SystemIO

final class FileLockTests: XCTestCase {
    func testOneHolderAtATime() throws {
        let folder = try TemporaryFolder()
        let first = try FileLock(path: folder.file("lock"))
        let second = try FileLock(path: folder.file("lock"))
        XCTAssertTrue(try first.tryLock())
        XCTAssertTrue(try first.tryLock(), "the holder may ask again")
        XCTAssertFalse(try second.tryLock())
        first.close()
        XCTAssertTrue(try second.tryLock())
        XCTAssertThrowsError(try first.tryLock(), "a closed lock cannot be taken")
    }

    /// As SMB says of a lock that another client has (fcntl(2) allows both).
    func testALockThatIsRefusedIsAnothers() throws {
        let folder = try TemporaryFolder()
        let lock = try FileLock(path: folder.file("lock"))
        for code in [EACCES, EAGAIN] {
            Faults.handIn(Fault(.fails(code), of: [.flock], beneath: folder.path))
            defer { Faults.takeBack() }
            XCTAssertFalse(try lock.tryLock())
        }
    }

    func testTheLockOfAForgottenHolderIsFree() throws {
        let folder = try TemporaryFolder()
        do {
            let forgotten = try FileLock(path: folder.file("lock"))
            XCTAssertTrue(try forgotten.tryLock())
        }
        XCTAssertTrue(try FileLock(path: folder.file("lock")).tryLock())
    }
}
