/// What a drop does to earlier contacts of its campaign: cancels them, or puts its own records into their place.
///
///     judge ──▶ note ──▶ closeEarlier ──▶ closeOwn       the last two in the transaction that makes the batch visible
///
/// Until that transaction nothing is changed, and it looks at each contact once more: what has left meanwhile is not
/// replaced, and then its record is not sent either. A cancel counts whatever becomes of its record or its drop.
final class DropActions {
    /// What a record asks for of who waits under its id.
    private struct Ask {
        let key: UInt64
        let record: UInt32
        let mode: DropMode
    }

    private let store: any Store
    private let mode: DropMode
    private let campaign: String
    private let batch: BatchID?
    private let earlier: EarlierContacts
    private var modes: RecordModes
    private var columns = -1
    /// In the order of the records, then of the keys.
    private var asks: [Ask] = []
    /// Those whom a cancel means that has no id, or is damaged.
    private var people: PeopleToClose
    private var isLookedUp = false
    /// Records of the drop that only cancel.
    private(set) var cancels = 0

    /// - Parameter batch: the drop's own; nil where it has none, as for `check`.
    init(
        _ store: any Store, _ campaign: Campaign, _ batch: BatchID?, _ rules: AddressRules,
        onDamage: @escaping (BatchID, StoreProblem) -> Void
    ) {
        self.store = store
        self.batch = batch
        mode = campaign.mode
        self.campaign = campaign.name
        modes = RecordModes(campaign.mode, Schema())
        earlier = EarlierContacts(store, of: campaign.name, onDamage: onDamage)
        people = PeopleToClose(rules)
    }

    /// Whether records may concern earlier contacts; the schema of a JSON drop grows.
    func concernsEarlier(_ schema: Schema) -> Bool {
        if schema.columns.count != columns {
            columns = schema.columns.count
            modes = RecordModes(mode, schema)
        }
        return !modes.onlyAdd
    }

    // MARK: - The verdicts

    /// The records of a part's contacts that are not taken, and why, in their order.
    ///
    /// - Parameter isTaken: false for a drop that is refused whole: only the reasons count.
    func judge(
        _ segment: ContactSegment, _ schema: Schema, isTaken: Bool = true
    ) throws -> [(place: Int, violation: Violation)] {
        guard concernsEarlier(schema) else { return [] }
        if !isLookedUp { try earlier.refresh() }
        isLookedUp = true
        let id = schema.position(of: .id)
        var rejected: [(place: Int, violation: Violation)] = []
        for place in 0..<segment.count {
            let asked = modes.mode { segment.value(at: place, column: $0) }
            let value = id.map { segment.value(at: place, column: $0) } ?? []
            guard asked.isAboutEarlier, asked != .unclear, !value.isEmpty else { continue }
            let key = RecipientKey.id(value.span)
            let found = earlier.count(of: key)
            if found.waiting == 0, found.out > 0 {
                rejected.append((place, .underWay(Array(value), isCancel: asked.cancels)))
            } else if found.waiting == 0, asked != .replace {
                rejected.append((place, .nobodyWaits(under: Array(value), isCancel: asked.cancels)))
                continue
            } else if asked.cancels {
                cancels += 1
            }
            // Of a cancel `note` takes down all there is to it.
            guard !asked.cancels, isTaken else { continue }
            // Where nobody has the id, a record of a whole list is new; where it is not taken, the other one stays.
            let mode: DropMode = found.waiting > 0 ? .update : found.out > 0 ? .add : .replace
            asks.append(Ask(key: key, record: segment.record(at: place), mode: mode))
        }
        return rejected
    }

    /// Whether an accepted record says itself what is to become of an earlier one.
    func isExplicit(_ segment: ContactSegment, at place: Int) -> Bool {
        modes.mode { segment.value(at: place, column: $0) }.isAboutEarlier
    }

    // MARK: - What cancels

    /// Notes what a part cancels, whatever became of its records.
    func note(_ chunk: Chunk, _ rejected: [Rejection]) {
        guard concernsEarlier(chunk.schema) else { return }
        let id = chunk.schema.position(of: .id)
        for record in chunk.records where record.damage == nil {
            let fields = chunk.fields[Int(record.firstField)...].prefix(Int(record.fieldCount))
            let value = { (column: Int) in
                column < fields.count ? chunk.value(fields[fields.startIndex + column]) : []
            }
            guard modes.mode(value).cancels else { continue }
            let text = id.map(value) ?? []
            let trimmed = TextForm.trimmed(text.span, 0..<text.count)
            if trimmed.isEmpty {
                people.noteAddresses(of: record, in: chunk)
            } else {
                let key = RecipientKey.id(text.span.extracting(trimmed))
                asks.append(Ask(key: key, record: record.number, mode: .cancel))
            }
        }
        for rejection in rejected where rejection.violations.contains(where: { $0.subject == .row }) {
            noteDamaged(chunk.wholeText(of: rejection.index))
        }
    }

    /// Notes a record whose fields cannot be told apart: each piece of it may be the id, or a number, of who is meant.
    private func noteDamaged(_ row: [UInt8]) {
        let pieces = AddressReading.pieces(of: row)
        let saysCancel = pieces.contains { DropMode(word: String(decoding: $0, as: UTF8.self)) == .cancel }
        let mayCancel = mode.cancels || saysCancel
        guard mayCancel else { return }
        for piece in pieces {
            people.note(piece)
            people.note(id: piece)
        }
    }

