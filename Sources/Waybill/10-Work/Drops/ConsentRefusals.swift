/// People who refuse in the consent column of a contact drop: their open contacts in its campaign end, both earlier
/// ones and those of the drop itself.
///
/// A person is identified by any of the record's numbers, its e-mail address and its id, whichever of them a contact
/// has. A number that can be read in several ways counts for all of them. A damaged record that contains a word of no
/// counts for every number and address in it.
final class ConsentRefusals {
    private let rules: AddressRules
    private let words: ConsentWords
    /// By kind of value, so contacts are only searched in columns that can have such a value.
    private var numbers: Set<UInt64> = []
    private var addresses: Set<UInt64> = []
    private var ids: Set<UInt64> = []

    init(rules: AddressRules, words: ConsentWords) {
        self.rules = rules
        self.words = words
    }

    func note(_ rejection: Rejection, of chunk: Chunk) {
        if rejection.violations.contains(where: \.isRefusedConsent) { noteRecord(rejection, of: chunk) }
        // The consent column's value cannot be told from the values beside it.
        if chunk.schema.position(of: .consent) != nil, rejection.violations.contains(where: { $0.subject == .row }) {
            noteDamaged(chunk.wholeText(of: rejection.index))
        }
    }

    private func noteRecord(_ rejection: Rejection, of chunk: Chunk) {
        let record = chunk.records[rejection.index]
        let fields = chunk.fields[Int(record.firstField)...].prefix(Int(record.fieldCount))
        for field in Field.phones + [.email] {
            guard let position = chunk.schema.position(of: field), position < fields.count else { continue }
            note(Array(chunk.value(fields[fields.startIndex + position])))
        }
        // The number as it was read, with the record's own country.
        note(rejection.address)
        if !rejection.id.isEmpty { ids.insert(RecipientKey.id(rejection.id.span)) }
    }

    /// Notes a record whose fields cannot be separated: a word of no anywhere in it may be its consent.
    private func noteDamaged(_ row: [UInt8]) {
        let pieces = AddressReading.pieces(of: row)
        // A dash alone mostly stands for an empty field.
        let saysNo = pieces.contains { piece in
            piece.contains { $0 >= 0x30 } && words.meaning(of: String(decoding: piece, as: UTF8.self)) == .no
        }
        guard saysNo else { return }
        for piece in pieces { note(piece) }
    }

    private func note(_ address: [UInt8]) {
        if address.isEmpty { return }
        for reading in AddressReading.all(of: address, rules) {
            if reading.kind == .email { addresses.insert(reading.key) } else { numbers.insert(reading.key) }
        }
    }

    /// Ends their open contacts, within a transaction in which the drop's own contacts are already visible.
    func closeAll(_ context: WorkContext, campaign: String, by source: BatchID) throws {
        let rising = numbers.union(addresses).union(ids).sorted()
        if rising.isEmpty { return }
        var entry = AuditEntry(.consentClosed, at: context.now)
        entry.subject = campaign
        entry.source = source
        entry.keys = rising
        try context.store.note(entry)
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
                    .optedOut, to: contact, stage: .validation, code: Violation.consentMissingCode,
                    reason: .words("the consent column of batch \(source) says no"), at: context.now)
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
