/// The settings of the workspace itself, in the order of the documentation. In the file, campaigns and what they name
/// follow.
enum WorkspaceSettings {
    static let all: [Setting<Configuration>] = [
        Setting("inbox", read: InboxSettings.read, tree: InboxSettings.tree),
        Setting("outbox", \.outbox, .text("a folder")),
        Setting("state", \.state, .text("a folder")),
        Setting("region", \.region, .region),
        Setting("timezone", \.timezone, .zone),
        Setting("residency", \.residency, .orNull(.place)),
        Setting("endOfDay", \.endOfDay, endOfDay),
        .group("keepDays", \.keepDays, keepDays),
        .group("archive", \.self, [Setting("compress", \.compressesArchive, .flag)]),
        .group("limits", \.limits, limits),
        .group(
            "lists", \.lists,
            [
                Setting("tolerance", \.tolerance, CampaignSettings.rejectLimit),
                Setting("named", read: readNamedLists) { .sorted($0.named) { .object(namedList.members(of: $0)) } },
                .group("bounces", \.bounces, bounces),
            ]),
        .group(
            "reports", \.reports,
            [Setting("addresses", \.addresses, .choice), Setting("splitBy", \.splitBy, .orNull(.anyColumn))]),
        .group("log", \.log, [Setting("format", \.format, .choice), Setting("level", \.level, .choice)]),
        .group("events", \.events, EventTable.all),
        .group("notify", \.notify, SubscriberTable.notify),
    ]

    private static let bounces: [Setting<Configuration.BounceRule>] = [
        Setting("hard", \.hard, .orNull(.integer(1...1_000))), Setting("soft", \.soft, .orNull(.integer(1...1_000))),
        Setting("within", \.within, .positive), Setting("lasts", \.lasts, .orNull(.positive)),
    ]

    private static let namedList: [Setting<Configuration.NamedList>] = [
        Setting("files", \.files, .text("a pattern such as \"dnc*.csv\"")),
        Setting("maxAge", \.maxAge, .orNull(.positive)),
        Setting("required", \.isRequired, .flag),
    ]

    @Sendable private static func readNamedLists(
        _ setting: ConfigurationSetting, into lists: inout Configuration.ListSettings
    ) {
        let example = "{ files: \"dnc*.csv\", maxAge: \"31d\", required: true }"
        setting.section()?.eachName { name, setting in
            var list = Configuration.NamedList()
            if var section = setting.section("a list such as \(example)") {
                section.read(namedList, into: &list)
                section.finish()
                // Without a pattern nothing could ever be it.
                if list.files.contains("/") {
                    setting.report(
                        "files is a pattern for the name of a file alone, and no name has a slash: write \"dnc*.csv\" for those "
                            + "in _suppress")
                }
                if list.files.isEmpty { section.missing("files", in: setting, example: "files: \"dnc*.csv\"") }
            }
            lists.named[name] = list
        }
    }

    private static let endOfDay = SettingForm<TimeOfDay>(
        read: { setting in
            guard let time = setting.timeOfDay() else { return nil }
            guard time.minutes > 0 else {
                setting.report("a day cannot end when it begins: write \"24:00\" for midnight")
                return nil
            }
            return time
        },
        tree: { .text($0.description) })

    private static let keepDays: [Setting<Configuration.KeepDays>] = [
        Setting("archive", \.archive, .integer(0...36_500)), Setting("notices", \.notices, .integer(0...36_500)),
        Setting("reports", \.reports, .integer(0...36_500)), Setting("contacts", \.contacts, .integer(0...36_500)),
        Setting("events", \.events, .integer(0...36_500)),
    ]

    private static let limits: [Setting<Configuration.Limits>] = [
        Setting("dropBytes", \.dropBytes, .size(1...Int64.max)),
        // Fields and records are addressed with 28 and 32 bits; 16 MiB leaves room for many records in a chunk.
        Setting("recordBytes", \.recordBytes, .size(1...16 << 20)),
        Setting("columns", \.columns, .integer(1...4_096)),
        Setting("gzipRatio", \.gzipRatio, .integer(1...1_000_000)),
    ]
}

/// `rate`, wherever it stands.
enum RateSettings {
    static let all = [
        Setting("perSecond", \Rate.perSecond, .orNull(.integer(1...1_000_000))),
        Setting("perHour", \.perHour, .orNull(.integer(1...1_000_000_000))),
        Setting("perDay", \.perDay, .orNull(.integer(1...1_000_000_000))),
    ].map(\.alwaysCounted)
}
