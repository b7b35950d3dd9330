/// A JSON5 text to be written: what fits is on one line, the rest is indented by two spaces.
indirect enum JSON5Tree {
    /// A number or a word, written as it is.
    case raw(String)
    case string(String)
    case list([JSON5Tree])
    case object([(key: String, value: JSON5Tree)])

    static let null = JSON5Tree.raw("null")

    static func boolean(_ flag: Bool) -> JSON5Tree { .raw(flag ? "true" : "false") }
    static func number(_ number: Int?) -> JSON5Tree { number.map { .raw(String($0)) } ?? .null }
    static func text(_ text: String?) -> JSON5Tree { text.map { .string($0) } ?? .null }
    static func texts(_ texts: [String]) -> JSON5Tree { .list(texts.map { .string($0) }) }

    /// An object of a dictionary, its keys sorted.
    static func sorted<Key: Comparable & CustomStringConvertible, T>(
        _ values: [Key: T], _ tree: (T) -> JSON5Tree
    ) -> JSON5Tree {
        .object(values.sorted { $0.key < $1.key }.map { ($0.key.description, tree($0.value)) })
    }

    var text: String { text(indent: 0, used: 0) }

    /// The text at an indentation; its first line already has `used` characters.
    private func text(indent: Int, used: Int) -> String {
        var short = ""
        if append(to: &short), used + short.count <= Self.longestLine { return short }
        let inner = String(repeating: " ", count: indent + 2)
        let outer = inner.dropLast(2)
        switch self {
        case .raw(let text): return text
        case .string(let text): return Self.quoted(text)
        case .list(let values):
            return "[\n" + values.map { inner + $0.text(indent: indent + 2, used: indent + 2) + ",\n" }.joined()
                + outer + "]"
        case .object(let members):
            let lines = members.map { key, value in
                let start = inner + Self.key(key) + ": "
                return start + value.text(indent: indent + 2, used: start.count) + ",\n"
            }
            return "{\n" + lines.joined() + outer + "}"
        }
    }

    /// In characters.
    private static let longestLine = 100
    /// A character can have many bytes; with more bytes than this, a text is not put on one line.
    private static let mostBytes = 8_192

    /// Appends the tree on the same line; false as soon as the line is too long.
    private func append(to line: inout String) -> Bool {
        switch self {
        case .raw(let text): line += text
        case .string(let text): line += Self.quoted(text)
        case .list(let values):
            line += "["
            for (place, value) in values.enumerated() {
                if place > 0 { line += ", " }
                guard value.append(to: &line) else { return false }
            }
            line += "]"
        case .object(let members) where members.isEmpty: line += "{}"
        case .object(let members):
            line += "{ "
            for (place, (key, value)) in members.enumerated() {
                if place > 0 { line += ", " }
                line += Self.key(key) + ": "
                guard value.append(to: &line) else { return false }
            }
            line += " }"
        }
        let count = line.utf8.count
        return count <= Self.longestLine || count <= Self.mostBytes && !line.utf8.allSatisfy { $0 < 0x80 }
    }

    /// A key, in quotes unless it is a name of ASCII letters and digits.
    private static func key(_ key: String) -> String {
        let scalars = key.unicodeScalars
        let isName =
            scalars.first.map(JSON5Reader.beginsName) == true
            && scalars.allSatisfy { $0.isASCII && JSON5Reader.continuesName($0) }
        return isName ? key : quoted(key)
    }

    /// A JSON string; line separators and characters that editors do not show are escaped too.
    static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        JSONText.append(visible: text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
