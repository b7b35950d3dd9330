extension JSON5Reader {
    // MARK: Texts

    /// Reads a text in single or double quotes; the reader stands on the opening quote.
    mutating func string() throws(JSON5Error) -> String {
        let start = position
        let quote = current
        advance()
        var text = String.UnicodeScalarView()
        while let scalar = current {
            switch scalar {
            case quote:
                advance()
                return String(text)
            case "\\":
                if let escaped = try escape() { text.append(escaped) }
            case "\n", "\r":
                throw JSON5Error(position: start, message: "the text that begins here has no closing quote on its line")
            default:
                text.append(scalar)
                advance()
            }
        }
        throw JSON5Error(position: start, message: "the text that begins here has no closing quote")
    }

    /// Reads an escape; nil for a line continuation, which stands for nothing.
    private mutating func escape() throws(JSON5Error) -> Unicode.Scalar? {
        let start = position
        advance()
        guard let scalar = current else { throw error("the text ends in an escape") }
        switch scalar {
        case "u":
            return try unicodeEscape(startingAt: start)
        case "x":
            advance()
            return Unicode.Scalar(UInt8(truncatingIfNeeded: try hexadecimal(digits: 2, startingAt: start)))
        case "0":
            advance()
            guard current.map({ !("0"..."9").contains($0) }) ?? true else {
                throw JSON5Error(position: start, message: "octal escapes are not JSON5: write \\x and two digits")
            }
            return "\0"
        case "1"..."9":
            throw JSON5Error(position: start, message: "a digit cannot be escaped: remove the backslash")
        case "\r":
            advance()
            if current == "\n" { advance() }
            return nil
        case "\n", "\u{2028}", "\u{2029}":
            advance()
            return nil
        default:
            advance()
            return Self.plainEscapes[scalar] ?? scalar
        }
    }

    private static let plainEscapes: [Unicode.Scalar: Unicode.Scalar] = [
        "b": "\u{8}", "f": "\u{C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{B}",
    ]

    /// Reads `uXXXX`, or the two of a surrogate pair; the reader stands on the `u`.
    private mutating func unicodeEscape(startingAt start: JSON5Position) throws(JSON5Error) -> Unicode.Scalar {
        advance()
        let first = try hexadecimal(digits: 4, startingAt: start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        if first < 0xDC00, current == "\\", next == "u" {
            advance()
            advance()
            let second = try hexadecimal(digits: 4, startingAt: start)
            if (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            {
                return scalar
            }
        }
        throw JSON5Error(position: start, message: "this escape is half a surrogate pair: write the character itself")
    }

    private mutating func hexadecimal(digits: Int, startingAt start: JSON5Position) throws(JSON5Error) -> UInt32 {
        var number: UInt32 = 0
        for _ in 0..<digits {
            guard let digit = current.flatMap(Self.hexadecimalDigit) else {
                throw JSON5Error(position: start, message: "this escape needs \(digits) hexadecimal digits")
            }
            number = number << 4 | digit
            advance()
        }
        return number
    }

    private static func hexadecimalDigit(_ scalar: Unicode.Scalar) -> UInt32? {
        switch scalar {
        case "0"..."9": scalar.value - 0x30
        case "a"..."f": scalar.value - 0x61 + 10
        case "A"..."F": scalar.value - 0x41 + 10
        default: nil
        }
    }

    // MARK: Names

    /// Reads an ECMAScript 5.1 identifier name, its `\uXXXX` escapes undone.
    mutating func identifier() throws(JSON5Error) -> String {
        var name = String.UnicodeScalarView()
        while let scalar = current {
            if scalar == "\\" {
                let start = position
                advance()
                guard current == "u" else {
                    throw JSON5Error(position: start, message: "only \\u escapes stand in a key without quotes")
                }
                let escaped = try unicodeEscape(startingAt: start)
                guard name.isEmpty ? Self.beginsName(escaped) : Self.continuesName(escaped) else {
                    throw JSON5Error(position: start, message: "a key with this character needs quotes")
                }
                name.append(escaped)
            } else if name.isEmpty ? Self.beginsName(scalar) : Self.continuesName(scalar) {
                name.append(scalar)
                advance()
            } else {
                break
            }
        }
        return String(name)
    }

    /// Reads a name without escapes; the reader stands on its first character.
    mutating func plainName() -> String {
        let start = index
        while let scalar = current, Self.continuesName(scalar) { advance() }
        return String(String.UnicodeScalarView(scalars[start..<index]))
    }

    static func beginsName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "$", "_": return true
        case _ where scalar.isASCII: return false
        default: break
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber:
            return true
        default: return false
        }
    }

    static func continuesName(_ scalar: Unicode.Scalar) -> Bool {
        if beginsName(scalar) || ("0"..."9").contains(scalar) { return true }
        if scalar.isASCII { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .decimalNumber, .connectorPunctuation: return true
        default: return scalar == "\u{200C}" || scalar == "\u{200D}"
        }
    }

    // MARK: Numbers

    /// Reads a number; the reader stands on its sign, point or first digit.
    mutating func number() throws(JSON5Error) -> JSON5Number {
        let start = index
        var isNegative = false
        if current == "+" || current == "-" {
            isNegative = current == "-"
            advance()
        }
        let result: JSON5Number
        if let letter = current, Self.beginsName(letter) {
            let place = position
            let word = plainName()
            guard word == "Infinity" || word == "NaN" else {
                throw JSON5Error(position: place, message: "a number was expected behind the sign")
            }
            let magnitude = word == "NaN" ? Double.nan : .infinity
            result = JSON5Number(text: text(from: start), value: isNegative ? -magnitude : magnitude, integer: nil)
        } else if current == "0", next == "x" || next == "X" {
            result = try hexadecimalNumber(from: start, isNegative: isNegative)
        } else {
            result = try decimalNumber(from: start)
        }
        if let follower = current, follower == "." || follower == "\\" || Self.continuesName(follower) {
            throw error("\(Self.name(of: follower)) cannot follow a number: put the value in quotes, or remove it")
        }
        return result
    }

    private mutating func hexadecimalNumber(from start: Int, isNegative: Bool) throws(JSON5Error) -> JSON5Number {
        advance()
        advance()
        let firstDigit = index
        while current.flatMap(Self.hexadecimalDigit) != nil { advance() }
        guard index > firstDigit else { throw error("hexadecimal digits were expected behind 0x") }
        let digits = text(from: firstDigit)
        let magnitude = Double("0x" + digits) ?? .infinity
        return JSON5Number(
            text: text(from: start), value: isNegative ? -magnitude : magnitude,
            integer: Int64((isNegative ? "-" : "") + digits, radix: 16))
    }

    private mutating func decimalNumber(from start: Int) throws(JSON5Error) -> JSON5Number {
        let firstDigit = index
        skipDigits()
        let whole = index - firstDigit
        if whole > 1, scalars[firstDigit] == "0" {
            throw error("a number does not begin with 0: remove the leading zeros, or put the value in quotes")
        }
        var fraction = 0
        if current == "." {
            advance()
            fraction = skipDigits()
        }
        guard whole + fraction > 0 else { throw error("a digit was expected") }
        if current == "e" || current == "E" {
            advance()
            if current == "+" || current == "-" { advance() }
            guard skipDigits() > 0 else { throw error("a digit was expected in the exponent") }
        }
        let text = text(from: start)
        let value = Double(text) ?? .nan
        return JSON5Number(text: text, value: value, integer: Int64(text) ?? Int64(exactly: value))
    }

    @discardableResult
    private mutating func skipDigits() -> Int {
        let start = index
        while let scalar = current, ("0"..."9").contains(scalar) { advance() }
        return index - start
    }

    private func text(from start: Int) -> String { String(String.UnicodeScalarView(scalars[start..<index])) }
}
