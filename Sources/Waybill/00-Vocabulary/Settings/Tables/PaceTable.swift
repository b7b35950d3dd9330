/// `capacity`, `spread` and `ramp` of a campaign.
enum PaceTable {
    static let all: [Setting<Campaign>] = [
        Setting(
            "capacity", \.pace.capacity,
            .list(
                "a list such as [{ days: [\"mon-fri\"], from: \"09:00\", to: \"12:00\", perHour: 200 }]", of: capacity)),
        Setting("spread", \.pace.spread, spread),
        Setting(
            "ramp", \.pace.ramp, .list("a list of numbers such as [500, 1000, 2000]", of: .integer(1...1_000_000_000))),
    ]

    private static let spread = SettingForm<Pace.Spread>(
        read: { setting in
            setting.value.isNull ? Pace.Spread.none : setting.choice(among: ["window": .window], ["window"])
        },
        tree: { $0 == .none ? .null : .text($0.rawValue) })

    private static let capacity = SettingForm<Pace.Capacity>(
        read: { setting in
            guard let entry = entry.read(setting) else { return nil }
            guard entry.from < entry.to else {
                setting.report("these hours end before they begin: write two entries where they run over midnight")
                return nil
            }
            return entry
        },
        tree: { entry.tree($0, false) })

    private static let entry = SettingForm<Pace.Capacity>.object(
        "an object such as { days: [\"mon-fri\"], from: \"09:00\", to: \"12:00\", perHour: 200 }",
        [
            Setting("days", \.days, .weekdays), Setting("from", \.from, .clock), Setting("to", \.to, .clock),
            Setting("perHour", \.perHour, .integer(0...1_000_000_000)),
        ], from: Pace.Capacity(), needing: [("perHour", "perHour: 200")])
}
