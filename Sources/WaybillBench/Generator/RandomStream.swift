/// Random-looking numbers that are the same everywhere for the same seed (SplitMix64, Steele, Lea and Flood 2014).
struct RandomStream {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// An independent stream for each position of a sequence, so no element depends on those before it.
    @inline(__always)
    init(seed: UInt64, position: UInt64) {
        state = Self.mixed(seed &+ Self.mixed(position &+ Self.step))
    }

    private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15

    @inline(__always)
    mutating func next() -> UInt64 {
        state &+= Self.step
        return Self.mixed(state)
    }

    /// A number from 0 up to, but not including, `bound`, which is at most 2^32.
    @inline(__always)
    mutating func below(_ bound: Int) -> Int { Int(((next() >> 32) &* UInt64(truncatingIfNeeded: bound)) >> 32) }

    /// From 0 up to, but not including, 1.
    mutating func fraction() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }

    /// True `count` times in 100,000.
    @inline(__always)
    mutating func happens(_ count: Int) -> Bool { below(100_000) < count }

    @inline(__always)
    private static func mixed(_ word: UInt64) -> UInt64 {
        var word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
