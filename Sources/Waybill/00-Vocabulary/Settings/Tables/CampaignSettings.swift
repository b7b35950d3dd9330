/// The settings of a campaign, in the order of the documentation.
///
/// A campaign starts from the values of `default`, so objects are merged into them.
enum CampaignSettings {
    static let all = form + rules + dispatch + PaceTable.all

    // MARK: How drops are picked up and read

    private static let form = [
        Setting(
            "drops", \Campaign.drops,
            .list("a list of patterns such as [\"*.csv\"]", of: .text("a pattern such as \"*.csv\""))),
        Setting("ready", \.ready, .choice),
        Setting("quiet", \.quiet, .quietTime),
        Setting("marker", \.marker, .markerEnding),
        Setting("format", \.format, .auto([.csv, .jsonArray, .jsonLines, .jsonContacts, .dispatchRequest])),
        Setting("delimiter", \.delimiter, delimiter),
        Setting("header", \.header, header),
        Setting("encoding", \.encoding, .auto(TextEncoding.allCases, ignoresCase: true)),
        Setting("skipLines", \.skipLines, .integer(0...1_000_000)),
        Setting("trailer", read: readTrailer) { campaign in
            campaign.trailer.map { .object(trailerParts.members(of: $0)) } ?? .null
        },
        Setting("columns", read: readColumns) { campaign in
            .object(campaign.columns.map { ($0.sender, .text($0.column)) })
        },
        Setting("quotes", \.quotes, .choice),
    ].map(\.alwaysCounted)

    private static let delimiter = SettingForm<AutoOr<UInt8>>(
        read: { setting in
            let wanted = "\"auto\" or one character such as \",\", \";\", \"\\t\" or \"|\""
            guard case .string(let text) = setting.value.content else { return setting.mismatch(wanted) }
            if text == "auto" { return .auto }
            let bytes = Array(text.utf8)
            let isMarkOrTab =
                bytes.count == 1 && (bytes[0] == 0x09 || (0x21...0x7E).contains(bytes[0]) && bytes[0] != 0x22)
            guard isMarkOrTab, !text.allSatisfy({ $0.isLetter || $0.isNumber }) else {
                return setting.wrong(text, wanted)
            }
            return .set(bytes[0])
        },
        tree: { .text($0.value.map { String(Unicode.Scalar($0)) } ?? "auto") })

    private static let header = SettingForm<AutoOr<Bool>>(
        read: { setting in
            switch setting.value.content {
            case .string("auto"): .auto
            case .boolean(let flag): .set(flag)
            case .null, .number, .string, .array, .object: setting.mismatch("\"auto\", true or false")
            }
        },
        tree: { $0.value.map { .boolean($0) } ?? .text("auto") })

    private static let trailerParts = [
        Setting("starts", \Campaign.Trailer.starts, .text()), Setting("count", \.count, .orNull(.integer(1...4_096))),
    ]

    @Sendable private static func readTrailer(_ setting: ConfigurationSetting, into campaign: inout Campaign) {
        if setting.value.isNull { return campaign.trailer = nil }
        let example = "{ starts: \"T\", count: 2 }"
        guard var section = setting.section("null or an object such as \(example)") else { return }
        var trailer = campaign.trailer ?? Campaign.Trailer(starts: "", count: nil)
        section.read(trailerParts, into: &trailer)
        section.finish()
        if trailer.starts.isEmpty { section.missing("starts", in: setting, example: example) }
        campaign.trailer = trailer
    }

    /// Names are compared folded; a name that `default` has too replaces its entry.
    @Sendable private static func readColumns(_ setting: ConfigurationSetting, into campaign: inout Campaign) {
        var own: [FoldedName: String] = [:]
        setting.section()?.eachName { sender, setting in
            guard let column = setting.ownColumn() else { return }
            let folded = FoldedName(sender)
            if let other = own[folded], other != column {
                setting.report(
                    "the same name, written differently, is already mapped to \"\(other)\": remove one of them")
                return
            }
            if column == Field.consent.label, Campaign.isOfRefusal(column: sender) {
                setting.report(
                    "a yes in a column of that name would be taken for consent: have the sender write a column of "
                        + "those who agreed, or leave out who refused")
                return
            }
            own[folded] = column
            let name = Campaign.ColumnName(sender: sender, column: column)
            if let position = campaign.columns.firstIndex(where: { FoldedName($0.sender) == folded }) {
                campaign.columns[position] = name
            } else {
                campaign.columns.append(name)
            }
        }
    }

    // MARK: What records must be

