/// Reads a drop in steps; the caller decides what happens between two steps.
///
/// No transaction is open between steps. An abandoned job leaves nothing that a later reading does not remove: whatever
/// it has not finally committed is hidden.
protocol DropJob: AnyObject {
    /// How far it is.
    var progress: DropProgress { get }

    /// Continues by about a block of the file or one commit, waiting at most `patience` milliseconds for work on other
    /// threads.
    func step(patience: Int64) throws -> DropStep
}

/// The result of a step.
enum DropStep {
    case more
    /// Nothing could be done yet, for example because a share hangs.
    case waiting
    /// The outcome is in the ledger.
    case done
}

/// How far a drop is, and what is known about it.
package struct DropProgress: Sendable {
    package let batch: BatchID
    package let purpose: DropPurpose
    package let drop: String
    /// For a contact drop, empty until it is known.
    package var campaign: String
    package let startedAt: Timestamp
    package var priority = 5
    package let size: Int64
    package var bytes: Int64 = 0
    package var records = 0
    package var rejected = 0
    package var duplicates = 0
    /// Whether no other drop of its campaign may be read at the same time: which contacts it takes depends on those the
    /// campaign took before, because of a quota or because it corrects another drop.
    package var isAlone = false
    /// Whether it may say of contacts that wait that they must not be sent.
    package var mayForbid = false
    /// Whether it goes on only once drops of its campaign that were there before are taken.
    package var waitsForEarlier = false

    init(_ batch: BatchRow, size: Int64) {
        self.batch = batch.id
        purpose = batch.purpose
        drop = batch.name
        campaign = batch.purpose.folder
        startedAt = batch.claimedAt
        self.size = size
    }

    /// The size of a drop that is read in some twenty milliseconds.
    static let short: Int64 = 4 << 20
    var isLong: Bool { size > Self.short }

    mutating func note(bytes: Int64, _ counts: DropCheck.Counts) {
        self.bytes = bytes
        records = counts.received
        rejected = counts.rejected
        duplicates = counts.duplicates
    }
}
