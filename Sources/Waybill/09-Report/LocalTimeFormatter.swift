extension LocalMoment {
    /// `21 November 2026, 11:00 (UTC+01:00)`: for pages and mails.
    var prose: String {
        let minutes = Int(abs(offset)) / 60
        let sign = offset < 0 ? "−" : "+"
        let zone =
            minutes == 0
            ? "UTC" : "UTC\(sign)\(CalendarDay.padded(minutes / 60, to: 2)):\(CalendarDay.padded(minutes % 60, to: 2))"
        return "\(Self.prose(at.localDay(offset: Int(offset)))), \(clock) (\(zone))"
    }

    /// `11:00`.
    var clock: String {
        let second = at.secondOfDay(offset: Int(offset))
        return CalendarDay.padded(second / 3_600, to: 2) + ":" + CalendarDay.padded(second / 60 % 60, to: 2)
    }

    /// `21 November 2026`.
    static func prose(_ day: CalendarDay) -> String {
        let (year, month, dayOfMonth) = day.civil
        return "\(dayOfMonth) \(months[month - 1]) \(year)"
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}

/// Writes moments as `2026-11-21T11:00:00+01:00` (ISO 8601, whole seconds rounded down), many per microsecond.
///
/// The date and the offset are written once and kept while moments are on the same local day, as rows of a report
/// mostly are. Offsets are cut to whole minutes, which is all that ISO 8601 can express; the moment stays exact.
package struct LocalTimeFormatter: Sendable {
    /// The last text written; only the eight bytes of the clock change within a day.
    private var text: [UInt8] = []
    private var dayStart: Int64 = 0
    private var offset: Int64 = .max

    package init() {}

    @inline(__always)
    package mutating func append(_ moment: LocalMoment, to bytes: inout [UInt8]) {
        let minutes = Int64(moment.offset) / 60 * 60
        let local = moment.at.seconds + minutes
        if minutes != offset || local < dayStart || local >= dayStart + 86_400 {
            begin(day: moment.at.localDay(offset: Int(minutes)), offset: minutes)
        }
        let second = Int(local - dayStart)
        write(second / 3_600, at: 11)
        write(second / 60 % 60, at: 14)
        write(second % 60, at: 17)
        bytes.append(contentsOf: text)
    }

    @inline(__always)
    private mutating func write(_ number: Int, at position: Int) {
        text[position] = 0x30 + UInt8(truncatingIfNeeded: number / 10)
        text[position + 1] = 0x30 + UInt8(truncatingIfNeeded: number % 10)
    }

    @inline(never)
    private mutating func begin(day: CalendarDay, offset: Int64) {
        self.offset = offset
        dayStart = Int64(day.daysSinceEpoch) * 86_400
        text = Array(Timestamp(milliseconds: (dayStart - offset) * 1_000).iso8601(offset: Int(offset)).utf8)
    }
}
