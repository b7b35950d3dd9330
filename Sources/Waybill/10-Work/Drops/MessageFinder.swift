/// Finds the message that a receipt is about.
///
/// Its look-ups hold for one commit: call `forget` before the next.
final class MessageFinder {
    /// A message that went out.
    struct SentMessage {
        let batch: BatchID
        let record: UInt32
        let step: String
        let attempt: Int
    }

    /// The letters in a row's reference, if this store never used them.
    func foreignLetters(of row: ReceiptRow) -> StoreLetters? {
        guard case .reference(let reference) = row.subject, !context.letters.knows(reference.letters) else {
            return nil
        }
        return reference.letters
    }

    /// Whether a receipt is about a text that answered a reply, of which nothing is awaited.
    func isOfAnswer(_ row: ReceiptRow) -> Bool {
        guard case .reference(let reference) = row.subject, context.letters.knows(reference.letters) else {
            return false
        }
        return (try? store.batch(reference.batch))?.purpose == .replies
    }

    private let context: WorkContext
    private let store: any Store
    /// The segment used last, and the standings of its contacts then. What has left stays sent, whatever comes later.
    private var last: (id: SegmentID, records: SegmentRecords, standings: Standings?)?
    /// The step that was asked for last.
    private var lastStep: (id: NameID, name: String)?
    private var departures: [BatchID: BatchDepartures] = [:]
    private static let mostDepartures = 16
    /// Nothing is sent while results are read, so it holds for a whole file.
    private var reached: ReachedContacts?

    init(_ context: WorkContext) {
        self.context = context
        store = context.store
    }

    func forget() { (last, lastStep, departures, known) = (nil, nil, [:], [:]) }

    /// Contacts of recipients that were looked up since `forget`; empty for recipients without one.
    private var known: [UInt64: [(batch: BatchID, record: UInt32)]] = [:]

    /// Looks up the recipients with these keys, all at once.
    func lookUp(_ keys: Set<UInt64>) throws {
        let new = keys.filter { known[$0] == nil }
        if new.isEmpty { return }
        let found = try store.records(ofRecipients: new)
        for key in new { known[key] = found[key, default: []] }
    }

    /// The contacts whose recipient has this key.
    func records(ofRecipient key: UInt64) throws -> [(batch: BatchID, record: UInt32)] {
        try lookUp([key])
        return known[key, default: []]
    }

    /// The message with the reference; or the last one to the address or the account for which the event is possible.
    /// Nil if no such message went out.
    func message(of row: ReceiptRow, _ readings: [AddressReading]) throws -> SentMessage? {
        let keys = readings.map(\.key)
        switch row.subject {
        case .reference(let reference): return try message(of: reference)
        case .account(let account):
            let known = try contacts(of: [RecipientKey.id(account.span)])
            return try last(among: known, row.event, to: keys)
        case .address:
            return try last(among: contacts(of: keys), row.event, to: keys)
        }
    }

    // MARK: - By reference

    /// Whether a message with this reference went out, or may have. Those of one segment are best asked for together.
    func message(of reference: Reference) throws -> SentMessage? {
        guard context.letters.knows(reference.letters), let standing = try standing(of: reference)
        else { return nil }
        let message = SentMessage(
            batch: reference.batch, record: reference.record, step: reference.step, attempt: reference.attempt)
        // Nearly all are about the message that is out; a contact that moved on has the next step.
        if context.letters.areCurrent(in: reference.batch), reference.letters == context.letters.current,
            standing.state != .pending, Int(standing.attempts) == reference.attempt,
            try step(standing.step) == reference.step
        {
            return message
        }
        return try departures(of: reference.batch).message(of: reference).flatMap { sent in
            guard context.letters.letters(of: sent.parcel.id) == reference.letters else { return nil }
            return SentMessage(
                batch: reference.batch, record: reference.record, step: sent.parcel.step, attempt: reference.attempt)
        }
    }

