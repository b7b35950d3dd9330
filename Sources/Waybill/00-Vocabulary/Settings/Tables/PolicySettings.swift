/// The settings of a policy, in the order of the documentation. A moment without an offset is read in the zones of the
/// campaigns that use the policy (`ConfigurationReading.zones`).
enum PolicySettings {
    static let all = hours + days + demands + limits

    // MARK: When in a day

    private static let hours = [
        Setting(
            "windows", \Policy.windows,
            .list("a list of windows such as [{ from: \"08:00\", to: \"21:00\" }]", of: window)),
        Setting("zone", \.zone, zone),
        Setting("unknownZone", \.unknownZone, .choice),
        Setting("region", read: readRegions) { .sorted($0.regions) { .object(regionHours.members(of: $0)) } },
        Setting("rules", read: readRules, tree: rulesTree),
    ].map(\.alwaysCounted)

    private static let window = SettingForm.object(
        "a window such as { from: \"08:00\", to: \"21:00\" }",
        [
            Setting("channels", \Policy.Window.channels, .channels), Setting("days", \.days, .weekdays),
            Setting("from", \.from, windowStart), Setting("to", \.to, .clock),
        ].map(\.alwaysCounted), from: Policy.Window())

    private static let windowStart = SettingForm<TimeOfDay>(
        read: { setting in
            guard let time = setting.timeOfDay() else { return nil }
            return time < .midnight ? time : setting.wrong("24:00", "a time at which a window begins: write \"00:00\"")
        },
        tree: { .text($0.description) })

    private static let zone = SettingForm<Policy.ZoneRule>(
        read: { setting in
            switch setting.value.content {
            case .string("recipient"): .recipient
            case .string("campaign"): .campaign
            case .string(let text):
                if let near = NearestName.of(text, in: ["recipient", "campaign"]), !ZoneNames.isKnown(text) {
                    setting.wrong(text, "\"recipient\", \"campaign\" or a time zone of the IANA database", near: near)
                } else {
                    setting.zone().map { .named($0) }
                }
            case .null, .boolean, .number, .array, .object:
                setting.mismatch("\"recipient\", \"campaign\" or a time zone")
            }
        },
        tree: { zone in
            switch zone {
            case .recipient: .text("recipient")
            case .campaign: .text("campaign")
            case .named(let name): .text(name)
            }
        })

    private static let regionHours = [
        Setting("from", \Policy.RegionRule.from, .orNull(.clock)), Setting("to", \.to, .orNull(.clock)),
        Setting("days", \.days, .orNull(.weekdays)),
    ]

    @Sendable private static func readRegions(_ setting: ConfigurationSetting, into policy: inout Policy) {
        setting.section()?.eachName { region, setting in
            guard ConfigurationSetting.isRegionOrPart(region) else {
                setting.report("\(JSON5Reader.quoted(region)) is no region: write it as \"US\" or \"US-FL\"")
                return
            }
            var rule: Policy.RegionRule?
            if var section = setting.section("hours such as { to: \"20:00\" }") {
                var hours = Policy.RegionRule()
                section.read(regionHours, into: &hours)
                section.finish()
                rule = hours
            }
            policy.regions[region] = rule
            // For a window from 21:00 to 06:00, "until 20:00" can mean the window's morning part, or none of it.
            if let rule, (rule.from == nil) != (rule.to == nil), policy.windows.contains(where: { $0.to <= $0.from }) {
                setting.report(
                    "a window of this policy runs over midnight, so that one end of the region's hours can be meant both "
                        + "ways: write both, from and to")
            }
        }
    }

    @Sendable private static func readRules(_ setting: ConfigurationSetting, into policy: inout Policy) {
        if setting.value.isNull { return policy.rules = nil }
        guard policy.zone == .recipient else {
            setting.report("laws count the hours where the person is: this needs zone: \"recipient\"")
            return
        }
        if case .string("all") = setting.value.content { return policy.rules = .all }
        if case .array(let values) = setting.value.content {
            if values.isEmpty { setting.report("no country is named: write [\"us\"], \"all\", or null for no rules") }
            return policy.rules = setting.list("a list of countries such as [\"us\", \"fr\"]", country).map {
                .countries($0)
            }
        }
        policy.rules = country(setting).map { .countries([$0]) }
    }

