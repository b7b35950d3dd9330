/// Contacts that came again since their message had failed, and of which a receipt said later that it arrived after
/// all, or may have.
struct LateArrivals {
    /// Whose message arrived, and which one it was.
    private var found: [ContactIdentity: EarlierContacts.Contact] = [:]

    /// - Parameter batch: the one whose contacts come again. What these repeat themselves counts as well.
    init(_ store: any Store, of batch: BatchID?) throws {
        var next = batch
        while let id = next, let row = try store.batch(id) {
            let again = try RepeatedRecords(store, of: id)
            let arrived = try store.receipts(ofBatch: id).filter { Self.tells($0.event) && again.has($0.record) }
            for record in Set(arrived.map(\.record)).sorted() {
                guard let segment = try store.segment(of: record, batch: id),
                    let index = segment.contacts.index(of: record)
                else { continue }
                let contact = ContactIdentity(of: segment.contacts, at: index, row.schema)
                found[contact] = EarlierContacts.Contact(batch: id, record: record)
            }
            // Only earlier batches, whatever a damaged ledger says.
            next = row.acknowledgement?.requeues.flatMap { $0 < id ? $0 : nil }
        }
    }

    /// The message that arrived, of somebody who comes again.
    func message(to contact: ContactIdentity) -> EarlierContacts.Contact? { found[contact] }

    /// Whether anything tells of a contact that a message reached its person, or may have.
    static func areTold(
        of record: UInt32, in batch: BatchID, _ standing: Standing, _ store: any Store
    ) throws -> Bool {
        guard standing.attempts > 0 else { return false }
        return try store.receipts(ofBatch: batch, record: record).contains { tells($0.event) }
    }

    /// Whether an event tells that the message reached its person, or may have.
    static func tells(_ event: String) -> Bool {
        Event(rawValue: event).map { $0.reach >= .arrived } ?? true
    }
}

/// The records of a batch that came again; where nobody can read which, any may have.
struct RepeatedRecords {
    private let records: RecordSet?

    init(_ store: any Store, of batch: BatchID) throws {
        do {
            records = try store.requeuedRecords(of: batch)
        } catch is StoreProblem {
            records = nil
        }
    }

    func has(_ record: UInt32) -> Bool { records?.contains(record) ?? true }
}
