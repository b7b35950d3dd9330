/// Reads the records of a do-not-contact list as entries, by the names of its columns: `value`, and what it has of
/// `action`, `kind`, `campaign`, `channel`, `reason` and `expires` (contract §9). Without a column `value` those count
/// whose names say that they hold numbers or addresses, as in what providers export. In a list without a header a line
/// is one entry, whatever else stands in it.
///
/// A list is decoded as any drop is, in every form, encoding and line end of contract §3.
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
            // All of several: whoever stands in one of them asked to be left alone.
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

    /// The number of a line that is one in E.164, as a plan allows it, and nothing else: as most lines of long lists
    /// are. Nil leaves the question open.
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

    /// Whoever a record with misplaced quotes names is listed all the same: its first line is parted as if there were
    /// none. Nobody is taken off a list by such a record.
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

    /// Whether the numbers and addresses in a damaged record can be read all the same.
    private static func isReadable(_ damage: RecordSpan.Damage) -> Bool {
        switch damage.problem {
        case .unterminatedQuote, .strayQuote, .invalidEncoding, .controlCharacter: true
        case .missing, .tooLong, .invalid, .impossibleLength, .unknownCountry, .unknown, .tooFewFields, .tooManyFields,
            .tooLarge, .notAnObject, .invalidJSON, .duplicate, .alreadyAccepted:
            false
        }
    }

    /// A line is one entry whatever delimiters are in it. Those around it are a spreadsheet's empty columns, and quotes
    /// that nobody closed take nobody off the list.
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

    /// A line of several cells: area code and number, as the federal list has them, with what is to be done with the
    /// number behind them in its lists of changes (`415,5550142,A,2026-11-01`); or the one cell that is a number or an
    /// address. Of several such cells all of the line is the value, which lists each and tells of it.
    private static func entry(ofCells line: ArraySlice<UInt8>) -> ListEntry {
        let cells = line.split(omittingEmptySubsequences: false, whereSeparator: isDelimiter).map(trimmed)
        func isDigits(_ cell: ArraySlice<UInt8>, _ count: Int) -> Bool {
            cell.count == count && cell.allSatisfy { $0 &- 0x30 < 10 }
        }
        if isDigits(cells[0], 3), isDigits(cells[1], 7) {
            var entry = ListEntry(cells[0] + cells[1])
            if cells.count > 2 { entry.action = String(decoding: cells[2], as: UTF8.self).lowercased() }
            // Anything but a change is a remark.
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

    /// A value without outer white space; and without quotes around it that white space stands before, which are no
    /// quotes to CSV.
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
