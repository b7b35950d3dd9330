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
    ]

    private static let command = [
        Setting("run", \TransportSettings.run, .command),
        Setting("timeout", \.timeout, .duration(TimeSpan(milliseconds: 100)...TimeSpan.minutes(10))),
        Setting("concurrency", \.concurrency, .integer(1...64)),
        Setting("resolve", \.resolves, .flag),
    ]

    private static let shared = [
        .group("rate", \TransportSettings.rate, RateSettings.all),
        Setting("account", \.account, .orNull(.mention(of: .accounts))),
    ]
}
