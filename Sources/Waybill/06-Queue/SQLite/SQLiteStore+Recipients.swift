import SystemIO

/// Who is in a batch: one row for each run of some thousand recipients.
extension SQLiteStore {
    /// Entries of one recipient run are 12 bytes, key (u64) and record (u32) little-endian, in key order.
    package static let recipientEntrySize = 12

    package func insertRecipients(_ run: [RecipientEntry], batch: BatchID, part: Int) throws {
        guard let first = run.first, let last = run.last else { return }
        let insert = try database.statement(ContactSQL.insertRecipients)
        try insert.bind(":id", SegmentID(batch: batch, number: part).rawValue)
        try insert.bind(":first", Self.signed(first.key))
        try insert.bind(":last", Self.signed(last.key))
        try insert.run(withBlob: Self.encode(run), at: ":data")
    }

    private static func encode(_ run: [RecipientEntry]) -> [UInt8] {
        let size = run.count * recipientEntrySize
        // Safe: each entry writes its own twelve bytes, within the capacity.
        return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            for index in run.indices {
                let place = index * recipientEntrySize
                unsafe raw.storeBytes(of: run[index].key.littleEndian, toByteOffset: place, as: UInt64.self)
                unsafe raw.storeBytes(of: run[index].record.littleEndian, toByteOffset: place + 8, as: UInt32.self)
            }
            count = size
        }
    }

    package func records(ofRecipients keys: Set<UInt64>) throws -> [UInt64: [(batch: BatchID, record: UInt32)]] {
        let keys = keys.sorted()
        guard let least = keys.first, let most = keys.last else { return [:] }
        var found: [UInt64: [(batch: BatchID, record: UInt32)]] = [:]
        guard let runs = try recipientRuns(of: keys) else {
            let select = try database.statement(ContactSQL.recipientRunsEverywhere)
            defer { select.reset() }
            try select.bind(":least", Self.signed(least))
            try select.bind(":most", Self.signed(most))
            while try select.step() { try Self.look(for: keys, in: select, &found) }
            return found
        }
        let select = try database.statement(ContactSQL.recipientRuns)
        defer { select.reset() }
        for run in runs {
            try select.bind(":low", run.rawValue)
            try select.bind(":high", run.rawValue + 1)
            while try select.step() { try Self.look(for: keys, in: select, &found) }
        }
        return found
    }

    /// Looks for keys, which rise, in a run.
    private static func look(
        for keys: [UInt64], in select: Statement, _ found: inout [UInt64: [(batch: BatchID, record: UInt32)]]
    ) throws {
        let id = SegmentID(rawValue: select.int64(0))
        try checkRecipients(select, 4, id)
        let first = unsigned(select.int64(1))
        let last = unsigned(select.int64(2))
        select.withBlob(3) { run in
            var entry = 0
            for key in keys[RecipientMemory.place(of: first, in: keys)...].prefix(while: { $0 <= last }) {
                entry = place(of: key, in: run, from: entry)
                while entry < run.count / recipientEntrySize, self.key(run, at: entry) == key {
                    found[key, default: []].append((id.batch, record(run, at: entry)))
                    entry += 1
                }
            }
        }
    }

    /// All keys in a run.
    static func keys(of run: Span<UInt8>) -> [UInt64] {
        var keys: [UInt64] = []
        for entry in 0..<run.count / recipientEntrySize { keys.append(key(run, at: entry)) }
        return keys
    }

    /// The place of the first key in a run that is not below one, from an entry on.
    private static func place(of key: UInt64, in run: Span<UInt8>, from start: Int) -> Int {
        var (low, high) = (start, run.count / recipientEntrySize)
        while low < high {
            let middle = (low + high) / 2
            if self.key(run, at: middle) < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func key(_ run: Span<UInt8>, at index: Int) -> UInt64 {
        // Safe: the load is checked against the span's bounds, and every bit pattern is an integer.
        UInt64(
            littleEndian: unsafe run.bytes.unsafeLoadUnaligned(
                fromByteOffset: index * recipientEntrySize, as: UInt64.self))
    }

    private static func record(_ run: Span<UInt8>, at index: Int) -> UInt32 {
        // Safe: as above.
        UInt32(
            littleEndian: unsafe run.bytes.unsafeLoadUnaligned(
                fromByteOffset: index * recipientEntrySize + 8, as: UInt32.self))
    }

    package func forEachRecord(
        ofRecipients keys: [UInt64], batch: BatchID, _ body: (Int, UInt32) throws -> Void
    ) throws {
        let select = try database.prepare(ContactSQL.recipientRuns)
        let (low, high) = SegmentID.range(of: batch)
        try select.bind(":low", low)
        try select.bind(":high", high)
        var next = 0
        while try select.step() {
            try Self.checkRecipients(select, 4, SegmentID(rawValue: select.int64(0)))
            let first = Self.unsigned(select.int64(1))
            let last = Self.unsigned(select.int64(2))
            while next < keys.count, keys[next] < first { next += 1 }
            guard next < keys.count else { return }
            if keys[next] > last { continue }
            let run = select.blob(3)
            let count = run.count / Self.recipientEntrySize
            var entry = 0
            var place = next
            while place < keys.count, keys[place] <= last {
                var high = count
                while entry < high {
                    let middle = (entry + high) / 2
                    if Self.key(run, at: middle) < keys[place] { entry = middle + 1 } else { high = middle }
                }
                var twin = entry
                while twin < count, Self.key(run, at: twin) == keys[place] {
                    try body(place, ContactSegment.word(run, at: twin * Self.recipientEntrySize + 8))
                    twin += 1
                }
                place += 1
                // The next run may continue with this one's last recipient.
                if keys[place - 1] < last { next = place }
            }
        }
    }

    private static func checkRecipients(_ select: Statement, _ column: Int32, _ id: SegmentID) throws {
        if select.int(column) != 0 { return }
        throw StoreProblem.damaged(what: "run \(id.number) of who is in batch \(id.batch), by its checksum")
    }

    private static func key(_ run: [UInt8], at index: Int) -> UInt64 {
        let offset = index * recipientEntrySize
        return UInt64(ContactSegment.word(run, at: offset)) | UInt64(ContactSegment.word(run, at: offset + 4)) << 32
    }

    static func signed(_ key: UInt64) -> Int64 { Int64(bitPattern: key ^ 1 << 63) }

    /// The key from which `signed` made a number.
    static func unsigned(_ number: Int64) -> UInt64 { UInt64(bitPattern: number) ^ 1 << 63 }
}
