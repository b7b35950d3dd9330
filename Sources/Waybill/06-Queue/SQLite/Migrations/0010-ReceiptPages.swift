import SystemIO

extension Migrations {
    /// Receipts lie many in a row: a row for each cost more than all else that a receipt needs.
    static let receiptPages = Migration(
        version: 10,
        sql: """
            CREATE TABLE receipt_page (
              id INTEGER PRIMARY KEY, place INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
              data BLOB NOT NULL, sum INTEGER
            );
            CREATE INDEX receipt_page_place ON receipt_page(place, first, last);
            """
    ) { database in
        let select = try database.prepare(
            """
            SELECT record, step, attempt, event, at, received_at, code, detail, late, batch, source FROM receipt
            ORDER BY batch, record, id
            """)
        var page: ReceiptPage?
        while try select.step() {
            let receipt = StoredReceipt(
                record: UInt32(truncatingIfNeeded: select.int64(0)), step: select.text(1), attempt: select.int(2),
                event: select.text(3), at: Timestamp(milliseconds: select.int64(4)),
                receivedAt: Timestamp(milliseconds: select.int64(5)), code: select.text(6),
                detail: select.text(7), isLate: select.int(8) != 0)
            let batch = BatchID(rawValue: select.int64(9))
            try SQLiteStore.add(
                receipt, batch: batch, source: BatchID(rawValue: select.int64(10)), to: &page, in: database)
        }
        if let page { try SQLiteStore.insert(page, in: database) }
        try database.execute("DROP TABLE receipt")
    }
}
