/// The settings that are known but not built: their only list. Each says what is missing when somebody sets it.
///
/// A warning where going on without it harms nobody; an error where it promises protection that does not exist.
enum UnbuiltSettings {
    static let archive = Setting<Configuration>.group(
        "archive", \.self,
        [.notBuilt("compress", .flag, harmless: false, "the archive stays uncompressed", .warning)])

    static let keywordTexts = ["helpText", "startText", "stopText"].map { key in
        Setting<Campaign>.notBuilt(key, .orNull(.text()), harmless: nil, "no answer is sent", .warning)
    }

    static let subscribers = Setting<Campaign>.group(
        "subscribers", \.self,
        ["failure", "error", "warning", "information"].map { severity in
            .notBuilt(severity, addresses, harmless: [], "nobody is told; the notices are files", .warning)
                .alwaysCounted
        })

    static let residency = Setting<Campaign>.notBuilt(
        "residency", .orNull(.text()), harmless: nil, "where data lies is not checked", .error)

    static let privacy = Setting<Campaign>.group(
        "privacy", \.self,
        [.notBuilt("outbound", .text(), harmless: "plain", "addresses would go out plain", .error).alwaysCounted])

    /// Planned kinds of transports: naming one is an error, which lists the existing kinds.
    static let transportKinds = ["smpp"]

    private static let addresses = SettingForm.list(
        "a list of e-mail addresses and web addresses", of: .text("an e-mail address or a web address"))
}
