/// The rules for reading the records of a consent drop.
///
/// One that gives consent has to be right in all that it says: what is damaged in it gives none. One that takes it back
/// counts for all that it may mean: what cannot be read of it narrows nothing, and is told.
package struct ConsentRules: Sendable {
    private let addressRules: AddressRules
    private let judge: NumberJudge
    private let channels: [Channel]
    private let topics: [String]
    /// Those that no other is but for spaces, `_` and `-`.
    private let lists: [FoldedName: String]
    /// When the drop came.
    private let now: Timestamp

    package init(_ configuration: Configuration, at now: Timestamp) {
        self.now = now
        addressRules = configuration.addressRules
        judge = NumberJudge(rule: Campaign.NumberRule(), defaultRegion: configuration.region)
        channels = configuration.channels
        topics = Set(configuration.campaigns.compactMap(\.list)).sorted()
        lists = Dictionary(grouping: topics) { FoldedName($0) }
            .filter { Set($0.value.map { FoldedFileName($0) }).count == 1 }.mapValues { $0[0] }
    }

    package struct Reading {
        package var entries: [ConsentEntry] = []
        package var violations: [Violation] = []
        /// Whether it takes consent back, and nobody can tell whose.
        package var isLost = false
    }

    /// Reads one record of a chunk.
    package func read(_ place: Int, in chunk: Chunk, _ columns: ConsentColumns, _ format: DropFormat?) -> Reading {
        let record = chunk.records[place]
        func damaged(_ violation: Violation) -> Reading {
            let (entries, isLost) = readDamaged(chunk.wholeText(of: place), record: record.number)
            return Reading(entries: entries, violations: [violation], isLost: isLost)
        }
        if let damage = record.damage {
            return damaged(
                Violation(
                    .row, damage.problem, message: "The record's form is damaged (line \(record.line)).",
                    hint: "Fix the quotes and brackets of this record and drop it again."))
        }
        let first = Int(record.firstField)
        let cells = chunk.fields[first..<first + Int(record.fieldCount)].map { chunk.text[$0.offset..<$0.end] }
        if let format, format.kind.isCSV, let flaw = columns.unevenness(cells, format.shortRecords) {
            return damaged(flaw)
        }
        guard TextEncoding.isForeign(chunk.text[Int(record.start)..<Int(record.end)]) else {
            return read(columns.read(cells), record: record.number)
        }
        var reading = read(columns.read(cells.map(TextEncoding.mended)), record: record.number)
        reading.violations.insert(.foreignText(line: record.line), at: 0)
        reading.entries.removeAll { $0.action != .revoke }
        return reading
    }

    func read(_ row: ConsentRow, record: UInt32) -> Reading {
        var reading = Reading()
        let action = action(of: row, &reading)
        var entry = ConsentEntry(action, key: RecipientKey.none, kind: .phone, at: now)
        entry.record = record
        (entry.proof, entry.by) = (row.proof, row.by)
        entry.scope = scope(of: row, action, &reading)
        switch action {
        case .grant, .start:
            grant(row, &entry, &reading)
            guard reading.violations.isEmpty else { return reading }
        case .revoke:
            if !row.at.isEmpty, let at = NamedColumns.lastMoment(row.at[...]) {
                entry.at = min(at, now)
            } else if !row.at.isEmpty {
                reading.add(
                    .dateInvalid, "at", row.at, "The time is no date and time; the time of arrival was taken.",
                    Self.form)
            }
        }
        let keys = row.values.flatMap { self.keys(of: $0, row.kind, action, &reading) }
        reading.entries = keys.map { found in
            var own = entry
            (own.key, own.kind) = (found.key, found.kind)
            return own
        }
        if row.values.isEmpty {
            reading.add(.valueInvalid, "value", [], "The value is empty.", "Write whose consent it is.")
        }
        if action == .revoke {
            reading.isLost = keys.allSatisfy(\.isNobodys)
        } else if !reading.violations.isEmpty {
            reading.entries = []
        }
        return reading
    }

    /// Of a record whose columns cannot be told apart: unless it says that consent is given, and nothing of taking it
    /// back, it takes it back for every number and address that stands in it.
    private func readDamaged(_ text: [UInt8], record: UInt32) -> (entries: [ConsentEntry], isLost: Bool) {
        let pieces = AddressReading.pieces(of: text).map { Array(TextEncoding.mended($0[...])) }
        let meanings = pieces.filter { $0.contains { $0 >= 0x41 } }.map {
            Self.meaning(of: String(decoding: $0, as: UTF8.self))
        }
        if meanings.contains(.grant), !meanings.contains(.revoke) { return ([], false) }
        // Dates stand there, too.
        let values = pieces.filter { $0.contains(UInt8(ascii: "@")) || AddressReading.mayBeNumber($0[...]) }
        let found = values.flatMap { AddressReading.all(of: $0, addressRules) }
        return (
            found.map { reading in
                var entry = ConsentEntry(.revoke, key: reading.key, kind: reading.kind, at: now)
                entry.record = record
                return entry
            }, found.allSatisfy(\.isNobodys)
        )
    }

    // MARK: - What it says

    private static let form = "Write it as ISO 8601, such as 2026-11-21T10:00:00Z."

    private static func meaning(of text: String) -> ConsentEntry.Action? {
        let word = FoldedName(text)
        if [FoldedName("grant"), FoldedName("revoke")].contains(word) {
            return word == FoldedName("grant") ? .grant : .revoke
        }
        switch ConsentWords().meaning(of: text) {
        case .yes: return .grant
        case .no: return .revoke
        case .other, .doubtful: return nil
        }
    }

    private func action(of row: ConsentRow, _ reading: inout Reading) -> ConsentEntry.Action {
        if !row.action.isEmpty, let action = Self.meaning(of: row.action) { return action }
        reading.add(
            .actionUnknown, "action", Array(row.action.utf8),
            "The action is not known here; the consent was taken back.", "Write grant or revoke.")
        return .revoke
    }

    private func scope(
        of row: ConsentRow, _ action: ConsentEntry.Action, _ reading: inout Reading
    ) -> ConsentEntry.Scope {
        let outcome = action == .revoke ? "it was taken back for all of them" : "nothing was agreed to"
        func unknown(_ code: Code, _ column: String, _ value: String, _ known: [String]) {
            let near = NearestName.of(value, in: known).map { "Did you mean \($0)? " } ?? ""
            reading.add(
                code, column, Array(value.utf8), "The \(column) is not known here; \(outcome).",
                near
                    + (known.isEmpty
                        ? "No campaign has one." : "Use \(known.joined(separator: ", ")), or none for all."))
        }
        var scope = ConsentEntry.Scope.all
        if !row.channel.isEmpty {
            scope.channel = channels.first { FoldedFileName.areSame($0.name, row.channel) }
            if scope.channel == nil {
                unknown(.channelUnknown, "channel", row.channel, channels.map(\.name))
            }
        }
        if !row.purpose.isEmpty {
            scope.purpose = ContactPurpose(rawValue: row.purpose.lowercased())
            if scope.purpose == nil {
                unknown(.purposeUnknown, "purpose", row.purpose, ContactPurpose.allCases.map(\.rawValue))
            }
        }
        if !row.list.isEmpty {
            scope.list =
                topics.first { FoldedFileName.areSame($0, row.list) } ?? lists[FoldedName(row.list)] ?? ""
            if scope.list.isEmpty { unknown(.listUnknown, "list", row.list, topics) }
        }
        return scope
    }

    /// When a grant begins and ends: of everything a date can mean, the shortest period.
    private func grant(_ row: ConsentRow, _ entry: inout ConsentEntry, _ reading: inout Reading) {
        let ahead = 14 * 3_600
        if let at = NamedColumns.firstMoment(row.at[...]), !at.isDatabasesNone {
            entry.at = at
        } else {
            reading.add(
                row.at.isEmpty ? .atMissing : .dateInvalid, "at", row.at,
                row.at.isEmpty
                    ? "It does not say when the consent was given; nothing was agreed to."
                    : "The time is no date and time; nothing was agreed to.", Self.form)
        }
        if row.expires.isEmpty { return }
        let text = Array(row.expires.utf8)
        if let day = CalendarDay(row.expires) {
            entry.expires = Timestamp(day: day.adding(days: 1), secondsOfDay: -ahead)
        } else {
            entry.expires = Timestamp(iso8601: text[...], offsetSecondsIfMissing: ahead)
        }
        if let end = entry.expires, end > entry.at { return }
        let isPast = entry.expires != nil
        reading.add(
            isPast ? .expiresPast : .expiresInvalid, "expires", text,
            isPast
                ? "The consent would have ended before it began; nothing was agreed to."
                : "The end of the consent is no date; nothing was agreed to.",
            "Write a day as in 2027-03-31, or a time with its zone as in 2027-03-31T18:00:00Z.")
    }

    // MARK: - Whose it is

    /// The one person whose consent is granted, or everybody whose consent may be revoked.
    private func keys(
        of value: [UInt8], _ kind: String, _ action: ConsentEntry.Action, _ reading: inout Reading
    ) -> [AddressReading] {
        let named = Listing.Kind(label: kind.lowercased())
        if !kind.isEmpty, ![.phone, .email, .id].contains(named) {
            reading.add(
                .kindUnknown, "kind", Array(kind.utf8),
                "The kind is not known here; the value was taken for what it is.", "Use phone, email or id.")
        }
        if named == .id { return AddressReading.ids(value) }
        if action == .revoke {
            let (readings, damage) = AddressReading.read(value, addressRules)
            if readings.isEmpty || damage != nil {
                reading.add(
                    .valueInvalid, "value", value,
                    damage?.message ?? "The value is neither a phone number nor an e-mail address.",
                    damage?.hint ?? "Write numbers in international form, such as +14155550123.")
            }
            return readings
        }
        if value.contains(UInt8(ascii: "@")) {
            if EmailAddress.fault(of: value.span) == nil {
                return [AddressReading(key: RecipientKey.email(value.span), kind: .email)]
            }
            reading.add(
                .valueInvalid, "value", value, "The value is no e-mail address.",
                "Write the bare address as in ann@example.com, without name and brackets.")
            return []
        }
        switch judge.judge(value.span, region: nil) {
        case .valid(let number, _): return [AddressReading(key: RecipientKey.phone(number), kind: .phone)]
        case .invalid(let advice), .impossibleLength(let advice), .unknownCountry(let advice):
            reading.add(.valueInvalid, "value", value, advice.message, advice.hint)
            return []
        }
    }
}

extension ConsentRules.Reading {
    fileprivate mutating func add(
        _ code: Code, _ column: String, _ value: [UInt8], _ message: String, _ hint: String
    ) {
        let problem: Problem = code.rawValue.hasSuffix(".unknown") ? .unknown : .invalid
        violations.append(
            Violation(.column(column, code: code), problem, value: value, message: message, hint: hint))
    }
}
