import Waybill

extension Command {
    static let completions = Command(
        name: "completions", group: .setUp, usage: ["completions bash|zsh|fish"],
        summary: "print what a shell needs to complete commands, options, files and campaigns",
        details: """
            bash   source <(waybill completions bash), or into /usr/share/bash-completion/completions/waybill
            zsh    into a file _waybill in a folder of fpath, such as /usr/share/zsh/vendor-completions
            fish   into ~/.config/fish/completions/waybill.fish

            The package has them in place.
            """,
        examples: ["source <(waybill completions bash)"]
    ) { context in
        let shell = try context.verb()
        guard context.arguments.operands.count == 1 else { throw context.usage("completions takes one shell") }
        try context.print(
            shell == "bash" ? BashCompletion.script : shell == "zsh" ? ZshCompletion.script : FishCompletion.script)
        return .done
    }

    static let manual = Command(
        name: "manual", group: .setUp, usage: ["manual"], summary: "print the manual page, for man",
        details: "Made from the same table as this help. The package has it in place: man waybill.",
        examples: ["waybill manual | man -l -"]
    ) { context in
        try context.noOperands()
        try context.print(ManualPage.text)
        return .done
    }
}
