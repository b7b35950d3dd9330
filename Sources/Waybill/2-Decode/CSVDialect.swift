/// How one CSV drop is written, and how much of it one record may take.
struct CSVDialect: Sendable {
    var delimiter: UInt8
    var quotes: Campaign.QuoteRule
    /// What `sed -n` counts as a line's end: LF, and CR in a drop that has CR only.
    var lineByte: UInt8
    /// Bytes of a record without its line end, from which on it is `row.too-large`.
    var recordBytes: Int
    var columnLimit: Int

    /// Raw bytes of a damaged record that are kept: its whole first line, unless that is a monster.
    ///
    /// Sixteen times the limit (1 MiB by default) hands back every line that a person could have written, and keeps memory
    /// flat when a drop of many gigabytes turns out to be one line.
    var keptBytes: Int { recordBytes * 16 }

    init(settings: DecodeSettings, delimiter: UInt8, lineByte: UInt8) {
        self.delimiter = delimiter
        self.lineByte = lineByte
        quotes = settings.quotes
        // A chunk's offsets have 32 bits; 16 × 16 Mi leaves room for everything else in the text.
        recordBytes = min(settings.recordBytes, 1 << 24)
        columnLimit = settings.columnLimit
    }
}

enum ASCII {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let quote: UInt8 = 0x22
}
