/// Writes the effective configuration as JSON5 that reads back to an equal `Configuration`.
///
/// It has every setting, in the order of the documentation. Names of policies, strategies, transports and the like are
/// sorted; campaigns keep their order. Moments are in UTC. A configuration never has secrets, only where to find them.
package enum ConfigurationWriter {
    package static func text(of configuration: Configuration) -> String {
        "// The effective configuration: every setting, with defaults and inherited values filled in.\n"
            + tree(of: configuration).text + "\n"
    }

    /// Eight hexadecimal digits that change with anything that decides what a campaign does: its settings, policy,
    /// strategy, region, time zone and end of day (FNV-1a of 64 bits over their text, folded to 32).
    package static func fingerprint(of campaign: Campaign, in configuration: Configuration) -> String {
        var effective = campaign
        effective.region = campaign.region ?? configuration.region
        effective.timezone = campaign.timezone ?? configuration.timezone
        let policy = campaign.policy.flatMap { configuration.policies[$0] }
        let strategy = campaign.strategy.flatMap { configuration.strategies[$0] }
        let own = CampaignSettings.all.members(of: effective, countedFrom: Campaign(name: campaign.name))
        var members: [(String, JSON5Tree)] = [
            (campaign.name, .object(own)),
            (
                "policy",
                policy.map { .object(PolicySettings.all.members(of: $0, countedFrom: Policy())) } ?? .null
            ), ("strategy", strategy.map { Self.tree(of: $0, isCounted: true) } ?? .null),
        ]
        let channels = (strategy ?? .handover).steps.map(\.channel)
        for channel in Set(channels).sorted() {
            for (holder, rate) in configuration.rates(of: campaign, channel: channel) where holder.isOfTransport {
                members.append(("rate" + key(of: holder), .object(RateSettings.all.members(of: rate))))
            }
        }
        // Different rules make a different policy, even under the same name.
        let books = policy.map { configuration.rules(of: $0) } ?? []
        if !books.isEmpty {
            members.append(("law", .texts(books.map { $0.country + String($0.digest, radix: 16) })))
        }
        if configuration.endOfDay != .midnight {
            members.append(("endOfDay", .text(configuration.endOfDay.description)))
        }
        let tree = JSON5Tree.object(members)
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in tree.text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        let digits = String(UInt32(truncatingIfNeeded: hash >> 32 ^ hash), radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// Hashed into fingerprints: never change it, since reports of earlier days name the digits.
    private static func key(of holder: RateHolder) -> String {
        switch holder {
        case .policy, .campaign: ""
        case .transport(let name): ", of transport \(name)"
        case .account(let name): ", of account \(name)"
        }
    }

    private static func tree(of configuration: Configuration) -> JSON5Tree {
        .object(
            WorkspaceSettings.all.members(of: configuration) + [
                (
                    "campaigns",
                    .object(configuration.campaigns.map { ($0.name, .object(CampaignSettings.all.members(of: $0))) })
                ),
                ("policies", .sorted(configuration.policies) { .object(PolicySettings.all.members(of: $0)) }),
                ("strategies", .sorted(configuration.strategies) { tree(of: $0) }),
                ("transports", .sorted(configuration.transports) { tree(of: $0) }),
                ("accounts", .sorted(configuration.accounts) { .object(AccountSettings.all.members(of: $0)) }),
            ])
    }
}
