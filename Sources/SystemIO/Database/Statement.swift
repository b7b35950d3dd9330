import CSQLite

/// A prepared statement: bind values, step through rows, read columns.
///
/// Columns count from 0, parameters from 1. After leaving a loop over rows early, call `reset()`: a statement with a
/// current row keeps the connection's read snapshot open.
///
/// Safe to use although it holds a pointer: the handle is valid from `init` to `deinit`, and only this folder sees it.
@safe package final class Statement {
    let handle: OpaquePointer
    private let connection: Connection
    package let sql: String
    /// Names asked for so far, in that order. There are only a few, so comparing beats hashing.
    private var indexes: [(name: String, index: Int32)] = []

    /// Takes over a prepared handle.
    init(_ handle: OpaquePointer, _ connection: Connection, _ sql: String) {
        unsafe self.handle = handle
        self.connection = connection
        self.sql = sql
    }

    deinit {
        // Safe: the connection is still open, because this object holds it.
        unsafe sqlite3_finalize(handle)
    }

    // MARK: Values

    /// Binds a value, or NULL for nil, to a parameter by number.
    package func bind<Value: SQLiteBindable>(_ index: Int32, _ value: Value?) throws(SQLiteError) {
        guard let value else { return try bind(index, nil) }
        try check(value.bind(to: self, at: index), "bind")
    }

    /// Binds NULL to a parameter by number.
    package func bind(_ index: Int32, _ null: SQLiteNull) throws(SQLiteError) {
        try check(unsafe sqlite3_bind_null(handle, index), "bind")
    }

    /// Binds a value, or NULL for nil, to a parameter by its name with its colon (`:batch`).
    package func bind<Value: SQLiteBindable>(_ name: String, _ value: Value?) throws(SQLiteError) {
        try bind(index(of: name), value)
    }

    // The same for the most common types, without a dynamic type check.

    package func bind(_ name: String, _ value: Int64) throws(SQLiteError) { try bind(index(of: name), value) }

    package func bind(_ name: String, _ value: Int) throws(SQLiteError) { try bind(index(of: name), Int64(value)) }

    package func bind(_ name: String, _ value: String) throws(SQLiteError) {
        try check(value.bind(to: self, at: index(of: name)), "bind")
    }

    package func bind(_ name: String, _ value: [UInt8]) throws(SQLiteError) {
        try check(value.bind(to: self, at: index(of: name)), "bind")
    }

    package func bind(_ index: Int32, _ value: Int64) throws(SQLiteError) {
        try check(unsafe sqlite3_bind_int64(handle, index, value), "bind")
    }

    /// The number of a parameter, for loops.
    package func place(of name: String) throws(SQLiteError) -> Int32 { try index(of: name) }

    /// Binds NULL to a parameter by its name with its colon.
    package func bind(_ name: String, _ null: SQLiteNull) throws(SQLiteError) {
        try bind(index(of: name), null)
    }

    // MARK: Running

    /// Moves to the next row. False if there is none; then the statement can be run again with the same values.
    package func step() throws(SQLiteError) -> Bool {
        assert(connection.watch.enter(), "two threads use one connection at once: \(sql)")
        defer { assert(connection.watch.leave()) }
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW:
            return true
        case SQLITE_DONE:
            // At once, so no read snapshot stays open after a finished loop.
            unsafe sqlite3_reset(handle)
            return false
        case let code:
            let failure = connection.failure("run", sql, code: code)
            unsafe sqlite3_reset(handle)
            throw failure
        }
    }

    /// Runs to the end, ignoring rows, then clears the values.
    package func run() throws(SQLiteError) {
        defer { reset() }
        while try step() {}
    }

    /// Runs with one more value, a blob that SQLite reads in place without copying it.
    package func run(withBlob bytes: [UInt8], at name: String) throws(SQLiteError) {
        let place = try index(of: name)
        var refused: SQLiteError?
        // Safe: `reset` clears the values before the address of the bytes becomes invalid.
        unsafe bytes.withUnsafeBytes { raw in
            defer { reset() }
            do throws(SQLiteError) {
                try check(unsafe Statement.bindBlob(handle, place, raw, waybill_sqlite_static()), "bind")
                while try step() {}
            } catch {
                refused = error
            }
        }
        if let refused { throw refused }
    }

    /// The first row as `read` decodes it, or nil if there is none; then clears the values.
    package func first<T>(_ read: (Statement) throws -> T) throws -> T? {
        defer { reset() }
        return try step() ? try read(self) : nil
    }

    /// Ends the loop over rows and clears the values.
    package func reset() {
        unsafe sqlite3_reset(handle)
        unsafe sqlite3_clear_bindings(handle)
    }

    /// Whether it has a current row.
    var isBusy: Bool { unsafe sqlite3_stmt_busy(handle) != 0 }

    // MARK: Columns

    package func int64(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

    package func int(_ column: Int32) -> Int { Int(int64(column)) }

    package func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_NULL }

    /// The text of a column; empty for NULL.
    package func text(_ column: Int32) -> String { optionalText(column) ?? "" }

    package func optionalText(_ column: Int32) -> String? {
        // Safe: SQLite's bytes stay until the next step, and are copied here. The text is requested before its length.
        guard let bytes = unsafe sqlite3_column_text(handle, column) else { return nil }
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        return unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// The bytes of a column; empty for NULL.
    package func blob(_ column: Int32) -> [UInt8] {
        // Safe: SQLite's bytes stay until the next step, and are copied here. An empty blob has no address.
        guard let bytes = unsafe sqlite3_column_blob(handle, column) else { return [] }
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        return unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
    }

    /// Lends the bytes of a column in SQLite's memory, without a copy; empty for NULL.
    package func withBlob<Result>(_ column: Int32, _ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
        // Safe: SQLite's bytes stay until the next step, and the closure cannot keep the span. An empty blob has no
        // address.
        let bytes = unsafe sqlite3_column_blob(handle, column)
        let count = unsafe bytes == nil ? 0 : Int(sqlite3_column_bytes(handle, column))
        let raw = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
        return try unsafe body(Span(_unsafeBytes: raw))
    }

    /// An INTEGER column that may be NULL.
    package func optionalInt64(_ column: Int32) -> Int64? { isNull(column) ? nil : int64(column) }

    // MARK: Internals

    /// Binds bytes. An empty blob is bound differently, because SQLite takes a missing address for NULL.
    static func bindBlob(
        _ handle: OpaquePointer, _ index: Int32, _ bytes: UnsafeRawBufferPointer, _ lifetime: sqlite3_destructor_type?
    ) -> Int32 {
        guard let start = bytes.baseAddress, bytes.count > 0 else {
            return unsafe sqlite3_bind_zeroblob(handle, index, 0)
        }
        return unsafe sqlite3_bind_blob64(handle, index, start, UInt64(bytes.count), lifetime)
    }

    private func index(of name: String) throws(SQLiteError) -> Int32 {
        for known in indexes where known.name == name { return known.index }
        // Safe: the name is a zero-ended copy that lives for the call.
        let found = unsafe sqlite3_bind_parameter_index(handle, name)
        guard found > 0 else {
            throw SQLiteError(
                operation: "bind", sql: sql, code: SQLITE_RANGE, message: "no parameter \(name) in this statement")
        }
        indexes.append((name, found))
        return found
    }

    private func check(_ code: Int32, _ operation: String) throws(SQLiteError) {
        if code != SQLITE_OK { throw connection.failure(operation, sql, code: code) }
    }
}
