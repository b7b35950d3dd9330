/// How often somebody may be contacted over a channel (contract §7): the caps of a campaign's policy that concern it,
/// at one moment. A class, since a struct of as many references would be copied for each contact asked about.
package final class ContactCaps {
    package enum Verdict: Hashable, Sendable {
        /// `then: "delay"`: not before this moment; nil if a limit of 0 never allows it.
        case delay(until: Timestamp?, Policy.Cap)
        case drop(Policy.Cap)
    }

    private struct Rule {
        let limit: Int
        /// The index of the cap in `caps`, of what it counts by in `subjects`, and where its answers are; nil with a
        /// limit of 0.
        let cap: Int
        /// It holds for contacts that have the bit; 0: for all.
        let bit: UInt64
        let subject: Int
        let answers: RecentContacts.Place?
        /// Contacts after this moment count.
        let after: Timestamp
        /// When a cap that counts by day starts again.
        let dayEnd: Timestamp?
    }

    private let campaign: RecentContacts.Campaign
    private let caps: [Policy.Cap]
    /// What the caps count by, each once.
    package let subjects: [Policy.CapSubject]
    private let rules: [Rule]
    /// The tables that have the answers, each once.
    private let tables: [(table: Int, subject: Int)]
    private let recent: RecentContacts

    /// `days` are the campaign's days; `recent` must know the caps of the policy and of the law.
    package init(
        policy: Policy?, law: LawCaps = .none, channel: Channel, campaign: RecentContacts.Campaign, days: DayClock,
        at now: Timestamp, recent: RecentContacts
    ) {
        let own = policy?.caps.filter { $0.concerns(channel) } ?? []
        let lawful = law.holding(at: now, channel: channel)
        let caps = own + lawful.map(\.cap)
        let bits = own.map { _ in UInt64(0) } + lawful.map(\.bit)
        var subjects: [Policy.CapSubject] = []
        self.campaign = campaign
        self.caps = caps
        self.recent = recent
        let rules = caps.enumerated().map { place, cap in
            let subject = subjects.firstIndex(of: cap.by) ?? subjects.count
            if subject == subjects.count { subjects.append(cap.by) }
            var after = now
            var dayEnd: Timestamp?
            switch cap.within {
            case .rolling(let span): after = Timestamp(milliseconds: now.milliseconds - span.milliseconds)
            case .day:
                let day = days.day(of: now)
                after = Timestamp(milliseconds: days.start(of: day).milliseconds - 1)
                dayEnd = days.end(of: day)
            }
            return Rule(
                limit: cap.limit, cap: place, bit: bits[place], subject: subject, answers: recent.place(of: cap),
                after: after,
                dayEnd: dayEnd)
        }
        var tables: [(table: Int, subject: Int)] = []
        for rule in rules {
            guard let table = rule.answers?.table, !tables.contains(where: { $0.table == table })
            else { continue }
            tables.append((table, rule.subject))
        }
        (self.rules, self.subjects, self.tables) = (rules, subjects, tables)
    }

    /// Whether nothing is capped.
    package var isIdle: Bool { rules.isEmpty }

    /// Loads the memory with the answers about many contacts, so they are in the cache when asked for. `keys` has
    /// theirs for each of `subjects`.
    package func touch(_ keys: [[UInt64]]) {
        for (table, subject) in tables { recent.touch(table, keys[subject], campaign) }
    }

    /// What keeps one more contact back; nil if it is allowed. `keyOf` gives the contact's key for each index of
    /// `subjects`; `bits` are the caps of law that hold where the contact is. A cap by something the contact lacks
    /// (`RecipientKey.none`) allows it. A past contact counts from its moment up to, but not including, the end of the
    /// cap's period. If several caps are reached, one that drops outranks the others, then the one that holds longest.
    package func verdict(law bits: UInt64 = 0, _ keyOf: (Int) -> UInt64) -> Verdict? {
        // Most contacts are allowed: no verdict is made and copied for them (a tenth of the instructions of asking).
        for place in rules.indices where reached(place, bits, keyOf) != nil {
            return strictest(from: place, bits, keyOf)
        }
        return nil
    }

    /// The contact that must leave the cap's period for one more to be below its limit, and nil in it with a limit of
    /// 0; nil if the cap is not reached.
    private func reached(_ place: Int, _ bits: UInt64, _ keyOf: (Int) -> UInt64) -> Timestamp?? {
        let rule = rules[place]
        guard rule.bit == 0 || rule.bit & bits != 0 else { return nil }
        let key = keyOf(rule.subject)
        if key == RecipientKey.none { return nil }
        if rule.limit == 0 { return .some(nil) }
        guard let answers = rule.answers, let moment = recent.moment(at: answers, key: key, campaign: campaign),
            moment > rule.after
        else { return nil }
        return moment
    }

    private func strictest(from first: Int, _ bits: UInt64, _ keyOf: (Int) -> UInt64) -> Verdict? {
        var verdict: Verdict?
        for place in first..<rules.count {
            if let moment = reached(place, bits, keyOf) { hold(rules[place], since: moment, &verdict) }
        }
        return verdict
    }

    /// Applies a cap that is reached; `reached` is the contact that must leave its period, nil if the limit is 0.
    private func hold(_ rule: Rule, since reached: Timestamp?, _ verdict: inout Verdict?) {
        let cap = caps[rule.cap]
        if case .drop = verdict { return }
        if cap.then == .drop {
            verdict = .drop(cap)
            return
        }
        var until: Timestamp?
        if let reached {
            // The contact that must leave the period for one more to be below the limit.
            switch cap.within {
            case .rolling(let span): until = reached.adding(span)
            case .day: until = rule.dayEnd
            }
        }
        if case .delay(let known, _) = verdict, known.map({ known in until.map { $0 <= known } ?? false }) ?? true {
            return
        }
        verdict = .delay(until: until, cap)
    }
}

extension Policy.Cap {
    /// Whether contacts over a channel count.
    func concerns(_ channel: Channel) -> Bool {
        channels.isEmpty || channels.contains(channel) || channel.isHandover
    }
}

extension Configuration {
    /// How long past contacts are remembered: as far as any policy's caps look back; nil if there are none.
    package var capHorizon: TimeSpan? { caps.map(\.within.longest).max() }

    /// What caps count by besides the address, each column once.
    package var capColumns: [String] {
        Set(caps.compactMap { if case .column(let name) = $0.by { name } else { nil } }).sorted()
    }

    /// Whether any cap counts responses.
    package var capsResponses: Bool { caps.contains { $0.counts == .responses } }

    /// Whether any cap counts refusals.
    package var capsRefusals: Bool { caps.contains { $0.counts == .refusals } }

    /// The caps of all policies, and of the rules of law that they use.
    package var caps: [Policy.Cap] {
        policies.values.flatMap(\.caps)
            + rules.values.flatMap { book in book.rules.flatMap { $0.caps(in: book.country) } }
    }

    /// The kinds and purposes of each campaign's contacts, for rules of law.
    package var sorts: RecentContacts.Sorts {
        Dictionary(campaigns.map { ($0.name, RecentContacts.Sort($0)) }, uniquingKeysWith: { first, _ in first })
    }
}

extension Policy.CapPeriod {
    /// A day has 25 hours when the clock goes back, and some zone may one day have an hour more.
    fileprivate var longest: TimeSpan {
        switch self {
        case .rolling(let span): span
        case .day: .hours(26)
        }
    }
}
