/// Reads a drop: takes its decompressed bytes as they come and returns chunks of records.
///
/// It decides what the drop is from the first 64 KiB (after the lines to skip), and never reconsiders.
///
/// Refusals: those of JSON end the reading, and so does `drop.unknown-format`, except for a second list in JSON. A
/// refused header (`header.missing-phone`, `header.duplicate`, `header.unknown`) and a missing end (`drop.truncated`,
/// `drop.count-mismatch`) are thrown once. A caller that goes on calling `push` (after the last bytes, with no bytes
/// and `isLast`) still gets every record, to count and hand back.
package struct DropDecoder: Sendable {
    /// What was found out about the drop; nil while its form is still unknown. The caller sets `isCompressed`.
    package private(set) var format: DropFormat?
    /// Records returned so far, without the trailer.
    package private(set) var recordCount: UInt32 = 0
    /// The line end of a CSV drop's header or first record, as original bytes; one LF until it is known, and in JSON.
    package private(set) var lineEnd: [UInt8] = [ASCII.lineFeed]

    private let settings: DecodeSettings
    private let mapper: ColumnMapper
    private var tail: DropTail
    /// Nil until the encoding is known.
    private var transcoder: TextTranscoder?
    private var byteOrderMark: [UInt8] = []
    /// The text before the first CSV record.
    private var leadingText: [UInt8] = []
    /// The drop's first bytes until its encoding is known; then the text not cut into records yet.
    private var carry: [UInt8] = []
    private var byteOffset: UInt64 = 0
    private var csv: CSVRecordScanner?
    private var json: JSONRecordScanner?
    /// Chunks read in a call that threw.
    private var heldBack: [Chunk] = []
    private var isFinished = false
    /// A refusal that ended the reading.
    private var finalRefusal: RefusedDrop?
    private var hasRefused = false

    /// How many bytes of a drop are examined to find its form.
    private let lookedAt: Int
    /// The most bytes that skipped lines may have.
    private static let skippedAtMost = 1 << 20

    package init(settings: DecodeSettings, lookedAt: Int = 65_536) {
        self.settings = settings
        self.lookedAt = lookedAt
        mapper = ColumnMapper(settings: settings)
        tail = DropTail(encoding: settings.encoding.value)
    }

    /// The columns known so far.
    package var schema: Schema { csv?.schema ?? json?.schema ?? Schema() }

    /// Original bytes before the first record: byte order mark, skipped lines, `sep=`, header; or the prefix of the
    /// JSON wrapper.
    package var leadingBytes: [UInt8] {
        guard let format else { return [] }
        return byteOrderMark
            + EncodedText.original(of: (json?.leadingBytes ?? leadingText)[...], encoding: format.encoding)
    }

    /// Original bytes after the last record: the suffix of the JSON wrapper; empty for CSV.
    package var trailingBytes: [UInt8] {
        guard let json, let format else { return [] }
        return EncodedText.original(of: json.trailingBytes[...], encoding: format.encoding)
    }

    /// Rows so far with only delimiters, quotes and white space: they are not records.
    package var blankRows: Int { csv?.blankRows ?? 0 }

    /// The number of records that the drop's own trailer declares.
    package var declaredCount: Int? { csv?.declaredCount }

    /// Takes the next bytes of the drop, fewer than 1 GiB at a time, and returns the chunks they complete.
    package mutating func push(_ bytes: consuming [UInt8], isLast: Bool) throws(RefusedDrop) -> [Chunk] {
        if let finalRefusal { throw finalRefusal }
        if !isFinished {
            do throws(RefusedDrop) {
                try take(bytes, isLast: isLast)
            } catch {
                switch error.code {
                case .missingPhone, .duplicateHeader, .unknownHeader:
                    if csv == nil { finalRefusal = error }
                case .truncated, .countMismatch, .unknownFormat:
                    if !isFinished { finalRefusal = error }
                case .empty, .noValidRecords, .noCampaign, .correctsUnknown, .repeatsUnknown, .modeUnknown,
                    .checksumMismatch,
                    .tooManyRejects, .tooLarge, .bomb, .changed, .notAFile, .unreadable:
                    finalRefusal = error
                }
                hasRefused = true
                throw error
            }
        }
        let chunks = heldBack
        heldBack = []
        return chunks
    }

    /// Adds the chunks that the bytes complete to those held back.
    private mutating func take(_ bytes: consuming [UInt8], isLast: Bool) throws(RefusedDrop) {
        var bytes = try tail.text(of: bytes, isLast: isLast)
        var text: [UInt8]
        if format == nil {
            do throws(RefusedDrop) {
                guard try look(at: bytes, isLast: isLast) else { return }
            } catch {
                // A drop without its end cannot be recognised.
                if let refusal = tail.refusal, error.code == .empty || error.code == .unknownFormat { throw refusal }
                throw error
            }
            text = carry
        } else {
            if format?.encoding != .utf8 { bytes = decoded(bytes, isLast: isLast) }
            if carry.isEmpty {
                text = consume bytes
            } else {
                // Has room for the unquoted values too, so the text need not move when they are appended.
                text = []
                text.reserveCapacity(carry.count + bytes.count + bytes.count / 16)
                text.append(contentsOf: carry)
                text.append(contentsOf: bytes)
            }
        }
        carry = []
        // Consumed, so the text is cut and extended in place.
        try cut(consume text, isLast: isLast)
        guard isLast else { return }
        isFinished = true
        if let refusal = tail.refusal ?? csv?.trailerRefusal ?? json?.refusalAtEnd, !hasRefused { throw refusal }
        if recordCount == 0, !hasRefused {
            throw RefusedDrop(.empty, "the file has no records; send it again with its records")
        }
    }

    /// Collects bytes until the drop's form is found; then `carry` begins at the first record.
    private mutating func look(at bytes: [UInt8], isLast: Bool) throws(RefusedDrop) -> Bool {
        if transcoder == nil {
            carry += bytes
            guard carry.count >= 3 || isLast else { return false }
            let encoding = findEncoding()
            transcoder = TextTranscoder(encoding: encoding)
            carry = decoded(Array(carry[byteOrderMark.count...]), isLast: isLast)
        } else {
            carry += decoded(bytes, isLast: isLast)
        }
        // One byte beyond the window shows that the drop goes on, however the bytes are split.
        guard isLast || carry.count > lookedAt else { return false }
        let skipped = CSVForm.behindLines(settings.skipLines, of: carry)
        guard isLast || skipped != nil || carry.count < Self.skippedAtMost else {
            throw RefusedDrop(
                .unknownFormat, "the lines to skip do not end within 1 MiB; correct skipLines or the file's line ends")
        }
        guard isLast || skipped.map({ carry.count > $0 + lookedAt }) ?? false else { return false }
        let window = Array(carry.prefix((skipped ?? 0) + lookedAt))
        try begin(window: window, isWhole: isLast && window.count == carry.count)
        return true
    }

    /// Finds the drop's form from its beginning and makes its scanner.
    private mutating func begin(window: [UInt8], isWhole: Bool) throws(RefusedDrop) {
        let encoding = transcoder?.encoding ?? .utf8
        byteOffset = UInt64(byteOrderMark.count)
        let mapper = mapper
        let kind =
            settings.format.value
            ?? JSONForm.find(prefix: window, isWhole: isWhole, isOfRecord: { mapper.isOfRecord($0) }) ?? .csv
        var found = DropFormat(kind: kind, encoding: encoding, hasByteOrderMark: !byteOrderMark.isEmpty)
        guard kind.isCSV else {
            format = found
            json = JSONRecordScanner(
                kind: kind, settings: settings,
                namesContacts: kind != .jsonContacts || JSONForm.namesContacts(window))
            return
        }
        let form = try CSVForm(of: window, isWhole: isWhole, settings: settings, mapper: mapper)
        lineEnd = EncodedText.original(of: form.lineEnd[...], encoding: encoding)
        found.delimiter = form.delimiter
        found.hasHeader = form.header != nil
        found.quote = form.quote
        found.lineEnd = form.lineEnd
        found.shortRecords = form.shortRecords
        format = found
        leadingText = Array(carry[..<form.start])
        carry.removeFirst(form.start)
        byteOffset += UInt64(EncodedText.originalLength(of: leadingText[...], encoding: encoding))
        let dialect = CSVDialect(
            settings: settings, delimiter: form.delimiter, quote: form.quote, lineByte: form.lineByte)
        var schema = mapper.headerless
        var refusal: RefusedDrop?
        if let names = form.header ?? mapper.positionNames(fields: form.fieldCount) {
            do throws(RefusedDrop) {
                schema = try mapper.schema(ofHeader: names)
            } catch {
                schema = ColumnMapper.unmapped(names)
                refusal = error
                if error.code == .missingPhone, let name = form.phoneName, WordsName.advice(header: names) == nil {
                    refusal = RefusedDrop(
                        .missingPhone, "the header has no column for phone1; \(ColumnMapper.advice(phoneColumn: name))")
                }
            }
        }
        csv = CSVRecordScanner(
            settings: settings, dialect: dialect, schema: schema, line: form.line,
            expectedFields: form.header == nil ? 0 : form.shortRecords ?? schema.columns.count)
        if let refusal { throw refusal }
    }

    /// Removes the byte order mark from the drop's first bytes; it outranks the campaign's setting.
    private mutating func findEncoding() -> TextEncoding {
        let marks: [([UInt8], TextEncoding)] = [
            ([0xEF, 0xBB, 0xBF], .utf8), ([0xFF, 0xFE], .utf16LE), ([0xFE, 0xFF], .utf16BE),
        ]
        guard let (mark, encoding) = marks.first(where: { carry.starts(with: $0.0) }) else {
            return settings.encoding.value ?? .utf8
        }
        byteOrderMark = mark
        return encoding
    }

    private mutating func decoded(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
        transcoder?.text(of: bytes, isLast: isLast) ?? bytes
    }

    private mutating func cut(_ text: consuming [UInt8], isLast: Bool) throws(RefusedDrop) {
        var chunk: Chunk
        if csv != nil {
            chunk = csv!.scan(consume text, byteOffset: byteOffset, isLast: isLast, carry: &carry)
        } else {
            chunk = try json!.scan(consume text, byteOffset: byteOffset, isLast: isLast, carry: &carry)
        }
        if let format { chunk.encoding = format.encoding }
        byteOffset += UInt64(EncodedText.originalLength(of: chunk.text[..<chunk.rawEnd], encoding: chunk.encoding))
        guard !chunk.records.isEmpty else { return }
        if settings.phones == .firstFilled { chunk.closeUpPhones() }
        let (count, overflows) = recordCount.addingReportingOverflow(UInt32(chunk.records.count))
        if overflows {
            throw RefusedDrop(.tooLarge, "the drop has more than \(UInt32.max) records; send it in parts")
        }
        recordCount = count
        heldBack.append(chunk)
    }
}
