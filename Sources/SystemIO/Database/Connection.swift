import CSQLite
import CShims

/// The open handle of one SQLite connection, closed when neither the database nor any statement uses it.
///
/// Safe to use although it holds a pointer: the handle is valid from `init` to `deinit`.
@safe final class Connection {
    let handle: OpaquePointer
    let watch = UseWatch()
    /// The pages in the write-ahead log after the last commit of this connection; see `countLogPages`.
    private let logPageCount: UnsafeMutablePointer<Int32>

    /// Opens a database file; if that fails, the handle is closed again.
    init(path: String, flags: Int32) throws(SQLiteError) {
        waybill_gather_log_writes()
        var opened: OpaquePointer?
        // Safe: SQLite copies the path, and even on failure returns a handle (for its message), which is closed.
        let code = unsafe sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let opened = unsafe opened else {
            let message = unsafe opened.map { unsafe String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            let system = unsafe opened.map { unsafe sqlite3_system_errno($0) } ?? 0
            unsafe sqlite3_close_v2(opened)
            throw SQLiteError(operation: "open", sql: path, code: code, message: message, system: system)
        }
        // A SQLite built to use bound values for planning (STAT4, as Debian's is) would prepare a statement again for
        // each value, at ten times the cost of most of our statements. A version without the setting works too.
        _ = unsafe waybill_sqlite_keep_plans(opened)
        // Safe: the functions keep nothing.
        let added = unsafe waybill_add_row_sums(UnsafeMutableRawPointer(opened))
        guard added == SQLITE_OK else {
            unsafe sqlite3_close_v2(opened)
            throw SQLiteError(operation: "open", sql: path, code: added, message: "row_sum could not be added")
        }
        unsafe handle = opened
        unsafe logPageCount = .allocate(capacity: 1)
        unsafe logPageCount.initialize(to: 0)
    }

    /// From now on, counts the pages in the log at each commit, and leaves emptying the log to others.
    func countLogPages() {
        // Safe: the count lives as long as the handle has the hook.
        unsafe sqlite3_wal_hook(
            handle,
            { count, _, _, pages in
                unsafe count!.assumingMemoryBound(to: Int32.self).pointee = pages
                return SQLITE_OK
            }, logPageCount)
    }

    var logPages: Int { unsafe Int(logPageCount.pointee) }

    /// Moves as much of the log into the database as is possible without waiting; whatever fails stays in the log.
    func moveLog() {
        // A connection that has read nothing yet does not know of the log, and would find nothing to do.
        // Safe: the text is static, and no counters are asked for.
        _ = unsafe sqlite3_exec(handle, "PRAGMA user_version", nil, nil, nil)
        _ = unsafe sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    }

    deinit {
        // Safe: nobody holds the handle any more; with `_v2`, living statements would only delay the closing. Without
        // the hook, nothing writes the count.
        unsafe sqlite3_wal_hook(handle, nil, nil)
        unsafe sqlite3_close_v2(handle)
        unsafe logPageCount.deallocate()
    }

    /// The error of the last call on this connection.
    func failure(_ operation: String, _ sql: String, code: Int32) -> SQLiteError {
        // Safe: SQLite's text is copied before the next call on this connection.
        SQLiteError(
            operation: operation, sql: sql, code: code, message: unsafe String(cString: sqlite3_errmsg(handle)),
            system: unsafe sqlite3_system_errno(handle))
    }

    /// Prepares the first statement of a text; nil if there is only white space or a comment. Also returns how many
    /// bytes it used.
    func prepare(_ sql: UnsafeBufferPointer<CChar>, lasting: Bool, text: String) throws(SQLiteError) -> (
        OpaquePointer?, Int
    ) {
        var statement: OpaquePointer?
        var tail: UnsafePointer<CChar>?
        // Safe: the buffer lives for the call; the tail points into it.
        let code = unsafe sqlite3_prepare_v3(
            handle, sql.baseAddress, Int32(clamping: sql.count), lasting ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0,
            &statement, &tail)
        guard code == SQLITE_OK else { throw failure("prepare", text, code: code) }
        let used = unsafe tail.map { unsafe $0 - sql.baseAddress! } ?? sql.count
        return unsafe (statement, used)
    }
}
