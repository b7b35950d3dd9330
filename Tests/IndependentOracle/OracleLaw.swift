/// One country's rules, as the oracle reads their file.
struct OracleRuleBook {
    struct Row {
        var id: String
        var places: [String]
        var kinds: [String]
        var purposes: [String]
        /// By weekday, in minutes; nil: the rule does not limit hours.
        var hours: [[Range<Int>]]?
        var holidays: [OracleHolidays]
        var holidayHours: [[Range<Int>]]?
        /// At most `limit` messages within `seconds`.
        var counts: [(limit: Int, seconds: Int)]
        var needsConsent: Bool
        /// For what a stop counts: `list`, `purpose` or `all`.
        var revocation = ""
        /// How old a list may be, in seconds.
        var listAge: Int?
        /// Day numbers, both in it.
        var from: Int
        var to: Int
    }

    var rows: [Row] = []

    /// Nil for a text that this reader cannot read: then nothing can be judged.
    init?(_ text: String, clock: OracleClock) {
        guard let file = OracleRuleValue(text), let country = file["country"]?.words else { return nil }
        var lists: [String: OracleHolidays] = [:]
        if case .object(let members)? = file["holidays"] {
            for (name, list) in members { lists[name] = OracleHolidays(list.elements, clock) }
        }
        for row in file["rules"]?.elements ?? [] {
            guard let id = row["id"]?.words else { return nil }
            let states = row["states"]?.texts ?? []
            rows.append(
                Row(
                    id: id, places: states.isEmpty ? [country] : states.map { country + "-" + $0 },
                    kinds: row["kinds"]?.texts ?? [], purposes: row["purposes"]?.texts ?? [],
                    hours: row["hours"].map { Self.week($0.elements) },
                    holidays: (row["holidays"]?.texts ?? []).compactMap { lists[$0] },
                    holidayHours: row["holidayHours"].map { Self.week($0.elements) },
                    counts: (row["counts"]?.elements ?? []).compactMap(Self.count),
                    needsConsent: row["consent"]?.isTrue ?? false,
                    revocation: row["revocation"]?.words ?? "", listAge: row["listAge"]?.words.flatMap(Self.seconds),
                    from: row["from"]?.words.flatMap(clock.dayNumber) ?? .min,
                    to: row["to"]?.words.flatMap(clock.dayNumber) ?? .max))
        }
    }

    private static func count(_ value: OracleRuleValue) -> (limit: Int, seconds: Int)? {
        guard let limit = value["limit"]?.whole, let seconds = value["within"]?.words.flatMap(seconds) else {
            return nil
        }
        return (limit, seconds)
    }

    private static func seconds(_ text: String) -> Int? {
        let units: [Character: Int] = ["d": 86_400, "h": 3_600, "m": 60]
        guard let number = Int(text.dropLast()), let unit = text.last.flatMap({ units[$0] }) else { return nil }
        return number * unit
    }

    private static let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    private static func week(_ spans: [OracleRuleValue]) -> [[Range<Int>]] {
        var week = [[Range<Int>]](repeating: [], count: 7)
        for span in spans {
            guard let from = minute(span["from"]), let to = minute(span["to"]), from < to else { continue }
            for day in days(span["days"]) { week[day].append(from..<to) }
        }
        return week
    }

    private static func minute(_ value: OracleRuleValue?) -> Int? {
        let parts = (value?.words ?? "").split(separator: ":").compactMap { Int($0) }
        return parts.count == 2 ? parts[0] * 60 + parts[1] : nil
    }

    private static func days(_ value: OracleRuleValue?) -> [Int] {
        guard let value else { return Array(0...6) }
        return value.texts.flatMap { text -> [Int] in
            let ends = text.split(separator: "-").compactMap { names.firstIndex(of: String($0)) }
            return ends.count == 2 ? Array(ends[0]...ends[1]) : ends
        }
    }
}

/// One list of holidays, looked up day by day.
final class OracleHolidays {
    private let entries: [OracleRuleValue]
    private let clock: OracleClock
    private var known: [Int: Bool] = [:]