    private static let rules =
        [
            Setting(
                "require", \Campaign.require, .list("a list of columns such as [\"phone1\"]", of: requirement)),
            Setting("unknownColumns", \.unknownColumns, .choice),
            Setting("duplicates", \.duplicates, .choice),
            .group("params", \.self, [Setting("maxLength", \.paramMaxLength, .integer(1...255)).alwaysCounted]),
            .group(
                "numbers", \.numbers,
                [
                    Setting("check", \.check, .choice), Setting("accept", \.accept, numberTypes),
                    Setting("vanity", \.vanity, .flag),
                ].map(\.alwaysCounted) + [Setting("bare", \.bare, .choice)]),
            Setting("rejectLimit", \.rejectLimit, .orNull(rejectLimit)),
            Setting("region", \.region, .orNull(.region)),
            Setting("timezone", \.timezone, .orNull(.zone)),
            Setting("sampling", \.sampling, SamplingSettings.rules),
            Setting("seed", \.seed, .text()),
        ].map(\.alwaysCounted) + [
            .group("consentWords", \.consentWords, consentWords), Setting("phones", \.phones, .choice),
            Setting("dates", \.dates, .orNull(dates)), Setting("spreadsheet", \.spreadsheet, .flag),
        ]

    private static let consentWords = [
        Setting("yes", \ConsentWords.yes, .list("a list of words", of: yesWord)),
        Setting("no", \.no, .list("a list of words", of: .text("a word"))),
        Setting("other", \.other, .choice),
    ]

    /// A column, or several columns of which one is enough.
    private static let requirement = SettingForm<Campaign.Requirement>(
        read: { setting in
            guard case .array = setting.value.content else {
                return setting.anyColumn().map { Campaign.Requirement([$0]) }
            }
            let wanted = "a column, or columns of which one is enough such as [\"phone1\", \"email\"]"
            guard let names = setting.list(wanted, { $0.anyColumn() }) else { return nil }
            return names.isEmpty ? setting.mismatch(wanted) : Campaign.Requirement(names)
        },
        tree: { $0.only.map { .text($0) } ?? .texts($0.names) })

    private static let dates = SettingForm<DateFormat>(
        read: { setting in
            let wanted = "a form of dates such as \"dd.MM.yyyy HH:mm\" or \"M/d/yyyy h:mm a\""
            guard let text = setting.text(wanted) else { return nil }
            return DateFormat(text) ?? setting.wrong(text, wanted)
        },
        tree: { .text($0.pattern) })

    /// A word that means no cannot be made a yes.
    private static let yesWord = SettingForm<String>(
        read: { setting in
            guard let word = setting.text("a word") else { return nil }
            guard !ConsentWords.isAlwaysNo(word) else {
                setting.report("\(JSON5Reader.quoted(word)) says no, and who says no is never contacted: remove it")
                return nil
            }
            return word
        },
        tree: { .text($0) })

    private static let numberTypes = SettingForm<[String]>(
        read: { setting in
            // The number types of libphonenumber, with dashes.
            let names = [
                "any", "fixed-line", "mobile", "fixed-line-or-mobile", "toll-free", "premium-rate", "shared-cost",
                "voip", "personal-number", "pager", "uan", "voicemail",
            ]
            var known = Dictionary(uniqueKeysWithValues: names.map { ($0, $0) })
            known["fixed"] = "fixed-line"
            let types = setting.list("a list of number types such as [\"any\"]") { $0.choice(among: known, names) }
            return types?.isEmpty == true ? setting.mismatch("at least one number type") : types
        },
        tree: { .texts($0) })

    static let rejectLimit = SettingForm<Campaign.RejectLimit>(
        read: { setting in
            let wanted = "null, a number of records such as 500, or a share such as \"5%\""
            switch setting.value.content {
            case .number(let number):
                guard let count = number.integer.flatMap(Int.init(exactly:)), count >= 0 else {
                    return setting.mismatch(wanted)
                }
                return .count(count)
            case .string(let text):
                let parts = text.dropLast().split(separator: ".", omittingEmptySubsequences: false)
                guard text.hasSuffix("%"), parts.count <= 2, parts.last.map({ $0.count <= 3 }) == true,
                    parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
                    let percent = Double(text.dropLast()), percent <= 100
                else { return setting.wrong(text, wanted) }
                return .percent(percent)
            case .null, .boolean, .array, .object:
                return setting.mismatch(wanted)
            }
        },
        tree: { limit in
            switch limit {
            case .count(let count): .number(count)
            case .percent(let percent): .text("\(SamplingSettings.shortest(percent))%")
            }
        })

    // MARK: What goes out

