/// Finds faults in bytes that should be text, without examining each character.
enum TextForm {
    /// Properties of a stretch of bytes.
    struct Census: OptionSet {
        let rawValue: UInt8
        static let control = Census(rawValue: 0x01)
        static let nonASCII = Census(rawValue: 0x80)
    }

    /// Which properties any of the bytes have. Control is C0 except TAB, LF and CR.
    static func census(_ bytes: Span<UInt8>) -> Census {
        // Safe: the buffer is read within its bounds and does not leave the closure. Without bounds checks and early
        // exits, the compiler processes 16 bytes a step.
        let seen = unsafe bytes.withUnsafeBufferPointer { buffer in
            var seen: UInt8 = 0
            for index in 0..<buffer.count {
                let byte = unsafe buffer[index]
                // 0 … 8, 11 and 12, 14 … 31.
                let control: UInt8 = (byte < 9 ? 1 : 0) | (byte &- 11 < 2 ? 1 : 0) | (byte &- 14 < 18 ? 1 : 0)
                seen |= byte & 0x80 | control
            }
            return seen
        }
        return Census(rawValue: seen)
    }

    /// Whether all bytes are text: valid UTF-8 without control characters.
    static func isText(_ bytes: Span<UInt8>) -> Bool {
        let census = census(bytes)
        return census.isEmpty || census == .nonASCII && isUTF8(bytes)
    }

    /// Whether the bytes are well-formed UTF-8 by table 3-7 of the Unicode Standard.
    ///
    /// Skips ASCII eight bytes at a time. It does not say where a fault is; `firstInvalidByte` does.
    static func isUTF8(_ bytes: Span<UInt8>) -> Bool {
        // Safe: the buffer does not leave the closure, and every read comes after a comparison with its count.
        unsafe bytes.withUnsafeBufferPointer { buffer in
            let count = buffer.count
            let raw = UnsafeRawBufferPointer(buffer)
            var index = 0
            while index < count {
                if count - index >= 8 {
                    let word = unsafe UInt64(
                        littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                    let upper = word & 0x8080_8080_8080_8080
                    if upper == 0 {
                        index &+= 8
                        continue
                    }
                    index &+= upper.trailingZeroBitCount &>> 3
                }
                let first = unsafe buffer[index]
                if first < 0x80 {
                    index &+= 1
                    continue
                }
                let length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
                guard length > 0, count - index >= length else { return false }
                // The lead bytes E0, ED, F0 and F4 restrict the second byte: no overlong forms, no surrogates, nothing
                // beyond U+10FFFF.
                let second = unsafe buffer[index &+ 1]
                let least: UInt8 = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80
                let most: UInt8 = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF
                guard second >= least, second <= most else { return false }
                if length > 2, unsafe buffer[index &+ 2] & 0xC0 != 0x80 { return false }
                if length > 3, unsafe buffer[index &+ 3] & 0xC0 != 0x80 { return false }
                index &+= length
            }
            return true
        }
    }

    /// The position of the first control character.
    static func firstControl(in bytes: Span<UInt8>) -> Int? {
        for index in bytes.indices {
            let byte = bytes[index]
            if byte < 0x20, byte != 0x09, byte != 0x0A, byte != 0x0D { return index }
        }
        return nil
    }

    /// The position of the first byte that is not valid UTF-8 (RFC 3629: no overlong forms, no surrogates).
    static func firstInvalidByte(in bytes: Span<UInt8>) -> Int? {
        do {
            _ = try UTF8Span(validating: bytes)
            return nil
        } catch {
            return error.byteOffsets.lowerBound
        }
    }

    /// The number of Unicode scalars.
    @inline(__always)
    static func scalars(in bytes: Span<UInt8>) -> Int {
        var count = 0
        for index in bytes.indices where bytes[index] & 0xC0 != 0x80 { count += 1 }
        return count
    }

    /// Whether there are more scalars than `limit`; a scalar has at most four bytes, so few values have to be counted.
    @inline(__always)
    static func exceeds(_ limit: Int, _ bytes: Span<UInt8>) -> Bool {
        bytes.count > limit && scalars(in: bytes) > limit
    }

    /// The range without outer white space: ASCII white space, the no-break space U+00A0 and U+FEFF.
    @inline(__always)
    static func trimmed(_ text: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        if range.isEmpty || !mayHaveOuterSpace(text, range) { return range }
        return trimmedSlowly(text, range)
    }

    /// Whether a value, which is not empty, begins or ends with a byte that can begin or end white space.
    @inline(__always)
    static func mayHaveOuterSpace(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        let first = text[range.lowerBound]
        let last = text[range.upperBound - 1]
        return first <= 0x20 || first == 0xC2 || first == 0xEF || last <= 0x20 || last == 0xA0 || last == 0xBF
    }

    private static func trimmedSlowly(_ text: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper {
            let length = spaceLength(text, at: lower, before: upper)
            if length == 0 { break }
            lower += length
        }
        while upper > lower {
            if spaceLength(text, at: upper - 1, before: upper) == 1 {
                upper -= 1
            } else if upper - lower >= 2, spaceLength(text, at: upper - 2, before: upper) == 2 {
                upper -= 2
            } else if upper - lower >= 3, spaceLength(text, at: upper - 3, before: upper) == 3 {
                upper -= 3
            } else {
                break
            }
        }
        return lower..<upper
    }

    private static func spaceLength(_ text: Span<UInt8>, at position: Int, before end: Int) -> Int {
        switch text[position] {
        case 0x20, 0x09...0x0D: 1
        case 0xC2 where position + 1 < end && text[position + 1] == 0xA0: 2
        case 0xEF where position + 2 < end && text[position + 1] == 0xBB && text[position + 2] == 0xBF: 3
        default: 0
        }
    }
}
