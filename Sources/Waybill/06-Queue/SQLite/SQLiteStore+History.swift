import SystemIO

/// Who was contacted when, and who responded, for the caps of policies: one row for each parcel that left, with the
/// keys of its recipients, and one for the responses taken together.
///
/// A row per contact would dirty a random page for each, some 12 KB of writing; this takes 8 bytes. Verdicts come from
/// memory (`RecentContacts`), which is filled from here at the start.
extension SQLiteStore {
    // MARK: Receipts

    package func insert(_ receipt: StoredReceipt, batch: BatchID, source: BatchID) throws {
        let insert = try database.statement(HistorySQL.insertReceipt)
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

    package func receipts(ofBatch batch: BatchID, record: UInt32?) throws -> [StoredReceipt] {
        let select = try database.statement(record == nil ? HistorySQL.receiptsOfBatch : HistorySQL.receiptsOfContact)
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

    // MARK: Contacts and responses

    package func noteDeparture(
        of keys: [UInt64], parcel: ParcelID, channel: Channel, campaign: String, at moment: Timestamp
    ) throws {
        let insert = try database.statement(HistorySQL.noteDeparture)
        try insert.bind(":parcel", Int64(parcel.rawValue))
        try insert.bind(":at", moment.milliseconds)
        try insert.bind(":channel", channel.name)
        try insert.bind(":campaign", campaign)
        try insert.run(withBlob: KeyBytes.of(keys), at: ":keys")
    }

    package func forgetDeparture(of parcel: ParcelID) throws {
        let delete = try database.statement(HistorySQL.forgetDeparture)
        try delete.bind(":parcel", Int64(parcel.rawValue))
        try delete.run()
    }

    /// Prefix of a refusal's channel: no channel's name has a control character. Programs that do not know it count a
    /// response over some other channel.
    private static let refusal = "\u{1F}declined\u{1F}"

    package func noteResponses(
        of keys: [UInt64], channel: Channel, campaign: String, counted: Policy.Counted, at moment: Timestamp
    ) throws {
        let insert = try database.statement(HistorySQL.noteResponses)
        try insert.bind(":at", moment.milliseconds)
        try insert.bind(":channel", (counted == .refusals ? Self.refusal : "") + channel.name)
        try insert.bind(":campaign", campaign)
        try insert.run(withBlob: KeyBytes.of(keys), at: ":keys")
    }

    package func recentContacts(
        after moment: Timestamp, caps: [Policy.Cap], sorts: RecentContacts.Sorts
    ) throws -> RecentContacts {
        let recent = RecentContacts(caps: caps, sorts: sorts)
        for (sql, counted) in [
            (HistorySQL.departuresAfter, Policy.Counted.contacts), (HistorySQL.responsesAfter, .responses),
        ] {
            let select = try database.statement(sql)
            defer { select.reset() }
            try select.bind(":after", moment.milliseconds)
            while try select.step() {
                var keys: [(key: UInt64, subject: Policy.CapSubject?)] = []
                // The column of a key is not stored: keys of different columns differ.
                KeyBytes.forEach(in: select.blob(3)) { keys.append(($0, nil)) }
                let name = select.text(1)
                let isRefusal = counted == .responses && name.hasPrefix(Self.refusal)
                recent.note(
                    keys, channel: Channel(isRefusal ? String(name.dropFirst(Self.refusal.count)) : name),
                    campaign: .init(select.text(2)), counted: isRefusal ? .refusals : counted,
                    at: Timestamp(milliseconds: select.int64(0)))
            }
        }
        return recent
    }

    package func forgetContacts(before moment: Timestamp) throws {
        for sql in [HistorySQL.forgetDepartures, HistorySQL.forgetResponses] {
            let delete = try database.statement(sql)
            try delete.bind(":before", moment.milliseconds)
            try delete.run()
        }
    }
}
