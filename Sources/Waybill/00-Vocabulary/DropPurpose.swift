/// What a file in the inbox is for, by the folder it lies in. Kept in the store: never renumber.
package enum DropPurpose: Int, Sendable {
    case contacts = 0
    case receipts, replies, suppression, control, consent

    /// The inbox folder that is not a campaign's; empty for contacts.
    package var folder: String {
        switch self {
        case .contacts: ""
        case .receipts: "_receipts"
        case .replies: "_replies"
        case .suppression: "_suppress"
        case .control: "_control"
        case .consent: "_consent"
        }
    }

    /// The order in which drops are taken: do-not-contact lists before contacts, and results before new contacts.
    package var rank: Int {
        switch self {
        case .control: 0
        case .suppression: 1
        case .consent: 2
        case .replies: 3
        case .receipts: 4
        case .contacts: 5
        }
    }

    /// The purpose of a folder directly in an inbox, in any case: `_Suppress` is a list folder too.
    package init(folder: String) {
        self = folder.first == "_" ? Self.byFolder[FoldedFileName(folder)] ?? .contacts : .contacts
    }

    /// Whether a name is that of a purpose's folder, in any case and with blanks around it.
    package static func isFolder(named name: String) -> Bool {
        let trimmed = name.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()
        return byFolder[FoldedFileName(String(trimmed))] != nil
    }

    private static let byFolder = Dictionary(
        uniqueKeysWithValues: words.map { (FoldedFileName($0.folder), $0) })

    /// The purposes that say what became of messages, or whom not to contact.
    package static let words: [DropPurpose] = [.receipts, .replies, .suppression, .control, .consent]
}