    private static let dispatch = [
        Setting("policy", \Campaign.policy, .orNull(.mention(of: .policies))).alwaysCounted,
        Setting("lists", \.lists, .list("a list of names in lists.named", of: .mention(of: .lists))),
        Setting("list", \.list, .orNull(topic)),
        Setting("purpose", \.purpose, .orNull(.choice)),
        Setting("kind", read: readKinds) { .sorted($0.kinds) { .text($0.rawValue) } },
        Setting("strategy", \.strategy, .orNull(.mention(of: .strategies))).alwaysCounted,
        names("transports", \.transports, { $1.ownChannel($0) }, .mention(of: .transports)).alwaysCounted,
        .group("rate", \.rate, RateSettings.all),
        .group("stopWhen", \.stopWhen, StopSettings.all),
        .group(
            "budget", \.budget,
            [
                Setting("segments", \TextBudget.segments, .orNull(.integer(1...1_000_000_000))),
                Setting("per", \.per, .choice),
            ]),
        Setting("countries", \.countries, .countries),
        Setting("smart", \.smart, .flag),
        names("templates", \.templates, { name, _ in name }, TemplateSettings.form).alwaysCounted,
        Setting("from", read: readSenders) { .sorted($0.from) { .text($0) } }.alwaysCounted,
        .group("mail", \.mail, MailTable.all),
        .group("keywords", \.self, keywords + answers).alwaysCounted,
        Setting("conversation", \.conversation, .orNull(.positive)),
        Setting("expect", \.expect, .orNull(ExpectationTable.expectation)).uncounted,
        Setting("repeats", \.repeats, .orNull(RecurrenceTable.form)).uncounted,
        .group("approve", \.self, ExpectationTable.approval).uncounted,
        .group("subscribers", \.subscribers, SubscriberTable.levels).alwaysCounted.countedAsDefault,
        Setting("residency", \.residency, .orNull(.place)).alwaysCounted.countedAsDefault,
        .group("privacy", \.self, [Setting("outbound", \.outbound, .choice).alwaysCounted]).alwaysCounted,
        Setting("link", \.link, .orNull(link)),
    ]

    /// By channel. Which channels carry mails is known once everything is read.
    @Sendable private static func readSenders(_ setting: ConfigurationSetting, into campaign: inout Campaign) {
        setting.section()?.eachName { name, setting in
            guard let sender = setting.text("a sender") else { return }
            campaign.from[setting.sender(over: name)] = sender
        }
    }

    private static let topic = SettingForm<String>(
        read: { setting in
            let wanted = "the name of what people subscribe to, such as \"news\""
            guard let name = setting.text(wanted) else { return nil }
            return name.utf8.count <= 64 ? name : setting.wrong(name, wanted + ", of 64 bytes at the most")
        },
        tree: { .text($0) })

    /// By channel. A text message has only one kind, whatever the campaign says.
    @Sendable private static func readKinds(_ setting: ConfigurationSetting, into campaign: inout Campaign) {
        setting.section()?.eachName { name, setting in
            guard let kind: ContactKind = setting.choice() else { return }
            let channel = setting.channel(named: name)
            guard channel.possibleKinds.contains(kind) else {
                let possible = channel.possibleKinds.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
                return setting.report("what goes over \(channel) is never \"\(kind.rawValue)\": it can be \(possible)")
            }
            campaign.kinds[channel] = kind
        }
    }

    private static let keywords = ["help", "start", "stop"].map { group in
        Setting<Campaign>(
            group,
            read: { setting, campaign in
                if let words = setting.list("a list of words", { $0.text("a word") }) {
                    campaign.keywords[group] = words.isEmpty ? nil : words
                }
            },
            tree: { .texts($0.keywords[group] ?? []) })
    }

    private static let link = SettingForm<LinkSettings>.object(
        "an object such as { url: \"https://survey.example/{{token}}\", key: { env: \"LINK_KEY\" } }",
        [
            Setting(
                "url", read: { setting, link in link.url = linkAddress.read(setting) ?? link.url },
                tree: { (link: LinkSettings) in .text(link.url?.text) }), Setting("key", \.key, .secret),
            Setting("tokens", \.hasTokens, .flag),
        ], from: LinkSettings(),
        needing: [("url", "url: \"https://survey.example/{{token}}\""), ("key", "key: { env: \"LINK_KEY\" }")])

    private static let linkAddress = SettingForm<PlaceText>(
        read: { setting in
            guard let text = SettingForm<PlaceText>.places.read(setting) else { return nil }
            let isAddress = text.text.hasPrefix("https://") && text.text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            guard isAddress, text.names == [FoldedName("token")] else {
                return setting.wrong(text.text, "an address that begins with https:// and has one place, {{token}}")
            }
            return text
        },
        tree: { .text($0.text) })

    private static let answers = ["help", "start", "stop"].map { group in
        Setting<Campaign>(
            group + "Text",
            read: { setting, campaign in
                if setting.value.isNull { return campaign.answers[group] = nil }
                if let text = setting.fixedText("the text") { campaign.answers[group] = text }
            },
            tree: { .text($0.answers[group]) })
    }

    /// An object whose keys are names of the user's own.
    private static func names<Name: Hashable & Comparable & CustomStringConvertible & SendableMetatype, Value>(
        _ key: String, _ property: SettingPath<Campaign, [Name: Value]>,
        _ name: @escaping @Sendable (String, ConfigurationSetting) -> Name, _ form: SettingForm<Value>
    ) -> Setting<Campaign> {
        Setting(
            key,
            read: { setting, campaign in
                setting.section()?.eachName { key, setting in
                    if let value = form.read(setting) { campaign[keyPath: property][name(key, setting)] = value }
                }
            },
            tree: { .sorted($0[keyPath: property]) { form.tree($0, false) } })
    }
}
