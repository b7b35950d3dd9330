/// Whether a campaign's pace lets a parcel leave: its capacity by hour, and its ramp by day.
struct PaceDesk {
    private let context: WorkContext
    private let setup: CampaignSetup

    init(_ context: WorkContext, _ setup: CampaignSetup) {
        self.context = context
        self.setup = setup
    }

    private var pace: Pace { setup.campaign.pace }
    private var store: any Store { context.store }

    /// Why so many contacts do not leave now, and until when; nil where they may.
    func hold(_ count: Int, at now: Timestamp) throws -> (reason: HoldReason, until: Timestamp)? {
        if let perHour = setup.perHour(at: now) {
            guard perHour > 0 else { return closed(until: setup.nextCapacity(after: now)) }
            let hour = TimeSpan(milliseconds: RateLimit.Span.hour.milliseconds)
            let left = try departures(after: Timestamp(milliseconds: now.milliseconds - hour.milliseconds), now)
            if left.count + count > perHour, let first = left.first {
                let limit = RateLimit(most: perHour, span: .hour, holder: .campaign(setup.campaign.name))
                // A parcel that is larger than all of it leaves where nothing left.
                return (.rate(limit), max(first.adding(hour), now.adding(.seconds(1))))
            }
        }
        let today = setup.days.day(of: now)
        if !pace.ramp.isEmpty, let most = pace.most(onDay: try day(today)) {
            // From the first millisecond of the day on.
            let start = setup.days.start(of: today)
            let left = try departures(after: Timestamp(milliseconds: start.milliseconds - 1), now)
            if left.count + count > most, left.count > 0 {
                let end = setup.days.end(of: today)
                return (.pace(.ramp(most), until: local(end)), end)
            }
        }
        return nil
    }

    /// Notes that something leaves: from then on the days of the ramp count. Call it inside a transaction.
    func noteDeparture(at now: Timestamp) throws {
        guard !pace.ramp.isEmpty, try store.setting(.rampStart(setup.campaign.name)) == nil else { return }
        try store.set(.rampStart(setup.campaign.name), to: Array(setup.days.day(of: now).description.utf8))
    }

    /// Which day of the ramp it is. Of one that cannot be read nobody knows: it counts as the first.
    private func day(_ today: CalendarDay) throws -> Int {
        guard let kept = try store.setting(.rampStart(setup.campaign.name)),
            let first = CalendarDay(String(decoding: kept, as: UTF8.self))
        else { return 0 }
        return max(0, today.daysSinceEpoch - first.daysSinceEpoch)
    }

    private func departures(after moment: Timestamp, _ now: Timestamp) throws -> (count: Int, first: Timestamp?) {
        let left = try store.departures(
            of: .campaign(setup.campaign.name), after: moment, until: ContactPlanner.never)
        return (left.reduce(0) { $0 + $1.count }, left.map(\.at).min())
    }

    private func closed(until moment: Timestamp?) -> (reason: HoldReason, until: Timestamp) {
        let until = moment ?? ContactPlanner.never
        return (.pace(.capacity, until: local(until)), until)
    }

    private func local(_ moment: Timestamp) -> LocalMoment {
        LocalMoment(moment, offset: setup.zone.offset(at: moment))
    }
}
