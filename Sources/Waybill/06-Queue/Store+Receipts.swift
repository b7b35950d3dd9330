import SystemIO

/// Results that came back, the people who must not be contacted, sampling quotas and closed days.
extension Store {
    /// A receipt as it is kept.
    package struct StoredReceipt: Hashable, Sendable {
        package var record: UInt32
        package var step: String
        package var attempt: Int
        package var event: String
        package var at: Timestamp
        package var receivedAt: Timestamp
        package var code: String
        package var detail: String
        /// It came after the contact was done.
        package var isLate: Bool

        package init(
            record: UInt32, step: String, attempt: Int, event: String, at: Timestamp, receivedAt: Timestamp,
            code: String, detail: String, isLate: Bool
        ) {
            self.record = record
            self.step = step
            self.attempt = attempt
            self.event = event
            self.at = at
            self.receivedAt = receivedAt
            self.code = code
            self.detail = detail
            self.isLate = isLate
        }
    }

    package func insert(_ receipt: StoredReceipt, batch: BatchID, source: BatchID) throws {
        let insert = try database.statement(StoreSQL.insertReceipt)
        try insert.bind(":batch", batch.rawValue)
        try insert.bind(":record", Int64(receipt.record))
        try insert.bind(":step", receipt.step)
        try insert.bind(":attempt", receipt.attempt)
        try insert.bind(":event", receipt.event)
        try insert.bind(":at", receipt.at.milliseconds)
        try insert.bind(":received", receipt.receivedAt.milliseconds)
        try insert.bind(":code", receipt.code)
        try insert.bind(":detail", receipt.detail)
        try insert.bind(":late", receipt.isLate ? 1 : 0)
        try insert.bind(":source", source.rawValue)
        try insert.run()
    }

    /// The receipts of one contact in the order in which they came, or (nil) of a whole batch by record.
    package func receipts(ofBatch batch: BatchID, record: UInt32? = nil) throws -> [StoredReceipt] {
        let select = try database.statement(record == nil ? StoreSQL.receiptsOfBatch : StoreSQL.receiptsOfContact)
        defer { select.reset() }
        try select.bind(":batch", batch.rawValue)
        if let record { try select.bind(":record", Int64(record)) }
        var receipts: [StoredReceipt] = []
        while try select.step() {
            receipts.append(
                StoredReceipt(
                    record: UInt32(select.int64(0)), step: select.text(1), attempt: select.int(2),
                    event: select.text(3), at: Timestamp(milliseconds: select.int64(4)),
                    receivedAt: Timestamp(milliseconds: select.int64(5)), code: select.text(6),
                    detail: select.text(7), isLate: select.int(8) != 0))
        }
        return receipts
    }

    // MARK: Quotas

    package func quotaUsed(campaign: String, day: String) throws -> [String: Int] {
        let select = try database.statement(StoreSQL.quotaUsed)
        defer { select.reset() }
        try select.bind(":campaign", campaign)
        try select.bind(":day", day)
        var used: [String: Int] = [:]
        while try select.step() { used[select.text(0)] = select.int(1) }
        return used
    }

    package func setQuota(campaign: String, day: String, used: [String: Int]) throws {
        for (stratum, count) in used {
            let put = try database.statement(StoreSQL.setQuota)
            try put.bind(":campaign", campaign)
            try put.bind(":day", day)
            try put.bind(":stratum", stratum)
            try put.bind(":used", count)
            try put.run()
        }
    }

    // MARK: Days

    package func lastClosedDay(of campaign: String) throws -> CalendarDay? {
        let select = try database.statement(StoreSQL.lastClosedDay)
        defer { select.reset() }
        try select.bind(":campaign", campaign)
        return try select.step() && !select.isNull(0) ? CalendarDay(select.text(0)) : nil
    }

    package func isClosed(_ day: CalendarDay, of campaign: String) throws -> Bool {
        let select = try database.statement(StoreSQL.closedDay)
        defer { select.reset() }
        try select.bind(":campaign", campaign)
        try select.bind(":day", day.description)
        return try select.step()
    }

    package func close(_ day: CalendarDay, of campaign: String, at now: Timestamp) throws {
        let insert = try database.statement(StoreSQL.closeDay)
        try insert.bind(":campaign", campaign)
        try insert.bind(":day", day.description)
        try insert.bind(":at", now.milliseconds)
        try insert.run()
    }
}
