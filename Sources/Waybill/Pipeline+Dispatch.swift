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
            let setup = setup(parcel.campaign) ?? CampaignSetup(Campaign(name: parcel.campaign), in: configuration)
            try handOver(parcel, setup)
        }
    }

    private func dispatch(_ parcel: Parcel) throws {
        guard let setup = setup(parcel.campaign), let batch = try store.batch(parcel.batch) else {
            // Fail closed: nothing is sent for a campaign that nobody describes any more.
            return try hold(parcel, because: "campaign \(parcel.campaign) is not in the configuration")
        }
        if try partForRate(parcel, batch, setup) || holdToRate(parcel, setup) { return }
        let template: MessageTemplate?
        do {
            template = try self.template(of: setup.step(parcel.step), setup)
        } catch {
            return try hold(
                parcel, because: "template \(setup.step(parcel.step).template ?? "") cannot be used: \(error)")
        }
        let load = try load(parcel, batch, setup, template)
        guard load.travelling > 0 else { return }
        if !isRehearsal { try writeTemporary(load.file, parcel, setup) }
        let moment = now
        try store.durably {
            try store.setContacts(load.contacts, of: parcel.id)
            // What is leaving leaves, whatever happens: it counts from here.
            if !load.keys.isEmpty {
                try store.noteDeparture(of: load.keys, parcel: parcel.id, channel: parcel.channel, at: moment)
            }
            try store.markLeaving(parcel.id, transport: transport(parcel.channel, setup).name, at: moment)
        }
        guard let leaving = try store.parcel(parcel.id) else { return }
        try handOver(leaving, setup)
        if isRehearsal { for sending in load.sendings { try onSending?(sending) } }
    }

    /// What a parcel is loaded with when it is about to leave.
    private struct Load {
        var contacts: [ParcelContact]
        var travelling = 0
        var file: [UInt8]
        /// Of those that travel, where caps ask for them.
        var keys: [UInt64] = []
        /// The messages one by one, in a rehearsal only.
        var sendings: [Sending] = []
    }

    /// Checks every contact once more, and renders those that travel.
    private func load(
        _ parcel: Parcel, _ batch: BatchRow, _ setup: CampaignSetup, _ template: MessageTemplate?
    ) throws -> Load {
        let step = setup.step(parcel.step)
        let layout = transport(parcel.channel, setup).settings.layout
        let file = ParcelFile(layout: layout, schema: batch.schema, channel: parcel.channel)
        let choice = AddressChoice(step: step, schema: batch.schema)
        let renderer = MessageRenderer(template: template, schema: batch.schema)
        var moves = try Moves(self, batch, setup, at: now)
        let caps = ContactCaps(policy: setup.policy, channel: parcel.channel)
        let isCounted = configuration.capHorizon != nil
        var past: [UInt64: [ContactCaps.Contact]] = [:]
        let suppressions = try SuppressionCheck(
            store, batch.schema, campaign: parcel.campaign, channel: parcel.channel, at: now)
        var load = Load(contacts: parcel.contacts, file: file.header())
        var message: [UInt8] = []
        try store.transiently {
            if let horizon = caps.horizon {
                let addresses = try parcel.contacts.compactMap { member in
                    try moves.ledger.contact(member.record).flatMap { contact in
                        choice.address(
                            in: contact.segment.values(at: contact.index, columns: batch.schema.columns.count))
                    }
                }
                past = try store.contacts(
                    of: Set(addresses.compactMap(RecipientKeys.key(ofAddress:))),
                    after: Timestamp(milliseconds: now.milliseconds - horizon.milliseconds))
            }
            for seat in load.contacts.indices {
                let member = load.contacts[seat]
                guard let contact = try moves.ledger.contact(member.record), contact.isIn(parcel) else {
                    load.contacts[seat].fate = .takenOut
                    continue
                }
                let values = contact.segment.values(at: contact.index, columns: batch.schema.columns.count)
                if !suppressions.isIdle, let found = try suppressions.find({ values[$0] }) {
                    // Who is not to be written to may still be called, where the strategy knows how to go on.
                    if !found.scope.channel.isEmpty, setup.transitions.goesOn(without: step) {
                        try moves.fail(contact, member, code: "address.listed", reason: found.reason)
                        load.contacts[seat].fate = .failed
                    } else {
                        try moves.close(contact, as: found.state, stage: .policy, reason: found.reason)
                        load.contacts[seat].fate = .takenOut
                    }
                    continue
                }
                if moves.planner.closedReason(step: step, at: now, values: { values[$0] }) != nil {
                    try moves.plan(contact, step: step, earliest: now, member.attempt, member.stepAttempt)
                    load.contacts[seat].fate = .takenOut
                    continue
                }
                guard let address = choice.address(in: values) else {
                    try moves.fail(contact, member, code: "address.missing", reason: "no \(step.to.label) to send to")
                    load.contacts[seat].fate = .failed
                    continue
                }
                if parcel.channel == "sms", let type = Self.typeWithoutSMS(of: address) {
                    try moves.fail(
                        contact, member, code: "address.no-sms",
                        reason: "the number is of type \(type.label), which takes no SMS")
                    load.contacts[seat].fate = .failed
                    continue
                }
                let key = isCounted ? RecipientKeys.key(ofAddress: address) : nil
                if let key, caps.horizon != nil,
                    try holdBack(
                        contact, member, step, caps.verdict(at: now, past: past[key] ?? []), parcel.priority, &moves)
                {
                    load.contacts[seat].fate = .takenOut
                    continue
                }
                message.removeAll(keepingCapacity: true)
                do {
                    try renderer.append(values, to: &message)
                } catch let missing as MessageRenderer.MissingValue {
                    try moves.fail(
                        contact, member, code: MessageRenderer.MissingValue.code, reason: missing.message)
                    load.contacts[seat].fate = .failed
                    continue
                }
                let reference = Reference(
                    batch: parcel.batch, record: member.record, step: parcel.step, attempt: Int(member.attempt))
                file.append(
                    reference: reference, address: address, message: message[...], values: values, to: &load.file)
                load.travelling += 1
                if isRehearsal {
                    load.sendings.append(
                        Sending(
                            at: now, campaign: parcel.campaign, channel: parcel.channel, zone: parcel.zone,
                            reference: reference, address: Array(address)))
                }
                if let key {
                    load.keys.append(key)
                    // One address may stand twice in a parcel.
                    past[key, default: []].append(ContactCaps.Contact(at: now, channel: step.channel))
                }
            }
            try moves.finish()
            if load.travelling == 0 { try store.markLeft(parcel.id, contacts: load.contacts, resultsDue: nil) }
        }
        return load
    }

    /// Whether a cap keeps a contact from leaving now; it waits then, or is done.
    private func holdBack(
        _ contact: ContactMoves.Contact, _ member: ParcelContact, _ step: Strategy.Step, _ verdict: ContactCaps.Verdict,
        _ priority: Int, _ moves: inout Moves
    ) throws -> Bool {
        switch verdict {
        case .free: return false
        case .drop(let cap):
            try moves.happen(
                .throttled, to: contact, stage: .policy, code: "cap.reached", reason: cap.label + " is reached", at: now
            )
        case .delay(let until?, let cap):
            // To the next whole minute, so that contacts that are free within moments of each other travel together.
            try moves.plan(
                contact, step: step, earliest: Timestamp(milliseconds: (until.milliseconds + 59_999) / 60_000 * 60_000),
                member.attempt, member.stepAttempt, cause: cap.label + " is reached")
        case .delay(nil, let cap):
            let lane = ParcelLane(
                step: step.name, channel: step.channel, zone: "", due: ContactPlanner.never, priority: priority,
                reason: cap.label + " allows none")
            moves.ledger.queue(contact, in: lane, attempt: member.attempt, stepAttempt: member.stepAttempt)
        }
        return true
    }

    /// The type of a number that no message reaches; nil for any other address.
    private static func typeWithoutSMS(of address: ArraySlice<UInt8>) -> NumberType? {
        let number = try? NumberParser().parse(address.span, region: nil)
        return number.flatMap { $0.type.takesSMS ? nil : $0.type }
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
        let moves = try Moves(self, batch, setup, at: parcel.leftAt)
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
        noteDeparture(of: travelled, at: parcel.leftAt, setup)
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
                let setup = setup(parcel.campaign) ?? CampaignSetup(Campaign(name: parcel.campaign), in: configuration)
                var moves = try Moves(self, batch, setup, at: now)
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

    /// Puts a parcel off for a minute: something of the configuration has to be mended first.
    private func hold(_ parcel: Parcel, because reason: String) throws {
        if parcel.reason != reason {
            log.error("parcel.held", ["parcel": .text(parcel.id.description), "reason": .text(reason)])
        }
        try store.transiently { try store.delay(parcel.id, until: now.adding(.minutes(1)), reason: reason) }
    }

    /// The transport of a channel: its name and what the configuration says of it.
    private func transport(_ channel: String, _ setup: CampaignSetup) -> (name: String, settings: TransportSettings) {
        let name = setup.campaign.transports[channel] ?? "folder"
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

    private func template(of step: Strategy.Step, _ setup: CampaignSetup) throws -> MessageTemplate? {
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
