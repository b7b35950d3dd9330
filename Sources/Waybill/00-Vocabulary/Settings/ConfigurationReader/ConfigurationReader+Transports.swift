extension ConfigurationReader {
    /// Reads `transports`; `folder` is always there.
    mutating func readTransports(_ root: inout ConfigurationSection) {
        root.readNames("transports") { name, setting in
            names[.transports, default: []].append(name)
            var transport = configuration.transports[name] ?? TransportSettings()
            read(setting, into: &transport)
            configuration.transports[name] = transport
        }
    }

    /// Reads `accounts`.
    mutating func readAccounts(_ root: inout ConfigurationSection) {
        root.readNames("accounts") { name, setting in
            names[.accounts, default: []].append(name)
            guard var section = setting.section("an account such as { rate: { perSecond: 50 } }") else { return }
            var account = Account()
            section.read(AccountSettings.all, into: &account)
            section.finish()
            if account.rate.most == nil {
                setting.report("this account has no rate, so that nothing is counted: write rate: { perSecond: 50 }")
            }
            configuration.accounts[name] = account
        }
    }

    /// Which keys a kind has beside `kind` itself.
    private static func keys(of kind: TransportSettings.Kind) -> [String] {
        switch kind {
        case .folder: ["layout", "path"]
        case .smtp: ["host", "port", "connections"]
        case .sparkpost, .messagebird: ["url", "key"]
        case .http: ["url", "body"]
        case .command: ["run"]
        }
    }

    private mutating func read(_ setting: ConfigurationSetting, into transport: inout TransportSettings) {
        guard var section = setting.section() else { return }
        section.read("kind", into: &transport.kind) { $0.choice() }
        let kind = transport.kind
        if let missing = UnbuiltSettings.missing(of: kind) { section.setting("kind")?.reportNotBuilt(missing, .error) }
        transport.url = kind.url
        switch kind {
        case .folder:
            section.read("layout", into: &transport.layout) { $0.choice() }
            section.read("path", into: &transport.path) { $0.text("a folder") }
        case .smtp:
            section.read("host", into: &transport.host) { $0.text("the name or address of a mail server") }
            section.read("port", into: &transport.port) { $0.integer(1...65_535) }
            section.read("connections", into: &transport.connections) { $0.integer(1...1_000) }
        case .sparkpost, .messagebird:
            section.read("url", into: &transport.url, Self.address)
            transport.key = setting.required("key", "key: { env: \"NAME\" }", in: &section, Self.secret)
        case .http:
            transport.url = setting.required("url", "url: \"https://…\"", in: &section) { Self.address($0) ?? nil }
            section.read("body", into: &transport.body) { $0.text() }
        case .command:
            transport.run = setting.required("run", "run: [\"./adapter.py\"]", in: &section) { $0.command() } ?? []
        }
        section.read(TransportRows.shared, into: &transport)
        var elsewhere: [String: String] = [:]
        for other in TransportSettings.Kind.allCases where other != kind {
            for key in Self.keys(of: other) where !Self.keys(of: kind).contains(key) {
                elsewhere[key] =
                    "belongs to transports of kind \"\(other.rawValue)\"; this one is of kind \"\(kind.rawValue)\""
            }
        }
        section.finish(elsewhere: elsewhere)
    }

    private static func address(_ setting: ConfigurationSetting) -> String?? {
        let wanted = "a web address that begins with https:// or http://"
        guard let text = setting.text(wanted) else { return nil }
        return text.hasPrefix("https://") || text.hasPrefix("http://") ? text : setting.wrong(text, wanted)
    }

    /// A secret's place. What stands here by mistake may be the secret itself, so no message repeats it.
    private static func secret(_ setting: ConfigurationSetting) -> TransportSettings.Secret? {
        let hint = "a secret does not stand in the configuration: write { env: \"NAME\" } or { file: \"/path\" }"
        guard case .object = setting.value.content, var section = setting.section() else {
            setting.report(hint)
            return nil
        }
        var variable: String?
        var file: String?
        section.read("env", into: &variable) { $0.text("the name of an environment variable") }
        section.read("file", into: &file) { $0.text("the path of a file") }
        section.finish()
        switch (variable, file) {
        case (let name?, nil): return .environment(name)
        case (nil, let path?): return .file(path)
        case (nil, nil), (_?, _?):
            setting.report(
                "one of env and file says where the secret is: write { env: \"NAME\" } or { file: \"/path\" }")
            return nil
        }
    }
}
