import Support
import XCTest

@testable import Waybill

/// How fast calls begin, against servers with a bucket of so many calls that fills at their rate, on a clock of the
/// test's own. A server that is asked too fast refuses, and wants to be left alone for a second.
final class CallPaceTests: XCTestCase {
    private struct Outcome {
        var taken = 0
        var refused = 0
        var seconds = 0.0
    }

    /// Makes calls for a minute.
    ///
    /// - Parameters:
    ///   - burst: how many calls the server takes at once after a silence.
    ///   - late: up to how many microseconds a call takes to arrive, and a thread to wake.
    private func outcome(rate: Int, burst: Int, late: Int64, declared: Int? = nil) -> Outcome {
        var chance = SeededGenerator(seed: TestSeed.next())
        var pace = CallPace(perSecond: declared ?? rate)
        var outcome = Outcome()
        var (now, tokens, last) = (Int64(0), Double(burst), Int64(0))
        while now < 60_000_000 {
            if let wait = pace.wait(at: now) {
                now += wait + Int64(chance.next() % UInt64(late + 1))
                continue
            }
            let arrival = max(last, now + Int64(chance.next() % UInt64(late + 1)))
            tokens = min(Double(burst), tokens + Double(arrival - last) * Double(rate) / 1e6)
            last = arrival
            if tokens >= 1 {
                tokens -= 1
                outcome.taken += 1
            } else {
                outcome.refused += 1
                pace.slowDown()
                now = arrival + 1_000_000
            }
        }
        outcome.seconds = Double(now) / 1e6
        return outcome
    }

    func testAServerIsUsedToNineteenTwentiethsOfWhatItAllowsAndRefusesNearlyNothing() {
        for (rate, burst, late) in [(100, 2, 3_000), (100, 10, 10_000), (500, 5, 2_000), (1_000, 10, 2_000)] {
            let outcome = outcome(rate: rate, burst: burst, late: Int64(late))
            let name = "\(rate) a second, \(burst) at once: \(outcome)"
            XCTAssertGreaterThanOrEqual(Double(outcome.taken), 0.95 * Double(rate) * outcome.seconds, name)
            XCTAssertLessThan(Double(outcome.refused), 0.01 * Double(outcome.taken), name)
        }
    }

    func testAServerThatTakesNoTwoCallsSoonerThanItsRateIsAskedALittleMoreSlowly() {
        for (rate, late) in [(10, 1_500), (100, 1_000)] {
            let outcome = outcome(rate: rate, burst: 1, late: Int64(late))
            let name = "\(rate) a second: \(outcome)"
            XCTAssertGreaterThanOrEqual(Double(outcome.taken), 0.75 * Double(rate) * outcome.seconds, name)
            XCTAssertLessThan(Double(outcome.refused), 0.01 * Double(outcome.taken), name)
        }
    }

    func testAServerThatAllowsLessThanIsDeclaredIsAskedMoreSlowly() {
        let outcome = outcome(rate: 80, burst: 1, late: 1_000, declared: 100)
        // Each refusal costs a second, so what is taken is far from all, but it does not end.
        XCTAssertGreaterThanOrEqual(Double(outcome.taken), 0.7 * 80 * outcome.seconds, "\(outcome)")
        XCTAssertLessThan(Double(outcome.refused), 0.02 * Double(outcome.taken), "\(outcome)")
    }

    func testThePaceComesBackOnceNothingIsRefused() {
        var pace = CallPace(perSecond: 100)
        func gap(from start: Int64) -> Int64 {
            XCTAssertNil(pace.wait(at: start))
            return pace.wait(at: start) ?? 0
        }
        XCTAssertEqual(gap(from: 1_000_000), 10_200)
        for _ in 0..<5 { pace.slowDown() }
        XCTAssertEqual(gap(from: 2_000_000), 11_220, "what was in the air says it once")
        var now: Int64 = 3_000_000
        for _ in 0..<6_000 { now += pace.wait(at: now) ?? 0 }
        XCTAssertEqual(gap(from: now + 1_000_000), 10_200)
    }
}
