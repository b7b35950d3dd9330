/// The leaves, ordered by how recently they were referred to.
struct RecentLeaves {
    /// The last is the most recent.
    private var leaves: [UInt16]
    private var count = 0
    private var newest = -1

    init(capacity: Int) {
        leaves = [UInt16](repeating: 0, count: capacity)
    }

    /// Reads a reference to a leaf: 0 and a distance for one that is new here, else how long ago it was referred to.
    mutating func next(_ bits: inout BitReader) -> Int {
        let age = bits.golomb(2)
        guard age > 0 else {
            let distance = bits.golomb(1)
            newest += 1 + (distance & 1 == 0 ? distance / 2 : -(distance + 1) / 2)
            leaves[count] = UInt16(newest)
            count += 1
            return newest
        }
        let count = count
        if age == 1 { return Int(leaves[count - 1]) }
        var leaves = leaves.mutableSpan
        let leaf = leaves[count - age]
        for position in count - age..<count - 1 { leaves[position] = leaves[position + 1] }
        leaves[count - 1] = leaf
        return Int(leaf)
    }
}

/// Reads bits from bytes, starting with the highest bit of each byte.
struct BitReader {
    private let bytes: [UInt8]
    private var position: Int
    /// Bits not read yet, in the highest places.
    private var bits: UInt64 = 0
    private var bitCount = 0

    init(bytes: [UInt8], position: Int) {
        self.bytes = bytes
        self.position = position
    }

    /// Refills to more than 32 bits, with zeros after the end.
    @inline(__always)
    private mutating func fill() {
        guard bitCount < 32 else { return }
        var word: UInt32 = 0
        for offset in 0..<4 {
            word = word << 8 | UInt32(position + offset < bytes.count ? bytes[position + offset] : 0)
        }
        bits |= UInt64(word) << UInt64(32 - bitCount)
        position += 4
        bitCount += 32
    }

    @inline(__always)
    mutating func take(_ count: Int) -> Int {
        fill()
        let value = count == 0 ? 0 : Int(truncatingIfNeeded: bits >> UInt64(64 - count))
        bits <<= UInt64(count)
        bitCount -= count
        return value
    }

    /// An exponential Golomb code: as many zeros as the value has bits above `order` + 1, then the value.
    @inline(__always)
    mutating func golomb(_ order: Int) -> Int {
        fill()
        return take(2 * bits.leadingZeroBitCount + order + 1) - (1 << order)
    }
}
