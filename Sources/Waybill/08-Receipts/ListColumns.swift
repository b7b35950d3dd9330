/// Reads the records of a do-not-contact list as entries, by the names of its columns: `value` and, if present,
/// `action`, `kind`, `campaign`, `channel`, `reason` and `expires` (contract §9). Without a column `value`, columns
/// whose names say that they have numbers or addresses count, as in providers' exports. In a list without a header,
/// each line is one entry, whatever else it contains.
///
/// A list is decoded like any drop, in every form, encoding and line end of contract §3.
package struct ListColumns: Sendable {
    private enum Name: Int, CaseIterable {
        case action, kind, value, campaign, channel, reason, expires
    }

    /// By `Name`; -1 where the list has no such column.
    private let positions: [Int]
    /// Further columns of numbers and addresses.
    private let others: [Int]
    /// The first digits of the value, in a column of their own.
    private let areaCode: Int?
    private let isOneColumn: Bool
    /// Nil in JSON.
    private let delimiter: UInt8?

    /// Bytes of a reason; of a longer one its beginning is kept.
    private static let mostOfReason = 256

    private static let valueNames = Set(ColumnNames.people.map { FoldedName($0) })
    private static let areaNames: Set<FoldedName> = Set(["area code", "area", "npa"].map { FoldedName($0) })

    /// - Throws: `header.unknown` when no column holds the values.
    package init(_ schema: Schema, _ format: DropFormat) throws(RefusedDrop) {
        let columns = NamedColumns(schema.columns.map(\.name))
        var positions = Name.allCases.map { columns.position(of: "\($0)") ?? -1 }
        var others: [Int] = []
        if positions[Name.value.rawValue] < 0 {
            let folded = schema.columns.map { FoldedName($0.name) }
            others = folded.indices.filter { Self.valueNames.contains(folded[$0]) }
            guard !others.isEmpty else {
                throw RefusedDrop(
                    .unknownHeader,
                    "the list has no column \"value\"; "
                        + (schema.columns.isEmpty
                            ? "write each entry as an object, as in {\"value\": \"+14155550123\"}"
                            : "name the column of the numbers or addresses so"))
            }
            positions[Name.value.rawValue] = others.removeFirst()
            areaCode = folded.firstIndex { Self.areaNames.contains($0) }
        } else {
            // All of several: whoever is in one of them asked not to be contacted.
            let name = FoldedName("\(Name.value)")
            others = schema.columns.indices.filter {
                $0 != positions[Name.value.rawValue] && FoldedName(schema.columns[$0].name) == name
            }
            areaCode = nil
        }
        self.positions = positions
        self.others = others
        delimiter = format.delimiter
        isOneColumn = format.hasHeader == false
    }

    /// What became of the list's columns.
    package func outcomes(_ schema: Schema) -> [Campaign.ColumnName] {
        if isOneColumn { return [] }
        return NamedColumns.outcomes(of: schema.columns.map(\.name)) { position in
            if others.contains(position) { return "\(Name.value)" }
            if position == areaCode { return "area code" }
            return Name.allCases.first { positions[$0.rawValue] == position }.map { "\($0)" }
        }
    }

    /// How the bytes of a list are decoded.
    package static func settings(_ limits: Configuration.Limits) -> DecodeSettings {
        var campaign = Campaign(name: "")
        campaign.require = []
        campaign.quotes = .lenient
        var settings = DecodeSettings(campaign: campaign, limits: limits)
        let names = Set(Name.allCases.map { FoldedName("\($0)") })
        settings.table = .named(names.union(valueNames), orOnly: "\(Name.value)")
        return settings
    }

    /// The number in a line that is just a valid number in E.164, as most lines of long lists are. Nil means undecided.
    @inline(__always)
    func plainNumber(_ record: RecordSpan, in chunk: Chunk) -> E164Number? {
        guard isOneColumn, record.damage == nil else { return nil }
        let line = chunk.text.span.extracting(Int(record.start)..<Int(record.end))
        guard let (digits, type) = NumberingPlan.world.quickType(line), type != .unknown else { return nil }
        return E164Number(digits: digits)
    }

    package enum Reading: Sendable {
        case entry(ListEntry)
        case damaged(Violation)
        /// A row with nothing in it.
        case blank
    }

    package func read(_ record: RecordSpan, in chunk: Chunk) -> Reading {
        if isOneColumn { return readLine(record, in: chunk) }
        if let damage = record.damage { return readDamaged(damage, record, in: chunk) }
        let fields = chunk.fields[Int(record.firstField)...].prefix(Int(record.fieldCount))
        if delimiter != nil, fields.allSatisfy({ chunk.value($0).allSatisfy(Self.isSpace) }) { return .blank }
        return .entry(
            entry { position in
                position < fields.count ? chunk.value(fields[fields.startIndex + position]) : []
            })
    }

    /// Reads a record with misplaced quotes, whose people are listed nevertheless: its first line is split as if it had
    /// no quotes. Such a record takes nobody off a list.
    private func readDamaged(_ damage: RecordSpan.Damage, _ record: RecordSpan, in chunk: Chunk) -> Reading {
        if Self.isReadable(damage), let delimiter {
            let line = chunk.text[Int(record.start)..<Int(record.end)].filter { $0 != CSVText.quote }
            let cells = line.split(separator: delimiter, omittingEmptySubsequences: false)
            let entry = entry { $0 < cells.count ? cells[$0] : [] }
            if entry.isAdded { return .entry(entry) }
        }
        return .damaged(.damage(damage, of: record, in: chunk))
    }

    private func entry(_ cell: (_ position: Int) -> ArraySlice<UInt8>) -> ListEntry {
        func bytes(_ name: Name) -> ArraySlice<UInt8> {
            let position = positions[name.rawValue]
            return position < 0 ? [] : Self.bare(cell(position))
        }
        func text(_ name: Name) -> String {
            let bytes = bytes(name)
            return bytes.isEmpty ? "" : String(decoding: bytes, as: UTF8.self)
        }
        var value = bytes(.value)
        if let areaCode, value.count == 7 { value = Self.bare(cell(areaCode)) + value }
        var entry = ListEntry(value, kind: text(.kind))
        for position in others {
            let other = Self.bare(cell(position))
            if !other.isEmpty { entry.add(other) }
        }
        entry.action = text(.action).lowercased()
        entry.campaign = text(.campaign)
        entry.channel = text(.channel)
        entry.expires = text(.expires)
        let reason = text(.reason)
        entry.reason = reason.utf8.count > Self.mostOfReason ? String(reason.prefix(Self.mostOfReason / 4)) : reason
        return entry
    }

    /// Whether the numbers and addresses in a damaged record can still be read.
    private static func isReadable(_ damage: RecordSpan.Damage) -> Bool {
        switch damage.problem {
        case .unterminatedQuote, .strayQuote, .invalidEncoding, .controlCharacter: true
        case .missing, .tooLong, .invalid, .impossibleLength, .unknownCountry, .unknown, .tooFewFields, .tooManyFields,
            .tooLarge, .notAnObject, .invalidJSON, .duplicate, .alreadyAccepted:
            false
        }
    }

    /// Reads a line as one entry, whatever delimiters it has. Outer delimiters are a spreadsheet's empty columns, and
    /// unclosed quotes keep nobody off the list.
    private func readLine(_ record: RecordSpan, in chunk: Chunk) -> Reading {
        if let damage = record.damage, !Self.isReadable(damage) {
            return .damaged(.damage(damage, of: record, in: chunk))
        }
        var line = chunk.text[Int(record.start)..<Int(record.end)].drop(while: Self.isAround)
        while let last = line.last, Self.isAround(last) { line.removeLast() }
        if line.isEmpty { return .blank }
        let quote = CSVText.quote
        if line.contains(quote) { line = line.filter { $0 != quote }[...] }
        return .entry(line.contains(where: Self.isDelimiter) ? Self.entry(ofCells: line) : ListEntry(line))
    }

    /// Reads a line of several cells. It may be area code and number, as in the federal list, followed by the action in
    /// its lists of changes (`415,5550142,A,2026-11-01`); or exactly one cell is a number or an address. If several
    /// cells are, the whole line is the value, so each is listed and the problem is reported.
    private static func entry(ofCells line: ArraySlice<UInt8>) -> ListEntry {
        let cells = line.split(omittingEmptySubsequences: false, whereSeparator: isDelimiter).map(trimmed)
        func isDigits(_ cell: ArraySlice<UInt8>, _ count: Int) -> Bool {
            cell.count == count && cell.allSatisfy { $0 &- 0x30 < 10 }
        }
        if isDigits(cells[0], 3), isDigits(cells[1], 7) {
            var entry = ListEntry(cells[0] + cells[1])
            if cells.count > 2 { entry.action = String(decoding: cells[2], as: UTF8.self).lowercased() }
            // Anything but a known action is a remark.
            if !entry.isAdded, !entry.isRemoved { entry.action = "" }
            return entry
        }
        if SpreadsheetNumber(Array(line).span) != nil { return ListEntry(line) }
        let values = cells.filter { cell in
            cell.contains(UInt8(ascii: "@")) || AddressReading.mayBeNumber(cell) && !cell.contains(where: isLetter)
        }
        return ListEntry(values.count == 1 ? values[0] : line)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }

    private static func isDelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x09, UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "|"): true
        case _: false
        }
    }

    private static func isAround(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x09, 0x20, UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "|"), CSVText.quote: true
        case _: false
        }
    }

    /// A value without outer white space, and without quotes around it that follow white space, which CSV does not take
    /// as quotes.
    private static func bare(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let trimmed = trimmed(value)
        guard trimmed.startIndex > value.startIndex, trimmed.count > 1, trimmed.first == UInt8(ascii: "\""),
            trimmed.last == UInt8(ascii: "\"")
        else { return trimmed }
        return self.trimmed(trimmed.dropFirst().dropLast())
    }

    private static func trimmed(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let range = TextForm.trimmed(value.span, 0..<value.count)
        return value[(value.startIndex + range.lowerBound)..<(value.startIndex + range.upperBound)]
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
