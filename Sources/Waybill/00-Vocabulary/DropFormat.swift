/// The form of a drop's content, found by looking at it.
package enum DropKind: String, Codable, Sendable {
    case csv
    /// `[{…}, …]`
    case jsonArray = "json-array"
    /// One object a line.
    case jsonLines = "json-lines"
    /// `{"campaign": …, "contacts": [{…}, …]}`
    case jsonContacts = "json-contacts"
    /// The Experience Management dispatch request.
    case dispatchRequest = "dispatch-request"

    package var isCSV: Bool { self == .csv }
}

/// A character encoding that a drop may be in.
package enum TextEncoding: String, CaseIterable, Codable, Sendable {
    case utf8 = "utf-8"
    case utf16LE = "utf-16le"
    case utf16BE = "utf-16be"
    case windows1252 = "windows-1252"
    case latin1 = "iso-8859-1"
    case latin9 = "iso-8859-15"
}

/// What inspection found out about a drop's form; the `format` of the acknowledgement.
package struct DropFormat: Hashable, Codable, Sendable {
    package var kind: DropKind
    /// The CSV delimiter; nil for JSON.
    package var delimiter: UInt8?
    package var encoding: TextEncoding
    /// Whether the drop began with a byte order mark, which is stripped.
    package var hasByteOrderMark: Bool
    /// Whether the first CSV record names the columns; nil for JSON.
    package var hasHeader: Bool?
    package var isCompressed: Bool
    /// The quote character of CSV; nil for JSON, as below.
    package var quote: UInt8?
    /// What ends the first line.
    package var lineEnd: [UInt8]?
    /// How many fields each record has where all end before the header does; else nil.
    package var shortRecords: Int?

    package init(
        kind: DropKind, delimiter: UInt8? = nil, encoding: TextEncoding = .utf8, hasByteOrderMark: Bool = false,
        hasHeader: Bool? = nil, isCompressed: Bool = false, quote: UInt8? = nil, lineEnd: [UInt8]? = nil
    ) {
        self.kind = kind
        self.delimiter = delimiter
        self.encoding = encoding
        self.hasByteOrderMark = hasByteOrderMark
        self.hasHeader = hasHeader
        self.isCompressed = isCompressed
        self.quote = quote
        self.lineEnd = lineEnd
    }
}
