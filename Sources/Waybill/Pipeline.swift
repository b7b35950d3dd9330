package import SystemIO

/// The way of a drop through Waybill: one workspace, wired with everything that is done in it.
///
///     inbox ─▶ claim ─▶ read and judge ─▶ sample ─▶ plan ─▶ queue ─▶ dispatch ─▶ receipts ─▶ reports
///
/// One thread runs all of it; only the reading of a large drop has threads of its own (`DropReading`). Whoever creates
/// a pipeline holds the workspace's lock.
package final class Pipeline {
    package let context: WorkContext
    package var store: any Store { context.store }
    package var now: Timestamp { context.now }
    package var claims: ClaimDesk { passes.claims }
    package var drops: DropsUnderWay { passes.drops }
    package var dispatcher: Dispatcher { passes.dispatcher }
    private let passes: Passes
    private let locks: WorkspaceLocks

    /// Opens the workspace's folders and store. Throws `WorkspaceBusy` if another process works in it, unless
    /// `reportsOnly`, which is allowed beside it. `stateIsRight` continues although the outbox knows more batches. A
    /// store without letters gets those that `letters` draws. `listing` gives the names in an inbox's folders. `locks`
    /// are those that the caller has taken.
    package init(
        workspace: Workspace, configuration: Configuration, clock: WallClock, log: Log, reportsOnly: Bool = false,
        isRehearsal: Bool = false, stateIsRight: Bool = false, locks: WorkspaceLocks? = nil,
        letters: () -> StoreLetters = StoreLetters.drawn,
        listing: @escaping @Sendable (String) throws -> Files.Listing = { try Files.listing($0) }
    ) throws {
        self.locks = try locks ?? WorkspaceLocks(workspace.path(configuration.state), reportsOnly: reportsOnly)
        let store = try workspace.openStore(configuration, isThrownAway: isRehearsal)
        if !reportsOnly, !isRehearsal { try StoreCare(store, log, clock).mend(configuration) }
        let adopted =
            try reportsOnly
            ? store.knowing(configuration)
            : store.adopt(configuration, at: Timestamp(milliseconds: clock.nowMilliseconds()))
        // A copy gives no reference that the store it is a copy of may have given since.
        let known = try stateIsRight ? nil : store.referenceLetters()
        context = WorkContext(
            workspace: workspace, configuration: adopted, store: store,
            letters: try known ?? (reportsOnly ? .older : store.drawNewLetters(isRehearsal ? { .rehearsal } : letters)),
            clock: clock, log: log, isRehearsal: isRehearsal)
        passes = try Passes(context, reportLock: self.locks.reports, isStateRight: stateIsRight, listing: listing)
        do {
            try Files.createFolder(workspace.path(configuration.outbox))
        } catch {
            // What has to be written there waits by itself.
            log.error("outbox.unmade", ["error": .text(FolderObstacle.cause(of: error).words)])
        }
        if reportsOnly { return }
        try claims.open()
        if !isRehearsal { try context.keep(adopted) }
    }

    /// The loop that makes the passes until it is stopped, or nothing is left to do. `reload` is asked at SIGHUP.
    package func service(
        signals: SignalReceiver, manager: ServiceManager? = nil, reload: @escaping () throws -> Configuration
    ) -> Service {
        Service(passes, signals: signals, manager: manager, reload: reload)
    }

    /// Releases the workspace; the pipeline must not be used after that.
    package func close() {
        settle()
        locks.close()
    }

    // MARK: - One pass at a time: for commands, rehearsals and tests

    package func recover() throws { try passes.recover { false } }
    func prepareRehearsal() throws { try passes.prepareRehearsal() }
    /// Somebody confirms that this machine's clock is right.
    package func acceptClock() throws { try passes.acceptClock() }
    package func settle() { passes.settle() }
    package func takeDrops(stopping: () -> Bool) throws -> ClaimDesk.Look { try passes.takeDrops(stopping: stopping) }
    package func takeLists() throws { try passes.takeLists() }
    @discardableResult
    package func carryOut(_ command: ControlCommand) throws -> ControlCommand.CarriedOut {
        try command.carryOut(in: context)
    }
    @discardableResult
    package func askPrograms(waiting: Bool = false) throws -> Int { try passes.sampling.ask(waiting: waiting) }
    package func dispatchDue(stopping: () -> Bool) throws -> Int { try dispatcher.sendDue(stopping: stopping) }
    package func settleOverdue(stopping: () -> Bool) throws -> Int { try dispatcher.settleOverdue(stopping: stopping) }
    @discardableResult
    package func writeMissedDays(stopping: () -> Bool = { false }) throws -> Int {
        try passes.days.writeMissedDays(stopping: stopping)
    }
    package func report(day: CalendarDay?, campaign: String?) throws -> [String] {
        try passes.days.report(day: day, campaign: campaign)
    }
    func forgetContacts() throws { try passes.forgetContacts() }
    package func writeStatus() throws { try passes.writeStatus(isLast: false) }
    func isCleared() throws -> Bool { try passes.isCleared() }
    func takeUpAgain() throws { try passes.takeUpAgain() }
    func useLeisure() throws -> Bool { try passes.useLeisure(isIdle: true) }
    var nextRepetition: Timestamp? { passes.nextRepetition }
    func repeatLists() throws -> Int { try passes.repeatLists() }
    func tellMissing() throws { try passes.tellMissing() }
    package func tellOthers(waiting milliseconds: Int64 = 0) throws {
        try passes.events.tellAll(waiting: milliseconds)
    }
    func reload(_ configuration: Configuration) throws { try passes.reload(configuration) }
}
