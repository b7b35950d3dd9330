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

    /// What a server takes.
    private struct Bucket {
        private let (rate, burst): (Double, Double)
        private var (tokens, last): (Double, Int64)

        init(_ rate: Int, _ burst: Int) {
            (self.rate, self.burst) = (Double(rate), Double(burst))
            (tokens, last) = (Double(burst), 0)
        }

        /// A call arrives; returns until when the server wants to be left alone if it refuses.
        mutating func call(at moment: Int64, _ pace: inout CallPace, _ outcome: inout Outcome) -> Int64? {
            let arrival = max(last, moment)
            tokens = min(burst, tokens + Double(arrival - last) * rate / 1e6)
            last = arrival
            if tokens >= 1 {
                tokens -= 1
                outcome.taken += 1
                return nil
            }
            outcome.refused += 1
            pace.slowDown()
            return arrival + 1_000_000
        }
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
        var bucket = Bucket(rate, burst)
        var now: Int64 = 0
        while now < 60_000_000 {
            if let wait = pace.wait(at: now) {
                now += wait + Int64(chance.next() % UInt64(late + 1))
                continue
            }
            if let rested = bucket.call(at: now + Int64(chance.next() % UInt64(late + 1)), &pace, &outcome) {
                now = rested
            }
        }
        outcome.seconds = Double(now) / 1e6
        return outcome
    }

    /// Makes calls for a minute on a busy machine, where one in ten threads wakes late and one in ten syncs of the
    /// journal takes long: the sync lies between a call's turn and its departure.
    ///
    /// - Parameter isAhead: whether calls are prepared before their moments.
    private func busyOutcome(rate: Int, burst: Int, isAhead: Bool) -> Outcome {
        var chance = SeededGenerator(seed: TestSeed.next())
        var pace = CallPace(perSecond: rate, isAhead: isAhead)
        var outcome = Outcome()
        var bucket = Bucket(rate, burst)
        var (now, rested) = (Int64(0), Int64(0))
        func some(_ usual: Int64, _ seldom: Int64) -> Int64 {
            let most = Int64.random(in: 0..<10, using: &chance) == 0 ? seldom : usual
            return Int64.random(in: 0...most, using: &chance)
        }
        while now < 60_000_000 {
            var starts: [Int64] = []
            var wait = rested - now
            while wait <= 0 {
                if let more = pace.wait(at: now) {
                    wait = more
                } else {
                    starts.append(pace.start)
                }
            }
            guard !starts.isEmpty else {
                now += wait + some(1_000, 25_000)
                continue
            }
            now += some(3_000, 30_000)
            for start in starts {
                rested = bucket.call(at: max(now, start) + some(1_000, 2_000), &pace, &outcome) ?? rested
            }
        }
        outcome.seconds = Double(now) / 1e6
        return outcome
    }

    func testWhatComesBetweenATurnAndItsCallOnABusyMachineIsNotCountedByTheServer() {
        for (rate, burst) in [(20, 2), (50, 2), (100, 10), (200, 10)] {
            let ahead = busyOutcome(rate: rate, burst: burst, isAhead: true)
            let name = "\(rate) a second, \(burst) at once: \(ahead)"
            XCTAssertGreaterThanOrEqual(Double(ahead.taken), 0.95 * Double(rate) * ahead.seconds, name)
            XCTAssertLessThan(Double(ahead.refused), 0.01 * Double(ahead.taken), name)
        }
        let late = busyOutcome(rate: 50, burst: 2, isAhead: false)
        XCTAssertLessThan(Double(late.taken), 0.95 * 50 * late.seconds, "the machine is not busy enough: \(late)")
    }

    func testNoCallIsPreparedMoreThanAFewAhead() {
        for (rate, ahead) in [(10, 60_000), (50, 60_000), (500, 10_000)] as [(Int, Int64)] {
            var pace = CallPace(perSecond: rate, isAhead: true)
            var furthest: Int64 = 0
            for now in stride(from: Int64(1_000_000), to: 3_000_000, by: 500) {
                while pace.wait(at: now) == nil { furthest = max(furthest, pace.start - now) }
            }
            XCTAssertTrue((ahead / 2...ahead).contains(furthest), "\(rate) a second: \(furthest)")
        }
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
