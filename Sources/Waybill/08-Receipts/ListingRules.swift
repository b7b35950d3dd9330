/// What a list's entries are read against.
package struct ListingRules: Sendable {
    private let regions: [String]
    private let campaigns: [String]
    private let channels: [Channel]
    private let now: Timestamp

    package init(_ configuration: Configuration, at now: Timestamp) {
        self.now = now
        regions = configuration.regions
        campaigns = configuration.campaigns.map(\.name)
        let used = configuration.strategies.values.flatMap { $0.steps.map(\.channel) }
        channels = Channel.usual + Set(used).subtracting(Channel.usual).sorted()
    }

    /// What an entry asks for: for each recipient that it can mean, or what is wrong with it.
    package enum Reading {
        case listings([Listing], isRemoval: Bool)
        case problem(Violation)
    }

    /// What a record of a list asks for; nil for a row with nothing in it.
    package func read(_ record: RecordSpan, in chunk: Chunk, _ columns: ListColumns) -> Reading? {
        switch columns.read(record, in: chunk) {
        case .entry(let entry): read(entry)
        case .damaged(let violation): .problem(violation)
        case .blank: nil
        }
    }

    package func read(_ entry: ListEntry) -> Reading {
        guard ["", "add", "remove"].contains(entry.action) else {
            return unknown(
                .actionUnknown, "action", entry.action, "Write add or remove; without an action an entry is added.")
        }
        if !entry.campaign.isEmpty, !campaigns.contains(entry.campaign) {
            let nearest = NearestName.of(entry.campaign, in: campaigns)
            return unknown(
                .campaignUnknown, "campaign", entry.campaign,
                (nearest.map { "Did you mean \($0)? " } ?? "") + "Without a campaign the entry holds for all of them.")
        }
        let channel = Channel(unlessEmpty: entry.channel)
        if let channel, !channels.contains(channel) {
            return unknown(
                .channelUnknown, "channel", entry.channel,
                "Use \(channels.map(\.name).joined(separator: ", ")); without a channel the entry holds for all of them."
            )
        }
        var expires: Timestamp?
        if !entry.expires.isEmpty {
            guard let end = Self.end(entry.expires) else {
                return .problem(
                    Violation(
                        .column("expires", code: .expiresInvalid), .invalid, value: Array(entry.expires.utf8),
                        message: "The end of the listing is no date.",
                        hint: "Write a day as in 2027-03-31, or a time with its zone as in 2027-03-31T18:00:00Z."))
            }
            guard end > now || entry.action == "remove" else {
                return .problem(
                    Violation(
                        .column("expires", code: .expiresPast), .invalid, value: Array(entry.expires.utf8),
                        message: "The listing would have ended already.",
                        hint: "Write a later day, or none for a listing without end."))
            }
            expires = end
        }
        guard let kind = Listing.Kind(label: entry.kind) else {
            return unknown(.kindUnknown, "kind", entry.kind, "Use phone, email, id, domain or prefix.")
        }
        let keys: [UInt64]
        switch self.keys(of: entry.value, kind) {
        case .success(let found): keys = found
        case .failure(let problem): return .problem(problem.violation)
        }
        return .listings(
            keys.map {
                Listing(
                    key: $0, kind: kind, scope: Listing.Scope(campaign: entry.campaign, channel: channel),
                    reason: entry.reason, expires: expires)
            }, isRemoval: entry.action == "remove")
    }

    private func unknown(_ code: Code, _ column: String, _ value: String, _ hint: String) -> Reading {
        .problem(
            Violation(
                .column(column, code: code), .unknown, value: Array(value.utf8),
                message: "The \(column) is not known here.", hint: hint))
    }

    /// A listing that ends on a day holds until that day is over everywhere (UTC-12).
    private static func end(_ text: String) -> Timestamp? {
        if let day = CalendarDay(text) {
            return Timestamp(milliseconds: Timestamp(day: day.adding(days: 1)).milliseconds + 12 * 3_600_000)
        }
        return Timestamp(iso8601: Array(text.utf8)[...])
    }

    private struct InvalidValue: Error {
        let violation: Violation
    }

    private func keys(of value: [UInt8], _ kind: Listing.Kind) -> Result<[UInt64], InvalidValue> {
        func invalid(_ message: String, _ hint: String) -> Result<[UInt64], InvalidValue> {
            .failure(
                InvalidValue(
                    violation: Violation(
                        .column("value", code: .valueInvalid), .invalid, value: value, message: message, hint: hint)))
        }
        switch kind {
        case .email where EmailAddress.fault(of: value.span) != nil:
            return invalid(
                "The value is no e-mail address.",
                "Write the bare address as in ann@example.com, without name and brackets.")
        case .phone, .email:
            let readings = AddressReading.all(of: value, regions: regions).filter { $0.kind == kind }
            if !readings.isEmpty { return .success(readings.map(\.key)) }
            return invalid(
                "The value is no \(kind == .email ? "e-mail address" : "phone number").",
                "Write numbers in international form, such as +14155550123.")
        case .id:
            return value.isEmpty
                ? invalid("The value is empty.", "Write the id as the contact files have it.")
                : .success([RecipientKey.id(value.span)])
        case .domain:
            // `@example.com` and `*.example.com` are written as well.
            var domain = value.drop { [UInt8(ascii: "@"), UInt8(ascii: "*"), UInt8(ascii: ".")].contains($0) }
            while domain.last == UInt8(ascii: ".") { domain.removeLast() }
            // As an address would have it.
            let address = Array("a@".utf8) + domain
            let isDomain = domain.contains(UInt8(ascii: ".")) && EmailAddress.fault(of: address.span) == nil
            if isDomain {
                return .success([RecipientKey.domain(domain.span)])
            }
            return invalid("The value is no domain of e-mail addresses.", "Write it as in example.com.")
        case .prefix:
            if let dialled = try? DialledDigits(value.span), dialled.hasPlus, (1...15).contains(dialled.digits.count),
                dialled.digits.bytes[0] != 0x30
            {
                return .success(Self.beginnings(dialled.digits))
            }
            return invalid(
                "The value is not the beginning of a phone number in international form.",
                "Write + and the digits that such numbers begin with, as in +44 870.")
        }
    }

    /// The keys of a beginning as it is, and without a trunk prefix written after the calling code: `+44 (0)870`.
    private static func beginnings(_ digits: NumberDigits) -> [UInt64] {
        let plan = NumberingPlan.world
        let all = 0..<digits.count
        var keys = [RecipientKey.prefix(digits.value(of: all), count: all.count)]
        if let rest = plan.withoutTrunkZero(digits) { keys.append(RecipientKey.prefix(rest.value, count: rest.count)) }
        return keys
    }
}
