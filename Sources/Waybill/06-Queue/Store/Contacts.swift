/// Segments, the contacts in them, where each contact stands, and who is in a batch.
package protocol Contacts {
    // MARK: Intake

    /// Stores a segment of a batch that is being read; the numbers of its segments rise from 0. An empty segment is not
    /// stored.
    func insert(_ segment: ContactSegment, as id: SegmentID) throws

    /// Stores the rejected records and duplicates from the same part of the drop as a segment.
    func insertRefusals(_ refusals: [RefusedRecord], as id: SegmentID) throws

    /// Stores a run of a batch's recipients in key order; the runs of a batch, numbered from 0, are in key order too.
    func insertRecipients(_ run: [RecipientEntry], batch: BatchID, part: Int) throws

    // MARK: Segments

    /// Calls `body` with each segment of a batch in record order, even while the batch is being read.
    func forEachSegment(of batch: BatchID, _ body: (StoredSegment) throws -> Void) throws

    /// The segment that has a record of a batch; nil if no accepted contact has that number. Nil while the batch is
    /// being read: after a crash, its rows may be there without the data they refer to.
    func segment(of record: UInt32, batch: BatchID) throws -> StoredSegment?

    /// A segment by its key, even while its batch is being read.
    func segment(_ id: SegmentID) throws -> StoredSegment?

    /// The key of the only segment that can have a record of a batch; nil if none can, and while the batch is being
    /// read. Takes the same time for many segments as for few.
    func segmentID(of record: UInt32, batch: BatchID) throws -> SegmentID?

    /// The records of a segment of a visible batch; nil if there is no such segment. What was asked for lately is
    /// answered from memory.
    func records(of id: SegmentID) throws -> SegmentRecords?

    /// The segments of a visible batch that may have a contact with one of these keys, be it of any phone, of the
    /// e-mail address or of the id; nil where that was not noted.
    func segments(of batch: BatchID, mayHave keys: Set<UInt64>) throws -> [SegmentID]?

    /// A visible batch of which that is worth noting and was not; the oldest but those that were tried.
    func batchWithoutKeys(except tried: Set<BatchID>) throws -> BatchID?

    /// Notes it, which takes some tenths of a second for a million contacts. A connection that only reads may.
    func noteKeys(of batch: BatchID) throws

    // MARK: Standings

    /// Where the contacts of a segment stand; nil when all are as they came in.
    func standings(of id: SegmentID) throws -> Standings?

    /// Replaces the standings of a segment's contacts. `Ledger.apply` updates the batch's totals.
    func put(_ standings: Standings, of id: SegmentID) throws

    // MARK: Refusals

    /// Calls `body` with each rejected record and duplicate of a batch, in the order of the parts they came with.
    func forEachRefusal(of batch: BatchID, _ body: (RefusedRecord) throws -> Void) throws

    /// Calls `body` with what identifies each rejected record of a batch when it comes back, in that order, until
    /// `body` returns false.
    func forEachRejected(of batch: BatchID, _ body: (ArraySlice<UInt8>, RecordFingerprint?) -> Bool) throws

    // MARK: Recipients

    /// The records of these recipients in all batches that are not being read, for each that has any. Reads one run of
    /// each batch that may have them, so ask for many recipients together.
    func records(ofRecipients keys: Set<UInt64>) throws -> [UInt64: [(batch: BatchID, record: UInt32)]]

    /// Calls `body` for each contact of a batch who is one of these recipients, with the index in `keys`, which rise,
    /// and the contact's record. Reads each run of the batch at most once.
    func forEachRecord(ofRecipients keys: [UInt64], batch: BatchID, _ body: (Int, UInt32) throws -> Void) throws
}

extension Contacts {
    /// Calls `body` with each segment of a visible batch that may have a contact with one of these keys, in record
    /// order. Asked for many, nearly all have.
    package func forEachSegment(
        of batch: BatchID, mayHave keys: Set<UInt64>, _ body: (StoredSegment) throws -> Void
    ) throws {
        guard keys.count <= 1_000, let found = try segments(of: batch, mayHave: keys) else {
            return try forEachSegment(of: batch, body)
        }
        for id in found { if let segment = try segment(id) { try body(segment) } }
    }

    /// The records of one recipient.
    package func records(ofRecipient key: UInt64) throws -> [(batch: BatchID, record: UInt32)] {
        try records(ofRecipients: [key])[key, default: []]
    }
}

/// A stored segment and its key.
package struct StoredSegment: Sendable {
    package let id: SegmentID
    package let contacts: ContactSegment
}
