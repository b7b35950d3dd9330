extension WorkspaceStatus {
    /// What the store tells; inboxes and stuck files are known to the daemon only.
    package init(store: any Store, configuration: Configuration, now: Timestamp) throws {
        try self.init(store: store, now: now) { CampaignSetup(named: $0, in: configuration) }
    }

    init(store: any Store, now: Timestamp, setup: (String) -> CampaignSetup) throws {
        self.init(now: now, version: WaybillVersion.number)
        let paused = try store.pausedCampaigns()
        let holdings = Dictionary(grouping: try store.holdings(), by: \.campaign)
        for total in try store.campaignTotals() {
            let name = total.campaign
            let setup = setup(name)
            var totals = ReportTotals(
                received: total.received, rejected: total.rejected, duplicates: total.duplicates)
            for (state, count) in total.states { totals.add(count, to: state.total) }
            var status = CampaignStatus(
                campaign: name, zone: setup.zone.name, offset: setup.zone.offset(at: now), totals: totals)
            status.isPaused = paused.contains(name)
            let waiting = holdings[name, default: []]
            if !status.isPaused { status.expectedEnd = Self.end(of: waiting, open: totals.open, setup, now) }
            status.held = waiting.map {
                Held(kind: $0.kind, reason: $0.words, contacts: $0.contacts, nextAt: $0.next)
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

    private static func end(
        of waiting: [Holding], open: Int, _ setup: CampaignSetup, _ now: Timestamp
    ) -> Timestamp? {
        let isByClock = setup.strategy.steps.allSatisfy { step in
            guard setup.rates(channel: step.channel).isEmpty else { return false }
            if case .close = setup.transitions.next(ContactPosition(step: step.name), .left) { return true }
            return false
        }
        // Others are out, and wait for their results.
        guard isByClock, open > 0, waiting.reduce(0, { $0 + $1.contacts }) >= open else { return nil }
        let ends = waiting.map { kindsByClock.contains($0.kind) ? $0.last : nil }
        return ends.contains(nil) ? nil : ends.compactMap(\.self).max().map { max($0, now) }
    }

    /// What holds a contact until a moment and no longer.
    private static let kindsByClock: Set<HoldReason.Kind> = [
        .due, .hours, .holiday, .blackout, .zone, .window, .policyStart, .callback, .notBefore, .cap,
    ]

    /// How many open batches the status lists, oldest first; the totals hold all of them.
    private static let mostBatches = 200
}

extension ReportTotals {
    package init(_ batch: BatchRow, _ states: [ContactState: Int]) {
        self.init(received: batch.received, rejected: batch.rejected, duplicates: batch.duplicates)
        for (state, count) in states { add(count, to: state.total) }
    }
}
