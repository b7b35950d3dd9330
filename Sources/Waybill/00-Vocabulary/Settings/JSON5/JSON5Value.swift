/// One value of a JSON5 text, with the place where it begins.
///
/// Objects keep the order of their keys, and keys that occur twice; the caller decides what that means.
package struct JSON5Value: Hashable, Sendable {
    package let position: JSON5Position
    package let content: Content

    package init(position: JSON5Position, content: Content) {
        self.position = position
        self.content = content
    }

    package enum Content: Hashable, Sendable {
        case null
        case boolean(Bool)
        case number(JSON5Number)
        case string(String)
        case array([JSON5Value])
        case object([JSON5Member])
    }

    package var isNull: Bool { content == .null }

    /// What the value is, as a message names it: `a number`, `a list` …
    package var noun: String {
        switch content {
        case .null: "null"
        case .boolean: "true or false"
        case .number: "a number"
        case .string: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

/// One key of an object, and its value.
package struct JSON5Member: Hashable, Sendable {
    package let key: String
    /// Where the key begins.
    package let position: JSON5Position
    package let value: JSON5Value

    package init(key: String, position: JSON5Position, value: JSON5Value) {
        self.key = key
        self.position = position
        self.value = value
    }
}

/// A number of a JSON5 text: its spelling, and its value.
package struct JSON5Number: Hashable, Sendable {
    package let text: String
    /// The nearest double; infinite beyond its range.
    package let value: Double
    /// The number exactly, when it is whole and 64 bits hold it.
    package let integer: Int64?
}

/// A place in a text: line and column from 1, the column in Unicode scalars, and the offset in bytes from 0.
///
/// Lines end with LF, CR or CRLF. A byte order mark at the start of the text has no column.
package struct JSON5Position: Hashable, Sendable {
    package var offset = 0
    package var line = 1
    package var column = 1

    package init() {}
}

/// Why a text is not JSON5, and where.
package struct JSON5Error: Error, Hashable, Sendable, CustomStringConvertible {
    package let position: JSON5Position
    /// What is wrong and what to do about it.
    package let message: String

    package var description: String { "\(position.line):\(position.column): \(message)" }
}
