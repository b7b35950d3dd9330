/// The notations for rows.
enum RowForm: String, CaseIterable {
    case csv
    /// One object a line.
    case jsonl
    /// One array of objects.
    case json

    static let columns =
        ["phone1", "phone2", "phone3", "phone4", "phone5", "email", "first_name", "language"]
        + (1...12).map { "bp\($0)" }

    /// The text before the first row.
    var opening: [UInt8] {
        switch self {
        case .csv: Array((Self.columns.joined(separator: ",") + "\n").utf8)
        case .jsonl: []
        case .json: Array("[\n".utf8)
        }
    }

    /// The text after the last row.
    var closing: [UInt8] { self == .json ? Array("\n]\n".utf8) : [] }

    /// The text before the value of each column.
    var leads: [[UInt8]] {
        Self.columns.enumerated().map { index, name in
            switch self {
            case .csv: index == 0 ? [] : [UInt8(ascii: ",")]
            case .jsonl, .json: Array(((index == 0 ? "{\"" : "\",\"") + name + "\":\"").utf8)
            }
        }
    }

    /// The end of a row.
    var tail: [UInt8] {
        switch self {
        case .csv: [UInt8(ascii: "\n")]
        case .jsonl: Array("\"}\n".utf8)
        case .json: Array("\"}".utf8)
        }
    }

    /// A value as it is written between delimiters or quotes (RFC 4180 §2, RFC 8259 §7).
    func escaped(_ text: String) -> [UInt8] {
        switch self {
        case .csv:
            guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return Array(text.utf8) }
            return Array(
                ("\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"")
                    .utf8)
        case .jsonl, .json:
            return text.utf8.flatMap { byte -> [UInt8] in
                switch byte {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
                case UInt8(ascii: "\n"): Array("\\n".utf8)
                default: [byte]
                }
            }
        }
    }
}
