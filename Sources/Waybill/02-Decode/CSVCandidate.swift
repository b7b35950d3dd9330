/// How the first records of a CSV drop look with one delimiter.
struct CSVCandidate {
    let delimiter: UInt8
    /// Records seen, damaged ones too.
    let recordCount: Int
    let firstIsDamaged: Bool
    /// Where the first record's raw bytes end.
    let firstEnd: Int
    /// The first record's fields, if they can be names: valid UTF-8 without control characters.
    let names: [String]?
    /// How many fields each record has, if all have fewer than the header; else nil.
    let shortRecords: Int?
    /// How many of the names are columns of ours.
    private let knownNames: Int
    private let hasPhoneInNames: Bool
    /// Whether the first record begins with something like a phone number.
    let looksPositional: Bool
    /// How many records begin with something like a phone number.
    private let phones: Int
    /// How many records have as many fields as the first; 0 if it has only one.
    private let agreeing: Int
    /// Fields of the first record.
    let fieldCount: Int
    /// The position, from 0, at which every first record has something like a phone number.
    let phoneColumn: Int?
    /// The column whose values look like phone numbers, if no column name says so.
    let phoneName: String?

    /// More records take longer but do not change the answer.
    private static let sampleSize = 100

    init(
        delimiter: UInt8, quote: UInt8, text: [UInt8], from position: Int, isWhole: Bool, settings: DecodeSettings,
        mapper: ColumnMapper
    ) {
        self.delimiter = delimiter
        var settings = settings
        settings.trailer = nil
        let dialect = CSVDialect(settings: settings, delimiter: delimiter, quote: quote, lineByte: ASCII.lineFeed)
        var scanner = CSVRecordScanner(settings: settings, dialect: dialect, schema: Schema(), line: 1)
        var rest: [UInt8] = []
        let chunk = scanner.scan(Array(text[position...]), byteOffset: 0, isLast: isWhole, carry: &rest)
        let records = chunk.records.prefix(Self.sampleSize)
        func value(_ record: RecordSpan, _ index: Int) -> ArraySlice<UInt8> {
            chunk.value(chunk.fields[Int(record.firstField) + index])
        }
        /// The first field; for a damaged record, the bytes before the first delimiter.
        func beginning(_ record: RecordSpan) -> ArraySlice<UInt8> {
            if let place = mapper.phonePlace, place > 0 {
                return Int(record.fieldCount) > place ? value(record, place) : []
            }
            return record.fieldCount > 0
                ? value(record, 0) : chunk.text[Int(record.start)..<Int(record.end)].prefix { $0 != delimiter }
        }
        let first = records.first
        let fields = first.map { first in (0..<Int(first.fieldCount)).map { value(first, $0) } } ?? []
        let names = fields.compactMap { field in
            // In another table, a column whose name is in another encoding does not matter; the named columns do.
            if !mapper.isOfContacts { return String(decoding: field, as: UTF8.self) }
            return field.contains(where: Self.isControl) ? nil : String(validating: field, as: UTF8.self)
        }
        recordCount = records.count
        firstIsDamaged = first?.damage != nil
        firstEnd = position + Int(first?.end ?? 0)
        self.names =
            fields.isEmpty || names.count < fields.count
            ? nil : Self.adjusted(names, to: records.dropFirst().filter { $0.damage == nil }) { value($0, $1) }
        shortRecords = self.names.flatMap {
            Self.shortRecords(chunk.records.dropFirst(), names: $0.count, known: settings.shortRecords)
        }
        knownNames = names.count { mapper.knows($0) }
        hasPhoneInNames = mapper.isOfContacts && fields.contains(where: Self.looksLikePhone)
        let firstWhole = records.prefix(10).filter { $0.damage == nil }
        phoneColumn = fields.indices.first { place in
            firstWhole.allSatisfy { Int($0.fieldCount) > place && Self.isLong(value($0, place)) }
        }
        let hasPlace = mapper.phonePlace != nil
        looksPositional = first.map { hasPlace && Self.looksLikePhone(beginning($0)) } ?? false
        phones = records.count { Self.looksLikePhone(beginning($0)) }
        fieldCount = fields.count
        phoneName =
            names.count == fields.count && mapper.isOfContacts && !hasPhoneInNames
            ? Self.phoneName(names, records.dropFirst(), mapper) { value($0, $1) } : nil
        agreeing = fields.count > 1 ? records.count { Int($0.fieldCount) == fields.count } : 0
    }

