/// Turns a sender's column names into columns: the campaign's own map first, then our names and the ones also accepted.
///
/// Names are compared folded.
package struct ColumnMapper: Sendable {
    /// What a sender's name stands for.
    package enum Meaning: Hashable, Sendable {
        /// The field's own name, or one that the campaign maps to it.
        case own(Field)
        /// Another name for the field, which gives way to its own.
        case other(Field)
        /// A name for phone numbers without a place of its own: the columns that have one fill the free phone fields in
        /// the order of these.
        case phone(rank: Int)

        /// In which order names are given their fields: numbers first.
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
            // A target that is no column of ours makes the sender's name an attribute, even where we know that name.
            meanings[FoldedName(entry.sender)] = Field(named: FoldedName(entry.column)).map(Meaning.own)
        }
        self.meanings = meanings
        places = Self.places(settings.columns)
        unknownColumns = settings.unknownColumns
        columnLimit = settings.columnLimit
        required = Set(settings.require.compactMap { $0.only.flatMap { Self.field(Self.ownNames[FoldedName($0)]) } })
        requiresPhone = required.contains(.phone1)
    }

    /// What a sender's name stands for, nil for a name we do not know.
    func meaning(of name: String) -> Meaning? { meanings[FoldedName(name)] }

    /// The field a sender's name stands for where no other column is about it, nil for a name we do not know.
    package func field(named name: String) -> Field? { Self.field(meaning(of: name)) }

    private static func field(_ meaning: Meaning?) -> Field? {
        switch meaning {
        case nil: nil
        case .own(let field), .other(let field): field
        case .phone: .phone1
        }
    }

    /// Whether a name shows that it stands in a header.
    func knows(_ name: String) -> Bool {
        switch table {
        case .contacts: meaning(of: name) != nil
        case .named(let names, _): names.contains(FoldedName(name))
        }
    }

    /// Whether a key shows that its object in JSON is a record, and stands around none.
    func isOfRecord(_ name: String) -> Bool {
        guard let field = field(named: name) else { return false }
        return field.isPhone || field == .email || required.contains(field)
    }

    /// Whether a drop is told by the contacts in it: a phone number stands in front where there is no header, and in no
    /// header.
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

    /// The places, from 0, that the campaign's `columns` map (`"#3": "phone1"`), in drops without a header.
    private static func places(_ columns: [Campaign.ColumnName]) -> [Int: Field] {
        var places: [Int: Field] = [:]
        for entry in columns where entry.sender.first == "#" {
            guard let place = Int(entry.sender.dropFirst()), place > 0 else { continue }
            places[place - 1] = Field(named: FoldedName(entry.column))
        }
        return places
    }

    /// Where the first phone number of a record without a header stands, from 0; nil where the campaign maps places and
    /// that to none of them.
    var phonePlace: Int? { places.isEmpty ? 0 : places.first { $0.value == .phone1 }?.key }

    /// The names `#1`, `#2` … of a drop without a header whose places the campaign maps; nil where it maps none.
    ///
    /// - Parameter fields: how many the first record has.
    func positionNames(fields: Int) -> [String]? {
        guard isOfContacts, let last = places.keys.max() else { return nil }
        return (1...max(fields, last + 1)).map { "#\($0)" }
    }

    /// The column of a sender's name by itself: a field of ours, an attribute, or a column to ignore.
    ///
    /// - Throws: `header.unknown` for a name we do not know under `unknownColumns: "reject"`.
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

    /// The column of a name that stands for no field: what the campaign does with the sender's own columns.
    func leftOver(_ name: String) -> Column {
        Column(name: Self.trimmed(name), field: nil, isIgnored: unknownColumns == .ignore)
    }

    /// Adds a column to a schema and returns its position.
    ///
    /// - Throws: `header.duplicate` when the schema has a column for its field; `drop.too-large` when the schema is
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

    /// The schema of a CSV header, or the refusal it deserves.
    ///
    /// Any other required column that is missing refuses nothing here: its records are rejected one by one
    /// (`email.missing`), and the drop with them (`drop.no-valid-records`).
    ///
    /// - Throws: as `column(named:)` and `add`, and `header.missing-phone` when `phone1` is required and no name stands
    ///   for it.
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
        // What delimiters at the end of each line make.
        for _ in names[named...].prefix(max(0, columnLimit - named)) {
            schema.append(Column(name: "", field: nil, isIgnored: true))
        }
        if requiresPhone, schema.position(of: .phone1) == nil {
            throw RefusedDrop(
                .missingPhone,
                "the header has no column for phone1 (phone, phone number, mobile, cell, msisdn, telephone); name it so, or "
                    + "map the sender's name in the campaign's columns: { \"its name\": \"phone1\" }")
        }
        return schema
    }

    /// Has columns with other names give way to those with a field's own, and gives the numbers among them their
    /// fields. Two that say the same in the same way are left as they are, to be refused.
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
            // The same name twice says nothing of which is which.
            if index > 0, phones[index - 1].rank == rank {
                throw Self.twice(columns[phones[index - 1].position].name, name, .phone1, in: columns)
            }
            columns[position] = free.popFirst().map { Column(name: name, field: $0) } ?? leftOver(name)
        }
    }

    /// The refusal of a drop in which two columns are one field, with the line that mends it.
    static func twice(_ first: String, _ second: String, _ field: Field, in columns: [Column]) -> RefusedDrop {
        let both = "the columns \(quoted(first)) and \(quoted(second)) both stand for \(field.label)"
        guard FoldedName(first) != FoldedName(second) else {
            return RefusedDrop(.duplicateHeader, both + "; rename or remove one of them")
        }
        // What the campaign has mapped stays.
        let other = FoldedName(first).text == field.label ? first : second
        let free = field.isPhone ? Field.phones.first { phone in !columns.contains { $0.field == phone } } : nil
        let name = shown(other)
        return RefusedDrop(
            .duplicateHeader,
            both + "; say what the other is in the campaign's columns: { \"\(name)\": "
                + (free.map { "\"\($0.label)\"" } ?? "\"attribute:\(name)\"") + " }, or remove one of them")
    }

    /// What to do where a column seems to have the numbers and is not called so.
    static func advice(phoneColumn name: String) -> String {
        "the values of \(quoted(name)) look like phone numbers: name it phone, or map it in the campaign's columns: "
            + "{ \"\(shown(name))\": \"phone1\" }"
    }

    /// A schema that takes a refused header's names as they are, so that its records can still be counted and handed
    /// back.
    package static func unmapped(_ names: [String]) -> Schema {
        Schema(names.map { Column(name: trimmed($0), field: nil) })
    }

    /// The first `count` columns of the layout without a header: Phone1 … Phone5, BusinessParameter1 … 12.
    package static func positional(count: Int = positionalFields.count) -> Schema {
        Schema(
            positionalFields.prefix(count).map { field in
                let index = Int(field.rawValue)
                let name = field.isPhone ? "Phone\(index + 1)" : "BusinessParameter\(index - 4)"
                return Column(name: name, field: field)
            })
    }

    package static let positionalFields = Field.allCases.filter { $0.isPhone || $0.isParameter }

    /// Names of numbers that say nothing of which one it is, the likeliest to be reached first.
    static let phoneNames = [
        "mobile", "mobilephone", "cell", "msisdn", "phone", "phonenumber", "telephone",
    ]

    static let msisdnRank = phoneNames.firstIndex(of: "msisdn") ?? 0
    /// How many names there are beside the fields' own.
    static let otherNames = ownNames.count - Field.allCases.count

    /// Every name a field may have in a drop.
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

    /// A name in a message: short, on one line.
    static func quoted(_ name: String) -> String { "\"" + shown(name) + "\"" }

    private static func shown(_ name: String) -> String {
        let shown = name.unicodeScalars.prefix(40).map { $0.value < 0x20 ? " " : String($0) }.joined()
        return shown + (name.unicodeScalars.count > 40 ? "…" : "")
    }
}
