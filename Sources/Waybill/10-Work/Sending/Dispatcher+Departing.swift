import SystemIO

/// A parcel that is loaded and about to leave. (No value: there is much to it, and several are handed on together.)
final class LoadedParcel {
    let parcel: Parcel
    let setup: CampaignSetup
    let transport: any Transport
    /// The transport's.
    let name: String
    let loading: ParcelLoading
    let load: ParcelLoad

    init(_ parcel: Parcel, _ setup: CampaignSetup, _ transport: any Transport, _ name: String, _ loading: ParcelLoading)
    {
        (self.parcel, self.setup, self.transport, self.name, self.loading) = (parcel, setup, transport, name, loading)
        load = loading.load
    }

    /// Where it is prepared.
    var place: PlaceKey { PlaceKey(transport: name, campaign: parcel.campaign) }

    /// Whether it can leave together with others.
    func fits(_ others: [LoadedParcel]) -> Bool {
        others.allSatisfy { $0.name == name && $0.transport.isImmediate == transport.isImmediate }
    }

    static func contacts(of parcels: [LoadedParcel]) -> Int { parcels.reduce(0) { $0 + $1.parcel.contacts.count } }
}

/// Loaded parcels that are made ready to go, while others are loaded.
struct PreparingParcels {
    let loaded: [LoadedParcel]
    /// Waits until they are. A ticket is nil in a rehearsal.
    let tickets: () throws -> [Result<Ticket?, any Error>]
}

/// Parcels that are marked as leaving and given to an immediate transport, while others are loaded.
struct GivenParcels {
    let parcels: [Parcel]
    /// Waits until they are.
    let outcomes: () throws -> [Result<ParcelOutcome, any Error>]
}

/// Loads parcels, and lets them leave. Each step of several is one transaction and one sync of a folder, and each
/// parcel goes through all of them in order:
///
///     loaded ─▶ prepared, durable ─▶ *leaving*, durable ─▶ committed ─▶ left, durable at the latest with the last
///
/// Of parcels that may wait, three groups go through them at once: while one is loaded, threads of their own wait for
/// the disk with the one before, which is prepared, and the one before that, which is marked as leaving: what marks it
/// is synced there, and then it is committed.
extension Dispatcher {
    /// Loads a parcel; nil if it does not leave now.
    func load(
        _ parcel: Parcel, _ batch: BatchRow, _ setup: CampaignSetup, _ transport: any Transport, _ name: String,
        _ template: StepTemplate?, at moment: Timestamp
    ) throws -> LoadedParcel? {
        let sender = setup.campaign.sender(over: parcel.channel)
        if case .mail = transport.form, sender == nil {
            try hold(parcel, because: .transport(name: name, problem: "the campaign's from names no sender"))
            return nil
        }
        func stays(_ problem: String) throws {
            try rates.noteDeparture(of: 0, parcel.channel, by: name, at: moment, setup)
            try hold(parcel, because: .template(name: setup.step(parcel.step).template ?? "", problem: problem))
        }
        var loading: ParcelLoading
        do {
            loading = try ParcelLoading(
                context, parcel, batch, setup, sender: sender, for: transport,
                countries: context.configuration.transports[name]?.countries ?? [], template, at: moment)
        } catch let problem as TransportProblem {
            // Its links have no key.
            try stays("\(problem)")
            return nil
        }
        do {
            try store.transiently {
                try loading.run()
                if loading.travelling == 0 {
                    try store.markLeft(parcel.id, contacts: loading.contacts, resultsDue: nil)
                }
            }
        } catch let fault as ParcelLoading.CommonFault {
            // The contacts that were about to leave did not.
            context.contactTimes.readAgain()
            try stays(fault.problem)
            return nil
        } catch {
            context.contactTimes.readAgain()
            try? rates.noteDeparture(of: 0, parcel.channel, by: name, at: moment, setup)
            throw error
        }
        guard loading.travelling > 0 else {
            try rates.noteDeparture(of: 0, parcel.channel, by: name, at: moment, setup)
            return nil
        }
        return LoadedParcel(parcel, setup, transport, name, loading)
    }

