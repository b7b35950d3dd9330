import SystemIO

/// The reading of a drop of receipts or replies, from its bytes to its rows: stages 2 and 8 with a thread around them.
///
///     reader (bytes, SHA-256, gzip, records, rows) ──▶ next()
///
/// A drop of one block is read on the caller's thread. What it says comes in file order, whatever is refused behind it.
final class ResultsReading {
    /// What a call of `next` came to.
    enum Next {
        case part(Part)
        /// Nothing yet, as from a share that hangs.
        case waiting
        /// All of it was read.
        case end(Findings)
    }

    /// Some records of the drop.
    final class Part: Sendable {
        let chunk: Chunk
        let columns: ResultColumns
        /// One for each record.
        let rows: [Row]
        let format: DropFormat?
        /// What stands before the first record, for the rejects file.
        let leadingBytes: [UInt8]
        /// Bytes of the file read so far, as it lies on disk.
        let bytesRead: Int64

        init(_ chunk: Chunk, _ purpose: DropPurpose, _ drop: DropChunks) throws(UnusableReceipts) {
            let columns = try ResultColumns(
                purpose, names: chunk.schema.columns.map(\.name), isTable: drop.format?.kind == .csv)
            self.columns = columns
            rows = try columns.read(chunk)
            self.chunk = chunk
            format = drop.format
            leadingBytes = drop.decoder.leadingBytes
            bytesRead = drop.bytesRead
        }
    }

    /// What a record says.
    struct Row: Sendable {
        enum Words: Sendable {
            case receipt(ReceiptReading<ReceiptRow>)
            /// Apart from the others, which are small.
            indirect case reply(ReceiptReading<ReplyRow>)
            /// Its form is damaged.
            case none(RecordSpan.Damage)
        }

        let words: Words
        /// It has values beyond the last column, or ends before one that it cannot do without.
        var misplaced: Violation?
        /// It is not valid in UTF-8, and was read as Windows-1252.
        var isForeign = false
        /// It is taken for an event, and may be what somebody wrote.
        var mayBeReply = false
    }

    /// What is known of a drop once all of it was read.
    struct Findings: Sendable {
        let trailingBytes: [UInt8]
        /// Rows with nothing in them, which are no records.
        let blankRows: Int
        /// What was wrong with its end, which did not keep the records before it from counting.
        let passedOver: RefusedDrop?
    }

    private let terms: Terms
    private var course = Course.unbegun

    /// Nothing is read before `next` is called.
    init(
        _ file: DropFile, _ purpose: DropPurpose, _ settings: DecodeSettings,
        limits: Configuration.Limits
    ) {
        terms = Terms(file: file, purpose: purpose, settings: settings, limits: limits)
    }

    deinit {
        // The thread ends by itself; one that hangs in a share is not waited for.
        if case .threaded(let parts, _) = course { parts.cancel() }
    }

    /// The next part in file order, waiting for it at most that long; not to be called again after the end.
    func next(waitingAtMost milliseconds: Int64) throws -> Next {
        switch course {
        case .unbegun:
            course =
                terms.file.isQuick && terms.file.size <= DropReading.blockSize
                ? .here(try Reader(terms)) : Self.begin(terms)
            return try next(waitingAtMost: milliseconds)
        case .here(var reader):
            // So that there is one reader, and nothing of it is copied.
            course = .ended
            guard let part = try reader.next() else { return .end(reader.findings) }
            course = .here(reader)
            return .part(part)
        case .threaded(let parts, let reader):
            switch parts.pop(waitingAtMost: milliseconds) {
            case .element(let part): return .part(part)
            case .timedOut: return .waiting
            case .ended: return .end(try reader.join())
            }
        case .ended: preconditionFailure("a drop has one end")
        }
    }

    private enum Course {
        case unbegun
        case here(Reader)
        case threaded(BoundedQueue<Part>, Worker<Findings>)
        case ended
    }

    private static func begin(_ terms: Terms) -> Course {
        Memory.keepFreed()
        let parts = BoundedQueue<Part>(capacity: 3)
        let worker = Worker.start(name: "reader") {
            defer { parts.close() }
            var reader = try Reader(terms)
            while let part = try reader.next(), parts.push(part) {}
            return reader.findings
        }
        return .threaded(parts, worker)
    }

    /// What is to be read, and how.
    private struct Terms: Sendable {
        let file: DropFile
        let purpose: DropPurpose
        let settings: DecodeSettings
        let limits: Configuration.Limits
    }

    private struct Reader {
        private var drop: DropChunks
        private let purpose: DropPurpose
        /// The chunks of the last block that were not read, the first one last.
        private var left: [Chunk] = []

        init(_ terms: Terms) throws {
            // What comes before the end that is missing counts: it may say who must not be contacted.
            drop = try DropChunks(
                terms.file, terms.settings, limits: terms.limits, passingOverRefusals: true,
                readingForms: true,
                takingMails: terms.purpose == .receipts)
            purpose = terms.purpose
        }

