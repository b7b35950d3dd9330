/// How one CSV drop is written, and how large a record may be.
struct CSVDialect: Sendable {
    var delimiter: UInt8
    /// What encloses values: the double quote of RFC 4180, or a single one.
    var quote: UInt8
    var quotes: Campaign.QuoteRule
    /// What `sed -n` counts as a line end: LF, or CR in a drop that has CR only.
    var lineByte: UInt8
    /// Bytes of a record, without its line end, from which it is `row.too-large`.
    var recordBytes: Int
    var columnLimit: Int

    /// How many raw bytes of a damaged record are kept: its whole first line, unless that is enormous.
    ///
    /// Sixteen times the limit (1 MiB by default) is enough to hand back any line a person could have written, and
    /// keeps memory flat when a drop of many gigabytes turns out to be one line.
    var keptBytes: Int { recordBytes * 16 }

    init(settings: DecodeSettings, delimiter: UInt8, quote: UInt8 = ASCII.quote, lineByte: UInt8) {
        self.delimiter = delimiter
        self.quote = quote
        self.lineByte = lineByte
        quotes = settings.quotes
        // A chunk's offsets have 32 bits; 16 × 16 Mi leaves room for the rest of the text.
        recordBytes = min(settings.recordBytes, 1 << 24)
        columnLimit = settings.columnLimit
    }
}

enum ASCII {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let quote: UInt8 = 0x22
    static let apostrophe: UInt8 = 0x27
}
