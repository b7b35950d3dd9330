/// A campaign's capacity on its own clock.
extension CampaignSetup {
    /// Of how many an hour there is room for at a moment; nil: no limit.
    func perHour(at moment: Timestamp) -> Int? {
        if campaign.pace.capacity.isEmpty { return nil }
        let offset = zone.offset(at: moment)
        return campaign.pace.perHour(
            weekday: moment.localDay(offset: offset).weekday - 1, minute: moment.secondOfDay(offset: offset) / 60)
    }

    /// When some capacity begins, within eight days; nil where none does.
    func nextCapacity(after now: Timestamp) -> Timestamp? {
        let day = now.localDay(offset: zone.offset(at: now))
        return (0...8).lazy.compactMap { number -> Timestamp? in
            let day = day.adding(days: number)
            return campaign.pace.capacity.filter { $0.perHour > 0 && $0.days & 1 << UInt8(day.weekday - 1) != 0 }.map {
                entry in
                let clock = DayClock(zone: zone, endOfDay: entry.from)
                return entry.from.minutes == 0
                    ? DayClock(zone: zone, endOfDay: .midnight).start(of: day) : clock.end(of: day)
            }.filter { $0 > now }.min()
        }.first
    }
}
