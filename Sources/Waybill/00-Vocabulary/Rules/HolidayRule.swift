/// When a holiday falls, year after year.
enum HolidayRule: Hashable, Sendable {
    case fixed(month: Int, day: Int, Observed)
    /// The n-th of a weekday (1 = Monday) in a month, from its end where n is negative; then `plus` days later.
    case weekday(nth: Int, weekday: Int, month: Int, plus: Int)
    /// This many days after Easter Sunday of the western churches.
    case easter(Int)
    /// Days as they were proclaimed.
    case dates([CalendarDay])

    /// Which weekday is free as well when the holiday falls on a weekend.
    enum Observed: String, CaseIterable, Sendable {
        case never
        /// For a Sunday, the Monday after.
        case monday
        /// For a Sunday the Monday after, for a Saturday the Friday before.
        case nearest
        /// For a Saturday or a Sunday, the Monday after.
        case nextMonday = "next-monday"
    }

    /// The days in these years: the day itself, and the day on which it is observed, if another.
    func days(in years: ClosedRange<Int>) -> [CalendarDay] {
        if case .dates(let days) = self { return days.filter { years.contains($0.year) } }
        return years.flatMap(days)
    }

    private func days(in year: Int) -> [CalendarDay] {
        switch self {
        case .fixed(let month, let day, let observed):
            // 29 February exists in leap years only.
            guard let date = CalendarDay(year: year, month: month, day: day) else { return [] }
            return [date] + (observed.day(of: date).map { [$0] } ?? [])
        case .weekday(let nth, let weekday, let month, let plus):
            return Self.day(nth, weekday, month, year).map { [$0.adding(days: plus)] } ?? []
        case .easter(let offset): return [Self.easter(in: year).adding(days: offset)]
        case .dates(let days): return days
        }
    }

    private static func day(_ nth: Int, _ weekday: Int, _ month: Int, _ year: Int) -> CalendarDay? {
        guard let first = CalendarDay(year: year, month: month, day: 1) else { return nil }
        let candidates = (0..<31).map { first.adding(days: $0) }.filter { $0.month == month && $0.weekday == weekday }
        let place = nth > 0 ? nth - 1 : candidates.count + nth
        return candidates.indices.contains(place) ? candidates[place] : nil
    }

    /// Gregorian Easter (the algorithm of Meeus, Jones and Butcher).
    static func easter(in year: Int) -> CalendarDay {
        let (a, b, c) = (year % 19, year / 100, year % 100)
        let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30
        let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7
        let m = (a + 11 * h + 22 * l) / 451
        let sum = h + l - 7 * m + 114
        return CalendarDay(year: year, month: sum / 31, day: sum % 31 + 1)!
    }
}

extension HolidayRule.Observed {
    fileprivate func day(of date: CalendarDay) -> CalendarDay? {
        switch (self, date.weekday) {
        case (.monday, 7), (.nearest, 7), (.nextMonday, 7): date.adding(days: 1)
        case (.nextMonday, 6): date.adding(days: 2)
        case (.nearest, 6): date.adding(days: -1)
        case (.never, _), (.monday, _), (.nearest, _), (.nextMonday, _): nil
        }
    }
}
