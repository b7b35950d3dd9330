import Waybill

/// A parsed command line: GNU long options (`--name value`, `--name=value`, `--` ends them) and operands.
struct Arguments: Sendable {
    private var values: [String: String] = [:]
    private(set) var operands: [String] = []

    /// The value of an option, empty for one that takes none; nil if it was not given. The last one given counts.
    subscript(option: String) -> String? { values[option] }

    func has(_ option: String) -> Bool { values[option] != nil }

    /// Parses a command line; options may come before or after the command.
    ///
    /// The command is nil if there is none.
    static func read(_ words: [String]) throws(UsageError) -> (command: Command?, arguments: Arguments) {
        var arguments = Arguments()
        var command: Command?
        var rest = words[...]
        var areOptionsOver = false
        while let word = rest.popFirst() {
            if !areOptionsOver, word == "--" {
                areOptionsOver = true
            } else if !areOptionsOver, word.hasPrefix("-"), word != "-" {
                try arguments.take(option: word, &rest, of: command)
            } else if command == nil {
                command = try Command.named(word)
            } else {
                arguments.operands.append(word)
            }
        }
        return (command, arguments)
    }

    private mutating func take(
        option word: String, _ rest: inout ArraySlice<String>, of command: Command?
    ) throws(UsageError) {
        if word == "-h" { return values["help"] = "" }
        if word == "--version", command == nil { return values["version"] = "" }
        let known = CommandOption.everywhere + (command?.options ?? [])
        guard word.hasPrefix("--") else {
            let hint = Self.hint(String(word.dropFirst()), known.map(\.name))
            throw UsageError(
                "unknown option \(word)" + (hint.isEmpty ? ": options are written out, as --verbose" : hint), command)
        }
        let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts.first ?? "")
        guard let option = known.first(where: { $0.name == name }) else {
            throw UsageError("unknown option --\(name)" + Self.hint(name, known.map(\.name)), command)
        }
        if option.value == nil {
            guard parts.count == 1 else { throw UsageError("--\(name) takes no value", command) }
            values[name] = ""
        } else if parts.count == 2 {
            values[name] = String(parts[1])
        } else if let value = rest.popFirst() {
            values[name] = value
        } else {
            throw UsageError("--\(name) needs a value: \(option.usage)", command)
        }
    }

    private static func hint(_ name: String, _ known: [String]) -> String {
        let meant = known.filter { !name.isEmpty && $0.hasPrefix(name) }
        guard let nearest = meant.count == 1 ? meant[0] : NearestName.of(name, in: known) else { return "" }
        return ", did you mean --\(nearest)?"
    }
}