    /// Whether a loaded parcel may wait for the next one: nothing that is asked about that depends on whether this one
    /// has left.
    private func mayWait(_ loaded: LoadedParcel) -> Bool {
        loaded.transport.isImmediate && !context.isRehearsal && loaded.loading.budget == nil
            && loaded.setup.rates(channel: loaded.parcel.channel, by: loaded.name).isEmpty
            && loaded.setup.campaign.pace == Pace()
    }

    /// Lets a loaded parcel leave with those that wait for it, or makes it wait with them.
    func depart(_ loaded: LoadedParcel, with together: inout [LoadedParcel]) throws {
        if !loaded.fits(together) {
            let earlier = together
            together = []
            try departAll(earlier)
        }
        together.append(loaded)
        let isAlone = !mayWait(loaded)
        guard isAlone || LoadedParcel.contacts(of: together) + Parcel.capacity > mostTogether else { return }
        let all = together
        together = []
        if isAlone { return try departAll(all) }
        let earlier = departing
        departing = prepare(all, meanwhile: true)
        if let earlier { try depart(earlier, isLast: false) }
    }

    /// Lets loaded parcels leave by their common transport, and before them those that are under way.
    func departAll(_ loaded: [LoadedParcel]) throws {
        if let earlier = departing {
            departing = loaded.isEmpty ? nil : prepare(loaded, meanwhile: true)
            try depart(earlier, isLast: loaded.isEmpty)
        } else if !loaded.isEmpty {
            departing = prepare(loaded, meanwhile: false)
        }
        guard let last = departing else { return }
        departing = nil
        try depart(last, isLast: true)
    }

    /// After an error: parcels that were being prepared do not leave after all, and those that were given stay
    /// *leaving*.
    func stayDeparting() {
        if let given { _ = try? given.outcomes() }
        given = nil
        guard let staying = departing else { return }
        departing = nil
        _ = try? staying.tickets()
        for loaded in staying.loaded { noteStaying(loaded) }
    }

    /// - Parameter isLast: whether no others leave behind them at once, whose commit makes durable that they left.
    private func depart(_ preparing: PreparingParcels, isLast: Bool) throws {
        let ready = try ready(preparing)
        try finishGiven(isLast: ready.isEmpty)
        guard let first = ready.first else { return }
        do {
            // Else the thread that commits makes it durable before.
            try (isLast ? store.durably : store.transiently) {
                for (loaded, ticket) in ready { try markLeaving(loaded, ticket) }
            }
        } catch {
            for (loaded, _) in ready { noteStaying(loaded) }
            guard let problem = error as? StoreProblem else { throw error }
            // The others go on without the one whose data cannot be read.
            if ready.count > 1 {
                for (loaded, _) in ready { try depart(prepare([loaded], meanwhile: false), isLast: true) }
            } else {
                try hold(first.loaded.parcel, because: .damaged(problem.description))
            }
            return
        }
        var leaving: [(parcel: Parcel, load: ParcelLoad)] = []
        for (loaded, _) in ready {
            failures[loaded.parcel.id] = nil
            placeFailures[loaded.place] = nil
            try rates.noteDeparture(
                of: loaded.loading.travelling, loaded.parcel.channel, by: loaded.name, at: loaded.load.at, loaded.setup)
            do {
                if let parcel = try store.parcel(loaded.parcel.id) { leaving.append((parcel, loaded.load)) }
            } catch let problem as StoreProblem {
                try hold(loaded.parcel, because: .damaged(problem.description))
            }
        }
        try commit(
            leaving, type(of: first.loaded.transport), isImmediate: first.loaded.transport.isImmediate, isLast: isLast)
        for (loaded, _) in ready { for sending in loaded.loading.sendings { try onSending?(sending) } }
    }

