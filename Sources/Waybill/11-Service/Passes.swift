import SystemIO

/// What is done at a start and in each round, each by the one whose work it is; when it is done, `Service` says.
///
///     inboxes ─▶ claims ─▶ drops ─▶ sampling ─▶ dispatcher ─▶ (results are drops again) ─▶ days
package final class Passes {
    let context: WorkContext
    package let claims: ClaimDesk
    package let drops: DropsUnderWay
    let sampling: SamplingDesk
    package let dispatcher: Dispatcher
    let days: DayClosing
    private let leftovers: Leftovers
    private let retention: Retention

    /// - Parameters:
    ///   - reportLock: held while report files are written, so that two processes never mix theirs.
    ///   - listing: gives the names in an inbox's folders.
    init(
        _ context: WorkContext, reportLock: FileLock,
        listing: @escaping @Sendable (String) throws -> Files.Listing
    ) {
        self.context = context
        claims = ClaimDesk(context, listing: listing)
        drops = DropsUnderWay(context, claims)
        sampling = SamplingDesk(context, bell: claims.bell)
        dispatcher = Dispatcher(context, bell: claims.bell)
        retention = Retention(context)
        days = DayClosing(context, retention: retention, lock: reportLock)
        leftovers = Leftovers(context, reportLock: reportLock)
    }

    // MARK: - Beginning and end

    /// What a start has to make good before anything new: reports of days that ended while nobody ran, parcels that
    /// were leaving, drops that were claimed, and what was durable but not yet published.
    func recover(stopping: () -> Bool) throws {
        _ = try days.writeMissedDays(stopping: stopping)
        try dispatcher.settleLeaving()
        // Made now, so that no drop waits for it.
        _ = try context.store.suppressionFilter()
        try drops.recover(claims.answering())
        try drops.publishWhatIsMissing()
        try leftovers.remove()
        try wakeHeld()
    }

    /// What a rehearsal has to make good in its copy of a store; it has no part in what others have claimed.
    func prepareRehearsal() throws {
        try dispatcher.settleLeaving()
        try wakeHeld()
        lookOnce()
    }

    /// Takes a new configuration; what is under way follows it from its next step.
    func reload(_ configuration: Configuration) throws {
        context.use(configuration)
        dispatcher.reload()
        sampling.reload()
        days.forgetNextEnd()
        try claims.open()
        try wakeHeld()
    }

    /// Has what waits for another configuration looked at again, where it was decided under one that is not in force
    /// now.
    private func wakeHeld() throws {
        let (store, now) = (context.store, context.now)
        try store.transiently {
            for campaign in context.configuration.campaigns {
                guard let setup = context.setup(campaign.name) else { continue }
                try store.wakeHeld(ofCampaign: campaign.name, exceptUnder: setup.fingerprint, at: now)
            }
        }
    }

    /// Leaves a small log behind and no trace in the inboxes, since nothing is done for now; what cannot be moved is
    /// moved by the next start.
    func settle() {
        sampling.stop()
        // What cannot be written down is asked about by the next start.
        try? dispatcher.endFlights()
        try? dispatcher.clock.note()
        try? context.store.settle()
        claims.leave()
    }

    // MARK: - Each round

    /// Looks at the inboxes and takes nothing, so that events tell of what comes from now on.
    func lookOnce() { _ = claims.answering() }

    /// Takes what is ready in the inboxes: commands and stops first, contacts last, the urgent before others, small
    /// files before large ones.
    func takeDrops(stopping: () -> Bool) throws -> ClaimDesk.Look {
        let isWhole = claims.ask()
        var look = try drops.look(waitingAtMost: InboxScanner.promptness)
        look.isWhole = isWhole
        look.taken = try drops.takeAll(stopping: stopping)
        try drops.careForClaims()
        claims.tellStuck()
        return look
    }

    /// Takes do-not-contact lists that are ready, and nothing else.
    func takeLists() throws {
        claims.ask()
        _ = try drops.look(waitingAtMost: InboxScanner.promptness)
        _ = try drops.takeAll(stopping: { false }, where: { $0 == .suppression || $0 == .control })
    }

    /// Whether a program is being asked, or sends: a wait ends when it has answered.
    var isAskingPrograms: Bool { sampling.isAsking || dispatcher.inFlight > 0 }

    /// When the next parcel may leave, and when the next results are due. What waits for a program to end has no
    /// moment.
    func nextMoments() throws -> (due: Timestamp?, result: Timestamp?) {
        var (due, result) = try context.store.nextMoments()
        if dispatcher.isFull, let moment = due, moment <= context.now { due = nil }
        return (due, result)
    }

    /// Forgets who was contacted so long ago that no cap looks back to it.
    func forgetContacts() throws { try retention.forgetContacts() }

    /// Replaces the live files that others read.
    func writeStatus() throws { try StatusWriter(context, claims, drops).write() }
}
