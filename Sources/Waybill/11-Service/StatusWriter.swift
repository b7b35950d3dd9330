import SystemIO

/// Writes what Waybill is doing, for `waybill status` and others: `status.json` and `metrics.prom`.
struct StatusWriter {
    private let context: WorkContext
    private let claims: ClaimDesk
    private let drops: DropsUnderWay
    private let dispatcher: Dispatcher
    private let events: EventDesk
    private let days: DayClosing
    private var meter = RateMeter()

    init(
        _ context: WorkContext, _ claims: ClaimDesk, _ drops: DropsUnderWay, _ dispatcher: Dispatcher,
        _ events: EventDesk, _ days: DayClosing
    ) {
        self.context = context
        self.claims = claims
        self.drops = drops
        self.dispatcher = dispatcher
        self.events = events
        self.days = days
    }

    /// Replaces the two live files.
    ///
    /// - Parameters:
    ///   - isLast: the process ends now.
    ///   - isStopped: since somebody asked it to.
    mutating func write(isLast: Bool, isStopped: Bool) throws {
        let now = context.now
        let holds = CampaignHolds(context)
        var status = try WorkspaceStatus(
            store: context.store, now: now, expecting: context.configuration.expecting,
            isHeld: { try !holds.words(for: $0).isEmpty }, repeating: context.configuration.repeating,
            setup: context.setupOrDefaults)
        status.toldAt = context.shown
        status.ranUntilIdle = context.runsUntilIdle
        (status.hasEnded, status.wasStopped) = (isLast, isStopped)
        status.origin = .current
        status.fullDisks = FullDisks(context.workspace, context.configuration).found(
            storeProblem: context.storeProblem)
        status.configurationProblem = context.configurationProblem
        for (index, campaign) in status.campaigns.enumerated() {
            let taken = campaign.totals.received - campaign.totals.rejected - campaign.totals.duplicates
            status.campaigns[index].perMinute = meter.perMinute(
                campaign.campaign, left: taken - campaign.states[.pending, default: 0], at: context.monotonic())
        }
        // Converts a time of the monotonic clock to the wall clock.
        let lead = now.milliseconds - context.monotonic()
        status.inboxes = claims.scanners.map { scanner in
            WorkspaceStatus.InboxStatus(
                inbox: context.workspace.relative(scanner.inbox.path),
                lastScanAt: scanner.lastGoodScan.map { Timestamp(milliseconds: $0 + lead) },
                watch: scanner.hasEvents ? "events" : "polling", problem: scanner.problem)
        }
        status.stuck = claims.stuckFiles.map { file in
            WorkspaceStatus.StuckFile(
                file: file.path, reason: file.reason, since: Timestamp(milliseconds: file.since + lead))
        }
        status.stuck += claims.obstructed.map { found in
            WorkspaceStatus.StuckFile(
                file: found.path, reason: found.reason, since: Timestamp(milliseconds: found.since + lead))
        }
        status.stuck += Self.unwritten(events, days).map { place, words in
            WorkspaceStatus.StuckFile(file: context.workspace.relative(place), reason: words, since: now)
        }
        status.stuck += try ArchiveCheck.found(in: context.store, since: now.adding(.hours(-24))).map { changed in
            WorkspaceStatus.StuckFile(
                file: changed.file, reason: changed.words, since: Timestamp(milliseconds: changed.foundAt))
        }
        status.stuck += try context.store.unpublishedReports().map { report in
            WorkspaceStatus.StuckFile(
                file: context.configuration.outbox + "/reports/\(report.day)",
                reason: "the report of \(report.campaign) is not published: " + report.problem, since: now)
        }
        status.transports = context.configuration.transports.keys.sorted().map { name in
            let pause = dispatcher.pause(of: name)
            // Its name stands before it already.
            let problem: String? = if case .transport(name, let problem) = pause?.reason { problem } else { nil }
            return WorkspaceStatus.TransportStatus(
                transport: name, reason: problem ?? pause?.reason.words, nextAt: pause?.next)
        }
        status.transports += events.webhookStates.map { hook in
            WorkspaceStatus.TransportStatus(
                transport: "webhook \(hook.name)", reason: hook.pause?.reason.words, nextAt: hook.pause?.next)
        }
        if let pause = events.subscribersPause {
            let problem: String =
                if case .transport(_, let problem) = pause.reason { problem } else { pause.reason.words }
            status.transports.append(
                WorkspaceStatus.TransportStatus(
                    transport: WorkspaceStatus.TransportStatus.subscribers, reason: problem, nextAt: pause.next))
        }
        status.batches = drops.progress.map { WorkspaceStatus.BatchStatus($0, at: now) } + status.batches
        try Self.put(status, into: context.outbox(""))
    }

    /// What waits to be written besides what belongs to drops: where, and why and what to do in words.
    static func unwritten(_ events: EventDesk, _ days: DayClosing) -> [(place: String, words: String)] {
        let reports = days.unwritten.sorted { $0.key < $1.key }.map { name, found in
            ("the report of \(name) for \(found.day)", found.error)
        }
        return ((events.unwritten.map { [("what happened", $0)] } ?? []) + reports).map { what, error in
            let (place, words) = FolderObstacle.cause(of: error)
            return (place, what + " cannot be written: " + words)
        }
    }

    /// Replaces them while nothing can be read from the store: what was written last still holds, but for why nothing
    /// is done.
    static func writeWaiting(
        for problem: String, _ workspace: Workspace, _ configuration: Configuration, at now: Timestamp
    ) throws {
        let outbox = workspace.path(configuration.outbox) + "/"
        let last = try? Files.read(outbox + StatusFile.fileName, limit: 1 << 26)
        var status =
            last.flatMap { StatusFile.read($0, at: now) } ?? WorkspaceStatus(now: now, version: WaybillVersion.number)
        status.toldAt = now
        (status.ranUntilIdle, status.hasEnded, status.wasStopped) = (false, false, false)
        (status.origin, status.isAlive) = (.current, true)
        status.fullDisks = FullDisks(workspace, configuration).found(storeProblem: problem)
        // A first start makes it later only.
        try Files.createFolder(workspace.path(configuration.outbox))
        try put(status, into: outbox)
    }

    private static func put(_ status: WorkspaceStatus, into outbox: String) throws {
        try Files.writeAtomically(StatusFile.bytes(status), to: outbox + StatusFile.fileName)
        try Files.writeAtomically(MetricsFile.bytes(status), to: outbox + MetricsFile.fileName)
    }
}

extension WorkspaceStatus.BatchStatus {
    /// A drop that is being read; the rest is expected to take as long as an equal part took so far.
    init(_ reading: DropProgress, at now: Timestamp) {
        self.init(
            batch: reading.batch, drop: reading.drop, campaign: reading.campaign, startedAt: reading.startedAt,
            bytesRead: min(reading.bytes, reading.size - 1), bytesTotal: reading.size,
            totals: ReportTotals(
                received: reading.records, rejected: reading.rejected, duplicates: reading.duplicates))
        let spent = now.milliseconds - reading.startedAt.milliseconds
        guard reading.bytes > 0, spent >= 0 else { return }
        let left = Double(spent) * Double(reading.size - reading.bytes) / Double(reading.bytes)
        expectedEnd = now.adding(TimeSpan(milliseconds: Int64(left)))
    }
}
