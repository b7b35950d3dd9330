/// What a file of Swift declares, and where: enough of its grammar to hold the sources to rules, no more.
struct SwiftOutline {
    struct Declaration {
        enum Kind { case type, function, property, enumCase }

        let kind: Kind
        let name: String
        let line: Int
        /// The types around it, the outermost first.
        let owners: [String]
        /// Whether its type's values can be made without naming them: raw values, `CaseIterable`, `Codable`.
        let isMadeByValue: Bool
    }

    /// Something with a body in braces: a type, a function (also an initializer or a property), or a switch.
    struct Scope {
        enum Kind { case type, function, switching }

        let kind: Kind
        let name: String
        let first: Int
        var last = 0
        /// Of a switch: where it has `default` or a bare `_`.
        var catchAll: Int?
        /// Of a switch: whether a pattern names a case, as in `.name` or `(.name, _)`.
        var namesCases = false
    }

    struct Token: Equatable {
        let text: Substring
        let line: Int
        var isWord: Bool { text.utf8.first.map(SwiftOutline.continuesWord) == true }
    }

    private(set) var tokens: [Token] = []
    private(set) var declarations: [Declaration] = []
    private(set) var scopes: [Scope] = []

    init(_ file: SourceFile) {
        tokens = Self.tokens(of: file.code)
        read()
    }

    private static func continuesWord(_ byte: UInt8) -> Bool {
        let lower = byte | 0x20
        return lower >= 0x61 && lower <= 0x7A || byte >= 0x30 && byte <= 0x39 || byte == 0x5F || byte >= 0x80
    }

    /// Words and single characters; backticks are left out.
    private static func tokens(of code: String) -> [Token] {
        var tokens: [Token] = []
        var line = 1
        let bytes = code.utf8
        var at = bytes.startIndex
        while at != bytes.endIndex {
            let byte = bytes[at]
            var end = bytes.index(after: at)
            if continuesWord(byte) {
                while end != bytes.endIndex, continuesWord(bytes[end]) { end = bytes.index(after: end) }
                tokens.append(Token(text: code[at..<end], line: line))
            } else if byte == 0x0A {
                line += 1
            } else if byte > 0x20, byte != 0x60 {
                tokens.append(Token(text: code[at..<end], line: line))
            }
            at = end
        }
        return tokens
    }

    // MARK: - Reading

    private struct Open {
        /// Position in `scopes`; nil: a body without a name.
        var scope: Int?
        var type: (name: String, isEnum: Bool, isMadeByValue: Bool)?
        var isFunction = false
        var isSwitch = false
        /// Round and square brackets that were open where it began.
        let brackets: Int
    }

    private struct Pending {
        let kind: Scope.Kind
        let name: String
        let line: Int
        let brackets: Int
        var type: (name: String, isEnum: Bool, isMadeByValue: Bool)?
    }

    private static let typeKeywords: Set<Substring> = ["struct", "class", "actor", "protocol", "enum", "extension"]
    private static let valueMakers: Set<Substring> = [
        "CaseIterable", "Codable", "Decodable", "Encodable", "String", "Int", "UInt8", "UInt16", "UInt32", "Int32",
        "Error", "OptionSet",
    ]

    private mutating func read() {
        var open: [Open] = []
        var pending: Pending?
        var brackets = 0
        for at in tokens.indices {
            let token = tokens[at]
            switch token.text {
            case "(", "[": brackets += 1
            case ")", "]": brackets -= 1
            case "{":
                var body = Open(brackets: brackets)
                if let next = pending, next.brackets == brackets {
                    scopes.append(Scope(kind: next.kind, name: next.name, first: next.line))
                    body.scope = scopes.count - 1
                    body.type = next.type
                    body.isFunction = next.kind == .function
                    body.isSwitch = next.kind == .switching
                    pending = nil
                }
                open.append(body)
            case "}":
                guard let body = open.popLast() else { continue }
                // Not where a parameter's closure ends.
                if pending.map({ $0.brackets >= body.brackets }) == true { pending = nil }
                brackets = body.brackets
                if let scope = body.scope { scopes[scope].last = token.line }
            case _ where token.isWord && text(at - 1) != ".":
                if let next = keyword(at, open, brackets) { pending = next }
            case _: break
            }
        }
    }

