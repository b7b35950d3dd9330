import SystemIO

/// What came of a drop: all that its acknowledgement and notice say of it.
struct DropEnding {
    /// Empty where no campaign is known.
    var campaign: String
    /// Empty where the file cannot be read.
    var sha256: [UInt8] = []
    var counts = DropCheck.Counts()
    /// Nil when the drop was refused before its form was known.
    var format: DropFormat?
    var schema = Schema()
    /// What became of the columns of a drop that is not of contacts.
    var columns: [Campaign.ColumnName]?
    var normalised = 0
    /// Rows with nothing in them, which are no records.
    var blank = 0
    var unknownStates = 0
    /// Why it was refused whole.
    var refusal: RefusedDrop?
    /// The batch that had its content first.
    var original: BatchID?
    /// Somebody agreed to something in it, and may have waited for that.
    var grantsConsent = false
    /// Whatever it was refused for, it cannot have said who must not be contacted.
    var isHarmless = false
    var corrects: BatchID?
    var reply: String?
    /// Of a command: how many contacts it concerned.
    var contacts: Int?
    /// Of a command that lets a campaign go on: what holds it all the same.
    var held: [String]?
    /// What closes the wrapper of a JSON drop's rejects.
    var trailing: [UInt8] = []

    init(campaign: String = "", corrects: BatchID? = nil, reply: String? = nil) {
        self.campaign = campaign
        self.corrects = corrects
        self.reply = reply
    }

    /// Notes what is known once all of it was read; of a drop that is refused, its form.
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

    var status: Acknowledgement.Status {
        if original != nil { return .duplicate }
        if refusal != nil { return .rejected }
        if counts.rejected == 0 { return .accepted }
        return counts.rejected == counts.received ? .rejected : .partial
    }

    /// The acknowledgement, but for its notice.
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
        // Duplicates are not rejected: they have a count of their own, but where all of the drop is.
        acknowledgement.rejectsByCode = tally.codeCounts.filter { refusal != nil || !Self.repeats.contains($0.code) }
        acknowledgement.firstBatch = original
        acknowledgement.corrects = corrects
        acknowledgement.reply = reply
        acknowledgement.contacts = contacts
        acknowledgement.held = held
        return acknowledgement
    }

    private static let repeats: Set<String> = [Violation.duplicateCode, Violation.alreadyAcceptedCode]
}

extension Schema {
    /// What became of each of the sender's columns: the field it is, `attribute:` and its name, or `ignored`. Of
    /// columns with one name the first is told.
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
