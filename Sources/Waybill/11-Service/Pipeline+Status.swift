import SystemIO

/// What Waybill is doing, for `status.json`, `metrics.prom` and `waybill status`.
extension Pipeline {
    /// The longest quiet time of any campaign, in milliseconds.
    var longestQuiet: Int64 { configuration.campaigns.map(\.quiet.milliseconds).max() ?? 1_000 }

    /// Replaces the two live files.
    func writeStatus() throws {
        var status = try WorkspaceStatus(store: store, configuration: configuration, now: now)
        // Wall-clock time of a moment of the monotonic clock.
        let lead = now.milliseconds - monotonic()
        for scanner in scanners {
            status.inboxes.append(
                WorkspaceStatus.InboxStatus(
                    inbox: workspace.relative(scanner.inbox.path),
                    lastScanAt: scanner.lastGoodScan.map { Timestamp(milliseconds: $0 + lead) },
                    watch: scanner.hasEvents ? "events" : "polling", problem: scanner.problem))
        }
        status.stuck = stuckFiles.map { file in
            WorkspaceStatus.StuckFile(
                file: file.path, reason: file.reason, since: Timestamp(milliseconds: file.since + lead))
        }
        status.batches = readings.map { WorkspaceStatus.BatchStatus($0, at: now) } + status.batches
        try Files.writeAtomically(StatusFile.bytes(status), to: outbox(StatusFile.fileName))
        try Files.writeAtomically(MetricsFile.bytes(status), to: outbox(MetricsFile.fileName))
    }
}

extension WorkspaceStatus.BatchStatus {
    /// A drop that is being read; it is expected to take as long for the rest as it took for what was read.
    init(_ reading: Pipeline.Progress, at now: Timestamp) {
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

extension WorkspaceStatus {
    /// What the store tells; inboxes and stuck files are known to the daemon only.
    package init(store: Store, configuration: Configuration, now: Timestamp) throws {
        self.init(now: now, version: WaybillVersion.number)
        let paused = try store.pausedCampaigns()
        let waiting = try store.waitingReasons()
        for total in try store.campaignTotals() {
            let name = total.campaign
            let setup = CampaignSetup(named: name, in: configuration)
            var totals = ReportTotals(
                received: total.received, rejected: total.rejected, duplicates: total.duplicates)
            for (state, count) in total.states { totals.add(count, to: state.total) }
            var status = CampaignStatus(
                campaign: name, zone: setup.zone.name, offset: setup.zone.offset(at: now), totals: totals)
            status.isPaused = paused.contains(name)
            status.held = waiting.filter { $0.campaign == name }.map { reason in
                Held(
                    reason: reason.reason.isEmpty ? "due" : reason.reason, contacts: reason.count,
                    nextAt: reason.next < ContactPlanner.never ? reason.next : nil)
            }
            campaigns.append(status)
        }
        for batch in try store.openBatches(limit: Self.mostBatches) {
            batches.append(
                BatchStatus(
                    batch: batch.id, drop: batch.name, campaign: batch.campaign, startedAt: batch.claimedAt,
                    bytesRead: batch.size, bytesTotal: batch.size,
                    totals: ReportTotals(batch, try store.states(of: batch.id))))
        }
    }

    /// How many open batches the status lists, oldest first; the totals hold all of them.
    private static let mostBatches = 200
}

extension ReportTotals {
    package init(_ batch: BatchRow, _ states: [ContactState: Int]) {
        self.init(received: batch.received, rejected: batch.rejected, duplicates: batch.duplicates)
        for (state, count) in states { add(count, to: state.total) }
    }
}
