/// Turns a sender's column names into columns: the campaign's own map first, then our names and the ones also accepted.
///
/// Names are compared folded.
package struct ColumnMapper: Sendable {
    private let fieldsByName: [FoldedName: Field]
    private let table: DecodeSettings.Table
    private let unknownColumns: Campaign.UnknownColumns
    private let columnLimit: Int
    private let requiresPhone: Bool
    private let required: Set<Field>
    private let places: [Int: Field]

    package init(settings: DecodeSettings) {
        table = settings.table
        var fields: [FoldedName: Field] = [:]
        if case .contacts = settings.table { fields = Self.ownNames }
        for entry in settings.columns {
            // A target that is no column of ours makes the sender's name an attribute, even where we know that name.
            fields[FoldedName(entry.sender)] = Self.ownNames[FoldedName(entry.column)]
        }
        fieldsByName = fields
        places = Self.places(settings.columns)
        unknownColumns = settings.unknownColumns
        columnLimit = settings.columnLimit
        required = Set(settings.require.compactMap { Self.ownNames[FoldedName($0)] })
        requiresPhone = required.contains(.phone1)
    }

    /// The field a sender's name stands for, nil for a name we do not know.
    package func field(named name: String) -> Field? { fieldsByName[FoldedName(name)] }

    /// Whether a name shows that it stands in a header.
    func knows(_ name: String) -> Bool {
        switch table {
        case .contacts: field(named: name) != nil
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
            places[place - 1] = ownNames[FoldedName(entry.column)]
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

    /// The column of a sender's name: a field of ours, an attribute, or a column to ignore.
    ///
    /// - Throws: `header.unknown` for a name we do not know under `unknownColumns: "reject"`.
    package func column(named name: String) throws(RefusedDrop) -> Column {
        let name = Self.trimmed(name)
        if let field = field(named: name) { return Column(name: name, field: field) }
        switch unknownColumns {
        case .keep: return Column(name: name, field: nil)
        case .ignore: return Column(name: name, field: nil, isIgnored: true)
        case .reject:
            throw RefusedDrop(
                .unknownHeader,
                "the column \(Self.quoted(name)) is not known; add it to the campaign's columns, take it out of the file, "
                    + "or set unknownColumns to \"keep\" or \"ignore\"")
        }
    }

    /// Adds the column of a sender's name to a schema and returns its position.
    ///
    /// - Throws: `header.unknown` as `column(named:)`; `header.duplicate` when the schema has a column for that field;
    ///   `drop.too-large` when the schema is full.
    @discardableResult
    package func add(_ name: String, to schema: inout Schema) throws(RefusedDrop) -> Int {
        let column = try column(named: name)
        if let field = column.field, let first = schema.position(of: field) {
            throw RefusedDrop(
                .duplicateHeader,
                "the columns \(Self.quoted(schema.columns[first].name)) and \(Self.quoted(column.name)) both stand for "
                    + "\(field.label); rename or remove one of them")
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
    /// - Throws: as `add`, and `header.missing-phone` when `phone1` is required and no name stands for it.
    package func schema(ofHeader names: [String]) throws(RefusedDrop) -> Schema {
        var schema = Schema()
        let named = (names.lastIndex { !Self.trimmed($0).isEmpty } ?? -1) + 1
        for name in names[..<named] { try add(name, to: &schema) }
        // What delimiters at the end of each line make.
        for _ in names[named...].prefix(max(0, columnLimit - named)) {
            schema.append(Column(name: "", field: nil, isIgnored: true))
        }
        if requiresPhone, schema.position(of: .phone1) == nil {
            throw RefusedDrop(
                .missingPhone,
                "the header has no column for phone1 (phone, mobile, msisdn, telephone); name it so, or map the sender's "
                    + "name to phone1 in the campaign's columns")
        }
        return schema
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

    /// Every name a field may have in a drop.
    private static let ownNames: [FoldedName: Field] = {
        var names: [String: Field] = [:]
        for field in Field.allCases { names[field.label] = field }
        for (number, field) in Field.allCases.filter(\.isParameter).enumerated() {
            names["bp\(number + 1)"] = field
            names["businessparameter\(number + 1)"] = field
        }
        let accepted: [(Field, [String])] = [
            (.phone1, ["phone", "mobile", "msisdn", "telephone"]), (.email, ["mail", "emailaddress"]),
            (.id, ["contactid", "customerid", "uuid", "externalid"]), (.country, ["countrycode"]), (.timezone, ["tz"]),
            (.postcode, ["zip", "postalcode"]), (.message, ["body", "text"]),
        ]
        for (field, others) in accepted {
            for other in others { names[other] = field }
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
    private static func quoted(_ name: String) -> String {
        let shown = name.unicodeScalars.prefix(40).map { $0.value < 0x20 ? " " : String($0) }.joined()
        return "\"" + shown + (name.unicodeScalars.count > 40 ? "…" : "") + "\""
    }
}
