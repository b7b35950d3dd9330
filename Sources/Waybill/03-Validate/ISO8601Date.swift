/// A date, or a date with a time, as ISO 8601 writes it in the extended calendar form.
///
///     2026-11-21
///     2026-11-21T10:00   T10:00:30   T10:00:30.125   then Z, +01:00, +0100, +01, or nothing: local time
///
/// 24:00 is the end of its day. Nothing else is read: no spaces, no week dates, no leap second.
package struct ISO8601Date: Hashable, Sendable {
    package let day: CalendarDay
    /// 0 … 86,400,000; nil when the text is a date alone.
    package let millisecondOfDay: Int?
    /// Seconds ahead of UTC; nil for local time.
    package let offset: Int?

    /// Nil for anything that is not exactly such a text, and for days and times that do not exist.
    package init?(_ text: Span<UInt8>) {
        var reader = Reader(position: 0)
        guard let year = reader.number(text, digits: 4), reader.pass(0x2D, text),
            let month = reader.number(text, digits: 2), reader.pass(0x2D, text),
            let dayOfMonth = reader.number(text, digits: 2),
            let day = CalendarDay(year: year, month: month, day: dayOfMonth)
        else { return nil }
        self.day = day
        if reader.position == text.count {
            millisecondOfDay = nil
            offset = nil
            return
        }
        guard reader.pass(0x54, text), let hour = reader.number(text, digits: 2), reader.pass(0x3A, text),
            let minute = reader.number(text, digits: 2), minute < 60
        else { return nil }
        var milliseconds = (hour * 60 + minute) * 60_000
        if reader.pass(0x3A, text) {
            guard let second = reader.number(text, digits: 2), second < 60 else { return nil }
            milliseconds += second * 1_000
            if reader.pass(0x2E, text) || reader.pass(0x2C, text) {
                guard let fraction = reader.milliseconds(text) else { return nil }
                milliseconds += fraction
            }
        }
        guard milliseconds <= 86_400_000 else { return nil }
        millisecondOfDay = milliseconds
        if reader.position == text.count {
            offset = nil
        } else if reader.pass(0x5A, text) {
            offset = 0
        } else {
            let isAhead = reader.pass(0x2B, text)
            guard isAhead || reader.pass(0x2D, text), let hours = reader.number(text, digits: 2), hours < 24 else {
                return nil
            }
            var seconds = hours * 3_600
            if reader.position < text.count {
                _ = reader.pass(0x3A, text)
                guard let minutes = reader.number(text, digits: 2), minutes < 60 else { return nil }
                seconds += minutes * 60
            }
            offset = isAhead ? seconds : -seconds
        }
        guard reader.position == text.count else { return nil }
    }

    package init?(_ text: String) {
        self.init(Array(text.utf8).span)
    }

    /// The moment, where a clock without an offset of its own is `localOffset` seconds ahead of UTC; a date alone begins
    /// at midnight.
    package func timestamp(localOffset: Int) -> Timestamp {
        let midnight = Timestamp(day: day).milliseconds
        let behind = Int64(offset ?? localOffset) * 1_000
        return Timestamp(milliseconds: midnight + Int64(millisecondOfDay ?? 0) - behind)
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

        /// A fraction of a second of one to nine digits, cut off after three.
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
