/// Decides what a stop covers, and what a start agrees to.
extension ResultRows {
    /// Whether a person's own words forbid sending anything.
    func hasStopped(_ key: UInt64) throws -> Bool {
        try store.hasStopped(key) || store.suppressions(of: key, at: now).contains { $0.state == .suppressed }
    }

    /// Whether a campaign's messages may be what a person refused; those of a campaign no longer configured always may.
    func concerns(_ scope: ConsentEntry.Scope, _ name: String?) -> Bool {
        guard let campaign = name.flatMap({ context.configuration.campaign(named: $0) }) else { return true }
        return scope.mayMean(MessageSort(campaign, channel: nil))
    }

    /// One entry for each meaning of an address.
    func entries(
        _ action: ConsentEntry.Action, _ scope: ConsentEntry.Scope, _ readings: [AddressReading], by: String,
        proof: String, at moment: Timestamp
    ) -> [ConsentEntry] {
        readings.map { reading in
            var entry = ConsentEntry(action, key: reading.key, kind: reading.kind, at: moment)
            (entry.scope, entry.by, entry.record) = (scope, by, record)
            entry.proof = String(proof.prefix(Self.mostOfProof))
            return entry
        }
    }

    /// How many characters of a reply are kept as proof of what it grants or revokes.
    private static let mostOfProof = 512

    /// What a stop covers that answers a message to one of these contacts: the last message before it decides. If none
    /// is known, everything.
    func stopScope(
        answering contacts: [Found], at moment: Timestamp, _ open: inout [BatchID: Moves]
    ) throws -> ConsentEntry.Scope {
        guard let (_, moves, contact) = try lastMessage(to: contacts, before: moment, &open) else { return .all }
        let step = try moves.position(of: contact).step
        return try stopScope(of: contact, step: step, moves, at: moment)
    }

    /// What a stop to a message of a campaign covers: the campaign's `list`, unless a rule for the person says more.
    func stopScope(
        of contact: StandingChanges.Contact, step: String, _ moves: Moves, at moment: Timestamp
    ) throws -> ConsentEntry.Scope {
        guard let setup = context.setup(moves.campaign), let list = setup.campaign.list,
            let step = setup.strategy.step(named: step)
        else { return .all }
        let rule = try moves.values(of: contact) { values in
            setup.revocation(of: &moves.planner, step, at: moment, values)
        }
        switch rule {
        case .all: return .all
        case .purpose:
            // If the campaign's purpose may be any, the stop covers everything.
            return setup.campaign.purpose.map { ConsentEntry.Scope(purpose: $0) } ?? .all
        case .list, nil: return ConsentEntry.Scope(purpose: setup.campaign.purpose, list: list)
        }
    }

    /// Whoever says start wants to hear from us again, and agrees to messages like the one answered: for its purpose,
    /// of its list, over the channel of the reply. If nobody can tell which purpose that was, nothing is agreed to.
    func noteStart(
        _ row: ReplyRow, _ readings: [AddressReading], said: Timestamp, answering contacts: [Found],
        _ open: inout [BatchID: Moves]
    ) throws {
        let proof = String(decoding: row.text, as: UTF8.self)
        // Stops and starts that have chain rows of their own are not written twice.
        let stopped = try readings.filter { try !store.hasStopped($0.key) && hasStopped($0.key) }
        var entries = self.entries(.start, .all, stopped, by: "reply", proof: proof, at: said)
        if let (last, _, _) = try lastMessage(to: contacts, before: now, &open),
            let campaign = try store.batch(last.batch).flatMap({ context.configuration.campaign(named: $0.campaign) }),
            let purpose = campaign.purpose
        {
            for reading in readings {
                let scope = ConsentEntry.Scope(
                    channel: reading.kind == .email ? .email : .sms, purpose: purpose, list: campaign.list ?? "")
                entries += self.entries(.grant, scope, [reading], by: "reply", proof: proof, at: row.firstAt ?? now)
            }
        }
        if try store.note(entries, source: source.id, at: now) > 0 { granted.note(entries) }
    }

    private func lastMessage(
        to contacts: [Found], before moment: Timestamp, _ open: inout [BatchID: Moves]
    ) throws -> (Found, Moves, StandingChanges.Contact)? {
        let sent = contacts.filter {
            $0.standing.lastAttemptAt.milliseconds > 0 && $0.standing.lastAttemptAt <= moment
        }
        guard let last = sent.max(by: { $0.standing.lastAttemptAt < $1.standing.lastAttemptAt }),
            let moves = try moves(for: last.batch, &open), let contact = try moves.changes.contact(last.record)
        else { return nil }
        return (last, moves, contact)
    }
}
