import SystemIO

/// Finds what in the store is not as it was written.
extension SQLiteStore {
    package func forEachDamage(_ body: (String) throws -> Void) throws {
        try look("the database itself", body) {
            let check = try database.prepare("PRAGMA integrity_check(20)")
            while try check.step() {
                let words = check.text(0)
                if words != "ok" { try body("\(database.path): \(words)") }
            }
        }
        try look("who must not be contacted", body) { try checkSuppressions() }
        let batch = { (id: Int64) in "batch \(BatchID(rawValue: id))" }
        let part = { (select: Statement) in
            let id = SegmentID(rawValue: select.int64(0))
            return "\(id.number) of batch \(id.batch)"
        }
        let parcel = { (select: Statement) in
            let id = ParcelID(rawValue: UInt32(truncatingIfNeeded: select.int64(0)))
            return "parcel \(id) of \(batch(select.int64(1)))"
        }
        let rows: [(sql: String, what: (Statement) -> String)] = [
            (LedgerSQL.damagedBatches, { "the row of " + batch($0.int64(0)) }),
            (ParcelSQL.damagedParcels, parcel),
            (ParcelSQL.damagedPause, { "which campaigns are paused, at \"\($0.text(0))\"" }),
            (ContactSQL.damagedContactStates, { "where the contacts stand of segment " + part($0) }),
            (ContactSQL.damagedRefusals, { "refusals " + part($0) }),
            (ContactSQL.damagedRecipients, { "who is in it, run " + part($0) }),
            (
                HistorySQL.damagedReceiptPages,
                { Self.page(of: ReceiptPage.Place(rawValue: $0.int64(0)), $0.int64(1), $0.int64(2)) }
            ),
            (DaySQL.damagedNames, { "the text \($0.int64(0)) that contacts share" }),
            (DaySQL.damagedSettings, { "what is kept as \"\($0.text(0))\"" }),
        ]
        for (sql, what) in rows {
            try look("a table", body) {
                let select = try database.prepare(sql)
                while try select.step() { try body(what(select)) }
            }
        }
        try look("the segments", body) {
            let select = try database.prepare(ContactSQL.allSegments)
            while try select.step() {
                do {
                    _ = try segment(select)
                } catch let problem as StoreProblem {
                    try body(problem.what)
                }
            }
        }
    }

    /// An error in one check does not stop the others.
    private func look(_ what: String, _ tell: (String) throws -> Void, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let problem as StoreProblem {
            try tell(problem.what)
        } catch let error as SQLiteError {
            try tell("\(what) cannot be read: \(error)")
        }
    }
}
