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
    /// By the key of an id, the key that it shares with those that differ from it only in writing.
    private var ids: [UInt64: UInt64] = [:]

    init(_ rules: AddressRules) { self.rules = rules }

    /// Every key, rising.
    var keys: [UInt64] { numbers.union(addresses).union(ids.keys).sorted() }

    /// Notes a number or an address in whatever way it is written.
    mutating func note(_ address: [UInt8]) {
        if address.isEmpty { return }
        for reading in AddressReading.all(of: address, rules) {
            if reading.kind == .email { addresses.insert(reading.key) } else { numbers.insert(reading.key) }
        }
    }

    mutating func note(id: [UInt8]) {
        if !id.isEmpty { ids[IDForm.key(id.span)] = IDForm.looseKey(id.span) }
    }

    /// Notes the numbers and addresses of a record.
    mutating func noteAddresses(of record: RecordSpan, in chunk: Chunk) {
        let fields = chunk.fields[Int(record.firstField)...].prefix(Int(record.fieldCount))
        for field in Field.phones + [.email] {
            guard let position = chunk.schema.position(of: field), position < fields.count else { continue }
            note(Array(chunk.value(fields[fields.startIndex + position])))
        }
    }

    /// Contacts of one batch.
    private struct Found {
        let batch: BatchRow
        var records: Set<UInt32> = []
        /// Those whose id may be a noted one in another writing.
        var maybe: [(record: UInt32, looseKey: UInt64)] = []
    }

    /// Ends their open contacts, within a transaction in which the drop's own contacts are already visible.
    func close(_ context: WorkContext, campaign: String, _ cause: Cause) throws {
        if numbers.isEmpty, addresses.isEmpty, ids.isEmpty { return }
        let recipients = numbers.union(addresses).sorted()
        var unseen = ids
        var found: [Found] = []
        for row in try context.store.openBatches(limit: .max) where row.campaign == campaign {
            var here = Found(batch: row)
            try context.store.forEachRecord(ofRecipients: recipients, batch: row.id) { here.records.insert($1) }
            do {
                try findOthers(context.store, &here, &unseen)
            } catch let problem as StoreProblem {
                // The contacts that could be read are ended, and so are those of other batches.
                context.log.error(
                    "store.damaged", ["batch": .text(row.id.description), "problem": .text("\(problem)")])
            }
            found.append(here)
        }
        let looseKeys = Set(unseen.values)
        for here in found {
            let others = here.maybe.filter { looseKeys.contains($0.looseKey) }.map(\.record)
            let records = here.records.union(others)
            guard !records.isEmpty else { continue }
            let moves = try Moves(context, here.batch, context.setupOrDefaults(campaign), at: context.now)
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
    /// and the sender's own `id`. Takes ids that an open contact has from `unseen`.
    private func findOthers(_ store: any Store, _ found: inout Found, _ unseen: inout [UInt64: UInt64]) throws {
        let schema = found.batch.schema
        var columns: [(field: Field, column: Int, keys: Set<UInt64>)] = []
        func search(_ field: Field, for keys: Set<UInt64>) {
            guard !keys.isEmpty, let column = schema.position(of: field) else { return }
            columns.append((field, column, keys))
        }
        for field in Field.phones.dropFirst() { search(field, for: numbers) }
        search(.email, for: addresses)
        let id = ids.isEmpty ? nil : schema.position(of: .id)
        if columns.isEmpty, id == nil { return }
        let looseKeys = Set(ids.values)
        try store.forEachSegment(of: found.batch.id) { segment in
            let standings = try store.standings(of: segment.id)
            for index in 0..<segment.contacts.count {
                let record = segment.contacts.record(at: index)
                let isMeant = columns.contains { field, column, keys in
                    let value = segment.contacts.value(at: index, column: column)
                    return !value.isEmpty && RecipientKeys.key(of: value, field: field).map(keys.contains) ?? false
                }
                if isMeant { found.records.insert(record) }
                guard let id, !(standings?[index].state.isFinal ?? false) else { continue }
                let value = segment.contacts.value(at: index, column: id)
                if value.isEmpty { continue }
                let key = IDForm.key(value.span)
                if ids[key] != nil {
                    found.records.insert(record)
                    unseen[key] = nil
                } else if looseKeys.contains(IDForm.looseKey(value.span)) {
                    found.maybe.append((record, IDForm.looseKey(value.span)))
                }
            }
        }
    }
}
