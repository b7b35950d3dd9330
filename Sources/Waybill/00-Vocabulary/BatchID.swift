/// The identity of a batch, written `YYYYMMDD-NNNNNN`: the UTC day of the claim and its number on that day, from 1.
///
/// Ids rise in order of claim. The raw value is the same digits as a decimal number (`20261121000007`), so ids
/// compare and sort as they read.
package struct BatchID: RawRepresentable, Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package init(day: CalendarDay, number: Int) {
        rawValue = Int64(day.year * 10_000 + day.month * 100 + day.day) * 1_000_000 + Int64(number)
    }

    /// Reads `YYYYMMDD-NNNNNN`; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 15, bytes[8] == UInt8(ascii: "-") else { return nil }
        var value: Int64 = 0
        for (index, byte) in bytes.enumerated() where index != 8 {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        rawValue = value
    }

    package var description: String {
        let digits = CalendarDay.padded(Int(rawValue), to: 14)
        let number = digits.utf8.index(digits.endIndex, offsetBy: -6)
        return digits[..<number] + "-" + digits[number...]
    }

    package static func < (left: BatchID, right: BatchID) -> Bool { left.rawValue < right.rawValue }
}
