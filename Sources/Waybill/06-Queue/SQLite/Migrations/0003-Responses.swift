extension Migrations {
    /// Which campaign's contacts caps count, and who responded.
    static let responses = Migration(
        version: 3,
        sql: """
            ALTER TABLE departure ADD COLUMN campaign TEXT NOT NULL DEFAULT '';
            UPDATE departure
              SET campaign = coalesce((SELECT campaign FROM parcel WHERE parcel.id = departure.parcel), '');
            CREATE TABLE response (
              id INTEGER PRIMARY KEY, at INTEGER NOT NULL, channel TEXT NOT NULL, campaign TEXT NOT NULL,
              keys BLOB NOT NULL
            );
            """)
}
