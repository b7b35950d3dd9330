import Foundation
import XCTest

@testable import SystemIO

final class ClocksTests: XCTestCase {
    func testTheRealClockIsTheSystems() {
        let before = Int64(Date().timeIntervalSince1970 * 1000) - 1
        let now = WallClock().nowMilliseconds()
        let after = Int64(Date().timeIntervalSince1970 * 1000) + 1
        XCTAssertTrue((before...after).contains(now))
    }

    func testASetClockStartsThereAndRunsOn() {
        let start: Int64 = 1_000_000_000_000
        let begun = MonotonicClock.nanoseconds()
        let clock = WallClock(startingAt: start)
        let first = clock.nowMilliseconds()
        XCTAssertGreaterThanOrEqual(first, start)
        while MonotonicClock.nanoseconds() - begun < 3_000_000 {}
        let second = clock.nowMilliseconds()
        XCTAssertGreaterThan(second, start + 1)
        XCTAssertLessThanOrEqual(second, start + (MonotonicClock.nanoseconds() - begun) / 1_000_000)
    }

    func testTheMonotonicClockNeverGoesBack() {
        var last = MonotonicClock.nanoseconds()
        for _ in 0..<1_000 {
            let now = MonotonicClock.nanoseconds()
            XCTAssertGreaterThanOrEqual(now, last)
            last = now
        }
    }
}