    /// The name of a country that has rules.
    private static func country(_ setting: ConfigurationSetting) -> String? {
        let known = setting.reading.rules.names
        guard case .string(let name) = setting.value.content else {
            return setting.mismatch("\"all\", or countries such as \"us\" or [\"us\", \"fr\"]")
        }
        if known.contains(name) { return name }
        let near = name == "uk" ? "gb" : NearestName.of(name, in: known)
        setting.report(
            "there are no rules for \(JSON5Reader.quoted(name))"
                + (near.map { ", did you mean \"\($0)\"?" }
                    ?? ": write them into rules/, or name \(known.map { "\"\($0)\"" }.joined(separator: ", "))"))
        return nil
    }

    @Sendable private static func rulesTree(_ policy: Policy) -> JSON5Tree {
        switch policy.rules {
        case nil: .null
        case .all: .text("all")
        case .countries(let names): names.count == 1 ? .text(names[0]) : .texts(names)
        }
    }

    // MARK: On which days

    private static let days = [
        Setting("holidays", read: readHolidays) { (policy: Policy) in
            .sorted(policy.holidays) { .texts($0.map(\.description)) }
        },
        Setting(
            "blackouts", \.blackouts,
            .list("a list of spans such as [{ from: \"2026-12-24\", to: \"2026-12-27\" }]", of: blackout)),
        Setting("startAfter", \.startAfter, .orNull(.moment)),
        Setting("endBefore", read: readEnd) { .text($0.endBefore?.description) },
    ].map(\.alwaysCounted)

    @Sendable private static func readHolidays(_ setting: ConfigurationSetting, into policy: inout Policy) {
        setting.section()?.eachName { region, setting in
            guard region == "*" || ConfigurationSetting.isRegionOrPart(region) else {
                setting.report("\(JSON5Reader.quoted(region)) is no region: write it as \"US\", \"DE-BY\" or \"*\"")
                return
            }
            policy.holidays[region] = holidays(setting)
        }
    }

    /// Days and files of days, in a list or one alone.
    private static func holidays(_ setting: ConfigurationSetting) -> [CalendarDay]? {
        let wanted = "a list of days such as [\"2026-12-25\"], or an iCalendar file such as \"holidays.ics\""
        func days(_ setting: ConfigurationSetting) -> [CalendarDay]? {
            guard case .string(let text) = setting.value.content, text.lowercased().hasSuffix(".ics") else {
                return setting.calendarDay().map { [$0] }
            }
            do {
                return try HolidayCalendar(setting.reading.readFile(text)).days
            } catch let problem as HolidayCalendar.Problem {
                setting.report("\(JSON5Reader.quoted(text)), \(problem)")
            } catch {
                setting.report("\(JSON5Reader.quoted(text)) cannot be read: \(error)")
            }
            return nil
        }
        if case .string = setting.value.content { return days(setting) }
        return setting.list(wanted, days).map { Array($0.joined()) }
    }

    private static let blackout = SettingForm<Policy.Blackout>(
        read: { setting in
            guard var section = setting.section("a span such as { from: \"2026-12-24\", to: \"2026-12-27\" }") else {
                return nil
            }
            let from = setting.required("from", "from: \"2026-12-24\"", in: &section) { $0.moment() }
            let to = setting.required("to", "to: \"2026-12-27\"", in: &section) { $0.moment() }
            var regions: [String] = []
            section.read("regions", into: &regions) { $0.list("a list of regions such as [\"US-LA\"]", regionOrPart) }
            section.finish()
            guard let from, let to else { return nil }
            guard from < to else {
                setting.report("the blackout ends before it begins: to must be later than from")
                return nil
            }
            var blackout = Policy.Blackout(from: from, to: to)
            blackout.regions = regions
            return blackout
        },
        tree: { blackout in
            let span: [(String, JSON5Tree)] = [
                ("from", .text(blackout.from.description)), ("to", .text(blackout.to.description)),
            ]
            return .object(span + (blackout.regions.isEmpty ? [] : [("regions", .texts(blackout.regions))]))
        })

