/// The digits of a number as dialled, in ASCII.
///
/// Only the first 40 are kept: a number never has more than 17, and messages only need how longer ones begin and their
/// count. The last 24 bytes are for digits that a national prefix rule rewrites.
struct NumberDigits {
    private(set) var bytes = InlineArray<64, UInt8>(repeating: 0x30)
    /// The count of all digits, kept or not.
    private(set) var count = 0

    static let kept = 40

    @inline(__always)
    mutating func append(_ digit: UInt8) {
        if count < Self.kept { bytes[count] = digit }
        count += 1
    }

    /// The digits after a leading 00, the international prefix in most of the world (ITU-T E.164); nil without it.
    var afterDoubleZero: NumberDigits? {
        guard count > 2, bytes[0] == 0x30, bytes[1] == 0x30 else { return nil }
        var rest = NumberDigits()
        for index in 2..<min(count, Self.kept) { rest.append(bytes[index]) }
        rest.count = count - 2
        return rest
    }

    /// Writes `inserted`, a group and the rest in a new place, and returns their range.
    mutating func rewrite(_ range: Range<Int>, as outcome: NumberingPlan.PrefixOutcome) -> Range<Int> {
        // Copied, since a number may be rewritten twice.
        let source = bytes
        var next = Self.kept
        func write(_ digit: UInt8) {
            if next < bytes.count { bytes[next] = digit }
            next += 1
        }
        for digit in outcome.inserted.utf8 { write(digit) }
        for index in outcome.group { write(source[range.lowerBound + index]) }
        for index in range.dropFirst(outcome.length) {
            let isKept = index < (range.lowerBound < Self.kept ? Self.kept : source.count)
            write(isKept ? source[index] : 0x30)
        }
        return Self.kept..<next
    }

    /// The digits of a range, at most 17, as one integer.
    @inline(__always)
    func value(of range: Range<Int>) -> UInt64 {
        var value: UInt64 = 0
        for index in range { value = value &* 10 &+ UInt64(bytes[index] &- 0x30) }
        return value
    }
}
