import WebIO
import XCTest

/// When calls leave that keep a pace.
final class WebPaceTests: XCTestCase {
    /// When the calls of one lane begin, where some cannot before a moment.
    private func begins(_ calls: [(start: Int64, ready: Int64)]) -> [Int64] {
        var pace = WebPace()
        return calls.map { call in
            let slot = WebCall.Slot(lane: 1, start: call.start, gap: 20_000)
            let now = max(call.ready, pace.due(slot))
            pace.begin(slot, at: now)
            return now
        }
    }

    func testCallsBeginAtTheirMoments() {
        XCTAssertEqual(begins([(100, 0), (20_100, 0), (90_000, 0)]), [100, 20_100, 90_000])
    }

    func testThoseThatCouldNotLeaveAtTheirMomentsDoNotLeaveTogether() {
        XCTAssertEqual(
            begins([(0, 0), (20_000, 100_000), (40_000, 0), (60_000, 0), (80_000, 0), (300_000, 0)]),
            [0, 100_000, 110_000, 130_000, 150_000, 300_000])
    }

    func testWhatIsLateByLessThanHalfAGapIsCaughtUpWith() {
        XCTAssertEqual(begins([(0, 0), (20_000, 28_000), (40_000, 0)]), [0, 28_000, 40_000])
    }

    func testOneThatComesLateAfterARestMovesAllBehindIt() {
        XCTAssertEqual(
            begins([(0, 8_000), (20_000, 0), (500_000, 515_000), (520_000, 0)]), [8_000, 28_000, 515_000, 535_000])
    }

    func testLanesDoNotWaitForEachOther() {
        var pace = WebPace()
        pace.begin(WebCall.Slot(lane: 1, start: 0, gap: 50_000), at: 0)
        XCTAssertEqual(pace.due(WebCall.Slot(lane: 2, start: 10, gap: 50_000)), 10)
        XCTAssertEqual(pace.due(WebCall.Slot(lane: 1, start: 10, gap: 50_000)), 50_000)
    }
}
