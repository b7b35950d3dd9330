import SystemIO

/// Segments, the contacts in them, and where each contact stands.
extension Store {
    /// A stored segment and its key.
    package struct StoredSegment: Sendable {
        package let id: SegmentID
        package let contacts: ContactSegment
    }

    /// Begins the file for the segments of a large batch anew.
    func segmentFile(of batch: BatchID) throws -> SegmentFile {
        // Removed, not emptied: in a rehearsal the name may lead to a file of the store that it is a copy of.
        try removeSegmentFile(of: batch)
        return try SegmentFile(of: batch, store: database.path, isThrownAway: isThrownAway)
    }

    /// Stores a segment: in the database, or in the file of its batch.
    package func insert(_ segment: ContactSegment, as id: SegmentID, in file: SegmentFile? = nil) throws {
        guard segment.count > 0 else { return }
        let place = try file?.append(segment)
        let insert = try database.statement(StoreSQL.insertSegment)
        try insert.bind(":id", id.rawValue)
        try insert.bind(":first", Int64(segment.record(at: 0)))
        try insert.bind(":last", Int64(segment.record(at: segment.count - 1)))
        try insert.bind(":count", segment.count)
        try insert.bind(":place", place)
        try insert.bind(":size", place.map { _ in segment.bytes.count })
        try insert.run(withBlob: place == nil ? segment.bytes : [], at: ":data")
    }

    package func insertRefusals(_ refusals: [RefusedRecord], as id: SegmentID) throws {
        guard !refusals.isEmpty else { return }
        let insert = try database.statement(StoreSQL.insertRefusals)
        try insert.bind(":id", id.rawValue)
        try insert.bind(":data", RefusedRecord.encode(refusals))
        try insert.run()
    }

    /// Calls `body` with each segment of a batch in record order.
    package func forEachSegment(of batch: BatchID, _ body: (StoredSegment) throws -> Void) throws {
        let select = try database.prepare(StoreSQL.segmentsOfBatch)
        let (low, high) = SegmentID.range(of: batch)
        try select.bind(":low", low)
        try select.bind(":high", high)
        while try select.step() { try body(try segment(select)) }
    }

    /// The segment that holds a record of a batch, nil when no accepted contact has that number. A batch that is still being read
    /// has none: its rows are hidden, and after a crash they may be there and not what they lead to.
    package func segment(of record: UInt32, batch: BatchID) throws -> StoredSegment? {
        let select = try database.statement(StoreSQL.segmentOfRecord)
        defer { select.reset() }
        let (low, high) = SegmentID.range(of: batch)
        try select.bind(":low", low)
        try select.bind(":high", high)
        try select.bind(":record", Int64(record))
        try select.bind(":batch", batch.rawValue)
        guard try select.step() else { return nil }
        let found = try segment(select)
        return found.contacts.index(of: record) == nil ? nil : found
    }

    package func segment(_ id: SegmentID) throws -> StoredSegment? {
        let select = try database.statement(StoreSQL.segmentByID)
        defer { select.reset() }
        try select.bind(":id", id.rawValue)
        return try select.step() ? segment(select) : nil
    }

    private func segment(_ select: Statement) throws -> StoredSegment {
        let id = SegmentID(rawValue: select.int64(0))
        let bytes = try select.optionalInt64(2).map { try read(id, at: $0, count: select.int(3)) } ?? select.blob(1)
        guard let contacts = ContactSegment(bytes: bytes) else {
            throw StoreProblem.damaged(what: "segment \(id.rawValue) of batch \(id.batch)")
        }
        return StoredSegment(id: id, contacts: contacts)
    }

