/// People whose open contacts in a campaign end, by any of their numbers, addresses and ids.
struct PeopleToClose {
    /// Why they end.
    enum Cause {
        /// The consent column of a drop says no.
        case refusedConsent(BatchID)
        /// A record of a drop cancels them, without an id that can be read.
        case cancelled(by: BatchID)
    }

    private let rules: AddressRules
    /// By kind of value, so contacts are only searched in columns that can have such a value.
    private var numbers: Set<UInt64> = []
    private var addresses: Set<UInt64> = []
    /// By the key of an id, the key that it shares with those that differ from it only in writing.
    private var ids: [UInt64: UInt64] = [:]
    /// Which record asks for which key, as far as that is to be told.
    private var asks: [(record: UInt32, key: UInt64)] = []
    /// The contacts that a key ended.
    private var ended: [UInt64: Set<EarlierContacts.Contact>] = [:]
    /// Ids that an open contact has as they are written.
    private var seen: Set<UInt64> = []

    init(_ rules: AddressRules) { self.rules = rules }

    var isEmpty: Bool { numbers.isEmpty && addresses.isEmpty && ids.isEmpty }

    /// Every key, rising.
    var keys: [UInt64] { numbers.union(addresses).union(ids.keys).sorted() }

    func add(to cancelled: inout CancelledKeys) {
        for key in keys { cancelled.add(key) }
        for key in ids.values { cancelled.add(loosely: key) }
    }

    // MARK: - Who is meant

    /// Notes a number or an address in whatever way it is written.
    ///
    /// - Parameter record: of which is to be told whom it meant.
    mutating func note(_ address: [UInt8], of record: UInt32? = nil) {
        if address.isEmpty { return }
        for reading in AddressReading.all(of: address, rules) {
            if reading.kind == .email { addresses.insert(reading.key) } else { numbers.insert(reading.key) }
            if let record { asks.append((record, reading.key)) }
        }
    }

    mutating func note(id: [UInt8], of record: UInt32? = nil) {
        if id.isEmpty { return }
        let key = IDForm.key(id.span)
        ids[key] = IDForm.looseKey(id.span)
        if let record { asks.append((record, key)) }
    }

    /// Notes the numbers and addresses of a record.
    mutating func noteAddresses(of record: RecordSpan, in chunk: Chunk) {
        let fields = chunk.fields[Int(record.firstField)...].prefix(Int(record.fieldCount))
        for field in Field.phones + [.email] {
            guard let position = chunk.schema.position(of: field), position < fields.count else { continue }
            note(Array(chunk.value(fields[fields.startIndex + position])), of: record.number)
        }
    }

    // MARK: - Their contacts

    /// Contacts of one batch, each with the keys that mean it.
    private struct Found {
        let batch: BatchRow
        var keys: [UInt32: Set<UInt64>] = [:]
        /// Those whose id may be a noted one in another writing.
        var maybe: [(record: UInt32, looseKey: UInt64)] = []
    }

    /// The open contacts of batches that are meant, whether they have ended or not.
    ///
    /// - Parameter onDamage: gets what cannot be read; the rest is found all the same.
    private mutating func find(
        in batches: [BatchRow], _ store: any Store, onDamage: (BatchID, StoreProblem) -> Void
    ) throws -> [Found] {
        if isEmpty { return [] }
        let rising = numbers.union(addresses).sorted()
        var found: [Found] = []
        for row in batches {
            var here = Found(batch: row)
            try store.forEachRecord(ofRecipients: rising, batch: row.id) {
                here.keys[$1, default: []].insert(rising[$0])
            }
            do {
                try findOthers(store, &here)
            } catch let problem as StoreProblem {
                onDamage(row.id, problem)
            }
            found.append(here)
        }
        let unseen = Dictionary(grouping: ids.filter { !seen.contains($0.key) }, by: \.value)
        for place in found.indices {
            for (record, looseKey) in found[place].maybe {
                guard let meant = unseen[looseKey] else { continue }
                found[place].keys[record, default: []].formUnion(meant.map(\.key))
            }
        }
        return found
    }

