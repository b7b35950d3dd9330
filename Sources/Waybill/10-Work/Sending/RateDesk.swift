/// How fast parcels leave: rates of policies, campaigns, transports and accounts, each shared by all that it counts.
final class RateDesk {
    private let context: WorkContext
    /// What has left within the spans of rates; made when first asked for.
    private var budgets: [RateHolder: RateBudget] = [:]
    /// Those that other workspaces share.
    private var accounts: [RateHolder: SharedAccount] = [:]

    init(_ context: WorkContext) { self.context = context }

    private var store: any Store { context.store }
    private var configuration: Configuration { context.configuration }

    /// Rates may be others now: what has left is read anew.
    func reload() {
        budgets = [:]
        accounts = [:]
    }

    /// Further ahead nothing gets a moment of its own: what is due then waits together.
    private static let farAhead = TimeSpan.minutes(5)

    /// Puts a parcel off when a rate does not let it leave now; true when it did.
    func hold(_ parcel: Parcel, _ setup: CampaignSetup) throws -> Bool {
        let now = context.now
        var last: (holder: RateHolder, slot: RateBudget.Slot, budget: RateBudget?)?
        for (holder, rate) in setup.rates(channel: parcel.channel) {
            // Those of accounts come last: what is taken from what others share leaves.
            if last == nil, case .account(let name) = holder {
                do {
                    if let shared = try sharedAccount(name, rate, at: now) {
                        let slot = try shared.take(parcel.contacts.count, at: now, after: parcel.reason)
                        if let slot { last = (holder, slot, nil) }
                        continue
                    }
                } catch {
                    // Opened anew when it is asked for again.
                    accounts[holder] = nil
                    throw UnusableAccount(name: name, problem: "\(error)")
                }
            }
            var budget = try budgets[holder] ?? budget(of: holder, rate, at: now)
            budgets[holder] = budget
            guard let slot = budget.slot(for: parcel.contacts.count, at: now, after: parcel.reason),
                slot.at > last?.slot.at ?? now
            else { continue }
            last = (holder, slot, budget)
        }
        guard let (holder, slot, budget) = last else { return false }
        // The moment is given by the rate that holds longest; the others keep theirs for what can leave.
        if let budget { budgets[holder] = budget }
        try store.transiently {
            if slot.at > now.adding(Self.farAhead) {
                try store.delayDue(
                    ofCampaign: parcel.campaign, channel: holder.isOfTransport ? parcel.channel : nil, at: now,
                    until: slot.at, reason: .rate(slot.limit))
            } else {
                try store.delay(parcel.id, until: slot.at, reason: .rate(slot.limit))
            }
        }
        return true
    }

    /// Counts what has left against the rates that hold for it, of `most` that were about to leave.
    func noteDeparture(of count: Int, among most: Int, _ channel: Channel, at moment: Timestamp, _ setup: CampaignSetup)
        throws
    {
        for (holder, _) in setup.rates(channel: channel) {
            if let shared = accounts[holder] {
                // Where that cannot be written the whole turn counts, which is the safe side.
                try? shared.settle(count, among: most)
            } else {
                budgets[holder]?.note(count, at: moment)
            }
        }
    }

    /// What has left so far, read from the store: a restart spends nothing twice.
    private func budget(of holder: RateHolder, _ rate: Rate, at now: Timestamp) throws -> RateBudget {
        var budget = RateBudget(rate, of: holder)
        guard let horizon = budget.horizon else { return budget }
        let after = Timestamp(milliseconds: now.milliseconds - horizon.milliseconds)
        for (moment, count) in try departures(of: holder, after: after, until: now) { budget.note(count, at: moment) }
        return budget
    }

    /// When how many left that a rate counts, in order.
    private func departures(
        of holder: RateHolder, after: Timestamp, until now: Timestamp
    ) throws -> [(at: Timestamp, count: Int)] {
        let departures =
            switch holder {
            case .policy(let name):
                try configuration.campaigns.filter { $0.policy == name }
                    .flatMap { try store.departures(ofCampaign: $0.name, byTransport: "", after: after, until: now) }
            case .campaign(let name): try store.departures(ofCampaign: name, byTransport: "", after: after, until: now)
            case .transport(let name): try store.departures(ofCampaign: "", byTransport: name, after: after, until: now)
            case .account(let name):
                try configuration.transports.filter { $0.value.account == name }
                    .flatMap { try store.departures(ofCampaign: "", byTransport: $0.key, after: after, until: now) }
            }
        return departures.sorted { $0.at < $1.at }
    }

    /// The account that a rate is of, where it is counted together with other workspaces.
    private func sharedAccount(_ name: String, _ rate: Rate, at now: Timestamp) throws -> SharedAccount? {
        // A rehearsal takes nothing from others, and counts for itself.
        guard !context.isRehearsal, let path = configuration.accounts[name]?.shared else { return nil }
        let holder = RateHolder.account(name)
        if let known = accounts[holder] { return known }
        let shared = try SharedAccount(name, rate, file: context.workspace.path(path), at: now) {
            try departures(of: holder, after: $0, until: now)
        }
        accounts[holder] = shared
        return shared
    }

    /// Queues the contacts of a parcel anew that is larger than what may leave at once: it was made under another
    /// rate. True when it was.
    func part(_ parcel: Parcel, _ batch: BatchRow, _ setup: CampaignSetup) throws -> Bool {
        guard parcel.contacts.count > setup.parcelCapacity else { return false }
        var parcel = parcel
        let lane = ParcelLane(
            step: parcel.step, channel: parcel.channel, zone: parcel.zone, due: parcel.due, priority: parcel.priority,
            reason: parcel.reason)
        let moves = try Moves(context, batch, setup, at: context.now)
        try store.transiently {
            for seat in parcel.contacts.indices {
                let member = parcel.contacts[seat]
                if let contact = try moves.changes.contact(member.record), contact.isIn(parcel) {
                    moves.changes.queue(contact, in: lane, attempt: member.attempt, stepAttempt: member.stepAttempt)
                }
                parcel.contacts[seat].fate = .takenOut
            }
            try moves.finish()
            try store.markLeft(parcel.id, contacts: parcel.contacts, resultsDue: nil)
        }
        return true
    }
}

/// The shared file of an account cannot be used: nothing leaves over it until it can.
struct UnusableAccount: Error {
    let name: String
    let problem: String
}
