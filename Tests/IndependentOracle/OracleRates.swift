/// One limit of a rate: at most so many messages of one policy or campaign in any span (milliseconds).
struct RateLimitOfOracle {
    /// The policy or campaign, as a text for people and as the key of `departures`.
    var holder: String
    var most: Int
    var span: Int
}

/// Rates: no more messages leave in any span than allowed, and n contacts have left after n ÷ rate and one span.
extension OracleCase {
    /// How long a contact may wait for its turn though there is room: turns are given out five minutes ahead, and a
    /// part of a parcel waits for up to a minute to leave with the rest.
    private static let slack = tolerance + 6 * 60_000

    /// The limits for the messages of a campaign.
    func limits(of prepared: PreparedCampaign) -> [RateLimitOfOracle] {
        Self.limits(prepared.campaign.policy.rate, of: "policy " + prepared.campaign.policy.name)
            + Self.limits(prepared.campaign.rate, of: "campaign " + prepared.campaign.name)
    }

    static func limits(_ rate: PolicyScenario.Rate, of holder: String) -> [RateLimitOfOracle] {
        [(rate.perSecond, 1_000), (rate.perHour, 3_600_000), (rate.perDay, 86_400_000)].compactMap { most, span in
            most.map { RateLimitOfOracle(holder: holder, most: $0, span: span) }
        }
    }

    /// The times of all messages by holder, in ascending order.
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

    /// How many messages of a holder left in (after, until].
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

    /// The rate that a send exceeded, in words; nil: none.
    func brokenRate(_ send: PolicySend, _ prepared: PreparedCampaign) -> String? {
        for limit in limits(of: prepared) {
            let left = count(limit.holder, after: send.at - limit.span, until: send.at)
            if left > limit.most {
                return "\(left) left within \(limit.span / 1_000) s, and the rate of \(limit.holder) is \(limit.most)"
            }
        }
        return nil
    }

    /// The longest wait though there is room, since messages leave evenly; nil: there was no room for that long.
    func roomFor(_ limits: [RateLimitOfOracle], at moment: Int) -> Int? {
        let lasting = Self.slack + (limits.map { $0.span / $0.most }.max() ?? 0)
        let isFree = limits.allSatisfy { limit in
            count(limit.holder, after: moment - limit.span, until: moment + lasting) < limit.most
        }
        return isFree ? lasting : nil
    }

    /// The longest wait behind the messages that left meanwhile: their number plus one, divided by the rate, plus one
    /// span. Nil: the wait reaches beyond `stop`.
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
