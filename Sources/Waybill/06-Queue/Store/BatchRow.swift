/// How far a batch has come. Kept in the store: never renumber.
package enum BatchStatus: Int, Sendable {
    /// We have its file. Its rows, if any, are hidden, and a restart reads the file again.
    case claimed = 0
    /// Its verdicts are durable; its contacts may be sent.
    case visible = 1
    /// Refused whole.
    case refused = 2
    /// The same content as an earlier batch.
    case duplicate = 3
}

/// One line of the ledger: a drop and the batch it made.
package struct BatchRow: Sendable {
    package let id: BatchID
    /// The name of the claim's folder below `inbox/.waybill/<owner>/`.
    package let token: String
    package let purpose: DropPurpose
    package let status: BatchStatus
    package let isPublished: Bool
    /// The drop's own name.
    package let name: String
    /// The inbox folder it was in, relative to the inbox; empty for the inbox itself.
    package let folder: String
    package let campaign: String
    package let size: Int64
    package let sha256: [UInt8]?
    package let priority: Int
    package let config: String
    package let claimedAt: Timestamp
    package let visibleAt: Timestamp
    /// How many rows of a receipts or replies drop were applied.
    package let progress: Int
    package let accepted: Int
    package let rejected: Int
    package let duplicates: Int
    package let mended: Int
    package let segments: Int
    /// Contacts not in a final state.
    package let open: Int
    package let changedAt: Timestamp
    package let schema: Schema
    /// The acknowledgement as known when the batch was finished; nil before.
    package let acknowledgement: Acknowledgement?

    package var received: Int { accepted + rejected + duplicates }
}

/// Identifies a drop's content, together with its campaign (contract §3).
package struct DropIdentity: Sendable {
    /// SHA-256 of its bytes as they were in the inbox.
    package let sha256: [UInt8]
    /// SHA-256 of the decompressed bytes; nil if the drop was not compressed.
    package let content: [UInt8]?

    package init(sha256: [UInt8], content: [UInt8]? = nil) {
        self.sha256 = sha256
        self.content = content
    }
}

/// What the commit stores that makes a batch visible, or refuses it.
package struct BatchOutcome: Sendable {
    package var status: BatchStatus
    package var campaign: String
    package var identity: DropIdentity
    package var priority: Int
    package var config: String
    package var visibleAt: Timestamp
    package var segments: Int
    package var schema: Schema
    package var acknowledgement: Acknowledgement
    /// Contacts by their first state.
    package var states: [ContactState: Int]

    package init(
        status: BatchStatus, campaign: String, identity: DropIdentity, priority: Int = 5, config: String = "",
        visibleAt: Timestamp, segments: Int = 0, schema: Schema = Schema(), acknowledgement: Acknowledgement,
        states: [ContactState: Int] = [:]
    ) {
        self.status = status
        self.campaign = campaign
        self.identity = identity
        self.priority = priority
        self.config = config
        self.visibleAt = visibleAt
        self.segments = segments
        self.schema = schema
        self.acknowledgement = acknowledgement
        self.states = states
    }
}
