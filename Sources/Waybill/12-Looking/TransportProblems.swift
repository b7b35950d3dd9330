import WebIO

/// What keeps transports, webhooks and subscribers from working: for `config check`. A run holds what goes there, and
/// nothing else.
package enum TransportProblems {
    /// - Parameters:
    ///   - tree: the configuration's file, to say where.
    ///   - obstacleToCalls: says why no server can be called, and is only asked where one is to be.
    package static func problems(
        _ configuration: Configuration, in workspace: Workspace, file: String, tree: JSON5Value?,
        obstacleToCalls: () -> String? = WebClient.obstacle
    ) -> [ConfigurationProblem] {
        func problem(_ keys: [String], _ words: String) -> ConfigurationProblem {
            let place = tree?.position(of: keys) ?? JSON5Position()
            return ConfigurationProblem(
                file: file, line: place.line, column: place.column, path: keys.joined(separator: "."), message: words,
                severity: .error)
        }
        func calls(_ keys: [String], instead: String) -> ConfigurationProblem? {
            obstacleToCalls().map { problem(keys, "\($0), or \(instead)") }
        }
        let transports = configuration.transports.sorted { $0.key < $1.key }.compactMap { name, transport in
            switch transport.kind {
            case .folder:
                FolderObstacle.words(at: workspace.path(transport.path)).map {
                    problem(["transports", name, "path"], $0)
                }
            case .http:
                calls(
                    ["transports", name, "kind"],
                    instead: "use kind: \"command\" with a program that sends that way")
            case .command, .smtp: nil
            }
        }
        let webhooks = configuration.events.webhooks.keys.sorted().compactMap {
            calls(["events", "webhooks", $0], instead: "let a program follow outbox/events")
        }
        // Those that a campaign has from `default` are told there.
        let subscribers = configuration.campaigns.filter { $0.subscribers.callsServers }.map {
            ["campaigns", $0.name, "subscribers"]
        }.filter { tree == nil || tree?.position(of: $0) != nil }.compactMap {
            calls($0, instead: "write to a file or an address")
        }
        return transports + webhooks + subscribers
    }
}
