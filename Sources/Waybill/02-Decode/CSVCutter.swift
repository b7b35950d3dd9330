/// Cuts CSV text into records and fields: RFC 4180 with LF, CRLF and CR in any mixture, and the rules for damage.
///
/// A line end of any kind ends a record. The LF of a CRLF ends an empty line, and empty lines are not records. So
/// nothing ever depends on the byte after a line end, and a record is the same whichever block it came in.
struct CSVCutter: Sendable {
    let dialect: CSVDialect
    /// The physical line on which the next record begins.
    var line: UInt64
    /// How many fields a record should have; 0 if unknown.
    var expectedFields = 0
    /// Bytes read so far in search of records that swallowed others.
    var doubts = 0
    /// Records cut so far.
    var number: UInt32 = 0
    /// Rows so far with only delimiters, quotes and white space, which are not records; and how many of them follow the
    /// last record.
    var blanks: UInt64 = 0
    var blanksBehind: UInt64 = 0
    var records: [RecordSpan] = []
    /// Indexes of the fields whose quotes are still doubled.
    var doubled: [Int] = []

    private let usesKernels: Bool

    init(dialect: CSVDialect, line: UInt64, usesKernels: Bool) {
        self.dialect = dialect
        self.line = line
        self.usesKernels = usesKernels && TextKernels.canRun
    }

    enum Stop {
        /// The text ended; what follows the position is not a whole record yet.
        case textEnded
        /// The text ended inside a damaged line too long to keep: skip to its line end.
        case insideLostLine
        /// No room is left for the fields of another record.
        case fieldsFull
    }

