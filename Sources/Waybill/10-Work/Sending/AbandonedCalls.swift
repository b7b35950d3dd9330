import Foundation

/// How many of a campaign's calls that a person answered the dialler abandoned, by the results that came back: what
/// rules of law give a limit for.
///
/// Who paces the calls is the dialler, which knows it first. This is the second brake: where it failed, no more calls
/// are handed to it.
struct AbandonedCalls {
    struct Count: Codable, Hashable {
        var answered = 0
        var abandoned = 0

        static func += (left: inout Count, right: Count) {
            left.answered += right.answered
            left.abandoned += right.abandoned
        }
    }

    /// Of fewer answered calls the share says nothing.
    private static let leastAnswered = 100
    /// No rule asks about more.
    private static let mostDays = 400

    private let context: WorkContext

    init(_ context: WorkContext) { self.context = context }

    /// What a result counts as; nil where nobody answered.
    static func count(of event: Event) -> Count? {
        switch event {
        case .connected, .declined, .abandonedCustomer: Count(answered: 1)
        case .abandonedDialer: Count(answered: 1, abandoned: 1)
        case .accepted, .delivered, .read, .failed, .bounced, .busy, .noAnswer, .other, .responded, .unsubscribed,
            .complained, .clicked, .opened, .delayed, .expired:
            nil
        }
    }

    /// Adds what came back, by day. Call it inside a transaction.
    func add(_ counts: [Int: Count], of campaign: String) throws {
        // Of what cannot be read nothing is known: it stays, and holds.
        guard var days = try? days(of: campaign) else { return }
        for (day, count) in counts { days[day, default: Count()] += count }
        let oldest = Self.day(of: context.now) - Self.mostDays
        days = days.filter { $0.key > oldest }
        try context.store.set(.abandonedCalls(campaign: campaign), to: Array(try JSONEncoder().encode(days)))
    }

    /// Why no call of a campaign is handed over; nil where the share is within what rules allow.
    func hold(for setup: CampaignSetup, channel: Channel) throws -> HoldReason? {
        let rules = setup.abandonments(channel: channel, at: context.now)
        if rules.isEmpty { return nil }
        let days = try days(of: setup.campaign.name)
        if days.isEmpty { return nil }
        let today = Self.day(of: context.now)
        for rule in rules {
            let span = max(1, Int((rule.share.within.milliseconds + 86_399_999) / 86_400_000))
            func count(on day: Int) -> Count {
                days.filter { $0.key > day - span && $0.key <= today }.values.reduce(into: Count(), +=)
            }
            func isOver(_ count: Count) -> Bool {
                count.answered >= Self.leastAnswered
                    && Double(count.abandoned) * 100 > rule.share.percent * Double(count.answered)
            }
            let now = count(on: today)
            guard isOver(now) else { continue }
            let next = (today + 1...today + span).first { !isOver(count(on: $0)) } ?? today + span
            return .abandonment(
                HoldReason.Abandonment(
                    rule: rule.rule, abandoned: now.abandoned, answered: now.answered,
                    limit: "\(SamplingSettings.shortest(rule.share.percent)) % within \(rule.share.within)",
                    until: CalendarDay(daysSinceEpoch: next)))
        }
        return nil
    }

    /// Somebody decided that a campaign goes on: what was counted counts no more, if it held. Call it inside a
    /// transaction.
    func forgive(_ setup: CampaignSetup) throws {
        let channels = Set(setup.strategy.steps.map(\.channel))
        let isHeld = try channels.contains { channel in
            do {
                return try hold(for: setup, channel: channel) != nil
            } catch is StoreProblem {
                return true
            }
        }
        if isHeld { try context.store.removeSetting(.abandonedCalls(campaign: setup.campaign.name)) }
    }

    static func day(of moment: Timestamp) -> Int { Int(moment.milliseconds / 86_400_000) }

    private func days(of campaign: String) throws -> [Int: Count] {
        guard let kept = try context.store.setting(.abandonedCalls(campaign: campaign)) else { return [:] }
        do {
            return try JSONDecoder().decode([Int: Count].self, from: Data(kept))
        } catch {
            throw StoreProblem.damaged(what: "how many calls of \(campaign) the dialler abandoned")
        }
    }
}
