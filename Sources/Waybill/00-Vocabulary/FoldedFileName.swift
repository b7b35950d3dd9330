/// The name of a file, a folder or a campaign in the form in which such names are compared: without case and in any
/// Unicode form (contract §3).
///
/// Windows and mainframes write `.CSV`, and macOS writes `é` as two characters. Unlike in column names, spaces, `_` and
/// `-` count.
package struct FoldedFileName: Hashable, Sendable {
    /// Lower case. `String` compares and hashes it by canonical equivalence.
    package let text: String

    package init(_ name: String) {
        // Upper case first: it folds `ß` and the final `ς`, which lower case alone keeps.
        text = name.utf8.allSatisfy { $0 < 0x80 } ? name.lowercased() : name.uppercased().lowercased()
    }
}

extension Configuration {
    /// The campaign with this name except for case; no two campaigns' names differ only in case.
    package func campaign(like name: String) -> Campaign? {
        campaign(named: name) ?? index.place(ofFolder: name).map { campaigns[$0] }
    }
}
