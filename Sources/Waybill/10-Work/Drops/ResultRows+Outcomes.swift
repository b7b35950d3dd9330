/// What comes of messages, as far as it may stop their campaigns.
extension ResultRows {
    /// Counts what came of a contact's last message, once. Call it before the receipt is kept.
    func noteOutcome(
        _ event: Event, of contact: StandingChanges.Contact, in batch: BatchID, attempt: Int
    ) throws {
        guard countsOutcomes else { return }
        let standing = contact.standing
        guard let name = try store.batch(batch)?.campaign, let rule = context.setup(name)?.campaign.stopWhen,
            attempt == Int(standing.attempts), standing.lastAttemptAt.milliseconds > 0
        else { return }
        let counted = StopRule.outcomes(of: event).filter { rule.limits[$0] != nil }
        guard !counted.isEmpty else { return }
        let known = try store.receipts(ofBatch: batch, record: contact.record).filter { $0.attempt == attempt }
            .compactMap { Event(rawValue: $0.event) }.flatMap(StopRule.outcomes(of:))
        for outcome in counted where !known.contains(outcome) {
            let place = Brakes.Outcome(event: outcome, leftAt: standing.lastAttemptAt)
            outcomes[name, default: [:]][place, default: 0] += 1
        }
    }

    /// A message came back: after some its address is left alone. Call it before the receipt is kept.
    func noteBounce(
        _ row: ReceiptRow, of contact: StandingChanges.Contact, in batch: BatchID, step: String, attempt: Int
    ) throws {
        guard row.event == .bounced, let name = try store.batch(batch)?.campaign,
            let step = context.setup(name)?.strategy.step(named: step),
            let address = try address(of: contact, batch: batch, step: step.name),
            try !store.receipts(ofBatch: batch, record: contact.record).contains(where: {
                $0.event == Event.bounced.rawValue && $0.attempt == attempt
            })
        else { return }
        let bounce = Bounces.Bounce(
            isSoft: row.isSoft, said: String(decoding: row.detail, as: UTF8.self), address: address,
            channel: step.channel)
        try Bounces(context).note(bounce, source: source.id)
    }

    /// Adds up what was counted; returns which campaigns stop for it, and why.
    func noteOutcomes() throws -> [(campaign: String, why: HoldReason)] {
        defer { outcomes = [:] }
        return try outcomes.sorted { $0.key < $1.key }.compactMap { name, counts in
            guard let campaign = context.setup(name)?.campaign else { return nil }
            return try Brakes(store, at: now).note(counts, campaign).map { (name, $0) }
        }
    }
}
