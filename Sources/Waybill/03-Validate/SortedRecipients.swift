/// All recipients of a drop in key order, merged from memory and the spilled runs.
package struct SortedRecipients: Sendable {
    private let spill: any RecipientSpill
    private var runs: [Cursor]
    private var table: RecipientTable?
    private var slot = 0
    /// The next entry of each source, runs first, then the table.
    private var heads: [RecipientEntry]

    init(runs: [RecipientRun], table: RecipientTable?, spill: any RecipientSpill) throws {
        self.spill = spill
        self.runs = runs.map { Cursor($0) }
        self.table = table
        heads = []
        heads.reserveCapacity(runs.count + 1)
        for index in self.runs.indices { heads.append(try self.runs[index].next(from: spill)) }
        if table != nil { heads.append(nextOfTable()) }
    }

    /// The next recipient, by key, then by check and record; nil after the last.
    package mutating func next() throws -> RecipientEntry? {
        guard var least = heads.first else { return nil }
        var source = 0
        for index in heads.indices.dropFirst() where heads[index] < least {
            least = heads[index]
            source = index
        }
        if least == .end { return nil }
        heads[source] = source < runs.count ? try runs[source].next(from: spill) : nextOfTable()
        return least
    }

    /// Replaces `entries` with the next recipients: `most` of them, fewer only at the end.
    package mutating func next(_ most: Int, into entries: inout [RecipientEntry]) throws {
        entries.removeAll(keepingCapacity: true)
        if runs.isEmpty, let head = heads.first, head != .end {
            // All are in the table, which is in this order.
            entries.append(head)
            table?.copy(from: &slot, into: &entries, upTo: most)
            heads[0] = nextOfTable()
        } else {
            while entries.count < most, let entry = try next() { entries.append(entry) }
        }
    }

    private mutating func nextOfTable() -> RecipientEntry {
        guard let table else { return .end }
        while slot < table.end {
            slot += 1
            if let entry = table.entry(at: slot - 1) { return entry }
        }
        return .end
    }

    /// A position in one run, with entries read ahead.
    private struct Cursor: Sendable {
        private let run: RecipientRun
        private var position = 0
        private var block: [UInt8] = []
        private var blockStart = 0

        init(_ run: RecipientRun) {
            self.run = run
        }

        mutating func next(from spill: any RecipientSpill) throws -> RecipientEntry {
            guard position < run.count else { return .end }
            if (position - blockStart) * run.entryBytes == block.count {
                let entries = min(RecipientRun.streamEntries, run.count - position)
                block = try run.read(entries, from: position, of: spill)
                blockStart = position
            }
            position += 1
            return run.entry(position - 1 - blockStart, of: block)
        }
    }
}

extension RecipientEntry {
    /// After every entry: record numbers start at 1 and never reach this.
    static let end = RecipientEntry(key: .max, record: .max, check: .max)
}