    /// Finds contacts by other values than their recipient: their other numbers, the e-mail address beside a number,
    /// and the sender's own `id`.
    private mutating func findOthers(_ store: any Store, _ found: inout Found) throws {
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
            for index in 0..<segment.contacts.count where !(standings?[index].state.isFinal ?? false) {
                let record = segment.contacts.record(at: index)
                for (field, column, keys) in columns {
                    let value = segment.contacts.value(at: index, column: column)
                    if value.isEmpty { continue }
                    if let key = RecipientKeys.key(of: value, field: field), keys.contains(key) {
                        found.keys[record, default: []].insert(key)
                    }
                }
                guard let id else { continue }
                let value = segment.contacts.value(at: index, column: id)
                if value.isEmpty { continue }
                let key = IDForm.key(value.span)
                if ids[key] != nil {
                    found.keys[record, default: []].insert(key)
                    seen.insert(key)
                } else if looseKeys.contains(IDForm.looseKey(value.span)) {
                    found.maybe.append((record, IDForm.looseKey(value.span)))
                }
            }
        }
    }

    /// The open contacts that would end by now.
    mutating func foreseen(in batches: [BatchRow], _ store: any Store, at now: Timestamp) throws
        -> Set<EarlierContacts.Contact>
    {
        var open: Set<EarlierContacts.Contact> = []
        for here in try find(in: batches, store, onDamage: { _, _ in }) {
            let changes = StandingChanges(
                store: store, batch: here.batch.id, campaign: here.batch.campaign, config: "", needsValues: false,
                now: now)
            for (record, keys) in here.keys {
                guard let contact = try changes.contact(record), !contact.standing.state.isFinal else { continue }
                note(EarlierContacts.Contact(batch: here.batch.id, record: record), endedBy: keys)
                open.insert(EarlierContacts.Contact(batch: here.batch.id, record: record))
            }
        }
        return open
    }

    /// Ends their open contacts in batches of a campaign, within a transaction; returns how many.
    @discardableResult
    mutating func close(
        in batches: [BatchRow], _ context: WorkContext, campaign: String, _ cause: Cause
    ) throws -> Int {
        let found = try find(in: batches, context.store) { batch, problem in
            // The contacts that could be read are ended, and so are those of other batches.
            context.log.error(
                "store.damaged", ["batch": .text(batch.description), "problem": .text("\(problem)")])
        }
        var count = 0
        for here in found where !here.keys.isEmpty {
            let moves = try Moves(context, here.batch, context.setupOrDefaults(campaign), at: context.now)
            for (record, keys) in here.keys.sorted(by: { $0.key < $1.key }) {
                guard let contact = try moves.changes.contact(record), !contact.standing.state.isFinal else { continue }
                note(EarlierContacts.Contact(batch: here.batch.id, record: record), endedBy: keys)
                count += try close(contact, moves, cause, at: context.now) ? 1 : 0
            }
            try moves.finish()
        }
        return count
    }

    private func close(
        _ contact: StandingChanges.Contact, _ moves: Moves, _ cause: Cause, at now: Timestamp
    ) throws -> Bool {
        switch cause {
        case .refusedConsent(let batch):
            try moves.happen(
                .optedOut, to: contact, stage: .validation, code: Violation.consentMissingCode,
                reason: .words("the consent column of batch \(batch) says no"), at: now)
        case .cancelled(let batch):
            try moves.cancel(contact, code: .contactCancelled, reason: .words("batch \(batch) cancelled it"))
        }
    }

    private mutating func note(_ contact: EarlierContacts.Contact, endedBy keys: Set<UInt64>) {
        for key in keys { ended[key, default: []].insert(contact) }
    }

    /// The records that asked, and how many open contacts each meant.
    var told: [(record: UInt32, contacts: Int)] {
        Dictionary(grouping: asks, by: \.record).sorted { $0.key < $1.key }.map { record, asks in
            (record, asks.reduce(into: Set()) { $0.formUnion(ended[$1.key] ?? []) }.count)
        }
    }
}
