import Foundation

/// Campaigns that stop by themselves. What came of their messages is counted by the hour in which these left; where
/// that is more than `stopWhen` allows, nothing of the campaign leaves until somebody says `resume`.
package struct Brakes {
    private let store: any Store
    private let now: Timestamp

    package init(_ store: any Store, at now: Timestamp) {
        self.store = store
        self.now = now
    }

    /// What came of messages that left at a moment.
    struct Outcome: Hashable {
        let event: Event
        let leftAt: Timestamp
    }

    /// What is kept of a campaign.
    private struct Kept: Codable {
        /// Milliseconds: what left before counts no more.
        var since: Int64 = 0
        var hours: [Hour] = []
        var stop: Stop?
        /// Causes of refusals with which somebody let it go on, and when.
        var goneOn: [String: Int64] = [:]

        /// What left in an hour, and what came of it by outcome.
        struct Hour: Codable {
            let hour: Int64
            var left = 0
            var outcomes: [String: Int] = [:]
        }

        struct Stop: Codable {
            let outcome: String
            let count: Int
            let of: Int
            let code: String
            let at: Int64
        }
    }

    /// Why nothing of a campaign leaves; nil where it has not stopped.
    package func hold(of campaign: String) throws -> HoldReason? {
        do {
            return reason(try kept(campaign).stop, campaign)
        } catch let problem as StoreProblem {
            return .damaged(problem.description)
        }
    }

    private func reason(_ stop: Kept.Stop?, _ campaign: String) -> HoldReason? {
        stop.map {
            .stopped(campaign: campaign, outcome: $0.outcome, count: $0.count, of: $0.of, code: $0.code)
        }
    }

    // MARK: - What is counted

    /// Messages of a campaign have left, and some were refused at once. Returns why it stops, where it does now. Call
    /// it in the transaction that says so, as the others that change something.
    func noteLeft(_ count: Int, refused: Int, at moment: Timestamp, _ campaign: Campaign) throws -> HoldReason? {
        if campaign.stopWhen.limits.isEmpty { return nil }
        return try change(campaign) { kept in
            guard moment.milliseconds >= kept.since else { return }
            let place = Self.place(of: Self.hour(of: moment), &kept)
            kept.hours[place].left += count
            if refused > 0 { kept.hours[place].outcomes[Event.failed.rawValue, default: 0] += refused }
        }
    }

    /// What a parcel's flight counts by itself; nil where failures stop nothing.
    func watch(_ campaign: Campaign) throws -> RefusalWatch? {
        let rule = campaign.stopWhen
        guard let limit = rule.limits[.failed] else { return nil }
        let first = Self.hour(of: Timestamp(milliseconds: now.milliseconds - rule.within.milliseconds))
        let hours = try kept(campaign.name).hours.filter { $0.hour >= first }
        return RefusalWatch(
            limit: limit, least: rule.least, left: hours.reduce(0) { $0 + $1.left },
            failed: hours.reduce(0) { $0 + $1.outcomes[Event.failed.rawValue, default: 0] })
    }

    /// Something came of messages of a campaign, each counted once. Returns why it stops, where it does now.
    func note(_ outcomes: [Outcome: Int], _ campaign: Campaign) throws -> HoldReason? {
        try change(campaign) { kept in
            for (outcome, count) in outcomes where outcome.leftAt.milliseconds >= kept.since {
                let place = Self.place(of: Self.hour(of: outcome.leftAt), &kept)
                kept.hours[place].outcomes[outcome.event.rawValue, default: 0] += count
            }
        }
    }

    /// Whether a campaign stops since so many messages of one parcel were refused for one cause; why, then.
    func stop(
        _ campaign: Campaign, step: String, refused count: Int, of all: Int, with code: String
    ) throws -> HoldReason? {
        guard campaign.stopWhen.holds(count, of: all) else { return nil }
        var kept = try kept(campaign.name)
        let cause = Self.cause(step, code)
        if let goneOn = kept.goneOn[cause],
            Timestamp(milliseconds: goneOn).adding(campaign.stopWhen.within) > now
        {
            return nil
        }
        let stop = Kept.Stop(outcome: step, count: count, of: all, code: code, at: now.milliseconds)
        kept.stop = kept.stop ?? stop
        try set(kept, of: campaign.name)
        return reason(stop, campaign.name)
    }

    /// Somebody lets a campaign go on: it counts anew from now.
    func release(_ campaign: String) throws {
        // Where it cannot be read, nobody knows more than that somebody lets it go on.
        let stop = try? kept(campaign).stop
        guard try store.setting(.brake(campaign: campaign)) != nil else { return }
        var kept = Kept(since: now.milliseconds)
        if let stop, !stop.code.isEmpty { kept.goneOn[Self.cause(stop.outcome, stop.code)] = now.milliseconds }
        try set(kept, of: campaign)
        try store.wake(heldFor: .stopped, at: now)
    }

    // MARK: -

    private func change(_ campaign: Campaign, _ body: (inout Kept) -> Void) throws -> HoldReason? {
        var kept: Kept
        do {
            kept = try self.kept(campaign.name)
        } catch is StoreProblem {
            // It holds the campaign as it is.
            return nil
        }
        body(&kept)
        let rule = campaign.stopWhen
        let first = Self.hour(of: Timestamp(milliseconds: now.milliseconds - rule.within.milliseconds))
        kept.hours.removeAll { $0.hour < first }
        let stop = kept.stop == nil ? Self.stop(kept.hours, rule, at: now) : nil
        kept.stop = kept.stop ?? stop
        try set(kept, of: campaign.name)
        return reason(stop, campaign.name)
    }

    private static func stop(_ hours: [Kept.Hour], _ rule: StopRule, at now: Timestamp) -> Kept.Stop? {
        let left = hours.reduce(0) { $0 + $1.left }
        for event in StopRule.outcomes {
            guard let limit = rule.limits[event] else { continue }
            let count = hours.reduce(0) { $0 + $1.outcomes[event.rawValue, default: 0] }
            let isEnough =
                switch limit {
                case .count: true
                case .percent: count >= rule.least
                }
            guard isEnough, limit.isPassed(by: count, of: left) else { continue }
            return Kept.Stop(outcome: event.rawValue, count: count, of: left, code: "", at: now.milliseconds)
        }
        return nil
    }

    private static func place(of hour: Int64, _ kept: inout Kept) -> Int {
        if let place = kept.hours.firstIndex(where: { $0.hour == hour }) { return place }
        kept.hours.append(Kept.Hour(hour: hour))
        return kept.hours.count - 1
    }

    private static func hour(of moment: Timestamp) -> Int64 { moment.milliseconds / 3_600_000 }

    private static func cause(_ step: String, _ code: String) -> String { step + " " + code }

    private func kept(_ campaign: String) throws -> Kept {
        guard let kept = try store.setting(.brake(campaign: campaign)) else { return Kept() }
        do {
            return try JSONDecoder().decode(Kept.self, from: Data(kept))
        } catch {
            throw StoreProblem.damaged(
                what: "whether campaign \(campaign) has stopped; waybill campaign resume \(campaign) lets it go on")
        }
    }

    private func set(_ kept: Kept, of campaign: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try store.set(.brake(campaign: campaign), to: Array(try encoder.encode(kept)))
    }
}
