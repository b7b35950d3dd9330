/// People whose open contacts in a campaign end, by any of their numbers, addresses and ids.
struct PeopleToClose {
    /// Why, as the transition table, the reports and `explain` have it.
    struct Cause {
        let happening: ContactTransitions.Happening
        let code: String
        let reason: String
    }

    private let rules: AddressRules
    /// By kind of value, so contacts are only searched in columns that can have such a value.
    private var numbers: Set<UInt64> = []
    private var addresses: Set<UInt64> = []
    private var ids: Set<UInt64> = []

    init(_ rules: AddressRules) { self.rules = rules }

    /// Every key, rising.
    var keys: [UInt64] { numbers.union(addresses).union(ids).sorted() }

    /// Notes a number or an address in whatever way it is written.
    mutating func note(_ address: [UInt8]) {
        if address.isEmpty { return }
        for reading in AddressReading.all(of: address, rules) {
            if reading.kind == .email { addresses.insert(reading.key) } else { numbers.insert(reading.key) }
        }
    }

    mutating func note(id: [UInt8]) {
        if !id.isEmpty { ids.insert(RecipientKey.id(id.span)) }
    }

    /// Notes the numbers and addresses of a record.
    mutating func noteAddresses(of record: RecordSpan, in chunk: Chunk) {
        let fields = chunk.fields[Int(record.firstField)...].prefix(Int(record.fieldCount))
        for field in Field.phones + [.email] {
            guard let position = chunk.schema.position(of: field), position < fields.count else { continue }
            note(Array(chunk.value(fields[fields.startIndex + position])))
        }
    }

    /// Ends their open contacts, within a transaction in which the drop's own contacts are already visible.
    func close(_ context: WorkContext, campaign: String, _ cause: Cause) throws {
        let rising = keys
        if rising.isEmpty { return }
        for row in try context.store.openBatches(limit: .max) where row.campaign == campaign {
            var records: Set<UInt32> = []
            try context.store.forEachRecord(ofRecipients: rising, batch: row.id) { records.insert($1) }
            do {
                try findOthers(in: row, context.store, &records)
            } catch let problem as StoreProblem {
                // The contacts that could be read are ended, and so are those of other batches.
                context.log.error(
                    "store.damaged", ["batch": .text(row.id.description), "problem": .text("\(problem)")])
            }
            guard !records.isEmpty else { continue }
            let moves = try Moves(context, row, context.setupOrDefaults(campaign), at: context.now)
            for record in records.sorted() {
                guard let contact = try moves.changes.contact(record) else { continue }
                try moves.happen(
                    cause.happening, to: contact, stage: .validation, code: cause.code, reason: .words(cause.reason),
                    at: context.now)
            }
            try moves.finish()
        }
    }

    /// Finds contacts by other values than their recipient: their other numbers, the e-mail address beside a number,
    /// and the sender's own `id`.
    private func findOthers(in batch: BatchRow, _ store: any Store, _ records: inout Set<UInt32>) throws {
        var columns: [(field: Field, column: Int, keys: Set<UInt64>)] = []
        func search(_ field: Field, for keys: Set<UInt64>) {
            guard !keys.isEmpty, let column = batch.schema.position(of: field) else { return }
            columns.append((field, column, keys))
        }
        for field in Field.phones.dropFirst() { search(field, for: numbers) }
        search(.email, for: addresses)
        search(.id, for: ids)
        if columns.isEmpty { return }
        try store.forEachSegment(of: batch.id) { segment in
            for index in 0..<segment.contacts.count {
                let isMeant = columns.contains { field, column, keys in
                    let value = segment.contacts.value(at: index, column: column)
                    return !value.isEmpty && RecipientKeys.key(of: value, field: field).map(keys.contains) ?? false
                }
                if isMeant { records.insert(segment.contacts.record(at: index)) }
            }
        }
    }
}
