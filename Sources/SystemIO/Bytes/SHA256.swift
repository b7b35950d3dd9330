import CShims

/// SHA-256 (FIPS 180-4) of bytes that arrive in pieces.
package struct SHA256: Sendable {
    /// How blocks are computed; all ways give the same bytes.
    enum Way: Int32, CaseIterable {
        case portable = 0
        case avx2 = 1
        case x86 = 2
        case arm = 3

        var runsHere: Bool { waybill_sha256_can_run(rawValue) != 0 }
    }

    /// The words H0 … H7 of section 5.3.3.
    private var state: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    /// The bytes of an incomplete block: always fewer than 64.
    private var rest: [UInt8] = []
    private var length: UInt64 = 0
    private let way: Int32

    package init() { way = waybill_sha256_fastest_way() }

    /// For tests: a particular way, which this processor must support.
    init(way: Way) { self.way = way.rawValue }

    package mutating func update(_ bytes: [UInt8]) { update(bytes[...]) }

    package mutating func update(_ bytes: ArraySlice<UInt8>) {
        length += UInt64(bytes.count)
        var remaining = bytes
        if !rest.isEmpty {
            let taken = remaining.prefix(64 - rest.count)
            rest.append(contentsOf: taken)
            remaining = remaining.dropFirst(taken.count)
            if rest.count < 64 { return }
            blocks(rest[...])
            rest.removeAll(keepingCapacity: true)
        }
        let whole = remaining.count & ~63
        blocks(remaining.prefix(whole))
        rest.append(contentsOf: remaining.dropFirst(whole))
    }

    /// The 32-byte digest of everything added so far.
    package func finish() -> [UInt8] {
        var last = self
        // Section 5.1.1: a one bit, zeros up to eight bytes before the end of a block, then the length in bits.
        var padding: [UInt8] = [0x80]
        padding.append(contentsOf: [UInt8](repeating: 0, count: (119 - Int(length % 64)) % 64))
        let bits = length &* 8
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            padding.append(UInt8(truncatingIfNeeded: bits >> shift))
        }
        last.update(padding)
        return last.state.flatMap { word in
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
        }
    }

    /// The digest of one array.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }

    /// Bytes as hexadecimal digits in lower case.
    package static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Adds whole blocks to the state.
    private mutating func blocks(_ bytes: ArraySlice<UInt8>) {
        if bytes.isEmpty { return }
        // Safe: the state has its eight words, and the C function reads exactly the bytes of the whole blocks.
        unsafe bytes.withUnsafeBufferPointer { input in
            unsafe state.withUnsafeMutableBufferPointer { words in
                unsafe waybill_sha256_blocks(words.baseAddress!, input.baseAddress!, input.count / 64, way)
            }
        }
    }
}
