/// Applies what happens to contacts to the store, by the strategy and the policy of their campaign.
///
/// It serves the contacts of one batch within one transaction.
final class Moves {
    let changes: StandingChanges
    var planner: ContactPlanner
    let context: WorkContext
    let store: any Store
    let setup: CampaignSetup
    private let schema: Schema
    private let consents: ConsentCheck
    let now: Timestamp
    let batch: BatchID
    /// The campaign's name, whether it is in the configuration or not.
    let campaign: String
    private let source: BatchID
    /// What came back of contacts, and is written with `finish`.
    private var receipts: [StoredReceipt] = []
    /// Where in it those of a contact are, once somebody asked.
    private var places: [UInt32: [Int]]?
    /// Around whom it was asked for last, and once that was done twice, what came back of all there.
    private var lately: (place: UInt32, receipts: [UInt32: [StoredReceipt]]?)?
    /// 16,384 records, whose receipts the store keeps together.
    private static let nearby: UInt32 = 14
    /// The parcels that were asked for lately, with their contacts.
    var departed: [ParcelID: (parcel: Parcel, members: [UInt32: ParcelContact])] = [:]
    /// What the table said lately.
    private var answers: [(situation: Situation, transition: ContactTransitions.Transition)] = []
    /// What the contacts that were closed last got for their code and reason.
    private var lastWords: (code: String, reason: StandingReason, names: (NameID, NameID))?
    private var teller: ContactTelling?
    /// Contacts whose message may be on its way, once somebody asked.
    private var leaving: [EarlierContacts.Contact: ParcelID]?
    private var lastDeparture: Departure?

    /// - Parameters:
    ///   - source: the drop that says what happens, where that is not the batch.
    ///   - needsValues: whether what contacts hold is asked for, and not only where they stand.
    init(
        _ context: WorkContext, _ batch: BatchRow, _ setup: CampaignSetup, source: BatchID? = nil,
        needsValues: Bool = true, at now: Timestamp
    ) throws {
        self.context = context
        store = context.store
        self.batch = batch.id
        campaign = batch.campaign
        self.source = source ?? batch.id
        self.setup = setup
        self.now = now
        schema = batch.schema
        teller = ContactTelling(context, batch)
        consents = ConsentCheck(context.store, batch.schema, of: setup.campaign, in: batch.id, at: now)
        changes = StandingChanges(
            store: store, batch: batch.id, campaign: setup.campaign.name, config: setup.fingerprint,
            capacity: setup.parcelCapacity, needsValues: needsValues, now: now)
        planner = setup.planner(
            schema: batch.schema, priority: batch.priority, bounds: try store.bounds(of: batch.id))
    }

    func finish() throws {
        try changes.finish()
        try store.insert(receipts, batch: batch, source: source)
        (receipts, places, lately) = ([], nil, nil)
        try teller?.finish()
    }

    /// Notes what came back of a contact, and tells others of it where they asked for that.
    func note(_ receipt: StoredReceipt) {
        places?[receipt.record, default: []].append(receipts.count)
        receipts.append(receipt)
        teller?.tell(receipt, at: now)
    }

    /// What came back of a contact, in the order in which it came.
    func receipts(of record: UInt32) throws -> [StoredReceipt] {
        let stored = try storedReceipts(of: record)
        if receipts.isEmpty { return stored }
        let known = places ?? Dictionary(grouping: receipts.indices) { receipts[$0].record }
        places = known
        return stored + known[record, default: []].map { receipts[$0] }
    }

    /// Who follows each other in a file mostly lies near each other.
    private func storedReceipts(of record: UInt32) throws -> [StoredReceipt] {
        let place = record >> Self.nearby
        if let lately, lately.place == place {
            if let known = lately.receipts { return known[record, default: []] }
            let all = try store.receipts(
                ofBatch: batch, records: (place << Self.nearby)...(place << Self.nearby | 0x3FFF))
            let known = Dictionary(grouping: all, by: \.record)
            self.lately = (place, known)
            return known[record, default: []]
        }
        lately = (place, nil)
        return try store.receipts(ofBatch: batch, record: record)
    }

    /// Calls `body` with a function that gives a contact's values by column.
    func values<Result>(
        of contact: StandingChanges.Contact, _ body: ((Int) -> ArraySlice<UInt8>) throws -> Result
    ) throws -> Result {
        var ranges: [Range<Int>] = []
        let segment = try contact.segment
        segment.fill(&ranges, at: contact.index, columns: 0)
        let bytes = segment.bytes
        return try body { $0 < ranges.count ? bytes[ranges[$0]] : [] }
    }

