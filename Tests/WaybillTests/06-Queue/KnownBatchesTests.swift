import Support
import SystemIO
import XCTest

@testable import Waybill

/// What is kept of the batches that were asked for lately stays small, however many come.
final class KnownBatchesTests: XCTestCase {
    private func batch(_ number: Int) -> BatchID { BatchID(rawValue: Int64(number)) }

    private func segments(_ count: Int, of batch: BatchID) -> KnownSegments {
        var known = KnownSegments()
        for number in 0..<count {
            let first = UInt32(number * 10 + 1)
            known.add(SegmentID(batch: batch, number: number), first: first, last: first + 9)
        }
        return known
    }

    func testOfManySmallBatchesOnlySomeThousandAreKept() {
        var known = KnownBatches()
        var most = 0
        for number in 1...70_000 {
            known.add(segments(1, of: batch(number)), of: batch(number))
            XCTAssertEqual(known[batch(number)]?.count, 1)
            most = max(most, known.count)
        }
        XCTAssertEqual(most, 6_000)
        XCTAssertLessThanOrEqual(known.weight, KnownBatches.most)
    }

    func testOfLargeBatchesAsManySegmentsAreKept() {
        var known = KnownBatches()
        for number in 1...5 { known.add(segments(9_000, of: batch(number)), of: batch(number)) }
        XCTAssertEqual(known.count, 2)
        XCTAssertEqual(known[batch(5)]?.id(of: 89_991)?.number, 8_999)
    }

    func testABatchThatIsForgottenOrComesAgainWeighsOnce() {
        var known = KnownBatches()
        known.add(segments(3, of: batch(1)), of: batch(1))
        let once = known.weight
        known.add(segments(3, of: batch(1)), of: batch(1))
        XCTAssertEqual(known.weight, once)
        known.forget(batch(1))
        known.forget(batch(1))
        XCTAssertEqual(known.weight, 0)
        XCTAssertNil(known[batch(1)])
    }
}
