/// The contacts of a campaign in the batches that are visible, by the sender's `id`.
///
/// Made when a drop first asks for one: reads the batches with open contacts once, and keeps 16 bytes for each, twice
/// if its id is not written plainly. Those that have ended are read once somebody asks for an id that none of these
/// has.
final class EarlierContacts {
    struct Contact: Hashable {
        let batch: BatchID
        let record: UInt32
    }

    /// Whom an id means.
    struct Found {
        /// How many of them wait, and how many messages are out.
        fileprivate(set) var waiting = 0
        fileprivate(set) var out = 0
        /// Where all of them write the id differently, some of them; else, if messages are out, one of those.
        fileprivate(set) var examples: [Contact] = []
        fileprivate(set) var isExact = true

        var isNobody: Bool { waiting + out == 0 }
    }

    /// Contacts by the key of their id.
    private struct Index {
        struct Entry {
            let key: UInt64
            /// The index of its batch, and in the highest bit whether its message was out.
            let place: UInt32
            let record: UInt32

            var isOut: Bool { place >> 31 != 0 }
            var batch: Int { Int(place & (1 << 31 - 1)) }
        }

        private(set) var entries: [Entry] = []
        /// By the loose key, where that is another.
        private(set) var loose: [Entry] = []
        private var isSorted = true

        mutating func add(_ id: ArraySlice<UInt8>, place: UInt32, record: UInt32) {
            isSorted = false
            guard !id.isEmpty else {
                return entries.append(Entry(key: RecipientKey.none, place: place, record: record))
            }
            let (key, looseKey) = (IDForm.key(id.span), IDForm.looseKey(id.span))
            entries.append(Entry(key: key, place: place, record: record))
            if looseKey != key { loose.append(Entry(key: looseKey, place: place, record: record)) }
        }

        mutating func sort() {
            if isSorted { return }
            entries.sort { ($0.key, $0.place, $0.record) < ($1.key, $1.place, $1.record) }
            loose.sort { ($0.key, $0.place, $0.record) < ($1.key, $1.place, $1.record) }
            isSorted = true
        }

        func exactly(_ key: UInt64) -> ArraySlice<Entry> { Self.entries(of: key, in: entries) }

        /// Those whose id has this loose key.
        func loosely(_ looseKey: UInt64) -> ArraySlice<Entry> {
            exactly(looseKey) + Self.entries(of: looseKey, in: loose)
        }

        private static func entries(of key: UInt64, in entries: [Entry]) -> ArraySlice<Entry> {
            var (low, high) = (0, entries.count)
            while low < high {
                let middle = (low + high) / 2
                if entries[middle].key < key { low = middle + 1 } else { high = middle }
            }
            var end = low
            while end < entries.count, entries[end].key == key { end += 1 }
            return entries[low..<end]
        }
    }

    private let store: any Store
    private let campaign: String
    private let isStillHere: (ParcelID) -> Bool
    private let onDamage: (BatchID, StoreProblem) -> Void
    private var open = Index()
    private var batches: [BatchID] = []
    /// Those that have ended, the latest batch first; nil until they are asked for.
    private var ended: Index?
    private var endedBatches: [BatchID] = []

    /// - Parameters:
    ///   - isStillHere: whether nothing of a parcel that is leaving has left, and it can be kept back.
    ///   - onDamage: gets what cannot be read; the rest is known all the same.
    init(
        _ store: any Store, of campaign: String, isStillHere: @escaping (ParcelID) -> Bool,
        onDamage: @escaping (BatchID, StoreProblem) -> Void
    ) {
        self.store = store
        self.isStillHere = isStillHere
        self.campaign = campaign
        self.onDamage = onDamage
    }

    /// Reads the batches that became visible since.
    ///
    /// A message that may be on its way counts as out: a record that takes its contact's place would come too late.
    func refresh() throws {
        let known = Set(batches)
        let leaving = try Self.leaving(store)
        for row in try store.openBatches(limit: .max) where row.campaign == campaign && !known.contains(row.id) {
            batches.append(row.id)
            let place = UInt32(batches.count - 1)
            try read(row) { id, state, record in
                if state.isFinal { return }
                let parcel = leaving[Contact(batch: row.id, record: record)]
                let waits = state == .pending && parcel.map(isStillHere) ?? true
                open.add(id, place: place | (waits ? 0 : 1 << 31), record: record)
            }
        }
        open.sort()
    }

    private func read(
        _ row: BatchRow, _ body: (_ id: ArraySlice<UInt8>, _ state: ContactState, _ record: UInt32) -> Void
    ) throws {
        let column = row.schema.position(of: .id)
        do {
            try store.forEachSegment(of: row.id) { segment in
                let standings = try store.standings(of: segment.id)
                for index in 0..<segment.contacts.count {
                    let id = column.map { segment.contacts.value(at: index, column: $0) } ?? []
                    body(id, standings?[index].state ?? .pending, segment.contacts.record(at: index))
                }
            }
        } catch let problem as StoreProblem {
            onDamage(row.id, problem)
        }
    }

