import SystemIO

/// The outcome of a drop: everything that its acknowledgement and notice say.
struct DropEnding {
    /// Empty if no campaign is known.
    var campaign: String
    /// Empty if the file cannot be read.
    var sha256: [UInt8] = []
    var counts = DropCheck.Counts()
    /// Nil if the drop was refused before its form was known.
    var format: DropFormat?
    var schema = Schema()
    /// What became of the columns of a drop other than contacts.
    var columns: [Campaign.ColumnName]?
    var normalised = 0
    /// Blank rows, which are not records.
    var blank = 0
    var unknownStates = 0
    /// Columns that by their names are about consent, and are not read.
    var unreadConsents: [String] = []
    /// Why it was refused whole.
    var refusal: RefusedDrop?
    /// The batch that had its content first.
    var original: BatchID?
    /// What to do if its content is to be sent all the same.
    var advice: String?
    /// Who agreed to something in it.
    var granted = GrantedConsents()
    /// Whatever it was refused for, it cannot have said who must not be contacted.
    var isHarmless = false
    var corrects: BatchID?
    /// The batch whose contacts come again in it.
    var requeues: BatchID?
    /// The batch with the same content that it puts into force again.
    var resumes: BatchID?
    var reply: String?
    /// What its side-car asks for; nil where it only adds.
    var mode: DropMode?
    /// For a command: how many contacts it concerned.
    var contacts: Int?
    /// Records that cancel somebody whose id is written differently, the first of them.
    var inexactIDs: [Acknowledgement.InexactID] = []
    /// How many records cancel and mean nobody.
    var missedCancels = 0
    /// How many earlier contacts end although their new record was rejected.
    var unreplaced = 0
    /// What holds it: of a batch that somebody has to approve, or of a campaign that a command lets go on.
    var held: [String]?
    /// What closes the wrapper of a JSON drop's rejects.
    var trailing: [UInt8] = []

    init(campaign: String = "", corrects: BatchID? = nil, reply: String? = nil) {
        self.campaign = campaign
        self.corrects = corrects
        self.reply = reply
    }

    /// Notes what is known after the whole drop was read; for a refused drop, only its form.
    mutating func note(_ findings: DropReading.Findings) {
        format = findings.format
        trailing = findings.trailingBytes
        blank = findings.blankRows
        if refusal != nil { return }
        sha256 = findings.sha256
        schema = findings.schema
        normalised = findings.normalised
        unknownStates = findings.unknownStates
    }

    /// Notes what it does to earlier contacts.
    mutating func note(_ actions: DropActions) throws {
        inexactIDs = actions.inexact
        missedCancels = actions.missed
        unreplaced = try actions.countBereft()
    }

    /// Names columns in the log that may hold a no, which nobody reads.
    func tellUnread(_ context: WorkContext, _ batch: BatchID) {
        for name in unreadConsents {
            context.log.warning(
                "column.not-read",
                [
                    "batch": .text(batch.description), "campaign": .text(campaign), "column": .text(name),
                    "reason": .text(Campaign.advice(unread: name)),
                ])
        }
    }

    var status: Acknowledgement.Status {
        if original != nil { return .duplicate }
        if refusal != nil { return .rejected }
        if counts.rejected == 0 { return .accepted }
        return counts.rejected == counts.received ? .rejected : .partial
    }

    /// The acknowledgement, without its notice.
    func acknowledgement(
        of batch: BatchID, drop: String, _ tally: ViolationTally, from start: Timestamp, to end: Timestamp
    ) -> Acknowledgement {
        var acknowledgement = Acknowledgement(
            batch: batch, drop: drop, sha256: SHA256.hex(sha256), campaign: campaign, status: status, startedAt: start,
            finishedAt: end)
        acknowledgement.reason = refusal.map { "\($0.code.rawValue): \($0.detail)" }
        acknowledgement.received = counts.received
        acknowledgement.accepted = counts.accepted
        acknowledgement.rejected = counts.rejected
        acknowledgement.duplicates = counts.duplicates
        acknowledgement.blank = blank
        acknowledgement.format = format
        acknowledgement.columns = columns ?? schema.outcomes
        acknowledgement.normalised = normalised
        acknowledgement.unknownStates = unknownStates
        acknowledgement.unreadConsents = unreadConsents.isEmpty ? nil : unreadConsents
        // Duplicates are not rejected and have a count of their own, unless the whole drop is refused; what is only
        // told of a record that is taken is no reject either.
        acknowledgement.rejectsByCode = tally.codeCounts.filter { refusal != nil || !Self.accepted.contains($0.code) }
        acknowledgement.firstBatch = original
        acknowledgement.advice = advice
        acknowledgement.corrects = corrects
        acknowledgement.requeues = requeues
        acknowledgement.resumes = resumes
        acknowledgement.reply = reply
        acknowledgement.mode = mode
        acknowledgement.contacts = contacts
        acknowledgement.inexactIDs = inexactIDs.isEmpty ? nil : inexactIDs
        acknowledgement.missedCancels = missedCancels == 0 ? nil : missedCancels
        acknowledgement.unreplaced = unreplaced == 0 ? nil : unreplaced
        acknowledgement.held = held
        return acknowledgement
    }

    private static let accepted: Set<String> = [
        Violation.duplicateCode, Violation.alreadyAcceptedCode, Violation.otherWritingCode,
    ]
}

extension Acknowledgement {
    /// Notes whom a drop ended, once that is known.
    mutating func note(ended: Int, _ actions: DropActions) {
        let cancels = actions.cancelsWithoutID()
        if ended > 0 || status != .duplicate && reason == nil && actions.concernedEarlier { contacts = ended }
        cancelsWithoutID = cancels.first.isEmpty ? nil : cancels.first
        if cancels.missed > 0 { missedCancels = (missedCancels ?? 0) + cancels.missed }
    }
}

extension Schema {
    /// What became of each of the sender's columns: its field, `attribute:` and its name, or `ignored`. Of several
    /// columns with one name, the first is reported.
    var outcomes: [Campaign.ColumnName] {
        var told: Set<String> = []
        return columns.compactMap { column in
            guard !column.name.isEmpty, told.insert(column.name).inserted else { return nil }
            return Campaign.ColumnName(
                sender: column.name,
                column: column.field?.label ?? (column.isIgnored ? "ignored" : "attribute:" + column.name))
        }
    }
}
