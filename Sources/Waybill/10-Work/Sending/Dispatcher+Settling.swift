import SystemIO

/// Settles parcels that are still leaving: after a crash, or because a transport could not tell.
extension Dispatcher {
    /// Settles parcels that a crash left between leaving and left.
    func settleLeaving() throws {
        restoreDoubts()
        let leaving = try store.leavingParcels(owner: claimant, now: now)
        // Nobody can tell whether they left: they stay as they are.
        try putAside(leaving.damaged)
        for parcel in leaving.readable where flights[parcel.id] == nil {
            if doubts[parcel.transport]?.isTrial == true {
                // Its calls may be what stopped the transport: their turn comes with the next sending.
                unsettled[parcel.id] = .none(at: now)
                continue
            }
            try attend(to: parcel) { try settle(parcel) }
        }
    }

    /// Asks again about parcels whose outcome is unknown.
    ///
    /// - Parameter isLast: whether what is due has begun by now; before that, others may find out whether a transport
    ///   goes on.
    func settleUnsettled(isLast: Bool, stopping: () -> Bool) throws -> Int {
        var handled = 0
        let due = unsettled.filter { $0.value.isDue(at: now) && flights[$0.key] == nil }.keys
        for id in due.sorted(by: { $0.rawValue < $1.rawValue }) {
            if stopping() { break }
            guard let parcel = try store.parcel(id), parcel.status == .leaving else {
                unsettled[id] = nil
                continue
            }
            if try !isLast && mayOthersTry(parcel.transport) { continue }
            handled += 1
            try attend(to: parcel) { try settle(parcel) }
        }
        return handled
    }

    /// Whether, of a transport that stopped since nobody knows what became of its messages, others find out if it goes
    /// on, and not those messages again.
    ///
    /// Each that does may be one more of which nobody knows: so there are one, two, three … of them by the first,
    /// second, fourth, eighth … trial.
    private func mayOthersTry(_ transport: String) throws -> Bool {
        guard doubts[transport]?.isTrial == true, let breaker = breakers[transport], breaker.isOpen,
            breaker.isDue(at: now)
        else { return false }
        let open = try unsettled.keys.count { try store.parcel($0)?.transport == transport }
        return breaker.failures >= 1 << min(open - 1, 30)
    }

    /// When a parcel whose outcome is unknown is asked about next, while that is worth waiting for: for some seconds.
    var nextAsking: Timestamp? { unsettled.values.filter(\.isNew).map(\.next).min() }

    /// The parcels of which nobody could tell yet whether they left, in words.
    func openOutcomes() throws -> [String] {
        try store.leavingIDs().map { id in
            let parcel = try store.parcel(id)
            let why = parcel.map { $0.reason == .due ? "" : ": " + $0.reason.words } ?? ""
            let whose = parcel.map { " of " + $0.campaign } ?? ""
            return "nobody knows yet whether \(id)\(whose) left\(why); the next run asks again"
        }
    }

    /// Contacts whose parcels could not be handed over, as where a folder cannot be written, in words: in this run, or
    /// in an earlier one that put them off for longer than this one waits.
    func stayed() throws -> [String] {
        let paused = try store.pausedCampaigns()
        return try store.holdings().filter { $0.kind.keepsFromHandingOver && !paused.contains($0.campaign) }.map {
            "\($0.contacts.counted("contact", "contacts")) of \($0.campaign) did not leave: \($0.words); the next run tries "
                + "again"
        }
    }

    private func settle(_ parcel: Parcel) throws {
        let references = try openReferences(of: parcel)
        if context.isRehearsal || references.isEmpty { return try finish(parcel, .accepted) }
        do {
            guard let ticket = parcel.ticket.map(Ticket.init(bytes:)) else {
                let paths = (context.configuration.transports.values.map(\.path) + [TransportSettings().path]).map {
                    context.workspace.path($0)
                }
                let (id, campaign) = (parcel.id, parcel.campaign)
                let folders = paths.map { FolderTransport.folder(of: campaign, in: $0) }
                guard let share = folders.first(where: { Mounts.now.share(of: $0) != nil }) else {
                    return try take(
                        try FolderTransport.resolveUnticketed(id, campaign: campaign, in: paths), of: parcel)
                }
                return fly(parcel, isSending: false, on: share, contacts: references.count) { _ in
                    .resolution(try FolderTransport.resolveUnticketed(id, campaign: campaign, in: paths))
                }
            }
            let type = try carrier(of: ticket)
            if type.isImmediate(ticket) {
                try take(try type.resolve(ticket, references, StopSign()), of: parcel)
            } else {
                fly(parcel, by: ticket, contacts: references.count, isSending: false) { stop in
                    .resolution(try type.resolve(ticket, references, stop))
                }
            }
        } catch let error as SystemError {
            try postpone(parcel, because: "\(error)")
        } catch let problem as TransportProblem {
            try postpone(parcel, because: "\(problem)")
        }
    }

