import Support
import XCTest

@testable import Waybill

final class RateBudgetTests: XCTestCase {
    private func slot(_ at: Timestamp, _ most: Int, _ span: RateLimit.Span) -> RateBudget.Slot {
        RateBudget.Slot(at: at, limit: RateLimit(most: most, span: span, holder: .policy("")))
    }

    private func rate(second: Int? = nil, hour: Int? = nil, day: Int? = nil) -> Rate {
        var rate = Rate()
        rate.perSecond = second
        rate.perHour = hour
        rate.perDay = day
        return rate
    }

    private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    func testWithoutARateNothingWaits() {
        var budget = RateBudget(rate())
        budget.note(1_000_000, at: at(0))
        XCTAssertNil(budget.slot(for: 1_000_000, at: at(0)))
        XCTAssertNil(budget.horizon)
    }

    func testWhatWaitsGetsMomentsOneAfterTheOther() {
        var budget = RateBudget(rate(second: 50))
        XCTAssertNil(budget.slot(for: 50, at: at(0)))
        budget.note(50, at: at(0))
        XCTAssertEqual(budget.slot(for: 50, at: at(10)), slot(at(1_000), 50, .second))
        XCTAssertEqual(budget.slot(for: 50, at: at(11))?.at, at(2_000))
        XCTAssertEqual(budget.slot(for: 25, at: at(12))?.at, at(2_500))
        XCTAssertNil(budget.slot(for: 50, at: at(1_000)))
    }

    func testWhatLeftALittleLateCostsNobodyHisTurn() {
        var budget = RateBudget(rate(second: 5))
        budget.note(5, at: at(5))
        XCTAssertEqual(budget.slot(for: 5, at: at(10))?.at, at(1_005))
        XCTAssertEqual(budget.slot(for: 5, at: at(10))?.at, at(2_005))
        budget.note(5, at: at(1_012))
        XCTAssertEqual(budget.slot(for: 5, at: at(2_005), after: .rate(slot(at(0), 5, .second).limit))?.at, at(2_012))
        // The next one that is as late has a moment of its own again.
        XCTAssertEqual(
            budget.slot(for: 5, at: at(2_006), after: .rate(slot(at(0), 5, .second).limit))?.at, at(2_012 + 1_000))
    }

    func testTheTightestLimitHolds() {
        var budget = RateBudget(rate(second: 10, hour: 20))
        budget.note(10, at: at(0))
        budget.note(10, at: at(1_000))
        XCTAssertEqual(
            budget.slot(for: 10, at: at(2_000)), slot(at(3_600_000), 20, .hour))
        XCTAssertNil(budget.slot(for: 10, at: at(3_600_000)))
        XCTAssertNotNil(budget.slot(for: 11, at: at(3_600_000)))
    }

    func testNoTurnIsTakenFarAheadWhereAllThatIsDueComesAgain() {
        var budget = RateBudget(rate(hour: 20))
        budget.note(20, at: at(0))
        for _ in 0..<9 { XCTAssertEqual(budget.slot(for: 20, at: at(1))?.at, at(3_600_000)) }
        XCTAssertNil(budget.slot(for: 20, at: at(3_600_000)))
    }

    func testWhatLeftBeforeTheClockWentBackCountsFromThenOnForOneSpan() {
        var budget = RateBudget(rate(second: 5))
        budget.note(5, at: at(9_000_000))
        XCTAssertEqual(budget.slot(for: 5, at: at(1_000_000))?.at, at(1_001_000))
        XCTAssertEqual(budget.room(at: at(1_000_999)), 0)
        XCTAssertEqual(budget.room(at: at(1_001_000)), 5)
    }

    func testMoreThanALimitAllowsLeavesAloneInItsSpan() {
        var budget = RateBudget(rate(second: 5))
        XCTAssertNil(budget.slot(for: 1_000, at: at(0)))
        budget.note(1_000, at: at(0))
        XCTAssertEqual(budget.slot(for: 5, at: at(1))?.at, at(1_000))
    }

    /// Parcels as they come, restarts among them: checked span by span, by counting.
    func testInNoSpanDoMoreLeaveThanTheRateAllows() {
        let seed = TestSeed.next()
        var random = SeededGenerator(seed: seed)
        for _ in 0..<40 {
            let rate = rate(
                second: Bool.random(using: &random) ? Int.random(in: 1...60, using: &random) : nil,
                hour: Bool.random(using: &random) ? Int.random(in: 50...400, using: &random) : nil,
                day: Int.random(in: 300...900, using: &random))
            let most = rate.most ?? 1
            var budget = RateBudget(rate)
            var left: [(at: Int64, count: Int)] = []
            var waiting: [(due: Int64, count: Int)] = (0..<40).map { _ in
                (Int64.random(in: 0...7_200_000, using: &random), Int.random(in: 1...most, using: &random))
            }
            var looks = 0
            while let next = waiting.indices.min(by: { waiting[$0].due < waiting[$1].due }) {
                let parcel = waiting.remove(at: next)
                looks += 1
                if let slot = budget.slot(for: parcel.count, at: at(parcel.due)) {
                    XCTAssertGreaterThan(slot.at.milliseconds, parcel.due, "seed \(seed)")
                    waiting.append((slot.at.milliseconds, parcel.count))
                    // Far ahead, all that is due comes again together.
                    guard RateBudget.isFar(slot, from: at(parcel.due)) else { continue }
                    for place in waiting.indices where waiting[place].due <= parcel.due {
                        waiting[place].due = slot.at.milliseconds
                    }
                } else {
                    budget.note(parcel.count, at: at(parcel.due))
                    left.append((parcel.due, parcel.count))
                }
                if looks % 50 == 49 {
                    budget = RateBudget(rate)
                    for parcel in left { budget.note(parcel.count, at: at(parcel.at)) }
                }
            }
            XCTAssertLessThan(looks, 40 * 12, "seed \(seed)")
            for (span, limit) in [(1_000, rate.perSecond), (3_600_000, rate.perHour), (86_400_000, rate.perDay)] {
                guard let limit else { continue }
                for parcel in left {
                    let within = left.filter { $0.at > parcel.at - Int64(span) && $0.at <= parcel.at }
                    XCTAssertLessThanOrEqual(within.reduce(0) { $0 + $1.count }, limit, "seed \(seed)")
                }
            }
        }
    }
}
