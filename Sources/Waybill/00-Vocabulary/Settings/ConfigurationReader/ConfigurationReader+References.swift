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

    /// What has to stay in a region leaves only by transports that say that they are there.
    func checkResidency() {
        for campaign in configuration.campaigns {
            let all = [campaign.name, "default", ""].lazy.compactMap { residencies[$0] }
            guard let setting = all.first(where: { !$0.value.isNull }) else { continue }
            for stray in configuration.strays(of: campaign) {
                let place = JSON5Reader.quoted(stray.residency)
                setting.report(
                    "what the campaign \(JSON5Reader.quoted(campaign.name)) sends has to stay in \(place), and the transport "
                        + "\(JSON5Reader.quoted(stray.transport)), which may carry its \(stray.channel), "
                        + (stray.region.map { "is in \(JSON5Reader.quoted($0)): name one that is there" }
                            ?? "does not say where it is: write region: \(place) there if that is so"))
            }
        }
    }

    /// One channel has one name: entries of lists find it in whatever case, what was said of it before does not.
    func checkChannelNames() {
        let usual = Channel.usual + [.handover]
        var known = Dictionary(uniqueKeysWithValues: usual.map { (FoldedFileName($0.name), $0) })
        for (channel, setting) in reading.channelNames {
            let first = known[FoldedFileName(channel.name)] ?? channel
            known[FoldedFileName(channel.name)] = first
            if first != channel {
                setting.report(
                    "the channel \(JSON5Reader.quoted(channel.name)) differs from \(JSON5Reader.quoted(first.name)) in capitals "
                        + "only: write \(JSON5Reader.quoted(first.name))")
            }
        }
    }

    /// A channel that nothing sends over is a warning: the rule that names it would never apply. In what keeps people
    /// from being contacted it is an error.
    func checkChannels() {
        var known = Set(Channel.usual + [.handover])
        for campaign in configuration.campaigns { known.formUnion(campaign.transports.keys) }
        for strategy in configuration.strategies.values { known.formUnion(strategy.steps.map(\.channel)) }
        let folded = Set(known.map { FoldedFileName($0.name) })
        for (channel, setting) in reading.channelMentions where !folded.contains(FoldedFileName(channel.name)) {
            let isProtection = [".caps[", ".require["].contains { setting.path.contains($0) }
            setting.report(
                "nothing is sent over the channel \(JSON5Reader.quoted(channel.name))"
                    + (NearestName.of(channel.name, in: known.map(\.name).sorted()).map { ", did you mean \"\($0)\"?" }
                        ?? "")
                    + (isProtection ? ": this would hold for nobody" : ""),
                severity: isProtection ? .error : .warning)
        }
    }

    /// Subscribers get mail by a relay, in somebody's name.
    func checkSubscribers() {
        guard configuration.notifier == nil else { return }
        for setting in reading.mailSubscribers {
            setting.report(
                "nobody is told by mail: write notify: { transport: \"relay\", from: \"Waybill <waybill@clinic.example>\" }, "
                    + "with a transport of kind \"smtp\"", severity: .warning)
        }
    }

    /// A mail that a server is called for has its subject from the template, a column or `values`; what its template
    /// has leaves where the call has a place for it.
    private func checkCalledMail(_ step: Strategy.Step, of campaign: Campaign, _ setting: ConfigurationSetting) {
        guard step.channel == .email, let transport = configuration.transports[campaign.transport(of: .email)],
            transport.kind == .http
        else { return }
        let (places, subject) = (transport.http.names, FoldedName("subject"))
        let own = transport.http.values.first { FoldedName($0.key) == subject }?.value ?? ""
        let template = step.template.flatMap { campaign.templates[$0] }?.base
        let start = "the step \"\(step.name)\" sends mails by \(campaign.transport(of: .email)), "
        let hasSubject =
            template?.subject != nil || !own.isEmpty
            || campaign.require.contains { $0.only.map { FoldedName($0) } == subject }
        if transport.http.body.places.contains(.place(subject, default: nil)), !hasSubject {
            setting.report(
                start
                    + "and has no subject: write a template with one, values: { subject: \"…\" } in the transport, or "
                    + "require: [\"subject\"] where each contact has that column")
        }
        for (name, isThere) in [("subject", template?.subject != nil), ("html", template?.html != nil)]
        where isThere && !places.contains(FoldedName(name)) {
            setting.report(
                start + "whose call has no place {{\(name)}}: the template's does not leave", severity: .warning)
        }
    }

    /// Whether all that goes by a transport are mails of campaigns that name their sender.
    private func isSenderNamed(for transport: String) -> Bool {
        let uses = configuration.campaigns.flatMap { campaign in
            campaign.transports.keys
                .filter { configuration.carriers(of: campaign, over: $0).contains(transport) }
                .map { $0 == .email && campaign.from[.email] != nil }
        }
        return !uses.isEmpty && !uses.contains(false)
    }

    /// Mails need a sender, a subject, and an address. Senders over other channels are not checked yet.
    ///
    /// Checked only where a campaign names its strategy itself, as with templates.
    func checkMails() {
        for use in strategyUses {
            guard let strategy = configuration.strategies[use.strategy],
                let campaign = configuration.campaign(named: use.campaign)
            else { continue }
            for step in strategy.steps { checkCalledMail(step, of: campaign, use.setting) }
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
        for (name, setting) in senderless where !isSenderNamed(for: name) {
            setting.report("the body has a place {{from}}: write values: { from: \"…\" }, since no drop says who sends")
        }
        for (channel, setting) in reading.senders {
            let isUsed = configuration.campaigns.contains {
                configuration.sendsMails($0, over: channel) || configuration.callsWithSender($0, over: channel)
            }
            if !isUsed {
                setting.reportNotBuilt(
                    "only mails by a transport of kind \"smtp\", or by a call with a place {{from}}, name their sender",
                    .warning)
            } else if case .string(let text) = setting.value.content, Mailbox(text) == nil {
                let _: Never? = setting.wrong(text, "a mailbox such as \"Clinic <desk@clinic.example>\"")
            }
        }
    }
}
