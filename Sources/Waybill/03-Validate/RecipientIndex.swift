/// Which recipients a drop's accepted records have had so far, in bounded memory, however many there are.
///
/// Keys are in a table of at most 27 MiB, or 36 where e-mail addresses or ids are recipients; when it is full, it is
/// spilled as one sorted run. A filter of 24 MiB, made at the first spill, tells for nearly every new key that no run
/// has it; for the rest, one block of each run is read.
/// Twelve runs of a level are merged into one of the next, so a look-up reads few runs.
package struct RecipientIndex {
    /// The most memory and runs of an index; tests make them small.
    package struct Limits: Sendable {
        /// The table begins at this size halved until small, and doubles up to it.
        package var tableSlots = 2_359_296
        package var filterBytes = 24 << 20
        package var runsPerLevel = 12
        package init() {}
    }

    private let spill: any RecipientSpill
    private let keepsRepeats: Bool
    private let limits: Limits
    private var slots: Int
    private var table: RecipientTable
    private var runs: [RecipientRun] = []
    private var filter: RecipientFilter?

    /// For the drops of a campaign.
    package init(of campaign: Campaign, spill: any RecipientSpill, expected: Int = 0) {
        self.init(spill: spill, keepsRepeats: campaign.duplicates != .reject, expected: expected)
    }

    /// - Parameters:
    ///   - keepsRepeats: whether several records may have the same recipient; then nothing is ever found.
    ///   - expected: about how many recipients there will be, so the table need not grow again and again.
    init(spill: any RecipientSpill, keepsRepeats: Bool, expected: Int = 0, limits: Limits = Limits()) {
        self.spill = spill
        self.keepsRepeats = keepsRepeats
        self.limits = limits
        var slots = limits.tableSlots
        while slots > 512, slots % 2 == 0, slots / 2 * 3 / 4 > expected { slots /= 2 }
        self.slots = slots
        table = RecipientTable(slots: slots)
    }

    /// How many keys are prepared at once: their slots (a cache line or two each) stay in the first-level cache.
    static let stride = 64

    /// Loads the memory that `insert` will need for these keys; changes nothing.
    ///
    /// The reads do not depend on each other, so the processor waits for many at once.
    mutating func prepare(for keys: ArraySlice<UInt64>) {
        let span = keys.span
        table.touch(span)
        filter?.touch(span)
    }

    /// Inserts a recipient. If an earlier record has it, changes nothing and returns that record's number.
    ///
    /// - Parameter check: tells recipients with equal keys apart (`RecipientKey.check`).
    package mutating func insert(_ key: UInt64, record: UInt32, check: UInt32 = 0) throws -> UInt32? {
        let check = keepsRepeats ? 0 : check
        // Makes room first: if that spills the table, the key may be in the new run.
        if table.isFull { try makeRoom() }
        if let filter, filter.mayContain(key), let earlier = try recordInRuns(of: key, check) { return earlier }
        switch table.insert(key, record: record, check: check, keepsRepeats: keepsRepeats) {
        case .inserted: return nil
        case .found(let earlier): return earlier
        case .crowded:
            try spillTable()
            _ = table.insert(key, record: record, check: check, keepsRepeats: keepsRepeats)
            return nil
        }
    }

    /// All recipients inserted so far, in key order.
    package func sorted() throws -> SortedRecipients {
        try SortedRecipients(runs: runs, table: table, spill: spill)
    }

    private func recordInRuns(of key: UInt64, _ check: UInt32) throws -> UInt32? {
        for run in runs {
            if let record = try run.record(of: key, check: check, in: spill) { return record }
        }
        return nil
    }

    private mutating func makeRoom() throws {
        guard slots < limits.tableSlots else { return try spillTable() }
        slots *= 2
        var larger = RecipientTable(slots: slots)
        for slot in 0..<table.end {
            guard let entry = table.entry(at: slot) else { continue }
            // With twice the slots, homes that differed still do, so every entry has room again.
            _ = larger.insert(entry.key, record: entry.record, check: entry.check, keepsRepeats: keepsRepeats)
        }
        table = larger
    }

    private mutating func spillTable() throws {
        var writer = RecipientRun.Writer(to: spill, hasChecks: table.hasChecks)
        if filter == nil, !keepsRepeats { filter = RecipientFilter(bytes: limits.filterBytes) }
        for slot in 0..<table.end {
            guard let entry = table.entry(at: slot) else { continue }
            try writer.append(entry)
            filter?.insert(entry.key)
        }
        table.removeAll()
        runs.append(try writer.finish(level: 0))
        try mergeFullLevels()
    }

    private mutating func mergeFullLevels() throws {
        var level = 0
        while runs.count(where: { $0.level == level }) >= limits.runsPerLevel {
            let full = runs.filter { $0.level == level }
            var entries = try SortedRecipients(runs: full, table: nil, spill: spill)
            var writer = RecipientRun.Writer(to: spill, hasChecks: full.contains { $0.hasChecks })
            while let entry = try entries.next() { try writer.append(entry) }
            runs.removeAll { $0.level == level }
            level += 1
            runs.append(try writer.finish(level: level))
        }
    }
}
