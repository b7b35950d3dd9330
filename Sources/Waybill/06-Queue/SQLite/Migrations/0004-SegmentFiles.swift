extension Migrations {
    /// Segments in files of their own.
    static let segmentFiles = Migration(
        version: 4,
        sql: """
            ALTER TABLE segment ADD COLUMN place INTEGER;
            ALTER TABLE segment ADD COLUMN size INTEGER;
            """)
}
