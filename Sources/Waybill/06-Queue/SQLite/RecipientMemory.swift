import SystemIO

/// Which runs of recipients may have somebody, kept by the connection that writes once it was asked a second time: to
/// look for it would read a row of each batch that ever came in.
///
/// Of each recipient in a short run, as a batch of up to some thousand has one, it keeps half the key; of other runs,
/// and where there would be too many, between which keys they lie. It is made anew when another connection has
/// written, and when a transaction was taken back.
struct RecipientMemory {
    /// SQLite's `data_version`: another one once another connection has written.
    let version: Int64?
    private var runs: [Run] = []
    /// The numbers of those of which only their bounds are kept.
    private var bounded: [Int] = []
    /// Half a key, and the number of the run that has it in the lower half; rising.
    private var halves: [UInt64] = []
    /// The same of what came since.
    private var new: [UInt64] = []
    /// Whether these rise, too.
    private var isInOrder = true

    private struct Run {
        let id: SegmentID
        let first: UInt64
        let last: UInt64
    }

    private static let upper: UInt64 = 0xFFFF_FFFF_0000_0000
    /// 32 MiB.
    private static let most = 4 << 20
    /// Of a run that is not one of several of its batch.
    private static let short = 4_095

    init(version: Int64?) { self.version = version }

    /// - Parameter keys: nil where the run cannot be read.
    mutating func add(_ id: SegmentID, first: UInt64, last: UInt64, keys: [UInt64]?) {
        if let keys, keys.count <= Self.short, halves.count + new.count + keys.count <= Self.most {
            let number = UInt64(runs.count)
            isInOrder = false
            new += keys.map { $0 & Self.upper | number }
        } else {
            bounded.append(runs.count)
        }
        runs.append(Run(id: id, first: first, last: last))
    }

    /// The runs that may have one of these keys, which rise; by id.
    mutating func runs(of keys: [UInt64]) -> [SegmentID] {
        putInOrder()
        var found: Set<Int> = []
        for key in keys {
            for halves in [halves, new] {
                var place = Self.place(of: key & Self.upper, in: halves)
                while place < halves.count, halves[place] >> 32 == key >> 32 {
                    found.insert(Int(halves[place] & ~Self.upper))
                    place += 1
                }
            }
        }
        for number in bounded {
            let place = Self.place(of: runs[number].first, in: keys)
            if place < keys.count, keys[place] <= runs[number].last { found.insert(number) }
        }
        return found.map { runs[$0].id }.sorted()
    }

    private mutating func putInOrder() {
        if isInOrder { return }
        new.sort()
        isInOrder = true
        guard new.count > halves.count / 8 else { return }
        // Two rising parts, which sorting only merges.
        halves += new
        halves.sort()
        new = []
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
