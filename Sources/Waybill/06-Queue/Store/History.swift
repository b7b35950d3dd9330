/// What has happened: the results that came back, and who was contacted and responded when, as far as caps need it.
package protocol History {
    /// Adds receipts of a batch's contacts that came with one drop, each contact's in the order in which they came.
    func insert(_ receipts: [StoredReceipt], batch: BatchID, source: BatchID) throws

    /// The receipts of some contacts of a batch, by record, each contact's in the order in which they came.
    func receipts(ofBatch batch: BatchID, records: ClosedRange<UInt32>) throws -> [StoredReceipt]

    /// Notes that a parcel's contacts leave; noting the same parcel again changes nothing.
    func noteDeparture(of keys: [UInt64], parcel: ParcelID, channel: Channel, campaign: String, at moment: Timestamp)
        throws

    /// Forgets that a parcel's contacts left, before the departure is noted again.
    func forgetDeparture(of parcel: ParcelID) throws

    /// Notes who responded to a campaign's messages over a channel, or declined (`counted` says which).
    func noteResponses(
        of keys: [UInt64], channel: Channel, campaign: String, counted: Policy.Counted, at moment: Timestamp) throws

    /// All contacts, responses and refusals after a moment, as far as caps need them; `sorts` says what the contacts of
    /// campaigns are. Reads all of them.
    func recentContacts(
        after moment: Timestamp, caps: [Policy.Cap], sorts: RecentContacts.Sorts
    ) throws -> RecentContacts

    /// Forgets contacts and responses before a moment; no cap looks back so far any more.
    func forgetContacts(before moment: Timestamp) throws
}

extension History {
    /// The receipts of a whole batch by record.
    package func receipts(ofBatch batch: BatchID) throws -> [StoredReceipt] {
        try receipts(ofBatch: batch, records: 0...UInt32.max)
    }

    /// The receipts of one contact.
    package func receipts(ofBatch batch: BatchID, record: UInt32) throws -> [StoredReceipt] {
        try receipts(ofBatch: batch, records: record...record)
    }
}

/// A receipt as it is kept.
package struct StoredReceipt: Hashable, Sendable {
    package var record: UInt32
    package var step: String
    package var attempt: Int
    package var event: String
    package var at: Timestamp
    package var receivedAt: Timestamp
    package var code: String
    package var detail: String
    /// Whether it came after the contact was done.
    package var isLate: Bool

    package init(
        record: UInt32, step: String, attempt: Int, event: String, at: Timestamp, receivedAt: Timestamp,
        code: String, detail: String, isLate: Bool
    ) {
        self.record = record
        self.step = step
        self.attempt = attempt
        self.event = event
        self.at = at
        self.receivedAt = receivedAt
        self.code = code
        self.detail = detail
        self.isLate = isLate
    }
}
