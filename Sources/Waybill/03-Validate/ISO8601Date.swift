/// A date, or a date with a time, in the extended calendar form of ISO 8601.
///
///     2026-11-21
///     2026-11-21T10:00   T10:00:30   T10:00:30.125   then Z, +01:00, +0100, +01, or nothing: local time
///
/// A blank may replace the T, as databases write it and RFC 3339 §5.6 allows. 24:00 is the end of its day. Nothing else
/// is accepted: no other spaces, no week dates, no leap second.
package enum ISO8601Date {
    /// Whether a text is exactly such a date, and the day and time exist.
    package static func isWellFormed(_ text: Span<UInt8>) -> Bool {
        var reader = Reader(position: 0)
        guard let year = reader.number(text, digits: 4), reader.pass(0x2D, text),
            let month = reader.number(text, digits: 2), reader.pass(0x2D, text),
            let dayOfMonth = reader.number(text, digits: 2),
            CalendarDay(year: year, month: month, day: dayOfMonth) != nil
        else { return false }
        if reader.position == text.count { return true }
        guard reader.pass(0x54, text) || reader.pass(0x20, text), let hour = reader.number(text, digits: 2),
            reader.pass(0x3A, text),
            let minute = reader.number(text, digits: 2), minute < 60
        else { return false }
        var milliseconds = (hour * 60 + minute) * 60_000
        if reader.pass(0x3A, text) {
            guard let second = reader.number(text, digits: 2), second < 60 else { return false }
            milliseconds += second * 1_000
            if reader.pass(0x2E, text) || reader.pass(0x2C, text) {
                guard let fraction = reader.milliseconds(text) else { return false }
                milliseconds += fraction
            }
        }
        guard milliseconds <= 86_400_000 else { return false }
        if reader.position < text.count, !reader.pass(0x5A, text) {
            guard reader.pass(0x2B, text) || reader.pass(0x2D, text), let hours = reader.number(text, digits: 2),
                hours < 24
            else { return false }
            if reader.position < text.count {
                _ = reader.pass(0x3A, text)
                guard let minutes = reader.number(text, digits: 2), minutes < 60 else { return false }
            }
        }
        return reader.position == text.count
    }

    private struct Reader {
        var position: Int

        @inline(__always)
        mutating func number(_ text: Span<UInt8>, digits: Int) -> Int? {
            guard position + digits <= text.count else { return nil }
            var value = 0
            for index in position..<position + digits {
                let digit = text[index] &- 0x30
                guard digit < 10 else { return nil }
                value = value * 10 + Int(digit)
            }
            position += digits
            return value
        }

        @inline(__always)
        mutating func pass(_ byte: UInt8, _ text: Span<UInt8>) -> Bool {
            guard position < text.count, text[position] == byte else { return false }
            position += 1
            return true
        }

        /// A fraction of a second with one to nine digits, truncated to milliseconds.
        mutating func milliseconds(_ text: Span<UInt8>) -> Int? {
            var value = 0
            var digits = 0
            while position < text.count, text[position] &- 0x30 < 10 {
                if digits < 3 { value = value * 10 + Int(text[position] &- 0x30) }
                digits += 1
                position += 1
            }
            guard digits >= 1, digits <= 9 else { return nil }
            for _ in 0..<max(0, 3 - digits) { value *= 10 }
            return value
        }
    }
}
