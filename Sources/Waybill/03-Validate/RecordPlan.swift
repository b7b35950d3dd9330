/// How each column of a schema is judged, and which columns must not be empty.
struct RecordPlan {
    /// The rule for a column's values.
    enum Rule: UInt8 {
        case ignored
        /// A column without a name: no value has a place in it.
        case unnamed
        /// The sender's own column: any value.
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
        /// Values of at most this many bytes need no judging if they are not nested and have no outer white space;
        /// −1 if even the empty value does.
        let freeLength: Int
    }

    /// A name of the campaign's `require`, found in the schema or not.
    struct Requirement {
        let name: String
        let field: Field?
        let position: Int?
    }

    /// Columns of which a record must have one.
    struct Choice {
        let requirements: [Requirement]
        let positions: [Int]
    }

    private(set) var columns: [ColumnRule] = []
    private(set) var requirements: [Requirement] = []
    private(set) var choices: [Choice] = []
    private(set) var country: Int?
    /// A column `region` that nobody mapped and beside which there is no country: it may hold countries, or states.
    private(set) var region: Int?
    private(set) var id: Int?
    /// Of each column, its `RecordFingerprint.key`.
    private(set) var keys: [UInt64] = []
    private let require: [Campaign.Requirement]
    private let paramMaxLength: Int
    /// Whether the campaign says what a column `region` is.
    private let mapsRegion: Bool
    private var schemaCount = -1

    init(campaign: Campaign) {
        require = campaign.require
        paramMaxLength = campaign.paramMaxLength
        mapsRegion = campaign.columns.contains { FoldedName($0.sender).text == "region" }
    }

    /// Brings the plan up to a schema of the same drop; schemas only grow. Returns whether it had.
    mutating func follow(_ schema: Schema) -> Bool {
        guard schema.columns.count != schemaCount else { return false }
        schemaCount = schema.columns.count
        keys += schema.columns[keys.count...].map(RecordFingerprint.key(of:))
        country = schema.position(of: .country)
        region = country == nil && !mapsRegion ? schema.position(named: "region") : nil
        id = schema.position(of: .id)
        requirements = require.compactMap(\.only).map { Self.requirement($0, in: schema) }
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
        return true
    }

    private func freeLength(of rule: Rule) -> Int {
        switch rule {
        // A scalar has at least one byte.
        case .parameter: paramMaxLength
        case .message: ValidationSettings.Longest.message
        case .id: ValidationSettings.Longest.id
        case .attribute, .text: .max
        // JSON's null is not what an empty field is.
        case .consent: -1
        case .ignored, .unnamed, .phone, .email, .country, .state, .timezone, .priority, .date: 0
        }
    }

    /// A required column goes by our name for it, or by the sender's.
    private static func requirement(_ name: String, in schema: Schema) -> Requirement {
        let own = Field(named: FoldedName(name))
        // An attribute with a number's name is no number.
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
        case .name, .firstname, .lastname, .language, .postcode, .agent, .skill: .text
        }
    }
}