    private func markLeaving(_ loaded: LoadedParcel, _ ticket: Ticket?) throws {
        let (parcel, loading, moment) = (loaded.parcel, loaded.loading, loaded.load.at)
        try store.setContacts(loading.contacts, of: parcel.id)
        try loading.budget?.keep(in: store)
        // What is leaving leaves, whatever happens: it counts from here.
        if !loading.keys.isEmpty {
            try store.noteDeparture(
                of: loading.keys, parcel: parcel.id, channel: parcel.channel, campaign: parcel.campaign, at: moment)
        }
        try PaceDesk(context, loaded.setup).noteDeparture(at: moment)
        try store.noteRelied(on: loading.relied, parcel: parcel.id, at: moment)
        try store.markLeaving(
            parcel.id, owner: parcel.owner, transport: loaded.name, ticket: ticket?.bytes, at: moment)
    }

    /// A loaded parcel does not leave after all, nor do its contacts.
    private func noteStaying(_ loaded: LoadedParcel) {
        context.contactTimes.readAgain()
        try? rates.noteDeparture(
            of: 0, loaded.parcel.channel, by: loaded.name, at: loaded.load.at, loaded.setup)
    }

    // MARK: - Preparing

    /// Makes parcels of one transport ready to go, `meanwhile` others are loaded.
    private func prepare(_ loaded: [LoadedParcel], meanwhile: Bool) -> PreparingParcels {
        guard let transport = loaded.first?.transport, !context.isRehearsal else {
            return PreparingParcels(loaded: loaded) { loaded.map { _ in .success(nil) } }
        }
        let written = loaded.map { loaded in
            Result {
                try unprepared(by: loaded.name) { try context.mark.prepare(store) }
                try write(loaded.loading.tokens, of: loaded.parcel, loaded.name)
            }
        }
        let able = zip(loaded, written).filter { if case .success = $0.1 { true } else { false } }.map(\.0.load)
        func join(_ tickets: [Result<Ticket, any Error>]) -> [Result<Ticket?, any Error>] {
            var tickets = tickets[...]
            return written.map { written in
                Result {
                    try written.get()
                    return try tickets.removeFirst().get()
                }
            }
        }
        guard meanwhile, transport.isImmediate else {
            let tickets = join(transport.prepare(able))
            return PreparingParcels(loaded: loaded) { tickets }
        }
        let worker = Worker.start(name: "prepare") { transport.prepare(able) }
        return PreparingParcels(loaded: loaded) { join(try worker.join()) }
    }

    /// Those that are ready; where that could not be done, they are tried again later.
    private func ready(_ preparing: PreparingParcels) throws -> [(loaded: LoadedParcel, ticket: Ticket?)] {
        var ready: [(loaded: LoadedParcel, ticket: Ticket?)] = []
        var failed: Set<PlaceKey> = []
        for (loaded, ticket) in zip(preparing.loaded, try preparing.tickets()) {
            do {
                ready.append((loaded, try unprepared(by: loaded.name) { try ticket.get() }))
            } catch {
                noteStaying(loaded)
                guard let problem = error as? Unprepared else { throw error }
                if failed.insert(loaded.place).inserted {
                    try retry(loaded.parcel, loaded.name, problem)
                } else {
                    // With the first, its place rests.
                    try store.transiently {
                        try store.delay(
                            loaded.parcel.id, until: placeFailures[loaded.place]?.next ?? now, reason: problem.reason)
                    }
                }
            }
        }
        return ready
    }

    /// What a transport prepares for a single parcel; nil in a rehearsal.
    func prepare(_ load: ParcelLoad, _ transport: any Transport, _ name: String) throws -> Ticket? {
        context.isRehearsal ? nil : try unprepared(by: name) { try transport.prepare(load) }
    }

    private func unprepared<Prepared>(by name: String, _ body: () throws -> Prepared) throws -> Prepared {
        do {
            return try body()
        } catch let error as SystemError {
            let problem = FolderObstacle.remedy(of: error) ?? error.reason
            throw Unprepared(reason: .transport(name: name, problem: problem), description: "\(error)")
        } catch let problem as TransportProblem {
            throw Unprepared(reason: .transport(name: name, problem: "\(problem)"), description: "\(problem)")
        }
    }

