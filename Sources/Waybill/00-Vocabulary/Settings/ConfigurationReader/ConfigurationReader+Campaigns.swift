extension ConfigurationReader {
    /// Reads `campaigns`: `default` first, since the others start from its values; it is last in the result.
    mutating func readCampaigns(_ root: inout ConfigurationSection) {
        guard let section = root.setting("campaigns")?.section() else { return }
        var fallback = Campaign(name: "default")
        if let member = section.members.last(where: { $0.key == fallback.name }) {
            read(section.setting(member), into: &fallback)
        }
        var campaigns: [Campaign] = []
        var known = [FoldedFileName(fallback.name): fallback.name]
        let places = section.places
        section.eachName { name, setting in
            guard name != fallback.name else { return }
            if let objection = ConfigurationSetting.folderObjection(name) {
                reportName(name, at: places[name], in: section, "a campaign's name \(objection)")
            } else if let twin = known[FoldedFileName(name)] {
                reportName(
                    name, at: places[name], in: section,
                    "this name differs from the campaign \(JSON5Reader.quoted(twin)) in capitals only, and folders "
                        + "and files are compared without them")
            }
            if known[FoldedFileName(name)] == nil { known[FoldedFileName(name)] = name }
            var campaign = fallback
            campaign.name = name
            (campaign.drops, campaign.repeats) = ([], nil)
            read(setting, into: &campaign)
            campaigns.append(campaign)
        }
        configuration.campaigns = campaigns + [fallback]
    }

    private func reportName(
        _ name: String, at place: Int?, in section: ConfigurationSection, _ message: String
    ) {
        guard let place else { return }
        reading.report(
            message, at: section.members[place].position, path: ConfigurationPath.joined(section.path, key: name))
    }

    private mutating func read(_ setting: ConfigurationSetting, into campaign: inout Campaign) {
        guard var section = setting.section() else { return }
        let inherited = campaign.strategy
        campaign.strategy = nil
        section.read(CampaignSettings.all, into: &campaign)
        section.finish()
        residencies[campaign.name] = section.setting("residency")
        guard let own = section.setting("strategy") else { return campaign.strategy = inherited }
        if let strategy = campaign.strategy { strategyUses.append((strategy, campaign.name, own)) }
    }

    /// Reads `policies`, after the campaigns: a local time is read in the zones of the campaigns that use the policy.
    mutating func readPolicies(_ root: inout ConfigurationSection) {
        var zones: [String: Set<String>] = [:]
        for campaign in configuration.campaigns {
            guard let policy = campaign.policy else { continue }
            zones[policy, default: []].insert(campaign.timezone ?? configuration.timezone)
        }
        root.readNames("policies") { name, setting in
            names[.policies, default: []].append(name)
            reading.zones = zones[name] ?? [configuration.timezone]
            var policy = Policy()
            if var section = setting.section() {
                section.read(PolicySettings.all, into: &policy)
                section.finish()
            }
            configuration.policies[name] = policy
        }
    }

    /// Reads the rules of the countries that policies name.
    mutating func readRules() {
        for policy in configuration.policies.values {
            let names =
                switch policy.rules {
                case nil: [String]()
                case .all: reading.rules.names
                case .countries(let names): names
                }
            for name in names where configuration.rules[name] == nil {
                configuration.rules[name] = reading.rules.book(name)
            }
        }
        let counts = configuration.rules.values.flatMap { book in book.rules.flatMap { $0.caps(in: book.country) } }
        if counts.count > Rule.mostCounts {
            reading.report(
                "the rules of all countries count in \(counts.count) ways together, and \(Rule.mostCounts) are as many as can be "
                    + "kept: join rows of states that say the same", at: JSON5Position(), path: "policies")
        }
    }
}
