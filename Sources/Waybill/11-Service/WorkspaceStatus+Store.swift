extension WorkspaceStatus {
    /// Reads the status from the store; only the daemon knows inboxes and stuck files.
    package init(store: any Store, configuration: Configuration, now: Timestamp) throws {
        let holds = CampaignHolds(store, configuration, at: now)
        try self.init(
            store: store, now: now, expecting: configuration.expecting, isHeld: { try !holds.words(for: $0).isEmpty },
            repeating: configuration.repeating
        ) {
            CampaignSetup(named: $0, in: configuration)
        }
    }

    /// - Parameter isHeld: whether something holds a campaign as a whole, until somebody does something.
    init(
        store: any Store, now: Timestamp, expecting: [String] = [], isHeld: (CampaignSetup) throws -> Bool,
        repeating: [String] = [],
        setup: (String) -> CampaignSetup
    ) throws {
        self.init(now: now, version: WaybillVersion.number)
        let paused = try store.pauses()
        let holdings = Dictionary(grouping: try store.holdings(), by: \.campaign)
        for total in try store.campaignTotals() {
            let name = total.campaign
            let setup = setup(name)
            var totals = ReportTotals(
                received: total.received, rejected: total.rejected, duplicates: total.duplicates)
            for (state, count) in total.states { totals.add(count, to: state.total) }
            var status = CampaignStatus(
                campaign: name, zone: setup.zone.name, offset: setup.zone.offset(at: now), totals: totals)
            status.isPaused = paused[name] != nil
            status.pausedSince = paused[name]
            status.pausedBy = try paused[name].flatMap { try Self.pauser(of: name, since: $0, store) }
            status.stopped = try Brakes(store, at: now).hold(of: name)?.words
            status.states = total.states
            let waiting = holdings[name, default: []]
            if !status.isPaused, try status.stopped == nil && !isHeld(setup) {
                status.expectedEnd = Self.end(of: waiting, open: totals.open, setup, now)
            }
            status.held = waiting.map {
                Held(
                    kind: $0.kind, reason: status.isPaused && $0.kind == .due ? "the campaign is paused" : $0.words,
                    contacts: $0.contacts,
                    nextAt: $0.kind.endsByClock || $0.kind.isTriedAgain ? $0.next : nil,
                    openings: $0.kind.endsByClock ? $0.openings : [])
            }
            campaigns.append(status)
        }
        refused = try store.refusedBatches(since: now.adding(.hours(-24)), limit: Self.mostRefused).compactMap {
            batch in
            guard batch.rejected == 0 || batch.mended < batch.rejected else { return nil }
            return RefusedDropStatus(
                batch: batch.id, drop: batch.name, campaign: batch.campaign,
                reason: batch.acknowledgement?.reason ?? "it says no reason", at: batch.visibleAt)
        }
        inDoubt = try DoubtLedger(store).lost(at: now).map {
            MessagesInDoubt(transport: $0.transport, messages: $0.count)
        }
        approvals = try store.approvalHolds()
        missing = try expecting.compactMap { name in
            let setup = setup(name)
            return try Expectations(store).missing(setup, at: now).map {
                MissingDrop(campaign: name, since: $0, by: setup.campaign.expect?.by?.description)
            }
        }
        for name in repeating { note(repetitionOf: setup(name), store) }
        lists = try store.listHolds().map {
            HoldingList(
                batch: $0.batch, drop: $0.drop, campaigns: $0.campaigns, problem: $0.problem, holds: !$0.isOnlyTold)
        }
        for batch in try store.openBatches(limit: Self.mostBatches) {
            batches.append(
                BatchStatus(
                    batch: batch.id, drop: batch.name, campaign: batch.campaign, startedAt: batch.claimedAt,
                    bytesRead: batch.size, bytesTotal: batch.size,
                    totals: ReportTotals(batch, try store.states(of: batch.id))))
        }
    }

    /// What paused a campaign.
    private static func pauser(of name: String, since: Timestamp, _ store: any Store) throws -> String? {
        // Nobody asked for a pause that came with a restored or repaired store.
        guard let row = try store.audited(.paused, about: name, at: since) else { return nil }
        guard let source = row.source else { return "a command" }
        return try "\(store.bareBatch(source)?.name ?? "a command file") (batch \(source))"
    }

    private mutating func note(repetitionOf setup: CampaignSetup, _ store: any Store) {
        guard let recurrence = setup.campaign.repeats,
            let clock = RecurrenceClock(recurrence, zone: setup.zone)
        else { return }
        let (name, next) = (setup.campaign.name, clock.next(after: now))
        repeats.append(
            RepeatStatus(
                campaign: name, file: recurrence.file, offset: setup.zone.offset(at: next ?? now), nextAt: next))
        let today = now.localDay(offset: setup.zone.offset(at: now))
        do {
            if let trouble = try store.recurrence(of: name)?.trouble, trouble.day == today,
                let since = clock.moment(on: today)
            {
                missing.append(MissingDrop(campaign: name, since: since, trouble: trouble.words))
            }
        } catch {
            missing.append(MissingDrop(campaign: name, since: now, trouble: "\(error)"))
        }
    }

    private static func end(
        of waiting: [Holding], open: Int, _ setup: CampaignSetup, _ now: Timestamp
    ) -> Timestamp? {
        guard open > 0, waiting.allSatisfy({ $0.kind.endsByClock }) else { return nil }
        let rates = setup.strategy.steps.flatMap { setup.rates(channel: $0.channel) }.map(\.rate)
        var leaves = now
        for group in waiting {
            guard let last = group.last else { return nil }
            // Messages that a rate allows at once do not wait for it.
            let spent = rates.flatMap { rate in
                RateLimit.Span.allCases.compactMap { span in
                    rate.most(per: span).map {
                        Int64(max(0, group.contacts - $0)) * span.milliseconds / Int64(max(1, $0))
                    }
                }
            }
            leaves = max(leaves, max(last, now).adding(TimeSpan(milliseconds: spent.max() ?? 0)))
        }
        // An awaited result is in by then, or no longer awaited.
        let answered = setup.strategy.steps.compactMap { step -> TimeSpan? in
            if case .close = setup.transitions.next(ContactPosition(step: step.name), .left) { return nil }
            return step.channel == .voice ? step.resultWithin : step.expires ?? step.resultWithin
        }
        return leaves.adding(answered.max { $0.milliseconds < $1.milliseconds } ?? TimeSpan(milliseconds: 0))
    }

    /// How many refused drops the status names, latest first.
    private static let mostRefused = 20

    /// How many open batches the status lists, oldest first; the totals include all.
    private static let mostBatches = 200
}

extension Configuration {
    /// Campaigns that repeat a list.
    var repeating: [String] { campaigns.filter { $0.repeats != nil }.map(\.name) }

    /// Campaigns that expect a drop by some time.
    var expecting: [String] { campaigns.filter { $0.expect?.by != nil }.map(\.name) }
}

extension ReportTotals {
    package init(_ batch: BatchRow, _ states: [ContactState: Int]) {
        self.init(received: batch.received, rejected: batch.rejected, duplicates: batch.duplicates)
        for (state, count) in states { add(count, to: state.total) }
    }
}
