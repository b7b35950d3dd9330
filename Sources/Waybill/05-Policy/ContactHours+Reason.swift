extension ContactHours {
    /// Why contact is not allowed at a moment; nil if it is allowed. Of several reasons, the most lasting kind comes
    /// first; `until` is when contact is next allowed under all conditions together.
    package func reason(at moment: Timestamp, bounds contact: ContactBounds = ContactBounds()) -> HoldReason? {
        guard !isOpen(at: moment, bounds: contact) else { return nil }
        if let endBefore = bounds.endBefore, moment >= endBefore { return .policyEnded(local(endBefore)) }
        if let expiresAt = contact.expiresAt, isOver(at: moment, contact) { return .expired(local(expiresAt)) }
        guard let week else { return .noWindow(channel: channel) }
        if let lack, let rule = consentRule(law, at: moment) { return .consent(rule: rule, lack: lack) }
        if hasNoHours(from: moment) { return .noHours(channel: channel, rules: regions + neverOpen(from: moment)) }
        if isHeld { return .unknownZone }
        if let startAfter = bounds.startAfter, moment < startAfter { return .policyStarts(local(startAfter)) }
        if let earliest = contact.earliest, moment < earliest { return contact.reason(until: earliest, in: textZone) }
        if let blackout = bounds.blackout(at: moment.milliseconds) {
            return .blackout(until: local(Timestamp(milliseconds: blackout.upperBound)))
        }
        guard let zone = lastToOpen(after: moment, week) else { return nil }
        let day = WeekHours.split(zone.local(at: moment.milliseconds)).day
        let place = HoldReason.Place(zone: zone.name, zones: zones.count)
        let until = nextOpen(from: moment, bounds: contact).map { LocalMoment($0, offset: zone.offset(at: $0)) }
        if let list = holidays.first(where: { $0.contains(day) }) {
            let date = CalendarDay(daysSinceEpoch: Int(day))
            return .holiday(HoldReason.Holiday(list: list.name, day: date, place: place), until: until)
        }
        // Consent is needed before the hours ever open again.
        if until == nil, neverOpens(from: moment), let reason = lackingConsent(from: moment) { return reason }
        let weekday = WeekHours.weekday(day)
        let local = zone.local(at: moment.milliseconds)
        let closing = law.filter { !$0.hours.contains(local) }.map(\.name)
        let spans = week.week(at: local).spans(on: weekday).map {
            Int($0.lowerBound / 60_000)..<Int($0.upperBound / 60_000)
        }
        return .hours(
            HoldReason.ClosedHours(
                channel: channel, weekday: weekday, spans: spans, rules: regions + closing, place: place),
            until: until)
    }

    /// The consent that a rule asks for, now or at the end of the time that is looked ahead; nil where none would help.
    /// Until it comes, nobody can tell what else stays in the way.
    func lackingConsent(from moment: Timestamp) -> HoldReason? {
        guard let lack,
            let rule = consentRule(law, at: moment) ?? consentRule(law, at: moment.adding(Self.horizon))
        else { return nil }
        return .consent(rule: rule, lack: lack)
    }

    /// The rule that requires the contact's consent, on the date that any clock shows.
    private func consentRule(_ rules: [CampaignLaw.Row], at moment: Timestamp) -> String? {
        let locals =
            zones.isEmpty ? [moment.milliseconds] : zones.map { $0.local(at: moment.milliseconds) }
        return rules.first { row in row.isOfConsent && locals.contains { !row.hours.contains($0) } }?.name
    }

    /// Whether contact at this moment is only allowed because the person consents.
    func reliesOnConsent(at moment: Timestamp) -> Bool { consentRule(relied, at: moment) != nil }

    /// The rules of law that leave no hours at all any more.
    private func neverOpen(from moment: Timestamp) -> [String] {
        law.filter { $0.hours.isEmpty(from: moment.milliseconds - WeekHours.day) }.map(\.name)
    }

    /// The zone that stays outside its hours longest.
    private func lastToOpen(after moment: Timestamp, _ week: DatedHours) -> Zone? {
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

    private func local(_ moment: Timestamp) -> LocalMoment { LocalMoment(moment, offset: textZone.offset(at: moment)) }
}

extension ContactBounds {
    /// Says which of the contact's own lower bounds `earliest` is.
    func reason(until earliest: Timestamp, in zone: Zone) -> HoldReason {
        let moment = LocalMoment(earliest, offset: zone.offset(at: earliest))
        return earliest == callbackAt ? .callback(moment) : .notBefore(moment)
    }
}
