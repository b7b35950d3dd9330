/// The open contacts of a campaign in the batches that are visible, by the sender's `id`.
///
/// Made when a drop first asks for one: reads those batches once, and keeps 16 bytes a contact.
final class EarlierContacts {
    /// A contact that was open when its batch was read.
    struct Contact: Hashable {
        let batch: BatchID
        let record: UInt32
    }

    fileprivate struct Entry {
        let key: UInt64
        /// The index of its batch, and in the highest bit whether its message was out.
        let place: UInt32
        let record: UInt32

        var isOut: Bool { place >> 31 != 0 }
        var batch: Int { Int(place & (1 << 31 - 1)) }
    }

    private let store: any Store
    private let campaign: String
    private let onDamage: (BatchID, StoreProblem) -> Void
    /// By key.
    private var entries: [Entry] = []
    private var batches: [BatchID] = []

    /// - Parameter onDamage: gets what cannot be read; the rest is known all the same.
    init(_ store: any Store, of campaign: String, onDamage: @escaping (BatchID, StoreProblem) -> Void) {
        self.store = store
        self.campaign = campaign
        self.onDamage = onDamage
    }

    /// Reads the batches that became visible since.
    func refresh() throws {
        let known = Set(batches)
        let before = entries.count
        for row in try store.openBatches(limit: .max) where row.campaign == campaign && !known.contains(row.id) {
            do {
                try add(row)
            } catch let problem as StoreProblem {
                onDamage(row.id, problem)
            }
        }
        if entries.count > before { entries.sort { $0.key < $1.key } }
    }

    private func add(_ row: BatchRow) throws {
        let place = UInt32(batches.count)
        batches.append(row.id)
        let column = row.schema.position(of: .id)
        try store.forEachSegment(of: row.id) { segment in
            let standings = try store.standings(of: segment.id)
            for index in 0..<segment.contacts.count {
                let state = standings?[index].state ?? .pending
                if state.isFinal { continue }
                let id = column.map { segment.contacts.value(at: index, column: $0) } ?? []
                entries.append(
                    Entry(
                        key: id.isEmpty ? RecipientKey.none : RecipientKey.id(id.span),
                        place: place | (state == .pending ? 0 : 1 << 31),
                        record: segment.contacts.record(at: index)))
            }
        }
    }

    /// Who waits, and whose message is out, under an id.
    func count(of key: UInt64) -> (waiting: Int, out: Int) {
        let found = range(of: key)
        let out = entries[found].count { $0.isOut }
        return (found.count - out, out)
    }

    private func range(of key: UInt64) -> Range<Int> {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].key < key { low = middle + 1 } else { high = middle }
        }
        var end = low
        while end < entries.count, entries[end].key == key { end += 1 }
        return low..<end
    }

    /// Calls `body` with each contact that one of the keys asks for, and the index of each such key. The keys rise.
    ///
    /// - Parameter others: whether contacts that none asks for count, too; they have no index.
    func forEach(askedBy keys: [UInt64], others: Bool, _ body: (Contact, Int?) -> Void) {
        var next = 0
        for entry in entries {
            while next < keys.count, keys[next] < entry.key { next += 1 }
            let contact = Contact(batch: batches[entry.batch], record: entry.record)
            var ask = next
            while ask < keys.count, keys[ask] == entry.key {
                body(contact, ask)
                ask += 1
            }
            if ask == next, others { body(contact, nil) }
        }
    }
}
