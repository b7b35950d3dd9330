import SystemIO

/// Who was contacted when, and who responded, for the caps of policies: one row for each parcel that left, with the
/// keys of its recipients, and one for the responses taken together.
///
/// A row per contact would dirty a random page for each, some 12 KB of writing; this takes 8 bytes. Verdicts come from
/// memory (`RecentContacts`), which is filled from here at the start.
extension SQLiteStore {
    // MARK: Receipts

    package func insert(_ receipts: [StoredReceipt], batch: BatchID, source: BatchID) throws {
        var page: ReceiptPage?
        for receipt in receipts.byRecord {
            try Self.add(receipt, batch: batch, source: source, to: &page, in: database)
        }
        if let page { try Self.insert(page, in: database) }
        // The batch changed, though its contacts may all be done: the report of the day has what came of it.
        if let last = receipts.map(\.receivedAt).max() { try apply([:], to: batch, at: last) }
    }

    /// Puts a receipt behind those of a page, or of a new one once that is written.
    static func add(
        _ receipt: StoredReceipt, batch: BatchID, source: BatchID, to page: inout ReceiptPage?, in database: Database
    ) throws {
        if page?.takes(receipt.record, batch: batch) == false, let full = page {
            try insert(full, in: database)
            page = nil
        }
        if page == nil { page = ReceiptPage(of: receipt.record, batch: batch) }
        page?.append(receipt, source: source)
    }

    static func insert(_ page: ReceiptPage, in database: Database) throws {
        let insert = try database.statement(HistorySQL.insertReceiptPage)
        try insert.bind(":place", page.place.rawValue)
        try insert.bind(":first", Int64(page.first))
        try insert.bind(":last", Int64(page.last))
        try insert.run(withBlob: page.bytes, at: ":data")
    }

    package func receipts(ofBatch batch: BatchID, records: ClosedRange<UInt32>) throws -> [StoredReceipt] {
        var place = ReceiptPage.Place(batch: batch, record: records.lowerBound)
        let last = ReceiptPage.Place(batch: batch, record: records.upperBound)
        if place == last { return try receipts(at: place, records) }
        var receipts: [StoredReceipt] = []
        while let next = try nextReceipts(from: place, to: last) {
            receipts += try self.receipts(at: next, records)
            place = ReceiptPage.Place(rawValue: next.rawValue + 1)
        }
        return receipts
    }

    private func nextReceipts(from first: ReceiptPage.Place, to last: ReceiptPage.Place) throws -> ReceiptPage.Place? {
        let select = try database.statement(HistorySQL.nextReceiptPlace)
        try select.bind(":low", first.rawValue)
        try select.bind(":high", last.rawValue)
        return try select.first { ReceiptPage.Place(rawValue: $0.int64(0)) }
    }

    private func receipts(at place: ReceiptPage.Place, _ records: ClosedRange<UInt32>) throws -> [StoredReceipt] {
        let select = try database.statement(HistorySQL.receiptPages)
        defer { select.reset() }
        try select.bind(":place", place.rawValue)
        try select.bind(":low", Int64(records.lowerBound))
        try select.bind(":high", Int64(records.upperBound))
        // Each is by record; what came first has the lowest number.
        var pages: [(id: Int64, receipts: [StoredReceipt])] = []
        while try select.step() {
            guard select.int(4) != 0, let receipts = ReceiptPage.receipts(in: select.blob(3), of: records) else {
                throw StoreProblem.damaged(what: Self.page(of: place, select.int64(1), select.int64(2)))
            }
            pages.append((select.int64(0), receipts))
        }
        return pages.sorted { $0.id < $1.id }.flatMap(\.receipts).byRecord
    }

    /// What a page has, in words.
    static func page(of place: ReceiptPage.Place, _ first: Int64, _ last: Int64) -> String {
        "what came back of records \(first) to \(last) of batch \(place.batch)"
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

extension [StoredReceipt] {
    /// By record, each contact's in the order in which they are.
    fileprivate var byRecord: [StoredReceipt] {
        if indices.dropFirst().allSatisfy({ self[$0 - 1].record <= self[$0].record }) { return self }
        // Sorting is stable.
        return sorted { $0.record < $1.record }
    }
}
