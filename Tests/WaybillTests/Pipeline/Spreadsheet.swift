import Foundation

@testable import Waybill

/// A program that opens a CSV file, has cells changed in it, and saves it in its own way.
struct Spreadsheet {
    var delimiter: Character = ","
    var lineEnd = "\n"
    var quotesAll = false
    var encoding = TextEncoding.utf8
    var byteOrderMark = false
    /// Lines that the program puts in front, as `sep=;`.
    var announcement = ""

    /// Everything that one program or the other writes back for a UTF-8 file with commas and LF.
    static let usual: [(name: String, program: Spreadsheet)] = [
        ("as it was", Spreadsheet()),
        ("CRLF", Spreadsheet(lineEnd: "\r\n")),
        ("all quoted", Spreadsheet(quotesAll: true)),
        ("semicolons, CRLF, UTF-8 with mark", Spreadsheet(delimiter: ";", lineEnd: "\r\n", byteOrderMark: true)),
        (
            "semicolons, CRLF, all quoted, announced",
            Spreadsheet(delimiter: ";", lineEnd: "\r\n", quotesAll: true, announcement: "sep=;\r\n")
        ),
        (
            "tabs, CRLF, UTF-16 little-endian",
            Spreadsheet(delimiter: "\t", lineEnd: "\r\n", encoding: .utf16LE, byteOrderMark: true)
        ),
        (
            "semicolons, CRLF, all quoted, UTF-16 big-endian",
            Spreadsheet(delimiter: ";", lineEnd: "\r\n", quotesAll: true, encoding: .utf16BE, byteOrderMark: true)
        ),
        ("bars, CR", Spreadsheet(delimiter: "|", lineEnd: "\r", byteOrderMark: true)),
    ]

    /// The rows as this program saves them; a line end within a cell is the program's own.
    func save(_ rows: [[String]]) -> [UInt8] {
        let text =
            announcement
            + rows.map { row in row.map(cell).joined(separator: String(delimiter)) + lineEnd }.joined()
        switch encoding {
        case .utf8: return (byteOrderMark ? [0xEF, 0xBB, 0xBF] : []) + Array(text.utf8)
        case .utf16LE: return [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        case .utf16BE: return [0xFE, 0xFF] + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        case .windows1252: return Array(text.data(using: .windowsCP1252) ?? Data())
        case .latin1, .latin9:
            return EncodedText.original(of: Array(text.utf8)[...], encoding: encoding)
        }
    }

    private func cell(_ value: String) -> String {
        let special: Set<Character> = [delimiter, "\"", "\n", "\r", "\r\n"]
        guard quotesAll || value.contains(where: special.contains) else { return value }
        let written = value.replacingOccurrences(of: "\n", with: lineEnd)
        return "\"" + written.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }
}
