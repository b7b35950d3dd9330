/// The key of a segment: its batch and its number there, from 0.
///
///     bit 62                       18 17      0
///        [ BatchID.rawValue (45 bits) ][ number ]
///
/// 2^18 segments of some thousand contacts are far more than `limits.dropBytes` allows.
package struct SegmentID: RawRepresentable, Hashable, Comparable, Sendable {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package init(batch: BatchID, number: Int) {
        rawValue = batch.rawValue << 18 | Int64(number)
    }

    package var batch: BatchID { BatchID(rawValue: rawValue >> 18) }

    package var number: Int { Int(rawValue & (1 << 18 - 1)) }

    /// The keys of all segments of a batch.
    static func range(of batch: BatchID) -> (low: Int64, high: Int64) {
        (batch.rawValue << 18, (batch.rawValue + 1) << 18)
    }

    package static func < (left: SegmentID, right: SegmentID) -> Bool { left.rawValue < right.rawValue }
}
