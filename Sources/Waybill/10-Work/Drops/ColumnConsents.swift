/// Writes what a batch's consent columns say into the ledger, if the campaign's policy requires consent: proof that
/// stays when the contacts are removed.
struct ColumnConsents {
    private let store: any Store
    private let campaign: Campaign
    private let check: ConsentCheck
    private let schema: Schema
    private let batch: BatchID
    private let now: Timestamp
    private let people: [(position: Int, field: Field)]

    init(_ store: any Store, _ schema: Schema, of campaign: Campaign, in batch: BatchID, at now: Timestamp) {
        self.store = store
        self.campaign = campaign
        self.schema = schema
        self.batch = batch
        self.now = now
        check = ConsentCheck(store, schema, of: campaign, in: batch, at: now)
        people = (Field.phones + [.email]).compactMap { field in schema.position(of: field).map { ($0, field) } }
    }

    /// Call it inside the transaction that makes the batch visible.
    func note() throws {
        guard let consent = schema.position(of: .consent) else { return }
        try store.forEachSegment(of: batch) { segment in
            var entries: [ConsentEntry] = []
            for index in 0..<segment.contacts.count {
                let value = { segment.contacts.value(at: index, column: $0) }
                guard let own = check.own(segment.contacts.record(at: index), value) else { continue }
                var entry = own.entry
                entry.scope.purpose = campaign.purpose
                entry.scope.list = campaign.list ?? ""
                entry.proof = String(decoding: value(consent), as: UTF8.self)
                entry.by = "campaign " + campaign.name
                for (position, field) in people {
                    let text = value(position)
                    guard !text.isEmpty, let key = RecipientKeys.key(of: text, field: field) else { continue }
                    (entry.key, entry.kind) = (key, field == .email ? .email : .phone)
                    entries.append(entry)
                }
            }
            try store.noteColumns(entries, source: batch, at: now)
        }
    }
}
