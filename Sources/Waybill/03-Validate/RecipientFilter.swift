/// Tells for most keys that no spilled run has them: a Bloom filter that keeps all bits of a key in one cache line.
///
/// The line is proportional to the key, so filling it from a sorted run passes through memory once from end to end.
/// With 24 MiB and 20 million keys (10 bits each), one key in a hundred is looked up in vain.
struct RecipientFilter {
    /// 512 bits, a cache line.
    private static let wordsPerLine = 8
    private let lines: UInt64
    private var words: [UInt64]
    /// Has no meaning: without a place to keep the results, the compiler would drop the reads.
    private var touched: UInt64 = 0

    init(bytes: Int) {
        let lines = max(1, bytes / 64)
        self.lines = UInt64(lines)
        words = Array(repeating: 0, count: lines * Self.wordsPerLine)
    }

    mutating func insert(_ key: UInt64) {
        let line = start(of: key)
        var bits = Self.spread(key)
        for _ in 0..<6 {
            words[line + Int(bits >> 61)] |= 1 << (bits >> 55 & 63)
            bits <<= 9
        }
    }

    /// Reads the lines of keys, so they are in the cache when they are asked for.
    mutating func touch(_ keys: Span<UInt64>) {
        var sum: UInt64 = 0
        for index in keys.indices { sum &+= words[start(of: keys[index])] }
        touched = sum
    }

    @inline(__always)
    func mayContain(_ key: UInt64) -> Bool {
        let line = start(of: key)
        var bits = Self.spread(key)
        // Tests all six bits, whatever the first ones are: so nothing waits for memory, and the next key's line loads
        // meanwhile.
        var all: UInt64 = 1
        for _ in 0..<6 {
            all &= words[line + Int(bits >> 61)] >> (bits >> 55 & 63)
            bits <<= 9
        }
        return all == 1
    }

    @inline(__always)
    private func start(of key: UInt64) -> Int {
        Int(truncatingIfNeeded: ((key >> 32) &* lines) >> 32) * Self.wordsPerLine
    }

    /// Six numbers of nine bits in the highest places, from the key's lower bits; the upper ones chose the line.
    @inline(__always)
    private static func spread(_ key: UInt64) -> UInt64 { (key ^ key >> 31) &* 0x9E37_79B9_7F4A_7C15 }
}
