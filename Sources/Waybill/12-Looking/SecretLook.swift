/// Secrets that the user who asks cannot read: for `doctor`. The service may run as another user, with variables of its
/// own.
package enum SecretLook {
    package struct Missing {
        /// The transport, campaign or webhook that needs it.
        package let about: String
        package let words: String
    }

    /// - Parameter transports: those that are used, by name.
    package static func missing(
        _ configuration: Configuration, _ transports: Set<String>, in workspace: Workspace
    ) -> [Missing] {
        var missing: [Missing] = []
        func look(_ about: String, _ what: String, _ secret: Secret?) {
            do throws(TransportProblem) { _ = try secret?.read(what, in: workspace.sources) } catch {
                missing.append(Missing(about: about, words: "as you, without the service's environment: \(error)"))
            }
        }
        for name in transports.sorted() {
            guard let transport = configuration.transports[name] else { continue }
            switch transport.kind {
            case .http: look(name, "the key", transport.http.key)
            case .smtp: look(name, "the relay's password", transport.relay.login?.secret)
            case .folder, .command: break
            }
        }
        for campaign in configuration.campaigns {
            if let link = campaign.link { look(campaign.name, "the key of links", link.key) }
        }
        for (name, hook) in configuration.events.webhooks.sorted(by: { $0.key < $1.key }) {
            look("webhook \(name)", "the key", hook.http.key)
        }
        return missing
    }
}
