import SystemIO

/// Secrets that cannot be read: for `config check`, `doctor` and the start of a run.
package enum SecretLook {
    package struct Missing {
        /// The transport, campaign or webhook that needs it.
        package let about: String
        /// Where the configuration names it.
        package let keys: [String]
        package let words: String
        /// Whether who asks may lack what the service has: a variable, a right, or a file that is made with its start.
        package let mayBeElsewhere: Bool

        package var advice: String {
            mayBeElsewhere ? words + "; it may be there once Waybill is started, as by the unit of the service" : words
        }
    }

    /// Those of all transports that are used, of links and of webhooks; a link's that campaigns share is told once.
    package static func missing(_ configuration: Configuration, in workspace: Workspace) -> [Missing] {
        var missing: [Missing] = []
        func look(_ about: String, _ keys: [String], _ what: String, _ secret: Secret?) {
            guard let secret else { return }
            do throws(TransportProblem) { _ = try secret.read(what, in: workspace.sources) } catch {
                missing.append(
                    Missing(
                        about: about, keys: keys, words: "\(error)",
                        mayBeElsewhere: mayBeElsewhere(secret, in: workspace)))
            }
        }
        for name in used(configuration).sorted() {
            guard let transport = configuration.transports[name] else { continue }
            switch transport.kind {
            case .http: look(name, ["transports", name, "key"], "the key", transport.http.key)
            case .smtp:
                look(
                    name, ["transports", name, "auth", "password"], "the relay's password",
                    transport.relay.login?.secret)
            case .folder, .command: break
            }
        }
        var links: Set<Secret> = []
        for campaign in configuration.campaigns {
            guard let link = campaign.link, links.insert(link.key).inserted else { continue }
            look(campaign.name, ["campaigns", campaign.name, "link", "key"], "the key of links", link.key)
        }
        for (name, hook) in configuration.events.webhooks.sorted(by: { $0.key < $1.key }) {
            look("webhook \(name)", ["events", "webhooks", name, "key"], "the key", hook.http.key)
        }
        return missing
    }

    private static func mayBeElsewhere(_ secret: Secret, in workspace: Workspace) -> Bool {
        guard case .file(let path) = secret else { return true }
        let whole = path.hasPrefix("/") ? path : workspace.sources + "/" + path
        // There systemd puts what LoadCredential names, and containers what they are given.
        if whole.hasPrefix("/run/") { return true }
        do throws(SystemError) {
            _ = try Files.read(whole, limit: 65_536)
            return false
        } catch {
            return error.isDenied
        }
    }

    /// Transports of campaigns and of messages to subscribers, with what carries in their place.
    package static func used(_ configuration: Configuration) -> Set<String> {
        var used = Set(configuration.campaigns.flatMap { $0.transports.values })
        if let notifier = configuration.notifier { used.insert(notifier.transport) }
        var open = Array(used)
        while let name = open.popLast() {
            if let next = configuration.transports[name]?.fallback, used.insert(next).inserted { open.append(next) }
        }
        return used
    }
}
