/// A keyed 128-bit hash of an address: a person has the same text in every report of a workspace, but nobody without
/// the key can find out whose it is by trying numbers.
///
/// SipHash-2-4 with 128-bit output (Aumasson and Bernstein, "SipHash: a fast short-input PRF").
package struct AddressDigest: Sendable {
    private let key: (UInt64, UInt64)

    /// The 16 key bytes as two little-endian words.
    package init(key0: UInt64, key1: UInt64) {
        key = (key0, key1)
    }

    /// Appends the 16 bytes of the hash as 32 lower-case hexadecimal digits.
    package func append(_ address: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        let (low, high) = hash(address)
        append(low, to: &bytes)
        append(high, to: &bytes)
    }

    private func append(_ word: UInt64, to bytes: inout [UInt8]) {
        for place in 0..<8 { ReportCells.append(hex: UInt8(truncatingIfNeeded: word >> (8 * place)), to: &bytes) }
    }

    private func hash(_ address: ArraySlice<UInt8>) -> (UInt64, UInt64) {
        var state = State(key)
        var word: UInt64 = 0
        var filled: UInt64 = 0
        for byte in address {
            word |= UInt64(byte) << (8 * filled)
            filled += 1
            if filled == 8 {
                state.absorb(word)
                word = 0
                filled = 0
            }
        }
        state.absorb(word | UInt64(truncatingIfNeeded: address.count) << 56)
        state.v2 ^= 0xEE
        for _ in 0..<4 { state.round() }
        let low = state.v0 ^ state.v1 ^ state.v2 ^ state.v3
        state.v1 ^= 0xDD
        for _ in 0..<4 { state.round() }
        return (low, state.v0 ^ state.v1 ^ state.v2 ^ state.v3)
    }

    private struct State {
        var v0, v1, v2, v3: UInt64

        init(_ key: (UInt64, UInt64)) {
            v0 = key.0 ^ 0x736f_6d65_7073_6575
            // 0xEE marks the 128-bit variant.
            v1 = key.1 ^ 0x646f_7261_6e64_6f6d ^ 0xEE
            v2 = key.0 ^ 0x6c79_6765_6e65_7261
            v3 = key.1 ^ 0x7465_6462_7974_6573
        }

        @inline(__always)
        mutating func absorb(_ word: UInt64) {
            v3 ^= word
            round()
            round()
            v0 ^= word
        }

        @inline(__always)
        mutating func round() {
            v0 &+= v1
            v1 = v1 << 13 | v1 >> 51
            v1 ^= v0
            v0 = v0 << 32 | v0 >> 32
            v2 &+= v3
            v3 = v3 << 16 | v3 >> 48
            v3 ^= v2
            v0 &+= v3
            v3 = v3 << 21 | v3 >> 43
            v3 ^= v0
            v2 &+= v1
            v1 = v1 << 17 | v1 >> 47
            v1 ^= v2
            v2 = v2 << 32 | v2 >> 32
        }
    }
}
