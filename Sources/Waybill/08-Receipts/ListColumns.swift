/// Reads the records of a do-not-contact list as entries, by the names of its columns: `value`, and what it has of `action`, `kind`,
/// `campaign`, `channel`, `reason` and `expires` (contract §9). In a list without a header a line is one value.
///
/// A list is decoded as any drop is, in every form, encoding and line end of contract §3.
package struct ListColumns: Sendable {
    private enum Name: Int, CaseIterable {
        case action, kind, value, campaign, channel, reason, expires
    }

    /// By `Name`; -1 where the list has no such column.
    private let positions: [Int]
    private let isOneColumn: Bool
    /// Nil in JSON.
    private let delimiter: UInt8?

    /// Bytes of a reason; of a longer one its beginning is kept.
    private static let mostOfReason = 256

    /// - Throws: `header.unknown` when no column holds the values.
    package init(_ schema: Schema, _ format: DropFormat) throws(RefusedDrop) {
        let columns = NamedColumns(schema.columns.map(\.name))
        positions = Name.allCases.map { columns.position(of: "\($0)") ?? -1 }
        delimiter = format.delimiter
        isOneColumn = format.hasHeader == false
        guard positions[Name.value.rawValue] >= 0 else {
            throw RefusedDrop(.unknownHeader, "the list has no column \"value\"")
        }
    }

    /// How the bytes of a list are decoded.
    package static func settings(_ limits: Configuration.Limits) -> DecodeSettings {
        var campaign = Campaign(name: "")
        campaign.require = []
        campaign.quotes = .lenient
        var settings = DecodeSettings(campaign: campaign, limits: limits)
        settings.table = .named(Set(Name.allCases.map { FoldedName("\($0)") }), orOnly: "\(Name.value)")
        return settings
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

    /// Whoever a record with misplaced quotes names is listed all the same: its first line is parted as if there were none. Nobody
    /// is taken off a list by such a record.
    private func readDamaged(_ damage: RecordSpan.Damage, _ record: RecordSpan, in chunk: Chunk) -> Reading {
        if Self.isOfQuotes(damage), let delimiter {
            let line = chunk.text[Int(record.start)..<Int(record.end)].filter { $0 != CSVText.quote }
            let cells = line.split(separator: delimiter, omittingEmptySubsequences: false)
            let entry = entry { $0 < cells.count ? cells[$0] : [] }
            if entry.action != "remove" { return .entry(entry) }
        }
        return .damaged(.damage(damage, of: record))
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
        var entry = ListEntry(bytes(.value), kind: text(.kind))
        entry.action = text(.action).lowercased()
        entry.campaign = text(.campaign)
        entry.channel = text(.channel)
        entry.expires = text(.expires)
        let reason = text(.reason)
        entry.reason = reason.utf8.count > Self.mostOfReason ? String(reason.prefix(Self.mostOfReason / 4)) : reason
        return entry
    }

    private static func isOfQuotes(_ damage: RecordSpan.Damage) -> Bool {
        damage.problem == .unterminatedQuote || damage.problem == .strayQuote
    }

    /// A line is one value whatever delimiters are in it. Those around it are a spreadsheet's empty columns, and quotes that nobody
    /// closed take nobody off the list.
    private func readLine(_ record: RecordSpan, in chunk: Chunk) -> Reading {
        if let damage = record.damage, !Self.isOfQuotes(damage) { return .damaged(.damage(damage, of: record)) }
        var line = chunk.text[Int(record.start)..<Int(record.end)].drop(while: Self.isAround)
        while let last = line.last, Self.isAround(last) { line.removeLast() }
        if line.isEmpty { return .blank }
        let quote = CSVText.quote
        return .entry(ListEntry(line.contains(quote) ? line.filter { $0 != quote }[...] : line))
    }

    private static func isAround(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x09, 0x20, UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "|"), CSVText.quote: true
        case _: false
        }
    }

    /// A value without outer white space; and without quotes around it that white space stands before, which are no quotes to CSV.
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
