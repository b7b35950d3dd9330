extension Migrations {
    /// Listings in a table of their own, with scope and end, and the trail. Before this, listings were in a table that
    /// not all stores of version 1 have, and before that among the suppressions.
    static let scopedListings = Migration(
        version: 2,
        sql: """
            CREATE TABLE IF NOT EXISTS departure (
              parcel INTEGER PRIMARY KEY, at INTEGER NOT NULL, channel TEXT NOT NULL, keys BLOB NOT NULL
            );
            CREATE TABLE listing (
              key INTEGER NOT NULL, campaign TEXT NOT NULL, channel TEXT NOT NULL, kind INTEGER NOT NULL,
              reason TEXT NOT NULL, source INTEGER NOT NULL, expires INTEGER NOT NULL,
              PRIMARY KEY (key, campaign, channel)
            ) WITHOUT ROWID;
            CREATE INDEX listing_wide ON listing(kind) WHERE kind >= \(Listing.Kind.domain.rawValue);
            CREATE INDEX listing_expires ON listing(expires) WHERE expires > 0;
            CREATE TABLE suppression_change (
              id INTEGER PRIMARY KEY, at INTEGER NOT NULL, source INTEGER NOT NULL, change INTEGER NOT NULL,
              kind INTEGER NOT NULL, campaign TEXT NOT NULL, channel TEXT NOT NULL, reason TEXT NOT NULL,
              expires INTEGER NOT NULL, keys BLOB NOT NULL
            );
            CREATE TABLE IF NOT EXISTS listed (
              key INTEGER PRIMARY KEY, kind TEXT NOT NULL, reason TEXT NOT NULL, source INTEGER NOT NULL,
              at INTEGER NOT NULL
            );
            INSERT OR IGNORE INTO listed
              SELECT key, kind, reason, source, at FROM suppression WHERE state = \(ContactState.dncListed.rawValue);
            DELETE FROM suppression WHERE state = \(ContactState.dncListed.rawValue);
            INSERT INTO listing (key, campaign, channel, kind, reason, source, expires)
              SELECT key, '', '',
                     CASE kind WHEN 'phone' THEN 1 WHEN 'email' THEN 2 WHEN 'id' THEN 3 WHEN 'domain' THEN 4 ELSE 5 END,
                     reason, source, 0 FROM listed ORDER BY key;
            DROP TABLE listed;
            """)
}
