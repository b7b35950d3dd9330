/// A stop of which nobody can tell who said it, as it stands.
///
/// Hardly any row has one, so it takes no room in the others.
final class UnheardStop {
    let row: ReplyRow
    /// Whom its digits can mean anywhere in the world.
    let anywhere: [AddressReading]

    init(row: ReplyRow, anywhere: [AddressReading]) {
        self.row = row
        self.anywhere = anywhere
    }
}

/// Stops of which nobody can tell who said them: what else stands in their rows says so, or all hold whom they can
/// mean.
extension ResultRows {
    /// How many people a message went to shortly before a stop, of whom all are left alone for it. To leave more alone
    /// for one word would be a new wrong.
    private static let mostMeant = 20
    private static let shortly = TimeSpan.hours(24)

    /// Whether a reply asks to be left alone, in the words of any campaign: whose it answers is not known.
    func saysStop(_ text: [UInt8]) -> Bool { stopWords.meaning(of: text) == .stop }

    /// Finds whom a stop is from that does not say so itself. It counts as told where its message or its contact is
    /// known; else it holds all whom it can mean, and somebody has to look. Where it names a message of ours whose
    /// contact is not known any more, the campaigns wait that may go on writing to that person.
    func hear(_ one: inout Taken) throws {
        guard let stop = one.unheard else { return }
        let known = try answered(stop.row) + account(stop.row.account)
        var meant = known
        var held: [String] = []
        if known.isEmpty {
            let campaigns = senders(of: stop.row.to)
            meant = try stop.anywhere + lately(campaigns, stop.row)
            if let reference = stop.row.reference, try isEmptied(reference.batch) { held = try lost(reference) }
            // Whoever comes by this key one day is left alone.
            if !stop.row.account.isEmpty { meant += AddressReading.ids(stop.row.account) }
            if held.isEmpty { note(unheard: campaigns) } else { note(lost: held) }
            one.problems.isFatal = true
        } else {
            one.problems.isFatal = false
        }
        if !meant.isEmpty { one.effects.append(.reply(stop.row, meant)) }
        // One word of each row, and not that it says nothing beside.
        one.problems.violations.removeAll { $0.code == Code.fromMissing.rawValue }
        let isReply = one.row == nil
        if !held.isEmpty {
            one.problems.violations.append(
                Violation(
                    .column("reference", code: .referenceUnknown), .unknown,
                    message: "The contact of this reference is not known any more, and so nobody can tell who said "
                        + "stop; nothing leaves for \(held.joined(separator: ", ")).",
                    hint: "List who it was, then waybill suppress accept \(source.id); or write the address beside the "
                        + "reference, and drop the row again as a correction."))
            return
        }
        one.problems.violations.append(
            Violation(
                isReply ? .column("from", code: .fromInvalid) : .column("address", code: .addressInvalid), .invalid,
                value: stop.row.from, message: Self.words(isKnown: !known.isEmpty, isMeant: !meant.isEmpty),
                hint: "Write who said it, and drop the row again."))
    }

    /// The same of a receipt.
    func hearReceipt(_ row: ReceiptRow, _ one: inout Taken) throws {
        // A complaint is about all that is sent.
        let text = row.event == .complained ? "STOP ALL" : "STOP"
        var reply = ReplyRow(
            from: row.address, to: [], text: Array(text.utf8), at: row.at, firstAt: row.at, lastAt: row.at)
        switch row.subject {
        case .account(let account): reply.account = account
        case .reference(let reference): reply.reference = reference
        case .address: break
        }
        one.unheard = UnheardStop(row: reply, anywhere: AddressReading.anywhere(row.address) + one.readings)
        let before = one.effects.count
        try hear(&one)
        if one.isNew { pending += one.effects[before...].map { (one.record, nil, $0) } }
    }

    /// Of a message whose contact cannot be read now.
    func note(lostBy row: ReceiptRow) throws {
        guard case .reference(let reference) = row.subject else { return note(unheard: []) }
        let held = try lost(reference)
        if held.isEmpty { note(unheard: []) } else { note(lost: held) }
    }

    private static func words(isKnown: Bool, isMeant: Bool) -> String {
        if isKnown {
            return
                "The stop does not say who it is from; it was taken for whom its reference or its account names."
        }
        return "Nobody can tell who said stop here"
            + (isMeant
                ? "; all whom it can mean are left alone." : ", and so nobody is left alone for it.")
    }

    // MARK: - Whom it can mean

