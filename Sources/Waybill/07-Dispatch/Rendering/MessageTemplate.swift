/// A message text with places for a contact's values: `{{column}}` and `{{column|default}}` (contract §9).
///
/// Column names are Waybill's or the sender's, compared without case, spaces, `_` and `-`; spaces around the name and
/// the default do not count. An empty default (`{{title|}}`) is one. Everything else, single braces too, is text. Where
/// the campaign has links, `{{link}}` is the message's own and no column.
package struct MessageTemplate: Hashable, Sendable {
    let pieces: [Piece]

    enum Piece: Hashable, Sendable {
        case text([UInt8])
        /// The name as written, and what stands in for an empty value; nil: nothing may.
        case column(name: String, default: [UInt8]?)
    }

    /// Why a template cannot be used.
    package struct Mistake: Error, Hashable, Sendable, CustomStringConvertible {
        /// From 1; the column counts characters.
        package let line: Int
        package let column: Int
        package let message: String
        package var description: String { "line \(line), column \(column): \(message)" }
    }

    package init(_ text: String) throws(Mistake) {
        var pieces: [Piece] = []
        var rest = text[...]
        while let opening = Self.firstRange(of: "{{", in: rest) {
            if opening.lowerBound > rest.startIndex {
                pieces.append(.text(Array(rest[..<opening.lowerBound].utf8)))
            }
            let place = rest[opening.upperBound...]
            guard let closing = Self.firstRange(of: "}}", in: place),
                !place[..<closing.lowerBound].contains(where: \.isNewline)
            else {
                throw Self.mistake(in: text, at: opening.lowerBound, "\"{{\" is not closed; write }} on the same line.")
            }
            pieces.append(try Self.column(place[..<closing.lowerBound], in: text, at: opening.lowerBound))
            rest = place[closing.upperBound...]
        }
        if !rest.isEmpty { pieces.append(.text(Array(rest.utf8))) }
        self.pieces = pieces
    }

    /// The columns that it asks for, as it writes them.
    package var columns: [String] {
        pieces.compactMap { piece in
            switch piece {
            case .text: nil
            case .column(let name, _): name
            }
        }
    }

    package func asks(for name: FoldedName) -> Bool { columns.contains { FoldedName($0) == name } }

    /// The column that a name means: Waybill's own name comes before the sender's.
    static func position(of name: String, in schema: Schema) -> Int? { position(of: FoldedName(name), in: schema) }

    static func position(of wanted: FoldedName, in schema: Schema) -> Int? {
        Field(named: wanted).flatMap(schema.position(of:))
            ?? schema.columns.firstIndex { !$0.isIgnored && FoldedName($0.name) == wanted }
    }

    private static func column(_ inner: Substring, in text: String, at place: String.Index) throws(Mistake) -> Piece {
        let parts = inner.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        let name = trimmed(parts[0])
        if name.isEmpty {
            throw mistake(in: text, at: place, "a place without a column; write the column's name between {{ and }}.")
        }
        if inner.contains("{") {
            throw mistake(in: text, at: place, "\"{{\" stands inside another place; close the first one with }}.")
        }
        return .column(name: name, default: parts.count > 1 ? Array(trimmed(parts[1]).utf8) : nil)
    }

    private static func trimmed(_ text: Substring) -> String {
        guard let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(text[first...last])
    }

    private static func firstRange(of pair: String, in text: Substring) -> Range<String.Index>? {
        let bytes = text.utf8
        let wanted = pair.utf8.first
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let after = bytes.index(after: index)
            if bytes[index] == wanted, after < bytes.endIndex, bytes[after] == wanted {
                return index..<bytes.index(after: after)
            }
            index = after
        }
        return nil
    }

    private static func mistake(in text: String, at place: String.Index, _ message: String) -> Mistake {
        let before = text[..<place]
        let lineStart = before.lastIndex(where: \.isNewline).map { before.index(after: $0) } ?? before.startIndex
        return Mistake(
            line: before.count(where: \.isNewline) + 1, column: before[lineStart...].count + 1, message: message)
    }
}
