/// The contact rules of one country, as its file has them (`rules/us.json5`): dated data, not legal advice.
package struct RuleBook: Hashable, Sendable {
    /// ISO 3166 alpha-2.
    package var country: String
    package var about: String
    /// The days of its holiday lists by name, rising.
    package var holidays: [String: [CalendarDay]] = [:]
    /// In the order of the file.
    package var rules: [Rule] = []
    /// A digest of the file's text: if it differs, the rules differ.
    package var digest: UInt64 = 0
    /// The file it was read from; nil: it comes with the program.
    package var file: String?

    package init(country: String, about: String = "") {
        self.country = country
        self.about = about
    }

    /// Rules hold within these years only; holidays are computed for them.
    static let years = 2000...2099
}

/// One row: what holds at some places, for some kinds and purposes of contact, in a range of days.
package struct Rule: Hashable, Sendable {
    package var id = ""
    package var title = ""
    /// ISO 3166-2 without the country, such as `FL`; none: the whole country.
    package var states: [String] = []
    package var kinds: [ContactKind] = []
    /// Empty: all purposes, and campaigns that name none.
    package var purposes: [ContactPurpose] = []
    /// Contact is allowed within these hours; empty: never. Nil: the row sets no hours.
    package var hours: [Span]?
    /// The holiday lists on whose days there is no contact, or only within `holidayHours`.
    package var holidays: [String] = []
    package var holidayHours: [Span]?
    /// At most this many contacts with a number within a period, across all campaigns.
    package var counts: [Count] = []
    /// How long a person who declined is not contacted.
    package var refusalPause: TimeSpan?
    /// Nobody is contacted without consent.
    package var needsConsent = false
    /// What a stop in reply to one message covers.
    package var revocation: Revocation?
    package var abandonment: Abandonment?
    package var listAge: TimeSpan?
    /// Who or what the law exempts, in words. Waybill makes no exception for them.
    package var exempt: [String] = []
    package var note = ""
    /// The first and the last day; nil: no bound.
    package var from: CalendarDay?
    package var to: CalendarDay?
    package var source = ""
    /// Whether somebody read the text of the law, or several independent sources agree on it.
    package var isPrimary = false
    package var checked: CalendarDay?
    package var confidence = Confidence.low

    package init() {}

    /// At most this many counts are in use: each has one bit.
    static let mostCounts = 64

    package enum Confidence: String, CaseIterable, Sendable { case high, medium, low }

    /// [from, to) on some days of the week, bit 0 = Monday.
    package struct Span: Hashable, Sendable {
        package var days: UInt8 = 0x7F
        package var from = TimeOfDay(minutes: 0)
        package var to = TimeOfDay.midnight
        package init() {}
    }

    package struct Count: Hashable, Sendable {
        package var limit = 0
        package var within = TimeSpan.hours(0)
        package init() {}
    }

    /// From the narrowest to the widest.
    package enum Revocation: String, CaseIterable, Comparable, Sendable {
        /// The campaign's `list`; everything of the campaign's purpose; everything.
        case list, purpose, all

        package static func < (left: Revocation, right: Revocation) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    /// How many of the calls that somebody answers may find nobody. A dialler sees to it; where the results that came
    /// back say that it did not, no more calls are handed to it.
    package struct Abandonment: Hashable, Sendable {
        package var percent = 0.0
        package var within = TimeSpan.hours(0)
        package init() {}
    }

    package func holds(on day: CalendarDay) -> Bool {
        (from.map { $0 <= day } ?? true) && (to.map { day <= $0 } ?? true)
    }

    /// Whether it concerns contacts of a purpose; it always concerns those without one.
    package func concerns(_ purpose: ContactPurpose?) -> Bool {
        guard let purpose else { return true }
        return purposes.isEmpty || purposes.contains(purpose)
    }

    package func concerns(_ kinds: [ContactKind]) -> Bool { self.kinds.contains { kinds.contains($0) } }

    /// Its counts, as caps.
    package func caps(in country: String) -> [Policy.Cap] {
        func cap(_ limit: Int, _ span: TimeSpan, _ counted: Policy.Counted) -> Policy.Cap {
            var law = Policy.Law(name: places(in: country).joined(separator: ", ") + ": " + title)
            (law.kinds, law.purposes) = (kinds.sorted(), purposes)
            var cap = Policy.Cap(limit: limit, within: .rolling(span))
            (cap.counts, cap.law) = (counted, law)
            return cap
        }
        return counts.map { cap($0.limit, $0.within, .contacts) } + (refusalPause.map { [cap(1, $0, .refusals)] } ?? [])
    }

    /// `US`, or `US-FL` and so on.
    package func places(in country: String) -> [String] {
        states.isEmpty ? [country] : states.map { country + "-" + $0 }
    }
}

extension Configuration {
    /// The rules that a policy applies, by country in order.
    package func rules(of policy: Policy) -> [RuleBook] {
        switch policy.rules {
        case nil: []
        case .all: rules.sorted { $0.key < $1.key }.map(\.value)
        case .countries(let names): names.compactMap { rules[$0] }
        }
    }
}
