/// Applies the rates of policies, campaigns, transports and accounts; all parcels that a rate counts share it.
final class RateDesk {
    private let context: WorkContext
    /// What has left within the periods of the rates; made when first needed.
    private var budgets: [RateHolder: RateBudget] = [:]
    /// Budgets shared with other workspaces.
    private var accounts: [RateHolder: SharedAccount] = [:]

    init(_ context: WorkContext) { self.context = context }

    private var store: any Store { context.store }
    private var configuration: Configuration { context.configuration }

    /// Called when rates may have changed: what has left is read again.
    func reload() {
        budgets = [:]
        accounts = [:]
    }

    /// Called when some of those who waited will not come to their turns: whoever asks next is queued behind what has
    /// left. Where two come to the same turn, one of them gets another then.
    func giveTurnsBack() {
        for holder in budgets.keys { budgets[holder]?.giveTurnsBack() }
        for account in accounts.values { account.giveTurnsBack() }
    }

    /// The answer of a rate for a parcel: when its turn is.
    private struct Turn {
        let holder: RateHolder
        let slot: RateBudget.Slot
        /// Nil for a shared account, which has recorded the turn itself.
        let budget: RateBudget?
    }

    /// Puts a parcel off when a rate does not let it leave now; true when it did. Where it lets some of its contacts
    /// leave, these stay in the parcel and go, and the others are queued behind them.
    ///
    /// - Parameter carrier: the transport that is to carry it.
    func hold(
        _ parcel: inout Parcel, _ batch: BatchRow, _ setup: CampaignSetup, by carrier: String, at now: Timestamp
    ) throws -> Bool {
        let rates = setup.rates(channel: parcel.channel, by: carrier)
        if rates.isEmpty { return false }
        let count = try countWaiting(in: parcel, batch, by: carrier, at: now)
        // Where nobody waits in it any more, it takes no turn.
        guard count > 0, var turn = try turn(of: parcel, for: count, rates, at: now) else { return false }
        if turn.slot.at.milliseconds - now.milliseconds > RateBudget.patience(turn.slot.limit) {
            let room = room(for: parcel, rates, at: now)
            if room > 0, room < parcel.contacts.count {
                try shorten(&parcel, to: room, batch, setup)
                guard let next = try self.turn(of: parcel, for: room, rates, at: now) else { return false }
                turn = next
            }
        }
        // The rate that holds longest reserves the turn; the other rates keep theirs for parcels that can leave.
        if let budget = turn.budget { budgets[turn.holder] = budget }
        try store.transiently {
            if RateBudget.isFar(turn.slot, from: now) {
                try store.delayDue(
                    ofCampaign: parcel.campaign, channel: turn.holder.isOfTransport ? parcel.channel : nil, at: now,
                    until: nextLook(turn, at: now), reason: .rate(turn.slot.limit))
            } else {
                try store.delay(parcel.id, until: turn.slot.at, reason: .rate(turn.slot.limit))
            }
        }
        return true
    }

    /// How many of a parcel are to leave in it, by what is looked at again as it is loaded. Who ended or was listed
    /// while it waited for its turn stays in it until then.
    private func countWaiting(
        in parcel: Parcel, _ batch: BatchRow, by carrier: String, at now: Timestamp
    ) throws -> Int {
        guard case .rate = parcel.reason, batch.purpose != .replies else { return parcel.contacts.count }
        var look = RecallLook(context, at: now)
        return try parcel.contacts.count - look.held(in: parcel, batch, by: carrier).count
    }

    /// When there is room for at least one contact, so that a part can leave then and not only the whole.
    private func nextLook(_ turn: Turn, at now: Timestamp) -> Timestamp {
        guard var budget = turn.budget, let one = budget.slot(for: 1, at: now) else { return turn.slot.at }
        let patience = TimeSpan(milliseconds: RateBudget.patience(turn.slot.limit))
        return min(turn.slot.at, max(one.at, now.adding(patience)))
    }

    /// What the rates that concern a parcel say of it; nil when `count` of it may leave.
    private func turn(
        of parcel: Parcel, for count: Int, _ rates: [(holder: RateHolder, rate: Rate)], at now: Timestamp
    ) throws -> Turn? {
        var last: Turn?
        for (holder, rate) in rates {
            // Those of accounts come last: what is taken from what others share leaves.
            if last == nil, case .account(let name) = holder {
                do {
                    if let shared = try sharedAccount(name, rate, at: now) {
                        let slot = try shared.take(count, at: now, after: parcel.reason)
                        if let slot { last = Turn(holder: holder, slot: slot, budget: nil) }
                        continue
                    }
                } catch {
                    // It is opened again when next needed.
                    accounts[holder] = nil
                    throw UnusableAccount(name: name, problem: "\(error)")
                }
            }
            var budget = try budgets[holder] ?? budget(of: holder, rate, at: now)
            budgets[holder] = budget
            guard let slot = budget.slot(for: count, at: now, after: parcel.reason),
                slot.at > last?.slot.at ?? now
            else { continue }
            last = Turn(holder: holder, slot: slot, budget: budget)
        }
        return last
    }

