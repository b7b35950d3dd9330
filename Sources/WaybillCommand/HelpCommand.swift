extension Command {
    static let help = Command(
        name: "help", group: .setUp, usage: ["help [COMMAND]"], summary: "list the commands, or explain one",
        details: "",
        examples: ["waybill help process"]
    ) { context in
        let names = context.arguments.operands
        if names.count > 1 { throw context.usage("help takes one command at the most") }
        try context.print(try names.first.map { HelpText.of(try named($0)) } ?? HelpText.overview)
        return .done
    }
}
