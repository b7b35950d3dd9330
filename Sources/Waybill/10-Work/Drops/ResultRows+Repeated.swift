/// What is heard of a message that failed, as it seemed, and whose contact comes again.
extension ResultRows {
    /// Which records of batches came again, and in which batches.
    struct Repeated {
        fileprivate var records: [BatchID: RepeatedRecords] = [:]
        /// Of each campaign, the batches whose contacts come again, and the one that each repeats.
        fileprivate var batches: [String: [(batch: BatchID, repeats: BatchID)]] = [:]
    }

    /// Keeps what came back of a contact. Whoever waits to get its message again is left alone if it arrived after all,
    /// or may have.
    func note(
        _ receipt: StoredReceipt, of contact: StandingChanges.Contact, _ moves: Moves, _ open: inout [BatchID: Moves]
    ) throws {
        moves.note(receipt)
        guard LateArrivals.tells(receipt.event), try cameAgain(contact.record, of: moves.batch),
            let row = try store.bareBatch(moves.batch)
        else { return }
        let identity = try ContactIdentity(of: contact.segment, at: contact.index, row.schema)
        let message = EarlierContacts.Contact(batch: moves.batch, record: contact.record)
        let (code, words) = LaterWords.Word.arrived(message).told
        let repeating = try batches(repeating: moves.batch, of: row.campaign)
        for (batch, record) in try finder.records(ofRecipient: identity.recipient) where repeating.contains(batch) {
            _ = try unlessDamaged(batch) { () -> Bool? in
                guard let schema = try store.bareBatch(batch)?.schema, let moves = try self.moves(for: batch, &open),
                    let other = try moves.changes.contact(record),
                    try ContactIdentity(of: other.segment, at: other.index, schema) == identity
                else { return nil }
                return try moves.cancel(other, code: code, reason: .words(words))
            }
        }
    }

    private func cameAgain(_ record: UInt32, of batch: BatchID) throws -> Bool {
        if let known = repeated.records[batch] { return known.has(record) }
        let found = try RepeatedRecords(store, of: batch)
        repeated.records[batch] = found
        return found.has(record)
    }

    /// The batches with contacts that come again from this one, or again from one of those.
    private func batches(repeating batch: BatchID, of campaign: String) throws -> Set<BatchID> {
        let all = try repeated.batches[campaign] ?? pairs(of: campaign)
        repeated.batches[campaign] = all
        // They come in order, each behind the one that it repeats.
        return all.reduce(into: []) { found, next in
            if next.repeats == batch || found.contains(next.repeats) { found.insert(next.batch) }
        }
    }

    private func pairs(of campaign: String) throws -> [(batch: BatchID, repeats: BatchID)] {
        try store.batches(ofCampaign: campaign).filter { $0.status == .visible }.compactMap { row in
            row.acknowledgement?.requeues.map { (row.id, $0) }
        }
    }
}
