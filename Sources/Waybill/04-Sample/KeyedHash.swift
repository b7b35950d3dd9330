/// A 64-bit keyed hash that gives the same value for the same bytes and key on every machine, for ever.
///
/// It is SipHash-2-4 (Aumasson and Bernstein, 2012): without the key, nobody can choose values that are always sampled.
/// Samples of past days depend on it, so neither the function nor the making of the key may ever change.
package struct KeyedHash: Hashable, Sendable {
    private let first: UInt64
    private let second: UInt64

    package init(first: UInt64, second: UInt64) {
        self.first = first
        self.second = second
    }

    /// The key for one purpose under a seed; another purpose or another salt gives an independent hash.
    ///
    /// Its two halves are the hashes of `seed NUL purpose NUL salt` under the keys (0, 0) and (1, 1).
    package init(seed: String, purpose: String, salt: [UInt8] = []) {
        let text = Array(seed.utf8) + [0] + Array(purpose.utf8) + [0] + salt
        first = KeyedHash(first: 0, second: 0).value(of: text.span)
        second = KeyedHash(first: 1, second: 1).value(of: text.span)
    }

    /// The hash of bytes; with `foldingCase`, ASCII capitals count as small letters.
    package func value(of span: Span<UInt8>, foldingCase: Bool = false) -> UInt64 {
        var state = State(first: first, second: second)
        var next = 0
        while next + 8 <= span.count {
            // Safe: the load is checked against the span's bounds, and every bit pattern is an integer.
            let word = unsafe span.bytes.unsafeLoadUnaligned(fromByteOffset: next, as: UInt64.self)
            let eight = UInt64(littleEndian: word)
            state.absorb(foldingCase ? Self.folded(eight) : eight)
            next += 8
        }
        var word: UInt64 = 0
        if next > 0, next < span.count {
            // The last eight bytes again, without those that were absorbed. Safe as above.
            let eight = unsafe span.bytes.unsafeLoadUnaligned(fromByteOffset: span.count - 8, as: UInt64.self)
            word = UInt64(littleEndian: eight) >> UInt64((next + 8 - span.count) * 8)
        } else {
            for index in next..<span.count { word |= UInt64(span[index]) << UInt64((index - next) * 8) }
        }
        if foldingCase { word = Self.folded(word) }
        state.absorb(word | UInt64(truncatingIfNeeded: span.count) << 56)
        return state.finish()
    }

    /// Eight bytes, with ASCII capitals made small letters, all at once.
    private static func folded(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let low = word & (0x7F * ones)
        // The top bits of each byte say: at least `A`, beyond `Z`, and not ASCII.
        let isCapital = (low &+ (0x80 - 0x41) * ones) & ~(low &+ (0x80 - 0x5B) * ones) & ~word & (0x80 * ones)
        return word | isCapital >> 2
    }

    /// The hash of a number's eight bytes, the lowest first.
    package func value(of number: UInt64) -> UInt64 {
        var state = State(first: first, second: second)
        state.absorb(number)
        state.absorb(8 << 56)
        return state.finish()
    }

    private struct State {
        var v0, v1, v2, v3: UInt64

        init(first: UInt64, second: UInt64) {
            v0 = first ^ 0x736f_6d65_7073_6575
            v1 = second ^ 0x646f_7261_6e64_6f6d
            v2 = first ^ 0x6c79_6765_6e65_7261
            v3 = second ^ 0x7465_6462_7974_6573
        }

        @inline(__always)
        mutating func absorb(_ word: UInt64) {
            v3 ^= word
            round()
            round()
            v0 ^= word
        }

        @inline(__always)
        mutating func finish() -> UInt64 {
            v2 ^= 0xFF
            for _ in 0..<4 { round() }
            return v0 ^ v1 ^ v2 ^ v3
        }

        @inline(__always)
        private mutating func round() {
            v0 &+= v1
            v2 &+= v3
            v1 = Self.rotate(v1, by: 13) ^ v0
            v3 = Self.rotate(v3, by: 16) ^ v2
            v0 = Self.rotate(v0, by: 32)
            v2 &+= v1
            v0 &+= v3
            v1 = Self.rotate(v1, by: 17) ^ v2
            v3 = Self.rotate(v3, by: 21) ^ v0
            v2 = Self.rotate(v2, by: 32)
        }

        private static func rotate(_ word: UInt64, by count: UInt64) -> UInt64 {
            word << count | word >> (64 - count)
        }
    }
}