    /// Those of the messages whose outcome is unknown.
    private func openReferences(of parcel: Parcel) throws -> [Reference] {
        guard let batch = try store.batch(parcel.batch) else { return [] }
        return batch.purpose == .replies
            ? try openReferences(ofAnswer: parcel) : try ParcelLanding.open(parcel, batch, context)
    }

    func take(_ resolution: ParcelResolution, of parcel: Parcel) throws {
        switch resolution {
        case .left(let outcome): try finish(parcel, outcome, isFoundOut: true)
        case .takenAway(let why):
            context.log.warning(
                "parcel.taken-away",
                [
                    "parcel": .text(parcel.id.description), "campaign": .text(parcel.campaign),
                    "batch": .text(parcel.batch.description), "reason": .text(why),
                ])
            try finish(parcel, .accepted, isFoundOut: true)
        case .notLeft:
            try takeBack(parcel)
            unsettled[parcel.id] = nil
        case .again: try sendAgain(parcel)
        case .unknown(let why): try postpone(parcel, because: why)
        }
    }

    func carrier(of ticket: Ticket) throws(TransportProblem) -> any Transport.Type {
        guard let kind = ticket.kind, let type = transports.first(where: { $0.kind == kind }) else {
            throw TransportProblem("the parcel's ticket cannot be read; start the waybill that wrote it")
        }
        return type
    }

    // MARK: - Once more

    /// Sends again what may have left, to a server that recognises it by its key. Each person is checked again, except
    /// for the caps: they counted the message when it was about to leave.
    private func sendAgain(_ parcel: Parcel) throws {
        // The next start asks again.
        if isEnding { return }
        guard let batch = try store.batch(parcel.batch), let ticket = parcel.ticket.map(Ticket.init(bytes:)) else {
            return
        }
        if let hold = try holdAgain(parcel, batch) {
            return try postpone(parcel, because: "it may have left, and is not sent again to make sure: \(hold)")
        }
        if batch.purpose == .replies { return try sendAgain(answer: parcel, by: ticket) }
        let open = try ParcelLanding.open(parcel, batch, context)
        var look = RecallLook(context, at: now)
        let held = try look.held(in: parcel, batch, by: parcel.transport)
        let load = ParcelLoad(
            parcel: parcel.id, batch: parcel.batch, campaign: parcel.campaign, step: parcel.step,
            channel: parcel.channel.name, bytes: [],
            references: open, at: now, heldAgain: held)
        let type = try carrier(of: ticket)
        fly(parcel, by: ticket, contacts: open.count) { stop in .outcome(try type.commit(ticket, load, stop)) }
    }

    /// What keeps a campaign's messages from leaving now, whoever they are for; nil if nothing does. A pause is no
    /// matter of answers to replies.
    func holdAgain(_ parcel: Parcel, _ batch: BatchRow) throws -> String? {
        if let hold = holds.first(where: { $0.concerns(parcel.campaign) }) { return hold.problem }
        guard let setup = context.setup(parcel.campaign) else { return HoldReason.noCampaign(parcel.campaign).words }
        if batch.purpose != .replies, try store.pausedCampaigns().contains(parcel.campaign) {
            return "the campaign is paused"
        }
        if let list = try store.listHolds().first(where: { $0.concerns(parcel.campaign, among: store.namesInForce) }) {
            return HoldReason.list(drop: list.drop, batch: list.batch.description, problem: list.problem).words
        }
        if let reason = try AbandonedCalls(context).hold(for: setup, channel: parcel.channel) { return reason.words }
        return try NamedLists(context).hold(for: setup)?.problem
            ?? Brakes(store, at: now).hold(of: parcel.campaign)?.words
    }
}
