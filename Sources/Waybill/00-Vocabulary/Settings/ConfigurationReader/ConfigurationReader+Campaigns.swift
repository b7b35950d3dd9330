extension ConfigurationReader {
    /// Reads `campaigns`: `default` first, as the others start from its values, and last in the result.
    mutating func readCampaigns(_ root: inout ConfigurationSection) {
        guard let section = root.setting("campaigns")?.section() else { return }
        var fallback = Campaign(name: "default")
        if let member = section.members.last(where: { $0.key == fallback.name }) {
            read(section.setting(member), into: &fallback)
        }
        var campaigns: [Campaign] = []
        section.eachName { name, setting in
            guard name != fallback.name else { return }
            if let objection = ConfigurationSetting.folderObjection(name) {
                reportName(name, in: section, "a campaign's name \(objection)")
            } else if let twin = (campaigns + [fallback]).first(where: { $0.name.lowercased() == name.lowercased() }) {
                reportName(
                    name, in: section,
                    "this name differs from the campaign \(JSON5Reader.quoted(twin.name)) in capitals only, and some file "
                        + "systems cannot tell such folders apart")
            }
            var campaign = fallback
            campaign.name = name
            campaign.drops = []
            read(setting, into: &campaign)
            campaigns.append(campaign)
        }
        configuration.campaigns = campaigns + [fallback]
    }

    private func reportName(_ name: String, in section: ConfigurationSection, _ message: String) {
        guard let member = section.members.last(where: { $0.key == name }) else { return }
        problems.add(message, at: member.position, path: ConfigurationPath.joined(section.path, key: name))
    }

    private mutating func read(_ setting: ConfigurationSetting, into campaign: inout Campaign) {
        guard var section = setting.section() else { return }
        readForm(&section, into: &campaign)
        readRules(&section, into: &campaign)
        section.read("sampling", into: &campaign.sampling) { $0.samplingRules() }
        section.read("seed", into: &campaign.seed) { $0.text() }
        readDispatch(&section, into: &campaign)
        section.finish()
    }

    // MARK: How drops are picked up and read

    private func readForm(_ section: inout ConfigurationSection, into campaign: inout Campaign) {
        section.read("drops", into: &campaign.drops) { setting in
            setting.list("a list of patterns such as [\"*.csv\"]") { $0.text("a pattern such as \"*.csv\"") }
        }
        section.read("ready", into: &campaign.ready) { $0.choice() }
        section.read("quiet", into: &campaign.quiet) { $0.quietTime() }
        section.read("marker", into: &campaign.marker) { $0.markerEnding() }
        section.read("format", into: &campaign.format) { setting in
            let kinds: [DropKind] = [.csv, .jsonArray, .jsonLines, .jsonContacts, .dispatchRequest]
            return setting.auto(kinds.map { ($0.rawValue, $0) })
        }
        section.read("delimiter", into: &campaign.delimiter, Self.delimiter)
        section.read("header", into: &campaign.header) { setting in
            switch setting.value.content {
            case .string("auto"): .auto
            case .boolean(let flag): .set(flag)
            case .null, .number, .string, .array, .object: setting.mismatch("\"auto\", true or false")
            }
        }
        section.read("encoding", into: &campaign.encoding) { setting in
            setting.auto(TextEncoding.allCases.map { ($0.rawValue, $0) }, ignoresCase: true)
        }
        section.read("skipLines", into: &campaign.skipLines) { $0.integer(0...1_000_000) }
        let inherited = campaign.trailer ?? Campaign.Trailer(starts: "", count: nil)
        section.readOptional("trailer", into: &campaign.trailer) { setting in
            guard var section = setting.section("null or an object such as { starts: \"T\", count: 2 }") else {
                return nil
            }
            var trailer = inherited
            section.read("starts", into: &trailer.starts) { $0.text() }
            section.readOptional("count", into: &trailer.count) { $0.integer(1...4_096) }
            section.finish()
            if trailer.starts.isEmpty { section.missing("starts", in: setting, example: "{ starts: \"T\", count: 2 }") }
            return trailer
        }
        readColumns(&section, into: &campaign)
        section.read("quotes", into: &campaign.quotes) { $0.choice() }
    }

    private static func delimiter(_ setting: ConfigurationSetting) -> AutoOr<UInt8>? {
        let wanted = "\"auto\" or one character such as \",\", \";\", \"\\t\" or \"|\""
        guard case .string(let text) = setting.value.content else { return setting.mismatch(wanted) }
        if text == "auto" { return .auto }
        let bytes = Array(text.utf8)
        let isMarkOrTab = bytes.count == 1 && (bytes[0] == 0x09 || (0x21...0x7E).contains(bytes[0]) && bytes[0] != 0x22)
        guard isMarkOrTab, !text.allSatisfy({ $0.isLetter || $0.isNumber }) else { return setting.wrong(text, wanted) }
        return .set(bytes[0])
    }

    /// Names are compared folded; a name that `default` has too takes its place.
    private func readColumns(_ section: inout ConfigurationSection, into campaign: inout Campaign) {
        var columns = campaign.columns
        var own: [FoldedName: String] = [:]
        section.readNames("columns") { sender, setting in
            guard let column = setting.ownColumn() else { return }
            let folded = FoldedName(sender)
            if let other = own[folded], other != column {
                setting.report(
                    "the same name, written differently, is already mapped to \"\(other)\": remove one of them")
                return
            }
            own[folded] = column
            let name = Campaign.ColumnName(sender: sender, column: column)
            if let position = columns.firstIndex(where: { FoldedName($0.sender) == folded }) {
                columns[position] = name
            } else {
                columns.append(name)
            }
        }
        campaign.columns = columns
    }

    // MARK: What records must be

    private func readRules(_ section: inout ConfigurationSection, into campaign: inout Campaign) {
        section.read("require", into: &campaign.require) { setting in
            setting.list("a list of columns such as [\"phone1\"]") { $0.anyColumn() }
        }
        section.read("unknownColumns", into: &campaign.unknownColumns) { $0.choice() }
        section.read("duplicates", into: &campaign.duplicates) { $0.choice() }
        section.readSection("params") { section in
            section.read("maxLength", into: &campaign.paramMaxLength) { $0.integer(1...255) }
        }
        section.readSection("numbers") { section in
            section.read("check", into: &campaign.numbers.check) { $0.choice() }
            section.read("accept", into: &campaign.numbers.accept) { setting in
                let types = setting.list("a list of number types such as [\"any\"]") { type -> String? in
                    var known = Dictionary(uniqueKeysWithValues: Self.numberTypes.map { ($0, $0) })
                    known["fixed"] = "fixed-line"
                    return type.choice(among: known, Self.numberTypes)
                }
                return types?.isEmpty == true ? setting.mismatch("at least one number type") : types
            }
            section.read("vanity", into: &campaign.numbers.vanity) { $0.boolean() }
        }
        section.readOptional("rejectLimit", into: &campaign.rejectLimit, Self.rejectLimit)
        section.readOptional("region", into: &campaign.region) { $0.region() }
        section.readOptional("timezone", into: &campaign.timezone) { $0.zone() }
    }

    /// The types of libphonenumber, with dashes.
    private static let numberTypes = [
        "any", "fixed-line", "mobile", "fixed-line-or-mobile", "toll-free", "premium-rate", "shared-cost", "voip",
        "personal-number", "pager", "uan", "voicemail",
    ]

    private static func rejectLimit(_ setting: ConfigurationSetting) -> Campaign.RejectLimit? {
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
    }

    // MARK: What goes out

    private mutating func readDispatch(_ section: inout ConfigurationSection, into campaign: inout Campaign) {
        section.readOptional("policy", into: &campaign.policy) { mention(.policies, $0) }
        section.readOptional("strategy", into: &campaign.strategy) { setting in
            guard let name = mention(.strategies, setting) else { return nil }
            strategyUses.append((name, campaign.name, setting))
            return name
        }
        section.readNames("transports") { channel, setting in
            if let name = mention(.transports, setting) { campaign.transports[Channel(channel)] = name }
        }
        section.readRate(into: &campaign.rate)
        section.readNames("templates") { name, setting in
            if let file = setting.text("the name of a file in templates/") { campaign.templates[name] = file }
        }
        section.readNames("from") { channel, setting in
            guard let sender = setting.text("a sender") else { return }
            channelMentions.append((Channel(channel), setting))
            campaign.from[Channel(channel)] = sender
        }
        section.readSection("keywords") { section in
            for group in ["stop", "start", "help"] {
                section.read(group, into: &campaign.keywords[group]) { setting in
                    setting.list("a list of words") { $0.text("a word") }.map(Optional.some)
                }
                // The answer to such a word; stop and start need none.
                section.read(group + "Text", into: &campaign.keywords[group + "Text"]) { setting in
                    setting.text().map { .some([$0]) }
                }
            }
        }
        section.readSection("subscribers") { section in
            section.read("failure", into: &campaign.subscribers.failure, Self.subscribers)
            section.read("error", into: &campaign.subscribers.error, Self.subscribers)
            section.read("warning", into: &campaign.subscribers.warning, Self.subscribers)
            section.read("information", into: &campaign.subscribers.information, Self.subscribers)
        }
        section.readOptional("residency", into: &campaign.residency) { $0.text() }
        section.readSection("privacy") { section in
            section.read("outbound", into: &campaign.privacyOutbound) { $0.text() }
        }
    }

    private static func subscribers(_ setting: ConfigurationSetting) -> [String]? {
        setting.list("a list of e-mail addresses and web addresses") { $0.text("an e-mail address or a web address") }
    }

    mutating func mention(_ table: Mention.Table, _ setting: ConfigurationSetting) -> String? {
        guard let name = setting.text("a name in \(table.rawValue)") else { return nil }
        mentions.append(Mention(table: table, name: name, setting: setting))
        return name
    }
}

extension ConfigurationSetting {
    /// `auto`, or one of some words.
    fileprivate func auto<T>(_ words: [(String, T)], ignoresCase: Bool = false) -> AutoOr<T>? {
        let order = ["auto"] + words.map(\.0)
        if ignoresCase, case .string(let text) = value.content,
            let word = words.first(where: { FoldedName($0.0) == FoldedName(text) })
        {
            return .set(word.1)
        }
        var meanings: [String: AutoOr<T>] = ["auto": .auto]
        for (word, meaning) in words { meanings[word] = .set(meaning) }
        return choice(among: meanings, order)
    }
}