    private static func regionOrPart(_ setting: ConfigurationSetting) -> String? {
        guard let region = setting.text("a region such as \"US\" or \"US-LA\"") else { return nil }
        if ConfigurationSetting.isRegionOrPart(region) { return region }
        setting.report("\(JSON5Reader.quoted(region)) is no region: write it as \"US\" or \"US-LA\"")
        return nil
    }

    @Sendable private static func readEnd(_ setting: ConfigurationSetting, into policy: inout Policy) {
        if setting.value.isNull { return policy.endBefore = nil }
        guard let end = setting.moment() else { return }
        if let start = policy.startAfter, end <= start {
            setting.report("endBefore is not later than startAfter, so nobody could ever be contacted")
        }
        policy.endBefore = end
    }

    // MARK: What is known

    private static let demands = [
        Setting("require", \Policy.require, SettingForm(read: readDemands, tree: demandsTree))
    ]

    private static let demand = SettingForm.object(
        wantedDemand,
        [
            Setting("what", \Policy.Demand.what, .choice), Setting("channels", \.channels, .channels),
            Setting("purposes", \.purposes, .list("a list of purposes such as [\"marketing\"]", of: .choice)),
        ].map(\.alwaysCounted), from: Policy.Demand())

    private static let wantedDemand = "what is required, such as { what: \"consent\", channels: [\"voice\"] }"

    private static let demandList = SettingForm.list("\"consent\", or a list of \(wantedDemand)", of: demand)

    /// `"consent"` alone covers everything.
    @Sendable private static func readDemands(_ setting: ConfigurationSetting) -> [Policy.Demand]? {
        if case .string = setting.value.content {
            guard let what: Policy.Demand.Thing = setting.choice() else { return nil }
            var demand = Policy.Demand()
            demand.what = what
            return [demand]
        }
        return demandList.read(setting)
    }

    @Sendable private static func demandsTree(_ demands: [Policy.Demand]) -> JSON5Tree {
        if demands == [Policy.Demand()] { return .text(Policy.Demand.Thing.consent.rawValue) }
        return demandList.tree(demands, true)
    }

    // MARK: How often

    private static let limits = [
        Setting("caps", \Policy.caps, .list("a list of caps such as [{ limit: 1, within: \"7d\" }]", of: cap)),
        .group("rate", \.rate, RateSettings.all),
        Setting("late", \.late, .choice),
    ].map(\.alwaysCounted)

    private static let cap = SettingForm.object(
        "a cap such as { limit: 1, within: \"7d\" }",
        [
            Setting("limit", \Policy.Cap.limit, .integer(0...1_000_000)), Setting("within", \.within, capPeriod),
            Setting("channels", \.channels, .channels), Setting("by", \.by, capSubject),
            Setting("over", \.over, .choice), Setting("counts", \.counts, .choice), Setting("then", \.then, .choice),
        ].map(\.alwaysCounted), from: Policy.Cap(limit: 0, within: .day),
        needing: [("limit", "limit: 1"), ("within", "within: \"7d\"")])

    private static let capPeriod = SettingForm<Policy.CapPeriod>(
        read: { setting in
            if case .string("day") = setting.value.content { return .day }
            return setting.duration(TimeSpan(milliseconds: 1)...ConfigurationSetting.longest, or: "day")
                .map { .rolling($0) }
        },
        tree: { .text($0.description) })

    private static let capSubject = SettingForm<Policy.CapSubject>(
        read: { setting in
            if case .string("address") = setting.value.content { return .address }
            if case .string(let text) = setting.value.content, NearestName.of(text, in: ["address"]) != nil {
                setting.report(
                    "\(JSON5Reader.quoted(text)) is taken as a column of the sender's own, did you mean \"address\"?",
                    severity: .warning)
            }
            return setting.anyColumn().map { .column($0) }
        },
        tree: { .text($0.description) })
}
