/// Samples contacts of one batch and sorts them into parcels, or closes them: at the intake, and when a program has
/// answered.
///
/// It serves one batch within one transaction, or within those of its intake.
final class ContactSorting {
    private let store: any Store
    private let batch: BatchID
    private let setup: CampaignSetup
    private let now: Timestamp
    /// Nobody has ended who ends later (`WorkContext.earliestNow`).
    private let earliest: Timestamp
    private let priority: Int
    private let bounds: ContactBounds
    /// The first sampling rule to apply; earlier ones have decided.
    private let firstRule: Int

    /// How the count of contacts in each state changed.
    private(set) var states: [ContactState: Int] = [:]

    /// The schema's column count when `prepare` last ran; it only grows.
    private var preparedColumns = -1
    private var planner: ContactPlanner?
    private var uniformPlan: ContactPlanner.Plan?
    private var consents: ConsentCheck?
    private var choice: AddressChoice?
    private var sampler: Sampler?
    private var samplerColumns: [Int?] = []
    private var salt: [UInt8] = []
    private var undecided = RecordSet()
    /// The undecided records of the previous pass.
    private var waiting = RecordSet()
    private var droppedByRule: [Standing?]
    private var knownCancelling: Standing?
    /// Lanes with their contacts that are in no parcel yet, and the index of each lane.
    private var lanes: [(lane: ParcelLane, members: [ParcelContact])] = []
    private var lanePlaces: [ParcelLane: Int] = [:]
    private var spread: ContactSpread
    /// The lane of the last contact, which the next one mostly shares.
    private var lastLane = 0

    init(
        _ store: any Store, _ batch: BatchID, _ setup: CampaignSetup, priority: Int, _ bounds: ContactBounds,
        at now: Timestamp, earliest: Timestamp, firstRule: Int = 0
    ) {
        self.store = store
        self.batch = batch
        self.setup = setup
        self.priority = priority
        self.bounds = bounds
        self.now = now
        self.earliest = earliest
        self.firstRule = firstRule
        spread = ContactSpread(setup)
        droppedByRule = Array(repeating: nil, count: setup.campaign.sampling.count)
    }

    // MARK: - The passes

    /// Sorts the contacts of a part of a drop, which are all new.
    ///
    /// - Parameters:
    ///   - hashes: what was found about it for the sampling.
    ///   - salt: what `random` rules draw with, the same for all parts.
    func sort(_ segment: ContactSegment, hashes: [UInt64]?, schema: Schema, id: SegmentID, salt: [UInt8]) throws {
        try prepare(schema, salt: salt)
        let suppressed = try store.suppressed(
            in: segment, schema, for: MessageSort(setup.campaign, channel: nil), at: now)
        var standings: Standings?
        func note(_ standing: Standing, at indices: some Collection<Int>) {
            if standings == nil { standings = Standings(count: segment.count) }
            standings?.set(indices, to: standing)
            states[standing.state, default: 0] += indices.count
        }
        var asked: [Int] = []
        asked.reserveCapacity(segment.count)
        let modes = RecordModes(setup.campaign.mode, schema)
        for index in 0..<segment.count {
            if !modes.onlyAdd, modes.mode({ segment.value(at: index, column: $0) }).cancels {
                note(try cancelling(), at: CollectionOfOne(index))
                continue
            }
            if !suppressed.isEmpty, let found = suppressed[index] {
                note(
                    try standing(after: found.happening, stage: .policy, reason: .words(found.reason)),
                    at: CollectionOfOne(index))
                continue
            }
            asked.append(index)
        }
        let decision = sample(asked, of: segment, hashes: hashes)
        for (rule, indices) in decision.dropped.enumerated() where !indices.isEmpty {
            note(try sampledOut(by: rule), at: indices)
        }
        states[.pending, default: 0] += decision.undecided.count
        if case .queue(let lane)? = uniformPlan {
            try queue(
                decision.kept.map {
                    ParcelContact(record: segment.record(at: $0), attempt: 1, stepAttempt: 1)
                }[...], in: lane)
            states[.pending, default: 0] += decision.kept.count
        } else {
            var ranges: [Range<Int>] = []
            for index in decision.kept {
                segment.fill(&ranges, at: index, columns: schema.columns.count)
                if let standing = try plan(segment.record(at: index), value: { segment.bytes[ranges[$0]] }) {
                    note(standing, at: CollectionOfOne(index))
                } else {
                    states[.pending, default: 0] += 1
                }
            }
        }
        if let standings { try store.put(standings, of: id) }
    }

    /// Ends a pass over all segments. True if contacts are undecided and another pass is needed.
    func finishPass() -> Bool {
        guard sampler?.finishPass() == true else { return false }
        waiting = undecided
        undecided = RecordSet()
        return true
    }

    /// One more pass over the contacts of a segment that a `random` rule left undecided.
    func sortAgain(_ stored: StoredSegment, _ schema: Schema) throws {
        try move(in: stored, schema) { [waiting] record, _ in waiting.contains(record) ? .ask : .leave }
    }