    /// Ends a contact, as the transition table says.
    func close(
        _ contact: StandingChanges.Contact, as state: ContactState, stage: ContactStage, code: String,
        reason: StandingReason
    ) throws {
        var standing = contact.standing
        standing.state = state
        standing.stage = stage
        (standing.code, standing.reason) = try names(code, reason)
        standing.changedAt = now
        standing.parcel = 0
        try changes.move(contact, to: standing)
        teller?.tellEnd(of: contact.record, standing, step: try store.text(standing.step), code: code)
    }

    private func names(_ code: String, _ reason: StandingReason) throws -> (NameID, NameID) {
        if let lastWords, lastWords.code == code, lastWords.reason == reason { return lastWords.names }
        let names = try (store.name(code), store.name(reason))
        lastWords = (code, reason, names)
        return names
    }

    /// Queues a contact for a step, or ends it if it can no longer be reached.
    ///
    /// - Parameters:
    ///   - cause: why it must wait until `earliest`, unless the policy's hours are the reason.
    ///   - isAlone: whether it travels in a parcel of its own.
    func plan(
        _ contact: StandingChanges.Contact, step: Strategy.Step, earliest: Timestamp, _ attempt: UInt8,
        _ stepAttempt: UInt8, cause: HoldReason = .due, isAlone: Bool = false
    ) throws {
        if try isCancelled(contact) { return try end(contact, asCancelled: contact.standing) }
        let plan = try values(of: contact) { values in
            if planner.asksForConsent {
                let choice = AddressChoice(step: step, schema: schema)
                planner.consent = try consents.look(step, choice, record: contact.record, values)
            }
            return planner.plan(step: step, earliest: earliest, values: values)
        }
        switch plan {
        case .queue(var lane):
            if isAlone || lane.reason == .due && cause != .due {
                lane = ParcelLane(
                    step: lane.step, channel: lane.channel, zone: lane.zone, due: lane.due, priority: lane.priority,
                    reason: lane.reason == .due ? cause : lane.reason, isForOne: isAlone)
            }
            changes.queue(contact, in: lane, attempt: attempt, stepAttempt: stepAttempt)
        case .expire(let reason):
            try happen(
                .windowClosedForGood, to: contact, stage: .policy,
                code: cause.kind == .cap ? Code.capReached.rawValue : "",
                reason: cause == .due ? .hold(reason) : .tooLate(first: cause, then: reason), at: now)
        }
    }

    /// Whether the ledger may have what lets a contact's step go under one of these keys.
    func isKnown(_ contact: StandingChanges.Contact, by keys: Set<UInt64>, step: Strategy.Step) throws -> Bool {
        let choice = AddressChoice(step: step, schema: schema)
        return try values(of: contact) { consents.keys(choice, $0).contains(where: keys.contains) }
    }

    /// The message is out: returns how long its results are awaited, nil when none are.
    func leave(_ contact: StandingChanges.Contact, _ member: ParcelContact, _ parcel: Parcel) throws -> TimeSpan? {
        let departure: Departure
        if let last = lastDeparture, last.from == contact.standing, last.parcel == parcel.id,
            (last.attempt, last.stepAttempt) == (member.attempt, member.stepAttempt)
        {
            departure = last
        } else {
            departure = try self.departure(of: contact, member, parcel)
            lastDeparture = departure
        }
        try changes.move(contact, to: departure.to)
        teller?.tellLeft(member, parcel, departure.to)
        guard try isCancelled(contact), let left = try changes.contact(contact.record) else { return departure.wait }
        try end(left, asCancelled: contact.standing)
        return nil
    }

    /// Where a contact stands once its message is out.
    func out(_ contact: StandingChanges.Contact, _ member: ParcelContact, _ parcel: Parcel) throws -> Standing {
        try departure(of: contact, member, parcel).to
    }

    /// Where a contact stands whose message is out. Most of a parcel stand alike before and after it.
    private struct Departure {
        let from: Standing
        let attempt: UInt8
        let stepAttempt: UInt8
        let parcel: ParcelID
        let to: Standing
        let wait: TimeSpan?
    }

    private func departure(
        of contact: StandingChanges.Contact, _ member: ParcelContact, _ parcel: Parcel
    ) throws -> Departure {
        var position = try position(of: contact)
        position.attempts = Int(member.attempt)
        position.stepAttempts = Int(member.stepAttempt)
        position.step = parcel.step
        position.channel = parcel.channel
        var standing = contact.standing
        standing.step = try store.name(parcel.step)
        standing.attempts = member.attempt
        standing.stepAttempts = member.stepAttempt
        standing.lastAttemptAt = parcel.leftAt
        standing.changedAt = parcel.leftAt
        standing.stage = .dispatch
        standing.code = .none
        standing.reason = .none
        standing.parcel = parcel.id.rawValue
        var wait: TimeSpan?
        switch setup.transitions.next(position, .left) {
        case .close(let state):
            standing.state = state
            standing.parcel = 0
        case .become(let state, let span):
            standing.state = state
            wait = span
        case .queue, .unchanged: break
        }
        return Departure(
            from: contact.standing, attempt: member.attempt, stepAttempt: member.stepAttempt, parcel: parcel.id,
            to: standing, wait: wait)
    }

