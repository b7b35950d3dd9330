/// What a drop does to earlier contacts of its campaign: cancels them, or puts its own records into their place.
///
///     judge ──▶ note ──▶ closeEarlier ──▶ closeOwn       the last two in the transaction that makes the batch visible
///
/// Until that transaction nothing is changed, and it looks at each contact once more: what has left meanwhile is not
/// replaced, and then its record is not sent either. A cancel counts whatever becomes of its record or its drop, and
/// where nobody has its id, for all whose id differs only in writing (`IDForm`).
///
/// Of records with one id the last decides: after a cancel nobody is contacted, after an update only its record.
final class DropActions {
    /// What a record asks for of who waits under its id.
    private struct Ask {
        let key: UInt64
        let looseKey: UInt64
        let record: UInt32
        var mode: DropMode
    }

    private let store: any Store
    private let mode: DropMode
    /// Whether whoever is not in it ends; a correction of a whole list is a part of it.
    private var isWholeList: Bool
    private let campaign: String
    private let batch: BatchID?
    private let earlier: EarlierContacts
    private let words: EarlierContactWords
    private var modes: RecordModes
    private var columns = -1
    /// In the order of the records, then of the keys.
    private var asks: [Ask] = []
    /// Those whom a cancel means that has no id, or is damaged.
    private var people: PeopleToClose
    /// Only where records of the drop may cancel others of it.
    private var own = OwnIDs()
    /// Whether earlier contacts were looked up.
    private(set) var concernedEarlier = false
    /// Records of the drop that only cancel.
    private(set) var cancels = 0
    /// Records that cancel and whose id nobody has or had.
    private(set) var missed = 0
    /// The first records that cancel somebody whose id is written differently, and how.
    private(set) var inexact: [Acknowledgement.InexactID] = []
    /// Earlier contacts that end because their record in a whole list was rejected.
    private var bereft: Set<UInt64> = []
    private var neighboursToAsk = 20

    private static let mostInexact = 20

    /// - Parameters:
    ///   - batch: the drop's own; nil where it has none, as for `check`.
    ///   - isPart: whether it is a part of a whole list, if it is one at all: a correction, or a drop that is refused.
    init(
        _ store: any Store, _ campaign: Campaign, _ batch: BatchID?, _ rules: AddressRules, isPart: Bool,
        onDamage: @escaping (BatchID, StoreProblem) -> Void
    ) {
        self.store = store
        self.batch = batch
        mode = campaign.mode
        isWholeList = campaign.mode == .replace && !isPart
        self.campaign = campaign.name
        modes = RecordModes(campaign.mode, Schema())
        earlier = EarlierContacts(store, of: campaign.name, onDamage: onDamage)
        words = EarlierContactWords(store)
        people = PeopleToClose(rules)
    }

