/// Tells of single contacts, where the configuration asks for that (`events.contacts`): by batch and record, and the
/// references of their messages.
struct ContactTelling {
    private let context: WorkContext
    private let batch: BatchRow
    private var events: [OutgoingEvent] = []

    /// Nil where nobody asks for it.
    init?(_ context: WorkContext, _ batch: BatchRow) {
        guard context.configuration.events.contacts, !context.isRehearsal else { return nil }
        self.context = context
        self.batch = batch
    }

    /// In the transaction in which it is true.
    mutating func finish() throws {
        if events.isEmpty { return }
        try context.tell(events)
        events = []
    }

    mutating func tellLeft(_ member: ParcelContact, _ parcel: Parcel, _ standing: Standing) {
        let reference = ParcelLanding.reference(of: member, in: parcel, context).description
        let state = standing.state
        add(.messageLeft, subject: reference, record: member.record, at: parcel.leftAt) { json in
            json.member("reference", reference)
            json.member("step", parcel.step)
            json.member("attempt", Int(member.attempt))
            json.member("channel", parcel.channel.name)
            json.member("transport", parcel.transport)
            json.member("state", state.label)
        }
        if state.isFinal { tellEnd(of: member.record, standing, step: parcel.step, code: "") }
    }

    mutating func tellEnd(of record: UInt32, _ standing: Standing, step: String, code: String) {
        add(.contactEnded, subject: "\(batch.id):\(record)", record: record, at: standing.changedAt) { json in
            json.member("state", standing.state.label)
            json.member("total", "\(standing.state.total)")
            json.member("stage", standing.stage.label)
            json.member("step", step)
            json.member("attempts", Int(standing.attempts))
            json.member("code", code)
        }
    }

    mutating func tell(_ receipt: StoredReceipt, at now: Timestamp) {
        add(.receipt, subject: "\(batch.id):\(receipt.record)", record: receipt.record, at: now) { json in
            json.member("event", receipt.event)
            json.member("eventAt", receipt.at.description)
            json.member("step", receipt.step)
            json.member("attempt", receipt.attempt)
            json.member("late", receipt.isLate)
        }
    }

    private mutating func add(
        _ kind: OutgoingEvent.Kind, subject: String, record: UInt32, at moment: Timestamp,
        _ members: (inout ReportJSON) -> Void
    ) {
        events.append(
            OutgoingEvent(
                kind, .debug, campaign: batch.campaign, subject: subject, at: moment,
                data: OutgoingEvent.data { json in
                    json.member("batch", batch.id.description)
                    json.member("record", Int(record))
                    members(&json)
                }))
    }
}
