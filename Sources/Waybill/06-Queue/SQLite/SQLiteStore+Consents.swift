import SystemIO

/// Consents and revocations by key; the chain has them with their proof.
extension SQLiteStore {
    package func note(_ entries: [ConsentEntry], source: BatchID, at now: Timestamp) throws -> Int {
        let added = try entries.filter { try insert($0, source) }
        try chain(added, as: .consent, source: source, at: now)
        return added.count
    }

    package func noteColumns(_ entries: [ConsentEntry], source: BatchID, at now: Timestamp) throws {
        try chain(entries, as: .consentColumn, source: source, at: now)
    }

    private func chain(_ entries: [ConsentEntry], as kind: AuditKind, source: BatchID, at now: Timestamp) throws {
        for first in stride(from: 0, to: entries.count, by: ConsentPart.most) {
            var part = ConsentPart()
            for entry in entries[first...].prefix(ConsentPart.most) { part.add(entry) }
            var row = AuditEntry(kind, at: now)
            row.source = source
            row.content = part.content
            row.bytes = part.bytes
            try note(row)
        }
    }

    /// Returns whether the entry is new.
    @discardableResult
    func insert(_ entry: ConsentEntry, _ source: BatchID) throws -> Bool {
        let insert = try database.statement(ConsentSQL.insert)
        try insert.bind(":key", Self.signed(entry.key))
        try insert.bind(":action", entry.action.rawValue)
        try insert.bind(":channel", entry.scope.channel?.name ?? "")
        try insert.bind(":purpose", entry.scope.purpose?.rawValue ?? "")
        try insert.bind(":list", entry.scope.list)
        try insert.bind(":at", entry.at.milliseconds)
        try insert.bind(":expires", entry.expires?.milliseconds ?? 0)
        try insert.bind(":kind", entry.kind.rawValue)
        try insert.bind(":source", source.rawValue)
        try insert.bind(":record", Int64(entry.record))
        guard let mark = try insert.first({ $0.int64(0) }) else { return false }
        suppressionChange.add(RowMark(UInt64(bitPattern: mark)))
        if entry.action == .revoke { filter?.insert(entry.key, entry.kind) }
        return true
    }

    package func hasConsents() throws -> Bool {
        try database.statement(ConsentSQL.any).first { _ in true } ?? false
    }

    package func consents(of keys: [UInt64]) throws -> [UInt64: [HeldConsent]] {
        let select = try database.statement(ConsentSQL.of)
        defer { select.reset() }
        var found: [UInt64: [HeldConsent]] = [:]
        for key in keys {
            try select.bind(":key", Self.signed(key))
            while try select.step() { found[key, default: []].append(try consent(of: key, select)) }
            select.reset()
        }
        return found
    }

    private func consent(of key: UInt64, _ select: Statement) throws -> HeldConsent {
        guard select.int(9) == 1, let action = ConsentEntry.Action(rawValue: select.int(0)),
            let kind = Listing.Kind(rawValue: select.int(6)),
            let scope = ConsentEntry.Scope(channel: select.text(1), purpose: select.text(2), list: select.text(3))
        else { throw StoreProblem.damaged(what: "what somebody agreed to or took back") }
        var entry = ConsentEntry(action, key: key, kind: kind, at: Timestamp(milliseconds: select.int64(4)))
        // What is taken back counts for all that it may mean; what is agreed to, for what it says.
        entry.scope = action == .revoke ? namesInForce?.widened(scope) ?? scope : scope
        let end = select.int64(5)
        entry.expires = end == 0 ? nil : Timestamp(milliseconds: end)
        entry.record = UInt32(truncatingIfNeeded: select.int64(8))
        return HeldConsent(entry, source: BatchID(rawValue: select.int64(7)))
    }

    // MARK: The ledger

