import CSQLite

/// A Swift value that SQLite can store.
package protocol SQLiteBindable {
    /// Binds the value to the parameter at `index` and returns SQLite's result code.
    func bind(to statement: Statement, at index: Int32) -> Int32
}

/// The literal `nil` as a value to bind.
package struct SQLiteNull: ExpressibleByNilLiteral {
    package init(nilLiteral: ()) {}
}

extension Int64: SQLiteBindable {
    package func bind(to statement: Statement, at index: Int32) -> Int32 {
        // Safe here and below: the statement's handle lives as long as the statement.
        unsafe sqlite3_bind_int64(statement.handle, index, self)
    }
}

extension Int: SQLiteBindable {
    package func bind(to statement: Statement, at index: Int32) -> Int32 {
        unsafe sqlite3_bind_int64(statement.handle, index, Int64(self))
    }
}

extension Double: SQLiteBindable {
    package func bind(to statement: Statement, at index: Int32) -> Int32 {
        unsafe sqlite3_bind_double(statement.handle, index, self)
    }
}

extension String: SQLiteBindable {
    package func bind(to statement: Statement, at index: Int32) -> Int32 {
        var text = self
        // Safe: SQLite copies the bytes before the closure returns (transient).
        return text.withUTF8 { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                // An empty buffer may have no address, and SQLite would take that for NULL.
                guard let start = characters.baseAddress else {
                    return unsafe sqlite3_bind_text(statement.handle, index, "", 0, waybill_sqlite_transient())
                }
                return unsafe sqlite3_bind_text64(
                    statement.handle, index, start, UInt64(characters.count), waybill_sqlite_transient(),
                    UInt8(SQLITE_UTF8))
            }
        }
    }
}

extension Array: SQLiteBindable where Element == UInt8 {
    package func bind(to statement: Statement, at index: Int32) -> Int32 { self[...].bind(to: statement, at: index) }
}

extension ArraySlice: SQLiteBindable where Element == UInt8 {
    package func bind(to statement: Statement, at index: Int32) -> Int32 {
        // Safe: SQLite copies the bytes before the closure returns (transient).
        unsafe withUnsafeBytes { bytes in
            unsafe Statement.bindBlob(statement.handle, index, bytes, waybill_sqlite_transient())
        }
    }
}
