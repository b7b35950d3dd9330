/// The digits of a number as dialled, in ASCII.
///
/// Only the first 40 are kept: more than 17 are never a number, and what is wrong with them is told by how they begin
/// and by their count. The last 24 bytes are for digits that a national prefix rule writes anew.
struct NumberDigits {
    private(set) var bytes = InlineArray<64, UInt8>(repeating: 0x30)
    /// All digits, kept or not.
    private(set) var count = 0

    static let kept = 40

    @inline(__always)
    mutating func append(_ digit: UInt8) {
        if count < Self.kept { bytes[count] = digit }
        count += 1
    }

    /// What follows a leading 00, which most of the world dials before an international number (ITU-T E.164); nil
    /// without it.
    var afterDoubleZero: NumberDigits? {
        guard count > 2, bytes[0] == 0x30, bytes[1] == 0x30 else { return nil }
        var rest = NumberDigits()
        for index in 2..<min(count, Self.kept) { rest.append(bytes[index]) }
        rest.count = count - 2
        return rest
    }

    /// Writes `inserted`, a group and the rest anew, and says where they stand.
    mutating func rewrite(_ range: Range<Int>, as outcome: NumberingPlan.PrefixOutcome) -> Range<Int> {
        // A copy, since a number may be written anew twice.
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

    /// The digits of a range of at most 17 as one number.
    @inline(__always)
    func value(of range: Range<Int>) -> UInt64 {
        var value: UInt64 = 0
        for index in range { value = value &* 10 &+ UInt64(bytes[index] &- 0x30) }
        return value
    }
}