    package func forEachConsent(_ body: (LedgerEntry) throws -> Void) throws {
        let select = try database.prepare(ConsentSQL.ledger)
        while try select.step() {
            let at = Timestamp(milliseconds: select.int64(0))
            let source = BatchID(rawValue: select.int64(1))
            if let change = SuppressionChange(kind: select.text(2)) {
                let particulars = try SuppressionParticulars(json: select.text(4))
                let record = UInt32(truncatingIfNeeded: select.int64(3))
                try KeyBytes.forEach(in: select.blob(5)) { key in
                    var entry = ConsentEntry(
                        change == .stopped ? .revoke : .start, key: key, kind: particulars.kind, at: at)
                    entry.proof = particulars.reason
                    entry.record = record
                    try body(LedgerEntry(entry: entry, source: source, notedAt: at, origin: .word))
                }
                continue
            }
            let origin: LedgerEntry.Origin = select.text(2) == AuditKind.consent.rawValue ? .ledger : .column
            try ConsentPart.forEach(in: select.blob(5)) { entry, _ in
                try body(LedgerEntry(entry: entry, source: source, notedAt: at, origin: origin))
            }
        }
    }

    package func noteRelied(on consents: [ReliedConsent], parcel: ParcelID, at now: Timestamp) throws {
        if consents.isEmpty { return }
        var part = ConsentPart()
        for relied in consents {
            var entry = relied.consent.entry
            // The record of the parcel's contact; the drop is reported with it.
            (entry.proof, entry.record) = ("\(entry.record)", relied.record)
            part.add(entry, source: relied.consent.source)
        }
        var row = AuditEntry(.consentRelied, at: now)
        row.subject = parcel.description
        row.content.add("messages", Int64(part.count))
        row.bytes = part.bytes
        try note(row)
    }

    package func reliedConsents(of parcel: ParcelID) throws -> [ReliedConsent] {
        let select = try database.statement(ConsentSQL.relied)
        try select.bind(":parcel", parcel.description)
        guard let bytes = try select.first({ $0.blob(0) }) else { return [] }
        var found: [ReliedConsent] = []
        try ConsentPart.forEach(in: bytes) { entry, source in
            var own = entry
            (own.proof, own.record) = ("", UInt32(entry.proof) ?? 0)
            found.append(
                ReliedConsent(
                    record: entry.record, consent: HeldConsent(own, source: source ?? BatchID(rawValue: 0))))
        }
        return found.sorted { $0.record < $1.record }
    }

    // MARK: Stops and starts as consent

    /// A stop revokes everything, and a start lets later grants count again; the chain has both in rows of their own.
    func noteWord(
        _ action: ConsentEntry.Action, of key: UInt64, kind: Listing.Kind, source: BatchID, record: UInt32,
        at moment: Timestamp
    ) throws {
        var entry = ConsentEntry(action, key: key, kind: kind, at: moment)
        entry.record = record
        try insert(entry, source)
    }

    /// The revocation that forbids a message of this sort, if any.
    func revocation(of key: UInt64, for sort: MessageSort, at now: Timestamp) throws -> Suppression? {
        let words = try consents(of: [key])[key] ?? []
        guard let place = ConsentStanding(words.map(\.entry), for: sort, at: now).stop else { return nil }
        return Suppression(revoking: words[place])
    }

    /// Applies a row of the chain again; if the chain is not whole, only what forbids contact.
    func sayAgain(_ row: AuditRow, isWhole: Bool) throws {
        switch AuditKind(rawValue: row.kind) {
        case .consent:
            try ConsentPart.forEach(in: row.keyBytes) { entry, _ in
                if isWhole || entry.action == .revoke { try insert(entry, row.source ?? BatchID(rawValue: 0)) }
            }
        case .stopped, .lifted, .listed, .takenOff, .drop, .consentClosed, .consentColumn, .consentRelied, .paused,
            .resumed, .published, .flushed, .withdrawn, .approved, .requeued, .listAccepted, .listWithdrawn,
            .inboxAccepted,
            .clockAccepted,
            .stateAccepted, .begun, .broken, .restored, nil:
            break
        }
    }
}

extension Suppression {
    init(revoking word: HeldConsent) {
        self.init(
            state: .suppressed, reason: word.entry.scope.words, scope: Listing.Scope(channel: word.entry.scope.channel),
            expires: nil, source: word.source)
    }
}

extension ConsentEntry.Scope {
    /// For example `consent revoked for marketing, list news`.
    var words: String {
        let parts = [purpose?.rawValue ?? "", list.isEmpty ? "" : "list " + list].filter { !$0.isEmpty }
        return "consent revoked" + (parts.isEmpty ? "" : " for " + parts.joined(separator: ", "))
    }
}
