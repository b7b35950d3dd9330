/// The accepted contacts of one chunk of a drop, in record order: the immutable blob in which contacts are stored.
///
/// All integers are little-endian:
///
///     count: UInt32
///     records: count × UInt32       record numbers, rising
///     ends: count × UInt32          where each contact's values end, counted from the first contact's
///     values: for each contact, for each column of its batch's schema: a length and that many bytes of UTF-8
///
/// A length is one byte below 0xFF, else 0xFF and a UInt32. Empty columns at a contact's end are left out.
/// Values are normalised (phones in E.164).
package struct ContactSegment: Sendable {
    package let bytes: [UInt8]
    package let count: Int

    /// Nil when the bytes are not of this layout (a damaged store).
    package init?(bytes: [UInt8]) {
        guard bytes.count >= 4 else { return nil }
        let count = Int(Self.word(bytes, at: 0))
        guard bytes.count >= 4 + 8 * count else { return nil }
        self.bytes = bytes
        self.count = count
        guard count == 0 || valuesStart + Int(Self.word(bytes, at: 4 + 4 * (2 * count - 1))) == bytes.count else {
            return nil
        }
    }

    private var valuesStart: Int { 4 + 8 * count }

    /// The record number of the contact at `index`.
    package func record(at index: Int) -> UInt32 { Self.word(bytes, at: 4 + 4 * index) }

    /// The index of a record, nil when this segment does not hold it.
    package func index(of record: UInt32) -> Int? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            let found = self.record(at: middle)
            if found == record { return middle }
            if found < record { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    /// Where each column's value of the contact at `index` stands in `bytes`, padded with empty ranges to `columns`.
    package func ranges(at index: Int, columns: Int) -> [Range<Int>] {
        var position = valuesStart + (index == 0 ? 0 : Int(Self.word(bytes, at: 4 + 4 * (count + index - 1))))
        let end = valuesStart + Int(Self.word(bytes, at: 4 + 4 * (count + index)))
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(columns)
        while position < end {
            var length = Int(bytes[position])
            position += 1
            if length == 0xFF {
                length = Int(Self.word(bytes, at: position))
                position += 4
            }
            ranges.append(position..<position + length)
            position += length
        }
        while ranges.count < columns { ranges.append(end..<end) }
        return ranges
    }

    /// The values of the contact at `index`, one for each of `columns`.
    package func values(at index: Int, columns: Int) -> [ArraySlice<UInt8>] {
        ranges(at: index, columns: columns).map { bytes[$0] }
    }

    static func word(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        UInt32(bytes[offset]) | UInt32(bytes[offset + 1]) << 8 | UInt32(bytes[offset + 2]) << 16
            | UInt32(bytes[offset + 3]) << 24
    }

    /// Collects contacts in record order and lays the segment out.
    package struct Builder: Sendable {
        private var records: [UInt32] = []
        private var ends: [UInt32] = []
        package private(set) var values: [UInt8] = []
        private var pendingEmpty = 0

        package init() {}

        package var count: Int { records.count }
        package var lastRecord: UInt32? { records.last }
        package var firstRecord: UInt32? { records.first }

        /// Adds one column's value to the contact being written.
        @inline(__always)
        package mutating func append(_ value: Span<UInt8>) {
            if value.isEmpty {
                pendingEmpty += 1
                return
            }
            flushEmpty()
            if value.count < 0xFF {
                values.append(UInt8(truncatingIfNeeded: value.count))
            } else {
                values.append(0xFF)
                ContactSegment.append(UInt32(value.count), to: &values)
            }
            unsafe value.withUnsafeBufferPointer { unsafe values.append(contentsOf: $0) }
        }

        /// Ends the contact being written.
        @inline(__always)
        package mutating func finish(record: UInt32) {
            pendingEmpty = 0
            records.append(record)
            ends.append(UInt32(values.count))
        }

        /// Takes back what was written since the last `finish`.
        package mutating func discardUnfinished() {
            pendingEmpty = 0
            values.removeSubrange(Int(ends.last ?? 0)...)
        }

        package func build() -> ContactSegment {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(4 + 8 * records.count + values.count)
            ContactSegment.append(UInt32(records.count), to: &bytes)
            for record in records { ContactSegment.append(record, to: &bytes) }
            for end in ends { ContactSegment.append(end, to: &bytes) }
            bytes.append(contentsOf: values)
            return ContactSegment(unchecked: bytes, count: records.count)
        }

        @inline(__always)
        private mutating func flushEmpty() {
            while pendingEmpty > 0 {
                values.append(0)
                pendingEmpty -= 1
            }
        }
    }

    private init(unchecked bytes: [UInt8], count: Int) {
        self.bytes = bytes
        self.count = count
    }

    @inline(__always)
    static func append(_ word: UInt32, to bytes: inout [UInt8]) {
        bytes.append(UInt8(truncatingIfNeeded: word))
        bytes.append(UInt8(truncatingIfNeeded: word >> 8))
        bytes.append(UInt8(truncatingIfNeeded: word >> 16))
        bytes.append(UInt8(truncatingIfNeeded: word >> 24))
    }
}
