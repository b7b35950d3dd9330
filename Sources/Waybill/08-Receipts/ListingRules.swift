/// The rules for reading a list's entries.
package struct ListingRules: Sendable {
    private let addressRules: AddressRules
    private let campaigns: [String]
    /// Those that no other is but for spaces, `_` and `-`.
    private let byName: [FoldedName: String]
    private let channels: [Channel]
    private let now: Timestamp
    /// Whether what is wrong is told with what was done all the same.
    private let tellsOutcomes: Bool

    /// - Parameter tellingOutcomes: false where an entry is not carried out that has anything wrong with it.
    package init(_ configuration: Configuration, at now: Timestamp, tellingOutcomes: Bool = true) {
        self.now = now
        tellsOutcomes = tellingOutcomes
        addressRules = configuration.addressRules
        campaigns = configuration.campaigns.map(\.name)
        byName = Dictionary(grouping: campaigns) { FoldedName($0) }.filter { $0.value.count == 1 }.mapValues { $0[0] }
        channels = configuration.channels
    }

    /// What an entry asks for, and what is wrong with it.
    ///
    /// An entry that adds counts for everything it can mean: a part that cannot be read does not narrow it, and is
    /// reported. An entry that removes and has anything wrong removes nobody.
    package struct Reading: Sendable {
        /// For each recipient that it can mean.
        package internal(set) var listings: [Listing] = []
        package internal(set) var isRemoval = false
        package internal(set) var violations: [Violation] = []
        /// Whether it asks not to contact somebody, without telling who; also by a number that no plan has, which is
        /// listed all the same.
        package internal(set) var isLost = false
        /// Columns of which nobody knew what they hold, and which have a number or an address.
        package fileprivate(set) var strayColumns: [Int] = []
        /// Where it holds, and until when.
        fileprivate var scope = Listing.Scope()
        fileprivate var expires: Timestamp?

        /// The campaign it is for; empty for all.
        package var campaign: String { scope.campaign }
    }

    /// What a record of a list asks for; nil for a row with nothing in it.
    package func read(_ record: RecordSpan, in chunk: Chunk, _ columns: ListColumns) -> Reading? {
        guard case .entry(let entry, let flaw) = columns.read(record, in: chunk) else { return nil }
        var reading = entry.isSalvaged ? salvage(entry) : read(entry)
        reading.strayColumns = entry.strayColumns
        if let flaw {
            reading.violations.insert(flaw, at: 0)
            if reading.isRemoval { reading.listings = [] }
        }
        guard reading.isLost, !entry.isSalvaged else { return reading }
        // Nobody stands where its value should be: whoever stands beside it is meant.
        let found = standing(in: columns.pieces(of: record, in: chunk))
        if !found.isEmpty {
            reading.isLost = false
            reading.listings += found.map {
                Listing(
                    key: $0.key, kind: $0.kind, scope: reading.scope, reason: entry.reason, expires: reading.expires)
            }
        }
        return reading
    }

    /// What an entry asks for whose columns cannot be told apart: that everybody be left alone, everywhere and without
    /// end, who stands in its row. One that removes removes nobody.
    private func salvage(_ entry: ListEntry) -> Reading {
        var reading = Reading()
        reading.isRemoval = entry.isRemoved
        if reading.isRemoval { return reading }
        var keys = standing(in: entry.strays)
        for value in [entry.value] + entry.others
        where value.contains(UInt8(ascii: "@")) || AddressReading.mayBeNumber(value[...]) {
            keys += self.keys(of: value, Listing.Kind(label: ListEntry.kind(of: value)) ?? .phone).keys
        }
        // By what else its row may name them.
        let words = entry.strays.map { String(decoding: $0.prefix(16), as: UTF8.self).lowercased() }
        for kind in [Listing.Kind.id, .domain, .prefix] where words.contains(kind.label) {
            for (value, word) in zip(entry.strays, words) where word != kind.label {
                keys += self.keys(of: value, kind).keys
            }
        }
        reading.isLost = keys.allSatisfy(\.isNobodys)
        reading.listings = Self.distinct(keys).map { Listing(key: $0.key, kind: $0.kind, reason: entry.reason) }
        return reading
    }

    private func standing(in texts: [[UInt8]]) -> [AddressReading] {
        Self.distinct(texts.flatMap { AddressReading.standing(in: $0, addressRules) })
    }

    private static func distinct(_ keys: [AddressReading]) -> [AddressReading] {
        var found: Set<AddressReading> = []
        return keys.filter { found.insert($0).inserted }
    }

    /// The recipient of a record that is just a number in E.164 and lists it for all campaigns and channels: the result
    /// of `read`, but faster. Nil means undecided.
    @inline(__always)
    package func plainRecipient(_ record: RecordSpan, in chunk: Chunk, _ columns: ListColumns) -> UInt64? {
        columns.plainNumber(record, in: chunk).map { RecipientKey.phone($0) }
    }

    package func read(_ entry: ListEntry) -> Reading {
        var reading = Reading()
        reading.isRemoval = entry.isRemoved
        if !entry.isAdded, !entry.isRemoved {
            add(unknown(.actionUnknown, "action", entry.action, "Write add or remove."), "it was added", to: &reading)
        }
        reading.scope = scope(of: entry, &reading)
        guard readEnd(of: entry, &reading) else { return reading }
        var keys = keys(of: entry, &reading)
        reading.isLost = keys.allSatisfy(\.isNobodys) && !reading.isRemoval
        if Listing.Kind(label: entry.kind) == nil {
            // Nobody knows whether it is one.
            keys += ([entry.value] + entry.others).filter { !$0.isEmpty }.map(AddressReading.listed(id:))
        }
        if reading.isRemoval, !reading.violations.isEmpty { return reading }
        reading.listings = keys.map {
            Listing(
                key: $0.key, kind: $0.kind, scope: reading.scope, reason: entry.reason, expires: reading.expires)
        }
        return reading
    }

    /// Reads when a listing ends; false when it has ended already.
    private func readEnd(of entry: ListEntry, _ reading: inout Reading) -> Bool {
        if entry.expires.isEmpty { return true }
        func violation(_ code: Code, _ message: String, _ outcome: String, _ hint: String) {
            add(
                { outcome in
                    Violation(
                        .column("expires", code: code), .invalid, value: Array(entry.expires.utf8),
                        message: Self.sentence(message, outcome), hint: hint)
                }, outcome, to: &reading)
        }
        let form = "Write a day as in 2027-03-31, or a time with its zone as in 2027-03-31T18:00:00Z."
        guard let end = Self.end(entry.expires) else {
            violation(.expiresInvalid, "The end of the listing is no date", "it was listed without end", form)
            return true
        }
        if reading.isRemoval || end >= Self.lastDay { return true }
        if end.isDatabasesNone {
            violation(
                .expiresInvalid, "The end of the listing is a database's word for none", "it was listed without end",
                "Leave it empty where there is none. " + form)
            return true
        }
        if end <= now {
            violation(
                .expiresPast, "The listing would have ended already", "",
                "Write a later day, or none for a listing without end.")
            return false
        }
        reading.expires = end
        return true
    }

    /// What databases write for no end.
    private static let lastDay = Timestamp(day: CalendarDay(daysSinceEpoch: 2_932_896))

    /// Everybody whom an entry names.
    private func keys(of entry: ListEntry, _ reading: inout Reading) -> [AddressReading] {
        let kind = Listing.Kind(label: entry.kind)
        if kind == nil {
            add(
                unknown(.kindUnknown, "kind", entry.kind, "Use phone, email, id, domain or prefix."),
                "it was listed as what the value is, and as an id", to: &reading)
        }
        let isWide = kind.map { ![.phone, .email].contains($0) } ?? false
        var keys: [AddressReading] = []
        var problem: Violation?
        for (place, value) in ([entry.value] + entry.others).enumerated() {
            // Each of several numbers and addresses says by itself what it is.
            let own = entry.others.isEmpty || isWide && place == 0 ? kind : nil
            let itself = Listing.Kind(label: ListEntry.kind(of: value)) ?? .phone
            let found = self.keys(of: value, own ?? itself, isRemoval: reading.isRemoval)
            keys += found.keys
            problem = problem ?? found.problem
            if isWide, place > 0, let kind { keys += self.keys(of: value, kind).keys }
        }
        if !reading.isRemoval {
            let strays = standing(in: entry.strays).filter { !keys.contains($0) }
            if entry.value.isEmpty, !strays.isEmpty { problem = nil }
            if entry.tellsStrays, !strays.isEmpty, problem == nil {
                problem = Violation(
                    .column("value", code: .valueInvalid), .invalid, value: entry.value,
                    message: Self.sentence(
                        "Another number stands beside it", tellsOutcomes ? "both were listed" : ""),
                    hint: "Write one number or address on each line.")
            }
            keys += strays
        }
        // A column beside the one with the number may hold anything; what is of an unknown kind is told as such.
        let isTold = keys.allSatisfy(\.isNobodys) || entry.others.isEmpty || reading.isRemoval
        if let problem, isTold, kind != nil || entry.value.isEmpty { reading.violations.append(problem) }
        return keys
    }

    /// Where an entry holds; everywhere for a name that nobody knows.
    private func scope(of entry: ListEntry, _ reading: inout Reading) -> Listing.Scope {
        var scope = Listing.Scope()
        if !entry.campaign.isEmpty {
            if let known = campaigns.first(where: { FoldedFileName.areSame($0, entry.campaign) })
                ?? byName[FoldedName(entry.campaign)]
            {
                scope.campaign = known
            } else {
                let nearest = NearestName.of(entry.campaign, in: campaigns)
                add(
                    unknown(
                        .campaignUnknown, "campaign", entry.campaign,
                        (nearest.map { "Did you mean \($0)? " } ?? "")
                            + "Without a campaign the entry holds for all of them."), "the entry holds for all",
                    to: &reading)
            }
        }
        if !entry.channel.isEmpty {
            scope.channel = channels.first { FoldedFileName.areSame($0.name, entry.channel) }
            if scope.channel == nil {
                add(
                    unknown(
                        .channelUnknown, "channel", entry.channel,
                        "Use \(channels.map(\.name).joined(separator: ", ")); without a channel the entry holds for all of "
                            + "them."), "the entry holds for all", to: &reading)
            }
        }
        return scope
    }

    private func unknown(
        _ code: Code, _ column: String, _ value: String, _ hint: String
    ) -> (_ outcome: String) -> Violation {
        { outcome in
            Violation(
                .column(column, code: code), .unknown, value: Array(value.utf8),
                message: Self.sentence("The \(column) is not known here", outcome), hint: hint)
        }
    }

    /// Adds what is wrong, and what was done all the same.
    private func add(
        _ violation: (_ outcome: String) -> Violation, _ outcome: String, to reading: inout Reading
    ) {
        let told = reading.isRemoval ? "nobody was removed" : outcome
        reading.violations.append(violation(tellsOutcomes ? told : ""))
    }

    private static func sentence(_ words: String, _ outcome: String) -> String {
        words + (outcome.isEmpty ? "." : "; \(outcome).")
    }

    /// A listing that ends on a day holds until that day is over everywhere (UTC-12).
    private static func end(_ text: String) -> Timestamp? {
        if let day = CalendarDay(text) {
            return Timestamp(milliseconds: Timestamp(day: day.adding(days: 1)).milliseconds + 12 * 3_600_000)
        }
        return Timestamp(iso8601: Array(text.utf8)[...])
    }

    /// Why a value names no id, and what to do.
    private static func fault(ofID value: [UInt8]) -> (message: String, hint: String)? {
        if value.isEmpty { return ("The value is empty.", "Write the id as the contact files have it.") }
        guard IDForm.isCutShort(value) else { return nil }
        return (
            "The value is a number that a spreadsheet cut short, so nobody knows whose id it is.",
            "Write all its digits; in the spreadsheet, format the column as text."
        )
    }

    private func keys(
        of value: [UInt8], _ kind: Listing.Kind, isRemoval: Bool = false
    ) -> (keys: [AddressReading], problem: Violation?) {
        func invalid(_ message: String, _ hint: String, _ keys: [AddressReading] = []) -> (
            keys: [AddressReading], problem: Violation?
        ) {
            let violation = Violation(
                .column("value", code: .valueInvalid), .invalid, value: value, message: message, hint: hint)
            return (keys, violation)
        }
        switch kind {
        case .phone, .email:
            // Whoever is taken off is who the value is, and nobody whose number stands in it.
            let (readings, damage) = AddressReading.read(value, addressRules, isStop: !isRemoval)
            // An asterisk can be part of an address, but here means all of them.
            let isWild = value.starts(with: Array("*@".utf8))
            let keys = isWild ? [] : readings
            if keys.isEmpty, let domain = Self.domain(value), value.contains(UInt8(ascii: "@")) {
                // `@example.com` and `*@example.com`: everybody there.
                return invalid(
                    Self.sentence(
                        "The value is the domain of addresses",
                        tellsOutcomes ? (isRemoval ? "nobody was removed" : "it was listed as such") : ""),
                    "Write \(String(decoding: domain.name, as: UTF8.self)), and domain as its kind.",
                    [AddressReading(key: RecipientKey.domain(domain.name.span), kind: .domain)])
            }
            if isRemoval, kind == .phone, damage == nil, keys.count > 1 {
                let likely = AddressReading.likelyNumbers(value, addressRules)
                guard likely.count == 1 else {
                    return invalid(
                        Self.sentence(
                            "The value can be " + likely.map { "+\($0.digits)" }.joined(separator: " or "),
                            tellsOutcomes ? "nobody was removed" : ""),
                        "Write the number that is meant with + and its country's code.")
                }
                return (likely.map { AddressReading(key: RecipientKey.phone($0), kind: .phone) }, nil)
            }
            if let damage { return invalid(damage.message, damage.hint, keys) }
            if !keys.contains(where: { $0.kind == kind }) {
                return invalid(
                    "The value is no \(kind == .email ? "e-mail address" : "phone number").",
                    kind == .email
                        ? "Write the bare address as in ann@example.com, without name and brackets."
                        : "Write numbers in international form, such as +14155550123.", keys)
            }
            return (keys, nil)
        case .id:
            if let (message, hint) = Self.fault(ofID: value) { return invalid(message, hint) }
            return (isRemoval ? AddressReading.ids(value) : [AddressReading.listed(id: value)], nil)
        case .domain:
            guard let domain = Self.domain(value) else {
                return invalid("The value is no domain of e-mail addresses.", "Write it as in example.com.")
            }
            let keys = [AddressReading(key: RecipientKey.domain(domain.name.span), kind: .domain)]
            return domain.isAlone
                ? (keys, nil) : invalid("The value has more than a domain in it.", "Write it as in example.com.", keys)
        case .prefix:
            if let dialled = try? DialledDigits(value.span), dialled.hasPlus, (1...15).contains(dialled.digits.count),
                dialled.digits.bytes[0] != 0x30
            {
                return (Self.beginnings(dialled.digits).map { AddressReading(key: $0, kind: .prefix) }, nil)
            }
            return invalid(
                "The value is not the beginning of a phone number in international form.",
                "Write + and the digits that such numbers begin with, as in +44 870.")
        }
    }

    /// The domain in a value; also written `@example.com` and `*.example.com`. If the rest of a web address surrounds
    /// it, `isAlone` is false.
    private static func domain(_ value: [UInt8]) -> (name: [UInt8], isAlone: Bool)? {
        var domain = value[...]
        for start in ["https://", "http://", "*@"] where domain.starts(with: start.utf8) {
            domain = domain.dropFirst(start.utf8.count)
        }
        let isAlone = domain.count == value.count && !domain.contains(UInt8(ascii: "/"))
        domain = domain.prefix { $0 != UInt8(ascii: "/") }
        domain = domain.drop { [UInt8(ascii: "@"), UInt8(ascii: "*"), UInt8(ascii: ".")].contains($0) }
        while domain.last == UInt8(ascii: ".") { domain.removeLast() }
        // Normalised as in an address.
        let address = Array("a@".utf8) + domain
        guard domain.contains(UInt8(ascii: ".")), let travelling = EmailAddress.Travelling(address) else { return nil }
        return (Array(travelling.domain.utf8), isAlone)
    }

    /// The keys of a prefix as it is, and without a trunk prefix after the calling code: `+44 (0)870`.
    private static func beginnings(_ digits: NumberDigits) -> [UInt64] {
        let plan = NumberingPlan.world
        let all = 0..<digits.count
        var keys = [RecipientKey.prefix(digits.value(of: all), count: all.count)]
        if let rest = plan.withoutTrunkZero(digits) { keys.append(RecipientKey.prefix(rest.value, count: rest.count)) }
        return keys
    }
}
