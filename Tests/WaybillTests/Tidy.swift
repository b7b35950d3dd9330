/// What `TidyTests` looks for; each answer names file, line and fault.
enum Tidy {
    /// Names that nothing in the sources mentions but their declarations.
    ///
    /// By name alone: of two functions with one name it is enough that one is called. A case of an enum that is made
    /// from a value, as words of the configuration are, needs no mention.
    static func dead(in files: [SourceFile], besides allowed: Set<String> = []) -> [String] {
        let outlines = files.map { ($0.path, SwiftOutline($0)) }
        var unmentioned: [Substring: Int] = [:]
        for (_, outline) in outlines {
            for token in outline.tokens where token.isWord { unmentioned[token.text, default: 0] += 1 }
            for declaration in outline.declarations { unmentioned[Substring(declaration.name), default: 0] -= 1 }
        }
        return outlines.flatMap { path, outline in
            outline.declarations.filter { declaration in
                unmentioned[Substring(declaration.name)] == 0 && !allowed.contains(declaration.name)
                    && !(declaration.kind == .enumCase && declaration.isMadeByValue)
            }.map { "\(path):\($0.line): nothing uses \($0.name)" }
        }
    }

    /// Properties that are given values and never asked for them: every mention is a label, or is assigned to.
    static func unread(in files: [SourceFile], besides allowed: Set<String> = []) -> [String] {
        let outlines = files.map { ($0.path, SwiftOutline($0)) }
        var properties: Set<Substring> = []
        for (_, outline) in outlines {
            for declaration in outline.declarations where declaration.kind == .property && !declaration.isMadeByValue {
                properties.insert(Substring(declaration.name))
            }
        }
        for (_, outline) in outlines {
            for (at, token) in outline.tokens.enumerated() where properties.contains(token.text) {
                if reads(outline.tokens, at) { properties.remove(token.text) }
            }
        }
        return outlines.flatMap { path, outline in
            outline.declarations.filter { declaration in
                declaration.kind == .property && !declaration.isMadeByValue && !allowed.contains(declaration.name)
                    && properties.contains(Substring(declaration.name))
            }.map { "\(path):\($0.line): nothing reads \($0.name)" }
        }
    }

    /// Properties of the configuration's types that nothing asks for but the code that reads and writes the
    /// configuration.
    static func unreadSettings(in files: [SourceFile], of types: Set<String>) -> [String] {
        let outlines = files.filter { !$0.path.contains("/Settings/") }.map { ($0.path, SwiftOutline($0)) }
        var read: Set<Substring> = []
        for (_, outline) in outlines {
            for at in outline.tokens.indices.dropFirst() where outline.tokens[at - 1].text == "." {
                if reads(outline.tokens, at) { read.insert(outline.tokens[at].text) }
            }
        }
        return outlines.flatMap { path, outline in
            outline.declarations.filter { declaration in
                declaration.kind == .property && !types.isDisjoint(with: declaration.owners)
                    && !read.contains(Substring(declaration.name))
                    // Within its own type it needs no point before it.
                    && !outline.tokens.indices.contains { at in
                        outline.tokens[at].text == declaration.name && reads(outline.tokens, at)
                    }
            }.map { "\(path):\($0.line): nothing asks for the setting \($0.name)" }
        }
    }

    /// Whether a mention can be a reading: no label, no declaration, no left side, and no parameter given to the
    /// property of its name.
    private static func reads(_ tokens: [SwiftOutline.Token], _ at: Int) -> Bool {
        func text(_ offset: Int) -> Substring { tokens.indices.contains(at + offset) ? tokens[at + offset].text : "" }
        func isWord(_ offset: Int) -> Bool { tokens.indices.contains(at + offset) && tokens[at + offset].isWord }
        let next = text(1)
        if ["let", "var"].contains(text(-1)) { return false }
        if next == ":", ["(", ",", "_"].contains(text(-1)) || isWord(-1) && text(-1) != "case" { return false }
        if next == "=", text(2) != "=" { return false }
        if ["+", "-", "|", "&"].contains(next), text(2) == "=" { return false }
        return !(text(-1) == "=" && text(-2) == tokens[at].text)
    }

