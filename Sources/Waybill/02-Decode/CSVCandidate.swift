/// What the first records of a CSV drop look like under one delimiter.
struct CSVCandidate {
    let delimiter: UInt8
    /// Records seen, damaged ones too.
    let recordCount: Int
    let firstIsDamaged: Bool
    /// Where the first record's raw bytes end.
    let firstEnd: Int
    /// The first record's fields, if they can be names: valid UTF-8 without control characters.
    let names: [String]?
    /// How many fields each of the records has, where all have fewer than there are names.
    let shortRecords: Int?
    /// How many of them are columns of ours.
    private let knownNames: Int
    private let hasPhoneInNames: Bool
    /// Whether the first record begins with what looks like a phone number.
    let looksPositional: Bool
    /// Records that begin with what looks like a phone number.
    private let phones: Int
    /// Records with as many fields as the first, 0 when that is one.
    private let agreeing: Int
    /// Of the first record.
    let fieldCount: Int
    /// The place, from 0, at which all of the first records have what looks like a phone number.
    let phoneColumn: Int?
    /// The name of the column whose values look like phone numbers, where no name says so.
    let phoneName: String?

    /// More records would not change the answer, only take longer.
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
        /// The first field, of a damaged record what stands before the first delimiter.
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
            // In another table a column with a name in some other encoding does not matter, the others do.
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

    /// How many fields each record has, where all end at the same place before the names do: what an exporter makes
    /// that leaves out empty columns at the end. One record tells nothing, unless it is as short as those that it
    /// corrects.
    private static func shortRecords(_ records: ArraySlice<RecordSpan>, names: Int, known: Int?) -> Int? {
        let whole = records.filter { $0.damage == nil }
        guard whole.count > 1 || whole.first.map({ Int($0.fieldCount) }) == known, let first = whole.first,
            Int(first.fieldCount) < names,
            whole.allSatisfy({ $0.fieldCount == first.fieldCount })
        else { return nil }
        return Int(first.fieldCount)
    }

    /// The names with one for the empty field that a delimiter at the end of each record makes, where only the records
    /// or only the header have one.
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

    /// Whether the first record is a header beyond doubt: it has several names, or phone numbers stand below it.
    var isSurelyHeader: Bool { looksLikeHeader && recordCount > 1 && (fieldCount > 1 || phones > 0) }

    /// Of equals the first; by its name alone where there is no record.
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

    /// Whether the first record names a column of ours and has no phone number among its fields.
    var looksLikeHeader: Bool { names != nil && knownNames > 0 && !hasPhoneInNames }

    var headerScore: (Int, Int, Int) { (knownNames, agreeing, fieldCount) }
    var positionalScore: (Int, Int, Int) { (phones, agreeing, fieldCount) }

    /// C0 except TAB, LF and CR.
    static func isControl(_ byte: UInt8) -> Bool {
        byte < 0x20 && byte != ASCII.tab && byte != ASCII.lineFeed && byte != ASCII.carriageReturn
    }

    /// Whether a field could be a phone number, and one with an area code.
    private static func isLong(_ field: ArraySlice<UInt8>) -> Bool {
        looksLikePhone(field) && field.count { $0 &- 0x30 < 10 } >= 7
    }

    /// Whether a field is a day as people and programs write it: 2026-11-21, 21.11.2026, 11/21/2026.
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

    /// Whether a field could be a phone number in any notation, or one that a spreadsheet made `4.91512E+12` of.
    ///
    /// At least five digits, at most 28 characters, and nothing but digits and the punctuation of phone numbers. A
    /// no-break space (C2 A0) and an apostrophe in front are what spreadsheets add.
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
