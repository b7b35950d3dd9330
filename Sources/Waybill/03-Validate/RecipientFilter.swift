/// Tells for most keys that no spilled run has them: a Bloom filter whose bits for one key share a cache line.
///
/// The line is proportional to the key, so filling it from a sorted run goes through memory once from end to end.
/// With 24 MiB and 20 million keys (10 bits each), one key in a hundred is looked for in vain.
struct RecipientFilter {
    /// 512 bits, a cache line.
    private static let wordsPerLine = 8
    private let lines: UInt64
    private var words: [UInt64]
    /// Of no meaning: reads whose result is kept nowhere would not be made.
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

    /// Reads the lines of keys, so that they are near when they are asked for.
    mutating func touch(_ keys: Span<UInt64>) {
        var sum: UInt64 = 0
        for index in keys.indices { sum &+= words[start(of: keys[index])] }
        touched = sum
    }

    @inline(__always)
    func mayContain(_ key: UInt64) -> Bool {
        let line = start(of: key)
        var bits = Self.spread(key)
        // All six bits, whatever the first ones are: nothing waits for memory then, and the next key's line is read
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

    /// Six numbers of nine bits, at the top, from the lower bits of the key: the upper ones chose the line.
    @inline(__always)
    private static func spread(_ key: UInt64) -> UInt64 { (key ^ key >> 31) &* 0x9E37_79B9_7F4A_7C15 }
}