    /// Cuts from `position` on. Returns where the first record that was not cut begins, and why it stopped.
    ///
    /// Every byte of a drop passes this loop. It hops from one marked byte (delimiter, quote, LF, CR) to the next;
    /// `bits` has the marks still ahead among the 64 bytes from `base` on.
    ///
    /// To read it, begin with the loop under *Unquoted fields*, which handles nearly all bytes (and with kernels what
    /// they leave). Then read what follows one marked byte, where `from..<to` becomes the field. The part from
    /// `if byte == quote` to the end of `quoted` is only for fields in quotes. Last comes the damaged record, which
    /// only `break step` reaches, with its `problem`. There are three ways on: `continue records` to the next field,
    /// `break records` at the end of the text or the room, `break step` for damage. It is one function, longer than
    /// any other: cut into inlined parts over one struct it took 11 % more instructions for plain fields, and 7 % more
    /// for fields in quotes (callgrind).
    ///
    /// The unsafe accesses are safe because: `text` is read at marked bytes, which lie before `count`, and whole
    /// 64-byte rows are read only where `base + 64 <= count`; `fields` is written at no more than `columnLimit + 1`
    /// places a record, and a record begins only when that many are free.
    mutating func cut(
        _ text: UnsafeBufferPointer<UInt8>, from position: Int, isLast: Bool,
        into fields: UnsafeMutableBufferPointer<FieldSpan>, fieldCount: inout Int
    ) -> (position: Int, stop: Stop) {
        let count = text.count
        guard let bytes = text.baseAddress, let spans = fields.baseAddress else { return (0, .textEnded) }
        let marks = ByteMarks(delimiter: dialect.delimiter, quote: dialect.quote, usesKernels: usesKernels)
        let delimiter = dialect.delimiter
        let quote = dialect.quote
        let lineByte = dialect.lineByte
        let isStrict = dialect.quotes == .strict
        let recordBytes = dialect.recordBytes
        let spansOfRecord = dialect.columnLimit + 1
        let lastStart = fields.count - spansOfRecord

        var stop = Stop.textEnded
        var next = fieldCount
        var firstField = next
        var recordFields = next + spansOfRecord
        var recordStart = position
        var fieldStart = position
        var line = self.line
        var linesInside: UInt64 = 0
        var base = position
        var bits = unsafe Self.bits(marks, bytes, base, count)
        if next > lastStart { return (position, .fieldsFull) }

        records: while true {
            let problem: Problem
            let shownAt: Int
            var reachedTo: Int?
            step: do {
                if usesKernels {
                    next &+= unsafe TextKernels.cutFields(
                        bytes, count, delimiter: delimiter, quote: quote, base: &base, marks: &bits, start: &fieldStart,
                        into: spans + next, most: recordFields - next)
                }
                // Unquoted fields up to the last delimiter of these 64 bytes: nearly all the work is done here.
                while bits != 0 {
                    let at = base &+ bits.trailingZeroBitCount
                    guard unsafe bytes[at] == delimiter, next < recordFields else { break }
                    bits &= bits &- 1
                    unsafe spans[next] = FieldSpan(offset: fieldStart, length: at &- fieldStart, kind: .text)
                    next &+= 1
                    fieldStart = at &+ 1
                }
                // The next marked byte; after the last record of the drop, the line end it may lack.
                while bits == 0, base + 64 < count {
                    base += 64
                    bits = unsafe Self.bits(marks, bytes, base, count)
                }
                var at = count
                var byte = ASCII.lineFeed
                if bits != 0 {
                    at = base + bits.trailingZeroBitCount
                    bits &= bits &- 1
                    byte = unsafe bytes[at]
                } else if !isLast || recordStart >= count {
                    if count - recordStart <= recordBytes { break records }
                    (problem, shownAt) = (.tooLarge, recordStart + recordBytes)
                    break step
                }
                var from = fieldStart
                var to = at

                if byte == quote {
                    if at != fieldStart {
                        let isFormula = unsafe isFormulaOfText(text, from: fieldStart, quote: at, isLast: isLast)
                        if isFormula == nil, count - recordStart <= recordBytes { break records }
                        if isFormula != true {
                            if !isStrict { continue records }
                            (problem, shownAt) =
                                at - recordStart > recordBytes
                                ? (.tooLarge, recordStart + recordBytes) : (.strayQuote, at)
                            break step
                        }
                    }
                    from = at + 1
                    var isDoubled = false
                    quoted: while true {
                        while bits == 0, base + 64 < count {
                            base += 64
                            bits = unsafe Self.bits(marks, bytes, base, count)
                        }
                        guard bits != 0 else {
                            if count - recordStart > recordBytes {
                                (problem, shownAt) = (.tooLarge, recordStart + recordBytes)
                                break step
                            }
                            if !isLast { break records }
                            (problem, shownAt) = (.unterminatedQuote, fieldStart)
                            break step
                        }
                        let inside = base + bits.trailingZeroBitCount
                        bits &= bits &- 1
                        if inside - recordStart > recordBytes {
                            (problem, shownAt) = (.tooLarge, recordStart + recordBytes)
                            break step
                        }
                        let found = unsafe bytes[inside]
                        if found != quote {
                            if found == lineByte { linesInside &+= 1 }
                            continue quoted
                        }
                        to = inside
                        at = inside + 1
                        if at == count {
                            // Only the next byte tells whether this quote closes the field, or the end of the drop.
                            if isLast { break quoted }
                            if count - recordStart <= recordBytes { break records }
                            (problem, shownAt) = (.tooLarge, recordStart + recordBytes)
                            break step
                        }
                        let follower = unsafe bytes[at]
                        guard
                            follower == delimiter || follower == ASCII.lineFeed || follower == ASCII.carriageReturn
                                || follower == quote
                        else {
                            (problem, shownAt) =
                                at - recordStart > recordBytes
                                ? (.tooLarge, recordStart + recordBytes) : (.strayQuote, at)
                            break step
                        }
                        // The follower is a marked byte itself, so it is the next bit.
                        if bits == 0 {
                            base += 64
                            bits = unsafe Self.bits(marks, bytes, base, count)
                        }
                        bits &= bits &- 1
                        if follower == quote {
                            isDoubled = true
                            continue quoted
                        }
                        byte = follower
                        break quoted
                    }
                    if at == count { byte = ASCII.lineFeed }
                    if isDoubled, next < recordFields { doubled.append(next) }
                }

                if next < recordFields {
                    unsafe spans[next] = FieldSpan(offset: from, length: to - from, kind: .text)
                    next += 1
                }
                fieldStart = at + 1
                if byte == delimiter { continue records }

                // It spans several lines: an unclosed quote may have made it swallow the records after it.
                if linesInside > 0, expectedFields > 0 {
                    let isRight = next - firstField == expectedFields
                    switch unsafe hasSwallowed(text, recordStart..<at, isRight: isRight, isLast: isLast) {
                    case nil: break records
                    case true:
                        (problem, shownAt, reachedTo) = (.unterminatedQuote, at, at)
                        break step
                    case false: break
                    }
                }
                if at == recordStart {
                    next = firstField
                } else if at - recordStart > recordBytes {
                    (problem, shownAt) = (.tooLarge, recordStart + recordBytes)
                    break step
                } else if unsafe mayBeBlank(bytes[recordStart]), unsafe isBlank(text, recordStart..<at) {
                    next = firstField
                    forgetDoubled(from: firstField)
                    blanks &+= 1
                    blanksBehind &+= 1
                } else {
                    number &+= 1
                    blanksBehind = 0
                    records.append(
                        RecordSpan(
                            number: number, line: line, start: recordStart, end: at, firstField: firstField,
                            fieldCount: next - firstField))
                }
                line &+= linesInside &+ (byte == lineByte ? 1 : 0)
                linesInside = 0
                recordStart = fieldStart
                firstField = next
                recordFields = next + spansOfRecord
                if next > lastStart {
                    stop = .fieldsFull
                    break records
                }
                continue records
            }

            // A damaged record is its first line; the lines it swallowed are read again.
            let lineEnd = unsafe Self.lineEnd(in: text, from: recordStart)
            let isLong = (lineEnd ?? count) - recordStart > dialect.keptBytes
            if lineEnd == nil, !isLast, !isLong { break records }
            var end = lineEnd ?? count
            if isLong {
                end = recordStart + dialect.keptBytes
                // Not inside a character: every byte after a character's first is 10xxxxxx.
                while end > recordStart, unsafe bytes[end] & 0xC0 == 0x80 { end -= 1 }
            }
            let reached = reachedTo ?? (problem == .unterminatedQuote ? count - 1 : shownAt)
            var lastLine = line
            for index in recordStart..<reached where unsafe bytes[index] == lineByte { lastLine += 1 }
            number &+= 1
            blanksBehind = 0
            records.append(
                RecordSpan(
                    number: number, line: line, start: recordStart, end: end, firstField: firstField, fieldCount: 0,
                    damage: .init(problem, position: min(shownAt, end), lastLine: lastLine)))
            next = firstField
            linesInside = 0
            forgetDoubled(from: firstField)
            recordStart = lineEnd ?? count
            fieldStart = recordStart
            if lineEnd == nil, !isLast {
                stop = .insideLostLine
                break records
            }
            base = recordStart
            bits = unsafe Self.bits(marks, bytes, base, count)
        }

        self.line = line
        fieldCount = firstField
        forgetDoubled(from: firstField)
        return (min(recordStart, count), stop)
    }

    /// Forgets the doubled quotes of fields that were abandoned.
    mutating func forgetDoubled(from firstField: Int) {
        while let index = doubled.last, index >= firstField { doubled.removeLast() }
    }

    /// The first LF or CR from `start` on. Safe: no byte is read from `text.count` on.
    static func lineEnd(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        for index in start..<text.count {
            let byte = unsafe text[index]
            if byte == ASCII.lineFeed || byte == ASCII.carriageReturn { return index }
        }
        return nil
    }

    /// The marks of the 64 bytes from `base` on. Safe: none is read from `count` on.
    @inline(__always)
    private static func bits(
        _ marks: ByteMarks, _ bytes: UnsafePointer<UInt8>, _ base: Int, _ count: Int
    ) -> UInt64 {
        unsafe base + 64 <= count ? marks.mask(bytes + base) : marks.mask(bytes + base, count: count - base)
    }
}
