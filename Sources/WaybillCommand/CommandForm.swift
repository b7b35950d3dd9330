/// One form of a command's line, as its usage writes it: what completions and the manual know about operands.
struct CommandForm {
    /// What operands are, where a shell can offer them.
    enum Operand {
        case file, campaign, command
    }

    /// The words of which one has to stand first: `pause`, `resume`.
    let verbs: [String]
    let operand: Operand?

    /// Reads a usage such as `campaign pause|resume NAME [--batch ID]`.
    init(_ usage: String) {
        var words = usage.split(separator: " ").dropFirst().map { $0.filter { !"[].".contains($0) } }[...]
        let first = words.first ?? ""
        let isVerb = !first.isEmpty && first.allSatisfy { $0.isLowercase || $0 == "|" }
        verbs = isVerb ? words.removeFirst().split(separator: "|").map(String.init) : []
        // An option stands behind the operands in every usage.
        operand = words.prefix { !$0.hasPrefix("--") }.compactMap(Self.kinds).first
    }

    private static func kinds(_ word: String) -> Operand? {
        switch word {
        case "FILE", "SAMPLE", "PATH": .file
        case "NAME": .campaign
        case "COMMAND": .command
        default: nil
        }
    }
}

extension Command {
    var forms: [CommandForm] { usage.map { CommandForm($0) } }

    /// The words of which one has to follow the command; empty if it has none.
    var verbs: [String] { forms.flatMap(\.verbs) }
}

extension CommandOption {
    /// What its value is, where a shell can offer it.
    var operand: CommandForm.Operand? {
        switch value {
        case "FILE", "DIR": .file
        case "NAME": .campaign
        default: nil
        }
    }

    /// The options of all commands that take a value, as they are typed. A name takes one everywhere or nowhere.
    static var withValue: [String] {
        let all = everywhere + Command.all.flatMap(\.options)
        return Set(all.filter { $0.value != nil }.map { "--" + $0.name }).sorted()
    }
}
