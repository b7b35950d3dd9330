/// The keys of one rule, in the order of the documentation.
enum RuleSettings {
    static func form(from start: Rule) -> SettingForm<Rule> {
        .object(
            "a rule such as { id: \"hours\", title: \"…\", kinds: [\"live\"], hours: [{ from: \"08:00\", to: \"21:00\" }] }",
            all, from: start,
            needing: [
                ("id", "id: \"us-hours\""), ("title", "title: \"…\""), ("kinds", "kinds: [\"live\", \"text\"]"),
                ("source", "source: \"47 CFR 64.1200\""), ("confidence", "confidence: \"low\""),
            ])
    }

    static let all = [
        Setting("id", \Rule.id, .text("a short name")),
        Setting("title", \.title, .text("what the rule is called")),
        Setting(
            "states", \.states, .list("a list of parts of the country such as [\"FL\"]", of: .text("such as \"FL\""))),
        Setting("kinds", \.kinds, .list("a list of kinds such as [\"live\", \"text\"]", of: .choice)),
        Setting("purposes", \.purposes, .list("a list of purposes such as [\"marketing\"]", of: .choice)),
        Setting(
            "hours", \.hours, .orNull(.list("a list of hours such as [{ from: \"08:00\", to: \"21:00\" }]", of: span))),
        Setting("holidays", \.holidays, .list("a list of the names of holiday lists", of: .text("a name in holidays"))),
        Setting(
            "holidayHours", \.holidayHours,
            .orNull(.list("a list of hours such as [{ from: \"13:00\", to: \"21:00\" }]", of: span))),
        Setting("counts", \.counts, .list("a list of counts such as [{ limit: 3, within: \"24h\" }]", of: count)),
        Setting("refusalPause", \.refusalPause, .orNull(.positive)),
        Setting("consent", \.needsConsent, .flag),
        Setting("revocation", \.revocation, .orNull(.choice)),
        Setting("abandonment", \.abandonment, .orNull(abandonment)),
        Setting("listAge", \.listAge, .orNull(.positive)),
        Setting("exempt", \.exempt, .list("a list of texts", of: .text())),
        Setting("note", \.note, .text()),
        Setting("from", \.from, .orNull(.day)),
        Setting("to", \.to, .orNull(.day)),
        Setting("source", \.source, .text()),
        Setting("primary", \.isPrimary, .flag),
        Setting("checked", \.checked, .orNull(.day)),
        Setting("confidence", \.confidence, .choice),
    ]

    private static let span = SettingForm.object(
        "hours such as { days: [\"mon-fri\"], from: \"08:00\", to: \"21:00\" }",
        [
            Setting("days", \Rule.Span.days, .weekdays), Setting("from", \.from, .clock), Setting("to", \.to, .clock),
        ], from: Rule.Span(), needing: [("from", "from: \"08:00\""), ("to", "to: \"21:00\"")])

    private static let count = SettingForm.object(
        "a count such as { limit: 3, within: \"24h\" }",
        [Setting("limit", \Rule.Count.limit, .integer(1...1_000)), Setting("within", \.within, .positive)],
        from: Rule.Count(), needing: [("limit", "limit: 3"), ("within", "within: \"24h\"")])

    private static let abandonment = SettingForm.object(
        "a share such as { percent: 3, within: \"30d\" }",
        [
            Setting(
                "percent", \Rule.Abandonment.percent,
                SettingForm(read: { $0.percent() }, tree: { .raw(SamplingSettings.shortest($0)) })),
            Setting("within", \.within, .positive),
        ], from: Rule.Abandonment(), needing: [("percent", "percent: 3"), ("within", "within: \"30d\"")])
}

extension SettingForm<CalendarDay> {
    fileprivate static var day: SettingForm {
        SettingForm(read: { $0.calendarDay() }, tree: { .text($0.description) })
    }
}
