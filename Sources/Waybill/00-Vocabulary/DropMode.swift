/// What a drop asks for, or one of its records (`mode` in a side-car, the column `action`).
package enum DropMode: String, Codable, CaseIterable, Sendable {
    /// Its contacts are new.
    case add
    /// They take the place of those with the same id that wait.
    case update
    /// Nobody is contacted, and who waits under the same id is left alone.
    case cancel
    /// Its contacts are the campaign's whole list from now on.
    case replace
    /// A word that nobody knows. Nothing is sent for it; since it may mean `cancel`, it cancels.
    case unclear

    /// What a word means, without case; `unclear` if it is not known.
    package init(word: String) {
        let letters = word.lowercased().filter { !$0.isWhitespace }
        self = Self.words.first { $0.words.contains(letters) }?.mode ?? .unclear
    }

    private static let words: [(mode: DropMode, words: Set<String>)] = [
        (.add, ["add", "insert", "new", "create"]),
        (.update, ["update", "change", "modify"]),
        (
            .cancel,
            ["cancel", "canceled", "cancelled", "delete", "deleted", "remove", "removed", "withdraw", "withdrawn"]
        ),
        (.replace, ["replace", "overwrite"]),
    ]

    /// As acknowledgements have it: nil where nothing is asked for.
    package var told: DropMode? { self == .add ? nil : self }

    /// Whether it may concern contacts of earlier drops.
    package var isAboutEarlier: Bool { self != .add }

    /// Whether a drop of it changes some contacts of earlier ones, and is no drop of its own.
    package var isOfParts: Bool { self == .update || cancels }

    /// Whether who waits under the same id is left alone.
    package var cancels: Bool { self == .cancel || self == .unclear }
}

/// What each record of a drop asks for: its own word, else that of the drop.
package struct RecordModes: Sendable {
    private let whole: DropMode
    private let column: Int?

    package init(_ whole: DropMode, _ schema: Schema) {
        self.whole = whole
        column = whole == .unclear ? nil : schema.position(of: .action)
    }

    /// Whether no record can ask for anything but to be a new contact.
    package var onlyAdd: Bool { whole == .add && column == nil }

    /// Whether records say it themselves.
    package var mayDiffer: Bool { column != nil }

    /// - Parameter value: the record's value in a column.
    package func mode(_ value: (Int) -> ArraySlice<UInt8>) -> DropMode {
        guard let column else { return whole }
        let text = value(column)
        if text.allSatisfy({ $0 <= 0x20 }) { return whole }
        let own = DropMode(word: String(decoding: text, as: UTF8.self))
        return own == .replace ? .update : own
    }
}
