/// One limit of a rate: so many in any span (milliseconds), of what one policy or campaign sends.
struct RateLimitOfOracle {
    /// Whose it is, for people and as the key of what has left.
    var holder: String
    var most: Int
    var span: Int
}

/// Rates: no more than they allow leaves in any span, and n contacts are out after n ÷ rate and one span.
extension OracleCase {
    /// What may wait for its turn though there is room: others' turns are handed out for five minutes ahead, and a
    /// part of a parcel waits for up to a minute to leave with the rest.
    private static let slack = tolerance + 6 * 60_000

    /// The limits that hold for what a campaign sends.
    func limits(of prepared: PreparedCampaign) -> [RateLimitOfOracle] {
        Self.limits(prepared.campaign.policy.rate, of: "policy " + prepared.campaign.policy.name)
            + Self.limits(prepared.campaign.rate, of: "campaign " + prepared.campaign.name)
    }

    static func limits(_ rate: PolicyScenario.Rate, of holder: String) -> [RateLimitOfOracle] {
        [(rate.perSecond, 1_000), (rate.perHour, 3_600_000), (rate.perDay, 86_400_000)].compactMap { most, span in
            most.map { RateLimitOfOracle(holder: holder, most: $0, span: span) }
        }
    }

    /// When messages left, by the holders of rates, rising.
    static func departures(_ scenario: PolicyScenario, _ sends: [PolicySend]) -> [String: [Int]] {
        var moments: [String: [Int]] = [:]
        for send in sends where scenario.drops.indices.contains(send.drop) {
            let name = scenario.drops[send.drop].campaign
            guard let campaign = scenario.campaigns.first(where: { $0.name == name }) else { continue }
            moments["policy " + campaign.policy.name, default: []].append(send.at)
            moments["campaign " + name, default: []].append(send.at)
        }
        return moments
    }

    /// How many of a holder's left in (after, until].
    private func count(_ holder: String, after: Int, until: Int) -> Int {
        let list = departures[holder] ?? []
        func first(after moment: Int) -> Int {
            var low = 0
            var high = list.count
            while low < high {
                let middle = (low + high) / 2
                if list[middle] <= moment { low = middle + 1 } else { high = middle }
            }
            return low
        }
        return max(0, first(after: until) - first(after: after))
    }

    /// The rate that a send broke, in words; nil: none.
    func brokenRate(_ send: PolicySend, _ prepared: PreparedCampaign) -> String? {
        for limit in limits(of: prepared) {
            let left = count(limit.holder, after: send.at - limit.span, until: send.at)
            if left > limit.most {
                return "\(left) left within \(limit.span / 1_000) s, and the rate of \(limit.holder) is \(limit.most)"
            }
        }
        return nil
    }

    /// How long somebody may wait at the most though there is room, since messages leave evenly; nil: there was none for
    /// a while.
    func roomFor(_ limits: [RateLimitOfOracle], at moment: Int) -> Int? {
        let lasting = Self.slack + (limits.map { $0.span / $0.most }.max() ?? 0)
        let isFree = limits.allSatisfy { limit in
            count(limit.holder, after: moment - limit.span, until: moment + lasting) < limit.most
        }
        return isFree ? lasting : nil
    }

    /// How long somebody may wait at the most for those who left meanwhile: one more than they, divided by the rate,
    /// and a span besides; nil: longer than until another moment.
    func turn(_ limits: [RateLimitOfOracle], at moment: Int, before stop: Int) -> Int? {
        var lasting = Self.slack
        while moment + lasting < stop {
            let needed =
                limits.map { limit in
                    let others = count(limit.holder, after: moment, until: moment + lasting)
                    return Self.slack + limit.span + ((others + 1) * limit.span + limit.most - 1) / limit.most
                }.max() ?? Self.slack
            if needed <= lasting { return lasting }
            lasting = needed
        }
        return nil
    }
}
