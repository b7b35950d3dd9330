import Waybill

extension Command {
    static let explain = Command(
        name: "explain", group: .look, usage: ["explain BATCH:RECORD", "explain PHONE-or-EMAIL", "explain ID"],
        summary: "everything that happened to a contact, and why it is where it is",
        details: """
            BATCH:RECORD is a batch id and the number of a record in its drop, as in acknowledgements, errors.csv
            and the reports; a message's reference works too. For a phone number, an e-mail address or the sender's
            own id, it explains every contact accepted with it, in any of its columns, and says whether it may be
            contacted. Where nobody has an id as it is written, those are explained whose id differs from it only in
            writing (`7` and `007`). Times are in the campaign's time zone. Exit status 1 if nobody is found.
            """,
        examples: ["waybill explain 20261121-000007:12", "waybill explain +14155550123 --json"]
    ) { context in
        guard context.arguments.operands.count == 1, let subject = context.arguments.operands.first else {
            throw context.usage("explain takes one BATCH:RECORD, phone number, e-mail address or id")
        }
        let configuration = try context.configuration()
        if let (batch, record) = place(subject) {
            let store = try context.storeToRead(configuration)
            if let store, let letters = Reference(subject)?.letters,
                try !(store.referenceLetters() ?? .older).knows(letters)
            {
                context.console.say(
                    letters == .absent
                        ? "waybill: every reference of this workspace has letters in front of the batch"
                        : "waybill: no reference of this workspace ever began with \(letters)")
                return .no
            }
            guard let store,
                let found = try Explanation.of(
                    record: record, batch: batch, store: store, configuration: configuration, at: context.now)
            else {
                context.console.say(
                    "waybill: batch \(batch) has no record \(record), or there is no such batch of contacts")
                return .no
            }
            try context.print(context.isJSON ? found.json : Array(found.text.utf8))
            return .done
        }
        let readings = AddressReading.all(of: Array(subject.utf8), configuration.addressRules)
        let wide = AddressReading.wideKeys(of: Array(subject.utf8), configuration.addressRules)
        return try explain(
            readings.map(\.key), wide + AddressReading.ids(Array(subject.utf8)).map(\.key), id: Array(subject.utf8),
            context, configuration)
    }

    /// `20261121-000007:12`, or a message's reference.
    private static func place(_ text: String) -> (BatchID, UInt32)? {
        if let reference = Reference(text) { return (reference.batch, reference.record) }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let batch = BatchID(parts[0]), let record = UInt32(parts[1]) else { return nil }
        return (batch, record)
    }

    private static func explain(
        _ keys: [UInt64], _ wideKeys: [UInt64], id: [UInt8], _ context: CommandContext,
        _ configuration: Configuration
    ) throws -> ExitStatus {
        guard let store = try context.storeToRead(configuration) else {
            context.console.say("waybill: no drop has come in yet")
            return .no
        }
        let contacts = try Explanation.of(
            anyOf: Set(keys), id: id, store: store, configuration: configuration, at: context.now)
        let suppressions = try store.suppressions(ofAny: keys + wideKeys, at: context.earliestNow(store))
        if context.isJSON {
            for contact in contacts { try context.print(contact.json) }
        } else {
            try context.print(contacts.map(\.text).joined(separator: "\n"))
        }
        if !suppressions.isEmpty, !contacts.isEmpty, !context.isJSON { try context.print("\n") }
        for suppression in suppressions {
            try context.print(
                context.isJSON
                    ? SuppressionText.json(suppression)
                    : Array("This address must not be contacted: \(SuppressionText.sentence(suppression))\n".utf8))
        }
        guard contacts.isEmpty, suppressions.isEmpty else { return .done }
        context.console.say(
            "waybill: nobody with this address or id was accepted; rejected records and duplicates are found by BATCH:RECORD"
        )
        return .no
    }
}
