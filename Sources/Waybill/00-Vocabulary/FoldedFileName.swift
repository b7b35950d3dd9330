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
        // By bytes, as a store compares them.
        let exact = Set(known.map { Array($0.utf8) })
        var first: [FoldedFileName: String] = [:]
        for name in known.reversed() { first[FoldedFileName(name)] = name }
        var (kept, isChanged) = (campaigns, false)
        for place in kept.indices where !exact.contains(Array(kept[place].name.utf8)) {
            guard let name = first[FoldedFileName(kept[place].name)] else { continue }
            (kept[place].name, isChanged) = (name, true)
        }
        guard isChanged else { return self }
        var configuration = self
        configuration.campaigns = kept
        return configuration
    }
}
