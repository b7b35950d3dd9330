/// A name of a file, a folder or a campaign as such names are compared: without case and whatever its Unicode form
/// (contract §3).
///
/// Windows and mainframes write `.CSV`, macOS writes `é` as two characters. Unlike in the name of a column, spaces, `_`
/// and `-` count.
package struct FoldedFileName: Hashable, Sendable {
    /// Lower case. `String` compares and hashes it by canonical equivalence.
    package let text: String

    package init(_ name: String) {
        // By way of the capitals, which ß and the ς at a word's end lose themselves in.
        text = name.utf8.allSatisfy { $0 < 0x80 } ? name.lowercased() : name.uppercased().lowercased()
    }
}

extension Configuration {
    /// The campaign whose name this is but for case; no two campaigns' names differ in no more than that.
    package func campaign(like name: String) -> Campaign? {
        campaign(named: name) ?? index.place(ofFolder: name).map { campaigns[$0] }
    }
}
