/// Cuts CSV text into chunks (RFC 4180; contract §3 and §4), and removes the trailer if the campaign has one.
///
/// It begins after the header. It does not check how many fields a record has.
package struct CSVRecordScanner: RecordScanner {
    package let schema: Schema
    /// The number of records that the trailer declares, once it has been read.
    package private(set) var declaredCount: Int?
    /// What is wrong with the trailer, known after the last text.
    ///
    /// Not thrown, because the records before it are whole and must be counted.
    package private(set) var trailerRefusal: RefusedDrop?

    private let trailer: Campaign.Trailer?
    private var cutter: CSVCutter
    private var isInsideLostLine = false
    /// Bytes at the start of the text in which the last call found no further whole record.
    private var searched = 0
    /// Fields per 256 bytes in the last chunk, rounded up; the first guess is one per four bytes.
    private var fieldDensity = 64

    /// - Parameters:
    ///   - line: the physical line on which the text begins, from 1.
    ///   - expectedFields: how many fields a record should have; 0 if unknown.
    init(
        settings: DecodeSettings, dialect: CSVDialect, schema: Schema, line: UInt64, expectedFields: Int = 0
    ) {
        self.schema = schema
        trailer = settings.trailer
        cutter = CSVCutter(dialect: dialect, line: line, usesKernels: settings.usesKernels)
        cutter.expectedFields = expectedFields
    }

    /// Blank rows so far, which are not records.
    var blankRows: Int { Int(clamping: cutter.blanks) }

    package mutating func scan(
        _ text: consuming [UInt8], byteOffset: UInt64, isLast: Bool, carry: inout [UInt8]
    ) -> Chunk {
        var chunk = Chunk(byteOffset: byteOffset, encoding: .utf8, schema: schema)
        if !isLast, searched > 0, text.count <= cutter.dialect.recordBytes, !Self.hasLineEnd(text, from: searched) {
            // Without a new line end, what was not a whole record before is not one now.
            searched = text.count
            carry = text
            return chunk
        }
        var consumed = cut(text, isLast: isLast, into: &chunk)
        if trailer != nil {
            if isLast {
                takeTrailer(from: &chunk, text: text)
            } else if !isInsideLostLine, let last = chunk.records.popLast() {
                // It may be the trailer: only the next record tells.
                consumed = Int(last.start)
                chunk.fields.removeLast(chunk.fields.count - Int(last.firstField))
                cutter.forgetDoubled(from: Int(last.firstField))
                cutter.line = last.line
                cutter.number -= 1
                // They will be read again.
                cutter.blanks -= cutter.blanksBehind
                cutter.blanksBehind = 0
            }
        }
        carry = Array(text[consumed...])
        searched = carry.count
        text.removeLast(text.count - consumed)
        chunk.text = consume text
        chunk.rawEnd = consumed
        undoDoubledQuotes(in: &chunk)
        return chunk
    }

    /// Fills the chunk's records and fields, and returns how many bytes were consumed.
    private mutating func cut(_ text: [UInt8], isLast: Bool, into chunk: inout Chunk) -> Int {
        var position = 0
        if isInsideLostLine {
            guard let lineEnd = text.firstIndex(where: { $0 == ASCII.lineFeed || $0 == ASCII.carriageReturn }) else {
                return text.count
            }
            position = lineEnd
            isInsideLostLine = false
        }
        cutter.doubled.removeAll(keepingCapacity: true)
        cutter.records = []
        cutter.records.reserveCapacity(text.count / 128)
        let spansOfRecord = cutter.dialect.columnLimit + 1
        var capacity = text.count * fieldDensity / 256 + 2 * spansOfRecord
        var stop = CSVCutter.Stop.textEnded
        repeat {
            let fields = chunk.fields
            // Safe: the capacity only grows, and `cut` leaves `count` at the number of spans that are written.
            chunk.fields = unsafe Array(unsafeUninitializedCapacity: capacity) { buffer, count in
                count = fields.count
                unsafe _ = buffer.initialize(fromContentsOf: fields)
                unsafe text.withUnsafeBufferPointer { bytes in
                    (position, stop) = unsafe cutter.cut(
                        bytes, from: position, isLast: isLast, into: buffer, fieldCount: &count)
                }
            }
            capacity *= 2
        } while stop == .fieldsFull
        isInsideLostLine = stop == .insideLostLine
        if position > 0 { fieldDensity = min(256, chunk.fields.count * 256 / position + 2) }
        chunk.records = cutter.records
        cutter.records = []
        return position
    }

    /// Appends a copy of each value with doubled quotes after the raw text, with each pair made one.
    private func undoDoubledQuotes(in chunk: inout Chunk) {
        for index in cutter.doubled {
            let span = chunk.fields[index]
            let start = chunk.text.count
            var position = span.offset
            while position < span.end {
                let byte = chunk.text[position]
                chunk.text.append(byte)
                position += byte == cutter.dialect.quote ? 2 : 1
            }
            chunk.fields[index] = textInFormula(chunk.text, start..<chunk.text.count)
        }
    }

    /// A value without the formula `="…"` around it, which exporters write so that a spreadsheet keeps leading zeros.
    private func textInFormula(_ text: [UInt8], _ value: Range<Int>) -> FieldSpan {
        let quote = cutter.dialect.quote
        guard value.count >= 3, text[value.lowerBound] == UInt8(ascii: "="), text[value.upperBound - 1] == quote,
            text[value].firstIndex(of: quote) == value.lowerBound + 1,
            !text[value.lowerBound + 2..<value.upperBound - 1].contains(quote)
        else { return FieldSpan(offset: value.lowerBound, length: value.count, kind: .text) }
        return FieldSpan(offset: value.lowerBound + 2, length: value.count - 3, kind: .text)
    }

    /// Removes the last record, which must be the trailer.
    private mutating func takeTrailer(from chunk: inout Chunk, text: [UInt8]) {
        guard let trailer else { return }
        guard let last = chunk.records.last, last.damage == nil,
            text[chunk.fields[Int(last.firstField)].offset..<Int(last.end)].starts(with: trailer.starts.utf8)
        else {
            if trailer.isOptional { return }
            trailerRefusal = RefusedDrop(
                .truncated,
                "the last record does not start with \"\(trailer.starts)\", the campaign's trailer, so the end of the file is "
                    + "missing; send the whole file again")
            return
        }
        if let position = trailer.count {
            guard position >= 1, position <= Int(last.fieldCount),
                let count = Self.number(text, chunk.fields[Int(last.firstField) + position - 1])
            else {
                trailerRefusal = RefusedDrop(
                    .countMismatch,
                    "field \(position) of the trailer in line \(last.line) is not a number of records; correct the trailer "
                        + "or the campaign's trailer setting")
                return
            }
            declaredCount = count
        }
        chunk.records.removeLast()
        chunk.fields.removeLast(chunk.fields.count - Int(last.firstField))
        cutter.forgetDoubled(from: Int(last.firstField))
    }

    private static func number(_ text: [UInt8], _ span: FieldSpan) -> Int? {
        let digits = text[span.offset..<span.end].filter { $0 != 0x20 && $0 != ASCII.tab }
        guard digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return Int(String(decoding: digits, as: UTF8.self))
    }

    private static func hasLineEnd(_ text: [UInt8], from start: Int) -> Bool {
        // Safe: the pointer stays within the closure.
        unsafe text.withUnsafeBufferPointer { unsafe CSVCutter.lineEnd(in: $0, from: start) != nil }
    }
}
