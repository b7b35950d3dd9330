import SystemIO

/// Checks every contact of a parcel again when it is about to leave, and renders the messages of those that travel.
///
/// All verdicts are for the same moment. Call it inside a transaction: contacts that do not travel are moved on.
struct ParcelLoading {
    /// Each with its fate.
    private(set) var contacts: [ParcelContact]
    /// How many travel.
    private(set) var travelling = 0
    /// The parcel's file.
    private var file: [UInt8]
    private var references: [Reference] = []
    /// The keys by which caps count the travelling contacts, if there are caps.
    private(set) var keys: [UInt64] = []
    /// The consents that the travelling contacts rely on.
    private(set) var relied: [ReliedConsent] = []
    /// The single messages, in a rehearsal only.
    private(set) var sendings: [Sending] = []

    private let parcel: Parcel
    private let letters: StoreLetters
    private let now: Timestamp
    private let schema: Schema
    private let step: Strategy.Step
    private let form: Form
    private var check: DepartureCheck
    private let transitions: ContactTransitions
    private let isRehearsal: Bool
    private let minimumValidity: TimeSpan?
    private var until: [Timestamp?] = []
    private var moves: Moves
    private var message: [UInt8] = []
    private var drafts: [MailDraft] = []

    private enum Form {
        case lines(ParcelFile, MessageRenderer)
        case mail(MailWriter, returnPath: Mailbox)
    }

    /// - Parameter sender: the sender of mails.
    init(
        _ context: WorkContext, _ parcel: Parcel, _ batch: BatchRow, _ setup: CampaignSetup,
        sender: Mailbox?, for transport: any Transport, _ template: StepTemplate?, at now: Timestamp
    ) throws {
        self.parcel = parcel
        letters = context.letters.current
        self.now = now
        contacts = parcel.contacts
        schema = batch.schema
        step = setup.step(parcel.step)
        switch (transport.form, sender) {
        case (.mail, let sender?):
            let writer = MailWriter(
                from: sender, setup.campaign.mail, campaign: parcel.campaign, template, schema, at: now)
            self.form = .mail(writer, returnPath: setup.campaign.mail.returnPath ?? sender)
            file = []
        case (.mail, nil): throw NoSender()
        case (.lines(let layout), _):
            let lines = ParcelFile(layout: layout, schema: schema, channel: parcel.channel)
            self.form = .lines(lines, MessageRenderer(template: template, schema: schema))
            file = lines.header()
        }
        moves = try Moves(context, batch, setup, at: now)
        check = try DepartureCheck(
            context.store, schema, step: step, for: setup.campaign, in: batch.id, policy: setup.policy,
            law: setup.lawCaps, days: setup.days,
            recent: context.contactTimes.recent(context.configuration, at: now),
            columns: context.configuration.capColumns, at: now)
        transitions = setup.transitions
        isRehearsal = context.isRehearsal
        minimumValidity = transport.minimumValidity
    }

    /// What the transport is given.
    var load: ParcelLoad {
        ParcelLoad(
            parcel: parcel.id, batch: parcel.batch, campaign: parcel.campaign, step: parcel.step,
            channel: parcel.channel.name, bytes: file, mail: mail, references: references, at: now, until: until)
    }

    private var mail: MailLoad? {
        switch form {
        case .lines: nil
        case .mail(let writer, let returnPath): MailLoad(writer: writer, returnPath: returnPath, drafts: drafts)
        }
    }

    /// A campaign sends mails but names no sender; `config check` reports it.
    struct NoSender: Error {}

    mutating func run() throws {
        var own: [(seat: Int, contact: StandingChanges.Contact)] = []
        for seat in contacts.indices {
            contacts[seat].fate = .takenOut
            guard let contact = try moves.changes.contact(contacts[seat].record), contact.isIn(parcel) else { continue }
            own.append((seat, contact))
        }
        try check.lookAhead(try own.map { (try $0.contact.segment, $0.contact.index) }, &moves.planner)
        for (place, (seat, contact)) in own.enumerated() {
            contacts[seat].fate = try load(place, contacts[seat], contact)
        }
        try moves.finish()
    }

