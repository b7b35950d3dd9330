/// Finds the few fields of each record that need more than a look at their length and ends.
///
/// With the processor's vector instructions (`TextKernels`) one pass over a chunk's text finds the bytes that matter;
/// without them, or where fields are not part of the record as it was written, each field is looked at. Of the fields
/// of JSON their scanner says which need no look (`FieldSpan.isTrimmed`).
struct FieldLooks {
    private let format: DropFormat
    let usesKernels: Bool
    private var survey = TextSurvey()
    /// Whether `survey` tells about the fields of the chunk taken.
    private var isSurveyed = false

    init(format: DropFormat, usesKernels: Bool) {
        self.format = format
        self.usesKernels = usesKernels && TextKernels.canRun
    }

    /// Takes the text of the next chunk; whether it is UTF-8 without control characters.
    mutating func take(_ chunk: Chunk) -> Bool {
        isSurveyed = false
        let text = chunk.text.span
        if let isText = chunk.rawIsText {
            return isText && TextForm.isText(text.extracting(chunk.rawEnd..<text.count))
        }
        guard usesKernels else { return TextForm.isText(text) }
        survey.take(text, delimiter: format.delimiter ?? CSVText.comma, quote: format.quote ?? ASCII.quote)
        // Values of JSON do not stand between such marks.
        isSurveyed = format.kind.isCSV && format.delimiter != nil && !text.isEmpty
        return survey.isText
    }

    /// The next records may be of another chunk than the one taken.
    mutating func forget() { isSurveyed = false }

    /// Whether an address has no fault; false leaves it open.
    @inline(__always)
    func isPlainEmail(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        usesKernels && TextKernels.isPlainEmail(text, range)
    }

    /// Which of 1 to 64 fields of a record need more than a look, as bits; most do not. Also whether they are
    /// shorter than 255 bytes and adjacent, the first one to what ended before `next`.
    @inline(__always)
    func look(
        at fields: Span<FieldSpan>, _ rules: Span<RecordPlan.ColumnRule>, _ freeLengths: Span<Int64>,
        of record: RecordSpan, _ text: Span<UInt8>, _ next: inout Int
    ) -> (wanted: UInt64, isAdjacent: Bool) {
        guard isSurveyed, let look = survey.look(at: fields, freeLengths, of: record) else {
            // What is known of JSON's was found when they were read; they are not adjacent.
            if usesKernels, !format.kind.isCSV { return (TextKernels.untrimmed(fields, freeLengths), false) }
            return Self.look(at: fields, rules, text, &next)
        }
        let first = fields[0].offset
        let expected = next
        next = fields[fields.count - 1].end + 1
        return (look.wanted, look.isAdjacent && first == expected)
    }

    /// Nothing branches here: for fields that are often empty, every other branch would be mispredicted.
    @inline(__always)
    private static func look(
        at fields: Span<FieldSpan>, _ rules: Span<RecordPlan.ColumnRule>, _ text: Span<UInt8>, _ next: inout Int
    ) -> (wanted: UInt64, isAdjacent: Bool) {
        // Without text all fields are empty, wherever they are.
        guard !text.isEmpty else { return (.max >> UInt64(UInt64.bitWidth - fields.count), true) }
        var wanted: UInt64 = 0
        var gaps = 0
        for position in fields.indices {
            let span = fields[position]
            let (offset, length) = (span.offset, span.length)
            // A length above 0xFE makes the difference negative.
            gaps |= (offset ^ next) | (0xFE &- length) >> 63
            next = offset &+ length &+ 1
            // An empty field may be after the text's last byte.
            let isEmpty = length == 0
            let first = Int8(bitPattern: text[isEmpty ? 0 : offset])
            let last = Int8(bitPattern: text[isEmpty ? 0 : offset &+ length &- 1])
            // Negative for a non-ASCII byte, a control character or a space.
            let ends = (Int(first) &- 0x21) | (Int(last) &- 0x21)
            let look = (UInt64(bitPattern: Int64(ends)) >> 63 | (span.isNested ? 1 : 0)) & (isEmpty ? 0 : 1)
            let isLong = UInt64(bitPattern: Int64(rules[position].freeLength &- length)) >> 63
            wanted |= (look | isLong) &<< UInt64(truncatingIfNeeded: position)
        }
        return (wanted, gaps == 0)
    }
}