    /// How long the results of contacts that left in a parcel are awaited; nil if none are.
    func wait(after parcel: Parcel) -> TimeSpan? {
        let position = ContactPosition(step: parcel.step, channel: parcel.channel)
        return if case .become(_, let wait) = setup.transitions.next(position, .left) { wait } else { nil }
    }

    /// Notes an attempt of a contact that ended while its message was in flight.
    func noteAttempt(_ contact: StandingChanges.Contact, _ member: ParcelContact, _ parcel: Parcel) throws {
        var standing = contact.standing
        standing.attempts = member.attempt
        standing.stepAttempts = member.stepAttempt
        standing.lastAttemptAt = parcel.leftAt
        try changes.move(contact, to: standing)
        teller?.tellLeft(member, parcel, standing)
    }

    /// Ends an attempt that the transport refused, or whose outcome nobody knows: it was an attempt nevertheless.
    func end(
        _ contact: StandingChanges.Contact, _ member: ParcelContact, _ parcel: Parcel,
        _ happening: ContactTransitions.Happening, code: String, reason: StandingReason
    ) throws {
        var standing = contact.standing
        standing.step = try store.name(parcel.step)
        standing.attempts = member.attempt
        standing.stepAttempts = member.stepAttempt
        standing.lastAttemptAt = parcel.leftAt
        try changes.move(contact, to: standing)
        guard let contact = try changes.contact(member.record) else { return }
        try happen(happening, to: contact, stage: .dispatch, code: code, reason: reason, at: now)
    }

    /// Handles a message that does not leave. Its attempt is used up: otherwise two steps without an address could send
    /// a contact back and forth for ever.
    func fail(
        _ happening: ContactTransitions.Happening, _ contact: StandingChanges.Contact, _ member: ParcelContact,
        code: Code, reason: StandingReason
    ) throws {
        var standing = contact.standing
        standing.attempts = member.attempt
        standing.stepAttempts = member.stepAttempt
        try changes.move(contact, to: standing)
        guard let contact = try changes.contact(member.record) else { return }
        try happen(happening, to: contact, stage: .dispatch, code: code.rawValue, reason: reason, at: now)
    }

    // MARK: - Cancelled by a later drop

    /// A later drop cancels a contact or takes its place, or the message that it repeats arrived. One whose message may
    /// be on its way is only marked: what became of it is written down first, and then it ends, as one that was sent or
    /// as one that was not.
    ///
    /// True if it ends by that, now or then.
    @discardableResult
    func cancel(_ contact: StandingChanges.Contact, code: Code, reason: StandingReason) throws -> Bool {
        guard contact.standing.state == .pending, try isLeaving(contact.record) else {
            return try happen(.cancelled, to: contact, stage: .validation, code: code.rawValue, reason: reason, at: now)
        }
        if try isCancelled(contact) { return false }
        var standing = contact.standing
        standing.stage = .validation
        (standing.code, standing.reason) = try names(code.rawValue, reason)
        try changes.move(contact, to: standing)
        return true
    }

    /// Whether something was said that cancels a contact whose message was on its way. Nobody else who waits has such a
    /// code, at this stage.
    func isCancelled(_ contact: StandingChanges.Contact) throws -> Bool {
        let standing = contact.standing
        guard standing.state == .pending, standing.code != .none, standing.stage == .validation else { return false }
        let code = try store.text(standing.code)
        return [Code.contactCancelled, .contactReplaced, .contactArrived].contains { $0.rawValue == code }
    }

    /// Ends a contact by the mark that it had.
    private func end(_ contact: StandingChanges.Contact, asCancelled mark: Standing) throws {
        if contact.standing.state.isFinal { return }
        let transition = setup.transitions.next(try position(of: contact), .cancelled)
        guard case .close(let state) = transition else { return }
        var standing = contact.standing
        (standing.state, standing.stage) = (state, mark.stage)
        (standing.code, standing.reason) = (mark.code, mark.reason)
        (standing.changedAt, standing.parcel) = (now, 0)
        try changes.move(contact, to: standing)
        teller?.tellEnd(
            of: contact.record, standing, step: try store.text(standing.step), code: try store.text(standing.code))
    }

