/// Contacts with at least one attempt, by other values than their recipient: their other numbers, the e-mail address
/// beside a number, and the sender's own `id`.
///
/// Made when a results file first needs it: reads the batches that are open, or changed within a week.
struct ReachedContacts {
    private struct Entry {
        let key: UInt64
        let batch: BatchID
        let record: UInt32
    }

    /// By key.
    private var entries: [Entry] = []

    private static let lookBack = TimeSpan.hours(7 * 24)

    init(_ context: WorkContext) throws {
        let (store, now) = (context.store, context.now)
        let since = Timestamp(milliseconds: now.milliseconds - Self.lookBack.milliseconds)
        for (campaign, _) in try store.campaignsWithBatches() {
            for batch in try store.batches(ofCampaign: campaign)
            where batch.status == .visible && batch.purpose == .contacts && (batch.open > 0 || batch.changedAt > since)
            {
                do {
                    try add(batch, store)
                } catch let problem as StoreProblem {
                    // The contacts that could be read are found, and so are those of other batches.
                    context.log.error(
                        "store.damaged", ["batch": .text(batch.id.description), "problem": .text("\(problem)")])
                }
            }
        }
        entries.sort { $0.key < $1.key }
    }

    private mutating func add(_ batch: BatchRow, _ store: any Store) throws {
        let fields = Field.phones + [.email, .id]
        let columns = fields.compactMap { field in batch.schema.position(of: field).map { (field, $0) } }
        guard columns.count > 1 else { return }
        try store.forEachSegment(of: batch.id) { segment in
            guard let standings = try store.standings(of: segment.id), standings.count == segment.contacts.count else {
                return
            }
            for index in standings.indices where standings[index].attempts > 0 {
                var isFirst = true
                for (field, column) in columns {
                    let value = segment.contacts.value(at: index, column: column)
                    if value.isEmpty { continue }
                    // The store finds the recipient itself.
                    defer { isFirst = false }
                    if isFirst, field == .phone1 || !field.isPhone { continue }
                    guard let key = RecipientKeys.key(of: value, field: field) else { continue }
                    entries.append(
                        Entry(key: key, batch: batch.id, record: segment.contacts.record(at: index)))
                }
            }
        }
    }

    /// The contacts that have this key.
    func contacts(of key: UInt64) -> [(batch: BatchID, record: UInt32)] {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return entries[low...].prefix { $0.key == key }.map { ($0.batch, $0.record) }
    }
}
