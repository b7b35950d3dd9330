/// The rules of law for a campaign's contacts, by place: those of the countries that its policy names, for its purpose.
package struct CampaignLaw: Sendable {
    /// One rule at one place, prepared for look-ups.
    struct Row: Hashable, Sendable {
        /// The place and the title: `US-FL: Florida Telephone Solicitation Act`.
        let name: String
        let kinds: [ContactKind]
        /// Empty: every channel.
        var channels: [Channel] = []
        var hours: DatedHours
        let holidays: HolidayList?
        /// It only closes for people whose consent is not known.
        let isOfConsent: Bool

        /// What remains of it where the policy sets hours of its own.
        var withoutHours: Row {
            var row = self
            if !isOfConsent { row.hours = DatedHours(.always) }
            return row
        }
    }

    /// What a stop covers at one place.
    struct Revocation: Sendable {
        let scope: Rule.Revocation
        let kinds: [ContactKind]
        let from: CalendarDay?
        let to: CalendarDay?

        /// Whether it holds on the date that a clock somewhere shows at a moment.
        func holds(at moment: Timestamp) -> Bool { CampaignLaw.mayHold(from, to, at: moment) }
    }

    /// How old a do-not-contact list may be under one rule.
    package struct ListAge: Sendable {
        /// The place and the title of the rule.
        package let rule: String
        package let most: TimeSpan
        let kinds: [ContactKind]
        let from: CalendarDay?
        let to: CalendarDay?
    }

    /// How many of the answered calls a dialler may abandon, as one rule says.
    package struct Abandonment: Sendable {
        /// Where it holds and what it is called.
        package let rule: String
        package let share: Rule.Abandonment
        let kinds: [ContactKind]
        let from: CalendarDay?
        let to: CalendarDay?
    }

    let listAges: [ListAge]
    let abandonments: [Abandonment]
    /// By place (`US`, `US-FL`).
    let rows: [String: [Row]]
    /// By place, like the rows.
    let revocations: [String: [Revocation]]
    /// What the rules count.
    let caps: [LawCap]
    private let kinds: [Channel: ContactKind]
    /// The channels for which the policy itself sets requirements.
    private let ownChannels: [Channel]
    let asksForConsent: Bool

    package static let none = CampaignLaw(books: [], kinds: [:], purpose: nil)

    package init(of campaign: Campaign, _ policy: Policy, in configuration: Configuration) {
        self.init(
            books: configuration.rules(of: policy), kinds: campaign.kinds, purpose: campaign.purpose,
            demands: policy.require)
    }

    package init(
        books: [RuleBook], kinds: [Channel: ContactKind], purpose: ContactPurpose?, demands: [Policy.Demand] = []
    ) {
        var rows: [String: [Row]] = [:]
        let own = demands.filter { $0.concerns(purpose) }.map(Self.row)
        if !own.isEmpty { rows[Self.everywhere] = own }
        ownChannels = own.flatMap(\.channels)
        for book in books {
            for rule in book.rules where rule.concerns(purpose) {
                for place in rule.places(in: book.country) {
                    rows[place, default: []] += Self.rows(of: rule, at: place, book)
                }
            }
        }
        self.rows = rows
        var revocations: [String: [Revocation]] = [:]
        for book in books {
            for rule in book.rules where rule.concerns(purpose) {
                guard let scope = rule.revocation else { continue }
                let said = Revocation(scope: scope, kinds: rule.kinds, from: rule.from, to: rule.to)
                for place in rule.places(in: book.country) { revocations[place, default: []].append(said) }
            }
        }
        self.revocations = revocations
        listAges = books.flatMap { book in
            book.rules.filter { $0.concerns(purpose) }.compactMap { rule in
                rule.listAge.map {
                    ListAge(
                        rule: rule.places(in: book.country).joined(separator: ", ") + ": " + rule.title, most: $0,
                        kinds: rule.kinds, from: rule.from, to: rule.to)
                }
            }
        }
        abandonments = books.flatMap { book in
            book.rules.filter { $0.concerns(purpose) }.compactMap { rule in
                rule.abandonment.map {
                    Abandonment(
                        rule: rule.places(in: book.country).joined(separator: ", ") + ": " + rule.title, share: $0,
                        kinds: rule.kinds, from: rule.from, to: rule.to)
                }
            }
        }
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

    /// The places for which rules set hours, counts or what a stop covers.
    var places: Set<String> { Set(rows.keys).union(caps.flatMap(\.places)).union(revocations.keys) }

    /// What contacts over a channel can be; nil stands for a channel that nothing names.
    func kinds(of channel: Channel?) -> [ContactKind] {
        channel.map { kinds[$0].map { [$0] } ?? $0.possibleKinds } ?? ContactKind.allCases
    }

    /// The channels about which the campaign or the policy says anything.
    var channels: [Channel] { kinds.keys + ownChannels + (ownChannels.isEmpty ? [] : [.handover]) }

    /// Whether a rule with these first and last days holds on the date that a clock somewhere shows at a moment.
    static func mayHold(_ from: CalendarDay?, _ to: CalendarDay?, at moment: Timestamp) -> Bool {
        let day = moment.localDay(offset: 0)
        return (from.map { $0 <= day.adding(days: 1) } ?? true) && (to.map { day.adding(days: -1) <= $0 } ?? true)
    }

    private static let everywhere = "*"

    /// A requirement of the policy itself, as a row.
    private static func row(of demand: Policy.Demand) -> Row {
        Row(
            name: "the policy", kinds: ContactKind.allCases, channels: demand.channels, hours: DatedHours(.never),
            holidays: nil, isOfConsent: true)
    }

    /// The rows that hold at a place for messages over a channel; nil stands for a channel that nothing names.
    func rows(at place: String, channel: Channel?) -> [Row] {
        let possible = kinds(of: channel)
        return (rows[place] ?? []).filter { row in
            row.kinds.contains(where: possible.contains)
                && (row.channels.isEmpty || channel.map { row.channels.contains($0) || $0.isHandover } ?? false)
        }
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
