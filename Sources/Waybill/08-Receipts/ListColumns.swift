/// Reads the records of a do-not-contact list as entries, by the names of its columns: `value` and, if present,
/// `action`, `kind`, `campaign`, `channel`, `reason` and `expires` (contract §9). Without a column `value`, columns
/// whose names say that they have numbers or addresses count, as in providers' exports. In a list without a header,
/// each line is one entry, whatever else it contains.
///
/// Of several columns of numbers and addresses all count: whoever stands in one of them asked to be left alone. So does
/// all that stands in a row whose columns cannot be told apart.
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
    /// Columns of which nobody knows what they hold, and whether their names sound like numbers or addresses.
    private let strays: [(position: Int, seemsOfPeople: Bool)]
    /// How many fields a row has, and how many where all have fewer.
    private let named: Int
    private let shortRecords: Int?
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
        let folded = schema.columns.map { FoldedName($0.name) }
        let value = FoldedName("\(Name.value)")
        var others = folded.indices.filter { Self.valueNames.contains(folded[$0]) || folded[$0] == value }
        if positions[Name.value.rawValue] < 0 {
            guard !others.isEmpty else {
                throw RefusedDrop(
                    .unknownHeader,
                    "the list has no column \"value\"; "
                        + (schema.columns.isEmpty
                            ? "write each entry as an object, as in {\"value\": \"+14155550123\"}"
                            : "name the column of the numbers or addresses so"))
            }
            positions[Name.value.rawValue] = others.removeFirst()
        } else {
            others.removeAll { $0 == positions[Name.value.rawValue] }
        }
        let hasValue = columns.position(of: "\(Name.value)") != nil
        let areaCode = hasValue ? nil : folded.firstIndex { Self.areaNames.contains($0) }
        self.areaCode = areaCode
        strays = folded.indices.filter { position in
            !positions.contains(position) && !others.contains(position) && position != areaCode
                && !folded[position].text.isEmpty
        }.map { ($0, ColumnNames.seemsOfPeople(folded[$0])) }
        named = (folded.lastIndex { !$0.text.isEmpty } ?? -1) + 1
        shortRecords = format.shortRecords
        self.positions = positions
        self.others = others
        delimiter = format.delimiter
        isOneColumn = format.hasHeader == false
    }

    /// What became of the list's columns.
    ///
    /// - Parameter found: columns of which nobody knew what they hold, and which had a number or an address in a row.
    package func outcomes(_ schema: Schema, holding found: Set<Int>) -> [Campaign.ColumnName] {
        if isOneColumn { return [] }
        return NamedColumns.outcomes(of: schema.columns.map(\.name)) { position in
            if others.contains(position) { return "\(Name.value)" }
            if position == areaCode { return "area code" }
            if let stray = strays.first(where: { $0.position == position }) {
                if stray.seemsOfPeople { return "\(Name.value)" }
                return found.contains(position) ? "numbers and addresses" : nil
            }
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
        let plan = NumberingPlan.world
        guard let (digits, type) = plan.quickType(line), type != .unknown, !plan.mayHaveOtherForms(line) else {
            return nil
        }
        return E164Number(digits: digits)
    }

    package enum Reading: Sendable {
        /// With what is wrong with its row; nobody is taken off a list by such a one.
        case entry(ListEntry, flaw: Violation?)
        /// A row with nothing in it.
        case blank
    }

    package func read(_ record: RecordSpan, in chunk: Chunk) -> Reading {
        if isOneColumn { return readLine(record, in: chunk) }
        if let damage = record.damage { return readDamaged(damage, record, in: chunk) }
        let fields = chunk.fields[Int(record.firstField)...].prefix(Int(record.fieldCount))
        if delimiter != nil, fields.allSatisfy({ chunk.value($0).allSatisfy(Self.isSpace) }) { return .blank }
        if let flaw = unevenness(fields, in: chunk) {
            return .entry(salvaged(record, in: chunk, fields.map { chunk.value($0) }), flaw: flaw)
        }
        let isForeign = TextEncoding.isForeign(chunk.text[Int(record.start)..<Int(record.end)])
        let entry = entry { position in
            let value = position < fields.count ? chunk.value(fields[fields.startIndex + position]) : []
            return isForeign ? TextEncoding.mended(value) : value
        }
        return .entry(entry, flaw: isForeign ? .foreignText(line: record.line) : nil)
    }

    /// What is wrong with how many fields a row has: nobody knows which columns they stand in.
    private func unevenness(_ fields: ArraySlice<FieldSpan>, in chunk: Chunk) -> Violation? {
        guard delimiter != nil else { return nil }
        if fields.count < named {
            return fields.count == shortRecords
                ? nil : .tooFewFields(fields.count, expected: named, orAll: shortRecords)
        }
        // Delimiters at the end of a row are a spreadsheet's empty columns.
        let isLonger = fields.dropFirst(named).contains { !chunk.value($0).allSatisfy(Self.isSpace) }
        return isLonger ? .tooManyFields(fields.count, expected: named, hasHeader: true) : nil
    }

    /// A record with misplaced quotes is parted as if there were none.
    private func readDamaged(_ damage: RecordSpan.Damage, _ record: RecordSpan, in chunk: Chunk) -> Reading {
        var cells: [ArraySlice<UInt8>] = []
        if let delimiter {
            let row = chunk.text[Int(record.start)..<Int(record.end)].filter { $0 != CSVText.quote }
            cells = row.split(separator: delimiter, omittingEmptySubsequences: false)
        }
        return .entry(salvaged(record, in: chunk, cells), flaw: .damage(damage, of: record, in: chunk))
    }

    /// All that a row may say whose columns cannot be told apart.
    private func salvaged(_ record: RecordSpan, in chunk: Chunk, _ cells: [ArraySlice<UInt8>]) -> ListEntry {
        let cells = cells.map(TextEncoding.mended)
        var entry = entry { $0 < cells.count ? cells[$0] : [] }
        if cells.count != named { entry.reason = "" }
        entry.isSalvaged = true
        entry.strays = pieces(of: record, in: chunk)
        let words = entry.strays.map { FoldedName(String(decoding: $0.prefix(16), as: UTF8.self)).text }
        let isRemoval =
            words.contains("remove") || zip(words, words.dropFirst()).contains { $0 == "action" && $1 == "d" }
        if isRemoval { entry.action = "remove" }
        return entry
    }

    /// What stands in a row, whatever column it stands in.
    func pieces(of record: RecordSpan, in chunk: Chunk) -> [[UInt8]] {
        let row = chunk.text[Int(record.start)..<Int(record.end)]
        var pieces = AddressReading.pieces(of: Array(row)).map { Array(TextEncoding.mended($0[...])) }
        if pieces.count > 1, Self.isAreaCode(pieces[0], pieces[1]) { pieces.append(pieces[0] + pieces[1]) }
        // One number whose thousands are parted.
        if row.allSatisfy({ $0 &- 0x30 < 10 || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "+") }) {
            pieces.append(Array(row))
        }
        return pieces
    }

    private static func isAreaCode(_ first: some Collection<UInt8>, _ second: some Collection<UInt8>) -> Bool {
        first.count == 3 && second.count == 7 && (Array(first) + second).allSatisfy { $0 &- 0x30 < 10 }
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
        for (position, seemsOfPeople) in strays {
            let other = Self.bare(cell(position))
            guard seemsOfPeople || Self.isPlainly(other) else { continue }
            entry.strays.append(Array(other))
            entry.strayColumns.append(position)
        }
        entry.action = text(.action).lowercased()
        entry.campaign = text(.campaign)
        entry.channel = text(.channel)
        entry.expires = text(.expires)
        let reason = text(.reason)
        entry.reason = reason.utf8.count > Self.mostOfReason ? String(reason.prefix(Self.mostOfReason / 4)) : reason
        return entry
    }

    /// Whether a value is a number or an address wherever it stands: one with a plus, or with an @ and no blank in it.
    private static func isPlainly(_ value: ArraySlice<UInt8>) -> Bool {
        value.first == UInt8(ascii: "+") || value.contains(UInt8(ascii: "@")) && !value.contains(0x20)
    }

    /// Reads a line as one entry, whatever delimiters it has. Outer delimiters are a spreadsheet's empty columns, and
    /// unclosed quotes keep nobody off the list.
    private func readLine(_ record: RecordSpan, in chunk: Chunk) -> Reading {
        if let damage = record.damage, damage.problem == .tooLarge {
            return .entry(salvaged(record, in: chunk, []), flaw: .damage(damage, of: record, in: chunk))
        }
        var line = chunk.text[Int(record.start)..<Int(record.end)].drop(while: Self.isAround)
        while let last = line.last, Self.isAround(last) { line.removeLast() }
        if line.isEmpty { return .blank }
        let quote = CSVText.quote
        if line.contains(quote) { line = line.filter { $0 != quote }[...] }
        let isForeign = TextEncoding.isForeign(line)
        if isForeign { line = TextEncoding.mended(line) }
        return .entry(
            line.contains(where: Self.isDelimiter) ? Self.entry(ofCells: line) : ListEntry(line),
            flaw: isForeign ? .foreignText(line: record.line) : nil)
    }

    /// A line of several cells: area code and number, as the federal list has them, with what is to be done with the
    /// number behind them in its lists of changes (`415,5550142,A,2026-11-01`); or the one cell that is a number or an
    /// address. Of several such cells all of the line is the value, which lists each and tells of it; so does a number
    /// among the words of another cell.
    private static func entry(ofCells line: ArraySlice<UInt8>) -> ListEntry {
        let cells = line.split(omittingEmptySubsequences: false, whereSeparator: isDelimiter).map(trimmed)
        if isAreaCode(cells[0], cells[1]) {
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
        var entry = ListEntry(values.count == 1 ? values[0] : line)
        if values.count == 1 {
            entry.strays = cells.filter { AddressReading.mayBeNumber($0) && $0.contains(where: isLetter) }.map(
                Array.init)
            entry.tellsStrays = true
        }
        return entry
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
