/// When a kept list is sent again, on the clock of a campaign: once on each day of its rule.
///
/// As RFC 5545 has it, a day whose clock skips the time is passed over and not counted; where the clock shows it twice,
/// the first time is meant.
package struct RecurrenceClock: Sendable {
    private let rule: RecurrenceRule
    private let start: Recurrence.Start
    private let clock: DayClock

    /// Nil where the setting is not whole; its reader has said so.
    package init?(_ recurrence: Recurrence, zone: Zone) {
        guard let rule = recurrence.rule, let start = recurrence.start else { return nil }
        self.rule = rule
        self.start = start
        clock = DayClock(zone: zone, endOfDay: start.time)
    }

    /// The day on which the rule begins to count.
    package var firstDay: CalendarDay { start.day }

    /// In seconds ahead of UTC.
    package func offset(at moment: Timestamp) -> Int { clock.zone.offset(at: moment) }

    /// When the list is sent on a day; nil on days without.
    package func moment(on day: CalendarDay) -> Timestamp? {
        guard let moment = candidate(on: day), !isOver(by: day, moment) else { return nil }
        return moment
    }

    /// The next time after a moment; nil if there is none within ten years.
    package func next(after moment: Timestamp) -> Timestamp? {
        let from = max(start.day, moment.localDay(offset: clock.zone.offset(at: moment)))
        for day in (0..<3_660).lazy.map({ from.adding(days: $0) }) {
            guard let candidate = candidate(on: day), candidate > moment else { continue }
            return isOver(by: day, candidate) ? nil : candidate
        }
        return nil
    }

    /// The days with a time, after one and before another.
    package func days(after: CalendarDay, before: CalendarDay) -> [CalendarDay] {
        let first = max(after.adding(days: 1), start.day)
        guard first < before else { return [] }
        return (first.daysSinceEpoch..<before.daysSinceEpoch).map(CalendarDay.init(daysSinceEpoch:)).filter {
            moment(on: $0) != nil
        }
    }

    /// Without regard to the end of the rule.
    private func candidate(on day: CalendarDay) -> Timestamp? {
        guard rule.has(day, from: start.day) else { return nil }
        let wanted = Int64(day.daysSinceEpoch) * WeekHours.day + Int64(start.time.minutes) * 60_000
        // The first moment at which the clock shows the time or a later one.
        let moment = clock.end(of: day)
        return clock.zone.local(at: moment.milliseconds) == wanted ? moment : nil
    }

    private func isOver(by day: CalendarDay, _ moment: Timestamp) -> Bool {
        switch rule.end {
        case .never: return false
        case .day(let last): return day > last
        case .local(let last, let seconds):
            return (day, start.time.minutes * 60) > (last, seconds)
        case .moment(let last): return moment > last
        case .count(let most):
            var count = 0
            for earlier in start.day.daysSinceEpoch..<day.daysSinceEpoch where count < most {
                if candidate(on: CalendarDay(daysSinceEpoch: earlier)) != nil { count += 1 }
            }
            return count >= most
        }
    }
}
