import Waybill

/// What the readers of results, lists and small files promise: any bytes are read or refused, and places are in the
/// text.
enum ReceiptPromises {
    private static let regions = ["US", "DE", "IT"]

    static func check(_ input: inout FuzzInput) throws(BrokenPromise) {
        let block = input.blockSize()
        let bytes = input.bytes
        try checkRows(of: bytes, block: block)
        try checkList(bytes)
        try checkSmallFiles(bytes)
        try checkWords(bytes)
    }

    // MARK: - Rows

    private static func checkRows(of bytes: [UInt8], block: Int) throws(BrokenPromise) {
        var campaign = Campaign(name: "results")
        campaign.header = .set(true)
        campaign.require = []
        campaign.quotes = .lenient
        let choice = DropReadingChoice(campaign: campaign, limits: Configuration.Limits(), lookedAt: 1_024)
        let drop = try JudgedDrop(bytes, block: block, choice)
        let names = drop.findings.columns.map(\.name)
        let receipts = try? ReceiptColumns(names: names)
        let replies = try? ReplyColumns(names: names)
        for record in drop.records where record.damage == nil {
            let values = record.fields.map { $0.bytes[...] }
            if let reading = receipts?.read(values) { try check(reading) }
            if let reading = replies?.read(values) {
                try BrokenPromise.unless(reading.row != nil || !reading.problems.isEmpty, "a reply is lost in silence")
                guard let row = reading.row else { continue }
                try checkAddress(row.from)
                _ = ReplyKeywords(["stop": [String(decoding: row.to, as: UTF8.self)]]).meaning(of: row.text)
            }
        }
    }

    private static func check(_ reading: ReceiptReading<ReceiptRow>) throws(BrokenPromise) {
        try BrokenPromise.unless(reading.row != nil || !reading.problems.isEmpty, "a receipt is lost in silence")
        if let row = reading.row { try checkAddress(row.address) }
        switch reading.row?.subject {
        case .reference(let reference):
            try BrokenPromise.unless(Reference(reference.description) == reference, "\(reference) reads otherwise")
        case .account, .address, nil: break
        }
    }

    private static func checkAddress(_ address: [UInt8]) throws(BrokenPromise) {
        let readings = AddressReading.all(of: address, AddressRules(regions: regions, takesAnyDigits: false))
        try BrokenPromise.unless(Set(readings).count == readings.count, "an address has one reading twice")
    }

    // MARK: - Lists

    private static func checkList(_ bytes: [UInt8]) throws(BrokenPromise) {
        guard let whole = try? records(bytes, pieceOf: bytes.count) else { return }
        var last: ListRecord?
        for record in whole {
            try BrokenPromise.unless(
                record.number == (last?.number ?? 0) + 1 && record.line >= last?.line ?? 1,
                "the record in line \(record.line) is not in its place")
            last = record
            if record.entry == nil { continue }
            try BrokenPromise.unless(
                !record.listings.isEmpty || record.isTold, "the entry in line \(record.line) is nobody")
            try BrokenPromise.unless(
                !record.isRemoval || record.listings.isEmpty || !record.isTold,
                "the damaged entry in line \(record.line) removes somebody")
        }
        // A mark at the beginning and a byte that ends a line may come in two pieces.
        guard let pieces = try? records(bytes, pieceOf: 7) else {
            throw BrokenPromise("a list that is read in one piece is refused in pieces")
        }
        try BrokenPromise.unless(whole == pieces, "a list reads otherwise in pieces")
    }

    private static let rules = ListingRules(Configuration(), at: Timestamp(milliseconds: 1_764_000_000_000))

    private struct ListRecord: Equatable {
        let number: UInt32
        let line: UInt64
        /// Nil for one that is blank.
        var entry: ListEntry?
        var listings: [Listing] = []
        var isRemoval = false
        var isTold = false
    }

    private static func records(_ bytes: [UInt8], pieceOf size: Int) throws -> [ListRecord] {
        var decoder = DropDecoder(settings: ListColumns.settings(Configuration.Limits()))
        var found: [ListRecord] = []
        for start in stride(from: 0, to: max(1, bytes.count), by: max(1, size)) {
            let end = min(start + max(1, size), bytes.count)
            for chunk in try decoder.push(Array(bytes[start..<end]), isLast: end == bytes.count) {
                guard let format = decoder.format else { continue }
                let columns = try ListColumns(chunk.schema, format)
                for record in chunk.records {
                    found.append(ListRecord(number: record.number, line: record.line))
                    guard case .entry(let entry, _) = columns.read(record, in: chunk),
                        let reading = rules.read(record, in: chunk, columns)
                    else { continue }
                    found[found.count - 1].entry = entry
                    found[found.count - 1].listings = reading.listings
                    found[found.count - 1].isRemoval = reading.isRemoval
                    found[found.count - 1].isTold = !reading.violations.isEmpty
                }
            }
        }
        return found
    }

    // MARK: - Small files and words

    private static func checkSmallFiles(_ bytes: [UInt8]) throws(BrokenPromise) {
        if let command = try? ControlCommand(json: bytes), case .batch(let batch, _) = command.scope {
            try BrokenPromise.unless(BatchID(batch.description) == batch, "\(batch) reads otherwise")
        }
        var sidecar = Sidecar()
        try? sidecar.read(meta: bytes)
        try? sidecar.read(checksum: bytes, of: "drop.csv")
        try BrokenPromise.unless(sidecar.sha256?.utf8.count ?? 64 == 64, "a digest has another length")
    }

    private static func checkWords(_ bytes: [UInt8]) throws(BrokenPromise) {
        _ = ReplyKeywords().meaning(of: bytes)
        try checkAddress(bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        if let reference = Reference(text) {
            try BrokenPromise.unless(Reference(reference.description) == reference, "\(reference) reads otherwise")
        }
        // Not more: days before the year 0 and after 9999 are written in a way that is not read.
        _ = Timestamp(iso8601: bytes[...])?.description
    }
}
