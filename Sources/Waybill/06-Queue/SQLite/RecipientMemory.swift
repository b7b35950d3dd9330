import SystemIO

/// Which runs of recipients may have somebody, kept by the connection that writes once it was asked a second time: to
/// look for it would read a row of each batch that ever came in.
///
/// Of each recipient in a short run, as a batch of up to some thousand has one, it keeps a part of the key, four bytes
/// with the number of the run (`Page`); of other runs, and where there would be too many, between which keys they lie.
/// It is made anew when another connection has written, and when a transaction was taken back.
struct RecipientMemory {
    /// SQLite's `data_version`: another one once another connection has written.
    let version: Int64?
    private let limits: Limits
    /// Runs of which only their bounds are kept.
    private var bounded: [Run] = []
    private var pages: [Page] = []
    /// What comes into the next page: the upper halves of keys, each with its run's place in `newRuns` below.
    private var new: [UInt64] = []
    private var newRuns: [SegmentID] = []
    /// Whether `new` rises.
    private var isInOrder = true
    /// Recipients and runs in `pages`.
    private var count = 0

    private struct Run {
        let id: SegmentID
        let first: UInt64
        let last: UInt64
    }

    /// Tests make them small.
    struct Limits {
        /// Recipients and twice their runs: 32 MiB.
        var most = 8 << 20
        /// Recipients of a page; places of runs have 16 bits.
        var page = 1 << 16
    }

    private static let upper: UInt64 = 0xFFFF_FFFF_0000_0000
    /// Of a run that is not one of several of its batch.
    private static let short = 4_095

    init(version: Int64?, limits: Limits = Limits()) {
        self.version = version
        self.limits = limits
    }

    /// - Parameter keys: nil where the run cannot be read.
    mutating func add(_ id: SegmentID, first: UInt64, last: UInt64, keys: [UInt64]?) {
        guard let keys, keys.count <= Self.short,
            count + new.count + keys.count + 2 * (newRuns.count + 1) <= limits.most
        else { return bounded.append(Run(id: id, first: first, last: last)) }
        if new.count + keys.count > limits.page || newRuns.count >= limits.page { closePage() }
        let place = UInt64(newRuns.count)
        newRuns.append(id)
        new += keys.map { $0 & Self.upper | place }
        isInOrder = false
    }

    /// The runs that may have one of these keys, which rise; by id.
    mutating func runs(of keys: [UInt64]) -> [SegmentID] {
        putInOrder()
        var found: Set<SegmentID> = []
        for key in keys {
            var place = Self.place(of: key & Self.upper, in: new)
            while place < new.count, new[place] >> 32 == key >> 32 {
                found.insert(newRuns[Int(new[place] & 0xFFFF_FFFF)])
                place += 1
            }
        }
        for page in pages { page.find(keys, &found) }
        for run in bounded {
            let place = Self.place(of: run.first, in: keys)
            if place < keys.count, keys[place] <= run.last { found.insert(run.id) }
        }
        return found.sorted()
    }

    private mutating func putInOrder() {
        if isInOrder { return }
        // Mostly in order already, which sorting only merges.
        new.sort()
        isInOrder = true
    }

    private mutating func closePage() {
        putInOrder()
        pages.append(Page(new, of: newRuns))
        count += new.count + 2 * newRuns.count
        new.removeAll(keepingCapacity: true)
        newRuns.removeAll(keepingCapacity: true)
    }

    /// The place of the first that is not below one.
    static func place(of key: UInt64, in keys: [UInt64]) -> Int {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Up to 65,536 recipients of runs that came after each other: the upper 24 bits of their keys, rising, of which
    /// the first eight follow from the place, and which run each is in. Of 250 keys that nobody has, one is looked for
    /// in vain.
    private struct Page {
        /// Where the keys that begin with each byte begin.
        private var starts: [UInt32] = []
        private var parts: [UInt16] = []
        private var places: [UInt16] = []
        private let runs: [SegmentID]

        /// - Parameter entries: as in `new`, rising.
        init(_ entries: [UInt64], of runs: [SegmentID]) {
            // Copies have no room to spare.
            self.runs = runs.map(\.self)
            parts.reserveCapacity(entries.count)
            places.reserveCapacity(entries.count)
            starts.reserveCapacity(257)
            for entry in entries {
                while starts.count <= Int(entry >> 56) { starts.append(UInt32(parts.count)) }
                parts.append(UInt16(truncatingIfNeeded: entry >> 40))
                places.append(UInt16(truncatingIfNeeded: entry))
            }
            while starts.count < 257 { starts.append(UInt32(parts.count)) }
        }

        func find(_ keys: [UInt64], _ found: inout Set<SegmentID>) {
            for key in keys {
                let part = UInt16(truncatingIfNeeded: key >> 40)
                let end = Int(starts[Int(key >> 56) + 1])
                var (low, high) = (Int(starts[Int(key >> 56)]), end)
                while low < high {
                    let middle = (low + high) / 2
                    if parts[middle] < part { low = middle + 1 } else { high = middle }
                }
                while low < end, parts[low] == part {
                    found.insert(runs[Int(places[low])])
                    low += 1
                }
            }
        }
    }
}

extension SQLiteStore {
    /// The runs that may have one of these keys, which rise; nil where nobody knows.
    func recipientRuns(of keys: [UInt64]) throws -> [SegmentID]? {
        // Others only look once.
        if database.isReadOnly { return nil }
        let version = try othersWrites()
        if recipients == nil || recipients?.version != version {
            recipients = nil
            // To read all of them pays for whoever asks again.
            guard asksForRecipients else {
                asksForRecipients = true
                return nil
            }
            var made = RecipientMemory(version: version)
            let all = try database.statement(ContactSQL.recipientRunsEverywhere)
            defer { all.reset() }
            try all.bind(":least", Int64.min)
            try all.bind(":most", Int64.max)
            while try all.step() { Self.add(all, to: &made) }
            recipients = made
        }
        return recipients?.runs(of: keys)
    }

    /// A batch can be seen from now on.
    func rememberRecipients(of batch: BatchID) throws {
        guard var memory = recipients else { return }
        recipients = nil
        let select = try database.statement(ContactSQL.recipientRuns)
        defer { select.reset() }
        let (low, high) = SegmentID.range(of: batch)
        try select.bind(":low", low)
        try select.bind(":high", high)
        while try select.step() { Self.add(select, to: &memory) }
        recipients = memory
    }

    private static func add(_ select: Statement, to memory: inout RecipientMemory) {
        let keys = select.int(4) == 0 ? nil : select.withBlob(3) { run in self.keys(of: run) }
        memory.add(
            SegmentID(rawValue: select.int64(0)), first: unsigned(select.int64(1)), last: unsigned(select.int64(2)),
            keys: keys)
    }
}
