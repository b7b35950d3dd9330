/// Who agreed to something in a drop of consents or replies, and may have been held for want of that.
struct GrantedConsents {
    /// By what they are known: numbers, e-mail addresses and ids.
    private(set) var keys: Set<UInt64> = []
    private(set) var namesIDs = false
    /// Others agreed, too, and nobody knows who: before a restart, or more than are kept.
    private(set) var areMore = false

    /// Some 2 MB.
    static let most = 100_000

    mutating func note(_ entries: [ConsentEntry]) {
        for entry in entries where entry.action == .grant && !areMore {
            keys.insert(entry.key)
            if entry.kind == .id { namesIDs = true }
            if keys.count > Self.most { noteOthers() }
        }
    }

    mutating func noteOthers() { (keys, areMore) = ([], true) }

    /// Has the contacts looked at again that were held for want of what was agreed to, those alone: many thousands may
    /// wait for others' consent in the same parcels. Call it inside a transaction.
    func release(_ context: WorkContext) throws {
        let (store, now) = (context.store, context.now)
        if areMore { return try store.wake(heldFor: .consent, at: now) }
        if keys.isEmpty { return }
        try store.wakeUnseen(heldFor: .consent, at: now)
        let batches = try store.batches(heldFor: .consent, after: now)
        if batches.isEmpty { return }
        var records: [BatchID: Set<UInt32>] = [:]
        for found in try store.records(ofRecipients: keys).values.joined() {
            records[found.batch, default: []].insert(found.record)
        }
        for batch in batches {
            do {
                guard let row = try store.batch(batch) else { continue }
                try release(context, row, recipients: records[batch] ?? [])
            } catch let problem as StoreProblem {
                context.log.error(
                    "store.damaged", ["batch": .text(batch.description), "problem": .text("\(problem)")])
                // Parcel by parcel, what can be read is found.
                return try store.wake(heldFor: .consent, at: now)
            }
        }
    }

    private func release(_ context: WorkContext, _ row: BatchRow, recipients: Set<UInt32>) throws {
        let setup = context.setupOrDefaults(row.campaign)
        let moves = try Moves(context, row, setup, at: context.now)
        for parcel in try context.store.parcels(ofBatch: row.id, heldFor: .consent, after: context.now) {
            let step = setup.step(parcel.step)
            // The store knows a contact by its first number; by other columns it is found only where it stands.
            let isByRecipient =
                step.to == .phone1 && row.schema.position(of: .phone1) != nil
                && !(namesIDs && row.schema.position(of: .id) != nil)
            if isByRecipient, recipients.isEmpty { continue }
            var held: [ParcelContact] = []
            for member in parcel.contacts {
                guard !isByRecipient || recipients.contains(member.record),
                    let contact = try moves.changes.contact(member.record), contact.isIn(parcel),
                    try moves.isKnown(contact, by: keys, step: step)
                else {
                    held.append(member)
                    continue
                }
                try moves.plan(contact, step: step, earliest: context.now, member.attempt, member.stepAttempt)
            }
            if held.isEmpty {
                try context.store.close(parcel.id)
            } else if held.count < parcel.contacts.count {
                try context.store.setContacts(held, of: parcel.id)
            }
        }
        try moves.finish()
    }
}
