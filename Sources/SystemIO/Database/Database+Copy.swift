import CSQLite

extension Database {
    /// Copies a database as it is at this moment to a file that does not exist yet, readable by its owner only. Others may go on
    /// reading and writing meanwhile (`sqlite.org/backup.html`).
    package static func copy(_ path: String, to target: String) throws(SQLiteError) {
        let source = try Connection(path: path, flags: SQLITE_OPEN_READONLY)
        // Safe here and below: both handles live as long as the connection objects, to the end of this function.
        unsafe sqlite3_busy_timeout(source.handle, patience)
        try createFile(target, mode: 0o600)
        let copy = try Connection(path: target, flags: SQLITE_OPEN_READWRITE)
        guard let backup = unsafe sqlite3_backup_init(copy.handle, "main", source.handle, "main") else {
            throw copy.failure("copy", path, code: unsafe sqlite3_errcode(copy.handle))
        }
        // All pages in one step: what others commit between two would begin it anew.
        let code = unsafe sqlite3_backup_step(backup, -1)
        _ = unsafe sqlite3_backup_finish(backup)
        guard code == SQLITE_DONE else { throw copy.failure("copy", path, code: code) }
        withExtendedLifetime((source, copy)) {}
    }
}
