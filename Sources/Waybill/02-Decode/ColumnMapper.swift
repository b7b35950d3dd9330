/// Maps a sender's column names to columns: by the campaign's own map first, then by our names and the other accepted
/// names.
///
/// Names are compared folded.
package struct ColumnMapper: Sendable {
    /// What a sender's name means.
    package enum Meaning: Hashable, Sendable {
        /// The field's own name, or one that the campaign maps to it.
        case own(Field)
        /// Another accepted name, which yields to the field's own.
        case other(Field)
        /// A name for phone numbers without a number of its own: such columns fill the free phone fields in the order
        /// of their ranks.
        case phone(rank: Int)

        /// The order in which names get their fields: phone numbers first.
        var order: Int {
            switch self {
            case .phone(let rank): rank
            case .own, .other: .max
            }
        }
    }

    private let meanings: [FoldedName: Meaning]
    private let table: DecodeSettings.Table
    private let unknownColumns: Campaign.UnknownColumns
    private let columnLimit: Int
    private let requiresPhone: Bool
    private let required: Set<Field>
    private let places: [Int: Field]

    package init(settings: DecodeSettings) {
        table = settings.table
        var meanings: [FoldedName: Meaning] = [:]
        if case .contacts = settings.table { meanings = Self.ownNames }
        for entry in settings.columns {
            // A target that is not one of our columns makes the sender's column an attribute, even if we know its name.
            meanings[FoldedName(entry.sender)] = Field(named: FoldedName(entry.column)).map(Meaning.own)
        }
        self.meanings = meanings
        places = Self.places(settings.columns)
        unknownColumns = settings.unknownColumns
        columnLimit = settings.columnLimit
        required = Set(settings.require.compactMap { $0.only.flatMap { Self.field(Self.ownNames[FoldedName($0)]) } })
        requiresPhone = required.contains(.phone1)
    }

    /// What a sender's name means; nil for an unknown name.
    func meaning(of name: String) -> Meaning? { meanings[FoldedName(name)] }

    /// The field of a sender's name, if no other column claims it; nil for an unknown name.
    package func field(named name: String) -> Field? { Self.field(meaning(of: name)) }

    private static func field(_ meaning: Meaning?) -> Field? {
        switch meaning {
        case nil: nil
        case .own(let field), .other(let field): field
        case .phone: .phone1
        }
    }

    /// Whether a name is one that headers have.
    func knows(_ name: String) -> Bool {
        switch table {
        case .contacts: meaning(of: name) != nil
        case .named(let names, _): names.contains(FoldedName(name))
        }
    }

    /// Whether a key shows that its JSON object is a record, not a wrapper around records.
    func isOfRecord(_ name: String) -> Bool {
        guard let field = field(named: name) else { return false }
        return field.isPhone || field == .email || required.contains(field)
    }

    /// Whether the drop's table is that of contacts: then a first record without a header begins with a phone number,
    /// and a header has none.
    var isOfContacts: Bool {
        switch table {
        case .contacts: true
        case .named: false
        }
    }

    /// The columns of a drop without a header.
    var headerless: Schema {
        switch table {
        case .contacts: Self.positional(count: min(columnLimit, Self.positionalFields.count))
        case .named(_, let only): Schema([Column(name: only, field: nil)])
        }
    }

    /// The positions, from 0, that the campaign's `columns` map (`"#3": "phone1"`) in drops without a header.
    private static func places(_ columns: [Campaign.ColumnName]) -> [Int: Field] {
        var places: [Int: Field] = [:]
        for entry in columns where entry.sender.first == "#" {
            guard let place = Int(entry.sender.dropFirst()), place > 0 else { continue }
            places[place - 1] = Field(named: FoldedName(entry.column))
        }
        return places
    }

    /// The position, from 0, of the first phone number in a record without a header; nil if the campaign maps
    /// positions, but none of them to `phone1`.
    var phonePlace: Int? { places.isEmpty ? 0 : places.first { $0.value == .phone1 }?.key }

    /// The names `#1`, `#2` … of a drop without a header, if the campaign maps positions; else nil.
    ///
    /// - Parameter fields: how many fields the first record has.
    func positionNames(fields: Int) -> [String]? {
        guard isOfContacts, let last = places.keys.max() else { return nil }
        return (1...max(fields, last + 1)).map { "#\($0)" }
    }

    /// The column of a sender's name, regardless of other columns: one of our fields, an attribute, or a column to
    /// ignore.
    ///
    /// - Throws: `header.unknown` for an unknown name under `unknownColumns: "reject"`.
    package func column(named name: String) throws(RefusedDrop) -> Column {
        let name = Self.trimmed(name)
        if let field = field(named: name) { return Column(name: name, field: field) }
        switch unknownColumns {
        case .keep, .ignore: return leftOver(name)
        case .reject:
            throw RefusedDrop(
                .unknownHeader,
                "the column \(Self.quoted(name)) is not known; add it to the campaign's columns, take it out of the file, "
                    + "or set unknownColumns to \"keep\" or \"ignore\"")
        }
    }

    /// The column of a name that means no field: the campaign decides about the sender's own columns.
    func leftOver(_ name: String) -> Column {
        Column(name: Self.trimmed(name), field: nil, isIgnored: unknownColumns == .ignore)
    }

    /// Adds a column to a schema and returns its position.
    ///
    /// - Throws: `header.duplicate` if the schema already has a column for the field; `drop.too-large` if the schema is
    ///   full.
    @discardableResult
    func add(_ column: Column, to schema: inout Schema) throws(RefusedDrop) -> Int {
        if let field = column.field, let first = schema.position(of: field) {
            throw Self.twice(schema.columns[first].name, column.name, field, in: schema.columns)
        }
        guard schema.columns.count < columnLimit else {
            throw RefusedDrop(
                .tooLarge,
                "the drop has more than \(columnLimit) columns; send fewer, or raise limits.columns")
        }
        schema.append(column)
        return schema.columns.count - 1
    }

    /// The schema of a CSV header, or the reason to refuse it.
    ///
    /// A missing required column other than `phone1` refuses nothing here: the records are rejected one by one
    /// (`email.missing`), and so is the drop (`drop.no-valid-records`).
    ///
    /// - Throws: what `column(named:)` and `add` throw, and `header.missing-phone` if `phone1` is required and no name
    ///   maps to it.
    package func schema(ofHeader names: [String]) throws(RefusedDrop) -> Schema {
        let named = (names.lastIndex { !Self.trimmed($0).isEmpty } ?? -1) + 1
        var columns: [Column] = []
        for name in names[..<named] { columns.append(try column(named: name)) }
        try giveWay(&columns)
        var schema = Schema()
        for column in columns {
            if let field = column.field, let first = schema.position(of: field) {
                throw Self.twice(schema.columns[first].name, column.name, field, in: columns)
            }
            try add(column, to: &schema)
        }
        // Delimiters at the end of each line make unnamed columns.
        for _ in names[named...].prefix(max(0, columnLimit - named)) {
            schema.append(Column(name: "", field: nil, isIgnored: true))
        }
        // Records that cancel need no number; of others each is told.
        let mayOnlyCancel = schema.position(of: .action) != nil && schema.position(of: .id) != nil
        if requiresPhone, schema.position(of: .phone1) == nil, !mayOnlyCancel {
            throw RefusedDrop(
                .missingPhone,
                "the header has no column for phone1 (phone, phone number, mobile, cell, msisdn, telephone); "
                    + (WordsName.advice(header: names)
                        ?? "name it so, or map the sender's name in the campaign's columns: { \"its name\": \"phone1\" }")
            )
        }
        return schema
    }

    /// Makes columns with other accepted names yield to those with a field's own name, and gives columns of numbers
    /// their fields. Two equal claims are left as they are, to be refused.
    private func giveWay(_ columns: inout [Column]) throws(RefusedDrop) {
        var taken: Set<Field> = []
        var phones: [(rank: Int, position: Int)] = []
        for (position, column) in columns.enumerated() {
            switch meaning(of: column.name) {
            case .own(let field): taken.insert(field)
            case .phone(let rank): phones.append((rank, position))
            case .other, nil: break
            }
        }
        for (position, column) in columns.enumerated() {
            if case .other(let field) = meaning(of: column.name), taken.contains(field) {
                columns[position] = leftOver(column.name)
            }
        }
        var free = Field.phones.filter { !taken.contains($0) }[...]
        phones.sort { $0.rank < $1.rank }
        for (index, (rank, position)) in phones.enumerated() {
            let name = columns[position].name
            // The same name twice does not tell which is which.
            if index > 0, phones[index - 1].rank == rank {
                throw Self.twice(columns[phones[index - 1].position].name, name, .phone1, in: columns)
            }
            columns[position] = free.popFirst().map { Column(name: name, field: $0) } ?? leftOver(name)
        }
    }

    /// The refusal of a drop in which two columns map to one field, with the line of configuration that resolves it.
    static func twice(_ first: String, _ second: String, _ field: Field, in columns: [Column]) -> RefusedDrop {
        let both = "the columns \(quoted(first)) and \(quoted(second)) both stand for \(field.label)"
        guard FoldedName(first) != FoldedName(second) else {
            return RefusedDrop(.duplicateHeader, both + "; rename or remove one of them")
        }
        // The campaign's own mapping stays.
        let other = FoldedName(first).text == field.label ? first : second
        let free = field.isPhone ? Field.phones.first { phone in !columns.contains { $0.field == phone } } : nil
        let name = shown(other)
        return RefusedDrop(
            .duplicateHeader,
            both + "; say what the other is in the campaign's columns: { \"\(name)\": "
                + (free.map { "\"\($0.label)\"" } ?? "\"attribute:\(name)\"") + " }, or remove one of them")
    }

    /// The advice when a column seems to have the phone numbers under another name.
    static func advice(phoneColumn name: String) -> String {
        "the values of \(quoted(name)) look like phone numbers: name it phone, or map it in the campaign's columns: "
            + "{ \"\(shown(name))\": \"phone1\" }"
    }

    /// A schema with a refused header's names as they are, so its records can still be counted and handed back.
    package static func unmapped(_ names: [String]) -> Schema {
        Schema(names.map { Column(name: trimmed($0), field: nil) })
    }

    /// The first `count` columns of the positional layout: Phone1 … Phone5, BusinessParameter1 … 12.
    package static func positional(count: Int = positionalFields.count) -> Schema {
        Schema(
            positionalFields.prefix(count).map { field in
                let index = Int(field.rawValue)
                let name = field.isPhone ? "Phone\(index + 1)" : "BusinessParameter\(index - 4)"
                return Column(name: name, field: field)
            })
    }

    package static let positionalFields = Field.allCases.filter { $0.isPhone || $0.isParameter }

    /// Names of phone numbers without a number, the one most likely to reach somebody first.
    static let phoneNames = [
        "mobile", "mobilephone", "cell", "msisdn", "phone", "phonenumber", "telephone",
    ]

    static let msisdnRank = phoneNames.firstIndex(of: "msisdn") ?? 0
    /// How many accepted names there are besides the fields' own.
    static let otherNames = ownNames.count - Field.allCases.count

    /// Every accepted name, with its meaning.
    private static let ownNames: [FoldedName: Meaning] = {
        var names: [String: Meaning] = [:]
        for field in Field.allCases { names[field.label] = .own(field) }
        for (number, field) in Field.allCases.filter(\.isParameter).enumerated() {
            names["bp\(number + 1)"] = .other(field)
            names["businessparameter\(number + 1)"] = .other(field)
        }
        for (rank, name) in phoneNames.enumerated() { names[name] = .phone(rank: rank) }
        let accepted: [(Field, [String])] = [
            (.email, ["mail", "emailaddress"]),
            (.id, ["contactid", "customerid", "uuid", "externalid"]), (.country, ["countrycode"]), (.timezone, ["tz"]),
            (.postcode, ["zip", "postalcode"]), (.message, ["body", "text"]), (.state, ["province"]),
        ]
        for (field, others) in accepted {
            for other in others { names[other] = .other(field) }
        }
        return Dictionary(uniqueKeysWithValues: names.map { (FoldedName($0), $1) })
    }()

    private static func trimmed(_ name: String) -> String {
        let scalars = name.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }

    /// A name for a message: shortened, on one line.
    static func quoted(_ name: String) -> String { "\"" + shown(name) + "\"" }

    private static func shown(_ name: String) -> String {
        let shown = name.unicodeScalars.prefix(40).map { $0.value < 0x20 ? " " : String($0) }.joined()
        return shown + (name.unicodeScalars.count > 40 ? "…" : "")
    }
}