    static let mostLines = 70

    static func longFunctions(in files: [SourceFile], besides allowed: Set<String> = []) -> [String] {
        files.flatMap { file in
            SwiftOutline(file).scopes.compactMap { scope in
                let lines = scope.last - scope.first + 1
                guard scope.kind == .function, lines > mostLines, !allowed.contains("\(file.path) \(scope.name)") else {
                    return nil
                }
                return "\(file.path):\(scope.first): \(scope.name) has \(lines) lines, more than \(mostLines)"
            }
        }
    }

    static let mostColumns = 120

    /// Comments that are wider than the code, which the formatter does not see.
    static func wideComments(in files: [SourceFile]) -> [String] {
        files.flatMap { file in
            file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { number, line in
                // Bytes first: counting characters is slow, and there are never more of them.
                guard line.utf8.count > mostColumns, line.drop(while: { $0 == " " }).hasPrefix("//") else { return nil }
                let columns = line.unicodeScalars.count
                return columns > mostColumns ? "\(file.path):\(number + 1): a comment of \(columns) columns" : nil
            }
        }
    }

    /// `default` (or `case _`) in a switch that names cases of an enum: a new case would pass it unseen. Unicode's
    /// enums grow without us.
    static func catchAlls(in files: [SourceFile], besides allowed: Set<String> = []) -> [String] {
        files.flatMap { file in
            SwiftOutline(file).scopes.compactMap { scope in
                guard let line = scope.catchAll, scope.namesCases, !scope.name.hasSuffix("generalCategory"),
                    !allowed.contains(file.path)
                else { return nil }
                return "\(file.path):\(line): the switch over \(scope.name) names cases and catches all others"
            }
        }
    }

    /// `unsafe`, and what promises the compiler more than it sees, without a comment that says why it is safe: above it
    /// in its function, or above the function or a type around it.
    static func unexplained(in files: [SourceFile]) -> [String] {
        files.flatMap { file in
            let outline = SwiftOutline(file)
            let texts = file.text.split(separator: "\n", omittingEmptySubsequences: false)
            let code = file.code.split(separator: "\n", omittingEmptySubsequences: false)
            /// Lines, from 1, that are a comment and nothing else.
            let comments = Set(
                texts.indices.filter { $0 < code.count && code[$0].allSatisfy(\.isWhitespace) && !texts[$0].isEmpty }
                    .map { $0 + 1 })
            let reasons = Set(
                texts.indices.filter { texts[$0].lowercased().contains("safe") && texts[$0].contains("//") }.map {
                    $0 + 1
                }
            ).filter { comments.contains($0) || texts[$0 - 1].contains("// Safe") }
            let general = texts.firstIndex { $0.contains("Safe here and below") }.map { $0 + 1 } ?? .max
            /// Whether the comment that ends above a line speaks of it.
            func isExplainedAbove(_ line: Int) -> Bool {
                var above = line - 1
                while comments.contains(above) || above > 0 && isAttribute(code[above - 1]) {
                    if reasons.contains(above) { return true }
                    above -= 1
                }
                return false
            }
            let tokens = outline.tokens
            let lines = Set(
                tokens.indices.filter { at in
                    tokens[at].text == "unsafe"
                        || tokens[at].text == "unchecked" && at > 0 && tokens[at - 1].text == "@"
                }.map { tokens[$0].line })
            return lines.sorted().filter { line in
                if line > general || reasons.contains(line) || isExplainedAbove(line) { return false }
                let around = outline.scopes.filter { $0.kind != .switching && $0.first <= line && line <= $0.last }
                // Inside a type or function: a reason on its first lines, or above it; in a function also further down.
                return !around.contains { scope in
                    let last = scope.kind == .function ? line : scope.first + 3
                    return isExplainedAbove(scope.first) || (scope.first...last).contains(where: reasons.contains)
                }
            }.map { "\(file.path):\($0): unsafe without a reason" }
        }
    }

    /// Whether a line is nothing but attributes, such as `@inline(__always)`.
    private static func isAttribute(_ line: Substring) -> Bool {
        let code = line.drop { $0 == " " }
        return code.first == "@" && !code.contains(" ")
    }
}