    /// What to do with a contact that is already in the store.
    enum Fate {
        case leave
        /// The remaining rules decide.
        case ask
        /// A program dropped it, by the first rule before the remaining ones.
        case drop(reason: String)
    }

    /// Sorts waiting contacts of a stored segment, in record order, as `fate` decides from the record and its standing.
    func resume(
        _ stored: StoredSegment, _ schema: Schema, salt: [UInt8], _ fate: (UInt32, Standing) throws -> Fate
    ) throws {
        try prepare(schema, salt: salt)
        try move(in: stored, schema, fate)
    }

    private func move(
        in stored: StoredSegment, _ schema: Schema, _ fate: (UInt32, Standing) throws -> Fate
    ) throws {
        let segment = stored.contacts
        let known = try store.standings(of: stored.id)
        var standings: Standings?
        func close(_ index: Int, as closed: Standing) {
            if standings == nil { standings = known ?? Standings(count: segment.count) }
            standings?[index] = closed
            states[.pending, default: 0] -= 1
            states[closed.state, default: 0] += 1
        }
        var asked: [Int] = []
        for index in 0..<segment.count {
            switch try fate(segment.record(at: index), known?[index] ?? Standing()) {
            case .leave: continue
            case .drop(let reason): close(index, as: try sampledOut(by: firstRule - 1, reason))
            case .ask: asked.append(index)
            }
        }
        let decision = sample(asked, of: segment)
        for (rule, indices) in decision.dropped.enumerated() {
            for index in indices { close(index, as: try sampledOut(by: rule)) }
        }
        var ranges: [Range<Int>] = []
        for index in decision.kept {
            segment.fill(&ranges, at: index, columns: schema.columns.count)
            if let expired = try plan(segment.record(at: index), value: { segment.bytes[ranges[$0]] }) {
                close(index, as: expired)
            }
        }
        if let standings { try store.put(standings, of: stored.id) }
    }

    /// What the sampling rules say about contacts of a segment; those that must wait are noted.
    private func sample(_ contacts: [Int], of segment: ContactSegment, hashes: [UInt64]? = nil) -> SamplingDecision {
        let decision =
            sampler?.decide(contacts, of: segment, columns: samplerColumns, hashes: hashes)
            ?? SamplingDecision(keeping: contacts)
        for index in decision.undecided { undecided.insert(segment.record(at: index)) }
        return decision
    }

    /// Writes the last parcels, and what quotas have used, inside the last transaction.
    func finish() throws {
        for (lane, contacts) in lanes.sorted(by: { ($0.lane.due, $0.lane.zone) < ($1.lane.due, $1.lane.zone) })
        where !contacts.isEmpty {
            try insert(contacts, in: lane)
        }
        lanes = []
        lanePlaces = [:]
        if let used = sampler?.quotaUsed, !used.isEmpty {
            try store.setQuota(
                campaign: setup.campaign.name, day: setup.days.day(of: now).description, used: used)
        }
        if let rule = sampler?.waitsForProgram { try hold(undecided, for: rule) }
    }

    /// Puts the contacts that a program must be asked about into parcels that never come due.
    private func hold(_ records: RecordSet, for rule: Int) throws {
        let step = setup.strategy.steps[0]
        let lane = ParcelLane(
            step: step.name, channel: step.channel, zone: "", due: ContactPlanner.never, priority: priority,
            reason: .program(rule: rule, label: setup.campaign.sampling[rule].label, fault: ""))
        var members: [ParcelContact] = []
        for record in records {
            members.append(ParcelContact(record: record, attempt: 1, stepAttempt: 1))
            guard members.count == Parcel.capacity else { continue }
            try insert(members, in: lane, as: .undecided)
            members.removeAll(keepingCapacity: true)
        }
        if !members.isEmpty { try insert(members, in: lane, as: .undecided) }
        try store.setHeldSample(
            HeldSample(
                rule: rule, earlier: HeldSample.digest(of: setup.campaign.sampling.prefix(rule)), salt: salt), of: batch
        )
    }

    // MARK: - Details

    /// Queues a contact by its own values. Returns its standing if it can never be sent.
    private func plan(_ record: UInt32, value: (Int) -> ArraySlice<UInt8>) throws -> Standing? {
        if uniformPlan == nil, let consents, let choice {
            planner?.consent = try consents.look(setup.strategy.steps[0], choice, record: record, value)
        }
        switch uniformPlan ?? firstPlan(value) {
        case .queue(let lane):
            try queue([ParcelContact(record: record, attempt: 1, stepAttempt: 1)], in: spreading(lane, value))
            return nil
        case .expire(let reason):
            return try standing(after: .windowClosedForGood, stage: .policy, reason: .hold(reason))
        case nil: throw StoreProblem.damaged(what: "batch \(batch) has contacts before its columns")
        }
    }

    /// When a contact leaves first. Whoever has ended by a clock that is not believed waits for one that is.
    private func firstPlan(_ value: (Int) -> ArraySlice<UInt8>) -> ContactPlanner.Plan? {
        let plan = planner?.plan(step: setup.strategy.steps[0], earliest: now, values: value)
        guard earliest < now, case .expire = plan else { return plan }
        return planner?.plan(step: setup.strategy.steps[0], earliest: earliest, values: value)
    }

