/// Cuts a drop in one of the JSON forms into records: RFC 8259 exactly, and in addition no key twice in a record.
///
/// - JSON Lines: each line is a record, or damaged by itself. Objects may also follow one another on one line or over
///   several (`JSONRecordScanner+Lines`).
/// - Arrays: an element is a record once `,` or `]` follows it (`JSONRecordScanner+List`). Damage ends with the
///   element, as far as brackets and strings tell, else where a later line begins with a record.
/// - The two wrapped forms: what surrounds the records is checked, and kept for handing rejected records back
///   (`JSONRecordScanner+Wrapper`).
///
/// A document that ends too early is reported once, as `row.invalid-json`: the record that was cut off, or an empty one
/// where the next was due. A record larger than the limit, or damage whose end is not found within the limit, keeps
/// that many bytes. The rest is skipped, so memory is bounded by `recordBytes` and the block.
package struct JSONRecordScanner: RecordScanner {
    /// What is expected next.
    enum Place {
        case line
        case restOfLine
        case documentStart
        case firstRequest
        case nextRequest
        case firstKey
        case nextKey
        case afterValue
        case firstElement
        case nextElement
        case afterElement
        case afterRequest
        case documentEnd
        /// In an element that was already reported.
        case inElement(JSONElementEnd)
        /// In damage that was already reported.
        case inDamage(JSONNextLine)
        /// After the end of the document, or after the point where it stopped making sense, at `position` from the
        /// cursor.
        case rest(position: Int)
        case restReported
    }

    /// Which bytes around the records are kept.
    enum Keeping {
        case leading
        case nothing
        case trailing
    }

    let kind: DropKind
    /// Whether the records are the list called `contacts`; otherwise they are the object's only array of objects.
    let namesContacts: Bool
    let recordBytes: Int
    private let columnLimit: Int
    private let whiteSpace: UInt64
    var keys: JSONKeys
    var usual: JSONUsual
    var place: Place

    /// The wrapper's original bytes before the first record; empty for JSON Lines.
    package internal(set) var leadingBytes: [UInt8] = []
    /// The wrapper's original bytes after the last record, known once the drop was read; empty if the drop is cut
    /// short.
    package internal(set) var trailingBytes: [UInt8] = []
    /// The campaign that the content itself names, as far as it was read.
    package internal(set) var campaign: String?
    package var schema: Schema { keys.schema }

    var keeping = Keeping.leading
    /// How many bytes of `trailingBytes` stay valid if another dispatch request follows.
    var trailingMark = 0
    /// Whether the current object, or the drop, has had its list.
    var hasList = false
    /// The key of the list of records, if it is not `contacts`.
    var listName = ""
    /// Why the drop is refused although the records of its first list were read.
    var refusalAtEnd: RefusedDrop?
    /// JSON Lines: whether the cursor is at the start of a line.
    var isAtLineStart = true
    /// JSON Lines: how many blanks precede the first record of the line.
    var lineIndentation = 0
    /// JSON Lines: bytes read so far in vain, in search of records over several lines.
    var doubts = 0
    /// Arrays: bytes read so far in search of the ends of damaged elements.
    package private(set) var looked = 0
    /// Where the current text begins in the drop.
    private var textStart = 0
    /// Records found so far.
    private(set) var number: UInt32 = 0
    /// The physical line of `counted`, from 1.
    var line: UInt64 = 1

    // The following count from the start of the current text.

    /// Everything before it is finished.
    var cursor = 0
    /// How far line feeds are counted.
    private var counted = 0
    /// Where the line of `counted` begins; negative if in an earlier text.
    private var lineStart = 0
    private var records: [RecordSpan] = []
    private var fields: [FieldSpan] = []
    /// Copies of values that differ from their raw bytes.
    var side: [UInt8] = []
    /// Positions in `fields` whose offsets count in `side`.
    private var copied: [Int] = []
    /// How far the current record had to be read to find damage before that point.
    var reach = 0
    /// Columns of the current record whose offsets count in `side`.
    var copiedColumns: [Int] = []
    /// A refusal that takes effect if the current record turns out whole.
    var refusal: RefusedDrop?

    package init(kind: DropKind, settings: DecodeSettings, namesContacts: Bool = true) {
        precondition(!kind.isCSV)
        self.kind = kind
        self.namesContacts = namesContacts
        recordBytes = settings.recordBytes
        columnLimit = settings.columnLimit
        keys = JSONKeys(settings: settings)
        whiteSpace = kind == .jsonLines ? JSONBytes.blanks : JSONBytes.anyWhiteSpace
        usual = JSONUsual(whiteSpace: whiteSpace, usesKernels: settings.usesKernels)
        place = kind == .jsonLines ? .line : .documentStart
    }

    package mutating func scan(
        _ text: consuming [UInt8], byteOffset: UInt64, isLast: Bool, carry: inout [UInt8]
    ) throws(RefusedDrop) -> Chunk {
        let end = text.count
        usual.take(text.span)
        text.append(contentsOf: repeatElement(0, count: JSONBytes.padding))
        cursor = 0
        counted = 0
        textStart = Int(byteOffset)
        reserve(end)
        let isLines = kind == .jsonLines
        try JSONBytes.withBytes(of: text, whiteSpace: whiteSpace) { (bytes) throws(RefusedDrop) in
            try JSONFields.withFields(limit: columnLimit) { (fields) throws(RefusedDrop) in
                if isLines {
                    try scanLines(bytes, fields, isLast: isLast)
                } else {
                    try scanDocument(bytes, fields, isLast: isLast)
                    countLines(bytes, to: cursor)
                }
            }
        }
        lineStart -= cursor
        return cut(text, end: end, byteOffset: byteOffset, carry: &carry)
    }

    /// Reserves space for what a text of this size usually yields; the arrays can still grow.
    private mutating func reserve(_ size: Int) {
        records.reserveCapacity(size / 256)
        fields.reserveCapacity(size / 16)
    }

    /// Splits the text at the cursor and hands over what was found in its first part.
    private mutating func cut(
        _ text: consuming [UInt8], end: Int, byteOffset: UInt64, carry: inout [UInt8]
    ) -> Chunk {
        var chunk = Chunk(byteOffset: byteOffset, encoding: .utf8, schema: keys.schema)
        carry = Array(text[cursor..<end])
        text.removeSubrange(cursor...)
        chunk.rawEnd = cursor
        text.append(contentsOf: side)
        chunk.text = text
        chunk.rawIsText = usual.isUsed ? usual.survey.isText : nil
        for position in copied {
            let field = fields[position]
            fields[position] = FieldSpan(offset: field.offset + cursor, length: field.length, kind: field.kind)
        }
        chunk.records = records
        chunk.fields = fields
        records = []
        fields = []
        side.removeAll(keepingCapacity: true)
        copied.removeAll(keepingCapacity: true)
        return chunk
    }

    // MARK: - Records

    /// Takes the current record, whose fields are in `found`.
    ///
    /// - Throws: the refusal that one of its keys caused.
    @inline(__always)
    mutating func accept(_ range: Range<Int>, line: UInt64, _ found: JSONFields) throws(RefusedDrop) {
        if let refusal { throw refusal }
        usual.accept()
        if keys.otherCount > 0 { try keys.placeOthers(found, &copiedColumns) }
        number += 1
        let columns = keys.schema.columns.count
        records.append(
            RecordSpan(
                number: number, line: line, start: range.lowerBound, end: range.upperBound, firstField: fields.count,
                fieldCount: columns))
        if !copiedColumns.isEmpty {
            for column in copiedColumns { copied.append(fields.count + column) }
            copiedColumns.removeAll(keepingCapacity: true)
        }
        found.append(columns, to: &fields)
    }

    /// Reports a damaged record.
    mutating func reject(
        _ range: Range<Int>, line: UInt64, lastLine: UInt64, _ problem: Problem, at position: Int
    ) {
        number += 1
        records.append(
            RecordSpan(
                number: number, line: line, start: range.lowerBound, end: range.upperBound, firstField: fields.count,
                fieldCount: 0, damage: RecordSpan.Damage(problem, position: position, lastLine: lastLine)))
    }

    /// How far to search for the end of a damaged element at `start` by its brackets. What was searched in vain stays
    /// in proportion to what was read; otherwise a drop of nothing but damage would take minutes. The result does not
    /// depend on how the drop is cut into texts.
    func foresight(at start: Int) -> Int { min(recordBytes, max(256, 1 << 20 + 16 * (textStart + start) - looked)) }

    mutating func noteLook(_ count: Int) { looked += count }

    /// What to restore if the current record is not whole.
    struct Mark {
        fileprivate let keys: JSONKeys.Mark
        fileprivate let side: Int
    }

    var mark: Mark { Mark(keys: keys.mark, side: side.count) }

    mutating func forget(from mark: Mark) {
        keys.forget(from: mark.keys)
        usual.forget()
        if side.count > mark.side { side.removeSubrange(mark.side...) }
        copiedColumns.removeAll(keepingCapacity: true)
        refusal = nil
    }

    // MARK: - Lines

    /// Counts the line feeds up to `position`, so that `line` is its line.
    mutating func countLines(_ bytes: JSONBytes, to position: Int) {
        guard position > counted else { return }
        let found = bytes.lineFeeds(in: counted..<position)
        counted = position
        if found == 0 { return }
        line += found
        var start = position
        while bytes[start - 1] != 0x0A { start -= 1 }
        lineStart = start
    }

    /// How many bytes precede `position` on the line up to which lines are counted.
    func indentation(of position: Int) -> Int { position - lineStart }
}