    /// Those whom a parcel's links lead to know them before anybody follows one. One that does not leave after all
    /// leaves tokens that nobody has.
    private func write(_ tokens: [UInt8], of parcel: Parcel, _ name: String) throws {
        if tokens.isEmpty { return }
        let folder = context.outbox("tokens/" + parcel.campaign)
        try unprepared(by: name) {
            try Files.createFolder(folder, mode: OutboxRights.folder)
            try Files.writeAtomically(tokens, to: "\(folder)/\(parcel.id).csv", mode: OutboxRights.file)
        }
    }

    // MARK: - Committing

    /// Gives a parcel that is leaving to its transport.
    func commit(_ parcel: Parcel, _ load: ParcelLoad) throws {
        guard let ticket = parcel.ticket.map(Ticket.init(bytes:)) else { return try finish(parcel, .accepted) }
        do {
            let type = try carrier(of: ticket)
            try commit([(parcel, load)], type, isImmediate: type.isImmediate(ticket), isLast: true)
        } catch let problem as TransportProblem {
            try postpone(parcel, because: "\(problem)")
        }
    }

    /// Gives parcels that are leaving to their transport.
    private func commit(
        _ parcels: [(parcel: Parcel, load: ParcelLoad)], _ type: any Transport.Type, isImmediate: Bool, isLast: Bool
    ) throws {
        let note = try OutboxMark.note(of: store)
        if isLast, !context.isRehearsal {
            do {
                try context.mark.write(note)
            } catch let error as SystemError {
                // They are leaving, and have not left: asked again like others.
                for (parcel, _) in parcels { try postpone(parcel, because: "\(error)") }
                return
            }
        }
        var given: [(parcel: Parcel, ticket: Ticket, load: ParcelLoad)] = []
        for (parcel, load) in parcels {
            guard let ticket = parcel.ticket.map(Ticket.init(bytes:)) else {
                try attend(to: parcel) { try finish(parcel, .accepted) }
                continue
            }
            given.append((parcel, ticket, load))
            if isImmediate { continue }
            fly(parcel, by: ticket, contacts: parcel.contacts.count) { stop in
                .outcome(try type.commit(ticket, load, stop))
            }
        }
        guard isImmediate, !given.isEmpty else { return }
        let going = given.map { ($0.ticket, $0.load) }
        if isLast {
            let outcomes = type.commit(going)
            self.given = GivenParcels(parcels: given.map(\.parcel)) { outcomes }
            try finishGiven(isLast: true)
        } else {
            let worker = Worker.start(name: "commit") { [sync = store.syncCommits, mark = context.mark] in
                do {
                    try sync()
                    try mark.write(note)
                } catch {
                    // Whether they are known as leaving after a loss of power is not: they stay where they are.
                    return going.map { _ in Result<ParcelOutcome, any Error>.failure(error) }
                }
                return type.commit(going)
            }
            self.given = GivenParcels(parcels: given.map(\.parcel)) { try worker.join() }
        }
    }

    /// Records what an immediate transport did with parcels.
    private func finishGiven(isLast: Bool) throws {
        guard let given else { return }
        self.given = nil
        var taken: [Parcel] = []
        for (parcel, result) in zip(given.parcels, try given.outcomes()) {
            try attend(to: parcel) {
                switch result {
                case .success(.accepted): taken.append(parcel)
                case .success(let outcome): try finish(parcel, outcome)
                case .failure(is StaleParcel):
                    let why = "it took more than ten seconds until it could leave, so its people are checked again"
                    unsettled[parcel.id] = Backoff(after: nil, at: now, chance: 0, reason: .unsettled(why))
                    try take(.notLeft, of: parcel)
                case .failure(let error):
                    guard error is SystemError || error is TransportProblem else { throw error }
                    try postpone(parcel, because: "\(error)")
                }
            }
        }
        try finish(taken, isLast: isLast)
    }
}
