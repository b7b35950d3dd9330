extension Migrations {
    /// What the status says of contacts that wait is in an index: to read the parcels themselves, with their contacts,
    /// was most of its work.
    static let holdings = Migration(
        version: 11,
        sql: """
            DROP INDEX parcel_due;
            CREATE INDEX parcel_due ON parcel(status, due, priority, campaign, batch, hold, reason, count);
            """)
}
