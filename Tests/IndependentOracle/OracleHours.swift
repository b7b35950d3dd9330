/// How clearly the contract allows something.
enum Openness: Int, Comparable {
    /// The contract forbids it.
    case shut
    /// The contract can be read either way: neither sending nor waiting is a violation.
    case free
    /// The contract allows it.
    case open

    static func < (left: Openness, right: Openness) -> Bool { left.rawValue < right.rawValue }
}

/// When one contact may be reached in one step, as far as clocks, dates and consent decide; sends to others do not
/// count here.
struct ContactHours {
    /// Hours that a region's law leaves, by the wall clock.
    struct Narrowing {
        var name: String
        var from: Int
        var to: Int
        var days: [Bool]?
    }

    /// All of these clocks must be inside. Empty: the contact's place is unknown.
    var zones: [OracleClock.Zone]
    /// Nil: the policy has no windows, so all hours are good. Empty: it has none for this channel.
    var windows: [PreparedWindow]?
    var narrowings: [Narrowing]
    /// Local dates without contact, as day numbers.
    var holidays: [Int]
    /// Seconds since 1970.
    var blackouts: [(from: Int, to: Int)]
    /// The contact may be reached from the latest of these on (milliseconds), each with its name.
    var notBefore: [(name: String, moment: Int)]
    /// The contact's own last moment (milliseconds), unless the policy sends late.
    var expiresAt: Int?
    /// The policy's last moment (milliseconds).
    var endBefore: Int?
    /// Rules of law, all of which must allow the moment.
    var law: [OracleLawRow] = []

    /// A window with its days as a table.
    struct PreparedWindow {
        var days: [Bool]
        var from: Int
        var to: Int
    }

    /// The latest of these bounds.
    var earliest: Int { notBefore.reduce(Int.min) { max($0, $1.moment) } }

    /// The moment from which on the contact may not be reached any more; nil: no such moment.
    var bound: Int? {
        guard let expiresAt else { return endBefore }
        return min(expiresAt, endBefore ?? Int.max)
    }

    /// Whether the contact may be reached at a moment (milliseconds), bounds included.
    func openness(at moment: Int) -> Openness {
        if let endBefore, moment >= endBefore { return .shut }
        if let expiresAt, moment > expiresAt { return .shut }
        for bound in notBefore where moment < bound.moment { return .shut }
        let hours = opennessOfHours(at: moment)
        if let expiresAt, moment == expiresAt { return min(hours, .free) }
        return hours
    }

    /// The same, by zones, windows, rules, holidays and blackouts alone.
    func opennessOfHours(at moment: Int) -> Openness {
        let second = OracleClock.quotient(moment, 1_000)
        if zones.isEmpty { return .shut }
        for blackout in blackouts where second >= blackout.from && second < blackout.to { return .shut }
        var result = Openness.open
        for zone in zones {
            result = min(result, openness(of: zone.wall(atSecond: second), at: moment))
            if result == .shut { return .shut }
        }
        return result
    }

    /// Whether one wall clock is inside the hours.
    func openness(of wall: OracleClock.Wall, at moment: Int) -> Openness {
        if holidays.contains(wall.day) { return .shut }
        var lawful = Openness.open
        for row in law {
            lawful = min(lawful, row.openness(wall, at: moment))
            if lawful == .shut { return .shut }
        }
        guard let windows else { return min(lawful, narrowed(wall, isTail: false)) }
        var best = Openness.shut
        for window in windows {
            best = max(best, openness(of: wall, in: window))
        }
        return min(lawful, best)
    }

    /// Whether the person's consent may change.
    var hasChangingConsent: Bool { law.contains { $0.row.needsConsent && $0.consent.own == nil } }

    private func openness(of wall: OracleClock.Wall, in window: PreparedWindow) -> Openness {
        let weekday = wall.weekday
        if window.to > window.from {
            guard window.days[weekday], wall.minute >= window.from, wall.minute < window.to else { return .shut }
            return narrowed(wall, isTail: false)
        }
        if window.days[weekday], wall.minute >= window.from { return narrowed(wall, isTail: false) }
        guard window.days[(weekday + 6) % 7], wall.minute < window.to else { return .shut }
        let tail = narrowed(wall, isTail: true)
        // The contract does not say whether a window that began on a holiday still counts after midnight.
        return holidays.contains(wall.day - 1) ? min(tail, .free) : tail
    }

    /// The hours that the region rules leave. The contract does not say whether, after midnight, a rule's days mean the
    /// day on which the window began or the date.
    private func narrowed(_ wall: OracleClock.Wall, isTail: Bool) -> Openness {
        var result = Openness.open
        for rule in narrowings {
            if wall.minute < rule.from || wall.minute >= rule.to { return .shut }
            guard let days = rule.days else { continue }
            let today = days[wall.weekday]
            let begun = isTail ? days[(wall.weekday + 6) % 7] : today
            if !today && !begun { return .shut }
            if today != begun { result = .free }
        }
        return result
    }

    /// Why the contact may not be reached at a moment, in words.
    func reason(at moment: Int) -> String {
        if let endBefore, moment >= endBefore { return "it is after the policy's endBefore" }
        if let expiresAt, moment > expiresAt { return "it is after the contact's expiresat" }
        for bound in notBefore where moment < bound.moment { return "it is before \(bound.name)" }
        let second = OracleClock.quotient(moment, 1_000)
        if zones.isEmpty { return "its zone is not known" }
        for blackout in blackouts where second >= blackout.from && second < blackout.to { return "it is in a blackout" }
        for zone in zones {
            let wall = zone.wall(atSecond: second)
            guard openness(of: wall, at: moment) == .shut else { continue }
            let local = OracleClock.localText(moment, zone)
            if holidays.contains(wall.day) { return "it is a holiday (\(local))" }
            if let row = law.first(where: { $0.openness(wall, at: moment) == .shut }) {
                return "the rule \(row.row.id) forbids it (\(local))"
            }
            let wide = ContactHours(
                zones: zones, windows: windows, narrowings: [], holidays: holidays, blackouts: [], notBefore: [])
            if wide.openness(of: wall, at: moment) == .shut { return "it is outside the window (\(local))" }
            return "it is outside the region's hours \(narrowings.map(\.name)) (\(local))"
        }
        return "nothing forbids it"
    }

    /// The next moment to look at: the next quarter hour, or the next minute where a zone's clock does not keep to
    /// quarter hours.
    func nextProbe(after moment: Int) -> Int {
        let second = OracleClock.quotient(moment, 1_000)
        let isIrregular = zones.contains { $0.isIrregular(atSecond: second) }
        let step = isIrregular ? 60_000 : 900_000
        return (OracleClock.quotient(moment, step) + 1) * step
    }

    /// True if some moment in [from, to) has at least the openness `least`.
    func opens(from: Int, to: Int, least: Openness, lasting: Int = 0) -> Bool {
        var moment = max(from, earliest)
        while moment < to {
            if openness(at: moment) >= least, lasting == 0 || openness(at: moment + lasting) >= least { return true }
            moment = nextProbe(after: moment)
        }
        return false
    }
}
