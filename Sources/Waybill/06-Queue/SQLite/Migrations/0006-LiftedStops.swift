extension Migrations {
    /// Who said START last, and when: a STOP from before that does not count, whenever it comes.
    static let liftedStops = Migration(
        version: 6,
        sql: """
            CREATE TABLE lifted (key INTEGER PRIMARY KEY, before INTEGER NOT NULL);
            """)
}
