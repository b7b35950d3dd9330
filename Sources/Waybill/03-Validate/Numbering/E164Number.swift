/// A phone number in international form: at most 15 digits, the first one not 0 (ITU-T E.164 §6); up to 18 where a
/// country's plan has longer numbers, as Germany's has.
package struct E164Number: Hashable, Sendable, CustomStringConvertible {
    /// The digits after the `+`, as one integer. No calling code begins with 0, so no digit is lost.
    package let digits: UInt64

    /// A longer number would not fit in a `RecipientKey` beside its kind.
    package static let mostDigits = 18

    package init(digits: UInt64) {
        self.digits = digits
    }

    /// How many digits it has.
    package var digitCount: Int {
        var count = 1
        var rest = digits
        while rest >= 10 {
            rest /= 10
            count += 1
        }
        return count
    }

    /// `+` and the digits.
    package var description: String { "+\(digits)" }

    /// Appends `+` and the digits.
    package func append(to bytes: inout [UInt8]) {
        bytes.append(0x2B)
        DecimalText.append(digits, to: &bytes)
    }

    /// Reads `+` and 1 to `mostDigits` digits; nil for anything else.
    @inline(__always)
    init?(text: Span<UInt8>) {
        guard text.count >= 2, text.count <= Self.mostDigits + 1, text[0] == 0x2B else { return nil }
        var digits: UInt64 = 0
        var next = 1
        if text.count >= 9 {
            // Safe: the load is checked against the span's bounds, and every bit pattern is an integer.
            let word = unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: 1, as: UInt64.self)
            guard let eight = Self.eightDigits(UInt64(littleEndian: word)) else { return nil }
            digits = eight
            next = 9
        }
        while next < text.count {
            let digit = text[next] &- 0x30
            guard digit < 10 else { return nil }
            digits = digits &* 10 &+ UInt64(digit)
            next += 1
        }
        self.digits = digits
    }

    /// The number that eight ASCII digits spell, the first digit in the lowest byte; nil if one is not a digit.
    ///
    /// Neighbours are combined three times: to four numbers below 100, to two below 10,000, to one.
    @inline(__always)
    static func eightDigits(_ word: UInt64) -> UInt64? {
        let upper: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
        let zeros: UInt64 = 0x3030_3030_3030_3030
        // Adding 6 carries a digit above 9 into the upper half of its byte.
        guard word & upper == zeros, (word &+ 0x0606_0606_0606_0606) & upper == zeros else { return nil }
        let single = word ^ zeros
        let pairs = (single &* 10 &+ single >> 8) & 0x00FF_00FF_00FF_00FF
        let fours = (pairs &* 100 &+ pairs >> 16) & 0x0000_FFFF_0000_FFFF
        return (fours &* 10_000 &+ fours >> 32) & 0xFFFF_FFFF
    }
}
