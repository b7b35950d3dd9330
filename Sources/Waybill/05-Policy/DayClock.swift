/// Which day a moment belongs to, and when a day ends, in a campaign's zone (contract §10).
///
/// Day D runs from `endOfDay` on D − 1 to `endOfDay` on D. It ends when the wall clock first shows that time or later:
/// if the hour is skipped, at the first moment after it; if it is repeated, in the first pass. So days follow one
/// another without gap or overlap. A day that the zone skipped (Apia, 2011-12-30) has no moments.
package struct DayClock: Hashable, Sendable {
    package let zone: Zone
    package let endOfDay: TimeOfDay

    package init(zone: Zone, endOfDay: TimeOfDay) {
        self.zone = zone
        self.endOfDay = endOfDay
    }

    package func day(of moment: Timestamp) -> CalendarDay {
        // The local date is right, except after `endOfDay` and around clock changes.
        var day = moment.localDay(offset: zone.offset(at: moment))
        while moment >= end(of: day) { day = day.adding(days: 1) }
        while moment < start(of: day) { day = day.adding(days: -1) }
        return day
    }

    package func start(of day: CalendarDay) -> Timestamp { end(of: day.adding(days: -1)) }

    package func end(of day: CalendarDay) -> Timestamp {
        let local = Int64(day.daysSinceEpoch) * WeekHours.day + Int64(endOfDay.minutes) * 60_000
        // No clock is a whole day ahead of UTC, so the wall clock cannot show that time yet.
        var moment = local - WeekHours.day
        while true {
            let span = zone.span(at: moment)
            let candidate = max(moment, local - span.offset)
            if candidate < span.end { return Timestamp(milliseconds: candidate) }
            moment = span.end
        }
    }
}
