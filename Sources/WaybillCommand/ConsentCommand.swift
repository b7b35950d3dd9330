import Waybill

extension Command {
    static let consent = Command(
        name: "consent", group: .look, usage: ["consent VALUE", "consent [VALUE] --export FILE"],
        summary: "what a person agreed to and took back, with its proof",
        details: """
            Prints what the ledger says about a phone number, an e-mail address or an id: consents dropped into
            inbox/_consent, stops and starts, and the consent columns of contacts, in the order in which they were
            given. Then it prints the present standing for each campaign whose policy requires consent. With --json,
            one object a line.

            --export writes the ledger to a new file as CSV, all of it or the entries of VALUE. E-mail addresses and
            ids appear in it as keys, since the ledger keeps nothing else of them: ask for the ledger of a VALUE to
            see whose they are. `waybill audit verify` says whether the ledger is as it was written.

            Exit status 1 if nothing is known about VALUE.
            """,
        options: [CommandOption("export", "FILE", "write the ledger to this file, which must not exist")],
        examples: ["waybill consent +14155550123", "waybill consent --export ledger.csv"]
    ) { context in
        let values = context.arguments.operands
        guard values.count <= 1, !values.isEmpty || context.arguments.has("export") else {
            throw context.usage("consent takes one phone number, e-mail address or id, or --export FILE")
        }
        let configuration = try context.brakeConfiguration()
        guard let store = try context.storeToRead(configuration) else {
            context.console.say("waybill: there is nothing yet: nothing has come in")
            return .no
        }
        let keys = values.first.map { value in
            let bytes = Array(value.utf8)
            return Set(
                AddressReading.all(of: bytes, configuration.addressRules).map(\.key) + [RecipientKey.id(bytes.span)]
            )
        }
        if let path = context.arguments["export"] {
            let count = try ConsentView.export(keys, store, to: path)
            context.console.say("waybill: \(count.counted("entry", "entries")) written to \(path)")
            return .done
        }
        let view = try ConsentView(of: keys ?? [], store, configuration, at: context.now)
        if view.isEmpty {
            context.console.say("waybill: nothing is known about this person's consent")
            return .no
        }
        try context.print(context.isJSON ? view.json : Array(view.text.utf8))
        return .done
    }
}
