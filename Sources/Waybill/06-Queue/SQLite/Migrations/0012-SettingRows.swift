extension Migrations {
    /// A setting is found by an index of names. Before, names and values were in one tree, and whoever looked for a
    /// name read the values that it was compared with: with 10,000 campaigns megabytes of configuration, each time.
    static let settingRows = Migration(
        version: 12,
        sql: """
            ALTER TABLE setting RENAME TO setting_before;
            CREATE TABLE setting (key TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL, sum INTEGER);
            INSERT INTO setting (key, value, sum) SELECT key, value, sum FROM setting_before;
            DROP TABLE setting_before;
            """)
}
