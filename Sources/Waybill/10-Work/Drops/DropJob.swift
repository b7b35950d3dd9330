/// A drop that is being read, asked for one step after the other: whoever asks decides what goes on between two steps.
///
/// No transaction is open between steps. A job that is dropped leaves nothing that a later reading does not clear: what
/// it has not committed at its end is hidden.
protocol DropJob: AnyObject {
    /// How far it is.
    var progress: DropProgress { get }

    /// Goes on by about a block of the file or one commit, waiting at most `patience` milliseconds for what other
    /// threads do for it.
    func step(patience: Int64) throws -> DropStep
}

/// What a step came to.
enum DropStep {
    case more
    /// Nothing could be done yet, as when a share hangs.
    case waiting
    /// The outcome is in the ledger, whatever it is.
    case done
}

/// How far a drop is, and what is known of it.
package struct DropProgress: Sendable {
    package let batch: BatchID
    package let purpose: DropPurpose
    package let drop: String
    /// Of a drop of contacts empty until it is known.
    package var campaign: String
    package let startedAt: Timestamp
    package var priority = 5
    package let size: Int64
    package var bytes: Int64 = 0
    package var records = 0
    package var rejected = 0
    package var duplicates = 0
    /// No other drop of its campaign may be read meanwhile: which contacts it takes depends on those that the campaign
    /// has taken before, by a quota of its sample or since it corrects another drop.
    package var isAlone = false

    init(_ batch: BatchRow, size: Int64) {
        self.batch = batch.id
        purpose = batch.purpose
        drop = batch.name
        campaign = batch.purpose.folder
        startedAt = batch.claimedAt
        self.size = size
    }

    /// Bytes of a drop that is read in some twenty milliseconds.
    static let short: Int64 = 4 << 20
    var isLong: Bool { size > Self.short }

    mutating func note(bytes: Int64, _ counts: DropCheck.Counts) {
        self.bytes = bytes
        records = counts.received
        rejected = counts.rejected
        duplicates = counts.duplicates
    }
}
