/// A file that is neither CSV nor JSON, recognised by its first bytes and not by its suffix.
struct ForeignFile {
    /// With its article, as in "a PDF document".
    let name: String
    /// What to do.
    let advice: String
    /// The same among lists, replies and receipts.
    let adviceBesideContacts: String

    private init(_ name: String, _ advice: String = "export it as CSV or JSON", besideContacts: String? = nil) {
        self.name = name
        self.advice = advice
        adviceBesideContacts = besideContacts ?? advice
    }

    /// Nil for anything that may be CSV.
    ///
    /// - Parameter isText: whether the beginning is part of the text, and not of skipped lines.
    init?(beginning bytes: [UInt8], isText: Bool) {
        if let kind = Self.binary(bytes) {
            self = kind
            return
        }
        guard isText else { return nil }
        let text = bytes.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }.prefix(1_024)
        guard let kind = Self.markup(text) ?? Self.letter(text) else { return nil }
        self = kind
    }

    private static let decrypt = "decrypt it before you drop it"
    private static let unpack = "unpack it, or compress it with gzip"

    private static func binary(_ bytes: [UInt8]) -> ForeignFile? {
        let kinds: [(start: [UInt8], kind: ForeignFile)] = [
            (Array("PK\u{3}\u{4}".utf8), ForeignFile("a workbook or a zip archive")),
            (Array("PK\u{5}\u{6}".utf8), ForeignFile("an empty zip archive")),
            (Array("%PDF".utf8), ForeignFile("a PDF document")),
            (Array("%!PS".utf8), ForeignFile("a PostScript document")),
            ([0xD0, 0xCF, 0x11, 0xE0], ForeignFile("an old office document")),
            (Array("{\\rtf".utf8), ForeignFile("a document in rich text (RTF)")),
            ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], ForeignFile("a 7-Zip archive", unpack)),
            (Array("Rar!\u{1A}".utf8), ForeignFile("a RAR archive", unpack)),
            ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], ForeignFile("an xz archive", unpack)),
            ([0x28, 0xB5, 0x2F, 0xFD], ForeignFile("a Zstandard archive", unpack)),
            (Array("BZh".utf8) + [0x39, 0x31, 0x41, 0x59], ForeignFile("a bzip2 archive", unpack)),
            ([0x1F, 0x8B], ForeignFile("compressed with gzip twice", "compress it once")),
            (Array("SQLite format 3\u{0}".utf8), ForeignFile("an SQLite database")),
            (Array("PAR1".utf8), ForeignFile("a Parquet file")),
            ([0x89, 0x50, 0x4E, 0x47], ForeignFile("a picture")), ([0xFF, 0xD8, 0xFF], ForeignFile("a picture")),
            (Array("Salted__".utf8), ForeignFile("encrypted (OpenSSL)", decrypt)),
            (Array("age-encryption.org/".utf8), ForeignFile("encrypted (age)", decrypt)),
        ]
        return kinds.first { bytes.starts(with: $0.start) }?.kind
    }

    /// Formats that begin with a bracket, or with a distinctive line.
    private static func markup(_ bytes: ArraySlice<UInt8>) -> ForeignFile? {
        // As all of them begin; most files begin otherwise.
        guard let first = bytes.first, "<-bi".utf8.contains(first | 0x20) else { return nil }
        let page = ForeignFile("an HTML page (a report saved under another name, or a sign-in page)")
        let sheet = ForeignFile("an XML spreadsheet")
        let text = String(decoding: bytes, as: UTF8.self).lowercased()
        if text.hasPrefix("<?xml") {
            if text.contains("excel.sheet") || text.contains("office:spreadsheet") || text.contains("<workbook") {
                return sheet
            }
            return text.contains("<html") ? page : ForeignFile("an XML document")
        }
        let pages = ["<!doctype html", "<html", "<head>", "<body", "<table", "<script", "<meta ", "<style", "<div"]
        if pages.contains(where: text.hasPrefix) { return page }
        let kinds = [
            ("<workbook", sheet), ("begin:vcard", ForeignFile("a vCard")),
            ("begin:vcalendar", ForeignFile("a calendar")), ("id;pwxl", ForeignFile("a SYLK spreadsheet")),
            ("-----begin pgp signed message", ForeignFile("signed (PGP)", "drop the text without its signature")),
            ("-----begin pgp", ForeignFile("encrypted (PGP)", decrypt)),
            ("-----begin ", ForeignFile("a key, a certificate or encrypted (PEM)", decrypt)),
        ]
        return kinds.first { text.hasPrefix($0.0) }?.1
    }

    /// An e-mail message: its first two lines are header fields.
    private static func letter(_ bytes: ArraySlice<UInt8>) -> ForeignFile? {
        var lines = bytes.split(maxSplits: 3, omittingEmptySubsequences: false) { $0 == 0x0A }[...]
        if lines.first?.starts(with: "From ".utf8) == true { lines = lines.dropFirst() }
        guard lines.count > 2, let first = lines.first, let second = lines.dropFirst().first,
            isField(first, isFirst: true),
            isField(second, isFirst: false) || second.first == 0x20 || second.first == 0x09
        else { return nil }
        return ForeignFile(
            "an e-mail message", "drop what is attached to it",
            besideContacts: "mails that came back are read in _receipts; of an answer write who said what, as in "
                + "from,to,text,at")
    }

    private static let fieldNames: Set<String> = [
        "return-path", "received", "mime-version", "delivered-to", "message-id", "from", "to", "subject", "date",
        "content-type", "dkim-signature", "reply-to", "authentication-results", "envelope-to",
    ]

    private static func isField(_ line: ArraySlice<UInt8>, isFirst: Bool) -> Bool {
        let name = line.prefix { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A || $0 == UInt8(ascii: "-") }
        let rest = line[name.endIndex...]
        guard !name.isEmpty, rest.first == UInt8(ascii: ":"), rest.dropFirst().first == 0x20 else { return false }
        let text = String(decoding: name, as: UTF8.self).lowercased()
        return fieldNames.contains(text) || text.hasPrefix("x-") || text.hasPrefix("arc-") || !isFirst
    }
}
