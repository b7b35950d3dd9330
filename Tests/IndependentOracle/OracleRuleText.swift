/// A value of a JSON5 text, for the oracle alone; covers as much of JSON5 as rule files use.
indirect enum OracleRuleValue {
    case null
    case flag(Bool)
    case number(Double)
    case text(String)
    case list([OracleRuleValue])
    case object([String: OracleRuleValue])

    subscript(key: String) -> OracleRuleValue? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    var words: String? { if case .text(let text) = self { text } else { nil } }
    var whole: Int? { if case .number(let number) = self { Int(number) } else { nil } }
    var isTrue: Bool { if case .flag(true) = self { true } else { false } }
    var elements: [OracleRuleValue] { if case .list(let values) = self { values } else { [] } }
    var texts: [String] { elements.compactMap(\.words) }

    /// Nil for a text in another form.
    init?(_ text: String) {
        var reader = OracleRuleText(Array(text.unicodeScalars))
        guard let value = reader.value() else { return nil }
        reader.skip()
        guard reader.isAtEnd else { return nil }
        self = value
    }
}

/// Reads from left to right and gives up at the first unexpected character.
private struct OracleRuleText {
    private let letters: [Unicode.Scalar]
    private var place = 0

    init(_ letters: [Unicode.Scalar]) { self.letters = letters }

    var isAtEnd: Bool { place >= letters.count }
    private var letter: Unicode.Scalar? { isAtEnd ? nil : letters[place] }

    mutating func skip() {
        while let letter {
            if letter == "/", place + 1 < letters.count, letters[place + 1] == "/" {
                while let rest = self.letter, rest != "\n" { place += 1 }
            } else if letter.properties.isWhitespace {
                place += 1
            } else {
                return
            }
        }
    }

    private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        skip()
        guard letter == wanted else { return false }
        place += 1
        return true
    }

    mutating func value() -> OracleRuleValue? {
        skip()
        switch letter {
        case "{": return object()
        case "[": return list()
        case "\"": return text().map { .text($0) }
        default: return bare()
        }
    }

    private mutating func object() -> OracleRuleValue? {
        guard take("{") else { return nil }
        var members: [String: OracleRuleValue] = [:]
        while !take("}") {
            skip()
            guard let key = letter == "\"" ? text() : word(), take(":"), let value = value() else { return nil }
            members[key] = value
            if !take(",") { return take("}") ? .object(members) : nil }
        }
        return .object(members)
    }

    private mutating func list() -> OracleRuleValue? {
        guard take("[") else { return nil }
        var values: [OracleRuleValue] = []
        while !take("]") {
            guard let value = value() else { return nil }
            values.append(value)
            if !take(",") { return take("]") ? .list(values) : nil }
        }
        return .list(values)
    }

    private mutating func text() -> String? {
        place += 1
        var result = String.UnicodeScalarView()
        while let letter, letter != "\"" {
            if letter == "\\" { place += 1 }
            guard let kept = self.letter else { return nil }
            result.append(kept)
            place += 1
        }
        place += 1
        return String(result)
    }

    private mutating func word() -> String? {
        var result = String.UnicodeScalarView()
        while let letter, letter.properties.isAlphabetic || "0123456789_.-+".unicodeScalars.contains(letter) {
            result.append(letter)
            place += 1
        }
        return result.isEmpty ? nil : String(result)
    }

    private mutating func bare() -> OracleRuleValue? {
        switch word() {
        case nil: nil
        case "null": .null
        case "true": .flag(true)
        case "false": .flag(false)
        case .some(let text): Double(text).map { .number($0) }
        }
    }
}
