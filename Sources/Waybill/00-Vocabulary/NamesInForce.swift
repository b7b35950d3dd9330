/// The names that a configuration has of what people may be listed for, or refuse: campaigns, channels and what they
/// subscribe to.
///
/// What somebody said is kept as it was said, and configurations change. An entry narrowed to a name that is gone is
/// narrowed by nothing: it holds for all, as one with a name that nobody ever had (contract §9).
package struct NamesInForce: Sendable {
    private let campaigns: Set<FoldedFileName>
    private let channels: Set<Channel>
    private let topics: Set<FoldedFileName>

    package init(_ configuration: Configuration) {
        campaigns = Set(configuration.campaigns.map { FoldedFileName($0.name) })
        channels = Set(configuration.channels)
        topics = Set(configuration.campaigns.compactMap(\.list).map { FoldedFileName($0) })
    }

    /// Where a listing holds now.
    package func widened(_ scope: Listing.Scope) -> Listing.Scope {
        var wide = scope
        if !scope.campaign.isEmpty, !campaigns.contains(FoldedFileName(scope.campaign)) { wide.campaign = "" }
        wide.channel = widened(scope.channel)
        return wide
    }

    /// For what somebody's refusal counts now.
    package func widened(_ scope: ConsentEntry.Scope) -> ConsentEntry.Scope {
        var wide = scope
        if !scope.list.isEmpty, !topics.contains(FoldedFileName(scope.list)) { wide.list = "" }
        wide.channel = widened(scope.channel)
        return wide
    }

    private func widened(_ channel: Channel?) -> Channel? { channel.flatMap { channels.contains($0) ? $0 : nil } }

    /// Whether something that is told to hold some campaigns may be meant for this one: one of those is it, or is gone.
    package func mayMean(_ campaign: String, by names: [String]) -> Bool {
        names.isEmpty
            || names.contains {
                FoldedFileName.areSame($0, campaign) || !campaigns.contains(FoldedFileName($0))
            }
    }
}

extension Configuration {
    /// The usual channels, and those of the strategies.
    package var channels: [Channel] {
        let used = strategies.values.flatMap { $0.steps.map(\.channel) }
        return Channel.usual + Set(used).subtracting(Channel.usual).sorted()
    }
}
