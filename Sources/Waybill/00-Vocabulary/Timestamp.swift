/// A moment: whole milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX time).
package struct Timestamp: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    package let milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package init(day: CalendarDay, secondsOfDay: Int = 0) {
        milliseconds = (Int64(day.daysSinceEpoch) * 86_400 + Int64(secondsOfDay)) * 1_000
    }

    /// Whole seconds since the epoch, rounded down.
    package var seconds: Int64 {
        milliseconds >= 0 ? milliseconds / 1_000 : (milliseconds - 999) / 1_000
    }

    /// The UTC day it falls on.
    package var utcDay: CalendarDay { localDay(offset: 0) }

    /// The day it falls on where the clock is `offset` seconds ahead of UTC.
    package func localDay(offset: Int) -> CalendarDay {
        let local = seconds + Int64(offset)
        return CalendarDay(daysSinceEpoch: Int(local >= 0 ? local / 86_400 : (local - 86_399) / 86_400))
    }

    /// The second of that day, 0 … 86,399, where the clock is `offset` seconds ahead of UTC.
    package func secondOfDay(offset: Int) -> Int {
        let remainder = (seconds + Int64(offset)) % 86_400
        return Int(remainder < 0 ? remainder + 86_400 : remainder)
    }

    /// `2026-11-21T10:00:00.123Z`: UTC with milliseconds, as in acknowledgements.
    package var description: String {
        let fraction = Int(milliseconds - seconds * 1_000)
        return text(offset: 0, suffix: "." + CalendarDay.padded(fraction, to: 3) + "Z")
    }

    /// `2026-11-21T11:00:00+01:00`: local time with its offset, as in reports.
    package func iso8601(offset: Int) -> String {
        let minutes = abs(offset) / 60
        let sign = offset < 0 ? "-" : "+"
        return text(
            offset: offset,
            suffix: sign + CalendarDay.padded(minutes / 60, to: 2) + ":" + CalendarDay.padded(minutes % 60, to: 2))
    }

    private func text(offset: Int, suffix: String) -> String {
        let second = secondOfDay(offset: offset)
        let clock = [second / 3_600, second / 60 % 60, second % 60].map { CalendarDay.padded($0, to: 2) }
        return "\(localDay(offset: offset))T\(clock.joined(separator: ":"))\(suffix)"
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    package func adding(_ span: TimeSpan) -> Timestamp { Timestamp(milliseconds: milliseconds + span.milliseconds) }
}

/// A length of time in milliseconds, written in the configuration as `500ms`, `2s`, `10m`, `24h` or `7d`.
package struct TimeSpan: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package static func seconds(_ count: Int64) -> TimeSpan { TimeSpan(milliseconds: count * 1_000) }
    package static func minutes(_ count: Int64) -> TimeSpan { seconds(count * 60) }
    package static func hours(_ count: Int64) -> TimeSpan { minutes(count * 60) }

    /// Reads a whole number and a unit; nil for anything else, and for what overflows.
    package init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let factor: Int64
        switch text.dropFirst(digits.count) {
        case "ms": factor = 1
        case "s": factor = 1_000
        case "m": factor = 60_000
        case "h": factor = 3_600_000
        case "d": factor = 86_400_000
        default: return nil
        }
        guard let count = Int64(digits) else { return nil }
        let product = count.multipliedReportingOverflow(by: factor)
        guard !product.overflow else { return nil }
        milliseconds = product.partialValue
    }

    package var description: String {
        for (factor, unit) in [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")] as [(Int64, String)]
        where milliseconds != 0 && milliseconds % factor == 0 {
            return "\(milliseconds / factor)\(unit)"
        }
        return "\(milliseconds)ms"
    }

    package static func < (left: TimeSpan, right: TimeSpan) -> Bool { left.milliseconds < right.milliseconds }
}

extension Timestamp {
    /// Whether it is what databases write for no date: 0001-01-01, 1753-01-01, 1899-12-30, 1900-01-01, 1970-01-01,
    /// 1980-01-01.
    var isDatabasesNone: Bool { self <= Self.firstDay }

    private static let firstDay = Timestamp(day: CalendarDay(daysSinceEpoch: 3_654))
}
