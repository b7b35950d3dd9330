/// Reads one country's rules (JSON5), and reports everything that is wrong with them at once.
///
/// A book with a problem must not be used: the wrong parts are missing from it.
struct RuleBookReader {
    private let reading: ConfigurationReading
    private var book: RuleBook
    private var rows: [(rule: Rule, setting: ConfigurationSetting)] = []

    static func read(
        _ bytes: [UInt8], file: String, country: String
    ) -> (book: RuleBook, problems: [ConfigurationProblem]) {
        let reading = ConfigurationReading(file: file) { _ in [] }
        var reader = RuleBookReader(reading, country: country)
        do throws(JSON5Error) {
            let root = try JSON5Reader.read(bytes)
            ConfigurationReader.reportDoubleKeys(root, path: "", to: reading)
            reader.read(ConfigurationSetting(value: root, path: "", reading: reading))
        } catch {
            reading.report(error.message, at: error.position, path: "")
        }
        reader.book.digest = bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
        return (reader.book, reading.problemsInFileOrder)
    }

    private init(_ reading: ConfigurationReading, country: String) {
        self.reading = reading
        book = RuleBook(country: country)
    }

    private mutating func read(_ root: ConfigurationSetting) {
        guard var section = root.section() else { return }
        let country = root.required("country", "country: \"\(book.country)\"", in: &section) { $0.region() }
        if let country, country != book.country, let setting = section.setting("country") {
            setting.report("this file is named for \(book.country): name it \(country.lowercased()).json5")
        }
        section.read("about", into: &book.about) { $0.text() }
        let checked = section.setting("checked").flatMap { $0.calendarDay() }
        section.readNames("holidays") { name, setting in
            book.holidays[name] = []
            guard let rules = setting.list(Self.wantedHolidays, Self.holiday) else { return }
            book.holidays[name] = Set(rules.flatMap { $0.days(in: RuleBook.years) }).sorted()
        }
        guard let rules = root.required("rules", "rules: [{ … }]", in: &section, { $0 }) else {
            return section.finish()
        }
        var start = Rule()
        start.checked = checked
        let form = RuleSettings.form(from: start)
        _ = rules.list("a list of rules") { setting in
            if let rule = form.read(setting) { rows.append((rule, setting)) }
            return setting
        }
        section.finish()
        if case .array(let values) = rules.value.content, values.isEmpty {
            rules.report("there are no rules: remove the file to go by those that come with Waybill")
        }
        for row in rows { judge(row.rule, row.setting) }
        for (place, row) in rows.enumerated() {
            for earlier in rows[..<place] { judge(row, beside: earlier) }
        }
        book.rules = rows.map(\.rule)
    }

    // MARK: One row

    private func judge(_ rule: Rule, _ setting: ConfigurationSetting) {
        if rule.kinds.isEmpty {
            setting.report("a rule is about some kinds of contact: write kinds: [\"live\", \"text\"]")
        }
        if let from = rule.from, let to = rule.to, to < from {
            setting.report("the rule ends on \(to), before it begins on \(from)")
        }
        for state in rule.states where !ConfigurationSetting.isRegionOrPart(book.country + "-" + state) {
            setting.report(
                "\(JSON5Reader.quoted(state)) is no part of \(book.country): write the letters behind the dash of "
                    + "ISO 3166-2, as in \"FL\"")
        }
        for list in rule.holidays where book.holidays[list] == nil {
            let near = NearestName.of(list, in: book.holidays.keys.sorted())
            setting.report(
                "there is no list \(JSON5Reader.quoted(list)) in holidays"
                    + (near.map { ", did you mean \"\($0)\"?" } ?? ": write it there"))
        }
        if rule.holidayHours != nil, rule.holidays.isEmpty {
            setting.report("holidayHours without holidays hold on no day: name the lists, holidays: [\"…\"]")
        }
        if rule.checked == nil {
            setting.report("nobody can tell how old the rule is: write checked: \"2026-11-30\", here or for the file")
        }
        if (rule.counts.count + (rule.refusalPause == nil ? 0 : 1)) > 8 {
            setting.report("a rule counts in eight spans at the most: leave out those that others contain")
        }
        judge(rule.hours ?? [], setting)
        judge(rule.holidayHours ?? [], setting)
        if !rule.hasEffect, rule.note.isEmpty {
            setting.report("the rule says nothing: write hours, holidays, consent or at least a note")
        }
    }

    private func judge(_ spans: [Rule.Span], _ setting: ConfigurationSetting) {
        for (place, span) in spans.enumerated() {
            if span.to <= span.from {
                setting.report(
                    "hours run from earlier to later within one day, and \(span.from)–\(span.to) do not: write two spans "
                        + "for hours over midnight")
            }
            for earlier in spans[..<place]
            where earlier.days & span.days != 0 && earlier.from < span.to && span.from < earlier.to {
                setting.report(
                    "the hours \(earlier.from)–\(earlier.to) and \(span.from)–\(span.to) overlap on one day: join them")
            }
        }
    }

    // MARK: Two rows