    private mutating func load(
        _ place: Int, _ member: ParcelContact, _ contact: StandingChanges.Contact
    ) throws -> ParcelContact.Fate {
        // The step's channel was changed in the configuration since.
        guard step.channel == parcel.channel else {
            try moves.plan(contact, step: step, earliest: now, member.attempt, member.stepAttempt)
            return .takenOut
        }
        let address: ArraySlice<UInt8>
        switch try check.verdict(of: place) {
        case .free(let found): address = found
        case .suppressed(let found):
            // A person who must not be written to may still be called, if the strategy has a way on.
            if found.isForChannel, transitions.goesOn(without: step) {
                try moves.fail(
                    .listedForChannel, contact, member, code: .addressListed, reason: .words(found.reason))
                return .failed
            }
            try moves.happen(
                found.happening, to: contact, stage: .policy, code: "", reason: .words(found.reason), at: now)
            return .takenOut
        case .closed:
            try moves.plan(contact, step: step, earliest: now, member.attempt, member.stepAttempt)
            return .takenOut
        case .noAddress:
            return try fail(contact, member, code: .addressMissing, .words("no \(step.to.label) to send to"))
        case .noSMS(let type):
            return try fail(
                contact, member, code: .addressNoSMS,
                .words("the number is of type \(type.label), which takes no SMS"))
        case .capped(let verdict):
            try holdBack(contact, member, verdict)
            return .takenOut
        }
        let values = try contact.segment.values(at: contact.index, columns: schema.columns.count)
        let end = validUntil(values)
        if let end, let minimumValidity, end < now.adding(minimumValidity) {
            // It could arrive when nobody may be contacted any more, so it waits for the next window.
            try moves.plan(contact, step: step, earliest: end, member.attempt, member.stepAttempt)
            return .takenOut
        }
        let reference = Reference(
            letters: letters, batch: parcel.batch, record: member.record, step: parcel.step,
            attempt: Int(member.attempt))
        do throws(MessageRenderer.MissingValue) {
            try write(reference, to: address, values)
        } catch {
            return try fail(contact, member, code: MessageRenderer.MissingValue.code, .words(error.message))
        }
        travelling += 1
        if minimumValidity != nil { until.append(end) }
        references.append(reference)
        if isRehearsal {
            sendings.append(
                Sending(
                    at: now, campaign: parcel.campaign, channel: parcel.channel, zone: parcel.zone,
                    reference: reference, address: Array(address)))
        }
        keys += check.count(address) { values[$0] }
        if let consent = check.reliedConsent(of: place) {
            relied.append(ReliedConsent(record: member.record, consent: consent))
        }
        return .travels
    }

    /// Adds a message to what the transport is given.
    private mutating func write(
        _ reference: Reference, to address: ArraySlice<UInt8>, _ values: [ArraySlice<UInt8>]
    ) throws(MessageRenderer.MissingValue) {
        switch form {
        case .lines(let form, let renderer):
            message.removeAll(keepingCapacity: true)
            try renderer.append(values, to: &message)
            form.append(reference: reference, address: address, message: message[...], values: values, to: &file)
        case .mail(let writer, _):
            try writer.check(values)
            drafts.append(MailDraft(reference: reference, address: Array(address), values: values))
        }
    }

    /// Until when a message may reach its person, for carriers that are told so; nil: no end.
    private mutating func validUntil(_ values: [ArraySlice<UInt8>]) -> Timestamp? {
        if minimumValidity == nil { return nil }
        return moves.planner.openUntil(step: step, at: now) { $0 < values.count ? values[$0] : [] }
    }

    private mutating func fail(
        _ contact: StandingChanges.Contact, _ member: ParcelContact, code: Code, _ reason: StandingReason
    ) throws -> ParcelContact.Fate {
        try moves.fail(.unsendable, contact, member, code: code, reason: reason)
        return .failed
    }

    /// Handles a contact that a cap keeps from leaving now: it waits, or is done.
    private mutating func holdBack(
        _ contact: StandingChanges.Contact, _ member: ParcelContact, _ verdict: ContactCaps.Verdict
    ) throws {
        switch verdict {
        case .free: break
        case .drop(let cap):
            try moves.happen(
                .throttled, to: contact, stage: .policy, code: Code.capReached.rawValue, reason: .hold(.cap(cap)),
                at: now)
        case .delay(let until?, let cap):
            // Rounded up to the next minute, so contacts that become free within moments of each other travel together.
            try moves.plan(
                contact, step: step, earliest: Timestamp(milliseconds: (until.milliseconds + 59_999) / 60_000 * 60_000),
                member.attempt, member.stepAttempt, cause: .cap(cap))
        case .delay(nil, let cap):
            let lane = ParcelLane(
                step: step.name, channel: step.channel, zone: "", due: ContactPlanner.never, priority: parcel.priority,
                reason: .cap(cap))
            moves.changes.queue(contact, in: lane, attempt: member.attempt, stepAttempt: member.stepAttempt)
        }
    }
}
