/// Records of newer drops about contacts that come again because their message failed: what the old record says is out
/// of date then, and is not sent. A newer record counts that was not taken, too; one that was withdrawn, or taken back
/// by its sender, does not.
///
/// Records with ids are about the same if these are, however written; where one of them has no id, if their recipients
/// are.
struct NewerRecords {
    /// The latest batch with a record of this id.
    private var byID: [UInt64: BatchID] = [:]
    /// The latest batches with a record of this recipient.
    private var byRecipient: [UInt64: Latest] = [:]
    /// The latest batch that cannot be read: anybody may be in it.
    private var unreadable = Self.none

    private struct Latest {
        var batch = NewerRecords.none
        /// Of those without an id.
        var batchWithoutID = NewerRecords.none
    }

    private static let none = BatchID(rawValue: 0)

    /// Notes somebody whose newer records are to be found.
    mutating func ask(for contact: ContactIdentity) {
        if let id = contact.id, byID[id] == nil { byID[id] = Self.none }
        if byRecipient[contact.recipient] == nil, contact.recipient != RecipientKey.none {
            byRecipient[contact.recipient] = Latest()
        }
    }

    /// Looks for them in drops of the campaign, each of which is read once.
    mutating func find(in store: any Store, among rows: some Sequence<BatchRow>) throws {
        if byID.isEmpty, byRecipient.isEmpty { return }
        let keys = Set(byID.keys).union(byRecipient.keys)
        // Nobody said anew what comes again.
        for row in rows where row.hasJudgedRecords && row.acknowledgement?.requeues == nil {
            do {
                try note(row, store, keys)
            } catch is StoreProblem {
                unreadable = max(unreadable, row.id)
            }
        }
    }

    private mutating func note(_ row: BatchRow, _ store: any Store, _ keys: Set<UInt64>) throws {
        try store.forEachSegment(of: row.id, mayHave: keys) { segment in
            let standings = try store.standings(of: segment.id)
            for index in 0..<segment.contacts.count {
                let contact = ContactIdentity(of: segment.contacts, at: index, row.schema)
                guard isAskedFor(contact) else { continue }
                let isTakenBack = try standings?[index].isTakenBack(store) ?? false
                if !isTakenBack { note(contact, in: row.id) }
            }
        }
        try store.forEachRefusal(of: row.id) { refusal in
            // That is the record that came before.
            if refusal.code == Violation.alreadyAcceptedCode { return }
            let contact = ContactIdentity(of: refusal)
            if isAskedFor(contact) { note(contact, in: row.id) }
        }
    }

    private func isAskedFor(_ contact: ContactIdentity) -> Bool {
        contact.id.map { byID[$0] != nil } ?? false || byRecipient[contact.recipient] != nil
    }

    private mutating func note(_ contact: ContactIdentity, in batch: BatchID) {
        if let id = contact.id, let last = byID[id] { byID[id] = max(last, batch) }
        guard var last = byRecipient[contact.recipient] else { return }
        last.batch = max(last.batch, batch)
        if contact.id == nil { last.batchWithoutID = max(last.batchWithoutID, batch) }
        byRecipient[contact.recipient] = last
    }

    /// The latest batch behind a contact's own that has a newer record of it.
    func batch(with contact: ContactIdentity, after batch: BatchID) -> BatchID? {
        let last = byRecipient[contact.recipient] ?? Latest()
        let newer = contact.id.map { max(byID[$0] ?? Self.none, last.batchWithoutID) } ?? last.batch
        let latest = max(newer, unreadable)
        return latest > batch ? latest : nil
    }
}

extension BatchRow {
    /// Whether each of its records had a verdict of its own: it was taken, or refused since none of them was valid.
    fileprivate var hasJudgedRecords: Bool {
        status == .visible || acknowledgement?.refusal.code == DropRefusal.noValidRecords.rawValue
    }
}

extension Standing {
    /// Whether a contact was withdrawn, or its place is a later record's.
    func isTakenBack(_ names: any Names) throws -> Bool { try state == .withdrawn || isReplaced(names) }

    /// Whether a later drop has another record in its place, or is the whole list now.
    func isReplaced(_ names: any Names) throws -> Bool {
        try state == .cancelled && names.text(code) == Code.contactReplaced.rawValue
    }
}
