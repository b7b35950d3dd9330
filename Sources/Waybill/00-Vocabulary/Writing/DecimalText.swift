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

    /// Appends a number below 10⁸ with at least `width` digits. The digits are collected in one word, the last one
    /// first, so that the first one ends up on top.
    @inline(__always)
    private static func append(eight number: UInt64, atLeast width: Int, to bytes: inout [UInt8]) {
        var rest = number
        var word: UInt64 = 0
        var count = 0
        repeat {
            word = word << 8 | (0x30 + rest % 10)
            rest /= 10
            count += 1
        } while rest > 0 || count < width
        for _ in 0..<count {
            bytes.append(UInt8(truncatingIfNeeded: word))
            word >>= 8
        }
    }
}