    /// How many contacts of a parcel may leave now, after `turn` has asked about all of them.
    private func room(
        for parcel: Parcel, _ rates: [(holder: RateHolder, rate: Rate)], at now: Timestamp
    ) -> Int {
        rates.reduce(parcel.contacts.count) { room, rate in
            let own = budgets[rate.holder]?.room(at: now) ?? .max
            return min(room, own, accounts[rate.holder]?.room(at: now) ?? .max)
        }
    }

    /// Keeps the first `count` contacts in a parcel and queues the others again, unchanged.
    private func shorten(_ parcel: inout Parcel, to count: Int, _ batch: BatchRow, _ setup: CampaignSetup) throws {
        let rest = parcel.contacts[count...]
        try store.transiently {
            try queueAnew(rest, of: parcel, batch, setup)
            try store.setContacts(Array(parcel.contacts[..<count]), of: parcel.id)
        }
        parcel.contacts.removeSubrange(count...)
    }

    private func queueAnew(
        _ members: some Sequence<ParcelContact>, of parcel: Parcel, _ batch: BatchRow, _ setup: CampaignSetup
    ) throws {
        let lane = ParcelLane(
            step: parcel.step, channel: parcel.channel, zone: parcel.zone, due: parcel.due, priority: parcel.priority,
            reason: parcel.reason)
        let moves = try Moves(context, batch, setup, at: context.now)
        for member in members {
            if let contact = try moves.changes.contact(member.record), contact.isIn(parcel) {
                moves.changes.queue(contact, in: lane, attempt: member.attempt, stepAttempt: member.stepAttempt)
            }
        }
        try moves.finish()
    }

    /// Counts what has left against the rates that hold for it.
    func noteDeparture(
        of count: Int, _ channel: Channel, by carrier: String, at moment: Timestamp, _ setup: CampaignSetup
    ) throws {
        for (holder, _) in setup.rates(channel: channel, by: carrier) {
            if let shared = accounts[holder] {
                // If that cannot be written, the whole turn counts, which is the safe side.
                try? shared.settle(count)
            } else {
                budgets[holder]?.note(count, at: moment)
            }
        }
    }

    /// What has left so far, from the store: a restart must not spend it twice.
    private func budget(of holder: RateHolder, _ rate: Rate, at now: Timestamp) throws -> RateBudget {
        var budget = RateBudget(rate, of: holder)
        guard let horizon = budget.horizon else { return budget }
        let after = Timestamp(milliseconds: now.milliseconds - horizon.milliseconds)
        // Departures later than now are from before the clock was set back.
        let last = ContactPlanner.never
        for (moment, count) in try departures(of: holder, after: after, until: last) { budget.note(count, at: moment) }
        return budget
    }

    /// The departures that a rate counts, in order of time.
    private func departures(
        of holder: RateHolder, after: Timestamp, until now: Timestamp
    ) throws -> [(at: Timestamp, count: Int)] {
        let departures =
            switch holder {
            case .policy(let name):
                try configuration.campaigns.filter { $0.policy == name }
                    .flatMap { try store.departures(of: .campaign($0.name), after: after, until: now) }
            case .campaign(let name): try store.departures(of: .campaign(name), after: after, until: now)
            case .transport(let name): try store.departures(of: .transport(name), after: after, until: now)
            case .account(let name):
                try configuration.transports.filter { $0.value.account == name }
                    .flatMap { try store.departures(of: .transport($0.key), after: after, until: now) }
            }
        return departures.sorted { $0.at < $1.at }
    }

    /// The account of a rate, if it is shared with other workspaces.
    private func sharedAccount(_ name: String, _ rate: Rate, at now: Timestamp) throws -> SharedAccount? {
        // A rehearsal takes nothing from others, and counts by itself.
        guard !context.isRehearsal, let path = configuration.accounts[name]?.shared else { return nil }
        let holder = RateHolder.account(name)
        if let known = accounts[holder] { return known }
        let shared = try SharedAccount(name, rate, file: context.workspace.path(path), at: now) {
            try departures(of: holder, after: $0, until: now)
        }
        accounts[holder] = shared
        return shared
    }

    /// Splits a parcel that is larger than what may leave at once, because it was formed under another rate, by
    /// queueing its contacts again. True if it was.
    func part(_ parcel: Parcel, _ batch: BatchRow, _ setup: CampaignSetup) throws -> Bool {
        guard parcel.contacts.count > setup.parcelCapacity else { return false }
        try store.transiently {
            try queueAnew(parcel.contacts, of: parcel, batch, setup)
            let left = parcel.contacts.map { member in
                var member = member
                member.fate = .takenOut
                return member
            }
            try store.markLeft(parcel.id, contacts: left, resultsDue: nil)
        }
        return true
    }
}

/// The shared file of an account is unusable: nothing leaves over the account until it is usable again.
struct UnusableAccount: Error {
    let name: String
    let problem: String
}
