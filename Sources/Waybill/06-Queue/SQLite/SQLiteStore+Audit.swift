import SystemIO

/// The audit chain, in a table that is only added to; its length is in a file beside the database.
///
///     state/waybill.db-audit      count of rows, the last one's hash
extension SQLiteStore {
    package func note(_ entry: AuditEntry) throws { try Self.note(entry, in: database) }

    static func note(_ entry: AuditEntry, in database: Database) throws {
        let end = try end(of: database)
        let keys = entry.bytes.isEmpty ? KeyBytes.of(entry.keys) : entry.bytes
        let number = end.count + 1
        let source = entry.source?.rawValue ?? 0
        let hash = AuditChain.hash(
            after: end.hash, number: number, at: entry.at.milliseconds, source: source, record: Int64(entry.record),
            texts: [entry.kind.rawValue, entry.subject, entry.content.json], keys: keys)
        let insert = try database.statement(AuditSQL.insert)
        try insert.bind(":id", number)
        try insert.bind(":at", entry.at.milliseconds)
        try insert.bind(":kind", entry.kind.rawValue)
        try insert.bind(":subject", entry.subject)
        try insert.bind(":source", source)
        try insert.bind(":record", Int64(entry.record))
        try insert.bind(":content", entry.content.json)
        try insert.bind(":hash", hash)
        try insert.run(withBlob: keys, at: ":keys")
    }

    package func auditEnd() throws -> AuditEnd { try Self.end(of: database) }

    private static func end(of database: Database) throws -> AuditEnd {
        try database.statement(AuditSQL.end).first { AuditEnd(count: $0.int64(0), hash: $0.blob(1)) } ?? .none
    }

    package func forEachAudited(after number: Int64, _ body: (AuditRow) throws -> Void) throws {
        let select = try database.prepare(AuditSQL.after)
        try select.bind(":after", number)
        while try select.step() { try body(Self.auditRow(select)) }
    }

    package func audited(
        _ kind: AuditKind, about subject: String, at moment: Timestamp
    ) throws -> AuditRow? {
        let select = try database.statement(AuditSQL.ofKindAtMoment)
        defer { select.reset() }
        try select.bind(":kind", kind.rawValue)
        try select.bind(":subject", subject)
        try select.bind(":at", moment.milliseconds)
        return try select.step() ? Self.auditRow(select) : nil
    }

    private static func auditRow(_ select: Statement) -> AuditRow {
        let source = select.int64(4)
        return AuditRow(
            number: select.int64(0), at: Timestamp(milliseconds: select.int64(1)), kind: select.text(2),
            subject: select.text(3), source: source == 0 ? nil : BatchID(rawValue: source),
            record: UInt32(truncatingIfNeeded: select.int64(5)), content: AuditContent(json: select.text(6)),
            keyBytes: select.blob(7), hash: select.blob(8))
    }

    // MARK: How long it is

    private var sealPath: String { database.path + "-audit" }

    package func auditSeal() throws -> AuditEnd? {
        guard try Files.exists(sealPath) else { return nil }
        let words = String(decoding: try Files.read(sealPath, limit: 4_096), as: UTF8.self).split { " \n".contains($0) }
        guard words.count == 2, let count = Int64(words[0]), let hash = Self.bytes(hex: words[1]) else {
            throw StoreProblem.damaged(what: "\(sealPath), which has how long the audit chain is")
        }
        return AuditEnd(count: count, hash: hash)
    }

    @discardableResult
    package func sealAudit(at now: Timestamp) throws -> Bool {
        if isThrownAway { return false }
        var end = try auditEnd()
        if sealed == end { return false }
        let broken: AuditEntry?
        do {
            broken = try brokenSeal(at: now)
            sealProblem = nil
        } catch let error as SystemError {
            sealProblem = error
            throw error
        }
        if let broken {
            try durably {
                try note(broken)
                // Without its length nobody knows whether rows went with it.
                let words =
                    (try? auditSeal()).map {
                        "had \($0.count) rows at least, and does not have them any more as they were"
                    } ?? "may have lost rows, since the file with its length (\(sealPath)) is missing or damaged"
                try set(.trailLoss, to: Array(words.utf8))
            }
            end = try auditEnd()
        }
        let line = "\(end.count) \(SHA256.hex(end.hash))\n"
        try Files.writeAtomically(Array(line.utf8), to: sealPath, mode: 0o600)
        sealed = end
        return broken != nil
    }

    /// The row that reports a chain which lost what was sealed, or may have; nil if it is all there. A store that is
    /// new or was just migrated has no file yet.
    private func brokenSeal(at now: Timestamp) throws -> AuditEntry? {
        var entry = AuditEntry(.broken, at: now)
        do {
            if let seal = try auditSeal() {
                if try holds(seal) { return nil }
                entry.content.add("rows", seal.count)
                entry.content.add("hash", SHA256.hex(seal.hash))
                return entry
            }
            let last = try database.statement(AuditSQL.lastKind).first { $0.text(0) }
            if last == AuditKind.begun.rawValue { return nil }
            if last == nil, try database.statement(AuditSQL.anyBatch).first({ _ in true }) == nil { return nil }
            entry.content.add("file", "missing")
        } catch is StoreProblem {
            entry.content.add("file", "damaged")
        }
        return entry
    }

    /// Whether the chain still has the row that was sealed.
    private func holds(_ seal: AuditEnd) throws -> Bool {
        if seal.count == 0 { return true }
        let select = try database.statement(AuditSQL.hashOf)
        try select.bind(":id", seal.count)
        return try select.first { $0.blob(0) } == seal.hash
    }

    private static func bytes(hex text: Substring) -> [UInt8]? {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == 64, text.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    // MARK: What is about people

    package func suppressionChanges(of keys: Set<UInt64>) throws -> [NotedChange] {
        let select = try database.statement(AuditSQL.suppressionChanges)
        defer { select.reset() }
        var found: [NotedChange] = []
        while try select.step() {
            var isConcerned = false
            KeyBytes.forEach(in: select.blob(4)) { key in isConcerned = isConcerned || keys.contains(key) }
            guard isConcerned, let change = SuppressionChange(kind: select.text(2)) else { continue }
            let particulars = try SuppressionParticulars(json: select.text(3))
            found.append(
                NotedChange(
                    change: change, at: Timestamp(milliseconds: select.int64(0)),
                    source: BatchID(rawValue: select.int64(1)), scope: particulars.scope,
                    reason: particulars.reason, expires: particulars.expires))
        }
        return found
    }
}
