/// The rejected records of a drop as the sender wrote them, byte for byte, in the drop's own form: correct it and drop
/// it again.
///
/// It is written while the drop is read: what each call appends can go to disk at once. Records and the bytes around
/// them are in the drop's own encoding. Only the separators of JSON elements, and a line end that the drop did not
/// show, are ours.
package struct RejectsFile: Sendable {
    package let kind: DropKind
    private let leading: [UInt8]
    private let encoding: TextEncoding
    /// The last line end the drop showed, for a last record that has none.
    private var lineEnd: [UInt8]
    private var isBegun = false
    package private(set) var count = 0

    /// `leading` has the original bytes before the first record: byte order mark, skipped lines and the header of a CSV
    /// drop with its line end, or the wrapper of a JSON drop up to and including the `[`.
    package init(kind: DropKind, leading: [UInt8], encoding: TextEncoding = .utf8) {
        self.kind = kind
        self.leading = leading
        self.encoding = encoding
        lineEnd = Self.encoded("\n", encoding)
    }

    package var fileName: String { Self.fileName(for: kind) }

    /// How many rows a spreadsheet shows before the first record: skipped lines and the header of a CSV drop. Excel's
    /// line `sep=;` does not count.
    package var rowsAbove: Int {
        guard kind == .csv else { return 0 }
        let units: [UInt16] =
            switch encoding {
            case .utf8, .windows1252, .latin1, .latin9: leading.map { UInt16($0) }
            case .utf16LE, .utf16BE:
                stride(from: 0, to: leading.count - 1, by: 2).map { place in
                    let (first, second) = (UInt16(leading[place]), UInt16(leading[place + 1]))
                    return encoding == .utf16LE ? second << 8 | first : first << 8 | second
                }
            }
        let lineEnd: UInt16 = units.contains(0x0A) ? 0x0A : 0x0D
        let isMarked = units.drop { $0 > 0x7F }.starts(with: "sep=".utf16)
        return units.count { $0 == lineEnd } - (isMarked ? 1 : 0)
    }

    package static func fileName(for kind: DropKind) -> String {
        switch kind {
        case .csv: "rejects.csv"
        case .jsonLines: "rejects.jsonl"
        case .jsonArray, .jsonContacts, .dispatchRequest: "rejects.json"
        }
    }

    /// Adds one record. `lineEnd` is the one that followed it in the drop, empty if none did; JSON elements have none.
    package mutating func append(
        _ original: ArraySlice<UInt8>, lineEnd: [UInt8] = [], to bytes: inout [UInt8]
    ) {
        begin(&bytes)
        switch kind {
        case .csv, .jsonLines:
            if !lineEnd.isEmpty { self.lineEnd = lineEnd }
            bytes.append(contentsOf: original)
            bytes.append(contentsOf: self.lineEnd)
        case .jsonArray, .jsonContacts, .dispatchRequest:
            if count > 0 { bytes.append(contentsOf: Self.encoded(",\n", encoding)) }
            bytes.append(contentsOf: original)
        }
        count += 1
    }

    /// Ends the file. `trailing` closes the wrapper of a JSON drop, with the original bytes, or with `]` if the drop
    /// was cut short; a file without records is valid too.
    package mutating func finish(trailing: [UInt8] = [], to bytes: inout [UInt8]) {
        begin(&bytes)
        bytes.append(contentsOf: trailing)
    }

    private mutating func begin(_ bytes: inout [UInt8]) {
        guard !isBegun else { return }
        isBegun = true
        bytes.append(contentsOf: leading)
    }

    private static func encoded(_ ascii: String, _ encoding: TextEncoding) -> [UInt8] {
        switch encoding {
        case .utf8, .windows1252, .latin1, .latin9: Array(ascii.utf8)
        case .utf16LE: ascii.utf8.flatMap { [$0, 0] }
        case .utf16BE: ascii.utf8.flatMap { [0, $0] }
        }
    }
}
