/// Days that come again, as an RRULE of RFC 5545 names them: `FREQ=MONTHLY;BYDAY=-1FR`.
package struct RecurrenceRule: Hashable, Sendable {
    package enum Frequency: String, CaseIterable, Sendable {
        case daily = "DAILY"
        case weekly = "WEEKLY"
        case monthly = "MONTHLY"
    }

    /// Which of the days of a month: `2MO` is its second Monday, `-1FR` its last Friday, `TU` any Tuesday.
    package struct Weekday: Hashable, Sendable {
        package let number: Int?
        /// 1 = Monday … 7 = Sunday.
        package let weekday: Int
    }

    package enum End: Hashable, Sendable {
        case never
        case count(Int)
        /// The last day.
        case day(CalendarDay)
        /// The last moment, on the clock of the campaign.
        case local(CalendarDay, secondsOfDay: Int)
        case moment(Timestamp)
    }

    /// As it was written.
    package let text: String
    package private(set) var frequency = Frequency.daily
    package private(set) var interval = 1
    package private(set) var weekdays: [Weekday] = []
    /// 1 … 31, or -1 … -31 from the end of the month.
    package private(set) var monthDays: [Int] = []
    package private(set) var end = End.never
    /// The day that weeks begin with.
    private var weekStart = 1

    /// Why a rule cannot be used, in words.
    package struct Mistake: Error, CustomStringConvertible {
        package let description: String
    }

    package init(_ text: String) throws(Mistake) {
        self.text = text
        let upper = text.uppercased()
        var parts: [String: String] = [:]
        for part in (upper.hasPrefix("RRULE:") ? upper.dropFirst(6) : upper[...]).split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard pair.count == 2, !pair[1].isEmpty else {
                throw Mistake(description: "\(part) is no part of a rule: write NAME=VALUE, such as INTERVAL=2")
            }
            guard parts.updateValue(pair[1], forKey: pair[0]) == nil else {
                throw Mistake(description: "\(pair[0]) stands there twice; leave in the one that counts")
            }
        }
        guard let name = parts.removeValue(forKey: "FREQ"), let frequency = Frequency(rawValue: name) else {
            throw Mistake(
                description: "FREQ has to be one of \(Frequency.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self.frequency = frequency
        for (name, value) in parts.sorted(by: { $0.key < $1.key }) { try take(name, value) }
        if parts["COUNT"] != nil, parts["UNTIL"] != nil {
            throw Mistake(description: "COUNT and UNTIL exclude each other; leave in the one that counts")
        }
        if frequency == .weekly, !monthDays.isEmpty {
            throw Mistake(description: "BYMONTHDAY does not go with FREQ=WEEKLY")
        }
        if frequency != .monthly, weekdays.contains(where: { $0.number != nil }) {
            throw Mistake(description: "a number before a weekday in BYDAY goes with FREQ=MONTHLY only")
        }
    }

    private mutating func take(_ name: String, _ value: String) throws(Mistake) {
        switch name {
        case "INTERVAL": interval = try Self.number(name, value, in: 1...1_000)
        case "COUNT": end = .count(try Self.number(name, value, in: 1...100_000))
        case "UNTIL": end = try Self.until(value)
        case "BYDAY": weekdays = try value.split(separator: ",").map { day throws(Mistake) in try Self.weekday(day) }
        case "BYMONTHDAY":
            monthDays = try value.split(separator: ",").map { day throws(Mistake) in
                let number = try Self.number(name, String(day), in: -31...31)
                guard number != 0 else { throw Mistake(description: "BYMONTHDAY has no day 0") }
                return number
            }
        case "WKST":
            let first = try Self.weekday(value[...])
            guard first.number == nil else { throw Mistake(description: "WKST is one weekday, such as MO") }
            weekStart = first.weekday
        default:
            throw Mistake(
                description:
                    "\(name) is not understood; known are FREQ, INTERVAL, BYDAY, BYMONTHDAY, UNTIL, COUNT, WKST")
        }
    }

    private static func number(_ name: String, _ text: String, in range: ClosedRange<Int>) throws(Mistake) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw Mistake(
                description: "\(name)=\(text) is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static let weekdayNames = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

    private static func weekday(_ text: Substring) throws(Mistake) -> Weekday {
        let digits = text.dropLast(2)
        guard let place = weekdayNames.firstIndex(of: String(text.suffix(2))) else {
            throw Mistake(description: "\(text) is no weekday: write MO, TU, WE, TH, FR, SA, SU, as 2MO or -1FR")
        }
        if digits.isEmpty { return Weekday(number: nil, weekday: place + 1) }
        let number = try Self.number("BYDAY", String(digits), in: -5...5)
        guard number != 0 else { throw Mistake(description: "BYDAY has no weekday number 0") }
        return Weekday(number: number, weekday: place + 1)
    }

    /// `20261231`, `20261231T180000` on the campaign's clock, or `20261231T180000Z`.
    private static func until(_ text: String) throws(Mistake) -> End {
        let parts = text.split(separator: "T", omittingEmptySubsequences: false)
        let isUTC = text.hasSuffix("Z")
        let wrong = Mistake(description: "UNTIL=\(text) is no day or time such as 20261231 or 20261231T180000Z")
        func digits(_ text: Substring, _ count: Int) -> [Int]? {
            guard text.count == count, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return text.compactMap(\.wholeNumberValue)
        }
        guard let first = parts.first, parts.count <= 2, let date = digits(first, 8),
            let day = CalendarDay(
                year: date[0..<4].reduce(0) { $0 * 10 + $1 }, month: date[4] * 10 + date[5], day: date[6] * 10 + date[7]
            )
        else { throw wrong }
        if parts.count == 1 { return .day(day) }
        guard let time = digits(isUTC ? parts[1].dropLast() : parts[1], 6) else { throw wrong }
        let (hour, minute, second) = (time[0] * 10 + time[1], time[2] * 10 + time[3], time[4] * 10 + time[5])
        guard hour < 24, minute < 60, second < 60 else { throw wrong }
        let seconds = hour * 3_600 + minute * 60 + second
        return isUTC ? .moment(Timestamp(day: day, secondsOfDay: seconds)) : .local(day, secondsOfDay: seconds)
    }

    // MARK: Its days

    /// Whether a day is one of the rule's, counted from the day on which it begins and without regard to its end.
    package func has(_ day: CalendarDay, from start: CalendarDay) -> Bool {
        guard day >= start, isInStep(day, start) else { return false }
        let length = Self.length(ofMonthOf: day)
        if !monthDays.isEmpty, !monthDays.contains(where: { $0 == day.day || $0 == day.day - length - 1 }) {
            return false
        }
        if !weekdays.isEmpty {
            return weekdays.contains { wanted in
                guard wanted.weekday == day.weekday else { return false }
                guard let number = wanted.number else { return true }
                return number > 0 ? number == (day.day - 1) / 7 + 1 : -number == (length - day.day) / 7 + 1
            }
        }
        guard monthDays.isEmpty else { return true }
        switch frequency {
        case .daily: return true
        case .weekly: return day.weekday == start.weekday
        case .monthly: return day.day == start.day
        }
    }

    private func isInStep(_ day: CalendarDay, _ start: CalendarDay) -> Bool {
        switch frequency {
        case .daily: (day.daysSinceEpoch - start.daysSinceEpoch) % interval == 0
        case .weekly: (week(of: day) - week(of: start)) % interval == 0
        case .monthly: (day.year * 12 + day.month - start.year * 12 - start.month) % interval == 0
        }
    }

    /// Weeks since one long before 1970.
    private func week(of day: CalendarDay) -> Int { (day.daysSinceEpoch + 7_000_000 + 3 - (weekStart - 1)) / 7 }

    private static func length(ofMonthOf day: CalendarDay) -> Int {
        let first = day.startOfMonth
        return first.adding(days: 31).startOfMonth.daysSinceEpoch - first.daysSinceEpoch
    }
}

/// A kept list that a campaign sends again and again.
package struct Recurrence: Hashable, Sendable {
    /// A path; a relative one counts from the workspace.
    package var file = ""
    package var rule: RecurrenceRule?
    /// The day from which the rule counts, and the time of each day on the campaign's clock.
    package var start: Start?

    package struct Start: Hashable, Sendable, CustomStringConvertible {
        package let day: CalendarDay
        package let time: TimeOfDay

        /// Reads `2026-12-01T09:00` and nothing else.
        package init?(_ text: String) {
            let parts = text.split(separator: "T", omittingEmptySubsequences: false)
            guard parts.count == 2, let day = CalendarDay(parts[0]), let time = TimeOfDay(String(parts[1])),
                time < .midnight
            else { return nil }
            (self.day, self.time) = (day, time)
        }

        package var description: String { "\(day)T\(time)" }
    }

    package init() {}
}
