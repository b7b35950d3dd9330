extension ConfigurationReader {
    /// Reads `transports`; `folder` always exists.
    mutating func readTransports(_ root: inout ConfigurationSection) {
        root.readNames("transports") { name, setting in
            names[.transports, default: []].append(name)
            var transport = configuration.transports[name] ?? TransportSettings()
            read(setting, into: &transport)
            configuration.transports[name] = transport
            if transport.kind == .http, transport.http.asksForSender,
                transport.http.values.keys.allSatisfy({ FoldedName($0) != HTTPSettings.sender })
            {
                senderless.append((name, setting))
            }
            if transport.fallback == name { setting.report("a transport is no fallback of its own: name another one") }
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

    private mutating func read(_ setting: ConfigurationSetting, into transport: inout TransportSettings) {
        guard var section = setting.section() else { return }
        if let kind = section.setting("kind"), !kind.readKind(into: &transport) { return }
        let kind = transport.kind
        if kind == .command, !section.members.contains(where: { $0.key == "run" }) {
            section.missing("run", in: setting, example: "run: [\"./adapter.py\"]")
        }
        section.read(TransportTable.all(of: kind), into: &transport)
        if kind == .smtp, transport.relay.login != nil, !transport.relay.isLoopback {
            section.setting("auth")?.report(
                "a secret goes to this machine only, as there is no encryption here: let a relay or a tunnel of this machine "
                    + "(Postfix, stunnel) log in to \(transport.relay.host)")
        }
        var elsewhere: [String: String] = [:]
        for other in TransportSettings.Kind.allCases where other != kind {
            for foreign in TransportTable.own(other) {
                elsewhere[foreign.key] =
                    "belongs to transports of kind \"\(other.rawValue)\"; this one is of kind \"\(kind.rawValue)\""
            }
        }
        section.finish(elsewhere: elsewhere)
        if let validity = transport.validity, validity.minimum > validity.maximum {
            setting.report("the validity's minimum is longer than its maximum")
        }
        if kind == .folder, !transport.columns.isEmpty, transport.layout != .csv, transport.layout != .jsonLines {
            setting.report("the layout \"\(transport.layout.rawValue)\" has columns of its own: remove columns")
        }
        if kind == .http { HTTPTable.check(transport, setting) }
    }
}

extension ConfigurationSetting {
    /// Reads the kind of a transport, with the settings of its recipe. False if there is no such kind; then none of the
    /// transport's other keys means anything.
    fileprivate func readKind(into transport: inout TransportSettings) -> Bool {
        if case .string(let name) = value.content {
            if UnbuiltSettings.transportKinds.contains(name) {
                report(
                    "\"\(name)\" is not built in this version: \"folder\", \"command\", \"smtp\" and \"http\" are; "
                        + "use kind: \"command\" with a program that sends that way")
                return false
            }
            if name == "messagebird" {
                report("the API of MessageBird ends on 2026-12-31: use kind: \"bird\", with a key of Bird's")
                return false
            }
            if let recipe = HTTPRecipe(rawValue: name) {
                transport = recipe.transport
                return true
            }
        }
        let kinds = TransportSettings.Kind.allCases
        let names = kinds.map(\.rawValue)
        guard
            let kind = choice(
                among: Dictionary(uniqueKeysWithValues: zip(names, kinds)),
                names + HTTPRecipe.allCases.map(\.rawValue))
        else { return false }
        transport.become(kind)
        return true
    }
}
