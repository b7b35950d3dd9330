/// `repeats` of a campaign.
enum RecurrenceTable {
    private static let example =
        "{ file: \"lists/weekly.csv\", rule: \"FREQ=WEEKLY;BYDAY=MO\", start: \"2026-12-07T09:00\" }"

    static let form = SettingForm<Recurrence>.object(
        "null or an object such as " + example,
        [
            Setting("file", \.file, file), Setting("rule", \.rule, .orNull(rule)),
            Setting("start", \.start, .orNull(start)),
        ], from: Recurrence(),
        needing: [
            ("file", "file: \"lists/weekly.csv\""), ("rule", "rule: \"FREQ=WEEKLY;BYDAY=MO\""),
            ("start", "start: \"2026-12-07T09:00\""),
        ])

    private static let file = SettingForm<String>(
        read: { setting in
            let wanted = "the path of a list that is kept, such as \"lists/weekly.csv\""
            guard let path = setting.text(wanted) else { return nil }
            return path.isEmpty || path.hasSuffix("/") ? setting.wrong(path, wanted) : path
        },
        tree: { .text($0) })

    private static let rule = SettingForm<RecurrenceRule>(
        read: { setting in
            guard let text = setting.text("a rule of RFC 5545 such as \"FREQ=WEEKLY;BYDAY=MO\"") else { return nil }
            do throws(RecurrenceRule.Mistake) {
                return try RecurrenceRule(text)
            } catch {
                setting.report(error.description)
                return nil
            }
        },
        tree: { .text($0.text) })

    private static let start = SettingForm<Recurrence.Start>(
        read: { setting in
            let wanted = "a day and a time on the campaign's clock, such as \"2026-12-07T09:00\""
            guard let text = setting.text(wanted) else { return nil }
            return Recurrence.Start(text) ?? setting.wrong(text, wanted)
        },
        tree: { .text($0.description) })
}
