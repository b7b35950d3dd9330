/// Segments, the contacts in them, where each contact stands, and who is in a batch.
package protocol Contacts {
    // MARK: Intake

    /// Stores a segment of a batch that is being read; the numbers of its segments rise from 0. An empty one is
    /// passed over.
    func insert(_ segment: ContactSegment, as id: SegmentID) throws

    /// Stores the rejected records and duplicates of the part of a drop that a segment came from.
    func insertRefusals(_ refusals: [RefusedRecord], as id: SegmentID) throws

    /// Stores a run of a batch's recipients in key order; the runs of a batch, numbered from 0, are in key order too.
    func insertRecipients(_ run: [RecipientEntry], batch: BatchID, part: Int) throws

    // MARK: Segments

    /// Calls `body` with each segment of a batch in record order, also while the batch is being read.
    func forEachSegment(of batch: BatchID, _ body: (StoredSegment) throws -> Void) throws

    /// The segment that holds a record of a batch, nil when no accepted contact has that number. A batch that is
    /// still being read has none: after a crash its rows may be there, and not what they lead to.
    func segment(of record: UInt32, batch: BatchID) throws -> StoredSegment?

    /// A segment by its key, also while its batch is being read.
    func segment(_ id: SegmentID) throws -> StoredSegment?

    /// The key of the only segment that can hold a record of a batch; nil where none can, and while the batch is still
    /// being read. Takes no longer with many segments than with few.
    func segmentID(of record: UInt32, batch: BatchID) throws -> SegmentID?

    /// Which records a segment of a batch that can be seen holds; nil when there is no such segment. What was asked for
    /// lately is known without reading it.
    func records(of id: SegmentID) throws -> SegmentRecords?

    // MARK: Standings

    /// Where the contacts of a segment stand; nil when all are as they came in.
    func standings(of id: SegmentID) throws -> Standings?

    /// Replaces where the contacts of a segment stand. The totals of the batch are `Ledger.apply`'s.
    func put(_ standings: Standings, of id: SegmentID) throws

    // MARK: Refusals

    /// Calls `body` with each rejected record and duplicate of a batch in the order of the parts they came with.
    func forEachRefusal(of batch: BatchID, _ body: (RefusedRecord) throws -> Void) throws

    /// Calls `body` with what each rejected record of a batch may be known again by, in that order, until it answers
    /// false.
    func forEachRejected(of batch: BatchID, _ body: (ArraySlice<UInt8>, RecordFingerprint?) -> Bool) throws

    // MARK: Recipients

    /// The records of recipients in all batches but those that are being read, for each that has any. Looks at one run
    /// of each batch that may have them: of many recipients it is best asked together.
    func records(ofRecipients keys: Set<UInt64>) throws -> [UInt64: [(batch: BatchID, record: UInt32)]]

    /// Calls `body` for each contact of a batch who is one of these recipients, with the recipient's place in `keys`,
    /// which rise, and the contact's record. Reads each run of the batch at most once.
    func forEachRecord(ofRecipients keys: [UInt64], batch: BatchID, _ body: (Int, UInt32) throws -> Void) throws
}

extension Contacts {
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
