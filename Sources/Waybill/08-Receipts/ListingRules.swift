/// The rules for reading a list's entries.
package struct ListingRules: Sendable {
    private let addressRules: AddressRules
    private let campaigns: [String]
    private let byName: [FoldedName: String]
    private let channels: [Channel]
    private let now: Timestamp

    package init(_ configuration: Configuration, at now: Timestamp) {
        self.now = now
        addressRules = configuration.addressRules
        campaigns = configuration.campaigns.map(\.name)
        byName = Dictionary(campaigns.map { (FoldedName($0), $0) }) { first, _ in first }
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
        /// Whether it asks not to contact somebody, without telling who.
        package internal(set) var isLost = false
        /// The campaign it is for; empty for all.
        package internal(set) var campaign = ""
    }

    /// What a record of a list asks for; nil for a row with nothing in it.
    package func read(_ record: RecordSpan, in chunk: Chunk, _ columns: ListColumns) -> Reading? {
        switch columns.read(record, in: chunk) {
        case .entry(let entry): read(entry)
        case .damaged(let violation): Reading(violations: [violation], isLost: true)
        case .blank: nil
        }
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
            reading.add(unknown(.actionUnknown, "action", entry.action, "Write add or remove."), "it was added")
        }
        let scope = scope(of: entry, &reading)
        reading.campaign = scope.campaign
        var expires: Timestamp?
        if !entry.expires.isEmpty {
            expires = Self.end(entry.expires)
            if expires == nil {
                reading.violations.append(
                    Violation(
                        .column("expires", code: .expiresInvalid), .invalid, value: Array(entry.expires.utf8),
                        message: "The end of the listing is no date; it was listed without end.",
                        hint: "Write a day as in 2027-03-31, or a time with its zone as in 2027-03-31T18:00:00Z."))
            } else if let end = expires, end <= now, entry.isAdded {
                reading.violations.append(
                    Violation(
                        .column("expires", code: .expiresPast), .invalid, value: Array(entry.expires.utf8),
                        message: "The listing would have ended already.",
                        hint: "Write a later day, or none for a listing without end."))
                return reading
            }
        }
        let kind = Listing.Kind(label: entry.kind)
        if kind == nil {
            reading.add(
                unknown(.kindUnknown, "kind", entry.kind, "Use phone, email, id, domain or prefix."),
                "it was listed as what the value is")
        }
        var keys: [Key] = []
        var problem: Violation?
        for value in [entry.value] + entry.others {
            // Each of several values says by itself what it is.
            let own = entry.others.isEmpty ? kind : nil
            let found = self.keys(of: value, own ?? Listing.Kind(label: ListEntry.kind(of: value)) ?? .phone)
            keys += found.keys
            problem = problem ?? found.problem
        }
        // A column beside the one with the number may contain anything.
        if let problem, keys.isEmpty || entry.others.isEmpty { reading.violations.append(problem) }
        reading.isLost = keys.isEmpty && !reading.isRemoval
        if reading.isRemoval, !reading.violations.isEmpty { return reading }
        reading.listings = keys.map {
            Listing(key: $0.key, kind: $0.kind, scope: scope, reason: entry.reason, expires: expires)
        }
        return reading
    }

    /// Where an entry holds; everywhere if a name in it is unknown.
    private func scope(of entry: ListEntry, _ reading: inout Reading) -> Listing.Scope {
        var scope = Listing.Scope()
        if !entry.campaign.isEmpty {
            if let known = byName[FoldedName(entry.campaign)] {
                scope.campaign = known
            } else {
                let nearest = NearestName.of(entry.campaign, in: campaigns)
                reading.add(
                    unknown(
                        .campaignUnknown, "campaign", entry.campaign,
                        (nearest.map { "Did you mean \($0)? " } ?? "")
                            + "Without a campaign the entry holds for all of them."), "the entry holds for all")
            }
        }
        if let channel = Channel(unlessEmpty: entry.channel) {
            if channels.contains(channel) {
                scope.channel = channel
            } else {
                reading.add(
                    unknown(
                        .channelUnknown, "channel", entry.channel,
                        "Use \(channels.map(\.name).joined(separator: ", ")); without a channel the entry holds for all of "
                            + "them."), "the entry holds for all")
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
                message: "The \(column) is not known here; \(outcome).", hint: hint)
        }
    }

    /// A listing that ends on a day holds until that day is over everywhere (UTC-12).
    private static func end(_ text: String) -> Timestamp? {
        if let day = CalendarDay(text) {
            return Timestamp(milliseconds: Timestamp(day: day.adding(days: 1)).milliseconds + 12 * 3_600_000)
        }
        return Timestamp(iso8601: Array(text.utf8)[...])
    }

    private struct Key {
        let key: UInt64
        let kind: Listing.Kind
    }

    private func keys(of value: [UInt8], _ kind: Listing.Kind) -> (keys: [Key], problem: Violation?) {
        func invalid(_ message: String, _ hint: String, _ keys: [Key] = []) -> (keys: [Key], problem: Violation?) {
            let violation = Violation(
                .column("value", code: .valueInvalid), .invalid, value: value, message: message, hint: hint)
            return (keys, violation)
        }
        switch kind {
        case .phone, .email:
            let (readings, damage) = AddressReading.read(value, addressRules)
            // An asterisk can be part of an address, but here means all of them.
            let isWild = value.starts(with: Array("*@".utf8))
            let keys = isWild ? [] : readings.map { Key(key: $0.key, kind: $0.kind) }
            if keys.isEmpty, let domain = Self.domain(value), value.contains(UInt8(ascii: "@")) {
                // `@example.com` and `*@example.com`: everybody there.
                return invalid(
                    "The value is the domain of addresses, and was listed as such.", "Write domain as its kind.",
                    [Key(key: RecipientKey.domain(domain.name.span), kind: .domain)])
            }
            if let damage { return invalid(damage.message, damage.hint, keys) }
            if keys.isEmpty || keys.contains(where: { $0.kind != kind }) {
                return invalid(
                    "The value is no \(kind == .email ? "e-mail address" : "phone number").",
                    kind == .email
                        ? "Write the bare address as in ann@example.com, without name and brackets."
                        : "Write numbers in international form, such as +14155550123.", keys)
            }
            return (keys, nil)
        case .id:
            return value.isEmpty
                ? invalid("The value is empty.", "Write the id as the contact files have it.")
                : ([Key(key: RecipientKey.id(value.span), kind: .id)], nil)
        case .domain:
            guard let domain = Self.domain(value) else {
                return invalid("The value is no domain of e-mail addresses.", "Write it as in example.com.")
            }
            let keys = [Key(key: RecipientKey.domain(domain.name.span), kind: .domain)]
            return domain.isAlone
                ? (keys, nil) : invalid("The value has more than a domain in it.", "Write it as in example.com.", keys)
        case .prefix:
            if let dialled = try? DialledDigits(value.span), dialled.hasPlus, (1...15).contains(dialled.digits.count),
                dialled.digits.bytes[0] != 0x30
            {
                return (Self.beginnings(dialled.digits).map { Key(key: $0, kind: .prefix) }, nil)
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

extension ListingRules.Reading {
    fileprivate mutating func add(_ violation: (_ outcome: String) -> Violation, _ outcome: String) {
        violations.append(violation(isRemoval ? "nobody was removed" : outcome))
    }
}
