/// Warnings about the rules of law that a configuration uses: for `config check`.
package enum RuleWarnings {
    /// - Parameter tree: the configuration's file, for positions.
    package static func problems(
        _ configuration: Configuration, file: String, tree: JSON5Value?, on day: CalendarDay
    ) -> [ConfigurationProblem] {
        func warning(_ message: String, _ keys: [String]) -> ConfigurationProblem {
            let place = keys.indices.lazy.compactMap { tree?.position(of: Array(keys.dropLast($0))) }.first
            return ConfigurationProblem(
                file: file, line: place?.line ?? 1, column: place?.column ?? 1, path: keys.joined(separator: "."),
                message: message, severity: .warning)
        }
        var problems = configuration.rules.sorted { $0.key < $1.key }.compactMap { name, book in
            Self.age(book, on: day).map { message in
                ConfigurationProblem(
                    file: book.file ?? "the rules that come with Waybill for \(name)", line: 1, column: 1, path: "",
                    message: message, severity: .warning)
            }
        }
        for campaign in configuration.campaigns {
            guard let name = campaign.policy, let policy = configuration.policies[name], policy.rules != nil else {
                continue
            }
            let books = configuration.rules(of: policy)
            let region = campaign.region ?? configuration.region
            if !books.contains(where: { $0.country == region }) {
                problems.append(
                    warning(
                        "the numbers of this campaign are those of \(region), and its policy \(JSON5Reader.quoted(name)) has "
                            + "no rules for it: name them in the policy's rules, or write rules/\(region.lowercased()).json5",
                        ["campaigns", campaign.name, "region"]))
            }
            let needsList = configuration.lists.named.contains {
                $0.value.isRequired || campaign.lists.contains($0.key)
            }
            if !needsList, let age = CampaignSetup(campaign, in: configuration).listAge(at: Timestamp(day: day)) {
                problems.append(
                    warning(
                        "\(JSON5Reader.quoted(age.rule)) asks for a do-not-contact list no older than \(age.most), and this "
                            + "campaign needs none: name it in lists.named, and in the campaign's lists",
                        ["campaigns", campaign.name, "lists"]))
            }
            if campaign.purpose == nil, let rule = Self.ruleForPurpose(campaign, books, configuration) {
                problems.append(
                    warning(
                        "this campaign has no purpose, so that the rules of all purposes hold, such as "
                            + "\(JSON5Reader.quoted(rule.id)): write purpose: \"service\", \"marketing\" or another",
                        ["campaigns", campaign.name, "purpose"]))
            }
        }
        return problems
    }

    private static func age(_ book: RuleBook, on day: CalendarDay) -> String? {
        let old = book.rules.filter { RuleView.isOld($0, on: day) }
        guard let oldest = old.compactMap(\.checked).min() else { return nil }
        return
            "\(old.count.counted("rule was", "rules were")) checked more than \(RuleView.fresh) days ago, the oldest on "
            + "\(oldest): look whether the law has changed, and write the new day into checked"
    }

    /// A rule that holds only for some purposes, among those that may concern the campaign's contacts.
    private static func ruleForPurpose(
        _ campaign: Campaign, _ books: [RuleBook], _ configuration: Configuration
    ) -> Rule? {
        let strategy = campaign.strategy.flatMap { configuration.strategies[$0] } ?? .handover
        let kinds = strategy.steps.flatMap { campaign.kinds(of: $0.channel) }
        return books.lazy.flatMap(\.rules).first { !$0.purposes.isEmpty && $0.concerns(kinds) }
    }
}
