/// What drops of a campaign cancelled since a batch came: that holds for its records when they come back, corrected or
/// sent again. A whole list cancels all of those before it, but for the one that it puts into force again.
struct LaterCancels {
    /// Nil where it means everybody, or cannot be read and may mean anybody.
    private var found: [(batch: BatchID, keys: CancelledKeys?)] = []

    init(_ store: any Store, of campaign: String, after batch: BatchID) throws {
        let rows = try store.batches(ofCampaign: campaign).filter { $0.id > batch }
        if let list = Self.wholeList(among: rows, after: batch) { found.append((list.id, nil)) }
        for row in rows {
            do {
                if let keys = try store.cancelledKeys(of: row.id) { found.append((row.id, keys)) }
            } catch is StoreProblem {
                found.append((row.id, nil))
            }
        }
    }

    /// The whole list that ended those of a batch who were not in it; nil where none came, or one that puts the batch
    /// into force again.
    static func wholeList(_ store: any Store, of campaign: String, after batch: BatchID) throws -> BatchRow? {
        wholeList(among: try store.batches(ofCampaign: campaign).filter { $0.id > batch }, after: batch)
    }

    private static func wholeList(among later: [BatchRow], after batch: BatchID) -> BatchRow? {
        let last = later.filter(\.isWholeList).max { $0.id < $1.id }
        return last?.acknowledgement?.resumes == batch ? nil : last
    }

    var isEmpty: Bool { found.isEmpty }

    /// The drop that cancelled a contact, by any of its numbers, its address or its id; nil if none did.
    func batch(cancelling index: Int, of contacts: ContactSegment, _ schema: Schema) -> BatchID? {
        if isEmpty { return nil }
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
        return found.first { _, cancelled in
            guard let cancelled else { return true }
            return !cancelled.exact.isDisjoint(with: keys) || looseKey.map(cancelled.loose.contains) ?? false
        }?.batch
    }

    /// The contacts of a batch that one of the other drops cancelled, and which.
    func holding(_ row: BatchRow, _ store: any Store) throws -> [UInt32: BatchID] {
        var others = self
        others.found.removeAll { $0.batch == row.id }
        var held: [UInt32: BatchID] = [:]
        if others.isEmpty { return held }
        try store.forEachSegment(of: row.id) { segment in
            for index in 0..<segment.contacts.count {
                guard let batch = others.batch(cancelling: index, of: segment.contacts, row.schema) else { continue }
                held[segment.contacts.record(at: index)] = batch
            }
        }
        return held
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
