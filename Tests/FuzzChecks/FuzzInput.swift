import Waybill

/// An input: what is read, and behind it how it is read.
///
///     [ bytes … ][ choice ] … [ choice ]
///
/// Choices are taken from the end, so that a file of text is an input too; those of the digit `0` are the usual ones,
/// and so are those that an input has no byte for.
struct FuzzInput {
    private(set) var bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The next choice, 0 for the digit `0`.
    mutating func choice() -> UInt8 { (bytes.popLast() ?? 0x30) ^ 0x30 }

    /// How many bytes are handed over at once: 1 … 64.
    mutating func blockSize() -> Int { 1 + Int(choice() % 64) }

    mutating func form() -> AutoOr<DropKind> {
        switch choice() & 7 {
        case 1: .set(.jsonLines)
        case 2: .set(.jsonArray)
        case 3: .set(.jsonContacts)
        case 4: .set(.dispatchRequest)
        default: .auto
        }
    }

    /// Settings of a campaign that change how a drop is read, and how much of the drop is looked at before.
    mutating func reading(_ form: AutoOr<DropKind>) -> DropReadingChoice {
        var campaign = Campaign(name: "fuzz")
        var limits = Configuration.Limits()
        campaign.format = form
        let first = choice()
        let lookedAt = [65_536, 1, 16, 64, 128, 256, 512, 1_024][Int(first & 7)]
        if first & 8 != 0 { limits.recordBytes = 64 }
        if first & 16 != 0 { campaign.quotes = .lenient }
        if first & 32 != 0 { campaign.header = .set(first & 64 != 0) }
        if first & 128 != 0 { campaign.duplicates = .keep }
        let second = choice()
        let encodings: [AutoOr<TextEncoding>] = [
            .auto, .set(.utf8), .set(.utf16LE), .set(.utf16BE), .set(.windows1252), .set(.latin1), .set(.latin9),
        ]
        campaign.encoding = encodings[min(Int(second & 7), 5)]
        if second & 8 != 0 { campaign.skipLines = 1 }
        if second & 16 != 0 { campaign.trailer = Campaign.Trailer(starts: "T", count: 2) }
        if second & 32 != 0 { campaign.require = [] }
        if second & 64 != 0 { campaign.unknownColumns = second & 128 != 0 ? .reject : .ignore }
        return DropReadingChoice(campaign: campaign, limits: limits, lookedAt: lookedAt)
    }
}
