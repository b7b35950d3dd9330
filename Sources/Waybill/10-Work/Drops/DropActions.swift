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
    struct Ask {
        let key: UInt64
        let looseKey: UInt64
        let record: UInt32
        var mode: DropMode
    }

    /// Whose records come back in a drop.
    enum Returning {
        /// Rejected ones of this batch, or of what corrected it.
        case corrected(BatchID)
        /// Contacts of this batch, chosen when it was known what others up to `asOf` said.
        case repeated(BatchID, asOf: BatchID?)
    }

    let store: any Store
    private let mode: DropMode
    /// Whether whoever is not in it ends; a correction of a whole list is a part of it.
    var isWholeList: Bool
    let campaign: String
    let batch: BatchID?
    let earlier: EarlierContacts
    private let words: EarlierContactWords
    private(set) var modes: RecordModes
    private var columns = -1
    /// In the order of the records, then of the keys.
    var asks: [Ask] = []
    /// Those whom a cancel means that has no id, or is damaged.
    var people: PeopleToClose
    /// Only where records of the drop may cancel others of it.
    private(set) var own = OwnIDs()
    /// Whether earlier contacts were looked up.
    private(set) var concernedEarlier = false
    /// Records of the drop that only cancel.
    private(set) var cancels = 0
    /// Records that cancel and whose id nobody has or had.
    private(set) var missed = 0
    /// The first records that cancel somebody whose id is written differently, and how.
    private(set) var inexact: [Acknowledgement.InexactID] = []
    /// Earlier contacts that end because their record in a whole list was rejected.
    private(set) var bereft: Set<UInt64> = []
    /// Whose records come back in the drop: what was said of them since holds.
    let returning: Returning?
    /// Records of the drop that took somebody's place.
    var answered: Set<UInt32> = []
    /// Contacts that stay as they are although no record of a whole list asks for them.
    private(set) var kept: Set<EarlierContacts.Contact> = []
    private var neighboursToAsk = 20

    /// So many records are named in an acknowledgement.
    static let mostTold = 20

    /// - Parameters:
    ///   - batch: the drop's own; nil where it has none, as for `check`.
    ///   - isPart: whether it is a part of a whole list, if it is one at all: a correction, or a drop that is refused.
    ///   - returning: whose records come back in it.
    ///   - isStillHere: whether nothing of a parcel that is leaving has left, and it can be kept back.
    init(
        _ store: any Store, _ campaign: Campaign, _ batch: BatchID?, _ rules: AddressRules, isPart: Bool,
        returning: Returning? = nil, isStillHere: @escaping (ParcelID) -> Bool = { _ in false },
        onDamage: @escaping (BatchID, StoreProblem) -> Void
    ) {
        self.store = store
        self.batch = batch
        mode = campaign.mode
        isWholeList = campaign.mode == .replace && !isPart
        self.campaign = campaign.name
        modes = RecordModes(campaign.mode, Schema())
        earlier = EarlierContacts(store, of: campaign.name, isStillHere: isStillHere, onDamage: onDamage)
        words = EarlierContactWords(store)
        self.returning = returning
        people = PeopleToClose(rules)
    }

    /// Whether the content of a batch may cancel somebody, each time it comes.
    static func mayCancel(_ batch: BatchID, _ store: any Store) throws -> Bool {
        try store.bareBatch(batch)?.schema.position(of: .action) != nil
    }

    /// Leaves an earlier contact as it is: a whole list that comes again has not asked for it anew.
    func keep(_ contact: EarlierContacts.Contact) { kept.insert(contact) }

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
    func isOwn(_ ask: Ask) -> Bool { own.has(ask.key, before: ask.record) }
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
        if inexact.count < Self.mostTold {
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
        var readable: Set<UInt32> = []
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
                readable.insert(record.number)
                asks.append(
                    Ask(
                        key: IDForm.key(text.span), looseKey: IDForm.looseKey(text.span), record: record.number,
                        mode: .cancel))
            }
        }
        for rejection in rejected {
            if isWholeList, !rejection.id.isEmpty { bereft.insert(IDForm.key(rejection.id.span)) }
            if rejection.violations.contains(where: { $0.subject == .row }) {
                let isReadable = readable.contains(rejection.number)
                noteDamaged(chunk.wholeText(of: rejection.index), of: isReadable ? nil : rejection.number)
            }
        }
    }

    /// Notes a record whose fields cannot be told apart: each piece of it may be the id, or a number, of who is meant.
    ///
    /// - Parameter record: of which is to be told whom it meant.
    private func noteDamaged(_ row: [UInt8], of record: UInt32?) {
        let pieces = AddressReading.pieces(of: row)
        let saysCancel = pieces.contains { DropMode(word: String(decoding: $0, as: UTF8.self)) == .cancel }
        let mayCancel = mode.cancels || saysCancel
        guard mayCancel else { return }
        for piece in pieces {
            people.note(piece, of: record)
            people.note(id: piece, of: record)
        }
    }
}
