/// Whether the records of a drop name another campaign themselves than the one that the drop falls to: a column
/// `campaign` was once an attribute, and what was meant for one campaign left by the hours of another.
struct RecordCampaigns {
    private let campaign: Campaign
    private let configuration: Configuration
    /// Nobody can be meant but the drop's, or the campaign says what the column is.
    private let isIdle: Bool
    /// What was looked up last: mostly the next is the same.
    private var last: ArraySlice<UInt8> = []

    private static let column = FoldedName("campaign")

    /// Throws `drop.no-campaign` where a drop's columns are those of replies, receipts or lists, and nobody said that
    /// they are contacts: whoever refused there would be contacted.
    static func checkColumns(_ schema: Schema, of campaign: Campaign) throws {
        let decided = Set(campaign.columns.map { FoldedName($0.sender) })
        guard WordsName.columns.isDisjoint(with: decided),
            let purpose = WordsName.purpose(ofHeader: schema.columns.map { FoldedName($0.name) }, isOfContacts: true)
        else { return }
        throw RefusedDrop(
            .noCampaign,
            "its columns are those of \(purpose.fileWords) (\(schema.columns.prefix(6).map(\.name).joined(separator: ", "))); put it "
                + "into the folder \(purpose.folder). If they are contacts, say whose they are: by a side-car with "
                + "\"campaign\", or by \"drops\" of \(campaign.name) with its name; or say in the campaign's columns what one of "
                + "them is, such as { \"event\": \"attribute:event\" }")
    }

    init(of campaign: Campaign, in configuration: Configuration) {
        self.campaign = campaign
        self.configuration = configuration
        isIdle =
            configuration.campaigns.count == 1 || campaign.columns.contains { FoldedName($0.sender) == Self.column }
    }

    /// Throws `drop.no-campaign` where a record names another campaign of the configuration.
    mutating func check(_ chunk: Chunk) throws {
        guard !isIdle,
            let place = chunk.schema.columns.firstIndex(where: {
                $0.field == nil && FoldedName($0.name) == Self.column
            })
        else { return }
        for record in chunk.records where record.damage == nil && place < Int(record.fieldCount) {
            let value = chunk.value(chunk.fields[Int(record.firstField) + place])
            if value == last { continue }
            last = value
            let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
            let name = value.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
            guard let named = configuration.campaign(named: String(decoding: Array(name), as: UTF8.self)),
                named.name != campaign.name
            else { continue }
            throw RefusedDrop(
                .noCampaign,
                "its column \"\(chunk.schema.columns[place].name)\" says \"\(named.name)\" (record \(record.number)), and by "
                    + "where it lay and what it is called it is of \"\(campaign.name)\"; put the records of each campaign into "
                    + "that campaign's folder, or set columns: { \"campaign\": \"attribute:campaign\" }")
        }
    }
}
