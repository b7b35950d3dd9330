extension ContactHours {
    /// Why contact is not allowed at a moment, in words such as `outside sms hours 08:00–21:00 in America/Chicago until
    /// 2026-11-22T08:00:00-06:00`; nil when it is allowed. Of several reasons the most lasting kind comes
    /// first; `until` is when contact is next allowed, all conditions taken together.
    package func reason(at moment: Timestamp, bounds contact: ContactBounds = ContactBounds()) -> String? {
        guard !isOpen(at: moment, bounds: contact) else { return nil }
        if let endBefore = bounds.endBefore, moment >= endBefore { return "policy ended \(text(endBefore))" }
        if let expiresAt = contact.expiresAt, isOver(at: moment, contact) { return "expired \(text(expiresAt))" }
        guard let week else { return "no window for channel \(channel) in the policy" }
        if week.isEmpty { return "the rules of \(regions.joined(separator: ", ")) leave no \(channel) hours" }
        if isHeld { return "time zone unknown" }
        if let startAfter = bounds.startAfter, moment < startAfter { return "policy starts \(text(startAfter))" }
        if let earliest = contact.earliest, moment < earliest {
            let column = earliest == contact.callbackAt ? "callback at" : "not before"
            return "\(column) \(text(earliest))"
        }
        if let blackout = bounds.blackout(at: moment.milliseconds) {
            return "blackout until \(text(Timestamp(milliseconds: blackout.upperBound)))"
        }
        guard let zone = lastToOpen(after: moment, week) else { return nil }
        let day = WeekHours.split(zone.local(at: moment.milliseconds)).day
        let place = " in \(zone.name)" + (zones.count > 1 ? " (one of \(zones.count) zones)" : "")
        if let list = holidays.first(where: { $0.contains(day) }) {
            let whose = list.key == "*" ? "" : "\(list.key) "
            let date = CalendarDay(daysSinceEpoch: Int(day))
            return "holiday \(whose)\(date)\(place)" + until(moment, contact, in: zone)
        }
        return hoursText(week, day: day) + place + until(moment, contact, in: zone)
    }

    /// Of the zones that are not inside, the one that stays so longest by itself.
    private func lastToOpen(after moment: Timestamp, _ week: WeekHours) -> Zone? {
        var last: (zone: Zone, opens: Int64)?
        for zone in zones {
            let opens =
                Self.next(
                    from: moment.milliseconds, before: moment.adding(Self.horizon).milliseconds, in: zone, week: week,
                    holidays: holidays) ?? .max
            if opens > moment.milliseconds, opens > last?.opens ?? .min { last = (zone, opens) }
        }
        return last?.zone
    }

    /// `outside sms hours 08:00–21:00`, with the regions that narrowed them, or that the day has none.
    private func hoursText(_ week: WeekHours, day: Int64) -> String {
        let weekday = WeekHours.weekday(day)
        let rule = regions.isEmpty ? "" : " (" + regions.joined(separator: ", ") + ")"
        let spans = week.spans(on: weekday).map { span in
            [span.lowerBound, span.upperBound].map { TimeOfDay(minutes: Int($0 / 60_000)).description }
                .joined(separator: "–")
        }
        if spans.isEmpty { return "no \(channel) hours on \(Self.weekdays[weekday])\(rule)" }
        return "outside \(channel) hours \(spans.joined(separator: ", "))\(rule)"
    }

    private func until(_ moment: Timestamp, _ contact: ContactBounds, in zone: Zone) -> String {
        guard let next = nextOpen(from: moment, bounds: contact) else { return ", and not open again in time" }
        return " until " + next.iso8601(offset: zone.offset(at: next))
    }

    private func text(_ moment: Timestamp) -> String { moment.iso8601(offset: textZone.offset(at: moment)) }

    private static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
}
