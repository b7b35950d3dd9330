/// `errors.csv`: one row for each violation, to be read in a spreadsheet or by a script (UTF-8, RFC 4180, LF).
///
/// `record` and `line` count from 1; `byte` is the offset of the record's first byte in the drop, from 0, after
/// decompression and before any change of encoding, so that `tail -c +$((byte + 1))` begins with the record. Cells that
/// a spreadsheet would run as a formula get an apostrophe in front. Control characters, which RFC 4180 does not allow,
/// are shown by their pictures (U+2400 …), and what is not valid UTF-8 by U+FFFD.
package enum ErrorsFile {
    package static let fileName = "errors.csv"
    package static let header = Array("record,line,byte,field,code,value,message,hint\n".utf8)

    /// Appends one row.
    package static func append(
        record: UInt32, line: UInt64, byte: UInt64, _ violation: Violation, to bytes: inout [UInt8]
    ) {
        DecimalText.append(UInt64(record), to: &bytes)
        bytes.append(CSVText.comma)
        DecimalText.append(line, to: &bytes)
        bytes.append(CSVText.comma)
        DecimalText.append(byte, to: &bytes)
        bytes.append(CSVText.comma)
        switch violation.subject {
        case .field(let field): bytes.append(contentsOf: labels[Int(field.rawValue)])
        case .column(let name, _): append(cell: Array(name.utf8)[...], to: &bytes)
        case .row, .drop: break
        }
        bytes.append(CSVText.comma)
        appendCode(of: violation, to: &bytes)
        bytes.append(CSVText.comma)
        append(cell: violation.value[...], to: &bytes)
        bytes.append(CSVText.comma)
        append(cell: Array(violation.message.utf8)[...], to: &bytes)
        bytes.append(CSVText.comma)
        append(cell: Array(violation.hint.utf8)[...], to: &bytes)
        bytes.append(CSVText.lineEnd)
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

    private static func append(cell: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        guard let first = cell.first else { return }
        let isFormula =
            switch first {
            case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D: true
            default: false
            }
        let hasControls = cell.contains { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D || $0 == 0x7F }
        guard isFormula || hasControls else {
            ReportCells.append(cell: cell, to: &bytes)
            return
        }
        var shown: [UInt8] = isFormula ? [UInt8(ascii: "'")] : []
        for byte in cell {
            switch byte {
            case 0x09, 0x0A, 0x0D: shown.append(byte)
            // The pictures of the control characters: U+2400 … U+241F in the order of C0, and U+2421.
            case 0..<0x20: shown.append(contentsOf: [0xE2, 0x90, 0x80 + byte])
            case 0x7F: shown.append(contentsOf: [0xE2, 0x90, 0xA1])
            default: shown.append(byte)
            }
        }
        ReportCells.append(cell: shown, to: &bytes)
    }
}