    /// Whether the content of a batch may cancel somebody, each time it comes.
    static func mayCancel(_ batch: BatchID, _ store: any Store) throws -> Bool {
        try store.bareBatch(batch)?.schema.position(of: .action) != nil
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

    /// What is to be told of a part's contacts, in their order.
    struct Findings {
        /// Those that are not taken, and why.
        var rejected: [(place: Int, violation: Violation)] = []
        /// Those that are taken.
        var told: [(place: Int, violation: Violation)] = []
    }

    /// - Parameters:
    ///   - places: those that ask for nothing: they were taken before.
    ///   - isTaken: false for a drop that is refused whole: only the reasons count.
    func judge(_ segment: ContactSegment, _ schema: Schema, except places: Set<Int>, isTaken: Bool) throws -> Findings {
        var findings = Findings()
        guard concernsEarlier(schema) else { return findings }
        if !concernedEarlier { try earlier.refresh() }
        concernedEarlier = true
        let id = schema.position(of: .id)
        for place in 0..<segment.count where !places.contains(place) {
            let asked = mode(of: segment, at: place)
            let value = id.map { segment.value(at: place, column: $0) } ?? []
            guard asked != .unclear, !value.isEmpty else { continue }
            let record = segment.record(at: place)
            let ask = Ask(
                key: IDForm.key(value.span), looseKey: IDForm.looseKey(value.span), record: record, mode: asked)
            let isFounded = try !asked.isAboutEarlier || judge(ask, value, place, isTaken, &findings)
            if isFounded, !asked.cancels, modes.mayDiffer {
                own.note(ask.key, loosely: ask.looseKey, of: record)
            }
        }
        return findings
    }

    /// Whether a record above has the id, as it is written, or only nearly so.
    private func isOwn(_ ask: Ask) -> Bool { own.has(ask.key, before: ask.record) }
    private func isOwnLoosely(_ ask: Ask) -> Bool { own.hasLoosely(ask.looseKey, before: ask.record) }

    /// Whether a record that is about earlier contacts is taken.
    private func judge(
        _ ask: Ask, _ value: ArraySlice<UInt8>, _ place: Int, _ isTaken: Bool, _ findings: inout Findings
    ) throws -> Bool {
        let isCancel = ask.mode.cancels
        let found = earlier.find(ask.key, loosely: ask.looseKey)
        if found.isExact, found.waiting > 0 { return take(ask, as: .update, isTaken) }
        if isOwn(ask) { return take(ask, as: .replace, isTaken) }
        if found.isExact, found.out > 0 {
            // Where its record is not taken, the other one stays.
            if !isCancel { _ = take(ask, as: .add, isTaken) }
            findings.rejected.append(
                (place, .underWay(Array(value), isCancel: isCancel, try standing(of: found.examples))))
            return false
        }
        let isGuess = !found.isNobody || isOwnLoosely(ask)
        // Where nobody has the id, a record of a whole list is new.
        if ask.mode == .replace { return take(ask, as: .replace, isTaken) }
        guard isCancel, isGuess else {
            findings.rejected.append((place, try nobody(ask, value, found, isGuess)))
            return false
        }
        return try cancelLoosely(ask, value, found, place, &findings)
    }

    private func take(_ ask: Ask, as mode: DropMode, _ isTaken: Bool) -> Bool {
        if ask.mode.cancels {
            cancels += 1
        } else if isTaken {
            // Of a cancel `note` takes down all there is to it.
            asks.append(Ask(key: ask.key, looseKey: ask.looseKey, record: ask.record, mode: mode))
        }
        return true
    }

    /// Tells of a cancel that nobody has the id but somebody whose id differs only in writing.
    private func cancelLoosely(
        _ ask: Ask, _ value: ArraySlice<UInt8>, _ found: EarlierContacts.Found, _ place: Int,
        _ findings: inout Findings
    ) throws -> Bool {
        let ids = try words.ids(of: found.examples)
        if inexact.count < Self.mostInexact {
            inexact.append(Acknowledgement.InexactID(id: String(decoding: value, as: UTF8.self).plain, contacts: ids))
        }
        if found.waiting == 0, !isOwnLoosely(ask) {
            findings.rejected.append(
                (place, .underWay(Array(value), isCancel: true, try standing(of: found.examples), as: ids)))
            return false
        }
        cancels += 1
        findings.told.append((place, .otherWriting(Array(value), ids, count: found.waiting + found.out)))
        return true
    }

    private func standing(of contacts: [EarlierContacts.Contact]) throws -> String? {
        try contacts.first.flatMap { try words.standing(of: $0) }
    }

    /// Why a record that updates or cancels finds nobody who waits.
    private func nobody(
        _ ask: Ask, _ value: ArraySlice<UInt8>, _ found: EarlierContacts.Found, _ isGuess: Bool
    ) throws -> Violation {
        let isCancel = ask.mode.cancels
        if isGuess {
            return .nobodyWaits(
                under: Array(value), isCancel: isCancel, nearest: try words.ids(of: found.examples), isGuess: true)
        }
        if let last = try earlier.lastEnded(ask.key, loosely: ask.looseKey) {
            return .ended(
                Array(value), isCancel: isCancel, try words.standing(of: last.contact),
                as: last.isExact ? [] : try words.ids(of: [last.contact]))
        }
        if isCancel { missed += 1 }
        var nearest: [String] = []
        if neighboursToAsk > 0 {
            neighboursToAsk -= 1
            nearest = try words.ids(of: earlier.neighbours(of: Array(value)))
        }
        return .nobodyWaits(under: Array(value), isCancel: isCancel, nearest: nearest, isGuess: false)
    }

    /// What an accepted record asks for.
    func mode(of segment: ContactSegment, at place: Int) -> DropMode {
        modes.mode { segment.value(at: place, column: $0) }
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
                asks.append(
                    Ask(
                        key: IDForm.key(text.span), looseKey: IDForm.looseKey(text.span), record: record.number,
                        mode: .cancel))
            }
        }
        for rejection in rejected {
            if isWholeList, !rejection.id.isEmpty { bereft.insert(IDForm.key(rejection.id.span)) }
            if rejection.violations.contains(where: { $0.subject == .row }) {
                noteDamaged(chunk.wholeText(of: rejection.index))
            }
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

    /// An earlier contact that is meant.
    private struct Target {
        let contact: EarlierContacts.Contact
        let isOut: Bool
        /// Those of `asks` that ask for its id as it is written.
        var asks: Range<Int>
        /// One that cancels it under another writing.
        var otherWriting: UInt32?
        /// Whether its own record in the drop, a whole list, was rejected.
        let isBereft: Bool
    }

    /// What becomes of a target.
    private enum Ending {
        case cancelled
        /// By this record of the drop.
        case replaced(UInt32)
        /// The drop is the whole list, and has no record for it, or none that can be taken.
        case dropped
    }

    /// Whom the drop means, each once, in the order of their batches.
    private func targets() throws -> [Target] {
        guard !asks.isEmpty || isWholeList else { return [] }
        try earlier.refresh()
        asks.sort { ($0.key, $0.record) < ($1.key, $1.record) }
        var targets: [Target] = []
        earlier.forEach(askedBy: asks.map(\.key), others: isWholeList) { contact, key, isOut, asks in
            targets.append(
                Target(contact: contact, isOut: isOut, asks: asks, isBereft: asks.isEmpty && bereft.contains(key)))
        }
        for ask in asks where ask.mode.cancels && !isMeantExactly(ask) {
            for (contact, isOut) in earlier.loosely(ask.looseKey) {
                targets.append(
                    Target(contact: contact, isOut: isOut, asks: 0..<0, otherWriting: ask.record, isBereft: false))
            }
        }
        targets.sort { ($0.contact.batch, $0.contact.record) < ($1.contact.batch, $1.contact.record) }
        return targets.reduce(into: []) { merged, target in
            guard let last = merged.last, last.contact == target.contact else { return merged.append(target) }
            if !target.asks.isEmpty { merged[merged.count - 1].asks = target.asks }
            merged[merged.count - 1].otherWriting = [last.otherWriting, target.otherWriting].compactMap(\.self).max()
        }
    }

    private func isMeantExactly(_ ask: Ask) -> Bool { earlier.hasExactly(ask.key) || isOwn(ask) }

    /// - Parameter waits: whether its message can still be kept back.
    private func ending(of target: Target, waits: Bool) -> Ending? {
        if target.asks.isEmpty, target.otherWriting == nil { return .dropped }
        let asked = asks[target.asks].filter { $0.mode != .add }
        let isCancelled = target.otherWriting != nil || asked.contains { $0.mode.cancels }
        if let last = asked.last, !last.mode.cancels, last.record > target.otherWriting ?? 0, waits {
            return .replaced(last.record)
        }
        return isCancelled ? .cancelled : nil
    }

    /// How many earlier contacts it would end by now, and how many of them for a record of its own.
    func foreseen() throws -> (ended: Int, replaced: Int) {
        let endings = try targets().compactMap { ending(of: $0, waits: !$0.isOut) }
        let replaced = endings.count { if case .replaced = $0 { true } else { false } }
        return (endings.count, replaced)
    }

    /// How many contacts wait that end because their own record in a whole list was rejected.
    func countBereft() throws -> Int {
        bereft.isEmpty ? 0 : try targets().count { $0.isBereft && !$0.isOut }
    }

    /// Ends the earlier contacts that are meant; returns how many.
    func closeEarlier(_ context: WorkContext) throws -> Int {
        let targets = try targets()
        if targets.isEmpty { return 0 }
        let leaving = try EarlierContacts.leaving(store)
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

    private func close(
        _ targets: ArraySlice<Target>, of row: BatchRow, _ leaving: Set<EarlierContacts.Contact>, _ context: WorkContext
    ) throws -> Int {
        let moves = try Moves(
            context, row, context.setupOrDefaults(campaign), source: batch, needsValues: false, at: context.now)
        var closed = 0
        for target in targets {
            guard let contact = try moves.changes.contact(target.contact.record) else { continue }
            let waits = contact.standing.state == .pending && !leaving.contains(target.contact)
            guard let ending = ending(of: target, waits: waits) else { continue }
            if case .replaced(let record) = ending { answered.insert(record) }
            let (code, reason) = words(for: ending, target)
            let moved = try moves.happen(
                .cancelled, to: contact, stage: .validation, code: code.rawValue, reason: .words(reason),
                at: context.now)
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

    private func words(for ending: Ending, _ target: Target) -> (Code, String) {
        let source = "batch \(batch?.description ?? "")"
        switch ending {
        case .replaced: return (.contactReplaced, "\(source) took its place")
        case .dropped:
            return (
                .contactReplaced,
                target.isBereft
                    ? "\(source) is the whole list now, and its record there was rejected"
                    : "\(source) is the whole list now"
            )
        case .cancelled:
            let how = target.asks.isEmpty ? ", with its id written differently" : ""
            return (.contactCancelled, "\(source) cancelled it\(how)")
        }
    }

    private func closePeople(_ context: WorkContext, _ batch: BatchID) throws {
        try people.close(
            context, campaign: campaign,
            PeopleToClose.Cause(
                happening: .cancelled, code: Code.contactCancelled.rawValue, reason: "batch \(batch) cancelled it"))
    }

    /// Ends whomever the last word of a content still cancels when it comes once more; returns how many.
    func closeAgain(_ context: WorkContext) throws -> Int {
        let last = Dictionary(asks.map { ($0.key, $0.record) }) { max($0, $1) }
        asks.removeAll { ask in
            !ask.mode.cancels || ask.record < last[ask.key] ?? 0 || own.has(ask.key, after: ask.record)
        }
        isWholeList = false
        if let batch { try closePeople(context, batch) }
        return try closeEarlier(context)
    }

    /// Records of the drop that took somebody's place.
    private var answered: Set<UInt32> = []

    /// Ends those of the drop's own contacts that came too late for whose place they were to take, and those of whose
    /// id a later record of the drop says something else. The batch is visible already.
    func closeOwn(_ context: WorkContext) throws {
        defer { asks = [] }
        guard let batch, let row = try store.batch(batch) else { return }
        try closePeople(context, batch)
        let late = asks.filter { $0.mode == .update && !answered.contains($0.record) }.map(\.record)
        let overruled = try overruled(row)
        guard !late.isEmpty || !overruled.isEmpty else { return }
        let moves = try Moves(context, row, context.setupOrDefaults(campaign), at: context.now)
        for record in Set(late).union(overruled).sorted() {
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
    private func overruled(_ row: BatchRow) throws -> Set<UInt32> {
        guard let column = row.schema.position(of: .id) else { return [] }
        let deciding = asks.filter { $0.mode != .add }
        let last = Dictionary(deciding.map { ($0.key, $0.record) }) { max($0, $1) }
        let lastLoosely = Dictionary(
            deciding.filter { $0.mode.cancels && !isMeantExactly($0) }.map { ($0.looseKey, $0.record) }
        ) { max($0, $1) }
        // Where each record has an id of its own and says the same, there is nothing to find.
        guard last.count < asks.count || modes.mayDiffer else { return [] }
        var found: Set<UInt32> = []
        try store.forEachSegment(of: row.id) { segment in
            for index in 0..<segment.contacts.count {
                let value = segment.contacts.value(at: index, column: column)
                let record = segment.contacts.record(at: index)
                if value.isEmpty { continue }
                if record < last[IDForm.key(value.span)] ?? 0 || record < lastLoosely[IDForm.looseKey(value.span)] ?? 0
                {
                    found.insert(record)
                }
            }
        }
        return found
    }
}
