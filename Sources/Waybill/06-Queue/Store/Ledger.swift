/// The ledger: one row for each drop ever claimed. All calls but those that list batches take one look at a row.
package protocol Ledger {
    // MARK: Claims

    /// Writes a claim down and gives the batch its id, the day's next: in a transaction of its own.
    ///
    /// Nobody knows the id before the batch's own durable commit, so that a loss of power may take this one back: the
    /// claim is then found without a row, and gets another.
    func recordClaim(
        token: String, purpose: DropPurpose, name: String, folder: String, size: Int64, at now: Timestamp
    ) throws -> BatchID

    /// Takes a claim out of the ledger, with its hidden rows, durably and in a transaction of its own: its file went
    /// back to the inbox, or was never ours. The id may be given again.
    func forget(_ id: BatchID) throws

    /// Throws away what an interrupted reading of this batch stored. Before each reading.
    func discardHiddenRows(of id: BatchID) throws

    /// How many rows of a receipts or replies drop are applied; in the same transaction as their effects.
    func setProgress(_ rows: Int, of id: BatchID) throws

    // MARK: Outcomes

    /// Writes a batch's outcome, with which its contacts and parcels count for everybody at once: in the transaction
    /// that has its last rows. What is stored outside the engine's own transaction is on the disk before this returns.
    func finish(_ id: BatchID, _ outcome: BatchOutcome) throws

    /// What a batch has for others (acknowledgement, notice, archive copy) is out. Again changes nothing.
    func markPublished(_ id: BatchID) throws

    /// So many more of a batch's rejected records came back; never counts more than there are.
    func addMended(_ count: Int, to id: BatchID, at now: Timestamp) throws

    /// How many contacts of a batch are in each state; states without any are left out.
    func states(of batch: BatchID) throws -> [ContactState: Int]

    /// Adds to the totals of a batch what a transaction changed; the changes of all states but for new contacts add
    /// up to 0.
    func apply(_ changes: [ContactState: Int], to batch: BatchID, at now: Timestamp) throws

    // MARK: Looking up

    func batch(_ id: BatchID) throws -> BatchRow?

    func batch(token: String) throws -> BatchRow?

    /// Batches that are not marked as published, oldest first: those that are being read, too.
    func unpublishedBatches() throws -> [BatchRow]

    /// Batches of every purpose behind this id that were claimed until a moment, oldest first.
    func batches(after id: BatchID, claimedUntil moment: Timestamp, limit: Int) throws -> [BatchRow]

    /// The contact batches of a campaign that are done being read, refused ones and duplicates too, oldest first.
    func batches(ofCampaign campaign: String) throws -> [BatchRow]

    /// Those of them that came in or changed in [start, end), or came in before and are open now, oldest first.
    func batches(ofCampaign campaign: String, from start: Timestamp, to end: Timestamp) throws -> [BatchRow]

    /// The latest batches of a campaign (nil: of any) with rejected records that have not come back yet, latest first.
    /// Asked for with every drop, so nothing is decoded before it is needed.
    func mendableBatches(ofCampaign campaign: String?, limit: Int) throws -> [MendableBatch]

    /// The schema of such a batch.
    func schema(of batch: MendableBatch) throws -> Schema

    /// The visible batches that corrected a batch, oldest first.
    func corrections(of batch: BatchRow, limit: Int) throws -> [BatchRow]

    /// Batches with contacts that are not done, oldest first.
    func openBatches(limit: Int) throws -> [BatchRow]

    /// The latest batches of any purpose that were refused whole since a moment, latest first.
    func refusedBatches(since moment: Timestamp, limit: Int) throws -> [BatchRow]

    /// What each campaign with a batch of contacts has received, by name. Goes over the whole ledger the first time.
    func campaignTotals() throws -> [CampaignTotals]

    /// The names of campaigns that ever had a batch. Looks at one row for each.
    func campaignNames() throws -> [String]

    /// Campaigns that ever had a batch, by name, with the moment of the first.
    func campaignsWithBatches() throws -> [(campaign: String, since: Timestamp)]

    /// The first visible batch of contacts of a campaign with the same content, compressed or not, other than `except`.
    func firstBatch(_ identity: DropIdentity, campaign: String, except: BatchID) throws -> BatchID?

    /// The first visible batch of a purpose with the same content, other than `except`.
    func firstBatch(sha256: [UInt8], purpose: DropPurpose, except: BatchID) throws -> BatchID?

    /// Whether a visible batch came from a file of this size: only then can the content be known before it is read.
    func hasSeen(size: Int64, except: BatchID) throws -> Bool

    // MARK: Retention

    /// Batches whose contacts are all done since before a moment, and still stored.
    func removableBatches(before moment: Timestamp) throws -> [BatchID]

    /// Removes a batch's contacts, parcels and receipts, durably and in a transaction of its own; its row and its
    /// totals stay. No number of a parcel is given again because of it.
    func removeContacts(of id: BatchID) throws

    /// Removes what `removeContacts` left on the disk for those who were reading the store as it had been; a day later.
    func removeLeftovers() throws
}

/// What tells whether a drop may bring back a batch's rejects.
package struct MendableBatch: Sendable {
    package let id: BatchID
    package let rejected: Int
    /// The schema as the store has it: equal for drops of one sender.
    package let schemaText: String
}

/// What a campaign has received since its first batch, and where its contacts are.
package struct CampaignTotals: Sendable {
    package let campaign: String
    package internal(set) var received: Int
    package internal(set) var rejected: Int
    package internal(set) var duplicates: Int
    package internal(set) var states: [ContactState: Int] = [:]
}