    func isLeaving(_ record: UInt32) throws -> Bool {
        let known = try leaving ?? EarlierContacts.leaving(store)
        leaving = known
        return known[EarlierContacts.Contact(batch: batch, record: record)] != nil
    }

    // MARK: - By the table

    /// Follows the transition table; true if the contact moved.
    @discardableResult
    func happen(
        _ happening: ContactTransitions.Happening, to contact: StandingChanges.Contact, stage: ContactStage,
        code: String,
        reason: StandingReason = .words(""), at moment: Timestamp
    ) throws -> Bool {
        let transition = try next(contact, happening)
        if transition != .unchanged, contact.standing.state == .pending { context.hasFreedTurns = true }
        switch transition {
        case .unchanged: return false
        case .close(let state):
            try close(contact, as: state, stage: stage, code: code, reason: reason)
        case .become(let state, _):
            var standing = contact.standing
            standing.state = state
            standing.changedAt = now
            try changes.move(contact, to: standing)
        case .queue where try isCancelled(contact): try end(contact, asCancelled: contact.standing)
        case .queue(let name, let delay):
            let step = setup.step(name)
            var next = try position(of: contact)
            next.follow(.queue(step: step.name, after: delay))
            var standing = contact.standing
            standing.state = .pending
            standing.step = try store.name(step.name)
            standing.stepAttempts = UInt8(clamping: next.stepAttempts)
            standing.stage = stage
            standing.code = try store.name(code)
            standing.reason = try store.name(reason)
            standing.changedAt = now
            try changes.move(contact, to: standing)
            guard let moved = try changes.contact(contact.record) else { return true }
            try plan(
                moved, step: step, earliest: max(now, Self.due(moment, delay)), UInt8(clamping: next.attempts + 1),
                UInt8(clamping: next.stepAttempts + 1))
        }
        return true
    }

    /// What the table says of contacts that stand alike is the same, and who follows each other in a file mostly does.
    private func next(
        _ contact: StandingChanges.Contact, _ happening: ContactTransitions.Happening
    ) throws -> ContactTransitions.Transition {
        let situation = Situation(contact.standing, happening)
        if let known = answers.last(where: { $0.situation == situation }) { return known.transition }
        let transition = setup.transitions.next(try position(of: contact), happening)
        if answers.count == 8 { answers.removeFirst() }
        answers.append((situation, transition))
        return transition
    }

    /// All of a contact and of what happens that the table asks for.
    private struct Situation: Equatable {
        private let state: ContactState
        private let step: NameID
        private let attempts: UInt8
        private let stepAttempts: UInt8
        private let happening: ContactTransitions.Happening

        init(_ standing: Standing, _ happening: ContactTransitions.Happening) {
            (state, step, attempts) = (standing.state, standing.step, standing.attempts)
            (stepAttempts, self.happening) = (standing.stepAttempts, happening)
        }
    }

    func position(of contact: StandingChanges.Contact) throws -> ContactPosition {
        let standing = contact.standing
        let step = try store.text(standing.step)
        // A renamed step is still the one it waits in.
        let name = setup.strategy.step(named: step)?.name ?? step
        return ContactPosition(
            state: standing.state, step: step.isEmpty ? setup.transitions.start.step : name,
            attempts: Int(standing.attempts), stepAttempts: Int(standing.stepAttempts))
    }

    /// When a delay after `moment` ends, rounded up to a sixtieth of the delay (1 s … 60 s). Contacts whose results
    /// came within moments of each other so travel on together, and none waits noticeably longer.
    private static func due(_ moment: Timestamp, _ delay: TimeSpan) -> Timestamp {
        guard delay.milliseconds > 0 else { return moment }
        let grain = min(60_000, max(1_000, delay.milliseconds / 60 / 1_000 * 1_000))
        let exact = moment.milliseconds + delay.milliseconds
        return Timestamp(milliseconds: (exact + grain - 1) / grain * grain)
    }
}

extension StandingChanges.Contact {
    /// Whether the contact is in this parcel; the number of a first parcel is not written into its contacts.
    func isIn(_ parcel: Parcel) -> Bool {
        standing.state == .pending
            && (standing.parcel == parcel.id.rawValue || (standing.parcel == 0 && standing.attempts == 0))
    }

    /// Whether the contact ended before this attempt was settled: a word ended it while its message was in flight.
    func isEnded(before member: ParcelContact) -> Bool {
        standing.state.isFinal && standing.attempts < member.attempt
    }
}

extension SuppressionCheck.Found {
    /// Whether it holds for one channel, so others may be used.
    var isForChannel: Bool { scope.channel != nil }

    /// The happening it is in the transition table.
    var happening: ContactTransitions.Happening {
        if isOwnWill { return .optedOut }
        return scope.channel == nil ? .listed : .listedForChannel
    }
}
