import WebIO

/// What keeps transports, webhooks and subscribers from working, and places for values that are likely misspelt: for
/// `config check`. A run holds what goes to where nothing can, and nothing else.
package enum TransportProblems {
    /// - Parameters:
    ///   - tree: the configuration's file, to say where.
    ///   - obstacleToCalls: says why no server can be called, and is only asked where one is to be.
    package static func problems(
        _ configuration: Configuration, in workspace: Workspace, file: String, tree: JSON5Value?,
        obstacleToCalls: () -> String? = WebClient.obstacle
    ) -> [ConfigurationProblem] {
        func problem(
            _ keys: [String], _ words: String, _ severity: ConfigurationProblem.Severity = .error
        ) -> ConfigurationProblem {
            let place = tree?.position(of: keys) ?? tree?.position(of: keys.dropLast()) ?? JSON5Position()
            return ConfigurationProblem(
                file: file, line: place.line, column: place.column, path: keys.joined(separator: "."), message: words,
                severity: severity)
        }
        func calls(_ keys: [String], instead: String) -> [ConfigurationProblem] {
            obstacleToCalls().map { [problem(keys, "\($0), or \(instead)")] } ?? []
        }
        // Any of them may send this way.
        let columns = configuration.campaigns.flatMap(\.columns).map(\.sender)
        let transports = configuration.transports.sorted { $0.key < $1.key }.flatMap { name, transport in
            let own = ["transports", name]
            func misspelt(_ key: String, _ places: Set<FoldedName>, _ values: [String]) -> [ConfigurationProblem] {
                Self.misspelt(places, PlaceText.known + values + columns + Field.allCases.map(\.label)).map {
                    problem(own + [key], $0, .warning)
                }
            }
            switch transport.kind {
            case .folder:
                let obstacle = FolderObstacle.words(at: workspace.path(transport.path))
                return (obstacle.map { [problem(own + ["path"], $0)] } ?? [])
                    + misspelt("columns", Set(transport.columns.flatMap(\.text.names)), [])
            case .http:
                let places = transport.http.names
                let isForNobody = places.isDisjoint(with: recipients)
                let unnamed = "no call has {{reference}}, so that results are found by their addresses alone"
                let nobody = "nothing in a call says whom it is for: write {{address}} or {{digits}} there"
                return calls(
                    own + ["kind"], instead: "use kind: \"command\" with a program that sends that way")
                    + misspelt("body", places, Array(transport.http.values.keys))
                    + (isForNobody ? [problem(own + ["body"], nobody, .warning)] : [])
                    + (transport.http.givesReference ? [] : [problem(own + ["body"], unnamed, .warning)])
            case .command, .smtp: return []
            }
        }
        let webhooks = configuration.events.webhooks.keys.sorted().flatMap {
            calls(["events", "webhooks", $0], instead: "let a program follow outbox/events")
        }
        // Those that a campaign has from `default` are told there.
        let subscribers = configuration.campaigns.filter { $0.subscribers.callsServers }.map {
            ["campaigns", $0.name, "subscribers"]
        }.filter { tree == nil || tree?.position(of: $0) != nil }.flatMap {
            calls($0, instead: "write to a file or an address")
        }
        return transports + webhooks + subscribers
            + SecretLook.missing(configuration, in: workspace).map { missing in
                problem(missing.keys, missing.advice, missing.mayBeElsewhere ? .warning : .error)
            }
    }

    /// What is taken as a column of the sender's own, though it is nearly a name that is known.
    private static func misspelt(_ places: Set<FoldedName>, _ known: [String]) -> [String] {
        places.subtracting(Set(known.map(FoldedName.init))).map(\.text).sorted().compactMap { place in
            guard Field(named: FoldedName(place)) == nil, let near = NearestName.of(place, in: known) else {
                return nil
            }
            return "the place {{\(place)}} is taken as a column of the sender's own, did you mean {{\(near)}}?"
        }
    }

    /// Places that hold an address.
    private static let recipients = Set(
        ["address", "digits", Field.email.label].map(FoldedName.init) + Field.phones.map { FoldedName($0.label) })
}