    init(_ entries: [OracleRuleValue], _ clock: OracleClock) {
        self.entries = entries
        self.clock = clock
    }

    func contains(_ day: Int) -> Bool {
        if let answer = known[day] { return answer }
        let answer = entries.contains { isHoliday(day, $0) }
        known[day] = answer
        return answer
    }

    private func isHoliday(_ day: Int, _ entry: OracleRuleValue) -> Bool {
        if let date = entry["on"]?.words { return isFixed(day, date, entry["observed"]?.words ?? "never") }
        if let nth = entry["nth"]?.whole { return isNth(day - (entry["plus"]?.whole ?? 0), nth, entry) }
        if let offset = entry["easter"]?.whole { return isEaster(day - offset) }
        return entry["dates"]?.texts.contains { clock.dayNumber($0) == day } ?? false
    }

    private func isFixed(_ day: Int, _ date: String, _ observed: String) -> Bool {
        func falls(_ other: Int) -> Bool {
            let (_, month, number) = OracleClock.date(other)
            return "\(month < 10 ? "0" : "")\(month)-\(number < 10 ? "0" : "")\(number)" == date
        }
        if falls(day) { return true }
        let weekday = OracleClock.remainder(day + 3, 7)
        switch observed {
        case "monday": return weekday == 0 && falls(day - 1)
        case "nearest": return weekday == 0 && falls(day - 1) || weekday == 4 && falls(day + 1)
        case "next-monday": return weekday == 0 && (falls(day - 1) || falls(day - 2))
        default: return false
        }
    }

    private func isNth(_ day: Int, _ nth: Int, _ entry: OracleRuleValue) -> Bool {
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        let (_, month, number) = OracleClock.date(day)
        guard month == entry["month"]?.whole, names[OracleClock.remainder(day + 3, 7)] == entry["day"]?.words else {
            return false
        }
        if nth > 0 { return (number - 1) / 7 + 1 == nth }
        // How many of these weekdays are still to come in the month.
        var later = 0
        while OracleClock.date(day + 7 * (later + 1)).month == month { later += 1 }
        return later + 1 == -nth
    }

    /// Sunday after the first full moon of the church's tables from 21 March on (Gauss, with the correction of 1816).
    private func isEaster(_ day: Int) -> Bool {
        let (year, month, number) = OracleClock.date(day)
        guard (3...4).contains(month) else { return false }
        let century = year / 100
        let moon = (15 + century - (13 + 8 * century) / 25 - century / 4) % 30
        let week = (4 + century - century / 4) % 7
        let golden = year % 19
        let age = (19 * golden + moon) % 30
        var sunday = (2 * (year % 4) + 4 * (year % 7) + 6 * age + week) % 7
        if age == 29, sunday == 6 { sunday = -1 }
        if age == 28, sunday == 6, golden > 10 { sunday = -1 }
        return 22 + age + sunday == number + (month == 4 ? 31 : 0)
    }
}

/// A rule as it applies to one contact.
struct OracleLawRow {
    var row: OracleRuleBook.Row
    /// False if the policy has its own hours for the place, which replace the rule's.
    var hasHours: Bool
    var consent: OracleConsent

    /// Whether the rule allows a wall clock's time at a moment.
    func openness(_ wall: OracleClock.Wall, at moment: Int) -> Openness {
        guard wall.day >= row.from, wall.day <= row.to else { return .open }
        let agreed = row.needsConsent ? consent.openness(moment) : .open
        return allows(wall) ? agreed : .shut
    }

    private func allows(_ wall: OracleClock.Wall) -> Bool {
        if row.holidays.contains(where: { $0.contains(wall.day) }) {
            guard let hours = row.holidayHours else { return false }
            return !hasHours || hours[wall.weekday].contains { $0.contains(wall.minute) }
        }
        guard hasHours, let hours = row.hours else { return true }
        return hours[wall.weekday].contains { $0.contains(wall.minute) }
    }
}

