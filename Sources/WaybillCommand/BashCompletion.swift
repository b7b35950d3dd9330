/// The completion for bash, 4.4 or newer; it needs no other package.
enum BashCompletion {
    static var script: String { helpers + completion }

    private static var helpers: String {
        """
        # bash completion for waybill, made by "waybill completions bash".

        _waybill_campaigns() {
            waybill campaign list --json --quiet 2>/dev/null | sed -n 's/^{"campaign":"\\([^"\\\\]*\\)".*/\\1/p'
        }

        # Offers the lines of standard input that begin with what is typed. They are never expanded.
        _waybill_offer() {
            local line
            while IFS= read -r line; do
                [[ $line == "$typed"* ]] && COMPREPLY+=("$(printf '%q' "$line")")
            done
        }

        _waybill_files() {
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$typed")
        }

        """
    }

    private static var completion: String {
        """

        _waybill() {
            local typed=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
            local valued=' \(CommandOption.withValue.joined(separator: " ")) '
            local command='' verb='' isvalue='' isover='' word i
            COMPREPLY=()
            # bash takes "--name=value" as three words.
            if [[ $typed == = ]]; then
                typed=''
            elif [[ $before == = ]]; then
                before=${COMP_WORDS[COMP_CWORD - 2]}
            fi
            for ((i = 1; i < COMP_CWORD; i++)); do
                word=${COMP_WORDS[i]}
                if [[ $word == = ]]; then
                    isvalue=1
                elif [[ -n $isvalue ]]; then
                    isvalue=''
                elif [[ -z $isover && $word == -- ]]; then
                    isover=1
                elif [[ -z $isover && $word == -* ]]; then
                    [[ $valued == *" $word "* ]] && isvalue=1
                elif [[ -z $command ]]; then
                    command=$word
                elif [[ -z $verb ]]; then
                    verb=$word
                fi
            done
            if [[ -n $isvalue ]]; then
                case $before in
        \(values)
                esac
                return
            fi
            local options='\(words(CommandOption.everywhere))' verbs=''
            case $command in
            '') verbs='\(Command.all.map(\.name).joined(separator: " "))' ;;
        \(commands)
            esac
            if [[ -z $isover && $typed == -* ]]; then
                _waybill_offer < <(printf '%s\\n' $options)
            elif [[ -n $verbs && -z $verb ]]; then
                _waybill_offer < <(printf '%s\\n' $verbs)
            else
                case "$command $verb" in
        \(operands)
                esac
            fi
        }

        complete -F _waybill waybill

        """
    }

    private static func words(_ options: [CommandOption]) -> String {
        options.map { "--" + $0.name }.joined(separator: " ")
    }

    private static var values: String {
        let all = CommandOption.everywhere + Command.all.flatMap(\.options)
        return [CommandForm.Operand.file, .campaign].map { operand in
            let names = Set(all.filter { $0.operand == operand }.map { "--" + $0.name }).sorted()
            return "        \(names.joined(separator: " | "))) \(offer(operand)) ;;"
        }.joined(separator: "\n")
    }

    private static var commands: String {
        Command.all.map { command in
            let options = command.options.isEmpty ? "" : " options=\"\(words(command.options)) $options\""
            let verbs = command.verbs.isEmpty ? "" : " verbs='\(command.verbs.joined(separator: " "))'"
            return "    \(command.name))\(options)\(verbs) ;;"
        }.joined(separator: "\n")
    }

    private static var operands: String {
        Command.all.flatMap { command in
            command.forms.compactMap { form -> String? in
                guard let operand = form.operand else { return nil }
                let patterns =
                    form.verbs.isEmpty ? ["'\(command.name) '*"] : form.verbs.map { "'\(command.name) \($0)'" }
                return "        \(patterns.joined(separator: " | "))) \(offer(operand)) ;;"
            }
        }.joined(separator: "\n")
    }

    private static func offer(_ operand: CommandForm.Operand) -> String {
        switch operand {
        case .file: "_waybill_files"
        case .campaign: "_waybill_offer < <(_waybill_campaigns)"
        case .command: "_waybill_offer < <(printf '%s\\n' \(Command.all.map(\.name).joined(separator: " ")))"
        }
    }
}
