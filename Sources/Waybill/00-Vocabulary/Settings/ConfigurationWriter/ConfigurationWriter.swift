/// Writes the effective configuration as JSON5 that reads back to an equal `Configuration`.
///
/// Every setting stands in it, in the order of the documentation; names of policies, strategies, transports and the like
/// are sorted, campaigns keep their order. Moments are written in UTC. Secrets are not in a configuration, only their
/// places are.
package enum ConfigurationWriter {
    package static func text(of configuration: Configuration) -> String {
        "// The effective configuration: every setting, with defaults and inherited values filled in.\n"
            + tree(of: configuration).text + "\n"
    }

    /// Eight hexadecimal digits that change with anything that decides what a campaign does: its own settings, its
    /// policy, its strategy, its region, its time zone and the end of its day (FNV-1a of 64 bits over their text, folded to 32).
    package static func fingerprint(of campaign: Campaign, in configuration: Configuration) -> String {
        var effective = campaign
        effective.region = campaign.region ?? configuration.region
        effective.timezone = campaign.timezone ?? configuration.timezone
        let policy = campaign.policy.flatMap { configuration.policies[$0] }
        let strategy = campaign.strategy.flatMap { configuration.strategies[$0] }
        // Left out where they are the default, as before they were counted: reports of earlier days name these digits.
        let own = self.members(of: effective).filter { $0.0 != "rate" || campaign.rate.most != nil }
        var members: [(String, JSON5Tree)] = [
            (campaign.name, .object(own)), ("policy", policy.map(self.tree) ?? .null),
            ("strategy", strategy.map(self.tree) ?? .null),
        ]
        let rates = strategy.map(\.steps).map { $0.map(\.channel) } ?? Strategy.handover.steps.map(\.channel)
        for channel in Set(rates).sorted() {
            for (holder, rate) in configuration.rates(of: campaign, channel: channel) where holder.isOfTransport {
                members.append(("rate" + holder.words, self.tree(of: rate)))
            }
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

    private static func tree(of configuration: Configuration) -> JSON5Tree {
        let keep = configuration.keepDays
        let limits = configuration.limits
        let campaigns = configuration.campaigns.map { ($0.name, tree(of: $0)) }
        let accounts = JSON5Tree.sorted(configuration.accounts) { tree(of: $0) }
        let members: [(String, JSON5Tree)] = [
            ("inbox", inboxes(of: configuration)),
            ("outbox", .text(configuration.outbox)),
            ("state", .text(configuration.state)),
            ("region", .text(configuration.region)),
            ("timezone", .text(configuration.timezone)),
            ("endOfDay", .text(configuration.endOfDay.description)),
            (
                "keepDays",
                .object([
                    ("archive", .number(keep.archive)), ("notices", .number(keep.notices)),
                    ("reports", .number(keep.reports)), ("contacts", .number(keep.contacts)),
                ])
            ),
            ("archive", .object([("compress", .boolean(configuration.archiveCompress))])),
            (
                "limits",
                .object([
                    ("dropBytes", size(limits.dropBytes)), ("recordBytes", size(Int64(limits.recordBytes))),
                    ("columns", .number(limits.columns)), ("gzipRatio", .number(limits.gzipRatio)),
                ])
            ),
            (
                "reports",
                .object([
                    ("addresses", .text(configuration.reports.addresses.rawValue)),
                    ("splitBy", .text(configuration.reports.splitBy)),
                ])
            ),
            (
                "log",
                .object([
                    ("format", .text(configuration.log.format.rawValue)),
                    ("level", .text(configuration.log.level.rawValue)),
                ])
            ),
            ("campaigns", .object(campaigns)),
            ("policies", .sorted(configuration.policies) { tree(of: $0) }),
            ("strategies", .sorted(configuration.strategies) { tree(of: $0) }),
            ("transports", .sorted(configuration.transports) { tree(of: $0) }),
            ("accounts", accounts),
        ]
        return .object(members)
    }

    private static func inboxes(of configuration: Configuration) -> JSON5Tree {
        guard !configuration.inboxReadiness.isEmpty else { return .texts(configuration.inbox) }
        return .list(
            configuration.inbox.map { path in
                guard let own = configuration.inboxReadiness[path] else { return .text(path) }
                var members: [(String, JSON5Tree)] = [("path", .text(path))]
                if let ready = own.ready { members.append(("ready", .text(ready.rawValue))) }
                if let quiet = own.quiet { members.append(("quiet", .text(quiet.description))) }
                if let marker = own.marker { members.append(("marker", .text(marker))) }
                return .object(members)
            })
    }

    private static func size(_ bytes: Int64) -> JSON5Tree {
        for (factor, unit) in [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] as [(Int64, String)]
        where bytes > 0 && bytes % factor == 0 {
            return .text("\(bytes / factor) \(unit)")
        }
        return .raw(String(bytes))
    }
}
