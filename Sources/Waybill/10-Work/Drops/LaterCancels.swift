/// What drops of a campaign cancelled since a batch came: that holds for its records when they come back, corrected or
/// sent again. A whole list cancels all of those before it, but for the one that it puts into force again.
struct LaterCancels {
    /// Nil where it cannot be read, and may mean anybody.
    private var named: [(batch: BatchID, keys: CancelledKeys?)] = []
    /// The whole lists, and which batch each puts into force again.
    private let lists: [(batch: BatchID, resumes: BatchID?)]
    /// The last of them, which ended everybody who was not in it.
    private let list: BatchID?

    init(_ store: any Store, of campaign: String, after batch: BatchID) throws {
        try self.init(store, among: store.batches(ofCampaign: campaign, after: batch), after: batch)
    }

    /// - Parameter rows: all that came later, or those of which is not known yet what they say.
    init(_ store: any Store, among rows: [BatchRow], after batch: BatchID) throws {
        for row in rows {
            do {
                if let keys = try store.cancelledKeys(of: row.id) { named.append((row.id, keys)) }
            } catch is StoreProblem {
                named.append((row.id, nil))
            }
        }
        lists = rows.filter(\.isWholeList).map { ($0.id, $0.acknowledgement?.resumes) }
        list = Self.last(of: lists, after: batch)
    }

    private init(
        _ named: [(batch: BatchID, keys: CancelledKeys?)], _ lists: [(batch: BatchID, resumes: BatchID?)],
        after batch: BatchID
    ) {
        self.named = named.filter { $0.batch > batch }
        self.lists = lists.filter { $0.batch > batch }
        list = Self.last(of: self.lists, after: batch)
    }

    /// What was cancelled since a batch of the campaign that came later.
    func after(_ batch: BatchID) -> LaterCancels { LaterCancels(named, lists, after: batch) }

    /// Leaves out what a drop cancelled itself.
    mutating func leaveOut(_ batch: BatchID) { named.removeAll { $0.batch == batch } }

    /// The whole list that ended those of a batch who were not in it; nil where none came, or one that puts the batch
    /// into force again.
    static func wholeList(_ store: any Store, of campaign: String, after batch: BatchID) throws -> BatchRow? {
        let lists = try store.batches(ofCampaign: campaign, after: batch).filter(\.isWholeList)
        let last = last(of: lists.map { ($0.id, $0.acknowledgement?.resumes) }, after: batch)
        return lists.first { $0.id == last }
    }

    private static func last(of lists: [(batch: BatchID, resumes: BatchID?)], after batch: BatchID) -> BatchID? {
        let last = lists.max { $0.batch < $1.batch }
        return last?.resumes == batch ? nil : last?.batch
    }

    var isEmpty: Bool { named.isEmpty && list == nil }

    /// The drop that cancelled a contact, by any of its numbers, its address or its id; nil if none did.
    func batch(cancelling index: Int, of contacts: ContactSegment, _ schema: Schema) -> BatchID? {
        if isEmpty { return nil }
        if let list { return list }
        var keys: Set<UInt64> = []
        RecipientKeys.forEachKey(of: contacts, at: index, in: RecipientKeys.columns(of: schema)) { keys.insert($0) }
        var looseKey: UInt64?
        if let column = schema.position(of: .id) {
            let id = contacts.value(at: index, column: column)
            if !id.isEmpty {
                keys.insert(IDForm.key(id.span))
                looseKey = IDForm.looseKey(id.span)
            }
        }
        return named.first { _, cancelled in
            guard let cancelled else { return true }
            return !cancelled.exact.isDisjoint(with: keys) || looseKey.map(cancelled.loose.contains) ?? false
        }?.batch
    }
}

extension BatchRow {
    /// Whether its drop said anything, even if no record of it was new.
    private var isTaken: Bool {
        status == .visible && [.accepted, .partial].contains(acknowledgement?.status)
    }

    /// Whether it ended those of its campaign that were not in it.
    var isWholeList: Bool { isTaken && acknowledgement?.mode == .replace && acknowledgement?.corrects == nil }

    /// Whether it changed others, or may have.
    var changesOthers: Bool {
        isTaken && (acknowledgement?.mode != nil || schema.position(of: .action) != nil)
    }
}