    /// Where a campaign spreads its contacts, the lane for the next one of a lane: at a moment of the hours that are
    /// open and have capacity. Where those that are open have none, of the next that do.
    private func spreading(_ lane: ParcelLane, _ value: (Int) -> ArraySlice<UInt8>) -> ParcelLane {
        guard setup.campaign.pace.spread == .window, lane.due < ContactPlanner.never else { return lane }
        let step = setup.strategy.steps[0]
        var open = lane
        for _ in 0..<Self.mostOpenings {
            let end = planner?.openUntil(step: step, at: open.due, values: value)
            if let found = spread.next(of: open, until: end) { return found }
            guard let next = setup.nextCapacity(after: open.due),
                case .queue(let later) = planner?.plan(step: step, earliest: next, values: value),
                later.due > open.due, later.due < ContactPlanner.never
            else { break }
            open = later
        }
        return lane
    }

    /// Hours of contact and of capacity that meet in none of so many openings may never do.
    private static let mostOpenings = 8

    /// How a contact stands that this rule dropped; made once for a rule.
    private func sampledOut(by rule: Int) throws -> Standing {
        if let known = droppedByRule[rule] { return known }
        let standing = try sampledOut(by: rule, "")
        droppedByRule[rule] = standing
        return standing
    }

    private func sampledOut(by rule: Int, _ reason: String) throws -> Standing {
        let label = setup.campaign.sampling[rule].label
        return try standing(
            after: .sampledOut, stage: .sampling, reason: .sampledOut(rule: rule, label: label, answer: reason))
    }

    /// How a record stands that only cancels others.
    private func cancelling() throws -> Standing {
        if let known = knownCancelling { return known }
        var standing = try standing(
            after: .cancelled, stage: .validation, reason: .words("it cancels what waited under its id"))
        standing.code = try store.name(Code.contactCancelled.rawValue)
        knownCancelling = standing
        return standing
    }

    /// The standing of a new contact after something has happened to it.
    private func standing(
        after happening: ContactTransitions.Happening, stage: ContactStage, reason: StandingReason
    ) throws -> Standing {
        var position = setup.transitions.start
        position.follow(setup.transitions.next(position, happening))
        var standing = Standing()
        standing.state = position.state
        standing.stage = stage
        standing.reason = try store.name(reason)
        standing.changedAt = now
        return standing
    }

    private func prepare(_ schema: Schema, salt: [UInt8]) throws {
        guard schema.columns.count != preparedColumns else { return }
        preparedColumns = schema.columns.count
        self.salt = salt
        // A JSON drop's schema may have grown since the last part; a column that mattered would have a position now.
        var planner = setup.planner(schema: schema, priority: priority, bounds: bounds)
        if planner.asksForConsent {
            if try store.hasConsents() { planner.consentsDiffer = true }
            if planner.consentsDiffer {
                consents = ConsentCheck(store, schema, of: setup.campaign, in: batch, at: now)
                choice = AddressChoice(step: setup.strategy.steps[0], schema: schema)
            }
        }
        if self.planner == nil || !planner.isUniform { self.planner = planner }
        if setup.campaign.pace.spread == .window {
            // Each has a moment of its own.
            uniformPlan = nil
        } else if planner.isUniform, uniformPlan == nil {
            uniformPlan = firstPlan { _ in [] }
        } else if !planner.isUniform {
            uniformPlan = nil
        }
        guard !setup.campaign.sampling.isEmpty else { return }
        if sampler == nil {
            let day = setup.days.day(of: now).description
            sampler = Sampler(
                rules: setup.campaign.sampling, seed: setup.campaign.seed, drop: salt, startingAt: firstRule,
                quotaUsed: try store.quotaUsed(campaign: setup.campaign.name, day: day))
        }
        samplerColumns = sampler?.columns(in: schema) ?? []
    }

    private func queue(_ contacts: ArraySlice<ParcelContact>, in lane: ParcelLane) throws {
        if lanes.isEmpty || lanes[lastLane].lane !== lane {
            lastLane = lanePlaces[lane] ?? lanes.count
            if lastLane == lanes.count {
                lanePlaces[lane] = lastLane
                lanes.append((lane, []))
            }
        }
        var rest = contacts
        while !rest.isEmpty {
            let room = setup.parcelCapacity - lanes[lastLane].members.count
            lanes[lastLane].members += rest.prefix(room)
            rest = rest.dropFirst(room)
            guard lanes[lastLane].members.count == setup.parcelCapacity else { return }
            try insert(lanes[lastLane].members, in: lane)
            lanes[lastLane].members.removeAll(keepingCapacity: true)
        }
    }

    private func insert(_ contacts: [ParcelContact], in lane: ParcelLane, as status: ParcelStatus = .waiting) throws {
        _ = try store.insert(
            NewParcel(
                batch: batch, campaign: setup.campaign.name, step: lane.step, channel: lane.channel, zone: lane.zone,
                priority: lane.priority, due: lane.due, config: setup.fingerprint, reason: lane.reason,
                contacts: contacts, status: status))
    }
}