    private typealias Row = (rule: Rule, setting: ConfigurationSetting)

    /// Two rows that set the same thing for the same contacts contradict each other, or the earlier row lacks its end.
    private func judge(_ row: Row, beside earlier: Row) {
        let (rule, other) = (row.rule, earlier.rule)
        let line = earlier.setting.value.position.line
        if rule.id == other.id {
            return row.setting.report("the id \(JSON5Reader.quoted(rule.id)) stands twice, first in line \(line)")
        }
        guard let place = rule.places(in: book.country).first(where: other.places(in: book.country).contains),
            let kind = rule.kinds.first(where: other.kinds.contains),
            rule.purposes.isEmpty || other.purposes.isEmpty || rule.purposes.contains(where: other.purposes.contains),
            let day = Self.firstCommonDay(rule, other), let sort = rule.commonSort(with: other)
        else { return }
        row.setting.report(
            "\(JSON5Reader.quoted(rule.id)) and \(JSON5Reader.quoted(other.id)) in line \(line) both say the \(sort) for "
                + "\(place), \(kind.rawValue)\(day): give the earlier one its last day (to: \"…\"), or them different "
                + "kinds or purposes")
    }

    /// In words: from when on both hold; nil if they never do.
    private static func firstCommonDay(_ rule: Rule, _ other: Rule) -> String? {
        let from = [rule.from, other.from].compactMap(\.self).max()
        let to = [rule.to, other.to].compactMap(\.self).min()
        if let from, let to, to < from { return nil }
        return from.map { ", from \($0) on" } ?? ""
    }

    // MARK: Holidays

    private static let wantedHolidays =
        "a list of holidays such as [{ name: \"Christmas\", on: \"12-25\", observed: \"nearest\" }]"

    private static func holiday(_ setting: ConfigurationSetting) -> HolidayRule? {
        guard var section = setting.section("a holiday such as { name: \"Christmas\", on: \"12-25\" }") else {
            return nil
        }
        _ = section.setting("name").flatMap { $0.text() }
        var found: [HolidayRule] = []
        if let on = section.setting("on") {
            let observed = section.setting("observed").map { $0.choice() ?? HolidayRule.Observed.never } ?? .never
            if let day = monthAndDay(on) { found.append(.fixed(month: day.month, day: day.day, observed)) }
        }
        if let nth = section.setting("nth") {
            let number = nth.integer(-5...5)
            if number == 0 { nth.report("write 1 for the first such day of the month, -1 for the last") }
            let weekday = setting.required("day", "day: \"mon\"", in: &section) { $0.weekdays() }
            let month = setting.required("month", "month: 5", in: &section) { $0.integer(1...12) }
            let plus = section.setting("plus").flatMap { $0.integer(-31...31) } ?? 0
            if let number, number != 0, let weekday, let month {
                if weekday.nonzeroBitCount != 1 { setting.report("a holiday is on one weekday: write day: \"mon\"") }
                found.append(
                    .weekday(nth: number, weekday: weekday.trailingZeroBitCount + 1, month: month, plus: plus))
            }
        }
        if let offset = section.setting("easter").flatMap({ $0.integer(-70...70) }) { found.append(.easter(offset)) }
        if let dates = section.setting("dates")?.list("a list of days", { $0.calendarDay() }) {
            found.append(.dates(dates))
        }
        section.finish()
        if found.count > 1 { setting.report("a holiday is on, nth, easter or dates, and one of them only") }
        guard found.isEmpty, !section.members.contains(where: { ["on", "nth", "easter", "dates"].contains($0.key) })
        else { return found.first }
        return setting.mismatch("when the holiday is: on, nth with day and month, easter, or dates")
    }

    private static func monthAndDay(_ setting: ConfigurationSetting) -> (month: Int, day: Int)? {
        let wanted = "a month and a day such as \"12-25\""
        guard case .string(let text) = setting.value.content else { return setting.mismatch(wanted) }
        // 2000 was a leap year.
        guard text.utf8.count == 5, let day = CalendarDay("2000-" + text) else { return setting.wrong(text, wanted) }
        return (day.month, day.day)
    }
}

extension Rule {
    /// Whether it limits contacts, or is at least reported.
    var hasEffect: Bool {
        hours != nil || !holidays.isEmpty || !counts.isEmpty || refusalPause != nil || needsConsent
            || revocation != nil || abandonment != nil || listAge != nil
    }

    /// What both rows set, in words; nil if they are compatible.
    fileprivate func commonSort(with other: Rule) -> String? {
        if hours != nil, other.hours != nil { return "hours" }
        if !Set(holidays).isDisjoint(with: other.holidays) { return "holidays" }
        if counts.contains(where: { own in other.counts.contains { $0.within == own.within } }) { return "counts" }
        if refusalPause != nil, other.refusalPause != nil { return "refusalPause" }
        if needsConsent, other.needsConsent { return "consent" }
        if revocation != nil, other.revocation != nil { return "revocation" }
        if abandonment != nil, other.abandonment != nil { return "abandonment" }
        return listAge != nil && other.listAge != nil ? "listAge" : nil
    }
}
