import SystemIO

extension Migrations {
    /// Checksums of rows, an audit chain, which replaces the trail of suppressions, and a total over everybody who must
    /// not be contacted.
    ///
    /// Existing segments, refusals, recipients and standings get no checksums, since that would mean reading all
    /// contacts; standings get theirs when they change.
    static let checksums = Migration(
        version: 7,
        sql: """
            ALTER TABLE batch ADD COLUMN sum INTEGER;
            ALTER TABLE segment ADD COLUMN crc INTEGER;
            ALTER TABLE segment ADD COLUMN sum INTEGER;
            ALTER TABLE contact_state ADD COLUMN sum INTEGER;
            ALTER TABLE refusal ADD COLUMN sum INTEGER;
            ALTER TABLE recipient ADD COLUMN sum INTEGER;
            ALTER TABLE parcel ADD COLUMN sum INTEGER;
            ALTER TABLE paused ADD COLUMN sum INTEGER;
            ALTER TABLE name ADD COLUMN sum INTEGER;
            ALTER TABLE setting ADD COLUMN sum INTEGER;
            \(LedgerSQL.addSums);
            \(ParcelSQL.addSums);
            \(DaySQL.addSums)
            CREATE TABLE audit (
              id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, source INTEGER NOT NULL,
              record INTEGER NOT NULL, content TEXT NOT NULL, keys BLOB NOT NULL, hash BLOB NOT NULL
            );
            """
    ) { database in
        try chainTrail(of: database)
        try database.execute("DROP TABLE suppression_change")
        // The next migration makes the total.
    }

    private static func chainTrail(of database: Database) throws {
        let changes = [AuditKind.listed, .takenOff, .stopped, .lifted]
        let select = try database.prepare(
            "SELECT at, source, change, kind, campaign, channel, reason, expires, keys FROM suppression_change ORDER BY id"
        )
        var rows: Int64 = 0
        var last = Timestamp(milliseconds: 0)
        while try select.step() {
            guard changes.indices.contains(select.int(2)), let kind = Listing.Kind(rawValue: select.int(3)) else {
                throw StoreProblem.damaged(what: "the trail of suppressions has an unknown change or kind")
            }
            last = Timestamp(milliseconds: select.int64(0))
            var entry = AuditEntry(changes[select.int(2)], at: last)
            entry.source = BatchID(rawValue: select.int64(1))
            let end = select.int64(7)
            entry.content =
                SuppressionParticulars(
                    Listing(
                        key: 0, kind: kind,
                        scope: Listing.Scope(campaign: select.text(4), channel: Channel(unlessEmpty: select.text(5))),
                        reason: select.text(6), expires: end == 0 ? nil : Timestamp(milliseconds: end))
                ).content
            KeyBytes.forEach(in: select.blob(8)) { entry.keys.append($0) }
            try SQLiteStore.note(entry, in: database)
            rows += 1
        }
        if rows == 0 { return }
        var begun = AuditEntry(.begun, at: last)
        begun.content.add("rows", rows)
        try SQLiteStore.note(begun, in: database)
    }
}
