/// What is looked up among the campaigns of a configuration, made once when they are set. It says nothing that they do
/// not say.
package final class CampaignIndex: Equatable, Sendable {
    /// Places of campaigns by name, as folders are compared; the first of several.
    private let byFolder: [FoldedFileName: Int]
    private let patterns: DropPatterns
    /// Each once, sorted; none of them empty.
    let markers: [String]
    /// Each once, in file order.
    let regions: [String]
    /// Whether any of them takes numbers that are none under their plan.
    let takesAnyDigits: Bool
    /// Each once; nil is the workspace's.
    let zones: Set<String?>
    let longestQuiet: TimeSpan?
    /// The place of `default`.
    let fallback: Int?

    init(_ campaigns: [Campaign]) {
        let names = campaigns.enumerated().map { ($0.element.name, $0.offset) }
        byFolder = Dictionary(names.map { (FoldedFileName($0.0), $0.1) }) { first, _ in first }
        patterns = DropPatterns(campaigns)
        markers = Set(campaigns.map(\.marker)).filter { !$0.isEmpty }.sorted()
        var known: Set<String> = []
        regions = campaigns.compactMap(\.region).filter { known.insert($0).inserted }
        takesAnyDigits = campaigns.contains { $0.numbers.check != .plan }
        zones = Set(campaigns.map(\.timezone))
        longestQuiet = campaigns.map(\.quiet).max()
        fallback = byFolder[FoldedFileName("default")]
    }

    package static func == (left: CampaignIndex, right: CampaignIndex) -> Bool { true }

    /// Of the campaign whose folder has this name, in whatever case.
    func place(ofFolder name: String) -> Int? { byFolder[FoldedFileName(name)] }

    /// Of the first campaign in file order whose `drops` a file's name matches, with its compression or without.
    func place(ofFile name: String) -> Int? {
        let plain = DropPattern.plainName(name)
        let found = patterns.campaign(of: name)
        return plain == name ? found : [found, patterns.campaign(of: plain)].compactMap(\.self).min()
    }
}
