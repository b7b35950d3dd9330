/// A phone number in international form: at most 15 digits, the first of them not 0 (ITU-T E.164 §6). Where a country's plan
/// has longer ones, as Germany's has, up to 18.
package struct E164Number: Hashable, Sendable, CustomStringConvertible {
    /// The digits after the `+`, as one number; no calling code begins with 0, so none is lost.
    package let digits: UInt64

    /// More would not fit beside what else a `RecipientKey` says.
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
        // A 64-bit number has at most 20 digits.
        var text = InlineArray<21, UInt8>(repeating: 0x2B)
        var start = text.count
        var rest = digits
        repeat {
            start -= 1
            text[start] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        // Safe: the bytes are copied within the closure.
        unsafe text.span.extracting((start - 1)...).withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }
}
