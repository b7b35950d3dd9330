import SystemIO

/// Stage 7: parcels out. A parcel is never seen outside before the store says that it is leaving.
///
///     waiting ──(file under its temporary name, durable)──▶ leaving ──(rename)──▶ awaiting results, or done
///
/// After a crash a parcel that is leaving has left if, and only if, its temporary file is gone.
extension Pipeline {
    /// How many due parcels are looked up at once.
    private static let parcelsAtOnce = 16

    /// Sends what is due until there is no more or it is asked to stop, which is between two parcels; returns how many parcels
    /// were handled.
    package func dispatchDue(stopping: () -> Bool) throws -> Int {
        var handled = 0
        while true {
            let due = try store.dueParcels(at: now, limit: Self.parcelsAtOnce)
            if due.isEmpty { return handled }
            for id in due {
                if stopping() { return handled }
                if let parcel = try store.parcel(id) { try dispatch(parcel) }
                handled += 1
            }
        }
    }

    /// Parcels that a crash caught between leaving and left.
    func settleLeavingParcels() throws {
        for parcel in try store.leavingParcels() {
            let setup = context.setupOrDefaults(parcel.campaign)
            try handOver(parcel, setup)
        }
    }

    private func dispatch(_ parcel: Parcel) throws {
        guard let setup = setup(parcel.campaign), let batch = try store.batch(parcel.batch) else {
            // Fail closed: nothing is sent for a campaign that nobody describes any more.
            return try hold(parcel, because: "campaign \(parcel.campaign) is not in the configuration")
        }
        if try partForRate(parcel, batch, setup) { return }
        let template: MessageTemplate?
        do {
            template = try self.template(of: setup.step(parcel.step), setup)
        } catch {
            return try hold(
                parcel, because: "template \(setup.step(parcel.step).template ?? "") cannot be used: \(error)")
        }
        do {
            if try holdToRate(parcel, setup) { return }
        } catch let unusable as UnusableAccount {
            return try hold(parcel, because: unusable.description)
        }
        let (transport, settings) = transport(parcel.channel, setup)
        let moment = now
        var loading = try ParcelLoading(self, parcel, batch, setup, layout: settings.layout, template, at: moment)
        do {
            try store.transiently {
                try loading.run()
                if loading.travelling == 0 {
                    try store.markLeft(parcel.id, contacts: loading.contacts, resultsDue: nil)
                }
            }
            guard loading.travelling > 0 else {
                return try noteDeparture(of: 0, among: parcel.contacts.count, parcel.channel, at: moment, setup)
            }
            if !isRehearsal { try writeTemporary(loading.file, parcel, setup) }
            try store.durably {
                try store.setContacts(loading.contacts, of: parcel.id)
                // What is leaving leaves, whatever happens: it counts from here.
                if !loading.keys.isEmpty {
                    try store.noteDeparture(
                        of: loading.keys, parcel: parcel.id, channel: parcel.channel, campaign: parcel.campaign,
                        at: moment)
                }
                try store.markLeaving(parcel.id, transport: transport, at: moment)
            }
        } catch {
            // Those who were about to leave did not.
            knownContacts = nil
            try? noteDeparture(of: 0, among: parcel.contacts.count, parcel.channel, at: moment, setup)
            throw error
        }
        guard let leaving = try store.parcel(parcel.id) else { return }
        try handOver(leaving, setup)
        for sending in loading.sendings { try onSending?(sending) }
    }

    /// Gives the file its name, and writes down that its contacts are out.
    private func handOver(_ parcel: Parcel, _ setup: CampaignSetup) throws {
        if !isRehearsal {
            let file = file(of: parcel, setup)
            if try Files.exists(file.temporary) {
                try Files.rename(file.temporary, to: file.final, replacing: false)
                try Files.syncFolder(file.folder)
            }
        }
        guard let batch = try store.batch(parcel.batch) else { return }
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
        try noteDeparture(
            of: travelled, among: parcel.contacts.count, parcel.channel, at: parcel.leftAt, setup)
        log.info(
            "parcel.left",
            [
                "parcel": .text(parcel.id.description), "campaign": .text(parcel.campaign),
                "step": .text(parcel.step), "contacts": .number(travelled),
            ])
        onDeparture?(travelled)
    }

    /// Moves on contacts whose step waited long enough for an answer, until it is asked to stop; returns how many parcels were
    /// handled.
    package func settleOverdue(stopping: () -> Bool) throws -> Int {
        var handled = 0
        while true {
            let overdue = try store.overdueParcels(at: now, limit: Self.parcelsAtOnce)
            if overdue.isEmpty { return handled }
            for parcel in overdue {
                if stopping() { return handled }
                handled += 1
                guard let batch = try store.batch(parcel.batch) else { continue }
                let setup = context.setupOrDefaults(parcel.campaign)
                var moves = try Moves(context, batch, setup, at: now)
                try store.durably {
                    for member in parcel.contacts where member.fate == .travels {
                        guard let contact = try moves.ledger.contact(member.record),
                            contact.standing.parcel == parcel.id.rawValue
                        else { continue }
                        try moves.happen(.timeUp, to: contact, stage: .receipt, code: "expired", at: now)
                    }
                    try moves.finish()
                    try store.close(parcel.id)
                }
            }
        }
    }

    // MARK: - Particulars

    /// Puts a parcel off for a minute: something of the configuration has to be mended first. Nobody mends anything in a rehearsal.
    private func hold(_ parcel: Parcel, because reason: String) throws {
        if isRehearsal {
            return try store.transiently {
                try store.delay(parcel.id, until: ContactPlanner.never, reason: reason)
            }
        }
        if parcel.reason != reason {
            log.error("parcel.held", ["parcel": .text(parcel.id.description), "reason": .text(reason)])
        }
        try store.transiently { try store.delay(parcel.id, until: now.adding(.minutes(1)), reason: reason) }
    }

    /// The transport of a channel: its name and what the configuration says of it.
    private func transport(_ channel: Channel, _ setup: CampaignSetup) -> (name: String, settings: TransportSettings) {
        let name = setup.campaign.transport(of: channel)
        return (name, configuration.transports[name] ?? TransportSettings())
    }

    private func file(
        of parcel: Parcel, _ setup: CampaignSetup
    ) -> (folder: String, temporary: String, final: String) {
        let settings = transport(parcel.channel, setup).settings
        let folder = workspace.path(settings.path) + "/" + parcel.campaign
        let name = parcel.id.description + settings.layout.suffix
        return (folder, folder + "/." + name + ".tmp", folder + "/" + name)
    }

    private func writeTemporary(_ bytes: [UInt8], _ parcel: Parcel, _ setup: CampaignSetup) throws {
        let (folder, temporary, _) = file(of: parcel, setup)
        try Files.createFolder(folder)
        let file = try AppendingFile(path: temporary)
        try file.write(bytes)
        try file.sync()
        try file.close()
    }

    func template(of step: Strategy.Step, _ setup: CampaignSetup) throws -> MessageTemplate? {
        guard let name = step.template, let path = setup.campaign.templates[name] else { return nil }
        let bytes = try Files.read(workspace.template(path), limit: 1 << 20)
        return try MessageTemplate(String(decoding: bytes, as: UTF8.self))
    }
}

extension ContactMoves.Contact {
    /// Whether the contact sits in this parcel: a first parcel's number is not written into its contacts.
    func isIn(_ parcel: Parcel) -> Bool {
        standing.state == .pending
            && (standing.parcel == parcel.id.rawValue || (standing.parcel == 0 && standing.attempts == 0))
    }
}
