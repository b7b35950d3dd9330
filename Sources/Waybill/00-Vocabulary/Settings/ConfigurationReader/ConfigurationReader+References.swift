/// References between parts of the configuration, checked once all parts are read.
extension ConfigurationReader {
    func checkMentions() {
        let tables = names.mapValues { Set($0) }
        for mention in reading.mentions {
            guard tables[mention.table]?.contains(mention.name) != true else { continue }
            guard reading.advises() else {
                mention.setting.report("there is no \(JSON5Reader.quoted(mention.name)) in \(mention.table.rawValue)")
                continue
            }
            let known = names[mention.table, default: []]
            let all = known.sorted().map { JSON5Reader.quoted($0) }.joined(separator: ", ")
            mention.setting.report(
                "there is no \(JSON5Reader.quoted(mention.name)) in \(mention.table.rawValue)"
                    + (NearestName.of(mention.name, in: known).map { ", did you mean \"\($0)\"?" }
                        ?? (known.isEmpty ? ": write it there" : ": it can be \(all)")))
        }
    }

    /// A campaign must have a template and a transport for every step of its strategy.
    ///
    /// Checked only where a campaign names its strategy itself: a campaign that takes it from `default` has everything
    /// `default` has.
    func checkStrategyUses() {
        for use in strategyUses {
            guard let strategy = configuration.strategies[use.strategy],
                let campaign = configuration.campaign(named: use.campaign)
            else { continue }
            for step in strategy.steps {
                if let template = step.template, campaign.templates[template] == nil {
                    let near = NearestName.of(template, in: campaign.templates.keys.sorted())
                    use.setting.report(
                        "the step \"\(step.name)\" uses the template \(JSON5Reader.quoted(template)), which this campaign's "
                            + "templates do not name"
                            + (near.map { ", did you mean \"\($0)\"?" } ?? ": name its file there"))
                }
                if campaign.transports[step.channel] == nil {
                    use.setting.report(
                        "the step \"\(step.name)\" uses the channel \(JSON5Reader.quoted(step.channel.name)), for which this "
                            + "campaign has no transport: name one in its transports")
                }
            }
        }
    }

    /// A channel that nothing sends over is a warning: the rule that names it would never apply.
    func checkChannels() {
        var known = Set(Channel.usual + [.handover])
        for campaign in configuration.campaigns { known.formUnion(campaign.transports.keys) }
        for strategy in configuration.strategies.values { known.formUnion(strategy.steps.map(\.channel)) }
        for (channel, setting) in reading.channelMentions where !known.contains(channel) {
            setting.report(
                "nothing is sent over the channel \(JSON5Reader.quoted(channel.name))"
                    + (NearestName.of(channel.name, in: known.map(\.name).sorted()).map { ", did you mean \"\($0)\"?" }
                        ?? ""),
                severity: .warning)
        }
    }

    /// Mails need a sender, a subject, and an address. Senders over other channels are not checked yet.
    ///
    /// Checked only where a campaign names its strategy itself, as with templates.
    func checkMails() {
        for use in strategyUses {
            guard let strategy = configuration.strategies[use.strategy],
                let campaign = configuration.campaign(named: use.campaign)
            else { continue }
            for step in strategy.steps where configuration.sendsMails(campaign, over: step.channel) {
                let start = "the step \"\(step.name)\" sends mails by \(campaign.transport(of: step.channel)), "
                if campaign.from[step.channel] == nil {
                    use.setting.report(
                        start
                            + "and the campaign names no sender: write from: { \(step.channel): \"Clinic <desk@clinic.example>\" }"
                    )
                }
                if step.template.flatMap({ campaign.templates[$0] })?.base.subject == nil {
                    use.setting.report(start + "and needs a template with a subject")
                }
                if step.to != .email {
                    use.setting.report(start + "and \(step.to.label) is no address of a mail: write to: \"email\"")
                }
            }
        }
        for (channel, setting) in reading.senders {
            if !configuration.campaigns.contains(where: { configuration.sendsMails($0, over: channel) }) {
                setting.reportNotBuilt("only mails by a transport of kind \"smtp\" name their sender", .warning)
            } else if case .string(let text) = setting.value.content, Mailbox(text) == nil {
                let _: Never? = setting.wrong(text, "a mailbox such as \"Clinic <desk@clinic.example>\"")
            }
        }
    }
}
