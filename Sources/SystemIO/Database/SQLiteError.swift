import CSQLite
import Glibc

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
    /// The errno value of the call that failed, as far as SQLite knows it; 0 if none did.
    package let system: Int32

    package init(operation: String, sql: String, code: Int32, message: String, system: Int32 = 0) {
        self.operation = operation
        self.sql = sql
        self.code = code
        self.message = message
        self.system = system
    }

    /// The low byte of the code: the family (`SQLITE_BUSY`, `SQLITE_FULL` …).
    package var primaryCode: Int32 { code & 0xFF }
    /// Another connection held the lock for longer than this one waits.
    package var isBusy: Bool { primaryCode == SQLITE_BUSY }
    /// The disk or the quota is full.
    package var isFull: Bool { primaryCode == SQLITE_FULL || cause?.isFull ?? false }
    /// The process or the machine lacked something for a moment, or the disk had a temporary error.
    package var isPassing: Bool { primaryCode == SQLITE_NOMEM || cause?.isPassing ?? false }

    /// The failed call that it is about; nil if that is unknown. After a sync that failed nobody knows what is on the
    /// disk, whatever its reason was.
    private var cause: SystemError? {
        guard primaryCode == SQLITE_CANTOPEN || primaryCode == SQLITE_IOERR, system != 0 else { return nil }
        // As sqlite.org/rescode.html has them: Swift does not see these macros.
        let (sync, folderSync) = (SQLITE_IOERR | 4 << 8, SQLITE_IOERR | 5 << 8)
        return code == sync || code == folderSync ? nil : SystemError(operation: operation, path: sql, code: system)
    }

    /// The file is not a database, or not a complete one.
    package var isDamage: Bool { primaryCode == SQLITE_NOTADB || primaryCode == SQLITE_CORRUPT }

    package var description: String {
        // Whole statements make messages unreadable; the start identifies the statement.
        let words = sql.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let shown = words.count > 160 ? words.prefix(160) + " …" : words[...]
        return "SQLite \(operation): \(message) (code \(code)) in: \(shown)"
    }
}
