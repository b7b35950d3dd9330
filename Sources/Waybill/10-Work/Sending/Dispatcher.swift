import SystemIO

/// Stage 7: parcels out. A parcel is never seen outside before the store says that it is leaving.
///
///     waiting ──(prepared, durable)──▶ leaving ──(committed)──▶ awaiting results, or done
///        ▲                              │    ▲
///        └── cannot be prepared now ──┐ └────┴─ nobody knows yet whether it left: asked again
///                                     └ tried again after 1, 2, 4 … 60 s
///
/// What a transport cannot do holds the parcel, with the reason, and never the others. It belongs to the pipeline's thread.
package final class Dispatcher {
    let context: WorkContext
    let rates: RateDesk
    let caps: CapsMemory
    /// Called with how many contacts left in each parcel.
    package var onDeparture: ((Int) -> Void)?
    /// Called with each message of a rehearsal, when it leaves.
    package var onSending: ((Sending) throws -> Void)?
    /// Handed in by tests.
    var transports: [any Transport.Type] = Transports.all
    var chance: () -> Double = { .random(in: 0..<1) }
    /// Failures in a row of the parcels that cannot leave now.
    private var failures: [ParcelID: Backoff] = [:]
    /// The same of transports.
    private var breakers: [String: Backoff] = [:]
    /// Parcels that may or may not have left.
    private var unsettled: [ParcelID: Backoff] = [:]

    /// How many due parcels are looked up at once.
    private static let parcelsAtOnce = 16

    init(_ context: WorkContext) {
        self.context = context
        rates = RateDesk(context)
        caps = CapsMemory(context)
    }

    private var store: Store { context.store }
    private var now: Timestamp { context.now }

    /// Forgets what it knows from the configuration before; what holds a parcel is looked at anew.
    func reload() {
        rates.reload()
        caps.forget()
        failures = [:]
        breakers = [:]
    }

    // MARK: - What is due

    /// Sends what is due until there is no more or it is asked to stop, which is between two parcels; returns how many parcels
    /// were handled.
    func sendDue(stopping: () -> Bool) throws -> Int {
        var handled = try settleUnsettled(stopping: stopping)
        while true {
            let due = try store.dueParcels(at: now, limit: Self.parcelsAtOnce)
            if due.isEmpty { return handled }
            for id in due {
                if stopping() { return handled }
                if let parcel = try store.parcel(id) { try send(parcel) }
                handled += 1
            }
        }
    }

    private func send(_ parcel: Parcel) throws {
        guard let setup = context.setup(parcel.campaign), let batch = try store.batch(parcel.batch) else {
            // Fail closed: nothing is sent for a campaign that nobody describes any more.
            return try hold(parcel, because: "campaign \(parcel.campaign) is not in the configuration")
        }
        let name = setup.campaign.transport(of: parcel.channel)
        guard let transport = transport(name) else {
            return try hold(parcel, because: "there is no transport \(name) for the channel \(parcel.channel)")
        }
        if let breaker = breakers[name], breaker.isOpen, breaker.next > now {
            return try store.transiently { try store.delay(parcel.id, until: breaker.next, reason: breaker.reason) }
        }
        if try rates.part(parcel, batch, setup) { return }
        let template: MessageTemplate?
        do {
            template = try context.template(of: setup.step(parcel.step), setup)
        } catch {
            return try hold(
                parcel, because: "template \(setup.step(parcel.step).template ?? "") cannot be used: \(error)")
        }
        do {
            if try rates.hold(parcel, setup) { return }
        } catch let unusable as UnusableAccount {
            return try hold(parcel, because: unusable.description)
        }
        let moment = now
        var loading = try ParcelLoading(
            context, caps, parcel, batch, setup, layout: transport.layout, template, at: moment)
        do {
            guard try load(parcel, &loading) else {
                return try rates.noteDeparture(of: 0, among: parcel.contacts.count, parcel.channel, at: moment, setup)
            }
            let ticket = try prepare(parcel, loading, transport, name)
            try store.durably {
                try store.setContacts(loading.contacts, of: parcel.id)
                // What is leaving leaves, whatever happens: it counts from here.
                if !loading.keys.isEmpty {
                    try store.noteDeparture(
                        of: loading.keys, parcel: parcel.id, channel: parcel.channel, campaign: parcel.campaign,
                        at: moment)
                }
                try store.markLeaving(parcel.id, transport: name, ticket: ticket?.bytes, at: moment)
            }
        } catch {
            // Those who were about to leave did not.
            caps.forget()
            try? rates.noteDeparture(of: 0, among: parcel.contacts.count, parcel.channel, at: moment, setup)
            guard let problem = error as? Unprepared else { throw error }
            return try retry(parcel, name, problem)
        }
        (failures[parcel.id], breakers[name]) = (nil, nil)
        guard let leaving = try store.parcel(parcel.id) else { return }
        try commit(leaving)
        for sending in loading.sendings { try onSending?(sending) }
    }

    /// Loads a parcel; false, and it is done, when nobody travels in it.
    private func load(_ parcel: Parcel, _ loading: inout ParcelLoading) throws -> Bool {
        try store.transiently {
            try loading.run()
            if loading.travelling == 0 {
                try store.markLeft(parcel.id, contacts: loading.contacts, resultsDue: nil)
            }
        }
        return loading.travelling > 0
    }

    private func prepare(
        _ parcel: Parcel, _ loading: ParcelLoading, _ transport: any Transport, _ name: String
    ) throws -> Ticket? {
        if context.isRehearsal { return nil }
        do {
            return try transport.prepare(
                ParcelLoad(parcel: parcel.id, campaign: parcel.campaign, bytes: loading.file))
        } catch let error as SystemError {
            throw Unprepared(reason: "transport \(name): \(error.reason)", description: "\(error)")
        } catch let problem as TransportProblem {
            throw Unprepared(reason: "transport \(name): \(problem)", description: "\(problem)")
        }
    }

    /// A transport could not make a parcel ready; the reason goes into the store, the description into the log.
    private struct Unprepared: Error {
        let reason: String
        let description: String
    }

    /// The transport of a name, as the configuration has it.
    private func transport(_ name: String) -> (any Transport)? {
        guard var settings = context.configuration.transports[name] else { return nil }
        settings.path = context.workspace.path(settings.path)
        return transports.first { $0.kind == settings.kind }?.init(settings)
    }

    // MARK: - What is leaving

    /// Parcels that a crash caught between leaving and left.
    func settleLeaving() throws {
        for parcel in try store.leavingParcels() { try settle(parcel) }
    }

    /// Asks again about those that nobody could tell about.
    private func settleUnsettled(stopping: () -> Bool) throws -> Int {
        var handled = 0
        let moment = now
        for (id, backoff) in unsettled.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where backoff.isDue(at: moment)
        {
            if stopping() { break }
            handled += 1
            guard let parcel = try store.parcel(id), parcel.status == .leaving else {
                unsettled[id] = nil
                continue
            }
            try settle(parcel)
        }
        return handled
    }

    private func settle(_ parcel: Parcel) throws {
        if context.isRehearsal { return try finish(parcel) }
        do {
            switch try resolve(parcel) {
            case .left: try finish(parcel)
            case .notLeft: try commit(parcel)
            case .unknown(let why): try postpone(parcel, because: why)
            }
        } catch let error as SystemError {
            try postpone(parcel, because: "\(error)")
        } catch let problem as TransportProblem {
            try postpone(parcel, because: "\(problem)")
        }
    }

    private func resolve(_ parcel: Parcel) throws -> ParcelResolution {
        guard let ticket = parcel.ticket.map(Ticket.init(bytes:)) else {
            let paths = (context.configuration.transports.values.map(\.path) + [TransportSettings().path])
            return try FolderTransport.resolveUnticketed(
                parcel.id, campaign: parcel.campaign, in: paths.map { context.workspace.path($0) })
        }
        return try type(of: ticket).resolve(ticket)
    }

    private func type(of ticket: Ticket) throws(TransportProblem) -> any Transport.Type {
        guard let kind = ticket.kind, let type = transports.first(where: { $0.kind == kind }) else {
            throw TransportProblem("the parcel's ticket cannot be read; start the waybill that wrote it")
        }
        return type
    }

    private func commit(_ parcel: Parcel) throws {
        if let ticket = parcel.ticket.map(Ticket.init(bytes:)) {
            do {
                _ = try type(of: ticket).commit(ticket)
            } catch let error as SystemError {
                return try postpone(parcel, because: "\(error)")
            } catch let problem as TransportProblem {
                return try postpone(parcel, because: "\(problem)")
            }
        }
        try finish(parcel)
    }

    /// Writes down that a parcel's contacts are out.
    private func finish(_ parcel: Parcel) throws {
        unsettled[parcel.id] = nil
        guard let batch = try store.batch(parcel.batch) else { return }
        let setup = context.setupOrDefaults(parcel.campaign)
        let moves = try Moves(context, batch, setup, at: parcel.leftAt)
        var resultsDue: Timestamp?
        try store.durably {
            for member in parcel.contacts where member.fate == .travels {
                guard let contact = try moves.ledger.contact(member.record), contact.isIn(parcel) else { continue }
                let wait = try moves.leave(contact, member, parcel)
                if let wait { resultsDue = max(resultsDue ?? parcel.leftAt, parcel.leftAt.adding(wait)) }
            }
            try moves.finish()
            try store.markLeft(parcel.id, contacts: parcel.contacts, resultsDue: resultsDue)
        }
        let travelled = parcel.contacts.count { $0.fate == .travels }
        try rates.noteDeparture(
            of: travelled, among: parcel.contacts.count, parcel.channel, at: parcel.leftAt, setup)
        context.log.info(
            "parcel.left",
            [
                "parcel": .text(parcel.id.description), "campaign": .text(parcel.campaign),
                "step": .text(parcel.step), "contacts": .number(travelled),
            ])
        onDeparture?(travelled)
    }

    // MARK: - What is held

    /// Nobody knows whether a parcel left: it stays as it is, with nothing deleted, and is asked about again.
    private func postpone(_ parcel: Parcel, because reason: String) throws {
        let backoff = Backoff(after: unsettled[parcel.id], at: now, chance: chance(), reason: reason)
        unsettled[parcel.id] = backoff
        if parcel.reason != reason {
            context.log.error(
                "parcel.unsettled",
                [
                    "parcel": .text(parcel.id.description), "campaign": .text(parcel.campaign),
                    "batch": .text(parcel.batch.description), "reason": .text(reason),
                ])
        }
        try store.transiently { try store.delay(parcel.id, until: backoff.next, reason: reason) }
    }

    /// A parcel could not be made ready: it is tried again after a while that grows, and its transport too.
    private func retry(_ parcel: Parcel, _ transport: String, _ problem: Unprepared) throws {
        let backoff = Backoff(after: failures[parcel.id], at: now, chance: chance(), reason: problem.reason)
        failures[parcel.id] = backoff
        breakers[transport] = Backoff(after: breakers[transport], at: now, chance: chance(), reason: problem.reason)
        if parcel.reason != problem.reason {
            context.log.error(
                "parcel.held",
                ["parcel": .text(parcel.id.description), "reason": .text(problem.description)])
        }
        try store.transiently { try store.delay(parcel.id, until: backoff.next, reason: problem.reason) }
    }

    /// Puts a parcel off for a minute: something of the configuration has to be mended first. Nobody mends anything in a rehearsal.
    private func hold(_ parcel: Parcel, because reason: String) throws {
        if context.isRehearsal {
            return try store.transiently {
                try store.delay(parcel.id, until: ContactPlanner.never, reason: reason)
            }
        }
        if parcel.reason != reason {
            context.log.error(
                "parcel.held", ["parcel": .text(parcel.id.description), "reason": .text(reason)])
        }
        try store.transiently { try store.delay(parcel.id, until: now.adding(.minutes(1)), reason: reason) }
    }
}

extension ContactMoves.Contact {
    /// Whether the contact sits in this parcel: a first parcel's number is not written into its contacts.
    func isIn(_ parcel: Parcel) -> Bool {
        standing.state == .pending
            && (standing.parcel == parcel.id.rawValue || (standing.parcel == 0 && standing.attempts == 0))
    }
}
