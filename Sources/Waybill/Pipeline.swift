package import SystemIO

/// The way of a drop through Waybill, stage by stage; this type holds what the stages share.
///
///     inbox ─▶ claim ─▶ read and judge ─▶ sample ─▶ plan ─▶ queue ─▶ dispatch ─▶ receipts ─▶ reports
///
/// One thread runs it all; only the reading of a large drop has threads of its own (`DropReading`). Whoever makes one
/// holds the workspace's lock.
package final class Pipeline {
    package let context: WorkContext
    package var workspace: Workspace { context.workspace }
    package var configuration: Configuration { context.configuration }
    package var store: Store { context.store }
    package var log: Log { context.log }
    var isRehearsal: Bool { context.isRehearsal }
    package let events = InboxEvents()
    /// One for each inbox, in the configuration's order; none in a pipeline that only reports.
    package private(set) var scanners: [InboxScanner] = []
    /// Called with what is being done, for progress on a terminal. What it throws ends the reading: the drop stays
    /// claimed, nothing of it is visible, and the next start reads it again.
    package var onProgress: ((Progress) throws -> Void)?
    /// Called between the parts of a long drop, so that others need not wait for its end; throws as `onProgress` does.
    package var onInterlude: ((Progress) throws -> Void)?
    /// Monotonic milliseconds; handed in by tests.
    package var monotonic: () -> Int64 = { MonotonicClock.nanoseconds() / 1_000_000 }
    /// Drops being read, the first claimed first: a short one can overtake a long one.
    var readings: [Progress] = []
    /// Monotonic milliseconds of the last time a long drop was overtaken.
    var overtakenAt: Int64?
    /// Tokens of claims that are being worked on.
    var tokensInWork: Set<String> = []
    /// A claim was left half-way because its inbox went away.
    var hasSuspendedClaims = false
    /// Monotonic milliseconds of the next attempt at them.
    var nextResume: Int64 = 0
    /// Monotonic milliseconds of the next look for claims of dead owners, and of the next sign of life of our own.
    var nextRecovery: Int64 = 0
    var nextBeat: Int64 = 0
    /// When each stuck file was told of last (monotonic milliseconds), by its path.
    var stuckTold: [String: Int64] = [:]
    /// Paths of claims of other workspaces that were left half-way.
    var foreignClaims: [String] = []
    let dispatcher: Dispatcher
    let sampling: SamplingDesk
    /// Content that came before is taken once more: for previews.
    package var takesKnownContent = false
    private let listing: @Sendable (String) throws -> Files.Listing
    private let retention: Retention
    private let days: DayClosing

    /// Whether what is due may be sent now: not while results are being read, which may say otherwise, nor when a scan is about
    /// to say what has arrived.
    package var maySend: Bool {
        let moment = monotonic()
        return readings.allSatisfy { $0.purpose == .contacts } && !scanners.contains { $0.isAboutToAnswer(at: moment) }
    }

    /// Lets `body` read a drop, which tells how far it is between two parts: others can go on there.
    func whileReading<Outcome>(
        _ progress: Progress, _ body: (_ tell: ((inout Progress) -> Void) throws -> Void) throws -> Outcome
    ) throws -> Outcome {
        readings.append(progress)
        let place = readings.count - 1
        let start = monotonic()
        defer { readings.removeLast(readings.count - place) }
        return try body { change in
            change(&readings[place])
            try onProgress?(readings[place])
            // A short one is done before it is worth the trouble, unless its share hangs.
            readings[place].isSlow = monotonic() - start >= 1_000
            guard readings[place].isLong else { return }
            try onInterlude?(readings[place])
            // Where one came others will: their commits sync the whole log, with what this drop has added to it.
            if let overtakenAt, monotonic() - overtakenAt < 1_000 { store.database.beginWritingLog() }
            try store.database.relieveLog { try onInterlude?(readings[place]) }
        }
    }

    /// What a long drop is at.
    package struct Progress: Sendable {
        package let batch: BatchID
        package let purpose: DropPurpose
        package let drop: String
        package let campaign: String
        package let startedAt: Timestamp
        package let priority: Int
        package var bytes: Int64 = 0
        package let size: Int64
        package var records = 0
        package var rejected = 0
        package var duplicates = 0
        var isSlow = false
        var isLong: Bool { size > Self.short || isSlow }
        /// Bytes of a drop that is read in some twenty milliseconds.
        static let short: Int64 = 4 << 20
        /// No other drop of its campaign may be read meanwhile: which contacts it takes depends on those that the campaign has
        /// taken before, by a quota of its sample or since it corrects another drop.
        let isAlone: Bool
    }

    /// Opens the workspace's folders and store. Throws `WorkspaceBusy` when another process works in it, unless this one
    /// only `reports`, which may be done beside it. `listing` gives the names in an inbox's folders.
    package init(
        workspace: Workspace, configuration: Configuration, clock: WallClock, log: Log, reportsOnly: Bool = false,
        isRehearsal: Bool = false,
        listing: @escaping @Sendable (String) throws -> Files.Listing = { try Files.listing($0) }
    ) throws {
        self.listing = listing
        let state = workspace.path(configuration.state)
        try Files.createFolder(state, mode: 0o700)
        lock = try FileLock(path: state + "/waybill.lock")
        reportLock = try FileLock(path: state + "/report.lock")
        guard try reportsOnly || lock.tryLock() else { throw WorkspaceBusy(state: state) }
        context = WorkContext(
            workspace: workspace, configuration: configuration,
            store: try Store(path: workspace.store(configuration), isThrownAway: isRehearsal), clock: clock, log: log,
            isRehearsal: isRehearsal)
        dispatcher = Dispatcher(context, bell: events.bell)
        sampling = SamplingDesk(context, bell: events.bell)
        retention = Retention(context)
        days = DayClosing(context, retention: retention, lock: reportLock)
        try Files.createFolder(workspace.path(configuration.outbox))
        if !reportsOnly { try openInboxes() }
    }

    private let lock: FileLock
    /// Held while report files are written, so that two processes never mix theirs.
    let reportLock: FileLock

    /// Lets go of the workspace; the pipeline is not used after that.
    package func close() {
        settle()
        lock.close()
    }

    /// Leaves a small log behind and no trace in the inboxes, since nothing is done for now; what cannot be moved is moved by
    /// the next start.
    package func settle() {
        stopErrands()
        // What cannot be written down is asked about by the next start.
        try? dispatcher.endFlights()
        try? store.database.settleLog()
        for scanner in scanners where scanner.isReachable { scanner.owners.leave() }
    }

    package var now: Timestamp { context.now }

    /// Takes a new configuration; what is under way follows it from its next step.
    package func reload(_ configuration: Configuration) throws {
        context.use(configuration)
        dispatcher.reload()
        sampling.reload()
        days.forgetNextEnd()
        try openInboxes()
        try wakeHeld()
    }

    /// Makes the inboxes' folders and their scanners; scanners of inboxes that stay are kept.
    private func openInboxes() throws {
        let identity = try store.identity()
        scanners = try configuration.inbox.map { folder in
            let path = workspace.path(folder)
            if let known = scanners.first(where: { $0.inbox.path == path }) { return known }
            let isShare = try store.isShare(path)
            var inbox = Inbox(path: path, owner: .current, store: identity, isShare: isShare)
            if !isShare {
                try Files.createFolder(path)
                if try inbox.liesOnShare(besides: state("")) {
                    try inbox.makeClaimsRoot()
                    try store.durably { try store.noteShare(path) }
                    inbox.isShare = true
                }
            }
            let (events, listing) = (events, listing)
            return InboxScanner(inbox, bell: events.bell) { [inbox] in
                InboxView(inbox, watch: { events.watch($0, of: inbox) }, list: listing)
            }
        }
    }

    package var inboxes: [Inbox] { scanners.map(\.inbox) }

    /// How the files of an inbox become ready.
    func rules(of inbox: Inbox) -> ReadinessRules {
        ReadinessRules(configuration, of: configuration.inbox.first { workspace.path($0) == inbox.path })
    }

    /// A campaign's setup; nil when the configuration does not name it.
    package func setup(_ name: String) -> CampaignSetup? { context.setup(name) }

    func outbox(_ path: String) -> String { context.outbox(path) }
    func state(_ path: String) -> String { context.state(path) }

    // MARK: - The passes

    /// What a start has to make good before anything new: reports of days that ended while nobody ran, parcels that
    /// were leaving, drops that were claimed, and what was durable but not yet told.
    package func recover(stopping: () -> Bool = { false }) throws {
        try writeMissedDays(stopping: stopping)
        try dispatcher.settleLeaving()
        // Made now, so that no drop waits for it.
        _ = try store.suppressionFilter()
        askScanners()
        try recoverClaims(of: scanners.filter { $0.collect(waitingAtMost: 2_000, at: monotonic()) != nil })
        try publishWhatIsMissing()
        try removeLeftovers()
        try wakeHeld()
    }

    /// What a rehearsal has to make good in its copy of a store; it has no part in what others have claimed.
    func prepareRehearsal() throws {
        try dispatcher.settleLeaving()
        try wakeHeld()
    }

    // MARK: - Days and status

    /// Closes every day that has ended and was not closed; returns how many reports were written.
    @discardableResult
    package func writeMissedDays(stopping: () -> Bool = { false }) throws -> Int {
        let written = try days.writeMissedDays(stopping: stopping)
        if written > 0 { dispatcher.caps.loaded?.forget(before: retention.firstCountedContact) }
        return written
    }

    /// The next moment at which a campaign's day ends; nil until the days were looked at under this configuration.
    var nextDayEnd: Timestamp? { days.nextEnd }

    /// Writes reports again, or of the day that runs: returns the folders written.
    package func report(day: CalendarDay?, campaign: String?) throws -> [String] {
        try days.report(day: day, campaign: campaign)
    }

    /// Forgets who was contacted so long ago that no cap looks back to it.
    func forgetContacts() throws {
        try retention.forgetContacts()
        dispatcher.caps.loaded?.forget(before: retention.firstCountedContact)
    }

    /// Replaces the live files that others read.
    func writeStatus() throws {
        try StatusWriter(context).write(
            inboxes: scanners, stuck: stuckFiles, readings: readings, monotonic: monotonic())
    }

    /// The longest quiet time of any campaign, in milliseconds.
    var longestQuiet: Int64 { configuration.campaigns.map(\.quiet.milliseconds).max() ?? 1_000 }

    /// Has what waits for another configuration looked at again, where it was decided under one that is not in force now.
    private func wakeHeld() throws {
        try store.transiently {
            for campaign in configuration.campaigns {
                guard let setup = setup(campaign.name) else { continue }
                try store.wakeHeld(ofCampaign: campaign.name, exceptUnder: setup.fingerprint, at: now)
            }
        }
    }
}

/// Another process works in the same workspace.
package struct WorkspaceBusy: Error, CustomStringConvertible {
    let state: String
    package var description: String {
        "another waybill is running in this workspace (\(state)/waybill.lock is held); "
            + "drop the files into the inbox and it takes them, or stop it first"
    }
}
