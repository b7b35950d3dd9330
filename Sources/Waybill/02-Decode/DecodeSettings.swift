/// What a campaign and the limits say about how a drop's bytes are read.
package struct DecodeSettings: Sendable {
    package var format: AutoOr<DropKind>
    package var delimiter: AutoOr<UInt8>
    package var header: AutoOr<Bool>
    /// A byte order mark in the drop overrules it.
    package var encoding: AutoOr<TextEncoding>
    /// Physical lines before the header or the first record that are not read.
    package var skipLines: Int
    package var trailer: Campaign.Trailer?
    /// The sender's names to ours.
    package var columns: [Campaign.ColumnName]
    package var quotes: Campaign.QuoteRule
    package var unknownColumns: Campaign.UnknownColumns
    package var require: [Campaign.Requirement]
    package var phones: Campaign.PhoneOrder
    package var table = Table.contacts
    /// How many fields the records had that come back corrected, where that was fewer than their header names.
    package var shortRecords: Int?
    /// Bytes of one record without its line end, counted in UTF-8; 1 … 64 Mi.
    package var recordBytes: Int
    /// Columns of a drop; 1 … 32,000 (positions in a schema have 16 bits).
    package var columnLimit: Int

    /// Which columns a drop is expected to have.
    package enum Table: Sendable {
        /// The fields of contacts, by all their names; without a header the positional layout.
        case contacts
        /// Columns that keep the sender's names, of which any of `names` makes a header; without one all of a line is
        /// the value of one column.
        case named(Set<FoldedName>, orOnly: String)
    }

    package init(campaign: Campaign, limits: Configuration.Limits) {
        format = campaign.format
        delimiter = campaign.delimiter
        header = campaign.header
        encoding = campaign.encoding
        skipLines = max(0, campaign.skipLines)
        trailer = campaign.trailer
        columns = campaign.columns
        quotes = campaign.quotes
        unknownColumns = campaign.unknownColumns
        require = campaign.require
        phones = campaign.phones
        recordBytes = min(max(1, limits.recordBytes), 1 << 26)
        columnLimit = min(max(1, limits.columns), 32_000)
    }
}
