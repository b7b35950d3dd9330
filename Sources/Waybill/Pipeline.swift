package import SystemIO

/// The way of a drop through Waybill, stage by stage; this type holds what the stages share.
///
///     inbox ─▶ claim ─▶ read and judge ─▶ sample ─▶ plan ─▶ queue ─▶ dispatch ─▶ receipts ─▶ reports
///
/// One thread runs it all; only the reading of a large drop has threads of its own (`DropReading`). Whoever makes one
/// holds the workspace's lock.
package final class Pipeline {
    package let workspace: Workspace
    package private(set) var configuration: Configuration
    package let store: Store
    package let clock: WallClock
    package private(set) var inboxes: [Inbox]
    package let log: Log
    /// Called with what is being done, for progress on a terminal. What it throws ends the reading: the drop stays
    /// claimed, nothing of it is visible, and the next start reads it again.
    package var onProgress: ((Progress) throws -> Void)?
    /// Called with how many contacts left in each parcel.
    package var onDeparture: ((Int) -> Void)?
    private var setups: [String: CampaignSetup] = [:]
    /// By policy: what has left within its rate's spans; made when first asked for.
    var rateBudgets: [String: RateBudget] = [:]
    /// The next moment at which a campaign's day ends; nil until the days were looked at under this configuration.
    var nextDayEnd: Timestamp?

    /// What a long drop is at.
    package struct Progress: Sendable {
        package let batch: BatchID
        package let drop: String
        package let bytes: Int64
        package let size: Int64
        package let records: Int
    }

    /// Opens the workspace's folders and store. Throws `WorkspaceBusy` when another process works in it, unless this one
    /// only `reports`, which may be done beside it.
    package init(
        workspace: Workspace, configuration: Configuration, clock: WallClock, log: Log, reportsOnly: Bool = false
    ) throws {
        self.workspace = workspace
        self.configuration = configuration
        self.clock = clock
        self.log = log
        let state = workspace.path(configuration.state)
        try Files.createFolder(state, mode: 0o700)
        lock = try FileLock(path: state + "/waybill.lock")
        reportLock = try FileLock(path: state + "/report.lock")
        guard try reportsOnly || lock.tryLock() else { throw WorkspaceBusy(state: state) }
        store = try Store(path: workspace.store(configuration))
        inboxes = configuration.inbox.map { Inbox(path: workspace.path($0), owner: .current) }
        for inbox in inboxes { try Files.createFolder(inbox.path) }
        try Files.createFolder(workspace.path(configuration.outbox))
    }

    private let lock: FileLock
    /// Held while report files are written, so that two processes never mix theirs.
    let reportLock: FileLock

    /// Lets go of the workspace; the pipeline is not used after that.
    package func close() {
        settle()
        lock.close()
    }

    /// Leaves a small log behind, since nothing is done for now; what cannot be moved is moved by the next start.
    package func settle() { try? store.database.settleLog() }

    package var now: Timestamp { Timestamp(milliseconds: clock.nowMilliseconds()) }

    /// Takes a new configuration; what is under way follows it from its next step.
    package func reload(_ configuration: Configuration) throws {
        self.configuration = configuration
        setups = [:]
        rateBudgets = [:]
        nextDayEnd = nil
        let known = Set(inboxes.map(\.path))
        let paths = configuration.inbox.map(workspace.path)
        inboxes = inboxes.filter { paths.contains($0.path) }
        for path in paths where !known.contains(path) {
            try Files.createFolder(path)
            inboxes.append(Inbox(path: path, owner: .current))
        }
        try wakeHeld()
    }

    /// A campaign's setup; nil when the configuration does not name it.
    package func setup(_ name: String) -> CampaignSetup? {
        if let known = setups[name] { return known }
        guard let campaign = configuration.campaign(named: name) else { return nil }
        let setup = CampaignSetup(campaign, in: configuration)
        setups[name] = setup
        return setup
    }

    /// The day on which a drop's acknowledgement and notice are filed: the campaign's, or the workspace's.
    func day(of moment: Timestamp, campaign: String) -> CalendarDay {
        if let setup = setup(campaign) { return setup.days.day(of: moment) }
        let zone = Zone.named(configuration.timezone) ?? .utc
        return DayClock(zone: zone, endOfDay: configuration.endOfDay).day(of: moment)
    }

    func outbox(_ path: String) -> String { workspace.path(configuration.outbox) + "/" + path }
    func state(_ path: String) -> String { workspace.path(configuration.state) + "/" + path }

    // MARK: - The passes

    /// What a start has to make good before anything new: reports of days that ended while nobody ran, parcels that
    /// were leaving, drops that were claimed, and what was durable but not yet told.
    package func recover() throws {
        try writeMissedDays()
        try settleLeavingParcels()
        for inbox in inboxes {
            for claim in try inbox.recoverClaims(marker: { [self] in readiness($0, $1).marker }) {
                try take(claim, in: inbox)
            }
        }
        try publishWhatIsMissing()
        try removeLeftovers()
        try wakeHeld()
    }

    /// Has what waits for another configuration looked at again, where it was decided under one that is not in force now.
    private func wakeHeld() throws {
        try store.transiently {
            for campaign in configuration.campaigns {
                guard let setup = setup(campaign.name) else { continue }
                try store.wakeHeld(ofCampaign: campaign.name, exceptUnder: setup.fingerprint, at: now)
            }
        }
    }

    /// Takes what is ready in the inboxes: commands and stops first, contacts last. Returns when to look again
    /// (monotonic milliseconds), and how many drops were taken.
    package func takeDrops(stopping: () -> Bool) throws -> Intake {
        var intake = Intake()
        var found: [(inbox: Inbox, candidate: Inbox.Candidate)] = []
        let monotonic = MonotonicClock.nanoseconds() / 1_000_000
        intake.scannedAt = monotonic
        for inbox in inboxes {
            do {
                let scan = try inbox.scan(at: monotonic) { [self] in readiness($0, $1) }
                found += scan.ready.map { (inbox, $0) }
                intake.unready += scan.unready.count
                intake.youngest = max(intake.youngest, scan.unready.map(\.firstSeen).max() ?? 0)
                if let moment = scan.lookAgainAt { intake.lookAgainAt = min(intake.lookAgainAt ?? moment, moment) }
            } catch let error as SystemError {
                // A share that is away is not an empty one: it is looked at again, and the others go on.
                if inbox.problem == nil {
                    log.warning("inbox.unreadable", ["inbox": .text(inbox.path), "error": .text("\(error)")])
                }
                inbox.note(problem: "\(error)")
            }
        }
        found.sort { order($0.candidate) < order($1.candidate) }
        for (inbox, candidate) in found {
            if stopping() { break }
            let rule = readiness(candidate.folder, candidate.name)
            let claimed: Inbox.Claim?
            do {
                claimed = try inbox.claim(candidate, companions: rule.marker)
            } catch let error as SystemError {
                // A folder without the right to rename in it: the file stays where it is, and the others go on.
                if inbox.problem == nil {
                    log.warning("drop.unclaimable", ["inbox": .text(inbox.path), "error": .text("\(error)")])
                }
                inbox.note(problem: "\(error)")
                continue
            }
            guard let claim = claimed else { continue }
            try take(claim, in: inbox)
            intake.taken += 1
        }
        return intake
    }

    package struct Intake {
        package var taken = 0
        package var unready = 0
        /// Monotonic milliseconds of the latest first sight of an unready file.
        package var youngest: Int64 = 0
        /// Monotonic milliseconds of the look at the inboxes.
        package var scannedAt: Int64 = 0
        package var lookAgainAt: Int64?
    }

    /// Commands, then suppressions, replies and receipts, then contacts; small files before large ones.
    private func order(_ candidate: Inbox.Candidate) -> (Int, Int64, String) {
        let rank =
            switch DropPurpose(folder: candidate.folder) {
            case .control: 0
            case .suppression: 1
            case .replies: 2
            case .receipts: 3
            case .contacts: 4
            }
        return (rank, candidate.size, candidate.name)
    }

    /// How the files of an inbox folder become ready.
    func readiness(_ folder: String, _ name: String) -> Inbox.Readiness {
        let campaign: Campaign? =
            DropPurpose(folder: folder) != .contacts
            ? nil
            : folder.isEmpty
                ? configuration.campaigns.first { campaign in
                    campaign.drops.contains { DropName.matches(name, pattern: $0) }
                } : configuration.campaign(named: folder)
        let rule = campaign ?? configuration.campaign(named: "default") ?? Campaign(name: "default")
        // The folders of receipts and commands are not a campaign's: they are always `auto`.
        let mode = campaign == nil ? .auto : rule.ready
        return Inbox.Readiness(mode: mode, quiet: rule.quiet.milliseconds, marker: rule.marker)
    }

    /// Puts a claimed file into the ledger and processes it.
    private func take(_ claim: Inbox.Claim, in inbox: Inbox) throws {
        let purpose = DropPurpose(folder: claim.folder)
        let row = try store.batch(token: claim.token)
        let id =
            try row?.id
            ?? store.recordClaim(
                token: claim.token, purpose: purpose, name: claim.name, folder: claim.folder, size: claim.size, at: now)
        guard let batch = try store.batch(id) else { return }
        if batch.status == .claimed {
            switch purpose {
            case .contacts: try receiveContacts(claim, batch)
            case .receipts, .replies: try receiveResults(claim, batch)
            case .suppression: try receiveSuppressions(claim, batch)
            case .control: try receiveCommand(claim, batch)
            }
        }
        if let done = try store.batch(id) { try publish(done, claim: claim, in: inbox) }
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