extension OracleCase {
    /// The rules that apply to a contact at the place of a phone.
    func law(
        _ prepared: PreparedCampaign, _ step: PolicyScenario.Step, _ contact: PolicyScenario.Contact,
        _ phone: PolicyScenario.Phone
    ) -> [OracleLawRow] {
        let demands = Self.demands(prepared.campaign, step.channel)
        guard !prepared.law.isEmpty || !demands.isEmpty else { return [] }
        let agreed = consent(prepared.campaign, step, contact)
        let own = demands.map { OracleLawRow(row: $0, hasHours: false, consent: agreed) }
        guard !prepared.law.isEmpty else { return own }
        let kinds = Self.kinds(prepared.campaign, step.channel)
        let places = places(phone, contact)
        return own
            + prepared.law.flatMap { row -> [OracleLawRow] in
                guard row.kinds.contains(where: kinds.contains) else { return [] }
                return row.places.filter(places.contains).map { place in
                    OracleLawRow(
                        row: row, hasHours: prepared.campaign.policy.regions[place] == nil,
                        consent: agreed)
                }
            }
    }

    /// What a campaign's contacts over a channel can be.
    static func kinds(_ campaign: PolicyScenario.Campaign, _ channel: String) -> [String] {
        if let kind = campaign.kinds[channel] { return [kind] }
        switch channel {
        case "sms": return ["text"]
        case "email": return ["email"]
        case "voice": return ["live", "automated", "prerecorded"]
        default: return ["live", "automated", "prerecorded", "text", "email"]
        }
    }

    /// The caps of the policy and of the law that concern a contact in a step.
    func caps(
        _ prepared: PreparedCampaign, _ step: PolicyScenario.Step, _ contact: PolicyScenario.Contact
    ) -> [PreparedCap] {
        guard let channel = channelNumbers[step.channel] else { return [] }
        let own = prepared.caps.filter { $0.concerns(channel: channel) }
        guard !prepared.lawCaps.isEmpty else { return own }
        let here = places(target(step, contact).phone, contact)
        return own
            + prepared.lawCaps.filter { $0.channels.contains(step.channel) && !$0.places.isDisjoint(with: here) }.map(
                \.cap)
    }

    /// The caps in the rules of a campaign; they count the messages of all campaigns that can be of their kinds and
    /// purposes.
    func lawCaps(
        of campaign: PolicyScenario.Campaign, _ index: Int, _ zone: OracleClock.Zone
    ) -> [(places: Set<String>, channels: Set<String>, cap: PreparedCap)] {
        let rows = Self.rows(campaign, scenario.ruleTexts.compactMapValues { OracleRuleBook($0, clock: clock) })
        return rows.flatMap { row in
            row.counts.map { count in
                var pairs: Set<Int> = []
                for (place, other) in scenario.campaigns.enumerated()
                where other.purpose.isEmpty || row.purposes.isEmpty || row.purposes.contains(other.purpose) {
                    for (channel, number) in channelNumbers
                    where Self.kinds(other, channel).contains(where: row.kinds.contains) {
                        pairs.insert(place * 64 + number)
                    }
                }
                let cap = PolicyScenario.Cap(
                    limit: count.limit, span: .rolling(seconds: count.seconds), channels: [], by: .address,
                    isOwn: false,
                    drops: false)
                let channels = channelNumbers.keys.filter {
                    Self.kinds(campaign, $0).contains(where: row.kinds.contains)
                }
                return (
                    Set(row.places), Set(channels),
                    PreparedCap(cap: cap, channels: .max, zone: zone, campaign: index, pairs: pairs)
                )
            }
        }
    }

    /// The rows of the files that a policy names, for a campaign's purpose.
    static func rows(_ campaign: PolicyScenario.Campaign, _ books: [String: OracleRuleBook]) -> [OracleRuleBook.Row] {
        let names = campaign.policy.rules.contains("all") ? books.keys.sorted() : campaign.policy.rules
        return names.flatMap { books[$0]?.rows ?? [] }.filter { row in
            campaign.purpose.isEmpty || row.purposes.isEmpty || row.purposes.contains(campaign.purpose)
        }
    }
}
