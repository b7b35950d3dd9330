/// Records in the store what a transport did with each message of a parcel.
///
/// It can run several times for one parcel: contacts that were settled are no longer in it. Call `run` inside a
/// transaction.
struct ParcelLanding {
    /// Messages that the transport took.
    private(set) var sent = 0
    private(set) var refused = 0
    private(set) var later = 0
    private(set) var lost = 0
    /// Messages that the transport will be asked about again; then the parcel keeps leaving.
    private(set) var unknown = 0

    private let context: WorkContext
    private var parcel: Parcel
    private let batch: BatchRow
    private let setup: CampaignSetup
    private let backoff: Backoff
    private var moves: Moves
    private var notSent: Set<UInt32> = []

    /// - Parameter later: when messages that the transport did not send now are due.
    init(
        _ context: WorkContext, _ parcel: Parcel, _ batch: BatchRow, _ setup: CampaignSetup, later: Backoff
    ) throws {
        self.context = context
        self.parcel = parcel
        self.batch = batch
        self.setup = setup
        backoff = later
        moves = try Moves(context, batch, setup, at: parcel.leftAt)
    }

    /// The messages whose outcome is unknown.
    static func open(_ parcel: Parcel, _ batch: BatchRow, _ context: WorkContext) throws -> [Reference] {
        let moves = try Moves(context, batch, context.setupOrDefaults(parcel.campaign), at: parcel.leftAt)
        return try parcel.contacts.filter { member in
            guard member.fate == .travels, let contact = try moves.changes.contact(member.record) else { return false }
            return contact.isIn(parcel)
        }.map { reference(of: $0, in: parcel, context) }
    }

    static func reference(of member: ParcelContact, in parcel: Parcel, _ context: WorkContext) -> Reference {
        Reference(
            letters: context.letters.letters(of: parcel.id), batch: parcel.batch, record: member.record,
            step: parcel.step, attempt: Int(member.attempt))
    }

    mutating func run(_ outcome: ParcelOutcome) throws {
        for seat in parcel.contacts.indices where parcel.contacts[seat].fate == .travels {
            let member = parcel.contacts[seat]
            guard let contact = try moves.changes.contact(member.record), contact.isIn(parcel) else { continue }
            switch outcome {
            case .accepted:
                _ = try moves.leave(contact, member, parcel)
                sent += 1
            case .each(let outcomes), .halted(let outcomes, _, _), .resting(let outcomes, _, _):
                try take(outcomes[member.record] ?? .lost, contact, seat)
            }
        }
        if later > 0 { parcel.contacts.removeAll { notSent.contains($0.record) } }
        let resultsDue = try moves.wait(after: parcel).flatMap { wait in
            try isAwaited() ? parcel.leftAt.adding(wait) : nil
        }
        if later > 0 { try countAnew() }
        try moves.finish()
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
            refused += 1
            try moves.end(
                contact, member, parcel, .transportFailed, code: code.isEmpty ? Code.transportRefused.rawValue : code,
                reason: .words("refused by transport \(parcel.transport)"))
            try context.store.insert(
                StoredReceipt(
                    record: member.record, step: parcel.step, attempt: Int(member.attempt),
                    event: Event.failed.rawValue, at: context.now, receivedAt: context.now, code: code,
                    detail: detail, isLate: false), batch: parcel.batch, source: parcel.batch)
        case .later:
            later += 1
            // It was not an attempt: the same attempt is made again, in another parcel.
            notSent.insert(member.record)
            try moves.plan(
                contact, step: setup.step(parcel.step), earliest: backoff.next, member.attempt, member.stepAttempt,
                cause: backoff.reason)
        case .unknown: unknown += 1
        case .lost:
            lost += 1
            try moves.end(
                contact, member, parcel, .lostInFlight, code: Code.transportUnknown.rawValue,
                reason: .words("transport \(parcel.transport) did not say whether it was sent"))
        }
    }

    /// Receipts can arrive before the transport's own answer: they were noted then, and take effect now.
    private mutating func replay(_ member: ParcelContact) throws {
        for receipt in try context.store.receipts(ofBatch: parcel.batch, record: member.record)
        where receipt.attempt == Int(member.attempt) {
            guard let event = Event(rawValue: receipt.event), let contact = try moves.changes.contact(member.record)
            else { continue }
            try moves.happen(
                .event(event, attempt: receipt.attempt), to: contact, stage: .receipt, code: receipt.event,
                reason: .words(receipt.detail), at: receipt.at)
        }
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
