/// How many messages may leave in a second, an hour and a day; nil: no limit.
package struct Rate: Hashable, Sendable {
    package var perSecond: Int?
    package var perHour: Int?
    package var perDay: Int?
    package init() {}

    /// The most messages that may leave at once.
    package var most: Int? { RateLimit.Span.allCases.compactMap(most).min() }

    /// The limit that holds for any span of this length.
    package func most(per span: RateLimit.Span) -> Int? {
        switch span {
        case .second: perSecond
        case .hour: perHour
        case .day: perDay
        }
    }
}

/// Whose messages a rate counts.
package enum RateHolder: Hashable, Sendable {
    case policy(String)
    case campaign(String)
    case transport(String)
    case account(String)

    /// Whether it concerns only some of a campaign's channels.
    package var isOfTransport: Bool {
        switch self {
        case .policy, .campaign: false
        case .transport, .account: true
        }
    }
}

/// One of the limits of a rate: at most so many in any span of this length.
package struct RateLimit: Hashable, Sendable {
    package enum Span: String, CaseIterable, Sendable {
        case second, hour, day

        package var milliseconds: Int64 {
            switch self {
            case .second: 1_000
            case .hour: 3_600_000
            case .day: 86_400_000
            }
        }
    }

    package let most: Int
    package let span: Span
    package let holder: RateHolder

    package init(most: Int, span: Span, holder: RateHolder) {
        self.most = most
        self.span = span
        self.holder = holder
    }
}

/// One entry of `accounts`: a rate that all transports to one provider's account share.
package struct Account: Hashable, Sendable {
    package var rate = Rate()
    /// A file in which the workspaces of one machine count what they send over the account together; nil: each
    /// workspace counts alone.
    package var shared: String?

    package init() {}
}

extension Configuration {
    /// The rates that hold for what a campaign sends over a channel, the account's last.
    ///
    /// - Parameter carrier: the transport that carries it; nil: the campaign's own.
    package func rates(
        of campaign: Campaign, channel: Channel, by carrier: String? = nil
    ) -> [(holder: RateHolder, rate: Rate)] {
        let name = carrier ?? campaign.transport(of: channel)
        let transport = transports[name]
        let all: [(RateHolder, Rate?)] = [
            (.policy(campaign.policy ?? ""), campaign.policy.flatMap { policies[$0]?.rate }),
            (.campaign(campaign.name), campaign.rate),
            (.transport(name), transport?.rate),
            (.account(transport?.account ?? ""), transport?.account.flatMap { accounts[$0]?.rate }),
        ]
        return all.compactMap { holder, rate in rate.flatMap { $0.most == nil ? nil : (holder, $0) } }
    }
}
