/// How each column of a schema is judged, and which columns must not be empty.
struct RecordPlan {
    /// The rule for a column's values.
    enum Rule: UInt8 {
        case ignored
        /// A column without a name: it may not have values.
        case unnamed
        /// The sender's own column: it may have any value.
        case attribute
        /// A column of ours without a rule of its own.
        case text
        case phone, parameter, email, id, country, state, timezone, priority, date, message, consent
    }

    struct ColumnRule {
        let rule: Rule
        /// Nil for the sender's own columns.
        let field: Field?
        let isRequired: Bool
        /// A phone column that the sender calls MSISDN.
        let isMSISDN: Bool
        /// Values of at most this many bytes need no check, unless they are nested or have outer white space; −1 if
        /// even an empty value needs one.
        let freeLength: Int
    }

    /// A name in the campaign's `require`, whether or not the schema has it.
    struct Requirement {
        let name: String
        let field: Field?
        let position: Int?
    }

    /// Columns of which a record must have at least one.
    struct Choice {
        let requirements: [Requirement]
        let positions: [Int]
    }

    private(set) var columns: [ColumnRule] = []
    /// The free lengths of the columns once more, one beside the other.
    private(set) var freeLengths: [Int64] = []
    private(set) var requirements: [Requirement] = []
    /// A record with that many fields has every required column; `Int.max` where the schema lacks one.
    private(set) var requiredFields = 0
    private(set) var choices: [Choice] = []
    private(set) var country: Int?
    /// An unmapped column `region` in a drop without a country column: it may hold countries or states.
    private(set) var region: Int?
    private(set) var id: Int?
    private(set) var action: Int?
    /// What each record asks for.
    private(set) var modes: RecordModes
    /// `RecordFingerprint.key` of each column.
    private(set) var keys: [UInt64] = []
    private let require: [Campaign.Requirement]
    private let mode: DropMode
    private let paramMaxLength: Int
    /// Whether the campaign maps a column `region`.
    private let mapsRegion: Bool
    private var schemaCount = -1

    init(campaign: Campaign) {
        require = campaign.require
        mode = campaign.mode
        modes = RecordModes(mode, Schema())
        paramMaxLength = campaign.paramMaxLength
        mapsRegion = campaign.columns.contains { FoldedName($0.sender).text == "region" }
    }

    /// Updates the plan for a schema of the same drop, which can only have grown. Returns whether it had.
    mutating func follow(_ schema: Schema) -> Bool {
        guard schema.columns.count != schemaCount else { return false }
        schemaCount = schema.columns.count
        keys += schema.columns[keys.count...].map(RecordFingerprint.key(of:))
        country = schema.position(of: .country)
        region = country == nil && !mapsRegion ? schema.position(named: "region") : nil
        id = schema.position(of: .id)
        action = schema.position(of: .action)
        modes = RecordModes(mode, schema)
        requirements = require.compactMap(\.only).map { Self.requirement($0, in: schema) }
        requiredFields = requirements.map { $0.position.map { $0 + 1 } ?? .max }.max() ?? 0
        choices = require.filter { $0.only == nil }.map { choice in
            let requirements = choice.names.map { Self.requirement($0, in: schema) }
            return Choice(requirements: requirements, positions: requirements.compactMap(\.position))
        }
        columns = schema.columns.enumerated().map { position, column in
            let rule =
                column.isIgnored ? column.name.isEmpty ? .unnamed : .ignored : column.field.map(Self.rule) ?? .attribute
            let isRequired = requirements.contains { $0.position == position }
            return ColumnRule(
                rule: rule, field: column.field, isRequired: isRequired,
                isMSISDN: rule == .phone && FoldedName(column.name).text == "msisdn",
                freeLength: isRequired ? -1 : freeLength(of: rule))
        }
        freeLengths = columns.map { Int64($0.freeLength) }
        return true
    }

    private func freeLength(of rule: Rule) -> Int {
        switch rule {
        // A scalar has at least one byte.
        case .parameter: paramMaxLength
        case .message: ValidationSettings.Longest.message
        case .id: ValidationSettings.Longest.id
        case .attribute, .text: .max
        // JSON's null differs from an empty field here.
        case .consent: -1
        case .ignored, .unnamed, .phone, .email, .country, .state, .timezone, .priority, .date: 0
        }
    }

    /// A required column is meant by our name, or by the sender's.
    private static func requirement(_ name: String, in schema: Schema) -> Requirement {
        let own = Field(named: FoldedName(name))
        // An attribute whose name is a phone number's is not a phone number.
        let position =
            own.map { $0.isPhone || $0 == .email } == true
            ? own.flatMap(schema.position(of:)) : schema.position(named: name)
        return Requirement(
            name: name, field: own ?? position.flatMap { schema.columns[$0].field }, position: position)
    }

    private static func rule(of field: Field) -> Rule {
        switch field {
        case .phone1, .phone2, .phone3, .phone4, .phone5: .phone
        case .param1, .param2, .param3, .param4, .param5, .param6, .param7, .param8, .param9, .param10, .param11,
            .param12:
            .parameter
        case .email: .email
        case .id: .id
        case .country: .country
        case .state: .state
        case .timezone: .timezone
        case .priority: .priority
        case .message: .message
        case .callbackat, .notbefore, .expiresat, .consentat: .date
        case .consent: .consent
        case .name, .firstname, .lastname, .language, .postcode, .agent, .skill, .action: .text
        }
    }
}
