import SystemIO

/// The passes of a start and of each round; `Service` decides when they run.
///
///     inboxes ─▶ claims ─▶ drops ─▶ sampling ─▶ dispatcher ─▶ (results are drops again) ─▶ days
package final class Passes {
    let context: WorkContext
    package let claims: ClaimDesk
    package let drops: DropsUnderWay
    let sampling: SamplingDesk
    package let dispatcher: Dispatcher
    let days: DayClosing
    let events: EventDesk
    private var clearance: Clearance
    private var clock: ClockWitness
    /// The files of the store and of its log, as they were opened.
    private let storeFiles: [(path: String, status: FileStatus)]
    private let isStateRight: Bool
    /// Monotonic milliseconds.
    private var nextArchiveCheck: Int64 = 0
    private var nextExpectation: Int64 = 0
    private let recurrences: Recurrences
    private let compression: ArchiveCompression
    private let keys: KeyNotes
    private var nextRecurrence: Int64 = 0
    private var status: StatusWriter
    private let leftovers: Leftovers
    private let retention: Retention

    /// - Parameters:
    ///   - reportLock: held while report files are written, so two processes never mix theirs.
    ///   - isStateRight: use the state folder although the outbox knows more batches.
    ///   - listing: gives the names in an inbox's folders.
    init(
        _ context: WorkContext, reportLock: FileLock, isStateRight: Bool,
        listing: @escaping @Sendable (String) throws -> Files.Listing
    ) throws {
        self.context = context
        self.isStateRight = isStateRight
        clearance = try Clearance(context)
        clock = try ClockWitness(context)
        let store = context.workspace.store(context.configuration)
        storeFiles = try [store, store + "-wal"].compactMap { path in
            try FileStatus.of(path).map { (path, $0) }
        }
        claims = try ClaimDesk(context, isStateRight: isStateRight, listing: listing)
        drops = DropsUnderWay(context, claims)
        sampling = SamplingDesk(context, bell: claims.bell)
        dispatcher = Dispatcher(context, bell: claims.bell)
        retention = Retention(context)
        recurrences = Recurrences(context)
        compression = ArchiveCompression(context, bell: claims.bell)
        keys = KeyNotes(context, bell: claims.bell)
        days = DayClosing(context, retention: retention, lock: reportLock)
        leftovers = Leftovers(context, reportLock: reportLock)
        events = EventDesk(context, bell: claims.bell)
        status = StatusWriter(context, claims, drops, dispatcher, events, days)
    }

    // MARK: - Beginning and end

    /// Completes what earlier runs left, before anything new: reports of days that ended in between, leaving parcels,
    /// claimed drops, and outcomes that were durable but not published.
    func recover(stopping: () -> Bool) throws {
        if isStateRight {
            try acceptState()
        } else if !context.isRehearsal {
            try OutboxWitness(context).check()
        }
        // So another workspace that starts with this outbox finds it. If it cannot be written, what needs it says so.
        if !context.isRehearsal { try? context.mark.prepare(context.store) }
        try closeDays(stopping: stopping)
        try dispatcher.settleLeaving()
        try drops.recover(claims.answering())
        try drops.publishWhatIsMissing()
        try leftovers.remove()
        try wakeHeld()
    }

    /// Somebody says that the state is the right one, though it is not as far as the outbox or lacks rows.
    private func acceptState() throws {
        let (store, now, workspace) = (context.store, context.now, context.workspace)
        var isBehind = false
        do {
            try OutboxWitness(context).check()
        } catch is StateBehind {
            isBehind = true
        }
        try store.durably {
            try store.note(AuditEntry(.stateAccepted, at: now))
            try store.removeSetting(.trailLoss)
            guard isBehind else { return }
            try OutboxWitness.accept(
                workspace.path(context.configuration.outbox), store, in: workspace.path(context.configuration.state),
                at: now)
        }
    }

    /// After the store could not be written: settles parcels that were leaving then, and takes what was claimed then,
    /// as a start does.
    func takeUpAgain() throws {
        context.contactTimes.readAgain()
        try dispatcher.settleLeaving()
        _ = claims.answering()
        claims.resumeAtOnce()
        try drops.careForClaims()
    }

    /// Completes what a rehearsal's copy of a store needs; it has no part in others' claims.
    func prepareRehearsal() throws {
        try dispatcher.settleLeaving()
        try wakeHeld()
        lookOnce()
    }

    /// Applies a new configuration; work under way follows it from its next step.
    func reload(_ configuration: Configuration) throws {
        if !context.isRehearsal { try OutboxWitness(context).check(configuration) }
        let adopted = try context.store.adopt(configuration, at: context.now)
        // First: what cannot be recorded now does not count yet.
        try context.keep(adopted)
        context.use(adopted)
        dispatcher.reload()
        // What failed may be mended by now.
        try context.store.transiently { try context.store.wake(heldFor: .transport, at: context.now) }
        sampling.reload()
        days.forgetNextEnd()
        try claims.open()
        try wakeHeld()
    }

    /// Makes parcels that wait for another configuration be checked again, if they were held under one that is no
    /// longer in force.
    private func wakeHeld() throws {
        let (store, now) = (context.store, context.now)
        try store.transiently {
            for campaign in try store.waitingCampaigns(after: now) {
                guard let setup = context.setup(campaign) else { continue }
                try store.wakeHeld(ofCampaign: campaign, exceptUnder: setup.fingerprint, at: now)
            }
        }
    }

    /// Leaves a small log and no trace in the inboxes, since nothing is done for now; the next start moves what cannot
    /// be moved.
    func settle() {
        sampling.stop()
        // The next start asks about what cannot be recorded.
        try? dispatcher.endFlights()
        try? dispatcher.clock.note()
        StoreCare(context.store, context.log, context.clock).seal()
        try? context.store.settle()
        claims.leave()
    }

    // MARK: - Each round

    /// Looks at the inboxes and takes nothing, so that events report everything from now on.
    func lookOnce() { _ = claims.answering() }

    /// Takes what is ready in the inboxes: commands and stops first, contacts last; urgent drops before others, small
    /// files before large ones.
    func takeDrops(stopping: () -> Bool) throws -> ClaimDesk.Look {
        let isWhole = claims.ask()
        var look = try drops.look(waitingAtMost: InboxScanner.promptness)
        look.isWhole = isWhole
        look.taken = try drops.takeAll(stopping: stopping)
        if look.taken > 0 { context.hasHeard = true }
        StoreCare(context.store, context.log, context.clock).seal()
        try drops.careForClaims()
        claims.tellStuck()
        let moment = context.monotonic()
        if moment >= nextArchiveCheck {
            nextArchiveCheck = moment + 60_000
            try ArchiveCheck(context).run()
        }
        return look
    }

    /// Does what can wait until there is nothing else to do: notes who is in large batches, and compresses what is
    /// archived. Returns whether something is under way.
    func useLeisure(isIdle: Bool) throws -> Bool {
        let isIdle = isIdle && drops.readings.isEmpty
        let isNoting = try keys.go(isIdle: isIdle)
        return try compression.go(isIdle: isIdle && !isNoting) || isNoting
    }

    /// Whether anything may leave or time out now. If only some campaigns are held, the dispatcher holds them.
    func isCleared() throws -> Bool {
        try clock.look()
        let now = context.monotonic()
        var unheard = try claims.unheard(at: now)
        if let doubt = clock.doubt {
            let remedy =
                "; set it right, or start with --clock-is-right if it is; it is believed once it has gone on evenly for 15 minutes"
            unheard.append(
                Clearance.Unheard(
                    hold: SendingHold(place: "the clock of this machine", problem: doubt + remedy), since: .min / 2,
                    patience: 0))
        }
        if let hold = try context.store.trailHold() {
            unheard.append(Clearance.Unheard(hold: hold, since: .min / 2, patience: 0))
        }
        try clearance.decide(unheard, at: now)
        switch clearance.verdict {
        case .open: context.holds = []
        case .closed: return false
        case .holding(let holds): context.holds = holds
        }
        return true
    }

    /// Recalls what must not be sent any more of what is in flight, by what `isCleared` last found.
    func recall() throws { try dispatcher.recall(everything: isClosed) }

    /// Writes the reports of ended days, once the clock is trusted; returns whether it is.
    @discardableResult
    func closeDays(stopping: () -> Bool) throws -> Bool {
        try clock.look()
        guard clock.doubt == nil else { return false }
        _ = try days.writeMissedDays(stopping: stopping)
        return true
    }

    /// Tells of drops that have not come, once all that lies in the inboxes was taken and the clock is believed.
    func tellMissing() throws {
        let moment = context.monotonic()
        guard moment >= nextExpectation, clock.doubt == nil, !context.isRehearsal else { return }
        nextExpectation = moment + 10_000
        try Expectations(context.store).tellMissing(context)
    }

    /// Hands over the lists that are to be repeated now, once the clock is believed; returns how many.
    func repeatLists() throws -> Int {
        let moment = context.monotonic()
        guard clock.doubt == nil, context.isRehearsal || moment >= nextRecurrence else { return 0 }
        nextRecurrence = moment + 10_000
        let arrivals = try recurrences.handOver(inboxProblem: claims.scanners.first?.problem)
        for arrival in arrivals { claims.noteArrival(place: .init(folder: arrival.folder), name: arrival.name) }
        return arrivals.count
    }

    /// When a kept list is due next.
    var nextRepetition: Timestamp? { recurrences.next() }

    /// Somebody says that the clock is right.
    func acceptClock() throws {
        try context.store.durably { try context.store.note(AuditEntry(.clockAccepted, at: context.now)) }
        try clock.accept()
    }

    /// What `isCleared` last found.
    var isClosed: Bool { clearance.verdict == .closed }

    /// Takes do-not-contact lists that are ready, and nothing else.
    func takeLists() throws {
        claims.ask()
        _ = try drops.look(waitingAtMost: InboxScanner.promptness)
        _ = try drops.takeAll(stopping: { false }, where: { $0 == .suppression || $0 == .control })
    }

    /// Whether a program is being asked, or sends: its answer ends a wait.
    var isAskingPrograms: Bool { sampling.isAsking || dispatcher.inFlight > 0 }

    /// When the next parcel may leave, and when the next results are due. What waits for a program has no time.
    func nextMoments() throws -> (due: Timestamp?, result: Timestamp?) {
        var (due, result) = try context.store.nextMoments()
        if dispatcher.isFull, let moment = due, moment <= context.now { due = nil }
        // Held: looked at again with the next look at the inboxes.
        if isClosed || context.holds.contains(where: { $0.campaign == nil }) { return (nil, nil) }
        return (due, result)
    }

    /// Throws if the state folder or the store's log was removed or replaced: what is written then would be in no
    /// folder.
    func checkStore() throws {
        for (path, known) in storeFiles {
            let now = try FileStatus.of(path)
            if now?.inode == known.inode, now?.device == known.device { continue }
            // The log is still open, so what is in it can be kept.
            let isKept = (try? context.store.settle()) != nil && now == nil && path.hasSuffix("-wal")
            throw StateGone(path: path, isKept: isKept)
        }
    }

    /// What could not be taken, is held or has no outcome, in words; none when everything is done.
    var unfinished: [String] {
        var found: [String] = []
        if claims.hasUnfinishedClaims { found.append("drops that were claimed are not done, and are tried again") }
        found += claims.obstructed.map { "\($0.path): \($0.reason)" }
        found += StatusWriter.unwritten(events, days).map(\.words)
        for scanner in claims.scanners {
            if let problem = scanner.problem {
                found.append(context.workspace.relative(scanner.inbox.path) + ": " + problem)
            }
        }
        var told: Set<String> = []
        if case .holding(let holds) = clearance.verdict {
            found += holds.map { "\($0.campaign ?? "all campaigns") held by \($0.place): \($0.problem)" }
            told = Set(holds.map(\.place))
        }
        // Cron runs this, and hears of nothing else.
        do {
            found += try context.store.listHolds().filter { !$0.isOnlyTold }.map {
                "\($0.campaigns.isEmpty ? "all campaigns" : $0.campaigns.joined(separator: ", ")) held, since \($0.words)"
            }
        } catch {
            found.append("which lists hold campaigns cannot be read: \(error)")
        }
        do {
            found += try dispatcher.openOutcomes() + dispatcher.stayed()
        } catch {
            found.append("which parcels did not leave, or have no outcome yet, cannot be read: \(error)")
        }
        found += claims.untaken.filter { !told.contains($0.path) }.map {
            "\($0.path) was not taken: \($0.reason); the next run looks again"
        }
        return found
    }

    /// Forgets who was contacted so long ago that no cap looks back to it.
    func forgetContacts() throws { try retention.forgetContacts() }

    /// Replaces the live files that others read.
    func writeStatus(isLast: Bool, isStopped: Bool = false) throws {
        try status.write(isLast: isLast, isStopped: isStopped)
    }
}

/// A file of the store is gone, or is another one: nothing that Waybill writes is kept.
package struct StateGone: Error, CustomStringConvertible {
    let path: String
    /// Whether what was in it is elsewhere in the store by now.
    let isKept: Bool

    package var description: String {
        isKept
            ? "\(path) was removed while waybill was running, and what was in it is kept: start waybill again"
            : "\(path) was removed or replaced while waybill was running: put it back as it was, and start waybill again"
    }
}
