import Foundation

/// Local wall clocks, with Foundation's time zones as the only source.
///
/// Asking Foundation is slow, so each zone's offset is cached by quarter hour. This is exact while the offset is a
/// multiple of fifteen minutes and stays the same through the quarter; elsewhere each moment is asked for separately.
/// Several oracles of one thread can share a clock, which saves filling the tables again.
package final class OracleClock {
    /// What a clock on the wall shows.
    struct Wall: Equatable {
        /// Days since 1970-01-01 of the local date.
        var day: Int
        /// Minutes since local midnight, as the clock shows them.
        var minute: Int

        /// 0 is Monday; 1970-01-01 was a Thursday.
        var weekday: Int { OracleClock.remainder(day + 3, 7) }
    }

    /// One time zone with its cache.
    final class Zone {
        let name: String
        private let timeZone: TimeZone
        private var chunks: [Int: [Int32]] = [:]
        private var recentNumber = Int.min
        private var recent: [Int32] = []

        private static let unknown = Int32.min
        private static let irregular = Int32.min + 1
        private static let chunkLength = 1_024

        fileprivate init(name: String, timeZone: TimeZone) {
            self.name = name
            self.timeZone = timeZone
        }

        /// Seconds east of Greenwich at a moment, straight from Foundation.
        func exactOffset(atSecond second: Int) -> Int {
            timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(second)))
        }

        /// True where the offset can change inside a quarter hour, so that quarter hours are too coarse.
        func isIrregular(atSecond second: Int) -> Bool {
            remembered(quarter: OracleClock.quotient(second, 900)) == Zone.irregular
        }

        /// What the wall clock shows at a moment.
        func wall(atSecond second: Int) -> Wall {
            let stored = remembered(quarter: OracleClock.quotient(second, 900))
            let offset = stored == Zone.irregular ? exactOffset(atSecond: second) : Int(stored)
            let local = second + offset
            let day = OracleClock.quotient(local, 86_400)
            return Wall(day: day, minute: (local - day * 86_400) / 60)
        }

        private func remembered(quarter: Int) -> Int32 {
            let number = OracleClock.quotient(quarter, Zone.chunkLength)
            if number != recentNumber {
                if recentNumber != Int.min { chunks[recentNumber] = recent }
                recent = chunks[number] ?? [Int32](repeating: Zone.unknown, count: Zone.chunkLength)
                chunks[number] = nil
                recentNumber = number
            }
            let place = quarter - number * Zone.chunkLength
            if recent[place] == Zone.unknown {
                let first = exactOffset(atSecond: quarter * 900)
                let last = exactOffset(atSecond: quarter * 900 + 899)
                let isRegular = first == last && OracleClock.remainder(first, 900) == 0
                recent[place] = isRegular ? Int32(first) : Zone.irregular
            }
            return recent[place]
        }
    }

    private var zones: [String: Zone] = [:]
    private var dayNumbers: [String: Int] = [:]

    package init() {}

    /// The zone of an IANA name; nil for a name that Foundation does not know.
    func zone(_ name: String) -> Zone? {
        if let known = zones[name] { return known }
        guard let timeZone = TimeZone(identifier: name) else { return nil }
        let made = Zone(name: name, timeZone: timeZone)
        zones[name] = made
        return made
    }

    /// The days from 1970-01-01 to a date such as 2026-12-25, or nil if the text is not a date.
    func dayNumber(_ date: String) -> Int? {
        if let known = dayNumbers[date] { return known }
        let parts = date.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3, let utc = TimeZone(secondsFromGMT: 0) else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = utc
        let components = DateComponents(year: parts[0], month: parts[1], day: parts[2])
        guard let midnight = calendar.date(from: components) else { return nil }
        let number = OracleClock.quotient(Int(midnight.timeIntervalSince1970.rounded()), 86_400)
        dayNumbers[date] = number
        return number
    }

    /// Year, month and day of a day number.
    static func date(_ day: Int) -> (year: Int, month: Int, day: Int) {
        var year = 1970 + quotient(day, 366)
        while firstDay(ofYear: year + 1) <= day { year += 1 }
        var rest = day - firstDay(ofYear: year)
        let isLeap = firstDay(ofYear: year + 1) - firstDay(ofYear: year) == 366
        for (place, length) in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30].enumerated() {
            if rest < length { return (year, place + 1, rest + 1) }
            rest -= length
        }
        return (year, 12, rest + 1)
    }

    private static func firstDay(ofYear year: Int) -> Int {
        let passed = year - 1
        return 365 * (year - 1970) + passed / 4 - passed / 100 + passed / 400 - 477
    }

    /// Division that rounds down, also below zero.
    static func quotient(_ value: Int, _ divisor: Int) -> Int {
        let result = value / divisor
        return value % divisor < 0 ? result - 1 : result
    }

    /// The remainder of that division, never negative.
    static func remainder(_ value: Int, _ divisor: Int) -> Int {
        value - quotient(value, divisor) * divisor
    }

    /// A moment (milliseconds since 1970) as ISO 8601 in UTC, for people.
    static func utcText(_ moment: Int) -> String {
        let second = quotient(moment, 1_000)
        let plain = Date(timeIntervalSince1970: TimeInterval(second)).formatted(.iso8601)
        let thousandths = moment - second * 1_000
        guard thousandths != 0 else { return plain }
        return plain.replacingOccurrences(of: "Z", with: "." + padded(thousandths, 3) + "Z")
    }

    /// A moment as a wall clock of a zone shows it, for people.
    static func localText(_ moment: Int, _ zone: Zone) -> String {
        let second = quotient(moment, 1_000)
        let wall = zone.wall(atSecond: second)
        let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        let date = Date(timeIntervalSince1970: TimeInterval(wall.day * 86_400)).formatted(.iso8601).prefix(10)
        let parts = [wall.minute / 60, wall.minute % 60, remainder(second, 60)]
        let clock = parts.map { padded($0, 2) }.joined(separator: ":")
        return "\(names[wall.weekday]) \(date) \(clock) \(zone.name)"
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
