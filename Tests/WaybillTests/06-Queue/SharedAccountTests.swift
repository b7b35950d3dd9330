import Support
import XCTest

@testable import Waybill

final class SharedAccountTests: XCTestCase {
    /// Three workspaces that send as they like, with restarts: checked span by span, by counting.
    func testTogetherNoMoreLeavesInAnySpanThanTheRateAllows() throws {
        let seed = TestSeed.next()
        var random = SeededGenerator(seed: seed)
        let folder = try TestWorkspace()
        var rate = Rate()
        rate.perSecond = 20
        rate.perHour = 300
        func open(at now: Int64) throws -> SharedAccount {
            try SharedAccount("x", rate, file: folder.path("rates.db"), at: Timestamp(milliseconds: now))
        }
        var accounts = try (0..<3).map { _ in try open(at: 0) }
        // Another account in the same file counts for itself.
        let other = try SharedAccount("y", rate, file: folder.path("rates.db"), at: Timestamp(milliseconds: 0))
        XCTAssertNil(try other.take(20, at: Timestamp(milliseconds: 0), after: .due))
        var left: [(at: Int64, count: Int)] = []
        var waiting = (0..<120).map { _ in
            (due: Int64.random(in: 0...1_800_000, using: &random), count: Int.random(in: 1...20, using: &random))
        }
        var looks = 0
        while let next = waiting.indices.min(by: { waiting[$0].due < waiting[$1].due }) {
            let parcel = waiting.remove(at: next)
            let place = Int.random(in: 0..<3, using: &random)
            looks += 1
            if looks % 20 == 0 { accounts[place] = try open(at: parcel.due) }
            if let slot = try accounts[place].take(parcel.count, at: Timestamp(milliseconds: parcel.due), after: .due) {
                XCTAssertGreaterThan(slot.at.milliseconds, parcel.due, "seed \(seed)")
                waiting.append((slot.at.milliseconds, parcel.count))
            } else {
                // Some of them are taken out at the last moment.
                let travelled =
                    Bool.random(using: &random) ? parcel.count : Int.random(in: 0...parcel.count, using: &random)
                try accounts[place].settle(travelled)
                left.append((parcel.due, travelled))
            }
        }
        for (span, limit) in [(1_000, 20), (3_600_000, 300)] as [(Int64, Int)] {
            for parcel in left {
                let within = left.filter { $0.at > parcel.at - span && $0.at <= parcel.at }
                XCTAssertLessThanOrEqual(within.reduce(0) { $0 + $1.count }, limit, "seed \(seed)")
            }
        }
        XCTAssertLessThan(looks, 120 * 12, "seed \(seed)")
    }

    func testWhatDidNotLeaveIsFreeForOthersAtOnce() throws {
        let folder = try TestWorkspace()
        var rate = Rate()
        rate.perHour = 5
        let start = Timestamp(milliseconds: 0)
        let accounts = try (0..<2).map { _ in try SharedAccount("x", rate, file: folder.path("rates.db"), at: start) }
        XCTAssertNil(try accounts[0].take(5, at: start, after: .due))
        try accounts[0].settle(2)
        XCTAssertNil(try accounts[1].take(3, at: start, after: .due))
        XCTAssertEqual(
            try accounts[0].take(1, at: start, after: .due),
            RateBudget.Slot(
                at: Timestamp(milliseconds: 3_600_000),
                limit: RateLimit(most: 5, span: .hour, holder: .account("x"))))
    }
}
