/// Reads a do-not-contact list as it is dropped, piece by piece: CSV with the columns of contract §9, or one value a line.
///
/// Columns are parted by the comma, semicolon or tab that parts those of the first line. A list holds no line breaks within
/// quotes.
package struct SuppressionList {
    package struct Entry: Sendable {
        package let record: UInt32
        package let line: UInt64
        package let byte: UInt64
        /// The line as it stands, without its end.
        package let original: [UInt8]
        /// The list's header with its line end; empty without one.
        package let header: [UInt8]
        package let action: String
        /// In lower case; what a list says beside the kinds of `Listing` is not known.
        package let kind: String
        package let value: [UInt8]
        package let campaign: String
        package let channel: String
        package let reason: String
        package let expires: String
    }

    private var header: [UInt8] = []
    private var columns: [Int?]?
    private var delimiter = UInt8(ascii: ",")
    private var carry: [UInt8] = []
    private var position: UInt64 = 0
    private var line: UInt64 = 0
    private var record: UInt32 = 0

    /// More than any line of a list.
    private static let mostBytes = 1 << 16

    /// Bytes of a reason; of a longer one its beginning is kept.
    private static let mostOfReason = 256

    package init() {}

    /// Takes the next bytes of a list (UTF-8) and hands on each entry that is whole; throws when this is no list.
    package mutating func read(_ bytes: [UInt8], isLast: Bool, _ body: (Entry) throws -> Void) throws {
        var block = carry.isEmpty ? bytes : carry + bytes
        if position == 0, line == 0 {
            if block.starts(with: [0xFF, 0xFE]) || block.starts(with: [0xFE, 0xFF]) {
                throw RefusedDrop(.unknownFormat, "the list is UTF-16: save it as UTF-8")
            }
            if block.starts(with: [0xEF, 0xBB, 0xBF]) {
                block.removeFirst(3)
                position = 3
            }
        }
        var start = 0
        while start < block.count {
            let end = block[start...].firstIndex(of: 0x0A)
            guard end != nil || isLast || block.count - start > Self.mostBytes else { break }
            let stop = end ?? block.count
            line += 1
            guard stop - start <= Self.mostBytes else {
                throw RefusedDrop(.unknownFormat, "line \(line) is longer than 65,536 bytes: this is no list")
            }
            try take(block[start..<stop], at: position + UInt64(start), body)
            start = stop + (end == nil ? 0 : 1)
        }
        carry = Array(block[start...])
        position += UInt64(start)
    }

    private mutating func take(_ text: ArraySlice<UInt8>, at byte: UInt64, _ body: (Entry) throws -> Void) throws {
        let text = text.last == 0x0D ? text.dropLast() : text
        if line == 1, try readHeader(text) { return }
        // Without a header a line is one value.
        let cells = Self.cells(text, parted: columns == nil ? nil : delimiter)
        guard cells.contains(where: { !$0.isEmpty }) else { return }
        record += 1
        func cell(_ column: Column) -> ArraySlice<UInt8> {
            guard let columns else { return column == .value ? cells[0] : [] }
            guard let index = columns[column.rawValue], index < cells.count else { return [] }
            return cells[index]
        }
        func string(_ column: Column) -> String {
            let bytes = cell(column)
            return bytes.isEmpty ? "" : String(decoding: bytes, as: UTF8.self)
        }
        let value = cell(.value)
        let kind = string(.kind).lowercased()
        let reason = string(.reason)
        try body(
            Entry(
                record: record, line: line, byte: byte, original: Array(text), header: header,
                action: string(.action).lowercased(),
                kind: kind.isEmpty ? (value.contains(UInt8(ascii: "@")) ? "email" : "phone") : kind,
                value: Array(value), campaign: string(.campaign), channel: string(.channel),
                reason: reason.utf8.count > Self.mostOfReason ? String(reason.prefix(Self.mostOfReason / 4)) : reason,
                expires: string(.expires)))
    }

    private enum Column: Int, CaseIterable {
        case action, kind, value, campaign, channel, reason, expires
    }

    /// Whether the first line names columns.
    private mutating func readHeader(_ text: ArraySlice<UInt8>) throws -> Bool {
        for candidate in [UInt8(ascii: ","), UInt8(ascii: ";"), 0x09] {
            let names = Self.cells(text, parted: candidate).map { String(decoding: $0, as: UTF8.self).lowercased() }
            let places = Column.allCases.map { column in names.firstIndex(of: "\(column)") }
            guard places.contains(where: { $0 != nil }) else { continue }
            guard places[Column.value.rawValue] != nil else {
                throw RefusedDrop(.unknownHeader, "the list's header has no column \"value\"")
            }
            delimiter = candidate
            columns = places
            header = text + [0x0A]
            return true
        }
        return false
    }

    /// The cells of one line; quotes around a cell are taken off, and spaces and tabs.
    private static func cells(_ line: ArraySlice<UInt8>, parted delimiter: UInt8?) -> [ArraySlice<UInt8>] {
        var cells: [ArraySlice<UInt8>] = []
        var start = line.startIndex
        var isQuoted = false
        var hasQuotes = false
        func add(_ end: Int) {
            let cell = trimmed(line[start..<end])
            cells.append(hasQuotes ? trimmed(cell.filter { $0 != UInt8(ascii: "\"") }[...]) : cell)
            start = end + 1
            hasQuotes = false
        }
        for index in line.indices {
            if line[index] == UInt8(ascii: "\"") {
                isQuoted.toggle()
                hasQuotes = true
            } else if line[index] == delimiter, !isQuoted {
                add(index)
            }
        }
        add(line.endIndex)
        return cells
    }

    /// Without outer white space, as values of contacts are read.
    private static func trimmed(_ cell: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let range = TextForm.trimmed(cell.span, 0..<cell.count)
        return cell[(cell.startIndex + range.lowerBound)..<(cell.startIndex + range.upperBound)]
    }
}
