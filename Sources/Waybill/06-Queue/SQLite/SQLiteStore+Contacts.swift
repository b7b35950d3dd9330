import SystemIO

/// Segments, the contacts in them, and where each contact stands.
extension SQLiteStore {
    /// This many segments of a batch, about a megabyte, are in the database, so a batch of a few contacts needs no
    /// file.
    static let segmentsInDatabase = 4

    package func insert(_ segment: ContactSegment, as id: SegmentID) throws {
        guard segment.count > 0 else { return }
        let place = id.number < Self.segmentsInDatabase ? nil : try segmentFile(of: id.batch).append(segment)
        let insert = try database.statement(ContactSQL.insertSegment)
        try insert.bind(":id", id.rawValue)
        try insert.bind(":first", Int64(segment.record(at: 0)))
        try insert.bind(":last", Int64(segment.record(at: segment.count - 1)))
        try insert.bind(":count", segment.count)
        try insert.bind(":place", place)
        try insert.bind(":size", place.map { _ in segment.bytes.count })
        try insert.bind(":crc", place.map { _ in Int64(segment.checksum) })
        try insert.run(withBlob: place == nil ? segment.bytes : [], at: ":data")
    }

    package func insertRefusals(_ refusals: [RefusedRecord], as id: SegmentID) throws {
        guard !refusals.isEmpty else { return }
        let insert = try database.statement(ContactSQL.insertRefusals)
        try insert.bind(":id", id.rawValue)
        try insert.bind(":data", RefusedRecord.encode(refusals))
        try insert.run()
    }

    package func forEachSegment(of batch: BatchID, _ body: (StoredSegment) throws -> Void) throws {
        let select = try database.prepare(ContactSQL.segmentsOfBatch)
        let (low, high) = SegmentID.range(of: batch)
        try select.bind(":low", low)
        try select.bind(":high", high)
        while try select.step() { try body(try segment(select)) }
    }

    package func segment(of record: UInt32, batch: BatchID) throws -> StoredSegment? {
        guard let id = try segmentID(of: record, batch: batch), let found = try segment(id) else { return nil }
        if found.contacts.index(of: record) != nil { return found }
        try checkSegments(of: batch)
        return nil
    }

    package func segmentID(of record: UInt32, batch: BatchID) throws -> SegmentID? {
        if let found = try knownSegments(of: batch)?.id(of: record) { return found }
        try checkSegments(of: batch)
        return nil
    }

    /// No segment has a record only if the row that should have had it is undamaged.
    private func checkSegments(of batch: BatchID) throws {
        if segments[batch]?.isWhole ?? false { return }
        let select = try database.statement(ContactSQL.damagedSegmentOfBatch)
        defer { select.reset() }
        let (low, high) = SegmentID.range(of: batch)
        try select.bind(":low", low)
        try select.bind(":high", high)
        try select.bind(":batch", batch.rawValue)
        if try select.step() { _ = try segment(select) }
        segments.noteWhole(batch)
    }

    package func records(of id: SegmentID) throws -> SegmentRecords? {
        if let known = try knownSegments(of: id.batch)?.records[id] { return known }
        guard let stored = try segment(id) else { return nil }
        // Of a batch that is not visible nothing is kept.
        return segments[id.batch]?.records[id] ?? SegmentRecords(stored.contacts)
    }

    /// What is known of a visible batch's segments; nil for any other batch.
    private func knownSegments(of batch: BatchID) throws -> KnownSegments? {
        if let known = segments[batch] { return known }
        let select = try database.statement(ContactSQL.segmentsInSight)
        defer { select.reset() }
        let (low, high) = SegmentID.range(of: batch)
        try select.bind(":low", low)
        try select.bind(":high", high)
        try select.bind(":batch", batch.rawValue)
        var known = KnownSegments()
        while try select.step() {
            known.add(
                SegmentID(rawValue: select.int64(0)), first: UInt32(truncatingIfNeeded: select.int64(1)),
                last: UInt32(truncatingIfNeeded: select.int64(2)))
        }
        guard !known.isEmpty else { return nil }
        segments.add(known, of: batch)
        return known
    }

    package func segment(_ id: SegmentID) throws -> StoredSegment? {
        let select = try database.statement(ContactSQL.segmentByID)
        defer { select.reset() }
        try select.bind(":id", id.rawValue)
        guard try select.step() else { return nil }
        let stored = try segment(select)
        // Where its contacts are is asked again once they have left, and then without their values.
        if let known = segments[id.batch], known.records[id] == nil {
            segments.note(SegmentRecords(stored.contacts), of: id)
        }
        return stored
    }

    func segment(_ select: Statement) throws -> StoredSegment {
        let id = SegmentID(rawValue: select.int64(0))
        let place = select.optionalInt64(2)
        guard select.int(7) != 0 else { throw damage(select, place) }
        let bytes = try place.map { try read(id, at: $0, count: select.int(3)) } ?? select.blob(1)
        let crc = select.optionalInt64(4)
        if let crc, crc != Int64(Checksum.of(bytes)) { throw damage(select, place) }
        guard let contacts = ContactSegment(bytes: bytes, areAsWritten: crc != nil) else {
            throw damage(select, place)
        }
        return StoredSegment(id: id, contacts: contacts)
    }

    private func damage(_ select: Statement, _ place: Int64?) -> StoreProblem {
        let id = SegmentID(rawValue: select.int64(0))
        let file = place == nil ? database.path : SegmentFile.path(of: id.batch, store: database.path)
        return .damaged(
            what: "segment \(id.number) of batch \(id.batch), records \(select.int64(5)) to \(select.int64(6)), "
                + "in \(file)")
    }

