/// When contact over one channel at one place is allowed, as `ContactWindow.hours` finds it.
package struct ContactHours: Sendable {
    let channel: Channel
    /// Nil if the policy has windows, but none for this channel.
    let week: DatedHours?
    /// The regions whose rules in the policy narrowed the week.
    let regions: [String]
    /// The rules of law that narrowed the week.
    let law: [CampaignLaw.Row]
    /// Why there is no consent; nil if there is.
    let lack: ConsentLack?
    /// The rules that would forbid contact without the consent that exists.
    let relied: [CampaignLaw.Row]
    /// All of these must be within hours; empty if the place makes no difference, or is unknown.
    let zones: [Zone]
    /// The zone is unknown, and the contact waits until it is known.
    let isHeld: Bool
    let holidays: [HolidayList]
    /// Which caps of law hold here, one bit each.
    let caps: UInt64
    let bounds: PolicyBounds
    /// The zone whose time the reasons use.
    let textZone: Zone

    /// How far `nextOpen` and `openUntil` look: a year and the holidays at its end.
    static let horizon = TimeSpan.hours(400 * 24)

    /// Whether the policy has no window for the channel, or the rules of regions leave none of it.
    package func hasNoHours(from moment: Timestamp) -> Bool {
        // No clock is a whole day behind UTC.
        week?.isEmpty(from: moment.milliseconds - WeekHours.day) ?? true
    }

    package func isOpen(at moment: Timestamp, bounds contact: ContactBounds = ContactBounds()) -> Bool {
        guard let week, !isHeld, moment >= earliest(contact), !isOver(at: moment, contact),
            bounds.blackout(at: moment.milliseconds) == nil
        else { return false }
        return zones.allSatisfy { zone in
            let local = zone.local(at: moment.milliseconds)
            return week.contains(local) && !holidays.contains(day: WeekHours.split(local).day)
        }
    }

    /// The first moment from `from` on at which contact is allowed, to the millisecond. Nil if there is none: the
    /// channel has no window, the zone is unknown, the policy has ended, the contact is too late (unless the policy
    /// sends late), or everything is closed for 400 days after the lower bounds.
    package func nextOpen(from: Timestamp, bounds contact: ContactBounds = ContactBounds()) -> Timestamp? {
        guard let week, !isHeld else { return nil }
        var moment = max(from, earliest(contact)).milliseconds
        let end = min(moment + Self.horizon.milliseconds + 1, last(contact))
        // Each condition moves the moment forward to where it holds, and never past a moment at which all hold. When
        // none moves it any more, it is the first.
        var settled = false
        while !settled {
            settled = true
            if let blackout = bounds.blackout(at: moment) {
                moment = blackout.upperBound
                settled = false
            }
            for zone in zones {
                guard let open = Self.next(from: moment, before: end, in: zone, week: week, holidays: holidays) else {
                    return nil
                }
                if open > moment {
                    moment = open
                    settled = zones.count == 1 && bounds.blackouts.isEmpty
                }
            }
        }
        return moment < end ? Timestamp(milliseconds: moment) : nil
    }

    /// Whether it stays closed for 400 days, regardless of the ends that the policy and the contact set.
    package func neverOpens(from moment: Timestamp) -> Bool {
        ContactHours(
            channel: channel, week: week, regions: [], law: [], lack: lack, relied: [], zones: zones, isHeld: isHeld,
            holidays: holidays,
            caps: 0,
            bounds: bounds.withoutEnd, textZone: textZone
        ).nextOpen(from: moment) == nil
    }

    /// Whether each zone alone opens within 400 days, but never all of them together.
    package func zonesNeverMeet(from moment: Timestamp) -> Bool {
        guard let week, !isHeld, zones.count > 1 else { return false }
        func opens(_ zones: [Zone]) -> Bool {
            ContactHours(
                channel: channel, week: week, regions: [], law: [], lack: lack, relied: [], zones: zones, isHeld: false,
                holidays: [], caps: 0,
                bounds: PolicyBounds(Policy(), []), textZone: textZone
            ).nextOpen(from: moment) != nil
        }
        return !opens(zones) && zones.allSatisfy { opens([$0]) }
    }

    /// The first moment after `at` at which contact is no longer allowed; `at` itself if it is not allowed then; nil if
    /// that does not end within 400 days.
    package func openUntil(at moment: Timestamp, bounds contact: ContactBounds = ContactBounds()) -> Timestamp? {
        guard isOpen(at: moment, bounds: contact), let week else { return moment }
        let horizon = moment.adding(Self.horizon).milliseconds
        var end = min(horizon, last(contact))
        if let blackout = bounds.blackouts.first(where: { $0.lowerBound > moment.milliseconds }) {
            end = min(end, blackout.lowerBound)
        }
        if !week.isFull || !holidays.isEmpty {
            for zone in zones {
                end =
                    Self.close(from: moment.milliseconds, before: end, in: zone, week: week, holidays: holidays) ?? end
            }
        }
        return end < horizon ? Timestamp(milliseconds: end) : nil
    }

    /// Before this moment the policy or the contact allows nothing.
    func earliest(_ contact: ContactBounds) -> Timestamp {
        max(bounds.startAfter ?? Timestamp(milliseconds: .min), contact.earliest ?? Timestamp(milliseconds: .min))
    }

    /// The moment from which it is too late for good.
    private func last(_ contact: ContactBounds) -> Int64 {
        let own = bounds.late == .expire ? contact.expiresAt?.milliseconds : nil
        return min(bounds.endBefore?.milliseconds ?? .max, own ?? .max)
    }

    func isOver(at moment: Timestamp, _ contact: ContactBounds) -> Bool { moment.milliseconds >= last(contact) }

    /// The first moment in `start..<end` at which a zone is within hours.
    static func next(
        from start: Int64, before end: Int64, in zone: Zone, week: DatedHours, holidays: [HolidayList]
    ) -> Int64? {
        first(from: start, before: end, in: zone) { week.next(from: $0, before: $1, holidays: holidays) }
    }

    /// The first moment in `start..<end` at which a zone is outside hours.
    private static func close(
        from start: Int64, before end: Int64, in zone: Zone, week: DatedHours, holidays: [HolidayList]
    ) -> Int64? {
        first(from: start, before: end, in: zone) { week.close(from: $0, before: $1, holidays: holidays) }
    }

    /// The first moment in `start..<end` that a search in wall-clock time finds. Within a span of constant offset the
    /// wall clock runs evenly, so each span is searched separately: a skipped hour is in none of them, a repeated one
    /// in two.
    @inline(__always)
    private static func first(
        from start: Int64, before end: Int64, in zone: Zone, _ find: (_ local: Int64, _ end: Int64) -> Int64?
    ) -> Int64? {
        var moment = start
        while moment < end {
            let span = zone.span(at: moment)
            let spanEnd = min(span.end, end)
            if let local = find(moment + span.offset, spanEnd + span.offset) { return local - span.offset }
            moment = spanEnd
        }
        return nil
    }
}
