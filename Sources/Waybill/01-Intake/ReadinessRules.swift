/// Says for every file of an inbox how it becomes ready: by what the inbox says of its files, else by their campaign.
package struct ReadinessRules: Sendable {
    private let campaigns: [Campaign]
    private let inbox: Configuration.InboxReadiness

    /// Network file systems show sizes and times late (NFS keeps attributes for three seconds and more).
    package static let quietOnNetworks: Int64 = 2_000

    package init(_ configuration: Configuration, inbox: Configuration.InboxReadiness = .init()) {
        campaigns = configuration.campaigns
        self.inbox = inbox
    }

    /// The rule for a file in a folder of the inbox (empty for the inbox itself).
    package func rule(folder: String, name: String) -> ReadinessRule {
        guard DropPurpose(folder: folder) == .contacts else { return ReadinessRule(fallback, mode: .auto) }
        let campaign =
            folder.isEmpty
            ? campaigns.first { campaign in campaign.drops.contains { DropName.matches(name, pattern: $0) } }
            : campaigns.first { $0.name == folder }
        // A file that is no campaign's is taken to be refused, without waiting for a marker that nobody promised.
        var rule = campaign.map { ReadinessRule($0, mode: $0.ready) } ?? ReadinessRule(fallback, mode: .auto)
        if let mode = inbox.ready { rule.mode = mode }
        if let quiet = inbox.quiet { rule.quiet = quiet.milliseconds }
        if let marker = inbox.marker { rule.marker = marker }
        return rule
    }

    private var fallback: Campaign { campaigns.first { $0.name == "default" } ?? Campaign(name: "default") }
}