    private func read(_ id: SegmentID, at place: Int64, count: Int) throws -> [UInt8] {
        try segmentFiles[id.batch]?.flush()
        if lastFile?.batch != id.batch {
            let path = SegmentFile.path(of: id.batch, store: database.path)
            do {
                guard try Files.exists(path) else {
                    throw StoreProblem.segmentsMissing(batch: id.batch, path: path, because: nil)
                }
                lastFile = (id.batch, try OpenFile(reading: path, followLinks: true))
            } catch let error as SystemError where error.code == SystemError.notAFolder || error.isDenied {
                throw StoreProblem.segmentsMissing(batch: id.batch, path: path, because: error)
            }
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        while let file = lastFile?.file, bytes.count < count,
            try file.read(at: place + Int64(bytes.count), into: &bytes, atMost: count - bytes.count) > 0
        {}
        return bytes
    }

    // MARK: The files of segments

    /// The file for the segments of a large batch, started again with each reading.
    private func segmentFile(of batch: BatchID) throws -> SegmentFile {
        if let open = segmentFiles[batch] { return open }
        // Removed, not truncated: in a rehearsal, the name may link to a file of the copied store.
        try removeSegmentFile(of: batch)
        let file = try SegmentFile(
            of: batch, store: database.path, log: database.logPath, isThrownAway: isThrownAway)
        segmentFiles[batch] = file
        return file
    }

    /// Ends a batch's file; everything added is on the disk then.
    func syncSegmentFile(of batch: BatchID) throws {
        try segmentFiles[batch]?.sync()
        segmentFiles[batch] = nil
    }

    package func unsynced(of batch: BatchID) throws -> (files: [String], folders: [String], log: String) {
        guard let file = segmentFiles[batch] else { return ([], [], database.logPath) }
        try file.flush()
        return ([file.path], [SegmentFile.folder(database.path)], database.logPath)
    }

    /// Removes the file of a hidden batch; rows that still refer to it are hidden too.
    func removeSegmentFile(of batch: BatchID) throws {
        // Its id may be given again.
        if lastFile?.batch == batch { lastFile = nil }
        segments.forget(batch)
        segmentFiles[batch] = nil
        let store = database.path
        for path in [SegmentKeys.path(of: batch, store: store), SegmentFile.path(of: batch, store: store)] {
            do {
                try Files.remove(path)
            } catch {
                // Nothing is there, or nobody can use it: a batch that needs a file of its own says so when it makes
                // one.
                guard error.code == SystemError.notAFolder || error.isDenied else { throw error }
            }
        }
    }

    /// Files of batches that the ledger does not know stay: they may belong to a store that is restored later.
    package func removeLeftovers() throws {
        for batch in try SegmentFile.batches(store: database.path) where try self.batch(batch) != nil {
            let select = try database.statement(ContactSQL.hasSegments)
            let (low, high) = SegmentID.range(of: batch)
            try select.bind(":low", low)
            try select.bind(":high", high)
            if try select.first({ _ in }) == nil { try removeSegmentFile(of: batch) }
        }
        try SegmentKeys.removeLeftovers(store: database.path)
    }

    // MARK: Standings

    package func standings(of id: SegmentID) throws -> Standings? {
        let select = try database.statement(ContactSQL.contactStates)
        defer { select.reset() }
        try select.bind(":id", id.rawValue)
        guard try select.step() else { return nil }
        let standings = try Standings(bytes: select.blob(0), of: id)
        if select.int(1) == 0 { throw Standings.damage(of: id) }
        try standings.forEachKind { standing in
            for name in [standing.step, standing.code, standing.reason] { _ = try text(name) }
        }
        return standings
    }

    package func put(_ standings: Standings, of id: SegmentID) throws {
        let put = try database.statement(ContactSQL.putContactStates)
        try put.bind(":id", id.rawValue)
        try put.run(withBlob: standings.bytes, at: ":data")
    }

    package func forEachRefusal(of batch: BatchID, _ body: (RefusedRecord) throws -> Void) throws {
        let select = try database.prepare(ContactSQL.refusalsOfBatch)
        let (low, high) = SegmentID.range(of: batch)
        try select.bind(":low", low)
        try select.bind(":high", high)
        while try select.step() {
            try Self.checkRefusals(select)
            for refusal in try RefusedRecord.decode(select.blob(0), of: batch) { try body(refusal) }
        }
    }

    private static func checkRefusals(_ select: Statement) throws {
        if select.int(1) != 0 { return }
        let id = SegmentID(rawValue: select.int64(2))
        throw StoreProblem.damaged(what: "refusals \(id.number) of batch \(id.batch), by their checksum")
    }

    package func forEachRejected(of batch: BatchID, _ body: (ArraySlice<UInt8>, RecordFingerprint?) -> Bool) throws {
        let select = try database.prepare(ContactSQL.refusalsOfBatch)
        let (low, high) = SegmentID.range(of: batch)
        try select.bind(":low", low)
        try select.bind(":high", high)
        var isWanted = true
        while isWanted, try select.step() {
            try Self.checkRefusals(select)
            try RefusedRecord.forEach(in: select.blob(0), of: batch) { stored in
                if isWanted, !stored.isDuplicate { isWanted = body(stored.id, stored.fingerprint) }
            }
        }
    }
}