    // MARK: - What becomes true with the drop

    /// Ends the earlier contacts that are meant; returns how many.
    func closeEarlier(_ context: WorkContext) throws -> Int {
        guard !asks.isEmpty || mode == .replace else { return 0 }
        try earlier.refresh()
        asks.sort { ($0.key, $0.record) < ($1.key, $1.record) }
        var targets: [Target] = []
        earlier.forEach(askedBy: asks.map(\.key), others: mode == .replace) { contact, ask in
            targets.append(Target(contact: contact, ask: ask))
        }
        targets.sort { ($0.contact.batch, $0.contact.record) < ($1.contact.batch, $1.contact.record) }
        let leaving = try leavingContacts()
        var closed = 0
        var start = 0
        while start < targets.count {
            let id = targets[start].contact.batch
            let end = targets[start...].firstIndex { $0.contact.batch != id } ?? targets.count
            if let row = try store.batch(id) {
                closed += try close(targets[start..<end], of: row, leaving, context)
            }
            start = end
        }
        return closed
    }

    private struct Target {
        let contact: EarlierContacts.Contact
        /// The index of who asks for it; nil: nobody does, and the drop is the whole list.
        let ask: Int?
    }

    /// Contacts whose message may be on its way.
    private func leavingContacts() throws -> Set<EarlierContacts.Contact> {
        var found: Set<EarlierContacts.Contact> = []
        for id in try store.leavingIDs() {
            guard let parcel = try? store.parcel(id) else { continue }
            for member in parcel.contacts {
                found.insert(EarlierContacts.Contact(batch: parcel.batch, record: member.record))
            }
        }
        return found
    }

    private func close(
        _ targets: ArraySlice<Target>, of row: BatchRow, _ leaving: Set<EarlierContacts.Contact>, _ context: WorkContext
    ) throws -> Int {
        let moves = try Moves(
            context, row, context.setupOrDefaults(campaign), source: batch, needsValues: false, at: context.now)
        let source = batch?.description ?? ""
        var closed = 0
        var replaced: EarlierContacts.Contact?
        for target in targets {
            let asked = target.ask.map { asks[$0].mode } ?? .cancel
            guard asked != .add, let contact = try moves.changes.contact(target.contact.record) else { continue }
            let waits = contact.standing.state == .pending && !leaving.contains(target.contact)
            if asked == .update || asked == .replace {
                guard waits || replaced == target.contact else { continue }
                if let ask = target.ask { answered.insert(asks[ask].record) }
                replaced = target.contact
            }
            let isReplaced = !asked.cancels || target.ask == nil
            let moved = try moves.happen(
                .cancelled, to: contact, stage: .validation,
                code: (isReplaced ? Code.contactReplaced : Code.contactCancelled).rawValue,
                reason: .words(
                    isReplaced ? "batch \(source) took its place" : "batch \(source) cancelled it"), at: context.now)
            closed += moved ? 1 : 0
        }
        try moves.finish()
        // Nothing of it waits any longer.
        if closed > 0, try store.batch(row.id)?.open == 0 {
            for id in try store.openParcels(ofCampaign: row.campaign, batch: row.id, inFlight: false) {
                try store.close(id)
            }
        }
        return closed
    }

    /// Records of the drop that took somebody's place.
    private var answered: Set<UInt32> = []

    /// Ends those of the drop's own contacts that came too late for whose place they were to take, and those of whose
    /// id a later record of the drop says something else. The batch is visible already.
    func closeOwn(_ context: WorkContext) throws {
        defer { asks = [] }
        guard let batch, let row = try store.batch(batch) else { return }
        try people.close(
            context, campaign: campaign,
            PeopleToClose.Cause(
                happening: .cancelled, code: Code.contactCancelled.rawValue, reason: "batch \(batch) cancelled it"))
        let late = asks.filter { $0.mode == .update && !answered.contains($0.record) }.map(\.record)
        let overruled = try overruled(row)
        guard !late.isEmpty || !overruled.isEmpty else { return }
        let moves = try Moves(context, row, context.setupOrDefaults(campaign), at: context.now)
        for record in (late + overruled).sorted() {
            guard let contact = try moves.changes.contact(record) else { continue }
            try moves.happen(
                .cancelled, to: contact, stage: .validation,
                code: (overruled.contains(record) ? Code.contactCancelled : Code.contactTooLate).rawValue,
                reason: .words(
                    overruled.contains(record)
                        ? "a later record of its drop says something else of its id"
                        : "whose place it was to take had left, or ended, before"), at: context.now)
        }
        try moves.finish()
    }

    /// Contacts of the drop before a record of the same id that cancels, or takes a place.
    private func overruled(_ row: BatchRow) throws -> [UInt32] {
        guard let column = row.schema.position(of: .id) else { return [] }
        let last = Dictionary(asks.filter { $0.mode != .add }.map { ($0.key, $0.record) }) { max($0, $1) }
        // Where each record has an id of its own and says the same, there is nothing to find.
        guard last.count < asks.count || row.schema.position(of: .action) != nil else { return [] }
        var found: [UInt32] = []
        try store.forEachSegment(of: row.id) { segment in
            for index in 0..<segment.contacts.count {
                let value = segment.contacts.value(at: index, column: column)
                let record = segment.contacts.record(at: index)
                if !value.isEmpty, let last = last[RecipientKey.id(value.span)], record < last { found.append(record) }
            }
        }
        return found
    }
}
