/// The rules of law that hold for a campaign's contacts, by place: those of the countries that its policy names, for
/// its purpose.
package struct CampaignLaw: Sendable {
    /// One rule at one place, made ready to be asked.
    struct Row: Hashable, Sendable {
        /// Where it holds and what it is called: `US-FL: Florida Telephone Solicitation Act`.
        let name: String
        let kinds: [ContactKind]
        var hours: DatedHours
        let holidays: HolidayList?
        /// It closes for those only whose consent is not known.
        let isOfConsent: Bool

        /// What stays of it where a policy has hours of its own.
        var withoutHours: Row {
            var row = self
            if !isOfConsent { row.hours = DatedHours(.always) }
            return row
        }
    }

    /// By place (`US`, `US-FL`).
    let rows: [String: [Row]]
    /// What is counted there.
    let caps: [LawCap]
    private let kinds: [Channel: ContactKind]
    let asksForConsent: Bool

    package static let none = CampaignLaw(books: [], kinds: [:], purpose: nil)

    package init(of campaign: Campaign, _ policy: Policy, in configuration: Configuration) {
        self.init(books: configuration.rules(of: policy), kinds: campaign.kinds, purpose: campaign.purpose)
    }

    package init(books: [RuleBook], kinds: [Channel: ContactKind], purpose: ContactPurpose?) {
        var rows: [String: [Row]] = [:]
        for book in books {
            for rule in book.rules where rule.concerns(purpose) {
                for place in rule.places(in: book.country) {
                    rows[place, default: []] += Self.rows(of: rule, at: place, book)
                }
            }
        }
        self.rows = rows
        caps = books.flatMap { book in
            book.rules.filter { $0.concerns(purpose) }.flatMap { rule in
                rule.caps(in: book.country).map {
                    LawCap(cap: $0, places: rule.places(in: book.country), from: rule.from, to: rule.to)
                }
            }
        }
        self.kinds = kinds
        asksForConsent = rows.values.joined().contains(where: \.isOfConsent)
    }

    /// The places that there are hours or counts for.
    var places: Set<String> { Set(rows.keys).union(caps.flatMap(\.places)) }

    /// What contacts over a channel can be, nil: over one that nothing names.
    func kinds(of channel: Channel?) -> [ContactKind] {
        channel.map { kinds[$0].map { [$0] } ?? $0.possibleKinds } ?? ContactKind.allCases
    }

    /// The channels of which the campaign says what goes over them.
    var channels: [Channel] { Array(kinds.keys) }

    /// Those that hold at a place for what goes over a channel, nil: over one that nothing names.
    func rows(at place: String, channel: Channel?) -> [Row] {
        let possible = kinds(of: channel)
        return (rows[place] ?? []).filter { $0.kinds.contains(where: possible.contains) }
    }

    private static func rows(of rule: Rule, at place: String, _ book: RuleBook) -> [Row] {
        let name = "\(place): \(rule.title)"
        var rows: [Row] = []
        let days = Set(rule.holidays.flatMap { book.holidays[$0] ?? [] }).filter(rule.holds).sorted()
        let closed = rule.holidayHours == nil ? days : []
        if rule.hours != nil || !days.isEmpty {
            let hours = DatedHours(
                rule.hours.map { WeekHours($0) } ?? .always, from: rule.from, to: rule.to, on: days,
                other: rule.holidayHours.map { WeekHours($0) })
            rows.append(
                Row(
                    name: name, kinds: rule.kinds, hours: hours,
                    holidays: closed.isEmpty ? nil : HolidayList(key: place, name: name, days: closed),
                    isOfConsent: false))
        }
        if rule.needsConsent {
            rows.append(
                Row(
                    name: name, kinds: rule.kinds, hours: DatedHours(.never, from: rule.from, to: rule.to),
                    holidays: nil, isOfConsent: true))
        }
        return rows
    }
}
