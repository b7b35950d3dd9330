import SystemIO

/// What Waybill is doing, for `status.json`, `metrics.prom` and `waybill status`.
extension Pipeline {
    /// The longest quiet time of any campaign, in milliseconds.
    var longestQuiet: Int64 { configuration.campaigns.map(\.quiet.milliseconds).max() ?? 1_000 }

    /// Replaces the two live files.
    func writeStatus(watch: String) throws {
        var status = try WorkspaceStatus(store: store, configuration: configuration, now: now)
        let monotonic = MonotonicClock.nanoseconds() / 1_000_000
        for inbox in inboxes {
            let age = inbox.lastGoodScan.map { monotonic - $0 }
            status.inboxes.append(
                WorkspaceStatus.InboxStatus(
                    inbox: workspace.relative(inbox.path),
                    lastScanAt: age.map { Timestamp(milliseconds: now.milliseconds - $0) }, watch: watch,
                    problem: inbox.problem))
            for (key, firstSeen) in inbox.unready where monotonic - firstSeen > Self.stuckAfter {
                status.stuck.append(
                    WorkspaceStatus.StuckFile(
                        file: workspace.relative(inbox.path + "/" + key), reason: "not ready",
                        since: Timestamp(milliseconds: now.milliseconds - (monotonic - firstSeen))))
            }
        }
        try Files.writeAtomically(StatusFile.bytes(status), to: outbox(StatusFile.fileName))
        try Files.writeAtomically(MetricsFile.bytes(status), to: outbox(MetricsFile.fileName))
    }

    /// Ten minutes: longer than any sender's pause that is not a fault.
    private static let stuckAfter: Int64 = 600_000
}

extension WorkspaceStatus {
    /// What the store tells; inboxes and stuck files are known to the daemon only.
    package init(store: Store, configuration: Configuration, now: Timestamp) throws {
        self.init(now: now, version: WaybillVersion.number)
        let paused = try store.pausedCampaigns()
        let waiting = try store.waitingReasons()
        for total in try store.campaignTotals() {
            let name = total.campaign
            let setup = CampaignSetup(configuration.campaign(named: name) ?? Campaign(name: name), in: configuration)
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
