import SystemIO

/// Parcels in flight, and those of them that are on a share whose server does not answer.
///
/// Such a parcel stays as it is, *leaving*, and goes nowhere else. Nothing more is given to its transport, which is
/// told once and in the status, until the share has answered; everything else goes on.
extension Dispatcher {
    /// Milliseconds without an answer, after which it is told: as long as for an inbox.
    private static let patience: Int64 = 10_000
    /// How long the end of the process waits for a share that was told already.
    private static let lastPatience: Int64 = 1_000

    /// Sends a parcel, or asks about it, on a thread of its own.
    func fly(
        _ parcel: Parcel, by ticket: Ticket, contacts: Int, isSending: Bool = true,
        _ body: @escaping @Sendable (StopSign) throws -> Flight.Landing
    ) {
        let share = (try? carrier(of: ticket))?.share(of: ticket)
        fly(parcel, isSending: isSending, on: share, contacts: contacts, body)
    }

    func fly(
        _ parcel: Parcel, isSending: Bool, on share: String?, contacts: Int,
        _ body: @escaping @Sendable (StopSign) throws -> Flight.Landing
    ) {
        let doubts = doubts(about: parcel.transport)
        // What is in the air beside it finds out.
        if isSending, pause(of: parcel.transport) == nil,
            !flights.values.contains(where: { $0.transport == parcel.transport && $0.isSending })
        {
            doubts.tryAgain()
        }
        flights[parcel.id] = Flight(
            by: parcel.transport, StopSign(doubts, sinceBoot: context.sinceBoot), contacts: contacts,
            isSending: isSending, on: share, at: context.monotonic(), bell: bell, body)
    }

    func doubts(about transport: String) -> Doubts {
        if let known = doubts[transport] { return known }
        let made = Doubts()
        doubts[transport] = made
        return made
    }

    /// Transports that were in doubt when an earlier process ended are left alone, and tried, as they would have been:
    /// else each run that cron starts would lose a message.
    func restoreDoubts() {
        if hasRestoredDoubts { return }
        hasRestoredDoubts = true
        for (name, pause) in DoubtLedger(store).pauses {
            doubts[name] = Doubts(trialBehind: pause.size ?? 1)
            breakers[name] = Backoff(kept: pause, reason: .transport(name: name, problem: pause.why))
        }
    }

    /// Why nothing goes into a folder that was on a share when last seen and is on none now: in an empty mount point
    /// nobody would look for it. Nil where something may; what is on a share is remembered.
    func missingShare(of transport: any Transport, _ name: String, for campaign: String) throws -> String? {
        guard !context.isRehearsal, let settings = context.configuration.transports[name], settings.kind == .folder
        else { return nil }
        let folder = FolderTransport.folder(of: campaign, in: context.workspace.path(settings.path))
        let wasShare = try shares[folder] ?? store.isShare(folder)
        shares[folder] = wasShare
        let isAccepted = try wasShare && store.isAccepted(inbox: folder)
        if !transport.isImmediate {
            if wasShare, !isAccepted { return nil }
            try store.durably {
                try store.noteShare(folder)
                try store.withdrawAcceptance(ofInbox: folder)
            }
            shares[folder] = true
            return nil
        }
        guard wasShare else { return nil }
        guard isAccepted else {
            return
                "\(folder) was on a share when last seen and is on none now: mount it, or waybill inbox accept \(folder)"
        }
        try store.durably {
            try store.forgetShare(folder)
            try store.withdrawAcceptance(ofInbox: folder)
        }
        shares[folder] = false
        return nil
    }

    /// Tells of shares that do not answer, and gives their transports nothing more.
    func noteSilence() throws {
        let moment = context.monotonic()
        for (id, flight) in flights {
            guard let share = flight.share, flight.isUnderWay, moment - flight.begun >= Self.patience else { continue }
            let name = flight.transport
            let why =
                "\(share) does not answer: see to its server; what goes there waits, and goes on when it answers"
            let reason = HoldReason.transport(name: name, problem: why)
            if breakers[name]?.reason != reason {
                context.log.error("transport.stopped", ["transport": .text(name), "reason": .text(why)])
            }
            if pause(of: name)?.reason != reason {
                breakers[name] = Backoff(resting: .minutes(1), at: now, reason: reason)
            }
            if flight.isSilent { continue }
            flight.isSilent = true
            try store.transiently {
                try store.delay(
                    id, until: now, reason: .unsettled("it is on its way to \(share), which does not answer"))
            }
        }
    }

    /// A share that did not answer does.
    func goOn(by transport: String) throws {
        if flights.values.contains(where: { $0.transport == transport && $0.isSilent && $0.isUnderWay }) { return }
        guard breakers.removeValue(forKey: transport) != nil else { return }
        context.log.warning("transport.goes-on", ["transport": .text(transport)])
        try store.transiently { try store.wake(heldFor: .transport, at: now) }
    }

    /// Before the process ends: waits a while for shares, and then no longer. The next start asks what became of what
    /// was on its way.
    func abandonSilent() throws {
        let start = MonotonicClock.nanoseconds() / 1_000_000
        while !flights.isEmpty {
            try land(waiting: false)
            let waited = MonotonicClock.nanoseconds() / 1_000_000 - start
            for (id, flight) in flights where waited >= (flight.isSilent ? Self.lastPatience : Self.patience) {
                flight.abandon()
                flights[id] = nil
                context.log.warning(
                    "parcel.unsettled",
                    [
                        "parcel": .text(id.description), "transport": .text(flight.transport),
                        "reason": .text("\(flight.share ?? "") does not answer; the next start asks what became of it"),
                    ])
            }
            if !flights.isEmpty { MonotonicClock.sleep(milliseconds: 10) }
        }
    }
}
