import CShims

/// Checksums of stored data, equal to those of SQLite's `row_sum` and `row_mark` (`CShims/row_sums.c`).
package enum Checksum {
    /// CRC-32C of bytes, continuing from the CRC `before`; tests can turn the processor's instruction off.
    package static func of(_ bytes: [UInt8], after before: UInt32 = 0, byInstruction: Bool = true) -> UInt32 {
        // Safe: the C functions read exactly the bytes of the buffer.
        unsafe bytes.withUnsafeBufferPointer {
            byInstruction
                ? unsafe waybill_crc32c(before, $0.baseAddress, $0.count)
                : unsafe waybill_crc32c_portable(before, $0.baseAddress, $0.count)
        }
    }
}

/// 64 bits that stand for a row, value by value. In a sum over all rows, a missing, added or altered row shows.
package struct RowMark: Hashable, Sendable {
    package private(set) var bits: UInt64 = 0

    package init() {}

    package init(_ bits: UInt64) { self.bits = bits }

    package mutating func add(_ number: Int64) { bits = waybill_mark(bits, UInt64(bitPattern: number)) }

    /// A text counts by the `row_sum` of this one value.
    package mutating func add(_ text: String) {
        let bytes = Array(text.utf8)
        // SQLITE_TEXT, and the length as eight bytes.
        let head = [3] + (0..<8).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) }
        bits = waybill_mark(bits, UInt64(Checksum.of(head + bytes)))
    }
}
