/// A text with places for values, `{{name}}` and `{{name|default}}`, in a call that a transport makes. Names are
/// compared like column names; spaces around a name or its default do not count.
package struct PlaceText: Hashable, Sendable {
    package enum Piece: Hashable, Sendable {
        case text(String)
        /// The value's name, and the text to use where there is no value; nil: nothing.
        case place(FoldedName, default: String?)
    }

    /// The text as it was written.
    package let text: String
    package let pieces: [Piece]

    /// What makes a text unusable.
    struct Mistake: Error {
        let message: String
    }

    init(_ text: String) throws(Mistake) {
        self.text = text
        var pieces: [Piece] = []
        let parts = text.split(separator: "{{", omittingEmptySubsequences: false)
        if let first = parts.first, !first.isEmpty { pieces.append(.text(String(first))) }
        for part in parts.dropFirst() {
            let halves = part.split(separator: "}}", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2 else {
                throw Mistake(message: "a place is not closed: write }} behind it, or { literal: … } around the text")
            }
            let inner = halves[0].split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
            let name = Self.trimmed(inner[0])
            guard !name.isEmpty, !inner[0].contains("{") else {
                throw Mistake(message: "a place without a name: write one between {{ and }}, as in {{address}}")
            }
            pieces.append(.place(FoldedName(name), default: inner.count > 1 ? Self.trimmed(inner[1]) : nil))
            if !halves[1].isEmpty { pieces.append(.text(String(halves[1]))) }
        }
        self.pieces = pieces
    }

    package var names: [FoldedName] {
        pieces.compactMap { piece in
            switch piece {
            case .text: nil
            case .place(let name, default: _): name
            }
        }
    }

    /// What stands at the places of calls and of a file's own columns, besides a contact's columns.
    package static let known = [
        "reference", "address", "digits", "message", "id", "channel", "campaign", "batch", "parcel", "step", "validity",
        "validityms", "validuntil", "subject", "html", "listunsubscribe", "oneclick",
    ]

    /// The place, if the text is exactly one place: without a value, the whole member is then left out.
    package var place: (name: FoldedName, default: String?)? {
        guard pieces.count == 1, case .place(let name, let byDefault) = pieces[0] else { return nil }
        return (name, byDefault)
    }

    private static func trimmed(_ text: Substring) -> String {
        guard let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(text[first...last])
    }
}
