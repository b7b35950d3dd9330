/// Recalls what must not be sent any more of the parcels in flight.
///
/// A parcel was checked when it left. A slow carrier may take a quarter of an hour for it, and meanwhile somebody says
/// stop, a list comes, a campaign is paused or a batch withdrawn: what the carrier was not given yet stays here. It is
/// queued again, and what holds it decides about it as about all others.
extension Dispatcher {
    /// - Parameter everything: nothing may leave at all.
    func recall(everything: Bool) throws {
        try noteSilence()
        let sending = flights.filter(\.value.isSending)
        guard !sending.isEmpty else { return }
        let start = context.monotonic()
        guard try everything || mustRecall(at: start) else { return }
        var look = RecallLook(context, at: now)
        for (id, flight) in sending { flight.recall(everything ? .all : try recalled(of: id, &look)) }
        let end = context.monotonic()
        (lastRecall, nextRecall) = (end, end + 10 * (end - start))
    }

    /// Whether anything was heard since the last look. What time brings, such as the age of a list, is looked for every
    /// few seconds; the end of everybody's hours the flight knows by itself.
    private func mustRecall(at moment: Int64) throws -> Bool {
        let writes = try store.othersWrites()
        if writes != othersWrites { (othersWrites, context.hasHeard) = (writes, true) }
        guard moment >= nextRecall, context.hasHeard || moment >= lastRecall + 5_000 else { return false }
        context.hasHeard = false
        return true
    }

    private func recalled(of id: ParcelID, _ look: inout RecallLook) throws -> StopSign.Recalled {
        do {
            // A withdrawn one is closed.
            guard let parcel = try store.parcel(id), parcel.status == .leaving,
                let batch = try store.batch(parcel.batch), try holdAgain(parcel, batch) == nil
            else { return .all }
            if batch.purpose == .replies { return .none }
            let held = try look.held(in: parcel, batch, by: parcel.transport)
            return held.isEmpty ? .none : .some(held)
        } catch is StoreProblem {
            // Something it needs cannot be read.
            return .all
        }
    }
}

/// Finds who of parcels in flight must not be contacted now, with one check for all of a batch, step and transport.
struct RecallLook {
    private let context: WorkContext
    private let now: Timestamp
    private var kept: [Kind: (moves: Moves, check: DepartureCheck)] = [:]

    private struct Kind: Hashable {
        let batch: BatchID
        let step: String
        let transport: String
    }

    init(_ context: WorkContext, at now: Timestamp) { (self.context, self.now) = (context, now) }

    /// Not by the caps: they count the messages when they are about to leave.
    ///
    /// - Parameter carrier: the transport that carries it, or is to.
    mutating func held(in parcel: Parcel, _ batch: BatchRow, by carrier: String) throws -> Set<UInt32> {
        let kind = Kind(batch: batch.id, step: parcel.step, transport: carrier)
        let known = try kept[kind] ?? prepared(for: parcel, batch, by: carrier)
        let moves = known.moves
        var check = known.check
        var held: Set<UInt32> = []
        var open: [(record: UInt32, contact: StandingChanges.Contact)] = []
        for member in parcel.contacts where member.fate == .travels {
            if let contact = try moves.changes.contact(member.record), contact.isIn(parcel),
                try !moves.isCancelled(contact)
            {
                open.append((member.record, contact))
            } else {
                held.insert(member.record)
            }
        }
        try check.lookAhead(try open.map { (try $0.contact.segment, $0.contact.index) }, &moves.planner)
        for (place, member) in open.enumerated() {
            if case .free = try check.verdict(of: place) { continue }
            held.insert(member.record)
        }
        kept[kind] = (moves, check)
        return held
    }

    private func prepared(
        for parcel: Parcel, _ batch: BatchRow, by carrier: String
    ) throws -> (moves: Moves, check: DepartureCheck) {
        let setup = context.setupOrDefaults(parcel.campaign)
        let transport = context.configuration.transports[carrier]
        return (
            try Moves(context, batch, setup, at: now),
            try DepartureCheck(
                context.store, batch.schema, step: setup.step(parcel.step), for: setup.campaign, in: parcel.batch,
                policy: setup.policy, law: setup.lawCaps, days: setup.days, recent: nil,
                columns: context.configuration.capColumns,
                countries: [setup.campaign.countries, transport?.countries ?? []], at: now)
        )
    }
}
