/// Says for every file of an inbox how it becomes ready: by what the inbox says of its files, else by their campaign.
package struct ReadinessRules: Sendable {
    private let campaigns: [Campaign]
    /// The campaigns' `drops`, each with the place of its campaign: folded once for all files of a scan.
    private let patterns: [(pattern: DropName.Pattern, campaign: Int)]
    private let byFolder: [FoldedFileName: Int]
    private let inbox: Configuration.InboxReadiness
    /// All that are used in this inbox.
    private let markers: [String]

    /// Network file systems show sizes and times late (NFS keeps attributes for three seconds and more).
    package static let quietOnNetworks: Int64 = 2_000

    /// Of the inbox that the configuration calls so; nil: one that it does not have any more.
    package init(_ configuration: Configuration, of inbox: String? = nil) {
        campaigns = configuration.campaigns
        self.inbox = inbox.flatMap { configuration.inboxReadiness[$0] } ?? .init()
        markers = Set(campaigns.map(\.marker) + [self.inbox.marker].compactMap(\.self)).filter { !$0.isEmpty }.sorted()
        patterns = campaigns.enumerated().flatMap { place, campaign in
            campaign.drops.map { (DropName.Pattern($0), place) }
        }
        byFolder = Dictionary(
            campaigns.enumerated().map { (FoldedFileName($0.element.name), $0.offset) },
            uniquingKeysWith: { first, _ in first })
    }

    /// The rule for a file in a folder of the inbox (empty for the inbox itself).
    package func rule(folder: String, name: String) -> ReadinessRule {
        guard DropPurpose(folder: folder) == .contacts else { return ReadinessRule(fallback, mode: .auto) }
        let place: Int?
        if folder.isEmpty {
            let name = DropName.Pattern(name)
            place = patterns.first { $0.pattern.matches(name) }?.campaign
        } else {
            place = byFolder[FoldedFileName(folder)]
        }
        let campaign = place.map { campaigns[$0] }
        // A file that is no campaign's is taken to be refused, without waiting for a marker that nobody promised.
        var rule = campaign.map { ReadinessRule($0, mode: $0.ready) } ?? ReadinessRule(fallback, mode: .auto)
        if let mode = inbox.ready { rule.mode = mode }
        if let quiet = inbox.quiet { rule.quiet = quiet.milliseconds }
        if let marker = inbox.marker { rule.marker = marker }
        return rule
    }

    /// The ending by which a file of this name is a side-car or marker of another; nil: it is none.
    package func companionEnding(folder: String, name: String) -> String? {
        let lower = FoldedFileName(name).text
        if let ending = DropName.sidecarSuffixes.first(where: lower.hasSuffix) { return ending }
        return markers.first { marker in
            // By its own name a marker may be another campaign's than the file it announces: it is a drop of neither.
            lower.hasSuffix(FoldedFileName(marker).text)
                && [name, String(name.dropLast(marker.count))].contains {
                    rule(folder: folder, name: $0).marker == marker
                }
        }
    }

    /// Whether a file of this name can be a drop at all: not hidden, not unfinished, not a companion of another.
    package func canBeDrop(folder: String, name: String) -> Bool {
        DropName.canBeDrop(name) && companionEnding(folder: folder, name: name) == nil
    }

    private var fallback: Campaign { campaigns.first { $0.name == "default" } ?? Campaign(name: "default") }
}
