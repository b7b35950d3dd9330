/// Writes numbers as digits without making a `String` of each.
package enum DecimalText {
    @inline(__always)
    package static func append(_ number: Int, to bytes: inout [UInt8]) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        append(UInt64(number.magnitude), to: &bytes)
    }

    @inline(__always)
    package static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        if number < 100_000_000 {
            append(eight: number, atLeast: 1, to: &bytes)
        } else {
            append(long: number, to: &bytes)
        }
    }

    /// Appends the last digits of a number, at most eight, with zeros in front.
    @inline(__always)
    package static func append(_ number: UInt64, digits: Int, to bytes: inout [UInt8]) {
        append(eight: number % 100_000_000, atLeast: digits, to: &bytes)
    }

    @inline(never)
    private static func append(long number: UInt64, to bytes: inout [UInt8]) {
        append(number / 100_000_000, to: &bytes)
        append(eight: number % 100_000_000, atLeast: 8, to: &bytes)
    }

    /// Appends a number below 10⁸ with at least `width` digits.
    @inline(__always)
    private static func append(eight number: UInt64, atLeast width: Int, to bytes: inout [UInt8]) {
        let digits = eightDigits(of: number)
        let zeros = min(digits.trailingZeroBitCount / 8, 8 - width)
        let text = (digits | 0x3030_3030_3030_3030) >> (8 * zeros)
        bytes.append(addingCapacity: 8) { room in
            // Safe: there is room for the word, of which what is not a digit is not counted.
            unsafe room.withUnsafeMutableBufferPointer { space, written in
                unsafe UnsafeMutableRawBufferPointer(space).storeBytes(
                    of: text.littleEndian, toByteOffset: written, as: UInt64.self)
                written += 8 - zeros
            }
        }
    }

    /// The eight digits of a number below 10⁸, zeros in front included, one in each byte, the first one in the lowest.
    ///
    /// It is parted three times: into two numbers below 10,000, four below 100, eight digits. The divisions are
    /// multiplications by 2²⁰ / 100 and 2¹⁰ / 10, rounded up: right for such numbers.
    @inline(__always)
    private static func eightDigits(of number: UInt64) -> UInt64 {
        let fours = number / 10_000 | (number % 10_000) << 32
        let hundreds = (fours &* 10_486) >> 20 & 0x0000_007F_0000_007F
        let pairs = hundreds | (fours &- hundreds &* 100) << 16
        let tens = (pairs &* 103) >> 10 & 0x000F_000F_000F_000F
        return tens | (pairs &- tens &* 10) << 8
    }
}
