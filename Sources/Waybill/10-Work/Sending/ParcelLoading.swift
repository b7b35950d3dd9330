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
    private let checkedAt: Int64
    private let schema: Schema
    private let step: Strategy.Step
    private let form: Form
    private var check: DepartureCheck
    private let transitions: ContactTransitions
    private let isRehearsal: Bool
    private let minimumValidity: TimeSpan?
    /// Whether the transport asks until when each message may go.
    private let needsEnds: Bool
    private var until: [Timestamp?] = []
    private var moves: Moves
    private var message: [UInt8] = []
    /// Those of the contact that is looked at.
    private var values = ContactValues()
    private var drafts: [MailDraft] = []
    private let rule: StopRule
    private let watch: RefusalWatch?
    /// What text messages may still cost; nil where nobody counts.
    private(set) var budget: SegmentBudget?
    /// Those who lack a value of the template; they fail once it is known that most do not.
    private let links: LinkMaker?
    /// How the file of tokens tells of addresses; nil where there is none.
    private let tokenMask: AddressMask?
    /// That file.
    private(set) var tokens: [UInt8] = []
    /// Whether its links by which one unsubscribes have tokens, too.
    private let hasUnsubscribeTokens: Bool
    private var lacking: [(seat: Int, contact: StandingChanges.Contact, column: String, reason: String)] = []

    private enum Form {
        /// The places are those of what a mail has beside its text.
        case lines(ParcelFile, MessageRenderer, mail: Set<FoldedName>)
        case mail(MailWriter, returnPath: Mailbox)
    }

    /// - Parameters:
    ///   - sender: of mails.
    ///   - countries: those of the transport.
    init(
        _ context: WorkContext, _ parcel: Parcel, _ batch: BatchRow, _ setup: CampaignSetup,
        sender: Mailbox?, for transport: any Transport, countries: [String], _ template: StepTemplate?,
        at now: Timestamp
    ) throws {
        self.parcel = parcel
        letters = context.letters.current
        self.now = now
        checkedAt = context.sinceBoot()
        contacts = parcel.contacts
        let link = setup.campaign.link
        links =
            context.isRehearsal
            ? link.map { LinkMaker(sampleOf: $0) }
            : try link.map { try LinkMaker($0, in: context.workspace.sources) }
        let style: Configuration.AddressStyle = setup.campaign.outbound == .hash ? .hashed : .plain
        tokenMask =
            link?.hasTokens == true ? AddressMask(style: style, digest: try context.addressDigest()) : nil
        hasUnsubscribeTokens = template?.unsubscribe.contains { $0.asks(for: MessageRenderer.token) } == true
        schema = batch.schema
        step = setup.step(parcel.step)
        switch (transport.form, sender) {
        case (.mail, let sender?):
            let writer = MailWriter(
                from: sender, setup.campaign.mail, campaign: parcel.campaign, list: setup.campaign.list, template,
                schema, links: links, at: now)
            self.form = .mail(writer, returnPath: setup.campaign.mail.returnPath ?? sender)
            file = []
        case (.mail, nil): throw NoSender()
        case (.lines(let form), _):
            let shared: KeyValuePairs = [
                "campaign": parcel.campaign, "batch": parcel.batch.description, "parcel": parcel.id.description,
                "step": parcel.step,
            ]
            let lines = ParcelFile(
                form, schema: schema, channel: parcel.channel,
                shared: Dictionary(uniqueKeysWithValues: shared.map { (FoldedName($0.key), $0.value) }))
            let renderer = MessageRenderer(
                template: template, schema: schema, plainMarks: setup.campaign.smart && parcel.channel == .sms,
                links: links, sender: setup.campaign.from[parcel.channel])
            self.form = .lines(lines, renderer, mail: parcel.channel == .email ? form.mailPlaces : [])
            file = lines.header()
        }
        moves = try Moves(context, batch, setup, at: now)
        check = try DepartureCheck(
            context.store, schema, step: step, for: setup.campaign, in: batch.id, policy: setup.policy,
            law: setup.lawCaps, days: setup.days,
            recent: context.contactTimes.recent(context.configuration, at: now),
            columns: context.configuration.capColumns, countries: [setup.campaign.countries, countries], at: now)
        budget = parcel.channel == .sms ? try SegmentBudget(of: setup, in: context.store, at: now) : nil
        transitions = setup.transitions
        isRehearsal = context.isRehearsal
        rule = setup.campaign.stopWhen
        watch = try Brakes(context.store, at: now).watch(setup.campaign)
        minimumValidity = transport.minimumValidity
        needsEnds = minimumValidity != nil || !transport.isImmediate
    }

    /// What the transport is given.
    var load: ParcelLoad {
        ParcelLoad(
            parcel: parcel.id, batch: parcel.batch, campaign: parcel.campaign, step: parcel.step,
            channel: parcel.channel.name, bytes: file, mail: mail, references: references, at: now, until: until,
            checkedAt: checkedAt, watch: watch)
    }

    private var mail: MailLoad? {
        switch form {
        case .lines: nil
        case .mail(let writer, let returnPath): MailLoad(writer: writer, returnPath: returnPath, drafts: drafts)
        }
    }

    /// A campaign sends mails but names no sender; `config check` reports it.
    struct NoSender: Error {}

    /// Most of a parcel lack the same value: nothing of it leaves, and nobody moves on because of it.
    struct CommonFault: Error { let problem: String }

    mutating func run() throws {
        var own: [(seat: Int, contact: StandingChanges.Contact)] = []
        for seat in contacts.indices {
            contacts[seat].fate = .takenOut
            guard let contact = try moves.changes.contact(contacts[seat].record), contact.isIn(parcel) else { continue }
            own.append((seat, contact))
        }
        try check.lookAhead(try own.map { (try $0.contact.segment, $0.contact.index) }, &moves.planner)
        for (place, (seat, contact)) in own.enumerated() {
            contacts[seat].fate = try load(place, seat, contact)
        }
        try compareFaults()
        for (seat, contact, _, reason) in lacking {
            try moves.fail(
                .unsendable, contact, contacts[seat], code: MessageRenderer.MissingValue.code, reason: .words(reason))
        }
        try moves.finish()
    }

    private func compareFaults() throws {
        let columns = Dictionary(grouping: lacking, by: \.column).mapValues(\.count)
        guard let most = columns.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else { return }
        let all = travelling + lacking.count
        let isOfAll = most.value > 1 || MessageTemplate.position(of: most.key, in: schema) == nil
        guard rule.holds(most.value, of: all, isOfAll: isOfAll) else { return }
        throw CommonFault(
            problem: "\(most.value) of \(all.counted("contact has", "contacts have")) no \"\(most.key)\"; send it, or "
                + "give the template a default as in {{\(most.key)|default}} (stopWhen: { sameCause: null } has them fail)"
        )
    }

    private mutating func load(
        _ place: Int, _ seat: Int, _ contact: StandingChanges.Contact
    ) throws -> ParcelContact.Fate {
        let member = contacts[seat]
        // The step goes over another channel since the configuration was read again.
        guard step.channel == parcel.channel else {
            try moves.plan(contact, step: step, earliest: now, member.attempt, member.stepAttempt)
            return .takenOut
        }
        let verdict = try check.verdict(of: place)
        guard case .free(let address) = verdict else { return try turnAway(contact, member, verdict) }
        try contact.segment.fill(&values, at: contact.index, columns: schema.columns.count)
        let end = validUntil()
        if let end, let minimumValidity, end < now.adding(minimumValidity) {
            // It could arrive when nobody may be contacted any more: it is for the next window.
            try moves.plan(contact, step: step, earliest: end, member.attempt, member.stepAttempt)
            return .takenOut
        }
        let reference = Reference(
            letters: letters, batch: parcel.batch, record: member.record, step: parcel.step,
            attempt: Int(member.attempt))
        let isWritten: Bool
        do throws(MessageRenderer.MissingValue) {
            isWritten = try write(reference, to: address, until: end, seat)
        } catch {
            lacking.append((seat, contact, error.column, error.message))
            return .failed
        }
        if let budget, !isWritten {
            try moves.plan(
                contact, step: step, earliest: budget.next, member.attempt, member.stepAttempt, cause: budget.reason)
            return .takenOut
        }
        travelling += 1
        noteToken(of: reference, address)
        if needsEnds { until.append(end) }
        references.append(reference)
        if isRehearsal {
            sendings.append(
                Sending(
                    at: now, campaign: parcel.campaign, channel: parcel.channel, zone: parcel.zone,
                    reference: reference, address: Array(address)))
        }
        if check.counts { keys += check.count(address) { [values] in values[$0] } }
        if let consent = check.reliedConsent(of: place) {
            relied.append(ReliedConsent(record: member.record, consent: consent))
        }
        return .travels
    }

    /// What becomes of somebody who may not be reached now.
    private mutating func turnAway(
        _ contact: StandingChanges.Contact, _ member: ParcelContact, _ verdict: DepartureCheck.Verdict
    ) throws -> ParcelContact.Fate {
        switch verdict {
        case .free: return .travels
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
        case .abroad(let region):
            let country = region.map { "of \($0)" } ?? "of no country that is known"
            return try fail(
                contact, member, code: .addressCountry,
                .words("the number is \(country), to which nothing goes by countries"))
        case .capped(let verdict):
            try holdBack(contact, member, verdict)
            return .takenOut
        }
    }

    /// Adds a line to the file by which those whom the links lead to know them.
    private mutating func noteToken(of reference: Reference, _ address: ArraySlice<UInt8>) {
        guard let links, let tokenMask else { return }
        if tokens.isEmpty {
            CSVText.append(
                row: ["token", "reference", "address"] + (hasUnsubscribeTokens ? ["unsubscribe"] : []), to: &tokens)
        }
        tokens += Array("\(links.token(.link, of: reference)),\(reference),".utf8)
        tokenMask.append(address, to: &tokens)
        if hasUnsubscribeTokens { tokens += Array(",\(links.token(.unsubscribe, of: reference))".utf8) }
        tokens.append(CSVText.lineEnd)
    }

    /// Adds a message to what the transport gets; false where its segments are more than what is left of the budget.
    private mutating func write(
        _ reference: Reference, to address: ArraySlice<UInt8>, until end: Timestamp?, _ seat: Int
    ) throws(MessageRenderer.MissingValue) -> Bool {
        switch form {
        case .lines(let form, let renderer, let places):
            message.removeAll(keepingCapacity: true)
            let mail = places.isEmpty ? [] : try renderer.mailParts(places, values, for: reference)
            // What leaves as HTML is not its text as well.
            if !places.contains(FoldedName("html")) || !renderer.isOnlyHTML(values) {
                try renderer.append(values, for: reference, to: &message)
            }
            if budget != nil {
                let segments = max(1, SMSLength(String(decoding: message, as: UTF8.self)).segments)
                guard budget?.take(segments) == true else { return false }
                contacts[seat].segments = UInt8(clamping: segments)
            }
            form.append(
                reference: reference, address: address, message: message[...], values: values, until: end, at: now,
                mail: mail, to: &file)
        case .mail(let writer, _):
            try writer.check(values)
            drafts.append(MailDraft(reference: reference, address: Array(address), values: values, until: end))
        }
        return true
    }

    /// Until when a message may reach its person; nil: no end, or nobody asks. It is `mutating`, for else all that is
    /// loaded, 2.5 KB, is copied for each call.
    private mutating func validUntil() -> Timestamp? {
        guard needsEnds else { return nil }
        return moves.planner.openUntil(step: step, at: now) { [values] in values.bytes[values.range($0)] }
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
