/// What a campaign's text messages have used of their budget in the span that runs.
struct SegmentBudget {
    let most: Int
    let span: TextBudget.Span
    /// When the next span begins.
    let next: Timestamp
    private let campaign: String
    private let start: Timestamp
    private(set) var used = 0

    /// Nil where the campaign has none.
    init?(of setup: CampaignSetup, in store: any Store, at now: Timestamp) throws {
        guard let most = setup.campaign.budget.segments else { return nil }
        self.most = most
        span = setup.campaign.budget.per
        campaign = setup.campaign.name
        (start, next) = Self.bounds(of: span, at: now, setup.days)
        guard let kept = try store.setting(.budget(campaign: campaign)) else { return }
        let numbers = String(decoding: kept, as: UTF8.self).split(separator: " ").map { Int64($0) }
        guard numbers.count == 2, let since = numbers[0], let count = numbers[1], count >= 0 else {
            throw StoreProblem.damaged(what: "what the texts of campaign \(campaign) have used of their budget")
        }
        // What was used in a span that has not begun was so by a clock that went back.
        if since >= start.milliseconds { used = Int(count) }
    }

    var reason: HoldReason { .budget(campaign: campaign, segments: most, per: span) }

    /// Takes what a message needs; false, and nothing is taken, where there is less left.
    mutating func take(_ segments: Int) -> Bool {
        guard used + segments <= most else { return false }
        used += segments
        return true
    }

    /// What was taken for messages that did not leave at `moment` after all.
    mutating func giveBack(_ segments: Int, takenAt moment: Timestamp) {
        if moment >= start { used = max(0, used - segments) }
    }

    /// Call it in the transaction with which the messages leave.
    func keep(in store: any Store) throws {
        try store.set(.budget(campaign: campaign), to: Array("\(start.milliseconds) \(used)".utf8))
    }

    private static func bounds(
        of span: TextBudget.Span, at now: Timestamp, _ days: DayClock
    ) -> (Timestamp, Timestamp) {
        switch span {
        case .hour:
            let hour = now.milliseconds / 3_600_000
            return (
                Timestamp(milliseconds: hour * 3_600_000), Timestamp(milliseconds: (hour + 1) * 3_600_000)
            )
        case .day:
            let day = days.day(of: now)
            return (days.start(of: day), days.end(of: day))
        case .month:
            let first = days.day(of: now).startOfMonth
            return (days.start(of: first), days.start(of: first.adding(days: 31).startOfMonth))
        }
    }
}
