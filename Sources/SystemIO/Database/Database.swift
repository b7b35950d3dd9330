import CSQLite
import Glibc

/// One connection to a SQLite database file.
///
/// Used by one thread at a time. It waits up to ten seconds for a lock unless told otherwise (then `SQLITE_BUSY`), and
/// enforces foreign keys.
package final class Database: @unchecked Sendable {
    // Safe to pass to the thread that will own it, hence Sendable. It has no lock of its own (SQLITE_OPEN_NOMUTEX), so
    // the caller keeps two threads from using it at once. In debug builds, `UseWatch` detects them.

    package enum Synchronous: String, Sendable {
        /// A commit that returned survives a loss of power.
        case full = "FULL"
        /// In WAL mode, a loss of power may undo the last commits, but never damages the file.
        case normal = "NORMAL"
        /// A loss of power may damage the file: for temporary copies.
        case off = "OFF"
    }

    /// The version of SQLite's library, as a number: 3_040_001 for 3.40.1.
    package static var libraryVersion: Int { Int(sqlite3_libversion_number()) }

    package let path: String
    package let isReadOnly: Bool
    private let connection: Connection
    private var statements: [String: Statement] = [:]
    private var logMoving: LogMoving?

    private let patience: Int32

    /// Opens the file. Unless read-only, creates a missing file with `mode` (and its -wal and -shm files with the
    /// same).
    ///
    /// - Parameter patience: milliseconds to wait for a lock.
    package init(
        path: String, readOnly: Bool = false, mode: UInt32 = 0o600, patience: Int32 = 10_000
    ) throws(SQLiteError) {
        self.path = path
        self.patience = patience
        isReadOnly = readOnly
        if !readOnly && path != ":memory:" { try Database.createFile(path, mode: mode) }
        connection = try Connection(
            path: path, flags: readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
        // Safe here and below: the handle lives as long as the connection object.
        unsafe sqlite3_busy_timeout(connection.handle, patience)
        try execute("PRAGMA foreign_keys = ON")
    }

    /// Runs one or more statements that need no values; their rows are ignored.
    package func execute(_ sql: String) throws(SQLiteError) {
        let text = sql.utf8CString
        var start = 0
        // The last byte is the zero that ends the C string.
        while start < text.count - 1 {
            let (statement, used) = try prepareNext(text, from: start, lasting: false, sql: sql)
            start += used
            // Only white space and comments are left.
            guard let statement else { continue }
            while try statement.step() {}
        }
    }

    /// A new statement; use `statement(_:)` for statements that are used again.
    package func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        let (statement, _) = try prepareNext(sql.utf8CString, from: 0, lasting: true, sql: sql)
        guard let statement else {
            throw SQLiteError(operation: "prepare", sql: sql, code: SQLITE_MISUSE, message: "no statement in this text")
        }
        return statement
    }

    /// The statement for this text, prepared once and kept, without values and ready to run.
    ///
    /// If the kept one is in use by an unfinished loop, a new one is returned, so loops may nest.
    package func statement(_ sql: String) throws(SQLiteError) -> Statement {
        if let kept = statements[sql] {
            if kept.isBusy { return try prepare(sql) }
            kept.reset()
            return kept
        }
        let fresh = try prepare(sql)
        statements[sql] = fresh
        return fresh
    }

    /// Runs the body in one transaction that can write from the start; an error rolls it back.
    package func transaction<T>(_ body: () throws -> T) throws -> T {
        try within("BEGIN IMMEDIATE", body)
    }

    /// Runs the body, which only reads, on the database as of the first read, whatever others write meanwhile.
    package func snapshot<T>(_ body: () throws -> T) throws -> T {
        try within("BEGIN DEFERRED", body)
    }

    private func within<T>(_ begin: String, _ body: () throws -> T) throws -> T {
        assert(connection.watch.hold(), "a transaction is open already, perhaps of another thread")
        defer { assert(connection.watch.release()) }
        try statement(begin).run()
        do {
            let result = try body()
            try statement("COMMIT").run()
            moveLog()
            return result
        } catch {
            // Some errors (a full disk) have rolled back already, so there is nothing to undo. A failing ROLLBACK
            // changes nothing: the first error is the one to report.
            if unsafe sqlite3_get_autocommit(connection.handle) == 0 { try? execute("ROLLBACK") }
            throw error
        }
    }

    /// Rows the last INSERT, UPDATE or DELETE changed.
    package var changes: Int { unsafe Int(sqlite3_changes64(connection.handle)) }

    /// The row id of the last INSERT.
    package var lastRowID: Int64 { unsafe sqlite3_last_insert_rowid(connection.handle) }

    /// How durable the following commits are (`sqlite.org/pragma.html#pragma_synchronous`). Not inside a transaction.
    package func synchronous(_ level: Synchronous) throws(SQLiteError) {
        try execute("PRAGMA synchronous = \(level.rawValue)")
    }

    /// Who empties the write-ahead log, and from which length.
    private struct LogMoving {
        let mover: LogMover
        let worker: Worker<Void>
        let pages: Int
        let most: Int
        /// How long the log was when the mover was last asked.
        var asked = 0
        /// Whether what came since then is still to be moved.
        var isAsked = false
        /// Up to this much is moved by the writer itself: only a log that is empty is begun anew.
        var rest: Int { pages / 8 }
        /// The length from which the writer moves the log itself; raised if a reader kept it from being emptied.
        var bound: Int
        /// The length from which `relieveLog` has something to do.
        var relief: Int { bound / 4 * 3 }
        /// How often the present relief has asked the mover; nil if none is under way.
        var relieved: Int?
        /// The longest the log has been since it was shortened: the file keeps its size.
        var longest = 0
    }

    /// Makes another thread empty the write-ahead log whenever it has so many bytes more, instead of the commit that
    /// fills it. What came meanwhile is moved, too, by that thread and at last by the writer, so that the log begins
    /// anew. Above `most` bytes the writer waits, so the log stays bounded.
    package func moveLogInBackground(everyBytes bytes: Int, most: Int) throws(SQLiteError) {
        let mover = LogMover(path: path)
        let size = try pageSize()
        let (pages, most) = (bytes / size, most / size)
        logMoving = LogMoving(mover: mover, worker: mover.start(), pages: pages, most: most, bound: most)
        connection.countLogPages()
    }

    private func pageSize() throws(SQLiteError) -> Int {
        let statement = try prepare("PRAGMA page_size")
        return try statement.step() ? statement.int(0) : 4_096
    }

    /// After a commit: asks for the log to be moved when it is due. A failure is not reported, as with SQLite's
    /// automatic checkpoints: the commit stands, and the next one meets the cause.
    private func moveLog() {
        guard let moving = logMoving else { return }
        let pages = connection.logPages
        logMoving?.longest = max(moving.longest, pages)
        // After it was emptied, the log starts again.
        if pages < moving.asked {
            logMoving?.asked = 0
            logMoving?.isAsked = false
            logMoving?.bound = moving.most
        }
        if pages >= moving.bound {
            moving.mover.wait()
            moveLogHere()
        } else if moving.isAsked, pages - moving.asked <= moving.rest {
            // Under a steady load there is always something that came after the mover began.
            if moving.mover.wait(milliseconds: 0) { moveLogHere() }
        } else if pages >= moving.asked + (moving.isAsked ? moving.rest : moving.pages) {
            guard moving.mover.wait(milliseconds: 0) else { return }
            logMoving?.asked = pages
            logMoving?.isAsked = true
            moving.mover.ask()
        }
    }

    /// Moves what nobody else is moving: the next commit restarts the log, unless a reader still needs it.
    private func moveLogHere() {
        guard let moving = logMoving else { return }
        connection.moveLog()
        let pages = connection.logPages
        logMoving?.asked = pages
        logMoving?.isAsked = false
        logMoving?.bound = max(moving.bound, pages + moving.pages)
    }

    /// For a heavy writer, between two transactions: empties a long log before it reaches the bound at which every
    /// writer would wait. False while that is under way: ask again, and write little until then.
    package func relieveLog(waitingAtMost milliseconds: Int64) -> Bool {
        guard let moving = logMoving, moving.relieved != nil || connection.logPages >= moving.relief else {
            return true
        }
        var relieved = moving.relieved ?? 0
        while moving.mover.wait(milliseconds: milliseconds) {
            // Once for what is there, once for what came meanwhile; then next to nothing is left for the last step.
            if relieved == 2 {
                logMoving?.relieved = nil
                moveLogHere()
                return true
            }
            moving.mover.ask()
            relieved += 1
        }
        logMoving?.relieved = relieved
        return false
    }

    /// Makes the system start writing the log to the disk, so the next durable commit waits for less. It costs the
    /// caller some time, so it is for heavy writers that others wait for.
    package func beginWritingLog() { Files.beginWriting(logPath) }

    /// The file of the write-ahead log.
    package var logPath: String { path + "-wal" }

    /// When there is nothing to do: gives back the disk space of a log that was longer than so many bytes.
    package func shortenLog(longerThan bytes: Int) throws(SQLiteError) {
        guard let moving = logMoving, try moving.longest > bytes / pageSize(), moving.mover.wait(milliseconds: 0) else {
            return
        }
        // Waits for nobody: a reader that needs the log keeps it as it is. Safe: the handle lives as long as the
        // connection object.
        unsafe sqlite3_busy_timeout(connection.handle, 0)
        defer { unsafe sqlite3_busy_timeout(connection.handle, patience) }
        if try checkpoint() { logMoving?.longest = 0 }
    }

    /// Ends the background moving and empties the log, as far as readers allow, so that only the database is left on
    /// disk.
    package func settleLog() throws(SQLiteError) {
        endLogMoving()
        try checkpoint()
    }

    private func endLogMoving() {
        guard let moving = logMoving else { return }
        moving.mover.stop()
        _ = try? moving.worker.join()
        logMoving = nil
    }

    deinit { endLogMoving() }

    /// Moves the WAL file's content into the database and empties it, as far as readers allow. Returns whether they
    /// did.
    @discardableResult
    package func checkpoint() throws(SQLiteError) -> Bool {
        // Safe: no counters are asked for.
        let code = unsafe sqlite3_wal_checkpoint_v2(connection.handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        // Busy means that a reader still needs the old pages: the next checkpoint moves them.
        guard code == SQLITE_OK || code & 0xFF == SQLITE_BUSY else {
            throw connection.failure("checkpoint", path, code: code)
        }
        return code == SQLITE_OK
    }

    /// Copies the whole database, as it is now, into a new file (0600) that is durable on return.
    ///
    /// An existing file is never replaced: SQLite would apply the old file's log to the new one.
    package func backup(to target: String) throws(SQLiteError) {
        let temporary = TemporaryName.make(beside: target, random: UInt64.random(in: .min ... .max))
        do {
            try copyPages(to: temporary)
            try Files.rename(temporary, to: target, replacing: false)
            try Files.syncFolder(Files.folder(of: target))
        } catch {
            // The rest of a failed copy is useless; an error of its removal would hide the cause.
            for ending in ["", "-journal", "-wal", "-shm"] { try? Files.remove(temporary + ending) }
            if let failure = error as? SQLiteError { throw failure }
            throw SQLiteError(operation: "backup", sql: target, code: SQLITE_IOERR, message: "\(error)")
        }
    }

    private func copyPages(to target: String) throws(SQLiteError) {
        let destination = try Database(path: target)
        // Safe: both handles live through the copy, and finish releases it.
        guard let copying = unsafe sqlite3_backup_init(destination.connection.handle, "main", connection.handle, "main")
        else { throw destination.connection.failure("backup", target, code: SQLITE_ERROR) }
        // All pages in one step: a snapshot of the database, and no restart when somebody writes meanwhile.
        let step = unsafe sqlite3_backup_step(copying, -1)
        let finish = unsafe sqlite3_backup_finish(copying)
        guard step == SQLITE_DONE && finish == SQLITE_OK else {
            let code = finish == SQLITE_OK ? step : finish
            throw SQLiteError(
                operation: "backup", sql: target, code: code, message: unsafe String(cString: sqlite3_errstr(code)))
        }
    }

    private func prepareNext(
        _ text: ContiguousArray<CChar>, from start: Int, lasting: Bool, sql: String
    ) throws(SQLiteError) -> (Statement?, Int) {
        var outcome: Result<(Statement?, Int), SQLiteError>?
        // Safe: the buffer is only used inside the closure.
        unsafe text.withUnsafeBufferPointer { buffer in
            do throws(SQLiteError) {
                let (handle, used) = try unsafe connection.prepare(
                    UnsafeBufferPointer(rebasing: buffer[start...]), lasting: lasting, text: sql)
                outcome = .success((unsafe handle.map { unsafe Statement($0, connection, sql) }, used))
            } catch {
                outcome = .failure(error)
            }
        }
        return try outcome!.get()
    }

    /// Creates the file before SQLite does: SQLite would make it readable by everybody, and its companion files take
    /// over its permissions.
    private static func createFile(_ path: String, mode: UInt32) throws(SQLiteError) {
        do throws(SystemError) {
            SystemCalls.release(try SystemCalls.open(path, O_RDWR | O_CREAT, mode: mode, doing: "create"))
        } catch {
            throw SQLiteError(
                operation: "open", sql: path, code: SQLITE_CANTOPEN, message: error.description, system: error.code)
        }
    }
}
