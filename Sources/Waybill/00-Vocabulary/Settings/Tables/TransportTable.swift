/// The settings of a transport: those of its kind, and those of all kinds.
enum TransportTable {
    static func all(of kind: TransportSettings.Kind) -> [Setting<TransportSettings>] { own(kind) + shared }

    /// The settings of one kind, besides `kind` itself and those all kinds have.
    static func own(_ kind: TransportSettings.Kind) -> [Setting<TransportSettings>] {
        switch kind {
        case .folder: folder
        case .command: command
        case .smtp: MailTable.relay
        case .http: HTTPTable.all
        }
    }

    private static let folder = [
        Setting("layout", \TransportSettings.layout, .choice), Setting("path", \.path, .text("a folder")),
        Setting("columns", \.columns, columns), Setting("control", \.hasControl, .flag), validity,
    ]

    private static let columns = SettingForm<[TransportSettings.Column]>(
        read: { setting in
            if setting.value.isNull { return [] }
            let example = "{ Reference: \"{{reference}}\", Phone: \"{{address}}\" }"
            guard let section = setting.section("null, or columns such as \(example)") else { return nil }
            var columns: [TransportSettings.Column] = []
            section.eachName { name, setting in
                guard let text = SettingForm<PlaceText>.places.read(setting) else { return }
                columns.append(TransportSettings.Column(name: name, text: text))
            }
            if !columns.contains(where: { $0.text.names.contains(FoldedName("reference")) }) {
                setting.report(
                    "no column has {{reference}}, so that results are found by their addresses alone",
                    severity: .warning)
            }
            return columns
        },
        tree: { columns in columns.isEmpty ? .null : .object(columns.map { ($0.name, .text($0.text.text)) }) })

    /// Until when a message may arrive, as its carrier is told.
    static let validity = Setting<TransportSettings>(
        "validity", \.validity,
        .orNull(
            .object(
                "an object such as { minimum: \"1m\", maximum: \"48h\" }",
                [
                    Setting(
                        "minimum", \TransportSettings.Validity.minimum, .duration(.seconds(1)...TimeSpan.hours(24 * 7))),
                    Setting("maximum", \.maximum, .duration(.seconds(1)...TimeSpan.hours(24 * 30))),
                ], from: TransportSettings.Validity())))

    private static let command = [
        Setting("run", \TransportSettings.run, .command),
        Setting("timeout", \.timeout, .duration(TimeSpan(milliseconds: 100)...TimeSpan.minutes(10))),
        Setting("concurrency", \.concurrency, .integer(1...64)),
        Setting("resolve", \.resolves, .flag), validity,
    ]

    private static let shared = [
        .group("rate", \TransportSettings.rate, RateSettings.all),
        Setting("countries", \.countries, .countries),
        Setting("region", \.region, .orNull(.place)).uncounted,
        Setting("fallback", \.fallback, .orNull(.mention(of: .transports))),
        Setting("account", \.account, .orNull(.mention(of: .accounts))),
    ]
}