    private func text(_ at: Int) -> Substring { tokens.indices.contains(at) ? tokens[at].text : "" }

    private func isWord(_ at: Int) -> Bool { tokens.indices.contains(at) && tokens[at].isWord }

    private mutating func keyword(_ at: Int, _ open: [Open], _ brackets: Int) -> Pending? {
        let token = tokens[at]
        let isMember = open.last.map { $0.type != nil } ?? true
        func pending(_ kind: Scope.Kind, _ name: String) -> Pending {
            Pending(kind: kind, name: name, line: token.line, brackets: brackets)
        }
        switch token.text {
        case "func":
            guard isWord(at + 1) else { return pending(.function, String(text(at + 1))) }
            declare(.function, at + 1, open)
            return pending(.function, String(text(at + 1)))
        case "init" where isMember, "deinit" where isMember, "subscript" where isMember:
            return pending(.function, String(token.text))
        case "var" where isMember && isWord(at + 1), "let" where isMember && isWord(at + 1):
            declare(.property, at + 1, open)
            return pending(.function, String(text(at + 1)))
        case "typealias":
            declare(.type, at + 1, open)
        case "switch":
            let subject = tokens[(at + 1)...].prefix { $0.text != "{" && $0.line <= token.line + 1 }
            return pending(.switching, subject.map(\.text).joined())
        case "case" where open.last?.type?.isEnum == true:
            declareCases(at + 1, open)
        case "case" where open.last?.isSwitch == true:
            if let scope = open.last?.scope { notePattern(at + 1, scope) }
        case "default" where open.last?.isSwitch == true && text(at + 1) == ":" && !["(", ","].contains(text(at - 1)):
            if let scope = open.last?.scope { scopes[scope].catchAll = token.line }
        case let word where Self.typeKeywords.contains(word) && isWord(at + 1):
            guard !["func", "var", "let", "subscript"].contains(text(at + 1)) else { return nil }
            if word != "extension" { declare(.type, at + 1, open) }
            var type = (name: String(text(at + 1)), isEnum: word == "enum", isMadeByValue: false)
            var next = at + 2
            while next < tokens.count, tokens[next].text != "{" {
                if text(next) == ".", isWord(next + 1), word == "extension" { type.name = String(text(next + 1)) }
                if Self.valueMakers.contains(text(next)) { type.isMadeByValue = true }
                next += 1
            }
            return Pending(kind: .type, name: type.name, line: token.line, brackets: brackets, type: type)
        case _: break
        }
        return nil
    }

    private mutating func declare(_ kind: Declaration.Kind, _ at: Int, _ open: [Open]) {
        declarations.append(
            Declaration(
                kind: kind, name: String(text(at)), line: tokens[at].line, owners: open.compactMap { $0.type?.name },
                isMadeByValue: open.last?.type?.isMadeByValue == true))
    }

    /// `case a, b(Int), c = 1`
    private mutating func declareCases(_ start: Int, _ open: [Open]) {
        var at = start
        while isWord(at) {
            declare(.enumCase, at, open)
            at += 1
            if text(at) == "(" {
                var depth = 0
                repeat {
                    depth += text(at) == "(" ? 1 : text(at) == ")" ? -1 : 0
                    at += 1
                } while depth > 0 && at < tokens.count
            }
            if text(at) == "=" {
                let line = tokens[at].line
                while at < tokens.count, tokens[at].line == line, text(at) != "," { at += 1 }
            }
            guard text(at) == "," else { return }
            at += 1
        }
    }

    private mutating func notePattern(_ start: Int, _ scope: Int) {
        if text(start) == "_", text(start + 1) == ":" { scopes[scope].catchAll = tokens[start].line }
        var at = start
        while ["(", "let", "var"].contains(text(at)) { at += 1 }
        if text(at) == ".", isWord(at + 1) { scopes[scope].namesCases = true }
    }
}
