/// How fast parcels leave: the rates of policies, each shared by all campaigns that name it.
extension Pipeline {
    /// Further ahead nothing gets a moment of its own: what is due then waits together.
    private static let farAhead = TimeSpan.minutes(5)

    /// Puts a parcel off when its policy's rate does not let it leave now; true when it did.
    func holdToRate(_ parcel: Parcel, _ setup: CampaignSetup) throws -> Bool {
        guard let name = setup.campaign.policy, let rate = setup.policy?.rate, rate.most != nil else { return false }
        let now = now
        var budget = try rateBudgets[name] ?? budget(of: name, rate, at: now)
        let slot = budget.slot(for: parcel.contacts.count, at: now, after: parcel.reason)
        rateBudgets[name] = budget
        guard let slot else { return false }
        try store.transiently {
            if slot.at > now.adding(Self.farAhead) {
                try store.delayDue(ofCampaign: parcel.campaign, at: now, until: slot.at, reason: slot.reason)
            } else {
                try store.delay(parcel.id, until: slot.at, reason: slot.reason)
            }
        }
        return true
    }

    /// Counts what has left against its policy's rate.
    func noteDeparture(of count: Int, at moment: Timestamp, _ setup: CampaignSetup) {
        if let name = setup.campaign.policy { rateBudgets[name]?.note(count, at: moment) }
    }

    /// What has left so far, read from the store: a restart spends nothing twice.
    private func budget(of name: String, _ rate: Policy.Rate, at now: Timestamp) throws -> RateBudget {
        var budget = RateBudget(rate)
        guard let horizon = budget.horizon else { return budget }
        let after = Timestamp(milliseconds: now.milliseconds - horizon.milliseconds)
        let departures = try configuration.campaigns.filter { $0.policy == name }
            .flatMap { try store.departures(ofCampaign: $0.name, after: after, until: now) }
        for (moment, count) in departures.sorted(by: { $0.at < $1.at }) { budget.note(count, at: moment) }
        return budget
    }

    /// Queues the contacts of a parcel anew that is larger than what may leave at once: it was made under another rate. True
    /// when it was.
    func partForRate(_ parcel: Parcel, _ batch: BatchRow, _ setup: CampaignSetup) throws -> Bool {
        guard parcel.contacts.count > setup.parcelCapacity else { return false }
        var parcel = parcel
        let lane = ParcelLane(
            step: parcel.step, channel: parcel.channel, zone: parcel.zone, due: parcel.due, priority: parcel.priority,
            reason: parcel.reason)
        let moves = try Moves(self, batch, setup, at: now)
        try store.transiently {
            for seat in parcel.contacts.indices {
                let member = parcel.contacts[seat]
                if let contact = try moves.ledger.contact(member.record), contact.isIn(parcel) {
                    moves.ledger.queue(contact, in: lane, attempt: member.attempt, stepAttempt: member.stepAttempt)
                }
                parcel.contacts[seat].fate = .takenOut
            }
            try moves.finish()
            try store.markLeft(parcel.id, contacts: parcel.contacts, resultsDue: nil)
        }
        return true
    }
}