    /// How a reference's contact stands; nil where there is none.
    private func standing(of reference: Reference) throws -> Standing? {
        if let last, last.id.batch == reference.batch,
            let index = last.records.index(of: reference.record)
        {
            return last.standings?[index] ?? Standing()
        }
        guard let id = try store.segmentID(of: reference.record, batch: reference.batch),
            id != last?.id,
            let records = try store.records(of: id)
        else { return nil }
        let standings = try store.standings(of: id)
        last = (id, records, standings)
        return records.index(of: reference.record).map { standings?[$0] ?? Standing() }
    }

    private func step(_ id: NameID) throws -> String {
        if let lastStep, lastStep.id == id { return lastStep.name }
        let name = try store.text(id)
        lastStep = (id, name)
        return name
    }

    /// The messages of a batch that went out.
    func departures(of batch: BatchID) throws -> BatchDepartures {
        if let known = departures[batch] { return known }
        if departures.count == Self.mostDepartures { departures = [:] }
        let found = BatchDepartures(try store.parcels(ofBatch: batch))
        departures[batch] = found
        return found
    }

    // MARK: - By address or account

    struct Candidate: Hashable {
        let batch: BatchID
        let record: UInt32
    }

    func contacts(of keys: [UInt64]) throws -> Set<Candidate> {
        let reached = try self.reached ?? ReachedContacts(context)
        self.reached = reached
        var found: Set<Candidate> = []
        for key in keys {
            for (batch, record) in try records(ofRecipient: key) + reached.contacts(of: key) {
                found.insert(Candidate(batch: batch, record: record))
            }
        }
        return found
    }

    /// The text messages and mails of campaigns that left within a span; nil where they are more than so many.
    func messages(
        of campaigns: [String], from start: Timestamp, to end: Timestamp, atMost most: Int
    ) throws -> [SentMessage]? {
        var found: [SentMessage] = []
        for batch in try campaigns.flatMap({ try store.batches(ofCampaign: $0) })
        where batch.status == .visible && batch.purpose == .contacts && batch.changedAt >= start {
            for parcel in try store.parcels(ofBatch: batch.id)
            where parcel.leftAt >= start && parcel.leftAt <= end && [.sms, .email].contains(parcel.channel) {
                for contact in parcel.contacts where contact.fate == .travels {
                    found.append(
                        SentMessage(
                            batch: batch.id, record: contact.record, step: parcel.step, attempt: Int(contact.attempt)))
                    if found.count > most { return nil }
                }
            }
        }
        return found
    }

    /// The last message to any of these contacts that can have come to an event: of those that went to the address, if
    /// any did. A dialler may call another number of a contact than the step's.
    private func last(among contacts: Set<Candidate>, _ event: Event, to keys: [UInt64]) throws -> SentMessage? {
        var best: (message: SentMessage, isThere: Bool, at: Timestamp, parcel: UInt32)?
        for one in contacts {
            guard let row = try store.batch(one.batch) else { continue }
            let setup = context.setupOrDefaults(row.campaign)
            for message in try departures(of: one.batch).messages(of: one.record) {
                let parcel = message.parcel
                guard parcel.channel.isHandover || parcel.channel.medium.canHave(event) else { continue }
                let isThere = try went(message, of: row, setup, to: keys)
                let new = (isThere ? 1 : 0, parcel.leftAt.milliseconds, parcel.id.rawValue)
                let old = best.map { ($0.isThere ? 1 : 0, $0.at.milliseconds, $0.parcel) }
                if let old, new <= old { continue }
                best = (
                    SentMessage(batch: one.batch, record: one.record, step: parcel.step, attempt: message.attempt),
                    isThere,
                    parcel.leftAt, parcel.id.rawValue
                )
            }
        }
        return best?.message
    }

    /// Whether a message went to one of these addresses.
    private func went(
        _ message: BatchDepartures.Departed, of batch: BatchRow, _ setup: CampaignSetup, to keys: [UInt64]
    ) throws -> Bool {
        guard !keys.isEmpty, let stored = try store.segment(of: message.record, batch: batch.id),
            let index = stored.contacts.index(of: message.record)
        else { return false }
        let values = stored.contacts.values(at: index, columns: batch.schema.columns.count)
        let choice = AddressChoice(step: setup.step(message.parcel.step), schema: batch.schema)
        return choice.address(in: values).flatMap { RecipientKeys.key(ofAddress: $0) }.map(keys.contains) ?? false
    }
}
