/// Records in the store what a transport did with each message of a parcel.
///
/// It can run several times for one parcel: contacts that were settled are no longer in it. Call `run` inside a
/// transaction.
struct ParcelLanding {
    /// Messages that the transport took.
    private(set) var sent = 0
    private(set) var refused = 0
    private(set) var later = 0
    /// Messages that are put off by themselves, while others go through.
    private(set) var apart = 0
    /// Messages that were kept back, since they must not be sent any more.
    private(set) var recalled = 0
    /// Messages that were refused as most others of the parcel: the campaign stops, and they wait with it.
    private(set) var held = 0
    /// Why the campaign stops, where it does with this parcel.
    private(set) var stopped: HoldReason?
    private(set) var lost = 0
    /// Messages that the transport will be asked about again; then the parcel keeps leaving.
    private(set) var unknown = 0

    private let context: WorkContext
    private var parcel: Parcel
    private let batch: BatchRow
    private let setup: CampaignSetup
    private let backoff: Backoff
    private let alone: [UInt32: Backoff]
    private var moves: Moves
    private var notSent: Set<UInt32> = []
    /// With what most were refused, where the campaign stops for it.
    private var commonCode: String?

    /// - Parameters:
    ///   - later: when messages that the transport did not send now are due.
    ///   - alone: the same of those that are put off by themselves, by record.
    init(
        _ context: WorkContext, _ parcel: Parcel, _ batch: BatchRow, _ setup: CampaignSetup, later: Backoff,
        alone: [UInt32: Backoff] = [:]
    ) throws {
        self.alone = alone
        self.context = context
        self.parcel = parcel
        self.batch = batch
        self.setup = setup
        backoff = later
        moves = try Moves(context, batch, setup, needsValues: false, at: parcel.leftAt)
    }

    /// The messages whose outcome is unknown.
    static func open(_ parcel: Parcel, _ batch: BatchRow, _ context: WorkContext) throws -> [Reference] {
        let moves = try Moves(context, batch, context.setupOrDefaults(parcel.campaign), at: parcel.leftAt)
        return try parcel.contacts.filter { member in
            guard member.fate == .travels, let contact = try moves.changes.contact(member.record) else { return false }
            return contact.isIn(parcel) || contact.isEnded(before: member)
        }.map { reference(of: $0, in: parcel, context) }
    }

    static func reference(of member: ParcelContact, in parcel: Parcel, _ context: WorkContext) -> Reference {
        Reference(
            letters: context.letters.letters(of: parcel.id), batch: parcel.batch, record: member.record,
            step: parcel.step, attempt: Int(member.attempt))
    }

    mutating func run(_ outcome: ParcelOutcome) throws {
        switch outcome {
        case .accepted: break
        case .each(let outcomes), .halted(let outcomes, _, _), .resting(let outcomes, _, _): try compare(outcomes)
        }
        for seat in parcel.contacts.indices where parcel.contacts[seat].fate == .travels {
            let member = parcel.contacts[seat]
            guard let contact = try moves.changes.contact(member.record) else { continue }
            if contact.isEnded(before: member) {
                try note(outcome.fate(of: member.record), contact, member)
                continue
            }
            guard contact.isIn(parcel) else { continue }
            switch outcome {
            case .accepted:
                _ = try moves.leave(contact, member, parcel)
                sent += 1
            case .each, .halted, .resting: try take(outcome.fate(of: member.record), contact, seat)
            }
        }
        if !notSent.isEmpty {
            try giveBack()
            parcel.contacts.removeAll { notSent.contains($0.record) }
        }
        let resultsDue = try moves.wait(after: parcel).flatMap { wait in
            try isAwaited() ? parcel.leftAt.adding(wait) : nil
        }
        if !notSent.isEmpty { try countAnew() }
        try moves.finish()
        let stop = try Brakes(context.store, at: context.now).noteLeft(
            sent + refused + lost, refused: refused, at: parcel.leftAt, setup.campaign)
        stopped = stopped ?? stop
        try DoubtLedger(context.store).note(lost, by: parcel.transport, at: context.now)
        if unknown > 0 {
            try context.store.setContacts(parcel.contacts, of: parcel.id)
        } else {
            try context.store.markLeft(parcel.id, contacts: parcel.contacts, resultsDue: resultsDue)
        }
    }

    /// No message of it has left: each is queued again, in another parcel.
    mutating func takeBack() throws {
        let all = parcel.contacts.map { ($0.record, MessageOutcome.later) }
        try run(.each(Dictionary(all) { first, _ in first }))
    }

