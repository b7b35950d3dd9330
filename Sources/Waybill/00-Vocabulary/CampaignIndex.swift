/// Lookup tables over a configuration's campaigns, built once when they are set. It holds nothing that the campaigns do
/// not say.
package final class CampaignIndex: Equatable, Sendable {
    /// Places of campaigns by name, as folders are compared; the first of several.
    private let byFolder: [FoldedFileName: Int]
    private let patterns: DropPatterns
    /// Each once, sorted; none of them empty.
    let markers: [String]
    /// Each once, in file order.
    let regions: [String]
    /// Whether any campaign takes digits that are no valid number of their numbering plan.
    let takesAnyDigits: Bool
    /// Each once; nil stands for the workspace's zone.
    let zones: Set<String?>
    let longestQuiet: TimeSpan?
    /// The position of `default`.
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

    /// The position of the first campaign in file order whose `drops` match a file's name, with its compression suffix
    /// or without.
    func place(ofFile name: String) -> Int? {
        let plain = DropPattern.plainName(name)
        let found = patterns.campaign(of: name)
        return plain == name ? found : [found, patterns.campaign(of: plain)].compactMap(\.self).min()
    }
}
