/// Checks every contact of a parcel once more when it is about to leave, and renders those that travel.
///
/// All verdicts are of one moment. Call it inside a transaction: who does not travel is moved on.
struct ParcelLoading {
    /// With the fate of each.
    private(set) var contacts: [ParcelContact]
    /// How many travel.
    private(set) var travelling = 0
    /// The file that they travel in.
    private(set) var file: [UInt8]
    /// What caps count those that travel by, where any are configured.
    private(set) var keys: [UInt64] = []
    /// The messages one by one, in a rehearsal only.
    private(set) var sendings: [Sending] = []

    private let parcel: Parcel
    private let now: Timestamp
    private let schema: Schema
    private let step: Strategy.Step
    private let form: ParcelFile
    private let choice: AddressChoice
    private let renderer: MessageRenderer
    private let suppressions: SuppressionCheck
    private let transitions: ContactTransitions
    private let isRehearsal: Bool
    private var moves: Moves
    private var message: [UInt8] = []
    /// Nil where nothing is counted.
    private let counting: Counting?

    private struct Counting {
        let recent: RecentContacts
        let lane: Int
        let caps: ContactCaps
        let keys: CapKeys
    }

    init(
        _ pipeline: Pipeline, _ parcel: Parcel, _ batch: BatchRow, _ setup: CampaignSetup,
        layout: TransportSettings.Layout,
        _ template: MessageTemplate?, at now: Timestamp
    ) throws {
        self.parcel = parcel
        self.now = now
        contacts = parcel.contacts
        schema = batch.schema
        step = setup.step(parcel.step)
        form = ParcelFile(layout: layout, schema: schema, channel: parcel.channel)
        file = form.header()
        choice = AddressChoice(step: step, schema: schema)
        renderer = MessageRenderer(template: template, schema: schema)
        moves = try Moves(pipeline, batch, setup, at: now)
        suppressions = try SuppressionCheck(
            pipeline.store, schema, campaign: parcel.campaign, channel: parcel.channel, at: now)
        transitions = setup.transitions
        isRehearsal = pipeline.isRehearsal
        counting = try pipeline.recentContacts(at: now).map { recent in
            let lane = recent.place(
                of: RecentContacts.Lane(channel: parcel.channel, campaign: parcel.campaign, counted: .contacts))
            return Counting(
                recent: recent, lane: lane,
                caps: ContactCaps(
                    policy: setup.policy, channel: parcel.channel, campaign: parcel.campaign, days: setup.days, at: now,
                    recent: recent),
                keys: CapKeys(columns: pipeline.configuration.capColumns, batch.schema))
        }
    }

    mutating func run() throws {
        for seat in contacts.indices { contacts[seat].fate = try load(contacts[seat]) }
        try moves.finish()
    }

    private mutating func load(_ member: ParcelContact) throws -> ParcelContact.Fate {
        guard let contact = try moves.ledger.contact(member.record), contact.isIn(parcel) else { return .takenOut }
        let values = contact.segment.values(at: contact.index, columns: schema.columns.count)
        if !suppressions.isIdle, let found = try suppressions.find({ values[$0] }) {
            // Who is not to be written to may still be called, where the strategy knows how to go on.
            if !found.scope.channel.isEmpty, transitions.goesOn(without: step) {
                return try fail(contact, member, code: "address.listed", found.reason)
            }
            try moves.close(contact, as: found.state, stage: .policy, reason: found.reason)
            return .takenOut
        }
        if moves.planner.closedReason(step: step, at: now, values: { values[$0] }) != nil {
            try moves.plan(contact, step: step, earliest: now, member.attempt, member.stepAttempt)
            return .takenOut
        }
        guard let address = choice.address(in: values) else {
            return try fail(contact, member, code: "address.missing", "no \(step.to.label) to send to")
        }
        if parcel.channel == "sms", let type = Self.typeWithoutSMS(of: address) {
            return try fail(
                contact, member, code: "address.no-sms", "the number is of type \(type.label), which takes no SMS")
        }
        if let counting, !counting.caps.isIdle {
            let keys = counting.keys.keys(for: counting.caps.subjects, address) { values[$0] }
            if try holdBack(contact, member, counting.caps.verdict(keys: keys)) { return .takenOut }
        }
        message.removeAll(keepingCapacity: true)
        do {
            try renderer.append(values, to: &message)
        } catch {
            return try fail(contact, member, code: MessageRenderer.MissingValue.code, error.message)
        }
        let reference = Reference(
            batch: parcel.batch, record: member.record, step: parcel.step, attempt: Int(member.attempt))
        form.append(reference: reference, address: address, message: message[...], values: values, to: &file)
        travelling += 1
        if isRehearsal {
            sendings.append(
                Sending(
                    at: now, campaign: parcel.campaign, channel: parcel.channel, zone: parcel.zone,
                    reference: reference, address: Array(address)))
        }
        if let counting {
            let own = counting.keys.all(of: address) { values[$0] }
            keys += own
            // At once: somebody may stand twice in a parcel.
            for key in own { counting.recent.note(key, in: counting.lane, at: now) }
        }
        return .travels
    }

    private mutating func fail(
        _ contact: ContactMoves.Contact, _ member: ParcelContact, code: String, _ reason: String
    ) throws -> ParcelContact.Fate {
        try moves.fail(contact, member, code: code, reason: reason)
        return .failed
    }

    /// Whether a cap keeps a contact from leaving now; it waits then, or is done.
    private mutating func holdBack(
        _ contact: ContactMoves.Contact, _ member: ParcelContact, _ verdict: ContactCaps.Verdict
    ) throws -> Bool {
        switch verdict {
        case .free: return false
        case .drop(let cap):
            try moves.happen(
                .throttled, to: contact, stage: .policy, code: "cap.reached", reason: cap.label + " is reached", at: now
            )
        case .delay(let until?, let cap):
            // To the next whole minute, so that contacts that are free within moments of each other travel together.
            try moves.plan(
                contact, step: step, earliest: Timestamp(milliseconds: (until.milliseconds + 59_999) / 60_000 * 60_000),
                member.attempt, member.stepAttempt, cause: cap.label + " is reached")
        case .delay(nil, let cap):
            let lane = ParcelLane(
                step: step.name, channel: step.channel, zone: "", due: ContactPlanner.never, priority: parcel.priority,
                reason: cap.label + " allows none")
            moves.ledger.queue(contact, in: lane, attempt: member.attempt, stepAttempt: member.stepAttempt)
        }
        return true
    }

    /// The type of a number that no message reaches; nil for any other address.
    private static func typeWithoutSMS(of address: ArraySlice<UInt8>) -> NumberType? {
        let number = try? NumberParser().parse(address.span, region: nil)
        return number.flatMap { $0.type.takesSMS ? nil : $0.type }
    }
}

extension Pipeline {
    /// Who was contacted when, as far as the caps look back; nil where nothing is capped.
    func recentContacts(at now: Timestamp) throws -> RecentContacts? {
        guard let horizon = configuration.capHorizon else { return nil }
        if let known = knownContacts { return known }
        let found = try store.recentContacts(after: Timestamp(milliseconds: now.milliseconds - horizon.milliseconds))
        knownContacts = found
        return found
    }
}