    /// Whether anybody's result is awaited, including contacts settled before.
    private func isAwaited() throws -> Bool {
        try parcel.contacts.contains { member in
            guard member.fate == .travels, let standing = try moves.changes.contact(member.record)?.standing else {
                return false
            }
            return standing.parcel == parcel.id.rawValue && standing.state != .pending
        }
    }

    private mutating func take(_ outcome: MessageOutcome, _ contact: StandingChanges.Contact, _ seat: Int) throws {
        let member = parcel.contacts[seat]
        switch outcome {
        case .accepted:
            _ = try moves.leave(contact, member, parcel)
            sent += 1
            try replay(member)
        case .refused(let code, let detail):
            let word = Self.word(code)
            if word == commonCode, let stopped {
                held += 1
                return try wait(contact, member, until: context.now, because: stopped)
            }
            refused += 1
            try noteBounce(code, detail, contact)
            let refusal = try heed(code, detail, of: contact)
            let reason = StandingReason.words("refused by transport \(parcel.transport)")
            if let refusal {
                try moves.end(contact, member, parcel, .optedOut, code: refusal.rawValue, reason: reason)
            } else {
                try moves.end(contact, member, parcel, .transportFailed, code: word, reason: reason)
            }
            moves.note(
                StoredReceipt(
                    record: member.record, step: parcel.step, attempt: Int(member.attempt),
                    event: (refusal ?? .failed).rawValue, at: context.now, receivedAt: context.now, code: code,
                    detail: detail, isLate: false))
        case .later:
            later += 1
            try wait(contact, member, until: backoff.next, because: backoff.reason)
        case .postponed(let span):
            apart += 1
            try wait(
                contact, member, until: context.now.adding(span),
                because: .transport(name: parcel.transport, problem: "it wants this message later"))
        case .stopping:
            let own = alone[member.record]
            if own == nil { later += 1 } else { apart += 1 }
            let backoff = own ?? backoff
            try wait(contact, member, until: backoff.next, because: backoff.reason, isAlone: true)
        case .recalled:
            recalled += 1
            notSent.insert(member.record)
            try moves.plan(
                contact, step: setup.step(parcel.step), earliest: context.now, member.attempt, member.stepAttempt)
        case .unknown: unknown += 1
        case .lost:
            lost += 1
            try moves.end(
                contact, member, parcel, .lostInFlight, code: Code.transportUnknown.rawValue,
                reason: .words("transport \(parcel.transport) did not say whether it was sent"))
        }
    }

    /// Leaves somebody alone of whom the transport says that they asked for it; returns how they did.
    private mutating func heed(
        _ code: String, _ detail: String, of contact: StandingChanges.Contact
    ) throws -> Event? {
        let refusal = [code, detail].lazy.compactMap { OptOutDetail.refusal(in: Array($0.utf8)[...]) }.first
        if let refusal { try suppress(contact, refusal) }
        return refusal
    }

    /// Its person said stop, or it was withdrawn, while it was in flight: that stays, and where it had left, it is an
    /// attempt all the same.
    private mutating func note(
        _ outcome: MessageOutcome, _ contact: StandingChanges.Contact, _ member: ParcelContact
    ) throws {
        switch outcome {
        case .later, .postponed, .stopping, .recalled:
            recalled += 1
            notSent.insert(member.record)
            return
        case .unknown:
            unknown += 1
            return
        case .accepted: sent += 1
        case .refused(let code, let detail):
            refused += 1
            _ = try heed(code, detail, of: contact)
        case .lost: lost += 1
        }
        try moves.noteAttempt(contact, member, parcel)
    }

    /// It was not an attempt: the same one is made again, in another parcel.
    private mutating func wait(
        _ contact: StandingChanges.Contact, _ member: ParcelContact, until moment: Timestamp,
        because reason: HoldReason, isAlone: Bool = false
    ) throws {
        notSent.insert(member.record)
        try moves.plan(
            contact, step: setup.step(parcel.step), earliest: moment, member.attempt, member.stepAttempt, cause: reason,
            isAlone: isAlone)
    }

