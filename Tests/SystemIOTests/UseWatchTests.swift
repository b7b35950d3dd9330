import XCTest

@testable import SystemIO

final class UseWatchTests: XCTestCase {
    func testOneThreadIsWithinAStepAtATime() {
        let watch = UseWatch()
        XCTAssertTrue(watch.enter(1))
        XCTAssertFalse(watch.enter(2), "another thread")
        XCTAssertFalse(watch.enter(1), "within its own step")
        XCTAssertTrue(watch.leave())
        XCTAssertTrue(watch.enter(2), "a connection may go from thread to thread")
    }

    func testATransactionBelongsToTheThreadThatBeganIt() {
        let watch = UseWatch()
        XCTAssertTrue(watch.hold(1))
        XCTAssertFalse(watch.hold(2), "transactions do not nest")
        XCTAssertFalse(watch.enter(2))
        XCTAssertTrue(watch.enter(1))
        XCTAssertTrue(watch.leave())
        XCTAssertTrue(watch.release())
        XCTAssertTrue(watch.enter(2))
    }
}
