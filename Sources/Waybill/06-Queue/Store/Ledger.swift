/// The ledger: one row for each drop ever claimed. Every call looks up one row, except those that list batches.
package protocol Ledger {
    // MARK: Claims

    /// Records a claim and gives the batch its id, the day's next, in a transaction of its own.
    ///
    /// Nobody learns the id before the batch's own durable commit, so a loss of power may undo the row: the claim is
    /// then found without a row, and gets another id.
    func recordClaim(
        token: String, purpose: DropPurpose, name: String, folder: String, size: Int64, at now: Timestamp
    ) throws -> BatchID

    /// Removes a claim from the ledger, with its hidden rows, durably and in a transaction of its own: its file went
    /// back to the inbox, or was never ours. The id may be given again.
    func forget(_ id: BatchID) throws

    /// Removes what an interrupted reading of this batch stored. Called before each reading.
    func discardHiddenRows(of id: BatchID) throws

    /// Sets how many rows of a receipts or replies drop were applied; in the transaction of their effects.
    func setProgress(_ rows: Int, of id: BatchID) throws

    // MARK: Outcomes

    /// Stores a batch's outcome, which makes its contacts and parcels visible at once; in the transaction of its last
    /// rows. Whatever is stored outside the engine's own transaction is on the disk before this returns.
    func finish(_ id: BatchID, _ outcome: BatchOutcome) throws

    /// Marks that a batch's acknowledgement, notice and archive copy are out. Doing it again changes nothing.
    func markPublished(_ id: BatchID) throws

    /// Counts more of a batch's rejected records as come back, never more than there are.
    func addMended(_ count: Int, to id: BatchID, at now: Timestamp) throws

    /// How many contacts of a batch are in each state; states without contacts are left out.
    func states(of batch: BatchID) throws -> [ContactState: Int]

    /// Applies a transaction's changes to the totals of a batch; except for new contacts, the changes of all states add
    /// up to 0.
    func apply(_ changes: [ContactState: Int], to batch: BatchID, at now: Timestamp) throws

    // MARK: Looking up

    func batch(_ id: BatchID) throws -> BatchRow?

    /// The same without what was acknowledged, which takes longest to read: whose contacts they are, and how they are
    /// read.
    func bareBatch(_ id: BatchID) throws -> BatchRow?

    func batch(token: String) throws -> BatchRow?

    /// Batches not marked as published, oldest first, including those being read.
    func unpublishedBatches() throws -> [BatchRow]

    /// Batches of every purpose after this id that were claimed until a moment, oldest first.
    func batches(after id: BatchID, claimedUntil moment: Timestamp, limit: Int) throws -> [BatchRow]

    /// A campaign's contact batches after this id that were read completely, including refused ones and duplicates,
    /// oldest first.
    func batches(ofCampaign campaign: String, after id: BatchID) throws -> [BatchRow]

    /// All of a campaign's, only batches that came in or changed in [start, end), or came in before and are open now.
    func batches(ofCampaign campaign: String, from start: Timestamp, to end: Timestamp) throws -> [BatchRow]

    /// The latest batches of a campaign (nil: of any) with rejected records that have not come back yet, latest first.
    /// Called for every drop, so nothing is decoded before it is needed.
    func mendableBatches(ofCampaign campaign: String?, limit: Int) throws -> [MendableBatch]

    /// The schema of such a batch.
    func schema(of batch: MendableBatch) throws -> Schema

    /// The visible batches that corrected a batch, oldest first.
    func corrections(of batch: BatchRow, limit: Int) throws -> [BatchRow]

    /// Batches with contacts that are not done, oldest first, without their acknowledgements.
    func openBatches(limit: Int) throws -> [BatchRow]

    /// The latest batches of any purpose that were refused whole since a moment, latest first.
    func refusedBatches(since moment: Timestamp, limit: Int) throws -> [BatchRow]

    /// What each campaign with contact batches received, by name. Reads the whole ledger the first time.
    func campaignTotals() throws -> [CampaignTotals]

    /// The names of campaigns that ever had a batch. Looks at one row for each.
    func campaignNames() throws -> [String]

    /// Campaigns that ever had a batch, by name, with the moment of the first.
    func campaignsWithBatches() throws -> [(campaign: String, since: Timestamp)]

    /// The visible batches of contacts of a campaign with the same content, compressed or not, other than `except`, the
    /// first of them in front.
    func batches(with identity: DropIdentity, campaign: String, except: BatchID) throws -> [BatchID]

    /// The first visible batch of a purpose with the same content, other than `except`.
    func firstBatch(sha256: [UInt8], purpose: DropPurpose, except: BatchID) throws -> BatchID?

    /// Whether a visible batch came from a file of this size: only then can the content be known before it is read.
    func hasSeen(size: Int64, except: BatchID) throws -> Bool

    // MARK: Retention

    /// Batches that are still stored although all their contacts are done since before a moment.
    func removableBatches(before moment: Timestamp) throws -> [BatchID]

    /// Removes a batch's contacts, parcels and receipts, durably and in a transaction of its own; its row and totals
    /// stay. No parcel number is given again because of it.
    func removeContacts(of id: BatchID) throws

    /// Removes the files that `removeContacts` left for readers of an earlier snapshot; called a day later.
    func removeLeftovers() throws
}

extension Ledger {
    /// All of a campaign's contact batches that were read completely, oldest first.
    package func batches(ofCampaign campaign: String) throws -> [BatchRow] {
        try batches(ofCampaign: campaign, after: BatchID(rawValue: 0))
    }
}

/// What decides whether a drop may bring back a batch's rejects.
package struct MendableBatch: Sendable {
    package let id: BatchID
    package let rejected: Int
    /// The schema as stored: equal for drops of one sender.
    package let schemaText: String
}

/// What a campaign received since its first batch, and where its contacts are.
package struct CampaignTotals: Sendable {
    package let campaign: String
    package internal(set) var received: Int
    package internal(set) var rejected: Int
    package internal(set) var duplicates: Int
    package internal(set) var states: [ContactState: Int] = [:]
}