    /// How many fields each record has, if all end at the same position before the header does: some exporters leave
    /// out empty columns at the end. One record alone proves nothing, unless it is as short as the records it corrects.
    private static func shortRecords(_ records: ArraySlice<RecordSpan>, names: Int, known: Int?) -> Int? {
        let whole = records.filter { $0.damage == nil }
        guard whole.count > 1 || whole.first.map({ Int($0.fieldCount) }) == known, let first = whole.first,
            Int(first.fieldCount) < names,
            whole.allSatisfy({ $0.fieldCount == first.fieldCount })
        else { return nil }
        return Int(first.fieldCount)
    }

    /// The names, adapted to delimiters at the line ends: one more if only the records have an empty last field, one
    /// less if only the header has.
    private static func adjusted(
        _ names: [String], to records: [RecordSpan], value: (RecordSpan, Int) -> ArraySlice<UInt8>
    ) -> [String] {
        guard !records.isEmpty else { return names }
        if records.allSatisfy({ Int($0.fieldCount) == names.count + 1 && value($0, names.count).isEmpty }) {
            return names + [""]
        }
        if names.count > 1, names.last?.allSatisfy(\.isWhitespace) == true,
            records.allSatisfy({ Int($0.fieldCount) == names.count - 1 })
        {
            return names.dropLast()
        }
        return names
    }

    /// Whether the first record is certainly a header: it has several names, or phone numbers follow below.
    var isSurelyHeader: Bool { looksLikeHeader && recordCount > 1 && (fieldCount > 1 || phones > 0) }

    /// The first of equals; without records, the name alone decides.
    private static func phoneName(
        _ names: [String], _ records: ArraySlice<RecordSpan>, _ mapper: ColumnMapper,
        value: (RecordSpan, Int) -> ArraySlice<UInt8>
    ) -> String? {
        guard !names.contains(where: { mapper.field(named: $0)?.isPhone == true }) else { return nil }
        let whole = records.filter { $0.damage == nil && Int($0.fieldCount) >= names.count }
        var best: (name: String, count: Int)?
        for (position, name) in names.enumerated() where mapper.field(named: name) == nil && !name.isEmpty {
            let count = whole.count { record in
                let value = value(record, position)
                return looksLikePhone(value) && value.count(where: { $0 &- 0x30 < 10 }) >= 7
            }
            if count * 2 > whole.count, count > best?.count ?? 0 { best = (name, count) }
        }
        return best?.name
    }

    /// Whether the first record names a column of ours and no field in it is a phone number.
    var looksLikeHeader: Bool { names != nil && knownNames > 0 && !hasPhoneInNames }

    var headerScore: (Int, Int, Int) { (knownNames, agreeing, fieldCount) }
    var positionalScore: (Int, Int, Int) { (phones, agreeing, fieldCount) }

    /// C0 except TAB, LF and CR.
    static func isControl(_ byte: UInt8) -> Bool {
        byte < 0x20 && byte != ASCII.tab && byte != ASCII.lineFeed && byte != ASCII.carriageReturn
    }

    /// Whether a field could be a phone number with an area code.
    private static func isLong(_ field: ArraySlice<UInt8>) -> Bool {
        looksLikePhone(field) && field.count { $0 &- 0x30 < 10 } >= 7
    }

    /// Whether a field is a day in one of the common notations: 2026-11-21, 21.11.2026, 11/21/2026.
    private static func isDay(_ field: ArraySlice<UInt8>) -> Bool {
        guard field.count <= 10, field.count >= 8 else { return false }
        let parts = field.split(omittingEmptySubsequences: false) { $0 &- 0x30 >= 10 }
        let separators = Set(field.filter { $0 &- 0x30 >= 10 })
        guard parts.count == 3, separators.count == 1, let separator = separators.first,
            separator == UInt8(ascii: "-") || separator == UInt8(ascii: ".") || separator == UInt8(ascii: "/")
        else { return false }
        let counts = parts.map(\.count)
        let year = counts[0] == 4 ? parts[0] : parts[2]
        return counts.filter { $0 == 4 }.count == 1 && counts[1] <= 2 && counts[1] > 0
            && (year.starts(with: "19".utf8) || year.starts(with: "20".utf8))
    }

    /// Whether a field could be a phone number in any notation, or what a spreadsheet makes of one: `4.91512E+12`.
    ///
    /// It has at least five digits, at most 28 characters, and only digits and the punctuation of phone numbers.
    /// Spreadsheets add a no-break space (C2 A0) or an apostrophe in front.
    static func looksLikePhone(_ field: ArraySlice<UInt8>) -> Bool {
        guard field.count <= 40, !isDay(field) else { return false }
        var digits = 0
        for byte in field {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
            case UInt8(ascii: "E"): if digits == 0 { return false }
            case 0x20, 0xC2, 0xA0, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "("), UInt8(ascii: ")"),
                UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "'"):
                break
            default: return false
            }
        }
        return digits >= 5
    }
}
