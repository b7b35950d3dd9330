/// Finds the bytes that matter to CSV, 64 at a time, with the processor's vector instructions if it has them
/// (`TextKernels`), else as follows.
///
/// Bit *i* of a mask stands for byte *i*. Swift has no instruction that gathers the results of a vector comparison into
/// bits. So each of the eight 8-byte rows gets one bit of its own, and the rows are overlaid:
///
///     row k, byte j matches   →   bit k of byte j        (four vector ANDs and ORs)
///     8 × 8 bit transposition →   bit j of byte k = 8 k + j, the order of the text
struct ByteMarks {
    private let delimiter: UInt8
    private let quote: UInt8
    private let usesKernels: Bool

    init(delimiter: UInt8, quote: UInt8 = ASCII.quote, usesKernels: Bool = true) {
        self.delimiter = delimiter
        self.quote = quote
        self.usesKernels = usesKernels && TextKernels.canRun
    }

    /// The mask of the 64 bytes starting at `bytes`. Safe if all of them are readable.
    @inline(__always)
    func mask(_ bytes: UnsafePointer<UInt8>) -> UInt64 {
        if usesKernels { return unsafe TextKernels.marks(bytes, delimiter: delimiter, quote: quote) }
        let raw = unsafe UnsafeRawPointer(bytes)
        let rows01 = rows(unsafe raw.loadUnaligned(as: SIMD16<UInt8>.self), shift: 0)
        let rows23 = rows(unsafe raw.loadUnaligned(fromByteOffset: 16, as: SIMD16<UInt8>.self), shift: 2)
        let rows45 = rows(unsafe raw.loadUnaligned(fromByteOffset: 32, as: SIMD16<UInt8>.self), shift: 4)
        let rows67 = rows(unsafe raw.loadUnaligned(fromByteOffset: 48, as: SIMD16<UInt8>.self), shift: 6)
        // Safe: two vectors of 128 plain bits.
        let halves = unsafe unsafeBitCast((rows01 | rows23) | (rows45 | rows67), to: SIMD2<UInt64>.self)
        return Self.transposed(UInt64(littleEndian: halves.x) | UInt64(littleEndian: halves.y))
    }

    /// The mask of the `count` (0 … 63) bytes starting at `bytes`. Safe if those are readable: no byte after them is
    /// read.
    @inline(never)
    func mask(_ bytes: UnsafePointer<UInt8>, count: Int) -> UInt64 {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { padded in
            // Safe: the buffer has 64 bytes and all are written; NUL is never searched for.
            unsafe padded.initialize(repeating: 0)
            for index in 0..<count { unsafe padded[index] = bytes[index] }
            return unsafe mask(UnsafePointer(padded.baseAddress!))
        }
    }

    /// The marked bytes of two rows: 1 in the low eight bytes, 2 in the high eight, shifted left by `shift`; else 0.
    @inline(__always)
    private func rows(_ bytes: SIMD16<UInt8>, shift: UInt8) -> SIMD16<UInt8> {
        let found =
            (bytes .== SIMD16(repeating: delimiter)) .| (bytes .== SIMD16(repeating: quote))
            .| (bytes .== SIMD16<UInt8>(repeating: 0x0A)) .| (bytes .== SIMD16<UInt8>(repeating: 0x0D))
        let low: UInt8 = 1 << shift
        let high: UInt8 = 2 << shift
        let weights = SIMD16<UInt8>(
            low, low, low, low, low, low, low, low, high, high, high, high, high, high, high, high)
        return SIMD16<UInt8>(repeating: 0).replacing(with: weights, where: found)
    }

    /// Transposes the 8 × 8 bits of a word by swapping 1 × 1, then 2 × 2, then 4 × 4 blocks across the diagonal.
    @inline(__always)
    private static func transposed(_ word: UInt64) -> UInt64 {
        var bits = word
        var swap = (bits ^ (bits >> 7)) & 0x00AA_00AA_00AA_00AA
        bits ^= swap ^ (swap << 7)
        swap = (bits ^ (bits >> 14)) & 0x0000_CCCC_0000_CCCC
        bits ^= swap ^ (swap << 14)
        swap = (bits ^ (bits >> 28)) & 0x0000_0000_F0F0_F0F0
        return bits ^ swap ^ (swap << 28)
    }
}