    private func answered(_ row: ReplyRow) throws -> [AddressReading] {
        guard let reference = row.reference else { return [] }
        if let message = try finder.message(of: reference) { return try address(of: message).map { [$0] } ?? [] }
        // None is known to have gone out by it, but it says whose it would have been.
        return context.letters.knows(reference.letters) ? try addresses(of: reference.record, in: reference.batch) : []
    }

    /// Whether a stop that says nothing of its person beside a reference may be somebody's. Of a batch whose contacts
    /// are all here, nobody else ever had a message.
    func mayBeHeard(_ row: ReceiptRow) throws -> Bool {
        guard case .reference(let reference) = row.subject else { return true }
        guard context.letters.knows(reference.letters) else { return false }
        return try isEmptied(reference.batch) || store.segment(of: reference.record, batch: reference.batch) != nil
    }

    /// Whether a batch has no contacts any more.
    private func isEmptied(_ batch: BatchID) throws -> Bool {
        if let known = emptied[batch] { return known }
        struct Found: Error {}
        var isEmptied = true
        do {
            try store.forEachSegment(of: batch) { _ in throw Found() }
        } catch is Found {
            isEmptied = false
        }
        emptied[batch] = isEmptied
        return isEmptied
    }

    /// The campaigns that a stop to a message of ours may be about whose contact is not known any more: its own, and
    /// those of the same list. None where nobody knows which it was.
    private func lost(_ reference: Reference?) throws -> [String] {
        guard let reference, context.letters.knows(reference.letters),
            let batch = try store.batch(reference.batch), batch.purpose == .contacts
        else { return [] }
        let list = context.setup(batch.campaign)?.campaign.list
        let others = context.configuration.campaigns.filter { list != nil && $0.list == list }.map(\.name)
        return Set(others + [batch.campaign]).sorted()
    }

    /// The contact's own key, by which it is left alone in whatever drop it comes, and the numbers and addresses that
    /// it has.
    private func account(_ account: [UInt8]) throws -> [AddressReading] {
        if account.isEmpty { return [] }
        let contacts = try finder.contacts(of: [RecipientKey.id(account.span)])
        // Of a key that no contact has nobody knows whether it is one.
        if contacts.isEmpty { return [] }
        return try AddressReading.ids(account)
            + contacts.flatMap { try addresses(of: $0.record, in: $0.batch) }
    }

    /// The campaigns that send from a number or mailbox; none where nobody can tell.
    private func senders(of to: [UInt8]) -> [String] {
        if to.isEmpty { return [] }
        let keys = Set(readings(of: to).readings)
        return context.configuration.campaigns.filter { campaign in
            campaign.from.values.contains { sender in
                let text = Array(sender.utf8)
                return text == to || !keys.isDisjoint(with: readings(of: text).readings)
            }
        }.map(\.name)
    }

    /// Whom messages of these campaigns reached within a day before the stop, if they are few.
    private func lately(_ campaigns: [String], _ row: ReplyRow) throws -> [AddressReading] {
        if campaigns.isEmpty { return [] }
        let end = min(row.lastAt ?? now, now)
        let start = Timestamp(milliseconds: end.milliseconds - Self.shortly.milliseconds)
        guard
            let sent = try finder.messages(of: campaigns, from: start, to: end, atMost: Self.mostMeant)
        else {
            return []
        }
        return try sent.compactMap { try address(of: $0) }
    }

    // MARK: - Their addresses

    /// The address that a message went to.
    private func address(of message: MessageFinder.SentMessage) throws -> AddressReading? {
        guard let row = try store.batch(message.batch),
            let stored = try store.segment(of: message.record, batch: message.batch),
            let index = stored.contacts.index(of: message.record)
        else { return nil }
        let values = stored.contacts.values(at: index, columns: row.schema.columns.count)
        let step = context.setupOrDefaults(row.campaign).step(message.step)
        return AddressChoice(step: step, schema: row.schema).address(in: values)
            .flatMap { readings(of: Array($0)).readings.first }
    }

    /// All that a contact has.
    func addresses(of record: UInt32, in batch: BatchID) throws -> [AddressReading] {
        guard let row = try store.batch(batch),
            let stored = try store.segment(of: record, batch: batch),
            let index = stored.contacts.index(of: record)
        else { return [] }
        return (Field.phones + [.email]).compactMap { field in
            row.schema.position(of: field).flatMap { column in
                readings(of: Array(stored.contacts.value(at: index, column: column))).readings.first
            }
        }
    }
}
