/// The SQLite store's statements about consent.
enum ConsentSQL {
    private static let columns = "key, action, channel, purpose, list, at, expires"
    /// The part of a row that the total counts (`SuppressionTotal`).
    static let mark = "row_mark('consent', \(columns))"
    /// The same for an undamaged row; 0 for a damaged one.
    static let soundMark = "CASE WHEN sum = \(sum) THEN \(mark) ELSE 0 END"
    private static let sum = "row_sum(\(columns), kind, source, record)"

    static let insert = """
        INSERT INTO consent (\(columns), kind, source, record, sum)
        VALUES (:key, :action, :channel, :purpose, :list, :at, :expires, :kind, :source, :record,
          row_sum(:key, :action, :channel, :purpose, :list, :at, :expires, :kind, :source, :record))
        ON CONFLICT DO NOTHING RETURNING \(mark)
        """
    static let any = "SELECT 1 FROM consent LIMIT 1"
    static let of = """
        SELECT action, channel, purpose, list, at, expires, kind, source, record, sum = \(sum) FROM consent WHERE key = :key
        """
    /// Entries, and stops and starts from replies and receipts, oldest first.
    static let ledger = """
        SELECT at, source, kind, record, content, keys FROM audit
        WHERE kind IN (\(kinds.map { "'\($0.rawValue)'" }.joined(separator: ", "))) ORDER BY id
        """
    private static let kinds: [AuditKind] = [.consent, .consentColumn, .stopped, .lifted]
    static let relied = """
        SELECT keys FROM audit WHERE kind = '\(AuditKind.consentRelied.rawValue)' AND subject = :parcel
        ORDER BY id DESC LIMIT 1
        """

    /// Stops and starts from older stores. About a person whose last word was START, only the stop before it is known.
    static let takeOverStops = """
        \(takeOver(from: "suppression", .revoke, at: "at"));
        \(takeOver(from: "lifted", .revoke, at: "before - 1"));
        \(takeOver(from: "lifted", .start, at: "before"));
        """

    private static func takeOver(from table: String, _ action: ConsentEntry.Action, at: String) -> String {
        let isStop = table == "suppression"
        let kind =
            isStop
            ? """
            CASE kind WHEN '\(Listing.Kind.email.label)' THEN \(Listing.Kind.email.rawValue)
              ELSE \(Listing.Kind.phone.rawValue) END
            """ : "\(Listing.Kind.phone.rawValue)"
        let source = isStop ? "source" : "0"
        return """
            INSERT OR IGNORE INTO consent (\(columns), kind, source, record, sum)
              SELECT key, \(action.rawValue), '', '', '', \(at), 0, \(kind), \(source), 0,
                row_sum(key, \(action.rawValue), '', '', '', \(at), 0, \(kind), \(source), 0) FROM \(table)
            """
    }

    /// Before everything in the chain is applied again, and after it: revocations that the chain lacks are kept.
    static let setAside = """
        CREATE TABLE aside_consent AS SELECT \(columns), kind, source, record FROM consent;
        DELETE FROM consent;
        """
    static let takeBack = """
        INSERT OR IGNORE INTO consent (\(columns), kind, source, record, sum)
          SELECT \(columns), kind, source, record, \(sum) FROM aside_consent
          WHERE action = \(ConsentEntry.Action.revoke.rawValue)
            AND kind BETWEEN \(Listing.Kind.phone.rawValue) AND \(Listing.Kind.id.rawValue)
            AND purpose IN ('', \(ContactPurpose.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")));
        DROP TABLE aside_consent;
        """
}