    /// Contacts whose message may be on its way, and in which parcel.
    static func leaving(_ store: any Store) throws -> [Contact: ParcelID] {
        var found: [Contact: ParcelID] = [:]
        for id in try store.leavingIDs() {
            guard let parcel = try? store.parcel(id) else { continue }
            for member in parcel.contacts { found[Contact(batch: parcel.batch, record: member.record)] = id }
        }
        return found
    }

    // MARK: - Whom an id means

    /// Whether an open contact has the id as it is written.
    func hasExactly(_ key: UInt64) -> Bool { !open.exactly(key).isEmpty }

    /// The open contacts that an id means: those that have it, else those whose id differs from it only in writing.
    func find(_ key: UInt64, loosely looseKey: UInt64) -> Found {
        var found = Found()
        var entries = open.exactly(key)
        if entries.isEmpty {
            entries = open.loosely(looseKey)
            found.isExact = entries.isEmpty
        }
        found.out = entries.count { $0.isOut }
        found.waiting = entries.count - found.out
        let told = found.isExact ? entries.filter(\.isOut).prefix(1) : entries.prefix(3)
        found.examples = told.map { Contact(batch: batches[$0.batch], record: $0.record) }
        return found
    }

    /// The open contacts whose ids differ from one in writing at the most, and whether their message was out.
    func loosely(_ looseKey: UInt64) -> [(contact: Contact, isOut: Bool)] {
        open.loosely(looseKey).map { (Contact(batch: batches[$0.batch], record: $0.record), $0.isOut) }
    }

    /// The contact that had an id last, as it is written or nearly so, among the latest that have ended.
    func lastEnded(_ key: UInt64, loosely looseKey: UInt64) throws -> (contact: Contact, isExact: Bool)? {
        let index = try ended ?? readEnded()
        let exact = index.exactly(key).first
        return (exact ?? index.loosely(looseKey).first).map {
            (Contact(batch: endedBatches[$0.batch], record: $0.record), exact != nil)
        }
    }

    /// So many contacts that have ended are known at the most, or those of one batch: 16 bytes each.
    private static let mostEnded = 1_000_000

    private func readEnded() throws -> Index {
        var index = Index()
        var rest = Self.mostEnded
        for row in try store.batches(ofCampaign: campaign).reversed() where row.status == .visible && row.accepted > 0 {
            if row.accepted > rest, rest < Self.mostEnded { break }
            rest -= row.accepted
            let place = UInt32(endedBatches.count)
            endedBatches.append(row.id)
            try read(row) { id, state, record in
                if state.isFinal, !id.isEmpty { index.add(id, place: place, record: record) }
            }
        }
        index.sort()
        ended = index
        return index
    }

    /// The open contacts whose id differs from one in a single character, or in two that changed places, where there
    /// are three at the most: of numbers that follow each other, all would.
    func neighbours(of id: [UInt8]) -> [Contact] {
        var found: [Contact] = []
        for form in Self.neighbours(of: IDForm.plain(id)) {
            for (contact, _) in loosely(IDForm.looseKey(form.span)) where !found.contains(contact) {
                found.append(contact)
                if found.count > 3 { return [] }
            }
        }
        return found
    }

    private static func neighbours(of id: [UInt8]) -> [[UInt8]] {
        guard (3...64).contains(id.count) else { return [] }
        let digits = Array(UInt8(ascii: "0")...UInt8(ascii: "9"))
        let letters = id.allSatisfy { $0 &- 0x30 < 10 } ? [] : Array(UInt8(ascii: "a")...UInt8(ascii: "z"))
        var forms: [[UInt8]] = []
        for place in id.indices {
            let (head, tail) = (id[..<place], id[(place + 1)...])
            forms.append(Array(head + tail))
            if let next = tail.first { forms.append(Array(head) + [next, id[place]] + tail.dropFirst()) }
            for character in digits + letters where character != id[place] {
                forms.append(head + [character] + tail)
            }
        }
        for place in 0...id.count {
            for character in digits + letters { forms.append(id[..<place] + [character] + id[place...]) }
        }
        return forms
    }

    /// Calls `body` with each contact that some of the keys ask for, with its key, and the indices of these. The keys
    /// rise.
    ///
    /// - Parameter others: whether contacts that none asks for count, too.
    func forEach(
        askedBy keys: [UInt64], others: Bool,
        _ body: (Contact, _ key: UInt64, _ isOut: Bool, _ asks: Range<Int>) -> Void
    ) {
        var next = 0
        for entry in open.entries {
            while next < keys.count, keys[next] < entry.key { next += 1 }
            var end = next
            while end < keys.count, keys[end] == entry.key { end += 1 }
            guard end > next || others else { continue }
            body(Contact(batch: batches[entry.batch], record: entry.record), entry.key, entry.isOut, next..<end)
        }
    }
}
