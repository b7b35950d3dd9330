import CSQLite

/// An error from SQLite: what was tried, the statement's text (never its bound values), and the extended result code.
///
/// Codes: `sqlite.org/rescode.html`.
package struct SQLiteError: Error, CustomStringConvertible, Equatable {
    /// What was tried, in words: `open`, `prepare`, `step`.
    package let operation: String
    /// The statement's text, or the database's path if there is no statement.
    package let sql: String
    /// The extended result code.
    package let code: Int32
    /// SQLite's own sentence.
    package let message: String

    package init(operation: String, sql: String, code: Int32, message: String) {
        self.operation = operation
        self.sql = sql
        self.code = code
        self.message = message
    }

    /// The low byte of the code: the family (`SQLITE_BUSY`, `SQLITE_FULL` …).
    package var primaryCode: Int32 { code & 0xFF }
    /// Another connection held the lock for longer than this one waits.
    package var isBusy: Bool { primaryCode == SQLITE_BUSY }
    /// The disk or the quota is full.
    package var isFull: Bool { primaryCode == SQLITE_FULL }

    /// The file is not a database, or not a complete one.
    package var isDamage: Bool { primaryCode == SQLITE_NOTADB || primaryCode == SQLITE_CORRUPT }

    package var description: String {
        // Whole statements make messages unreadable; the start identifies the statement.
        let words = sql.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let shown = words.count > 160 ? words.prefix(160) + " …" : words[...]
        return "SQLite \(operation): \(message) (code \(code)) in: \(shown)"
    }
}
