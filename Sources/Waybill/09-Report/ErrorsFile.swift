/// `errors.csv`: one row for each violation, for a spreadsheet or a script (UTF-8, RFC 4180, LF).
///
/// `record` and `line` count from 1. `byte` is the offset of the record's first byte in the drop, from 0, after
/// decompression and before any change of encoding, so `tail -c +$((byte + 1))` begins with the record. Cells that a
/// spreadsheet would run as a formula get an apostrophe in front. Control characters, which RFC 4180 does not allow,
/// become their pictures (U+2400 …), and invalid UTF-8 becomes U+FFFD.
package enum ErrorsFile {
    package static let fileName = "errors.csv"

    package enum Form: Sendable {
        case csv
        /// For Excel, which takes the delimiter of CSV from its language setting, and the encoding from the byte order
        /// mark: UTF-16 with a mark and tabs is the only form it opens the same way in all languages.
        case spreadsheet
    }

    private static let columns = ["record", "line", "byte", "field", "code", "value", "message", "hint"]

    /// What the file begins with.
    package static func header(_ form: Form = .csv) -> [UInt8] {
        switch form {
        case .csv: Array((columns.joined(separator: ",") + "\n").utf8)
        case .spreadsheet: [0xFF, 0xFE] + utf16(columns.joined(separator: "\t") + "\r\n")
        }
    }

    /// The rows of a record.
    package static func rows(
        record: UInt32, line: UInt64, byte: UInt64, _ violations: [Violation], as form: Form = .csv
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        // What most rows need.
        bytes.reserveCapacity(320 * violations.count)
        for violation in violations {
            append(record: record, line: line, byte: byte, violation, as: form, to: &bytes)
        }
        return bytes
    }

    /// Appends one row.
    package static func append(
        record: UInt32, line: UInt64, byte: UInt64, _ violation: Violation, as form: Form = .csv,
        to bytes: inout [UInt8]
    ) {
        switch form {
        case .csv:
            append(record, line, byte, violation, between: CSVText.comma, to: &bytes)
            bytes.append(CSVText.lineEnd)
        case .spreadsheet:
            var row: [UInt8] = []
            append(record, line, byte, violation, between: tab, to: &row)
            bytes.append(contentsOf: utf16(String(decoding: row, as: UTF8.self) + "\r\n"))
        }
    }

    private static let tab: UInt8 = 0x09

    private static func utf16(_ text: String) -> [UInt8] {
        text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    }

    private static func append(
        _ record: UInt32, _ line: UInt64, _ byte: UInt64, _ violation: Violation, between delimiter: UInt8,
        to bytes: inout [UInt8]
    ) {
        DecimalText.append(UInt64(record), to: &bytes)
        bytes.append(delimiter)
        DecimalText.append(line, to: &bytes)
        bytes.append(delimiter)
        DecimalText.append(byte, to: &bytes)
        bytes.append(delimiter)
        switch violation.subject {
        case .field(let field): bytes.append(contentsOf: labels[Int(field.rawValue)])
        case .column(let name, _): append(cell: name.utf8.span, delimiter, to: &bytes)
        case .row, .drop: break
        }
        bytes.append(delimiter)
        appendCode(of: violation, to: &bytes)
        bytes.append(delimiter)
        append(cell: violation.value.span, delimiter, to: &bytes)
        bytes.append(delimiter)
        append(cell: violation.message.utf8.span, delimiter, to: &bytes)
        bytes.append(delimiter)
        append(cell: violation.hint.utf8.span, delimiter, to: &bytes)
    }

    /// `Field.label` in bytes.
    private static let labels: [[UInt8]] = Field.allCases.map { Array($0.label.utf8) }

    private static func appendCode(of violation: Violation, to bytes: inout [UInt8]) {
        switch violation.subject {
        case .drop, .column:
            bytes.append(contentsOf: violation.code.utf8)
            return
        case .field(.callbackat), .field(.notbefore), .field(.expiresat), .field(.consentat), .row:
            bytes.append(contentsOf: violation.subject.prefix.utf8)
        case .field(let field): bytes.append(contentsOf: labels[Int(field.rawValue)])
        }
        bytes.append(UInt8(ascii: "."))
        bytes.append(contentsOf: violation.problem.rawValue.utf8)
    }

    private static func append(cell: Span<UInt8>, _ delimiter: UInt8, to bytes: inout [UInt8]) {
        if cell.isEmpty { return }
        let isFormula =
            switch cell[0] {
            case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D: true
            default: false
            }
        var hasControls = false
        for place in cell.indices {
            let byte = cell[place]
            if byte < 0x20 && byte != 0x09 && byte != 0x0A && byte != 0x0D || byte == 0x7F { hasControls = true }
        }
        guard isFormula || hasControls else { return append(plain: cell, delimiter, to: &bytes) }
        var shown: [UInt8] = isFormula ? [UInt8(ascii: "'")] : []
        for place in cell.indices {
            let byte = cell[place]
            switch byte {
            case 0x09, 0x0A, 0x0D: shown.append(byte)
            // The pictures of the control characters: U+2400 … U+241F in the order of C0, and U+2421.
            case 0..<0x20: shown.append(contentsOf: [0xE2, 0x90, 0x80 + byte])
            case 0x7F: shown.append(contentsOf: [0xE2, 0x90, 0xA1])
            default: shown.append(byte)
            }
        }
        append(plain: shown.span, delimiter, to: &bytes)
    }

    private static func append(plain cell: Span<UInt8>, _ delimiter: UInt8, to bytes: inout [UInt8]) {
        // Quotes that commas make necessary do no harm between tabs; a tab needs them as well.
        if delimiter == tab, cell.indices.contains(where: { cell[$0] == tab }) {
            CSVText.append(quoted: cell, to: &bytes)
        } else {
            ReportCells.append(cell: cell, to: &bytes)
        }
    }
}
