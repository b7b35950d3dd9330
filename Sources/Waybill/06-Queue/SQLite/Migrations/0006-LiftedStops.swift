extension Migrations {
    /// Who last said START, and when: an earlier STOP does not count, whenever it arrives.
    static let liftedStops = Migration(
        version: 6,
        sql: """
            CREATE TABLE lifted (key INTEGER PRIMARY KEY, before INTEGER NOT NULL);
            """)
}
