/// What a drop gives back (contract §5), written once its verdicts are durable.
package struct Acknowledgement: Hashable, Codable, Sendable {
    package enum Status: String, Codable, Sendable { case accepted, partial, rejected, duplicate }

    package var batch: BatchID
    package var drop: String
    /// Lower-case hexadecimal, 64 digits.
    package var sha256: String
    package var campaign: String
    package var status: Status
    /// A refusal's code and what was found, as `drop.empty: the file has no records`; nil unless the drop was refused.
    package var reason: String?
    package var received = 0
    package var accepted = 0
    package var rejected = 0
    package var duplicates = 0
    /// Empty rows: only delimiters, quotes and space. They are not records.
    package var blank: Int {
        get { blankRows ?? 0 }
        set { blankRows = newValue == 0 ? nil : newValue }
    }
    /// Nil for zero, so acknowledgements stored before this count existed still decode.
    private var blankRows: Int?
    /// Nil when the drop was refused before its form was known.
    package var format: DropFormat?
    /// The sender's name and what became of it, for each column in the sender's order.
    package var columns: [Campaign.ColumnName] = []
    /// Violations by code, most frequent first.
    package var rejectsByCode: [CodeCount] = []
    /// The notice's folder, relative to the workspace; nil when nothing was rejected.
    package var notice: String?
    package var firstBatch: BatchID?
    /// Of content that came before: what to do if it is to be sent all the same; nil where nothing is to be said.
    package var advice: String?
    package var corrects: BatchID?
    /// The batch whose contacts come again in it.
    package var requeues: BatchID?
    package var reply: String?
    /// The batch with the same content that it puts into force again, since others came after that one.
    package var resumes: BatchID?
    /// What its side-car asks for; nil where it only adds.
    package var mode: DropMode?
    package var normalised = 0
    /// Values of a column `state` that name no subdivision; nil in acknowledgements written before `state` was one of
    /// our columns.
    package var unknownStates: Int?
    /// Columns that by their names are about consent, and that nobody reads as such; nil for none.
    package var unreadConsents: [String]?
    /// For a command that was carried out: how many contacts it withdrew, or how many wait in the campaign it paused or
    /// resumed. For a drop that updates or cancels: how many earlier contacts it ended. Nil for everything else.
    package var contacts: Int?
    /// Records that cancel somebody whose id is written differently, the first of them; nil for none.
    package var inexactIDs: [InexactID]?
    /// Records that cancel without an id that can be read, the first of them; nil for none.
    package var cancelsWithoutID: [CancelWithoutID]?
    /// How many records cancel and mean nobody; nil for none.
    package var missedCancels: Int?
    /// Of a whole list: how many earlier contacts it ended although their own record was rejected; nil for none.
    package var unreplaced: Int?
    /// What keeps messages from leaving: of a batch that waits for approval, or of a command that let a campaign go on
    /// and does not alone decide; nil where nothing is to be said.
    package var held: [String]?
    package var startedAt: Timestamp
    package var finishedAt: Timestamp

    package init(
        batch: BatchID, drop: String, sha256: String, campaign: String, status: Status, startedAt: Timestamp,
        finishedAt: Timestamp
    ) {
        self.batch = batch
        self.drop = drop
        self.sha256 = sha256
        self.campaign = campaign
        self.status = status
        self.startedAt = startedAt
        self.finishedAt = finishedAt
    }

    /// An id as a record that cancels has it, and as those have it who were cancelled.
    package struct InexactID: Hashable, Codable, Sendable {
        package let id: String
        package let contacts: [String]
        package init(id: String, contacts: [String]) {
            self.id = id
            self.contacts = contacts
        }
    }

    /// A record that cancels whoever has its numbers or addresses, and how many contacts that were.
    package struct CancelWithoutID: Hashable, Codable, Sendable {
        package let record: UInt32
        package let contacts: Int
        package init(record: UInt32, contacts: Int) {
            self.record = record
            self.contacts = contacts
        }
    }

    package struct CodeCount: Hashable, Codable, Sendable {
        package let code: String
        package let count: Int
        package init(code: String, count: Int) {
            self.code = code
            self.count = count
        }
    }
}
