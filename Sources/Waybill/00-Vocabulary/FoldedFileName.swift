/// The name of a file, a folder or a campaign in the form in which such names are compared: without case and in any
/// Unicode form (contract §3).
///
/// Windows and mainframes write `.CSV`, and macOS writes `é` as two characters. Unlike in column names, spaces, `_` and
/// `-` count.
package struct FoldedFileName: Hashable, Sendable {
    /// Lower case. `String` compares and hashes it by canonical equivalence.
    package let text: String

    /// Whether two names are one.
    package static func areSame(_ one: String, _ other: String) -> Bool {
        one == other || FoldedFileName(one) == FoldedFileName(other)
    }

    package init(_ name: String) {
        // Upper case first: it folds `ß` and the final `ς`, which lower case alone keeps.
        text = name.utf8.allSatisfy { $0 < 0x80 } ? name.lowercased() : name.uppercased().lowercased()
    }
}

extension Configuration {
    /// The campaign of a name, in whatever case; no two campaigns' names differ in no more than that.
    package func campaign(named name: String) -> Campaign? { index.place(ofFolder: name).map { campaigns[$0] } }

    /// The same with its campaigns under the names that are known already, of which the first counts: one that is
    /// written in other capitals is the campaign that it was, with its pauses, its content and its counts.
    package func keepingNames(_ known: [String]) -> Configuration {
        let known = KnownNames(known)
        var (kept, isChanged) = (campaigns, false)
        for place in kept.indices {
            guard let name = known.other(than: kept[place].name) else { continue }
            (kept[place].name, isChanged) = (name, true)
        }
        guard isChanged else { return self }
        var configuration = self
        configuration.campaigns = kept
        return configuration
    }

    /// The same with its named lists under the names under which they came: one that is written in other capitals is
    /// the list that it was, with all who stand on it.
    package func keepingLists(_ known: [String]) -> Configuration {
        let known = KnownNames(known)
        let names = Dictionary(grouping: lists.named.keys) { FoldedFileName($0) }.values.filter { $0.count == 1 }
            .compactMap { names in known.other(than: names[0]).map { (names[0], $0) } }
        if names.isEmpty { return self }
        var configuration = self
        for (name, kept) in names {
            configuration.lists.named[kept] = configuration.lists.named.removeValue(forKey: name)
            for place in campaigns.indices {
                configuration.campaigns[place].lists = configuration.campaigns[place].lists.map {
                    $0 == name ? kept : $0
                }
            }
        }
        return configuration
    }
}

/// Names under which something is kept. By bytes, as a store compares them.
private struct KnownNames {
    private let exact: Set<[UInt8]>
    private let first: [FoldedFileName: String]

    init(_ names: [String]) {
        exact = Set(names.map { Array($0.utf8) })
        first = Dictionary(names.map { (FoldedFileName($0), $0) }) { first, _ in first }
    }

    /// The one that a name was written as, where it is written otherwise now.
    func other(than name: String) -> String? {
        exact.contains(Array(name.utf8)) ? nil : first[FoldedFileName(name)]
    }
}
