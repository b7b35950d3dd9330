/// The completion for zsh: a file `_waybill` in a folder of `fpath`.
enum ZshCompletion {
    static var script: String {
        """
        #compdef waybill
        # zsh completion for waybill, made by "waybill completions zsh".

        _waybill_campaigns() {
            local -a names
            names=("${(@f)$(waybill campaign list --json --quiet 2>/dev/null \\
                | sed -n 's/^{"campaign":"\\([^"\\\\]*\\)".*/\\1/p')}")
            compadd -- "${(@)names:#}"
        }

        _waybill_commands() {
            local -a commands
            commands=(
        \(rows(Command.all.map { "\($0.name):\($0.summary)" }, indent: 8))
            )
            _describe -t commands command commands
        }

        _waybill() {
            local curcontext=$curcontext state line
            local -a everywhere
            everywhere=(
        \(rows(CommandOption.everywhere.map(option), indent: 8))
            )
            _arguments -C $everywhere '1:command:_waybill_commands' '*::operand:->operands'
            [[ $state == operands ]] || return
            case $words[1] in
        \(Command.all.map(arguments).joined(separator: "\n"))
            esac
        }

        _waybill "$@"

        """
    }

    private static func rows(_ texts: [String], indent: Int) -> String {
        texts.map { String(repeating: " ", count: indent) + quoted($0) }.joined(separator: "\n")
    }

    private static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }

    /// `--config=[text]:FILE:_files`.
    private static func option(_ option: CommandOption) -> String {
        var text = ""
        for letter in option.text { text += ("[]:\\".contains(letter) ? "\\" : "") + String(letter) }
        return "--\(option.name)" + (option.value == nil ? "" : "=") + "[\(text)]"
            + (option.value.map { ":\($0.filter { !",:".contains($0) }):\(function(option.operand))" } ?? "")
    }

    private static func arguments(_ command: Command) -> String {
        var parts = command.options.map(option)
        let operands = command.forms.compactMap(\.operand)
        if !command.verbs.isEmpty { parts.append("1:what:(\(command.verbs.joined(separator: " ")))") }
        if let operand = operands.first { parts.append("*:operand:\(function(operand))") }
        return "    \(command.name)) _arguments $everywhere" + parts.map { " \\\n        " + quoted($0) }.joined()
            + " ;;"
    }

    private static func function(_ operand: CommandForm.Operand?) -> String {
        switch operand {
        case .file: "_files"
        case .campaign: "_waybill_campaigns"
        case .command: "_waybill_commands"
        case nil: " "
        }
    }
}
