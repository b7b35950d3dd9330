import SystemIO

/// The accepted contacts of one chunk of a drop, in record order: the immutable blob in which contacts are stored.
///
/// All integers are little-endian:
///
///     count: UInt32
///     records: count × UInt32       record numbers, rising
///     ends: count × UInt32          where each contact's values end, counted from the first contact's
///     values: for each contact, for each column of its batch's schema: a length and that many bytes of UTF-8
///
/// A length is one byte below 0xFF, or 0xFF and a UInt32. Empty columns at a contact's end are left out. Values are
/// normalised (phones in E.164).
package struct ContactSegment: Sendable {
    package let bytes: [UInt8]
    package let count: Int
    /// CRC-32C of the bytes, once `addChecksum` found it.
    private var sum: UInt32?

    package static let empty = Builder().build()

    /// Nil when the bytes do not have this layout (a damaged store).
    ///
    /// - Parameter areAsWritten: whether a checksum says that they are those of a segment: then their values are not
    ///   walked through, which takes as long as reading them.
    package init?(bytes: [UInt8], areAsWritten: Bool = false) {
        guard bytes.count >= 4 else { return nil }
        let count = Int(Self.word(bytes, at: 0))
        guard bytes.count >= Self.head(of: count) else { return nil }
        self.bytes = bytes
        self.count = count
        guard areAsWritten || isWhole else { return nil }
    }

    /// Whether records rise and each contact's values end where the header says, so later reads need no checks.
    private var isWhole: Bool {
        var end = valuesStart
        for index in 0..<count {
            if index > 0, record(at: index) <= record(at: index - 1) { return false }
            var position = end
            end = valuesStart + Int(Self.word(bytes, at: 4 + 4 * (count + index)))
            guard position <= end, end <= bytes.count else { return false }
            while position < end {
                var length = Int(bytes[position])
                position += 1
                if length == 0xFF {
                    guard position + 4 <= end else { return false }
                    length = Int(Self.word(bytes, at: position))
                    position += 4
                }
                position += length
            }
            guard position == end else { return false }
        }
        return end == bytes.count
    }

    private var valuesStart: Int { Self.head(of: count) }

    /// How many bytes stand before the values of so many contacts.
    private static func head(of count: Int) -> Int { 4 + 8 * count }

    /// Where in `bytes` the values of the contact at `index` are.
    @inline(__always)
    private func valueBounds(at index: Int) -> Range<Int> {
        let start = index == 0 ? 0 : Int(Self.word(bytes, at: 4 + 4 * (count + index - 1)))
        return valuesStart + start..<valuesStart + Int(Self.word(bytes, at: 4 + 4 * (count + index)))
    }

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

    /// Writes the range in `bytes` of each column's value of the contact at `index` into `ranges`. Columns that the
    /// contact lacks are empty ranges, up to `columns`; at most `most` are looked up. For loops: reuses the array's
    /// storage. Returns how many were there, and whether one byte stands between each and the next.
    @discardableResult
    package func fill(
        _ ranges: inout [Range<Int>], at index: Int, columns: Int, most: Int = .max
    ) -> (present: Int, areAdjacent: Bool) {
        let bounds = valueBounds(at: index)
        var position = bounds.lowerBound
        let end = bounds.upperBound
        let all = bytes.span
        var areAdjacent = true
        ranges.removeAll(keepingCapacity: true)
        while position < end, ranges.count < most {
            var length = Int(all[position])
            position += 1
            if length == 0xFF {
                length = Int(Self.word(bytes, at: position))
                position += 4
                areAdjacent = false
            }
            ranges.append(position..<position + length)
            position += length
        }
        let present = ranges.count
        while ranges.count < columns { ranges.append(end..<end) }
        return (present, areAdjacent)
    }

    /// Appends the values of the first columns of the contact at `index` to `text`, and writes their ranges there into
    /// `ranges` from a position on, one for each of `columns`.
    func append(
        columns: Int, at index: Int, to text: inout [UInt8], _ ranges: inout [Range<UInt32>], from place: Int
    ) {
        let (start, end) = (valueBounds(at: index).lowerBound, valueBounds(at: index).upperBound)
        let all = bytes.span
        let shift = text.count - start
        var position = start
        for next in place..<place + columns {
            var length = 0
            if position < end {
                length = Int(all[position])
                position += 1
                if length == 0xFF {
                    length = Int(Self.word(bytes, at: position))
                    position += 4
                }
            }
            let first = UInt32(truncatingIfNeeded: position + shift)
            position += length
            ranges[next] = first..<UInt32(truncatingIfNeeded: position + shift)
        }
        text.append(copying: all.extracting(start..<position))
    }

    /// One column's value of the contact at `index`; empty if the contact lacks the column.
    package func value(at index: Int, column: Int) -> ArraySlice<UInt8> { bytes[range(at: index, column: column)] }

    /// Where in `bytes` that value is.
    package func range(at index: Int, column: Int) -> Range<Int> {
        let all = bytes.span
        let bounds = valueBounds(at: index)
        var position = bounds.lowerBound
        var passed = 0
        while position < bounds.upperBound {
            var length = Int(all[position])
            position += 1
            if length == 0xFF {
                length = Int(Self.word(bytes, at: position))
                position += 4
            }
            if passed == column { return position..<position + length }
            passed &+= 1
            position &+= length
        }
        return position..<position
    }

    /// CRC-32C of the bytes.
    package var checksum: UInt32 { sum ?? Checksum.of(bytes) }

    /// Finds the checksum ahead, while the bytes are in this processor's cache.
    package mutating func addChecksum() { sum = checksum }

    /// The same segment without the contacts at these rising indices.
    package func removing(_ indices: [Int]) -> ContactSegment {
        var builder = Builder()
        var next = 0
        for removed in indices {
            builder.append(next..<removed, of: self)
            next = removed + 1
        }
        builder.append(next..<count, of: self)
        return builder.build()
    }

    @inline(__always)
    static func word(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        // Safe: the load is checked against the span's bounds, and every bit pattern is an integer.
        let word = unsafe bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return UInt32(littleEndian: word)
    }

    /// Collects contacts in record order and builds the segment.
    package struct Builder: Sendable {
        private var records: [UInt32] = []
        private var ends: [UInt32] = []
        /// The values, behind `room` bytes for what stands before them in the segment.
        private var bytes: [UInt8] = []
        private var room = 0
        private var pendingEmpty = 0

        package init() {}

        /// For a segment of at most so many contacts, with about so many bytes of values: then nothing is copied at the
        /// end.
        package init(contacts: Int, bytes count: Int) {
            room = ContactSegment.head(of: contacts)
            bytes.reserveCapacity(room + count)
            bytes.append(contentsOf: repeatElement(0, count: room))
            records.reserveCapacity(contacts)
            ends.reserveCapacity(contacts)
        }

        /// Adds contacts of a segment, with all their values.
        package mutating func append(_ contacts: Range<Int>, of segment: ContactSegment) {
            guard !contacts.isEmpty else { return }
            let start = segment.valueBounds(at: contacts.lowerBound).lowerBound
            let end = segment.valueBounds(at: contacts.upperBound - 1).upperBound
            for index in contacts {
                records.append(segment.record(at: index))
                ends.append(UInt32(bytes.count - room + segment.valueBounds(at: index).upperBound - start))
            }
            bytes += segment.bytes[start..<end]
        }

        package var count: Int { records.count }

        /// Adds one column's value to the contact being written.
        @inline(__always)
        package mutating func append(_ value: Span<UInt8>) {
            if value.isEmpty {
                pendingEmpty += 1
                return
            }
            flushEmpty()
            if value.count < 0xFF {
                bytes.append(UInt8(truncatingIfNeeded: value.count))
            } else {
                bytes.append(0xFF)
                ContactSegment.append(UInt32(value.count), to: &bytes)
            }
            bytes.append(copying: value)
        }

        /// Adds the value, 1 to 254 bytes, that `write` appends.
        @inline(__always)
        package mutating func append(writtenBy write: (inout [UInt8]) -> Void) {
            flushEmpty()
            let place = bytes.count
            bytes.append(0)
            write(&bytes)
            bytes[place] = UInt8(bytes.count - place - 1)
        }

        /// Adds several values at once; each field begins one byte after the end of the one before.
        ///
        /// That byte, a delimiter in the sender's text, is overwritten with the next value's length. Every field is
        /// shorter than 0xFF bytes.
        package mutating func append(adjacent fields: Span<FieldSpan>, of text: Span<UInt8>) {
            var count = fields.count
            while count > 0, fields[count - 1].length == 0 { count -= 1 }
            defer { pendingEmpty += fields.count - count }
            guard count > 0 else { return }
            flushEmpty()
            let start = fields[0].offset
            let place = bytes.count
            bytes.append(UInt8(truncatingIfNeeded: fields[0].length))
            bytes.append(copying: text.extracting(start..<fields[count - 1].end))
            var lengths = bytes.mutableSpan
            for index in 1..<count {
                lengths[place &+ fields[index].offset &- start] = UInt8(truncatingIfNeeded: fields[index].length)
            }
        }

        /// Adds several values, wherever each of them is in the text.
        package mutating func append(_ fields: Span<FieldSpan>, of text: Span<UInt8>, usesKernels: Bool = true) {
            var count = fields.count
            while count > 0, fields[count - 1].length == 0 { count -= 1 }
            defer { pendingEmpty += fields.count - count }
            guard count > 0 else { return }
            flushEmpty()
            if usesKernels, TextKernels.canRun {
                return TextKernels.append(fields.extracting(0..<count), of: text, to: &bytes)
            }
            var room = Self.stride
            for index in 0..<count { room += fields[index].length + (fields[index].length < 0xFF ? 1 : 5) }
            bytes.append(addingCapacity: room) { output in
                // Safe: what is written fits into the room counted above, a stride behind the last value included, and
                // what is read ends before the text does.
                unsafe output.withUnsafeMutableBufferPointer { space, written in
                    unsafe text.withUnsafeBytes { text in
                        let space = UnsafeMutableRawBufferPointer(space)
                        for index in 0..<count {
                            let (start, length) = (fields[index].offset, fields[index].length)
                            if length < 0xFF {
                                unsafe space[written] = UInt8(truncatingIfNeeded: length)
                                written += 1
                            } else {
                                unsafe space[written] = 0xFF
                                unsafe space.storeBytes(
                                    of: UInt32(length).littleEndian, toByteOffset: written + 1, as: UInt32.self)
                                written += 5
                            }
                            if length <= Self.stride, start + Self.stride <= text.count {
                                // What is copied too much is overwritten, or not counted.
                                unsafe space.storeBytes(
                                    of: text.loadUnaligned(fromByteOffset: start, as: SIMD16<UInt8>.self),
                                    toByteOffset: written, as: SIMD16<UInt8>.self)
                            } else {
                                unsafe UnsafeMutableRawBufferPointer(rebasing: space[written..<written + length])
                                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: text[start..<start + length]))
                            }
                            written += length
                        }
                    }
                }
            }
        }

        /// Most values are shorter, and copied by one instruction each.
        private static let stride = 16

        /// Ends the contact being written.
        @inline(__always)
        package mutating func finish(record: UInt32) {
            pendingEmpty = 0
            records.append(record)
            ends.append(UInt32(bytes.count - room))
        }

        package consuming func build() -> ContactSegment {
            let count = records.count
            let head = ContactSegment.head(of: count)
            if head < room {
                bytes.removeSubrange(head..<room)
            } else {
                bytes.insert(contentsOf: repeatElement(0, count: head - room), at: 0)
            }
            // Safe: what is written fits into the head.
            unsafe bytes.withUnsafeMutableBytes { raw in
                unsafe raw.storeBytes(of: UInt32(count).littleEndian, as: UInt32.self)
                for index in 0..<count {
                    unsafe raw.storeBytes(
                        of: records[index].littleEndian, toByteOffset: 4 + 4 * index, as: UInt32.self)
                    unsafe raw.storeBytes(
                        of: ends[index].littleEndian, toByteOffset: 4 + 4 * (count + index), as: UInt32.self)
                }
            }
            return ContactSegment(unchecked: bytes, count: count)
        }

        @inline(__always)
        private mutating func flushEmpty() {
            while pendingEmpty > 0 {
                bytes.append(0)
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
