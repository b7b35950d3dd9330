/// What the columns of a drop contain: how often each is filled, what its values look like, and which line of
/// configuration would make an unknown column a phone number or an address.
package struct ColumnTally: Sendable {
    /// One of the sender's columns.
    package struct Column: Sendable {
        package let name: String
        /// The field it maps to; nil for an attribute or an ignored column.
        package let field: Field?
        package let isIgnored: Bool
        package let filled: Int
        package let records: Int
        /// The first value that is not empty.
        package let example: String
        /// Whether that may be somebody's number.
        package let isExampleNumber: Bool
        /// Among the values examined: how many there were, how many look like a phone number, how many are a number of
        /// the region, and how many are an e-mail address.
        package let looked: Int
        package let phones: Int
        package let numbers: Int
        package let addresses: Int
        /// Whether the values examined can be keys: they differ from each other, and each is a word with a digit.
        package let areKeys: Bool

        /// `94 % filled`.
        package var share: String {
            records == 0 ? "" : filled == records ? "filled" : "\(PageCharts.percent(filled, of: records)) filled"
        }
    }

    private struct Count {
        var filled = 0
        var example: [UInt8] = []
        var looked = 0
        var phones = 0
        var numbers = 0
        var addresses = 0
        /// What the values are told apart by; nil once two are the same, or one can be no key.
        var keys: Set<UInt64>? = []
    }

    /// How many values of a column are examined for what they look like.
    private static let mostLooked = 2_000

    private let judge: NumberJudge
    private var counts: [Count] = []
    private var records = 0
    private var schema = Schema()

    /// What names mean, in case a header was refused before its columns got their fields.
    private let mapper: ColumnMapper

    /// - Parameter region: where numbers without a country are dialled.
    init(region: String, _ settings: DecodeSettings) {
        judge = NumberJudge(rule: Campaign.NumberRule(), defaultRegion: region)
        mapper = ColumnMapper(settings: settings)
    }

    /// The same columns, with nothing counted.
    var begunAnew: ColumnTally {
        var other = self
        (other.counts, other.records, other.schema) = ([], 0, Schema())
        return other
    }

    package mutating func add(_ chunk: Chunk) {
        schema = chunk.schema
        while counts.count < schema.columns.count { counts.append(Count()) }
        for record in chunk.records where record.damage == nil {
            records += 1
            for column in 0..<min(Int(record.fieldCount), counts.count) {
                let value = chunk.value(chunk.fields[Int(record.firstField) + column])
                guard value.contains(where: { $0 > 0x20 }) else { continue }
                counts[column].filled += 1
                look(at: value, in: column)
            }
        }
    }

    private mutating func look(at value: ArraySlice<UInt8>, in column: Int) {
        if counts[column].example.isEmpty { counts[column].example = Array(value) }
        guard counts[column].looked < Self.mostLooked else { return }
        counts[column].looked += 1
        let isKey = value.contains { $0 &- 0x30 < 10 } && value.allSatisfy(Self.isOfKey)
        if counts[column].keys?.insert(RecipientKey.id(value.span)).inserted != true || !isKey {
            counts[column].keys = nil
        }
        if let at = value.firstIndex(of: UInt8(ascii: "@")), value[at...].contains(UInt8(ascii: ".")) {
            counts[column].addresses += 1
        }
        guard Self.mayBeNumber(value) else { return }
        counts[column].phones += 1
        if case .valid = judge.judge(value.span, region: nil) { counts[column].numbers += 1 }
    }

    private static func mayBeNumber(_ value: ArraySlice<UInt8>) -> Bool {
        CSVCandidate.looksLikePhone(value) && value.count(where: { $0 &- 0x30 < 10 }) >= 7
    }

    private static func isOfKey(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || byte | 0x20 &- 0x61 < 26 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    /// In the sender's order, without unnamed columns.
    package var columns: [Column] {
        let isRefused = schema.columns.allSatisfy { $0.field == nil }
        return zip(schema.columns, counts).compactMap { column, count in
            if column.name.isEmpty { return nil }
            return Column(
                name: column.name, field: isRefused ? mapper.field(named: column.name) : column.field,
                isIgnored: column.isIgnored, filled: count.filled,
                records: records, example: String(decoding: count.example, as: UTF8.self),
                isExampleNumber: Self.mayBeNumber(count.example[...]), looked: count.looked,
                phones: count.phones, numbers: count.numbers, addresses: count.addresses,
                areKeys: count.looked > 1 && count.keys != nil)
        }
    }
}

extension ColumnTally.Column {
    private var words: Set<String> {
        Set(name.lowercased().split { !$0.isLetter }.map(String.init))
    }

    /// Whether its name says that it is a time, whose seconds since 1970 look like phone numbers.
    fileprivate var isTime: Bool { !words.isDisjoint(with: Self.times) }

    /// Whether its name says that it is a number or name of its own.
    fileprivate var isKey: Bool { !words.isDisjoint(with: Self.keys) }

    private static let times: Set = [
        "at", "created", "date", "datum", "fecha", "modified", "time", "timestamp", "updated", "zeit",
    ]
    private static let keys: Set = [
        "id", "key", "no", "nr", "num", "number", "nummer", "ref", "reference", "kundennummer", "kundennr",
        "customernumber",
    ]
}

extension [ColumnTally.Column] {
    /// The first unknown column that is always filled and whose name says that it is the sender's key; nil where one
    /// is known.
    package var key: String? {
        if contains(where: { $0.field == .id }) { return nil }
        let numbers = Set(suggestions.map(\.sender))
        return first {
            $0.field == nil && !$0.isIgnored && $0.isKey && $0.records > 0 && $0.filled == $0.records
                && !numbers.contains($0.name)
        }?.name
    }

    /// Which unknown columns could be which fields, the likeliest first; only fields that the drop lacks.
    package var suggestions: [Campaign.ColumnName] {
        var found: [Campaign.ColumnName] = []
        let unknown = filter { $0.field == nil && $0.looked > 0 }
        if !contains(where: { $0.field == .phone1 }) {
            // Customer numbers look like phone numbers too, so a column of valid numbers comes first.
            let phones = unknown.filter { $0.phones * 10 >= $0.looked * 6 && !$0.isTime }.sorted {
                $0.numbers * $1.looked != $1.numbers * $0.looked
                    ? $0.numbers * $1.looked > $1.numbers * $0.looked : $0.filled > $1.filled
            }
            let sure = phones.filter { $0.numbers * 2 >= $0.looked }
            for (column, field) in zip(sure.isEmpty ? Array(phones.prefix(1)) : sure, Field.phones) {
                found.append(Campaign.ColumnName(sender: column.name, column: field.label))
            }
        }
        if !contains(where: { $0.field == .email }),
            let column = unknown.filter({ $0.addresses * 10 >= $0.looked * 6 }).max(by: { $0.filled < $1.filled })
        {
            found.append(Campaign.ColumnName(sender: column.name, column: Field.email.label))
        }
        return found
    }

    /// The column, besides those that are suggested, that could be the sender's own key; nil if the drop has one.
    package var likelyKey: Campaign.ColumnName? {
        if contains(where: { $0.field == .id }) { return nil }
        let taken = Set(suggestions.map(\.sender))
        return first { column in
            column.field == nil && column.areKeys && column.filled == column.records && !taken.contains(column.name)
                && Self.namesKeys(column.name)
        }.map { Campaign.ColumnName(sender: $0.name, column: Field.id.label) }
    }

    /// Whether a name ends as those of columns of keys do, or begins so.
    private static func namesKeys(_ name: String) -> Bool {
        let letters = name.lowercased().filter(\.isLetter)
        return ["id", "nr", "no", "num", "number", "nummer", "key", "ref"].contains { letters.hasSuffix($0) }
            || ["id", "kunde", "cust", "client", "account", "konto", "member", "patient"].contains {
                letters.hasPrefix($0)
            }
    }
}
