/// The completion for fish.
enum FishCompletion {
    static var script: String {
        """
        # fish completion for waybill, made by "waybill completions fish".

        function __waybill_campaigns
            waybill campaign list --json --quiet 2>/dev/null | sed -n 's/^{"campaign":"\\([^"\\\\]*\\)".*/\\1/p'
        end

        # The operands in front of the cursor.
        function __waybill_words
            set -l isvalue
            for word in (commandline -opc)[2..-1]
                if test -n "$isvalue"
                    set isvalue
                else if contains -- $word \(CommandOption.withValue.joined(separator: " "))
                    set isvalue 1
                else if not string match -q -- '-*' $word
                    echo $word
                end
            end
        end

        # Whether the cursor is behind this command, and behind one of these verbs if any are given.
        function __waybill_is
            set -l words (__waybill_words)
            test (count $words) -gt 0; and test $words[1] = $argv[1]; or return 1
            test (count $argv) -eq 1; and return 0
            test (count $words) -gt 1; and contains -- $words[2] $argv[2..-1]
        end

        complete -c waybill -f
        \(CommandOption.everywhere.map { option($0, of: nil) }.joined(separator: "\n"))
        \(Command.all.map(lines).joined(separator: "\n"))

        """
    }

    private static func lines(_ command: Command) -> String {
        var lines = [
            "complete -c waybill -n 'test (count (__waybill_words)) -eq 0' -a \(command.name) -d \(quoted(command.summary))"
        ]
        lines += command.options.map { option($0, of: command) }
        if !command.verbs.isEmpty {
            lines.append(
                "complete -c waybill -n '__waybill_is \(command.name); and test (count (__waybill_words)) -eq 1' "
                    + "-a '\(command.verbs.joined(separator: " "))'")
        }
        for form in command.forms {
            guard let operand = form.operand else { continue }
            let place = ([command.name] + form.verbs).joined(separator: " ")
            lines.append("complete -c waybill -n '__waybill_is \(place)' \(offer(operand))")
        }
        return lines.joined(separator: "\n")
    }

    private static func option(_ option: CommandOption, of command: Command?) -> String {
        "complete -c waybill" + (command.map { " -n '__waybill_is \($0.name)'" } ?? "") + " -l \(option.name)"
            + (option.value == nil ? "" : " -r" + (option.operand.map { " " + offer($0) } ?? ""))
            + " -d \(quoted(option.text))"
    }

    private static func offer(_ operand: CommandForm.Operand) -> String {
        switch operand {
        case .file: "-F"
        case .campaign: "-a '(__waybill_campaigns)'"
        case .command: "-a '\(Command.all.map(\.name).joined(separator: " "))'"
        }
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }
}
