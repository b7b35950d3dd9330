/// Reads one JSON5 text into a `JSON5Value` (spec.json5.org, version 1.0.0).
///
/// The text is UTF-8, with or without a byte order mark. Two things are narrower than the specification: values nest at
/// most `deepestNesting` levels, and an escaped surrogate without its partner is refused, as no `String` can hold it.
package struct JSON5Reader {
    /// Far more than any configuration needs, and far less than would overflow a thread's stack.
    package static let deepestNesting = 64

    /// The whole text; columns count these.
    let scalars: [Unicode.Scalar]
    private(set) var index = 0
    private(set) var position = JSON5Position()

    /// Reads the one value of a text; throws at the first place that is not JSON5.
    package static func read(_ bytes: [UInt8]) throws(JSON5Error) -> JSON5Value {
        var reader = JSON5Reader(scalars: try decode(bytes))
        if reader.current == "\u{FEFF}" {
            reader.advance()
            reader.position.column = 1
        }
        try reader.skipSpace()
        guard reader.current != nil else {
            throw reader.error("the text is empty: write {} for a configuration that says nothing")
        }
        let value = try reader.value(depth: 1)
        try reader.skipSpace()
        guard let rest = reader.current else { return value }
        throw reader.error(
            "\(name(of: rest)) stands behind the end of the value: remove it, or look for a bracket too many")
    }

    private init(scalars: [Unicode.Scalar]) {
        self.scalars = scalars
    }

    // MARK: Values

    private mutating func value(depth: Int) throws(JSON5Error) -> JSON5Value {
        let start = position
        guard let first = current else {
            throw error("the text ends where a value was expected")
        }
        switch first {
        case "{", "[":
            guard depth <= Self.deepestNesting else {
                throw error("values nest deeper than \(Self.deepestNesting) levels")
            }
            let content = try first == "{" ? object(depth: depth) : array(depth: depth)
            return JSON5Value(position: start, content: content)
        case "\"", "'":
            return JSON5Value(position: start, content: .string(try string()))
        case "+", "-", ".", "0"..."9":
            return JSON5Value(position: start, content: .number(try number()))
        default:
            return JSON5Value(position: start, content: try word())
        }
    }

    private mutating func object(depth: Int) throws(JSON5Error) -> JSON5Value.Content {
        let start = position
        advance()
        var members: [JSON5Member] = []
        while true {
            try skipSpace()
            if current == "}" { break }
            let place = position
            let key = try self.key(openedAt: start)
            try skipSpace()
            guard current == ":" else {
                throw unexpected("a colon after the key \(Self.quoted(key))", openedAt: start)
            }
            advance()
            try skipSpace()
            members.append(JSON5Member(key: key, position: place, value: try value(depth: depth + 1)))
            try skipSpace()
            if current == "}" { break }
            guard current == "," else { throw unexpected("a comma or }", openedAt: start) }
            advance()
        }
        advance()
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSON5Error) -> JSON5Value.Content {
        let start = position
        advance()
        var values: [JSON5Value] = []
        while true {
            try skipSpace()
            if current == "]" { break }
            if current == "," { throw error("a value is missing before this comma: remove the comma") }
            if current == nil { throw unexpected("a value or ]", openedAt: start) }
            values.append(try value(depth: depth + 1))
            try skipSpace()
            if current == "]" { break }
            guard current == "," else { throw unexpected("a comma or ]", openedAt: start) }
            advance()
        }
        advance()
        return .array(values)
    }

    private mutating func key(openedAt start: JSON5Position) throws(JSON5Error) -> String {
        if current == "\"" || current == "'" { return try string() }
        guard let first = current, first == "\\" || Self.beginsName(first) else {
            if current == "," { throw error("a key is missing before this comma: remove the comma") }
            throw unexpected("a key, in quotes unless it is a plain name", openedAt: start)
        }
        return try identifier()
    }

    private mutating func word() throws(JSON5Error) -> JSON5Value.Content {
        let start = position
        guard let first = current, Self.beginsName(first) else {
            throw unexpected("a value", openedAt: nil)
        }
        let word = plainName()
        switch word {
        case "null": return .null
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        case "Infinity": return .number(JSON5Number(text: word, value: .infinity, integer: nil))
        case "NaN": return .number(JSON5Number(text: word, value: .nan, integer: nil))
        default:
            let hint = ["null", "true", "false"].first { $0 == word.lowercased() }.map { "\($0) in small letters" }
            throw JSON5Error(
                position: start, message: "\(Self.quoted(word)) is no value: write \(hint ?? "a text in quotes")")
        }
    }

    // MARK: White space and comments

    private mutating func skipSpace() throws(JSON5Error) {
        while let scalar = current {
            if Self.isSpace(scalar) {
                advance()
            } else if scalar == "/" {
                try skipComment()
            } else {
                return
            }
        }
    }

    private mutating func skipComment() throws(JSON5Error) {
        let start = position
        switch next {
        case "/":
            while let scalar = current, !Self.endsLine(scalar) { advance() }
        case "*":
            advance()
            advance()
            while current != nil, !(current == "*" && next == "/") { advance() }
            guard current != nil else {
                throw JSON5Error(
                    position: start, message: "the comment that begins here has no end: write */ behind it")
            }
            advance()
            advance()
        default:
            throw error("a comment begins with // or /*, and nothing else with /")
        }
    }

    static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "\t", "\n", "\r", "\u{B}", "\u{C}", "\u{A0}", "\u{FEFF}", "\u{2028}", "\u{2029}": true
        default: !scalar.isASCII && scalar.properties.generalCategory == .spaceSeparator
        }
    }

    /// ECMAScript's line terminators. U+2028 and U+2029 end a comment, but do not count as a line in positions, as in
    /// editors.
    static func endsLine(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "\n" || scalar == "\r" || scalar == "\u{2028}" || scalar == "\u{2029}"
    }

    // MARK: Where it is

    var current: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }
    var next: Unicode.Scalar? { index + 1 < scalars.count ? scalars[index + 1] : nil }

    mutating func advance() {
        let scalar = scalars[index]
        position.offset += UTF8.width(scalar)
        switch scalar {
        case "\n" where index > 0 && scalars[index - 1] == "\r":
            position.column = 1
        case "\n", "\r":
            position.line += 1
            position.column = 1
        default:
            position.column += 1
        }
        index += 1
    }

    func error(_ message: String) -> JSON5Error { JSON5Error(position: position, message: message) }

    private func unexpected(_ wanted: String, openedAt start: JSON5Position?) -> JSON5Error {
        let place = start.map { " (the bracket opened at \($0.line):\($0.column))" } ?? ""
        guard let current else { return error("the text ends where \(wanted) was expected\(place)") }
        return error("found \(Self.name(of: current)) where \(wanted) was expected\(place)")
    }

    /// A scalar as a message shows it: in quotes if visible, else its code point.
    static func name(of scalar: Unicode.Scalar) -> String {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator, .nonspacingMark, .enclosingMark, .spacingMark:
            "the character U+\(String(scalar.value, radix: 16, uppercase: true))"
        default:
            "\"\(scalar)\""
        }
    }

    /// A text as a message shows it: in quotes, shortened if long, without control characters.
    package static func quoted(_ text: String) -> String {
        let cut = text.unicodeScalars.prefix(60)
        let visible = cut.map { scalar -> String in
            scalar.properties.generalCategory == .control || endsLine(scalar) ? "?" : String(Character(scalar))
        }
        return "\"\(visible.joined())\(cut.endIndex < text.unicodeScalars.endIndex ? "…" : "")\""
    }

    private static func decode(_ bytes: [UInt8]) throws(JSON5Error) -> [Unicode.Scalar] {
        if let text = String(validating: bytes, as: UTF8.self) { return Array(text.unicodeScalars) }
        // Decodes again, to find the place that is not UTF-8.
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(bytes.count)
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded):
                scalars.append(Unicode.UTF8.decode(encoded))
            case .emptyInput:
                return scalars
            case .error:
                var reader = JSON5Reader(scalars: scalars)
                while reader.current != nil { reader.advance() }
                let wide = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
                throw reader.error(
                    wide
                        ? "the text is UTF-16: save it as UTF-8"
                        : "these bytes are not UTF-8: save the text as UTF-8")
            }
        }
    }
}
