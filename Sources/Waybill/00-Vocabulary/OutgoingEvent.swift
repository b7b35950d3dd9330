/// Something that happened, as others are told of it: systems that follow `outbox/events` or listen at a webhook, and
/// people who subscribed. It holds nobody's data: what it is about are batches, parcels, campaigns and references.
package struct OutgoingEvent: Sendable {
    /// What it is; `waybill.` and this are the type of the CloudEvent. Stable.
    package enum Kind: String, CaseIterable, Sendable {
        case batchAccepted = "batch.accepted"
        case batchPartial = "batch.partial"
        case batchRejected = "batch.rejected"
        case batchDuplicate = "batch.duplicate"
        /// Nothing of it leaves until somebody approves it, or did.
        case batchHeld = "batch.held"
        case batchApproved = "batch.approved"
        /// A drop that a campaign expects has not come.
        case dropMissing = "drop.missing"
        case parcelLeft = "parcel.left"
        /// A text that answers a STOP, START or HELP did not leave in time.
        case replyUnanswered = "reply.unanswered"
        case dayClosed = "day.closed"
        case command = "campaign.command"
        /// Something in the log that somebody has to look at.
        case trouble
        // One for each contact, where the configuration asks for them.
        case messageLeft = "message.left"
        case contactEnded = "contact.ended"
        case receipt = "receipt.taken"
    }

    package enum Level: String, CaseIterable, Codable, Sendable {
        case debug, information, warning, error, failure
    }

    package let kind: Kind
    package let level: Level
    /// Empty where it concerns the workspace.
    package let campaign: String
    /// A batch, a parcel, a reference, a day; empty where nothing has such a name.
    package let subject: String
    package let at: Timestamp
    /// A JSON object.
    package let data: [UInt8]

    package init(
        _ kind: Kind, _ level: Level, campaign: String, subject: String, at: Timestamp, data: [UInt8]
    ) {
        self.kind = kind
        self.level = level
        self.campaign = campaign
        self.subject = subject
        self.at = at
        self.data = data
    }
}