        /// Nil at the end.
        mutating func next() throws -> Part? {
            while left.isEmpty {
                guard let chunks = try drop.next() else { return nil }
                if let refused = drop.passedOver, refused.code != .truncated { throw refused }
                left = chunks.reversed()
            }
            return try left.popLast().map { try Part($0, purpose, drop) }
        }

        var findings: Findings {
            Findings(
                trailingBytes: drop.decoder.trailingBytes, blankRows: drop.decoder.blankRows,
                passedOver: drop.passedOver)
        }
    }
}

/// The columns of a results drop, by what the drop is for.
///
/// A provider posts what people write and what became of messages to one address, so objects of either kind are read
/// in both folders. A table has one kind of rows.
struct ResultColumns {
    private let purpose: DropPurpose
    private let isTable: Bool
    private let receipts: ReceiptColumns?
    private let replies: ReplyColumns?
    /// Why nothing can be read that is what the drop is for.
    private let lack: UnusableReceipts?

    /// - Parameter isTable: whether each record has to fill the columns.
    init(_ purpose: DropPurpose, names: [String], isTable: Bool) throws(UnusableReceipts) {
        (self.purpose, self.isTable) = (purpose, isTable)
        let isOfReplies = purpose == .replies
        var lack: UnusableReceipts?
        do throws(UnusableReceipts) {
            replies = isOfReplies || !isTable ? try ReplyColumns(names: names) : nil
        } catch {
            replies = nil
            if isOfReplies { lack = error }
        }
        do throws(UnusableReceipts) {
            receipts = !isOfReplies || !isTable ? try ReceiptColumns(names: names) : nil
        } catch {
            receipts = nil
            if !isOfReplies { lack = error }
        }
        self.lack = lack
        if let lack, receipts == nil && replies == nil { throw lack }
    }

    /// What became of the columns.
    func outcomes(_ names: [String]) -> [Campaign.ColumnName] {
        let own = purpose == .replies ? replies?.outcomes(names) : receipts?.outcomes(names)
        return own ?? replies?.outcomes(names) ?? receipts?.outcomes(names) ?? []
    }

    /// What each record of a chunk says.
    fileprivate func read(_ chunk: Chunk) throws(UnusableReceipts) -> [ResultsReading.Row] {
        // Mostly none is, and no value is looked at for it.
        let mayBeForeign = !chunk.text.allSatisfy { $0 < 0x80 }
        var rows: [ResultsReading.Row] = []
        rows.reserveCapacity(chunk.records.count)
        for record in chunk.records {
            if let damage = record.damage {
                rows.append(ResultsReading.Row(words: .none(damage)))
                continue
            }
            let values = ChunkValues(record, in: chunk)
            // A stop in another alphabet is one.
            let isForeign = mayBeForeign && (0..<values.count).contains { TextEncoding.isForeign(values[$0]) }
            var row =
                isForeign
                ? try row((0..<values.count).map { TextEncoding.windows1252.text(of: values[$0]) }) : try row(values)
            row.isForeign = isForeign
            if isTable { row.misplaced = Self.misplaced(values, row.words, in: chunk) }
            rows.append(row)
        }
        return rows
    }

    /// Of a row that the header does not fit: something else may stand where a value is expected.
    private static func misplaced(
        _ values: ChunkValues, _ words: ResultsReading.Row.Words, in chunk: Chunk
    ) -> Violation? {
        let expected = chunk.schema.columns.count
        if values.count > expected {
            // A delimiter at each line's end is a habit of some exports.
            let isEmpty = (expected..<values.count).allSatisfy { values[$0].isEmpty }
            return isEmpty ? nil : .tooManyFields(values.count, expected: expected, hasHeader: true)
        }
        guard values.count < expected else { return nil }
        let isUsable =
            switch words {
            case .receipt(let reading): reading.row != nil
            case .reply(let reading): reading.row?.isWhole ?? false
            case .none: true
            }
        return isUsable ? nil : .tooFewFields(values.count, expected: expected, orAll: nil)
    }

    private func row(_ values: some RecordValues) throws(UnusableReceipts) -> ResultsReading.Row {
        typealias Row = ResultsReading.Row
        if !isTable, let receipts {
            let kind = receipts.kind(values)
            if kind == .message, let replies { return Row(words: .reply(replies.read(values))) }
            if kind == .event, purpose == .replies || replies != nil {
                let reading = receipts.read(values)
                // Who refuses by a message to us stands where senders do.
                return Row(
                    words: .receipt(reading), mayBeReply: replies != nil && reading.row?.event == .unsubscribed)
            }
            if purpose == .replies {
                let hasText = replies?.hasText(values) ?? false
                if !hasText, receipts.hasEvent(values) {
                    return Row(words: .receipt(receipts.read(values)), mayBeReply: true)
                }
            }
        }
        if let lack { throw lack }
        if purpose == .replies, let replies { return Row(words: .reply(replies.read(values))) }
        guard let receipts else { preconditionFailure("who lacks its columns says so") }
        return Row(words: .receipt(receipts.read(values)))
    }
}
