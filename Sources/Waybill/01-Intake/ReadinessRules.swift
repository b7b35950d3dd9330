/// Decides how each file of an inbox becomes ready: by the inbox's own settings, else by its campaign's.
package struct ReadinessRules: Sendable {
    private let campaigns: [Campaign]
    private let index: CampaignIndex
    private let inbox: Configuration.InboxReadiness
    /// Which names are those of do-not-contact lists.
    private let lists: [(name: String, pattern: DropPattern)]
    /// All that are used in this inbox, each with how names are compared with it.
    private let markers: [(marker: String, ending: String)]

    /// Network file systems show sizes and times late (NFS keeps attributes for three seconds and more).
    package static let quietOnNetworks: Int64 = 2_000

    /// For the inbox of this name in the configuration; nil: one that is no longer configured.
    package init(_ configuration: Configuration, of inbox: String? = nil) {
        campaigns = configuration.campaigns
        index = configuration.index
        self.inbox = inbox.flatMap { configuration.inboxReadiness[$0] } ?? .init()
        lists = configuration.lists.named.sorted { $0.key < $1.key }.compactMap { name, list in
            let pattern = DropPattern(list.files)
            return pattern.saysNothing ? nil : (name: name, pattern: pattern)
        }
        let own = [self.inbox.marker].compactMap(\.self).filter {
            !$0.isEmpty && !configuration.index.markers.contains($0)
        }
        markers = (index.markers + own).sorted().map { ($0, FoldedFileName($0).text) }
    }

    /// Whether both come from the same configuration, so that verdicts by the one still hold.
    func areSame(as other: ReadinessRules) -> Bool { index === other.index && inbox == other.inbox }

    /// The do-not-contact list of the configuration whose file's name this is; nil where it is none.
    func list(named name: String) -> String? {
        if lists.isEmpty { return nil }
        let names = [name, DropPattern.plainName(name)].map(DropPattern.init)
        return lists.first { names.contains(where: $0.pattern.matches) }?.name
    }

    func hasCampaign(_ name: String) -> Bool { index.place(ofFolder: name) != nil }

    /// The rule for a file in a folder of the inbox (empty for the inbox itself).
    package func rule(folder: String, name: String) -> ReadinessRule {
        guard DropPurpose(folder: folder) == .contacts else { return ReadinessRule(fallback, mode: .auto) }
        let place = folder.isEmpty ? index.place(ofFile: name) : index.place(ofFolder: folder)
        let campaign = place.map { campaigns[$0] }
        // A file that belongs to no campaign is taken and refused; nobody promised a marker for it.
        var rule = campaign.map { ReadinessRule($0, mode: $0.ready) } ?? ReadinessRule(fallback, mode: .auto)
        if let mode = inbox.ready { rule.mode = mode }
        if let quiet = inbox.quiet { rule.quiet = quiet.milliseconds }
        if let marker = inbox.marker { rule.marker = marker }
        return rule
    }

    /// The ending that makes a name another file's side-car or marker; nil: it has none.
    package func companionEnding(folder: String, name: String) -> String? {
        let lower = FoldedFileName(name).text
        if let ending = DropName.sidecarSuffixes.first(where: lower.hasSuffix) { return ending }
        return markers.first { marker, ending in
            // A marker's own name may fit another campaign than the file it announces does; it is a drop of neither.
            lower.hasSuffix(ending)
                && [name, String(name.dropLast(marker.count))].contains {
                    rule(folder: folder, name: $0).marker == marker
                }
        }?.marker
    }

    /// Whether a file of this name can be a drop at all: not hidden, not unfinished, not another file's companion.
    package func canBeDrop(folder: String, name: String) -> Bool {
        DropName.canBeDrop(name) && companionEnding(folder: folder, name: name) == nil
    }

    private var fallback: Campaign { index.fallback.map { campaigns[$0] } ?? Campaign(name: "default") }
}