    /// A relay that refuses the recipient's address says what a report of it would have said later.
    private func noteBounce(_ code: String, _ detail: String, _ contact: StandingChanges.Contact) throws {
        let said = code + " " + detail
        guard parcel.channel.medium == .email, BounceCause.event(SMTPReply.Status(code), said) == .bounced else {
            return
        }
        guard let reading = try address(of: contact) else { return }
        try Bounces(context).note(
            .init(isSoft: BounceCause.isSoft(said), said: said, address: reading, channel: parcel.channel),
            source: parcel.batch)
    }

    /// A provider that sends somebody nothing more says what their stop would have said here.
    private func suppress(_ contact: StandingChanges.Contact, _ refusal: Event) throws {
        guard let reading = try address(of: contact) else { return }
        _ = try context.store.suppress(
            reading.key, kind: reading.kind, reason: refusal.rawValue, source: parcel.batch, record: contact.record,
            at: context.now)
    }

    private func address(of contact: StandingChanges.Contact) throws -> AddressReading? {
        let values = try contact.segment.values(at: contact.index, columns: batch.schema.columns.count)
        let address = AddressChoice(step: setup.step(parcel.step), schema: batch.schema).address(in: values) ?? []
        return AddressReading.all(of: Array(address), context.configuration.addressRules).first
    }

    private static func word(_ code: String) -> String { code.isEmpty ? Code.transportRefused.rawValue : code }

    /// Finds out whether most messages were refused for one cause, which is no fault of theirs: a text that nobody
    /// takes, a sender that is not known.
    private mutating func compare(_ outcomes: [UInt32: MessageOutcome]) throws {
        var counts: [String: Int] = [:]
        // Those that were kept back nobody tried.
        let tried = outcomes.values.count { $0 != .recalled }
        for case .refused(let code, _) in outcomes.values { counts[Self.word(code), default: 0] += 1 }
        guard let most = counts.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else { return }
        stopped = try Brakes(context.store, at: context.now).stop(
            setup.campaign, step: parcel.step, refused: most.value, of: tried, with: most.key)
        if stopped != nil { commonCode = most.key }
    }

    /// Receipts can come before the transport's own answer: they were noted then, and count from now; what says that
    /// the message failed behind all that says more.
    private mutating func replay(_ member: ParcelContact) throws {
        let known = try receipts(of: member).filter { $0.attempt == Int(member.attempt) }.compactMap { receipt in
            Event(rawValue: receipt.event).map { (event: $0, receipt: receipt) }
        }
        let more = known.filter { $0.event.reach != .missed }
        for (event, receipt) in more + known.filter({ $0.event.reach == .missed }) {
            guard let contact = try moves.changes.contact(member.record) else { continue }
            try moves.hear(
                event, attempt: receipt.attempt, of: contact, code: receipt.event, reason: .words(receipt.detail),
                at: receipt.at
            ) { BatchDepartures([parcel]) }
        }
    }

    /// What cannot be read of them is told: the message has left all the same.
    private func receipts(of member: ParcelContact) throws -> [StoredReceipt] {
        do {
            return try moves.receipts(of: member.record)
        } catch let problem as StoreProblem {
            context.log.error(
                "store.damaged", ["batch": .text(parcel.batch.description), "problem": .text("\(problem)")])
            return []
        }
    }

    /// Messages that were not sent cost nothing.
    private func giveBack() throws {
        let segments = parcel.contacts.reduce(0) { $0 + (notSent.contains($1.record) ? Int($1.segments) : 0) }
        guard segments > 0, var budget = try SegmentBudget(of: setup, in: context.store, at: context.now) else {
            return
        }
        budget.giveBack(segments, takenAt: parcel.leftAt)
        try budget.keep(in: context.store)
    }

    /// Messages that were not sent do not count for caps.
    private func countAnew() throws {
        guard context.configuration.capHorizon != nil else { return }
        let keys = CapKeys(columns: context.configuration.capColumns, subjects: [], batch.schema)
        let choice = AddressChoice(step: setup.step(parcel.step), schema: batch.schema)
        var counted: [UInt64] = []
        for member in parcel.contacts where member.fate == .travels {
            guard let contact = try moves.changes.contact(member.record) else { continue }
            let values = try contact.segment.values(at: contact.index, columns: batch.schema.columns.count)
            counted += keys.all(of: choice.address(in: values) ?? []) { values[$0] }.map(\.key)
        }
        try context.store.forgetDeparture(of: parcel.id)
        if !counted.isEmpty {
            try context.store.noteDeparture(
                of: counted, parcel: parcel.id, channel: parcel.channel, campaign: parcel.campaign, at: parcel.leftAt)
        }
    }
}
