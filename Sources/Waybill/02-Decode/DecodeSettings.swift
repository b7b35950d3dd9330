/// What the campaign and the limits say about reading a drop's bytes.
package struct DecodeSettings: Sendable {
    package var format: AutoOr<DropKind>
    package var delimiter: AutoOr<UInt8>
    package var header: AutoOr<Bool>
    /// A byte order mark in the drop overrides it.
    package var encoding: AutoOr<TextEncoding>
    /// How many physical lines to skip before the header or the first record.
    package var skipLines: Int
    package var trailer: Campaign.Trailer?
    /// From the sender's names to ours.
    package var columns: [Campaign.ColumnName]
    package var quotes: Campaign.QuoteRule
    package var unknownColumns: Campaign.UnknownColumns
    package var require: [Campaign.Requirement]
    package var phones: Campaign.PhoneOrder
    package var table = Table.contacts
    /// Whether a campaign's settings say how it is read: else nobody is told to change them.
    let isOfCampaign: Bool
    /// How many fields the records had that now come back corrected, if fewer than their header; else nil.
    package var shortRecords: Int?
    /// The most bytes of a record without its line end, counted in UTF-8; 1 … 64 Mi.
    package var recordBytes: Int
    /// The most columns of a drop; 1 … 32,000 (positions in a schema have 16 bits).
    package var columnLimit: Int

    /// Whether objects of JSON are read with the processor's vector instructions, if it has them. Without them the
    /// records are the same, and come later.
    package var usesKernels = true

    /// Which table a drop has.
    package enum Table: Sendable {
        /// The fields of contacts, under any accepted name; without a header, the positional layout.
        case contacts
        /// Columns that keep the sender's names; any of `names` makes the first record a header. Without a header, each
        /// line is one value of a single column.
        case named(Set<FoldedName>, orOnly: String)
    }

    package init(campaign: Campaign, limits: Configuration.Limits) {
        isOfCampaign = !campaign.name.isEmpty
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
