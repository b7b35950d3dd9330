/// Calling hours that laws set, by region, for `rules` of a policy. As known in November 2026, from secondary sources,
/// and no legal advice; what a policy's own `region` says of a region goes before.
///
/// United States: 08:00 to 21:00 at the called party's place (47 CFR 64.1200(c)(1)), and what some states narrow it to.
enum CallingHours {
    /// A channel that these laws do not speak of.
    static let freeChannel = Channel.email

    static func windows(of table: Policy.RuleTable) -> [String: [Policy.Window]] {
        switch table {
        case .us: unitedStates
        }
    }

    private static let daily: UInt8 = 0b111_1111
    private static let notSunday: UInt8 = 0b011_1111
    private static let sunday: UInt8 = 0b100_0000
    private static let saturday: UInt8 = 0b010_0000
    private static let workdays: UInt8 = 0b001_1111

    private static let unitedStates: [String: [Policy.Window]] = {
        var table = ["US": [window(8, 21)]]
        for state in ["FL", "MD", "MA", "OK", "WA", "WY"] { table["US-" + state] = [window(8, 20)] }
        for state in ["AL", "LA", "MS"] { table["US-" + state] = [window(8, 20, notSunday)] }
        for state in ["CT", "NV"] { table["US-" + state] = [window(9, 20)] }
        for state in ["MI", "MN", "NM"] { table["US-" + state] = [window(9, 21)] }
        table["US-KY"] = [window(10, 21)]
        table["US-RI"] = [window(9, 18, workdays), window(10, 17, saturday)]
        table["US-TX"] = [window(9, 21, notSunday), window(12, 21, sunday)]
        return table
    }()

    private static func window(_ from: Int, _ to: Int, _ days: UInt8 = daily) -> Policy.Window {
        var window = Policy.Window()
        window.from = TimeOfDay(minutes: from * 60)
        window.to = TimeOfDay(minutes: to * 60)
        window.days = days
        return window
    }
}

extension Policy {
    /// The hours of each region that has any, and whether they hold for channels that no law speaks of, too; in order
    /// of their keys.
    var regionHours: [(key: String, hours: WeekHours, isOwn: Bool)] {
        var hours: [String: (WeekHours, Bool)] = [:]
        let lawful = rules.map(CallingHours.windows) ?? [:]
        for (key, windows) in lawful { hours[key] = (WeekHours(windows), false) }
        for (key, rule) in regions {
            hours[key.uppercased()] = (
                WeekHours(from: rule.from ?? TimeOfDay(minutes: 0), to: rule.to ?? .midnight, mask: rule.days ?? 0x7F),
                true
            )
        }
        return hours.map { ($0.key, $0.value.0, $0.value.1) }.sorted { $0.0 < $1.0 }
    }

    /// The places that there are rules or holidays for, in capitals.
    var ruleKeys: [String] {
        Array(regions.keys).map { $0.uppercased() } + holidays.keys.map { $0.uppercased() }
            + (rules.map { Array(CallingHours.windows(of: $0).keys) } ?? [])
    }
}