    private func read(_ id: SegmentID, at place: Int64, count: Int) throws -> [UInt8] {
        if lastFile?.batch != id.batch {
            let path = SegmentFile.path(of: id.batch, store: database.path)
            guard try Files.exists(path) else {
                throw StoreProblem.segmentsMissing(batch: id.batch, path: path)
            }
            lastFile = (id.batch, try OpenFile(reading: path, followLinks: true))
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while let file = lastFile?.file, bytes.count < count,
            try file.read(at: place + Int64(bytes.count), into: &bytes, atMost: count - bytes.count) > 0
        {}
        return bytes
    }

    /// Removes the file of a batch that nobody sees: rows that still lead to it are hidden.
    func removeSegmentFile(of batch: BatchID) throws {
        // Its id may come again.
        if lastFile?.batch == batch { lastFile = nil }
        try Files.remove(SegmentFile.path(of: batch, store: database.path))
    }

    /// Removes the files of batches whose contacts have been removed. Those of batches that the ledger does not know stay: they may
    /// belong to a store that is put back.
    package func removeStraySegmentFiles() throws {
        for batch in try SegmentFile.batches(store: database.path) where try self.batch(batch) != nil {
            let select = try database.statement(StoreSQL.hasSegments)
            let (low, high) = SegmentID.range(of: batch)
            try select.bind(":low", low)
            try select.bind(":high", high)
            if try select.first({ _ in }) == nil { try removeSegmentFile(of: batch) }
        }
    }

    /// Where the contacts of a segment stand; nil when all are as they came in.
    package func contactRecords(of id: SegmentID) throws -> ContactRecords? {
        let select = try database.statement(StoreSQL.contactStates)
        defer { select.reset() }
        try select.bind(":id", id.rawValue)
        return try select.step() ? ContactRecords(bytes: select.blob(0)) : nil
    }

    package func put(_ records: ContactRecords, of id: SegmentID) throws {
        let put = try database.statement(StoreSQL.putContactStates)
        try put.bind(":id", id.rawValue)
        try put.run(withBlob: records.bytes, at: ":data")
    }

    /// Adds to the totals of a batch what a transaction changed.
    package func apply(_ changes: [ContactState: Int], to batch: BatchID, at now: Timestamp) throws {
        var open = 0
        for (state, count) in changes where count != 0 {
            try add(count, to: state, of: batch)
            if !state.isFinal { open += count }
        }
        let update = try database.statement(StoreSQL.addOpen)
        try update.bind(":id", batch.rawValue)
        try update.bind(":open", open)
        try update.bind(":at", now.milliseconds)
        try update.run()
    }

    package func forEachRefusal(of batch: BatchID, _ body: (RefusedRecord) throws -> Void) throws {
        let select = try database.prepare(StoreSQL.refusalsOfBatch)
        let (low, high) = SegmentID.range(of: batch)
        try select.bind(":low", low)
        try select.bind(":high", high)
        while try select.step() {
            for refusal in RefusedRecord.decode(select.blob(0)) { try body(refusal) }
        }
    }

    /// Calls `body` with what each rejected record of a batch may be known again by, until it answers false.
    func forEachRejected(of batch: BatchID, _ body: (ArraySlice<UInt8>, RecordFingerprint?) -> Bool) throws {
        let select = try database.prepare(StoreSQL.refusalsOfBatch)
        let (low, high) = SegmentID.range(of: batch)
        try select.bind(":low", low)
        try select.bind(":high", high)
        var isWanted = true
        while isWanted, try select.step() {
            RefusedRecord.forEach(in: select.blob(0)) { stored in
                if isWanted, !stored.isDuplicate { isWanted = body(stored.id, stored.fingerprint) }
            }
        }
    }

    // MARK: Recipients

    /// Entries of one recipient run are 12 bytes, key (u64) and record (u32) little-endian, in key order.
    package static let recipientEntrySize = 12

    /// Stores a run of recipients in key order; keys compare as unsigned, SQLite's as signed, hence the flipped bit.
    package func insertRecipients(_ run: [RecipientEntry], batch: BatchID, part: Int) throws {
        guard let first = run.first, let last = run.last else { return }
        let insert = try database.statement(StoreSQL.insertRecipients)
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

    /// The records of a recipient, in one batch or (nil) in all.
    package func records(ofRecipient key: UInt64, batch: BatchID? = nil) throws -> [(batch: BatchID, record: UInt32)] {
        let select = try database.statement(batch == nil ? StoreSQL.recipientRunsEverywhere : StoreSQL.recipientRuns)
        defer { select.reset() }
        try select.bind(":key", Self.signed(key))
        if let batch {
            let (low, high) = SegmentID.range(of: batch)
            try select.bind(":low", low)
            try select.bind(":high", high)
        }
        var found: [(BatchID, UInt32)] = []
        while try select.step() {
            let run = select.blob(1)
            var low = 0
            var high = run.count / Self.recipientEntrySize
            while low < high {
                let middle = (low + high) / 2
                if Self.key(run, at: middle) < key { low = middle + 1 } else { high = middle }
            }
            while low < run.count / Self.recipientEntrySize, Self.key(run, at: low) == key {
                let record = ContactSegment.word(run, at: low * Self.recipientEntrySize + 8)
                found.append((SegmentID(rawValue: select.int64(0)).batch, record))
                low += 1
            }
        }
        return found
    }

    /// Calls `body` for each contact of a batch who is one of these recipients, with the recipient's place in `keys`, which
    /// rise, and the contact's record.
    ///
    /// A recipient run is read once for all keys that lie in it.
    func forEachRecord(
        ofRecipients keys: [UInt64], batch: BatchID, _ body: (Int, UInt32) throws -> Void
    ) throws {
        let select = try database.prepare(StoreSQL.recipientRunsOfBatch)
        let (low, high) = SegmentID.range(of: batch)
        try select.bind(":low", low)
        try select.bind(":high", high)
        var next = 0
        while try select.step() {
            let first = Self.unsigned(select.int64(0))
            let last = Self.unsigned(select.int64(1))
            while next < keys.count, keys[next] < first { next += 1 }
            guard next < keys.count else { return }
            if keys[next] > last { continue }
            let run = select.blob(2)
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
                // The next run may go on with the last recipient of this one.
                if keys[place - 1] < last { next = place }
            }
        }
    }

    private static func key(_ run: [UInt8], at index: Int) -> UInt64 {
        let offset = index * recipientEntrySize
        return UInt64(ContactSegment.word(run, at: offset)) | UInt64(ContactSegment.word(run, at: offset + 4)) << 32
    }

    static func signed(_ key: UInt64) -> Int64 { Int64(bitPattern: key ^ 1 << 63) }

    /// The key that `signed` made a number of.
    static func unsigned(_ number: Int64) -> UInt64 { UInt64(bitPattern: number) ^ 1 << 63 }
}
