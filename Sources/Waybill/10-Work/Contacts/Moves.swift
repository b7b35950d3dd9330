/// Applies what happens to contacts to the store, by the strategy and the policy of their campaign.
///
/// It serves the contacts of one batch within one transaction.
final class Moves {
    let changes: StandingChanges
    var planner: ContactPlanner
    private let store: any Store
    private let setup: CampaignSetup
    private let schema: Schema
    private let consents: ConsentCheck
    private let now: Timestamp

    /// - Parameter needsValues: whether contacts' values are needed, and not only their standings.
    init(
        _ context: WorkContext, _ batch: BatchRow, _ setup: CampaignSetup, needsValues: Bool = true, at now: Timestamp
    ) throws {
        store = context.store
        self.setup = setup
        self.now = now
        schema = batch.schema
        consents = ConsentCheck(context.store, batch.schema, of: setup.campaign, in: batch.id, at: now)
        changes = StandingChanges(
            store: store, batch: batch.id, campaign: setup.campaign.name, config: setup.fingerprint,
            capacity: setup.parcelCapacity, needsValues: needsValues, now: now)
        planner = setup.planner(
            schema: batch.schema, priority: batch.priority, bounds: try store.bounds(of: batch.id))
    }

    func finish() throws { try changes.finish() }

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
    private func close(
        _ contact: StandingChanges.Contact, as state: ContactState, stage: ContactStage, code: String,
        reason: StandingReason
    ) throws {
        var standing = contact.standing
        standing.state = state
        standing.stage = stage
        standing.code = try store.name(code)
        standing.reason = try store.name(reason)
        standing.changedAt = now
        standing.parcel = 0
        try changes.move(contact, to: standing)
    }

    /// Queues a contact for a step, or ends it if it can no longer be reached.
    ///
    /// - Parameter cause: why it must wait until `earliest`, unless the policy's hours are the reason.
    func plan(
        _ contact: StandingChanges.Contact, step: Strategy.Step, earliest: Timestamp, _ attempt: UInt8,
        _ stepAttempt: UInt8, cause: HoldReason = .due
    ) throws {
        let plan = try values(of: contact) { values in
            if planner.asksForConsent {
                let choice = AddressChoice(step: step, schema: schema)
                planner.consent = try consents.look(step, choice, record: contact.record, values)
            }
            return planner.plan(step: step, earliest: earliest, values: values)
        }
        switch plan {
        case .queue(var lane):
            if lane.reason == .due, cause != .due {
                lane = ParcelLane(
                    step: lane.step, channel: lane.channel, zone: lane.zone, due: lane.due, priority: lane.priority,
                    reason: cause)
            }
            changes.queue(contact, in: lane, attempt: attempt, stepAttempt: stepAttempt)
        case .expire(let reason):
            try happen(
                .windowClosedForGood, to: contact, stage: .policy,
                code: cause.kind == .cap ? Code.capReached.rawValue : "",
                reason: cause == .due ? .hold(reason) : .tooLate(first: cause, then: reason), at: now)
        }
    }

    /// Notes that the message is out. Returns how long its results are awaited; nil if none are.
    func leave(_ contact: StandingChanges.Contact, _ member: ParcelContact, _ parcel: Parcel) throws -> TimeSpan? {
        var position = try position(of: contact)
        position.attempts = Int(member.attempt)
        position.stepAttempts = Int(member.stepAttempt)
        position.step = parcel.step
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
        try changes.move(contact, to: standing)
        return wait
    }

    /// How long the results of contacts that left in a parcel are awaited; nil if none are.
    func wait(after parcel: Parcel) -> TimeSpan? {
        if case .become(_, let wait) = setup.transitions.next(ContactPosition(step: parcel.step), .left) {
            wait
        } else {
            nil
        }
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

    /// Follows the transition table; true if the contact moved.
    @discardableResult
    func happen(
        _ happening: ContactTransitions.Happening, to contact: StandingChanges.Contact, stage: ContactStage,
        code: String,
        reason: StandingReason = .words(""), at moment: Timestamp
    ) throws -> Bool {
        let position = try position(of: contact)
        switch setup.transitions.next(position, happening) {
        case .unchanged: return false
        case .close(let state):
            try close(contact, as: state, stage: stage, code: code, reason: reason)
        case .become(let state, _):
            var standing = contact.standing
            standing.state = state
            standing.changedAt = now
            try changes.move(contact, to: standing)
        case .queue(let name, let delay):
            let step = setup.step(name)
            var next = position
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
