/// The bytes of one scan, followed by zero bytes, so no search has to check for the end.
///
/// A zero byte is never part of a JSON text. Every search stops at the one after the last byte; a failure reported at
/// `count` then is not an error but the end of what has come so far. The functions of this type follow the grammar of
/// RFC 8259.
///
/// The position of a failure is returned as its complement (`~position`), which is negative: one comparison tells
/// success from failure, and nothing has to be stored.
///
/// Safe to use although it holds a pointer: it lives only inside `withBytes`, and no position above `count` is ever
/// read, except by `word(at:)` and `JSONFields.take`, for which the padding is there.
@safe struct JSONBytes {
    /// The zero bytes after the last byte: enough to read 32 bytes at `count`.
    static let padding = 32

    /// The number of bytes without the padding.
    let count: Int
    /// The white space allowed between two tokens, one bit per byte value.
    let whiteSpace: UInt64
    let base: UnsafePointer<UInt8>

    /// Space, tab, line feed, carriage return (RFC 8259 §2).
    static let anyWhiteSpace: UInt64 = 1 << 0x20 | 1 << 0x09 | 1 << 0x0A | 1 << 0x0D
    /// The same without line ends: they end a record of JSON Lines.
    static let blanks: UInt64 = 1 << 0x20 | 1 << 0x09

    /// Calls `body` with the bytes of `padded`, whose last `padding` bytes must be zero.
    @inline(__always)
    static func withBytes<Result, Failure: Error>(
        of padded: [UInt8], whiteSpace: UInt64, _ body: (JSONBytes) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(padded.count >= padding && padded.suffix(padding).allSatisfy { $0 == 0 })
        // The pointer outlives neither the array nor the call.
        return try unsafe padded.withUnsafeBufferPointer { (buffer) throws(Failure) -> Result in
            let start = buffer.baseAddress!
            return try body(
                unsafe JSONBytes(count: padded.count - padding, whiteSpace: whiteSpace, base: start))
        }
    }

    private init(count: Int, whiteSpace: UInt64, base: UnsafePointer<UInt8>) {
        self.count = count
        self.whiteSpace = whiteSpace
        unsafe self.base = base
    }

    /// The same bytes with other white space between tokens.
    func with(whiteSpace: UInt64) -> JSONBytes {
        unsafe JSONBytes(count: count, whiteSpace: whiteSpace, base: base)
    }

    @inline(__always)
    subscript(position: Int) -> UInt8 {
        assert(position >= 0 && position <= count)
        return unsafe base[position]
    }

    /// The eight bytes from `position`, the first one lowest.
    @inline(__always)
    func word(at position: Int) -> UInt64 {
        assert(position >= 0 && position <= count + Self.padding - 8)
        return UInt64(
            littleEndian: unsafe UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self))
    }

    /// A copy of a range.
    func copy(_ range: Range<Int>) -> [UInt8] {
        assert(range.upperBound <= count)
        return unsafe Array(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
    }

    /// How many line feeds stand in a range.
    func lineFeeds(in range: Range<Int>) -> UInt64 {
        assert(range.upperBound <= count)
        var found = 0
        var position = range.lowerBound
        // Sixteen bytes at a time, each counting in a byte of its own, emptied before it can overflow.
        let lineFeed = SIMD16<UInt8>(repeating: 0x0A)
        while range.upperBound - position >= 16 {
            var counts = SIMD16<UInt8>.zero
            let rounds = min(255, (range.upperBound - position) / 16)
            for _ in 0..<rounds {
                // Safe: sixteen bytes of the range are left.
                let bytes = unsafe UnsafeRawPointer(base + position).loadUnaligned(as: SIMD16<UInt8>.self)
                counts = counts.replacing(with: counts &+ 1, where: bytes .== lineFeed)
                position += 16
            }
            found += Int(SIMD16<UInt16>(truncatingIfNeeded: counts).wrappedSum())
        }
        while position < range.upperBound {
            found += self[position] == 0x0A ? 1 : 0
            position += 1
        }
        return UInt64(found)
    }

    @inline(__always)
    func isWhiteSpace(_ byte: UInt8) -> Bool { byte <= 0x20 && whiteSpace >> UInt64(byte) & 1 != 0 }

    /// Whether a byte is ASCII, and neither a space nor a control character.
    @inline(__always)
    func isPlain(_ position: Int) -> Bool { Int8(bitPattern: self[position]) > 0x20 }

    /// The first position from `position` on that is not white space.
    @inline(__always)
    func skipWhiteSpace(_ position: Int) -> Int {
        var position = position
        while isWhiteSpace(self[position]) { position += 1 }
        return position
    }

    /// The start of the character that contains `position`, so that a text is not cut inside a character.
    func characterStart(_ position: Int, notBefore lowest: Int) -> Int {
        var start = position
        // At most three bytes follow the first of a character; they are 10xxxxxx (RFC 3629).
        while start > lowest, position - start < 3, self[start] & 0xC0 == 0x80 { start -= 1 }
        return start
    }

    /// The first line feed or carriage return from `position` on; `count` if there is none.
    func lineEnd(_ position: Int) -> Int {
        var position = position
        while true {
            let word = word(at: position)
            // A line end is a control character, and those are rare within a line.
            let controls = (word &- Self.each(0x20)) & ~word & Self.each(0x80)
            if controls == 0 {
                position += 8
                continue
            }
            position += controls.trailingZeroBitCount / 8
            if position >= count { return count }
            if self[position] == 0x0A || self[position] == 0x0D { return position }
            position += 1
        }
    }

    /// The first quotation mark, backslash or control character from `position` on; the padding counts as one.
    @inline(__always)
    func stringStop(_ position: Int) -> Int {
        var position = position
        while true {
            let word = word(at: position)
            // Each term flags its bytes with their highest bit. A borrow may flag a byte above a true one, never below
            // it. Only the lowest flag is used, so the answer is exact.
            let quotes = word ^ Self.each(0x22)
            let backslashes = word ^ Self.each(0x5C)
            let flags =
                ((quotes &- Self.each(1)) & ~quotes | (backslashes &- Self.each(1)) & ~backslashes
                    | (word &- Self.each(0x20)) & ~word) & Self.each(0x80)
            if flags != 0 { return position + flags.trailingZeroBitCount / 8 }
            position += 8
        }
    }

    @inline(__always)
    private static func each(_ byte: UInt64) -> UInt64 { byte &* 0x0101_0101_0101_0101 }
}
