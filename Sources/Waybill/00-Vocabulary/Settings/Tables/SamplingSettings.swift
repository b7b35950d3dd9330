/// The rules of a campaign's sampling.
enum SamplingSettings {
    static let rules = SettingForm.list(
        "a list of rules such as [{ rule: \"percent\", percent: 20 }]",
        of: SettingForm(read: { $0.samplingRule() }, tree: tree))

    @Sendable private static func tree(of rule: SamplingRule) -> JSON5Tree {
        switch rule {
        case .percent(let percent, let by):
            .object([("rule", .text("percent")), ("percent", .raw(shortest(percent))), ("by", .text(by))])
        case .every(let n):
            .object([("rule", .text("every")), ("n", .number(n))])
        case .quota(let limit, let per, let by):
            .object([
                ("rule", .text("quota")), ("limit", .number(limit)), ("per", .text(per.rawValue)), ("by", .text(by)),
            ])
        case .random(let take):
            .object([("rule", .text("random")), ("take", .number(take)), ("from", .text("batch"))])
        case .among(let field, let values):
            .object([("rule", .text("where")), ("field", .text(field)), ("in", .texts(values))])
        case .holdout(let percent, let by):
            .object([("rule", .text("holdout")), ("percent", .raw(shortest(percent))), ("by", .text(by))])
        case .command(let run, let timeout):
            .object([("rule", .text("command")), ("run", .texts(run)), ("timeout", .text(timeout.description))])
        }
    }

    /// `20`, `2.5`: a whole number loses its `.0`; every percentage fits.
    static func shortest(_ number: Double) -> String {
        Int64(exactly: number).map(String.init) ?? String(number)
    }
}

extension ConfigurationSetting {
    private enum RuleName: String, CaseIterable { case percent, every, quota, random, `where`, holdout, command }

    fileprivate func samplingRule() -> SamplingRule? {
        guard var section = section("a rule such as { rule: \"percent\", percent: 20 }") else { return nil }
        guard let named = section.setting("rule") else {
            section.missing("rule", in: self, example: "rule: \"percent\"")
            return nil
        }
        guard let name: RuleName = named.choice() else { return nil }
        let rule = samplingRule(name, &section)
        section.finish()
        return rule
    }

    private func samplingRule(_ name: RuleName, _ section: inout ConfigurationSection) -> SamplingRule? {
        switch name {
        case .percent:
            let percent = required("percent", "percent: 20", in: &section) { $0.percent() }
            let by = column("by", in: &section)
            return percent.map { .percent(percent: $0, by: by) }
        case .holdout:
            let percent = required("percent", "percent: 5", in: &section) { $0.percent() }
            let by = column("by", in: &section)
            return percent.map { .holdout(percent: $0, by: by) }
        case .every:
            return required("n", "n: 5", in: &section) { $0.integer(1...1_000_000_000) }.map { .every(n: $0) }
        case .quota:
            let limit = required("limit", "limit: 500", in: &section) { $0.integer(0...1_000_000_000) }
            var period = SamplingRule.QuotaPeriod.day
            section.read("per", into: &period) { $0.choice() }
            var by: String?
            section.read("by", into: &by, SettingForm.orNull(.anyColumn).read)
            return limit.map { .quota(limit: $0, per: period, by: by) }
        case .random:
            let take = required("take", "take: 1000", in: &section) { $0.integer(0...1_000_000_000) }
            var source = "batch"
            section.read("from", into: &source) { $0.choice(among: ["batch": "batch"], ["batch"]) }
            return take.map { .random(take: $0) }
        case .where:
            let field = required("field", "field: \"language\"", in: &section) { $0.anyColumn() }
            let values = required("in", "in: [\"en\"]", in: &section) { setting in
                setting.list("a list of texts such as [\"en\", \"es\"]") { value -> String? in
                    // The empty text is a value too: it means an empty column.
                    if case .string(let text) = value.value.content { text } else { value.mismatch("a text in quotes") }
                }
            }
            guard let field, let values else { return nil }
            return .among(field: field, in: values)
        case .command:
            let run = required("run", "run: [\"./keep\"]", in: &section) { $0.command() }
            var timeout = TimeSpan.minutes(1)
            section.read("timeout", into: &timeout) { $0.duration(TimeSpan(milliseconds: 1)...TimeSpan.hours(24)) }
            return run.map { .command(run: $0, timeout: timeout) }
        }
    }

    /// The column a share counts by; the sender's own key unless set.
    private func column(_ key: String, in section: inout ConfigurationSection) -> String {
        var column = Field.id.label
        section.read(key, into: &column) { $0.anyColumn() }
        return column
    }

    func required<T>(
        _ key: String, _ example: String, in section: inout ConfigurationSection, _ read: (ConfigurationSetting) -> T?
    ) -> T? {
        guard let setting = section.setting(key) else {
            section.missing(key, in: self, example: example)
            return nil
        }
        return read(setting)
    }

    /// A program's path and its arguments.
    func command() -> [String]? {
        let wanted = "a program and its arguments such as [\"./adapter.py\"]"
        guard let words = list(wanted, { $0.text() }) else { return nil }
        return words.isEmpty ? mismatch(wanted) : words
    }
}
