extension Migrations {
    /// Consents and revocations by key, including earlier stops and starts, which are in the chain already. And the
    /// named list of each listing; existing listings have none.
    static let consents = Migration(
        version: 8,
        sql: """
            CREATE TABLE consent (
              key INTEGER NOT NULL, action INTEGER NOT NULL, channel TEXT NOT NULL, purpose TEXT NOT NULL,
              list TEXT NOT NULL, at INTEGER NOT NULL, expires INTEGER NOT NULL, kind INTEGER NOT NULL,
              source INTEGER NOT NULL, record INTEGER NOT NULL, sum INTEGER,
              PRIMARY KEY (key, action, channel, purpose, list, at, expires)
            ) WITHOUT ROWID;
            CREATE INDEX audit_relied ON audit(subject) WHERE kind = '\(AuditKind.consentRelied.rawValue)';
            \(ConsentSQL.takeOverStops)
            ALTER TABLE listing RENAME TO older_listing;
            DROP INDEX listing_wide;
            DROP INDEX listing_expires;
            CREATE TABLE listing (
              key INTEGER NOT NULL, campaign TEXT NOT NULL, channel TEXT NOT NULL, list TEXT NOT NULL,
              kind INTEGER NOT NULL, reason TEXT NOT NULL, source INTEGER NOT NULL, expires INTEGER NOT NULL,
              PRIMARY KEY (key, campaign, channel, list)
            ) WITHOUT ROWID;
            INSERT INTO listing
              SELECT key, campaign, channel, '', kind, reason, source, expires FROM older_listing
              ORDER BY key, campaign, channel;
            DROP TABLE older_listing;
            CREATE INDEX listing_wide ON listing(kind) WHERE kind >= \(Listing.Kind.domain.rawValue);
            CREATE INDEX listing_expires ON listing(expires) WHERE expires > 0;
            """
    ) { database in
        try SuppressionTotal.make(in: database)
    }
}
