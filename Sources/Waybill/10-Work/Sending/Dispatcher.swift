import SystemIO

/// Stage 7: parcels out. No parcel is visible outside before the store says that it is leaving.
///
///     waiting ──(prepared, durable)──▶ leaving ──(committed)──▶ awaiting results, or done
///        ▲                              │    ▲
///        └── cannot be prepared now ──┐ └────┴─ nobody knows yet whether it left: asked again
///                                     └ tried again after 1, 2, 4 … 60 s
///
/// If a transport cannot send a parcel, the parcel is held with the reason, and the others go on. Slow transports work
/// on threads of their own (`Flight`); everything else is on the pipeline's thread.
package final class Dispatcher {
    let context: WorkContext
    let rates: RateDesk
    let clock: ClockWatch
    let bell: Bell
    /// Called with the number of contacts that left in each parcel.
    package var onDeparture: ((Int) -> Void)?
    /// Called with each message of a rehearsal as it leaves.
    package var onSending: ((Sending) throws -> Void)?
    /// What was not heard yet and holds campaigns at the moment.
    var holds: [SendingHold] { context.holds }
    /// Handed in by tests.
    var transports: [any Transport.Type] = Transports.all
    var chance: () -> Double = { .random(in: 0..<1) }
    /// This many contacts leave together at most. A stop and what arrives wait for those that are loaded and those that
    /// are on their way: some twenty milliseconds.
    package var mostTogether = 8_000
    /// Failures in a row, by parcel that cannot leave now.
    var failures: [ParcelID: Backoff] = [:]
    /// The same where parcels could not be prepared: other campaigns may have another place.
    var placeFailures: [PlaceKey: Backoff] = [:]
    /// Failures of transports in a row, by name.
    var breakers: [String: Backoff] = [:]
    /// By transport name, as far as something was given to it.
    var doubts: [String: Doubts] = [:]
    var hasRestoredDoubts = false
    /// By transport name: which messages it wanted later.
    var putOff: [String: PutOff] = [:]
    /// By batch and step: messages that a transport wants later, or that came back from it.
    var laters: [LaterKey: Backoff] = [:]
    /// Which transport carries in place of one that has stopped.
    var fallenBack: [PlaceKey: String] = [:]
    /// Parcels that may or may not have left.
    var unsettled: [ParcelID: Backoff] = [:]
    var flights: [ParcelID: Flight] = [:]
    /// Parcels on their way by an immediate transport; none between two calls of `sendDue`.
    var departing: PreparingParcels?
    var given: GivenParcels?
    /// Whether folders of transports were on a share when last seen, by path, as far as it was asked.
    var shares: [String: Bool] = [:]
    /// Monotonic milliseconds of the last look at what must be recalled, and of the earliest next one.
    var lastRecall: Int64 = 0
    var nextRecall: Int64 = 0
    /// By which it is known whether another process wrote into the store since.
    var othersWrites: Int64 = 0
    /// Whether nothing new is started.
    private(set) var isEnding = false
    /// Whether something due waits for a flight to end.
    private(set) var isFull = false

    /// How many due parcels are claimed at once, at first and while nothing interrupts, and for how long: much longer
    /// than sending them takes.
    private static let parcelsAtOnce = 16...64
    private static let lease = TimeSpan.minutes(5)
    /// The most contacts in flight across all transports: their lines are held in memory.
    private static let mostInFlight = 100_000

    /// - Parameter bell: rung when a flight has ended.
    init(_ context: WorkContext, bell: Bell) {
        self.context = context
        self.bell = bell
        rates = RateDesk(context)
        clock = ClockWatch(context)
        context.flight = { [weak self] in self?.flights[$0] }
    }

    var store: any Store { context.store }
    var now: Timestamp { context.now }

    /// The owner name for claims. The workspace's lock ensures that one process uses it, and after a crash the next
    /// process continues under it at once.
    var claimant: String { get throws { try store.identity() } }

    /// Forgets what came from the previous configuration; whatever holds a parcel is checked again. Flights continue.
    func reload() {
        rates.reload()
        failures = [:]
        placeFailures = [:]
        breakers = [:]
        laters = [:]
        fallenBack = [:]
        unsettled = unsettled.mapValues { _ in .none(at: now) }
    }

    // MARK: - What is due

    /// Sends what is due until nothing is left or it is asked to stop, between two parcels. Returns how many parcels
    /// were handled.
    func sendDue(stopping: () -> Bool) throws -> Int {
        restoreDoubts()
        if try clock.wentBack() { reload() }
        if context.hasFreedTurns { rates.giveTurnsBack() }
        defer { context.hasFreedTurns = false }
        try recall(everything: false)
        if flights.isEmpty { for transport in transports { transport.rest() } }
        var handled = try land(waiting: false) + settleUnsettled(isLast: false, stopping: stopping)
        var full: Set<CampaignChannel> = []
        let claimant = try claimant
        var most = Self.parcelsAtOnce.lowerBound
        let suspects = Array(DoubtLedger(store).suspects.values)
        // Whoever stopped a transport begins when all others have begun.
        var behind: Set<ParcelID> = []
        var isLast = suspects.isEmpty
        while true {
            // Those that are claimed and do not leave were written for nothing.
            if handled > 0, stopping() { return handled }
            let due = try store.claimDue(
                limit: most, owner: claimant, lease: now.adding(Self.lease), now: now, except: full, behind: behind)
            if due.isEmpty {
                if isLast { break }
                (isLast, behind) = (true, [])
                continue
            }
            most = min(2 * most, Self.parcelsAtOnce.upperBound)
            try putAside(due.damaged)
            let (others, stopped) = parted(due.readable, suspects)
            if !isLast { behind.formUnion(stopped.map(\.id)) }
            let (count, isStopped) = try send(others + (isLast ? stopped : []), claimant, &full, stopping)
            handled += count
            if isStopped { return handled }
        }
        handled += try settleUnsettled(isLast: true, stopping: stopping)
        isFull = !full.isEmpty
        if handled > 0 { try clock.note() }
        return handled
    }

    /// Sends claimed parcels until it is asked to stop. Those that may wait for the next leave together with it.
    private func send(
        _ claimed: [Parcel], _ claimant: String, _ full: inout Set<CampaignChannel>, _ stopping: () -> Bool
    ) throws -> (handled: Int, isStopped: Bool) {
        var handled = 0
        var together: [LoadedParcel] = []
        do {
            for claimed in claimed {
                if stopping() {
                    try departAll(together)
                    return (handled, true)
                }
                // An earlier parcel may have put it off: then its claim is gone, or its time changed.
                guard let parcel = try store.parcel(claimed.id), parcel.owner == claimant, parcel.due == claimed.due
                else { continue }
                let lane = CampaignChannel(campaign: parcel.campaign, channel: parcel.channel)
                if full.contains(lane) { continue }
                do {
                    guard try send(parcel, &together) else {
                        full.insert(lane)
                        continue
                    }
                    handled += 1
                } catch let problem as StoreProblem {
                    // Something it needs cannot be read; the other parcels go on.
                    try hold(parcel, because: .damaged(problem.description))
                }
            }
            try departAll(together)
            return (handled, false)
        } catch {
            // Those that were about to leave did not.
            stayDeparting()
            context.contactTimes.readAgain()
            throw error
        }
    }

    /// Runs `body` for a leaving parcel. If data cannot be read, the parcel stays as it is, and the others go on.
    func attend(to parcel: Parcel, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let problem as StoreProblem {
            try postpone(parcel, because: problem.description)
        }
    }

    /// False if there is no room in flight: the parcel stays as it is. `together` are those that leave with the next.
    private func send(_ claimed: Parcel, _ together: inout [LoadedParcel]) throws -> Bool {
        var parcel = claimed
        if let hold = holds.first(where: { $0.concerns(parcel.campaign) }) {
            // Reported once by what holds it, not for each parcel.
            try putOff(parcel.campaign, for: hold)
            return true
        }
        guard let setup = context.setup(parcel.campaign), let batch = try store.batch(parcel.batch) else {
            // Fail closed: nothing is sent for a campaign that is no longer configured.
            try hold(parcel, because: .noCampaign(parcel.campaign))
            return true
        }
        if let list = try store.listHolds().first(where: { $0.concerns(parcel.campaign, among: store.namesInForce) }) {
            try hold(
                parcel, because: .list(drop: list.drop, batch: list.batch.description, problem: list.problem))
            return true
        }
        if let hold = try NamedLists(context).hold(for: setup) {
            try putOff(parcel.campaign, for: hold)
            return true
        }
        if try isStopped(parcel, setup) { return true }
        if batch.purpose == .replies { return try answer(parcel, batch, setup) }
        guard let step = setup.strategy.step(named: parcel.step) else {
            // Another step might send a message that they already had.
            try hold(parcel, because: .noStep(parcel.step, campaign: parcel.campaign))
            return true
        }
        let name = carrier(of: parcel, setup)
        guard let transport = transport(name, for: parcel.campaign) else {
            try hold(parcel, because: .noTransport(name, channel: parcel.channel))
            return true
        }
        guard hasRoom(for: parcel, transport, name) else { return false }
        if let missing = try missingShare(of: transport, name, for: parcel.campaign) {
            try hold(parcel, because: .transport(name: name, problem: missing))
            return true
        }
        if let pause = pause(of: name, for: parcel.campaign) {
            try store.transiently { try store.delay(parcel.id, until: pause.next, reason: pause.reason) }
            return true
        }
        if try rates.part(parcel, batch, setup) { return true }
        if let hold = try PaceDesk(context, setup).hold(parcel.contacts.count, at: now) {
            try store.transiently {
                try store.delayDue(
                    ofCampaign: parcel.campaign, channel: nil, at: now, until: hold.until, reason: hold.reason)
            }
            return true
        }
        let template: StepTemplate?
        do {
            template = try context.template(of: step, setup)
        } catch {
            try hold(parcel, because: .template(name: step.template ?? "", problem: "\(error)"))
            return true
        }
        // The rates count who would leave at the moment at which it leaves.
        let moment = now
        do {
            if try rates.hold(&parcel, batch, setup, by: name, at: moment) { return true }
        } catch let unusable as UnusableAccount {
            try hold(parcel, because: .account(name: unusable.name, problem: unusable.problem))
            return true
        }
        guard let loaded = try load(parcel, batch, setup, transport, name, template, at: moment) else { return true }
        try depart(loaded, with: &together)
        return true
    }

    /// Whether the campaign or the batch waits for somebody to look at it.
    private func isStopped(_ parcel: Parcel, _ setup: CampaignSetup) throws -> Bool {
        if let reason = try AbandonedCalls(context).hold(for: setup, channel: parcel.channel) {
            try hold(parcel, because: reason)
            return true
        }
        if let stop = try Brakes(store, at: now).hold(of: parcel.campaign) {
            // `resume` wakes it.
            let isStopped = stop.kind == .stopped
            try putOff(parcel.campaign, because: stop, until: isStopped ? ContactPlanner.never : nil)
            return true
        }
        if let held = try store.approvalHolds().first(where: { $0.batch == parcel.batch }) {
            try store.transiently {
                try store.delay(
                    parcel.id, until: ContactPlanner.never,
                    reason: .approval(batch: held.asked.description, reason: held.reason))
            }
            return true
        }
        return false
    }

    /// The transport of a name, as the configuration has it.
    func transport(_ name: String, for campaign: String) -> (any Transport)? {
        guard var settings = context.configuration.transports[name] else { return nil }
        settings.path = context.workspace.path(settings.path)
        settings.journals = context.workspace.journals(context.configuration)
        if settings.kind == .folder, !context.isRehearsal {
            settings.isOnShare = Mounts.now.share(of: FolderTransport.folder(of: campaign, in: settings.path)) != nil
        }
        return transports.first { $0.kind == settings.kind }?.init(name, settings, in: context.workspace.sources)
    }

    func hasRoom(for parcel: Parcel, _ transport: any Transport, _ name: String) -> Bool {
        if transport.isImmediate || context.isRehearsal { return true }
        guard let settings = context.configuration.transports[name] else { return false }
        // After a transport asked to stop, one parcel finds out whether it still does.
        let most = breakers[name]?.isOpen == true || isOpen(parcel, for: name) ? 1 : settings.parcelsAtOnce
        let own = flights.values.filter { $0.transport == name }
        return own.count < most && own.reduce(0) { $0 + $1.contacts } < settings.contactsAtOnce
            && flights.values.reduce(parcel.contacts.count) { $0 + $1.contacts } <= Self.mostInFlight
    }

    // MARK: - What is in flight

    /// How many parcels are in flight, but for those on a share that does not answer: nobody knows when they end.
    var inFlight: Int { flights.values.count { !$0.isSilent } }

    /// Records the results of flights that have ended, or with `waiting` of all that end within their time-out. Returns
    /// how many.
    @discardableResult
    func land(waiting: Bool) throws -> Int {
        var landed = 0
        for (id, flight) in flights {
            guard let landing = try flight.landing(waiting: waiting && flight.share == nil) else { continue }
            flights[id] = nil
            landed += 1
            if flight.isSilent { try goOn(by: flight.transport) }
            guard let parcel = try store.parcel(id), parcel.status == .leaving else { continue }
            try attend(to: parcel) {
                switch landing {
                case .outcome(let outcome): try finish(parcel, outcome)
                case .resolution(let resolution): try take(resolution, of: parcel)
                case .problem(let words): try postpone(parcel, because: words)
                }
            }
        }
        return landed
    }

    /// Before the process ends: lets flights end within their time-out, and records their results. The next start asks
    /// about those not recorded.
    func endFlights() throws {
        isEnding = true
        for flight in flights.values { flight.end() }
        while flights.values.contains(where: { $0.share == nil }) { try land(waiting: true) }
        try abandonSilent()
    }
}
