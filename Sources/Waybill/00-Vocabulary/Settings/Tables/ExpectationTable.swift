/// `expect` and `approve` of a campaign.
enum ExpectationTable {
    static let expectation = SettingForm<Expectation>.object(
        "null or an object such as { by: \"09:00\", days: [\"mon-fri\"], records: \"±50%\" }",
        [
            Setting("by", \.by, .orNull(clock)), Setting("days", \.days, .weekdays),
            Setting("records", \.records, .orNull(deviation)),
        ], from: Expectation())

    static let approval: [Setting<Campaign>] = [
        Setting("above", \.approveAbove, .orNull(.integer(0...1_000_000_000)))
    ]

    private static let clock = SettingForm<TimeOfDay>(
        read: { setting in
            guard let time = setting.timeOfDay() else { return nil }
            guard time.minutes > 0, time < .midnight else {
                return setting.wrong(time.description, "a time within the day, such as \"09:00\"")
            }
            return time
        },
        tree: { .text($0.description) })

    private static let deviation = SettingForm<Double>(
        read: { setting in
            let wanted = "how many per cent more or fewer, such as \"±50%\""
            guard let text = setting.text(wanted) else { return nil }
            let digits = text.drop { "±+-/ ".contains($0) }
            guard digits.hasSuffix("%"), let percent = Double(digits.dropLast()), percent >= 0, percent < 1_000_000
            else { return setting.wrong(text, wanted) }
            return percent
        },
        tree: { .text("±\(SamplingSettings.shortest($0))%") })
}
