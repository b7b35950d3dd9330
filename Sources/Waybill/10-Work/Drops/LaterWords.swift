/// What was said behind a batch of its contacts that come back: corrected, or again since their message failed.
struct LaterWords {
    /// Why one does not come back.
    enum Word {
        /// A later drop cancelled it.
        case cancelled(by: BatchID)
        /// A later drop has a record of it.
        case newer(BatchID)
        /// This message, which it repeats, arrived after all, or may have.
        case arrived(EarlierContacts.Contact)
    }

    private let batch: BatchID
    private var cancels: LaterCancels
    /// Nil for what is corrected: that is its sender's latest word itself.
    private let repeated: (newer: NewerRecords, arrivals: LateArrivals)?

    /// Of what was corrected.
    init(_ store: any Store, of campaign: String, after batch: BatchID) throws {
        self.batch = batch
        cancels = try LaterCancels(store, of: campaign, after: batch)
        repeated = nil
    }

    /// Of contacts of a batch that come again.
    ///
    /// - Parameters:
    ///   - cancels: what was cancelled since the batch.
    ///   - arrivals: whose message arrived, of those whom the batch's contacts repeat, or of the batch itself.
    init(of batch: BatchID, _ cancels: LaterCancels, _ newer: NewerRecords, _ arrivals: LateArrivals) {
        (self.batch, self.cancels) = (batch, cancels)
        repeated = (newer, arrivals)
    }

    /// Of contacts in a drop's batch that come again.
    ///
    /// - Parameter known: what drops up to this one say of them was heard when they were chosen.
    init(_ store: any Store, of row: BatchRow, repeating batch: BatchID, asOf known: BatchID?) throws {
        var newer = NewerRecords()
        try store.forEachSegment(of: row.id) { segment in
            for index in 0..<segment.contacts.count {
                newer.ask(for: ContactIdentity(of: segment.contacts, at: index, row.schema))
            }
        }
        let rows = try store.batches(ofCampaign: row.campaign, after: max(batch, known ?? batch))
        try newer.find(in: store, among: rows)
        self.init(
            of: batch, try LaterCancels(store, among: rows, after: batch), newer, try LateArrivals(store, of: batch))
    }

    /// Nil where nothing speaks against it.
    func word(on index: Int, of contacts: ContactSegment, _ schema: Schema) -> Word? {
        if let batch = cancels.batch(cancelling: index, of: contacts, schema) { return .cancelled(by: batch) }
        guard let repeated else { return nil }
        let contact = ContactIdentity(of: contacts, at: index, schema)
        if let message = repeated.arrivals.message(to: contact) { return .arrived(message) }
        return repeated.newer.batch(with: contact, after: batch).map { .newer($0) }
    }

    /// The contacts of a drop's batch that do not come back, and why.
    func words(on row: BatchRow, _ store: any Store) throws -> [UInt32: Word] {
        var others = self
        others.cancels.leaveOut(row.id)
        var words: [UInt32: Word] = [:]
        if repeated == nil, others.cancels.isEmpty { return words }
        try store.forEachSegment(of: row.id) { segment in
            for index in 0..<segment.contacts.count {
                words[segment.contacts.record(at: index)] = others.word(on: index, of: segment.contacts, row.schema)
            }
        }
        return words
    }
}
