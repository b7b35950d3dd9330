extension ConfigurationReader {
    /// Reads `policies`, after the campaigns: a local time is read in the zones of those that use the policy.
    mutating func readPolicies(_ root: inout ConfigurationSection) {
        root.readNames("policies") { name, setting in
            names[.policies, default: []].append(name)
            let users = configuration.campaigns.filter { $0.policy == name }
            let zones = Set(users.map { $0.timezone ?? configuration.timezone })
            configuration.policies[name] = policy(setting, zones: zones.isEmpty ? [configuration.timezone] : zones)
        }
    }

    private mutating func policy(_ setting: ConfigurationSetting, zones: Set<String>) -> Policy {
        var policy = Policy()
        guard var section = setting.section() else { return policy }
        section.read("windows", into: &policy.windows) { setting in
            setting.list("a list of windows such as [{ from: \"08:00\", to: \"21:00\" }]") { window($0) }
        }
        section.read("zone", into: &policy.zone) { setting in
            switch setting.value.content {
            case .string("recipient"): .recipient
            case .string("campaign"): .campaign
            case .string(let text):
                if let near = NearestName.of(text, in: ["recipient", "campaign"]), !ConfigurationSetting.isZone(text) {
                    setting.wrong(text, "\"recipient\", \"campaign\" or a time zone of the IANA database", near: near)
                } else {
                    setting.zone().map { .named($0) }
                }
            case .null, .boolean, .number, .array, .object:
                setting.mismatch("\"recipient\", \"campaign\" or a time zone")
            }
        }
        section.read("unknownZone", into: &policy.unknownZone) { $0.choice() }
        section.readNames("region") { region, setting in
            guard ConfigurationSetting.isRegionOrPart(region) else {
                setting.report("\(JSON5Reader.quoted(region)) is no region: write it as \"US\" or \"US-FL\"")
                return
            }
            let rule = Self.regionRule(setting)
            policy.regions[region] = rule
            // "Until 20:00" of a window from 21:00 to 06:00 can mean its morning, or nothing of it.
            if let rule, (rule.from == nil) != (rule.to == nil), policy.windows.contains(where: { $0.to <= $0.from }) {
                setting.report(
                    "a window of this policy runs over midnight, so that one end of the region's hours can be meant both "
                        + "ways: write both, from and to")
            }
        }
        section.readOptional("rules", into: &policy.rules) { setting in
            guard policy.zone == .recipient else {
                setting.report("laws count the hours where the person is: this needs zone: \"recipient\"")
                return nil
            }
            return setting.choice()
        }
        section.readNames("holidays") { region, setting in
            guard region == "*" || ConfigurationSetting.isRegionOrPart(region) else {
                setting.report("\(JSON5Reader.quoted(region)) is no region: write it as \"US\", \"DE-BY\" or \"*\"")
                return
            }
            policy.holidays[region] = holidays(setting)
        }
        section.read("blackouts", into: &policy.blackouts) { setting in
            setting.list("a list of spans such as [{ from: \"2026-12-24\", to: \"2026-12-27\" }]") {
                Self.blackout($0, zones: zones)
            }
        }
        section.readOptional("startAfter", into: &policy.startAfter) { $0.moment(zones: zones) }
        section.readOptional("endBefore", into: &policy.endBefore) { setting in
            guard let end = setting.moment(zones: zones) else { return nil }
            if let start = policy.startAfter, end <= start {
                setting.report("endBefore is not later than startAfter, so nobody could ever be contacted")
            }
            return end
        }
        section.read("caps", into: &policy.caps) { setting in
            setting.list("a list of caps such as [{ limit: 1, within: \"7d\" }]") { cap($0) }
        }
        section.readRate(into: &policy.rate)
        section.read("late", into: &policy.late) { $0.choice() }
        section.finish()
        return policy
    }

    /// Days, and files with days, in a list or one by itself.
    private func holidays(_ setting: ConfigurationSetting) -> [CalendarDay]? {
        let wanted = "a list of days such as [\"2026-12-25\"], or an iCalendar file such as \"holidays.ics\""
        func days(_ setting: ConfigurationSetting) -> [CalendarDay]? {
            guard case .string(let text) = setting.value.content, text.lowercased().hasSuffix(".ics") else {
                return setting.calendarDay().map { [$0] }
            }
            do {
                return try HolidayCalendar(readFile(text)).days
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

    private mutating func window(_ setting: ConfigurationSetting) -> Policy.Window? {
        guard var section = setting.section("a window such as { from: \"08:00\", to: \"21:00\" }") else { return nil }
        var window = Policy.Window()
        section.read("channels", into: &window.channels) { channels($0) }
        section.read("days", into: &window.days) { $0.weekdays() }
        section.read("from", into: &window.from) { setting in
            guard let time = setting.timeOfDay() else { return nil }
            return time < .midnight ? time : setting.wrong("24:00", "a time at which a window begins: write \"00:00\"")
        }
        section.read("to", into: &window.to) { $0.timeOfDay() }
        section.finish()
        return window
    }

    private mutating func cap(_ setting: ConfigurationSetting) -> Policy.Cap? {
        guard var section = setting.section("a cap such as { limit: 1, within: \"7d\" }") else { return nil }
        let limit = setting.required("limit", "limit: 1", in: &section) { $0.integer(0...1_000_000) }
        let within = setting.required("within", "within: \"7d\"", in: &section) { setting -> Policy.CapPeriod? in
            if case .string("day") = setting.value.content { return .day }
            return setting.duration(TimeSpan(milliseconds: 1)...ConfigurationSetting.longest, or: "day")
                .map { .rolling($0) }
        }
        var cap = Policy.Cap(limit: limit ?? 0, within: within ?? .day)
        section.read("channels", into: &cap.channels) { channels($0) }
        section.read("by", into: &cap.by) { setting in
            if case .string("address") = setting.value.content { return .address }
            if case .string(let text) = setting.value.content, NearestName.of(text, in: ["address"]) != nil {
                setting.report(
                    "\(JSON5Reader.quoted(text)) is taken as a column of the sender's own, did you mean \"address\"?",
                    severity: .warning)
            }
            return setting.anyColumn().map { .column($0) }
        }
        section.read("over", into: &cap.over) { $0.choice() }
        section.read("counts", into: &cap.counts) { $0.choice() }
        section.read("then", into: &cap.then) { $0.choice() }
        section.finish()
        return limit == nil || within == nil ? nil : cap
    }

    private mutating func channels(_ setting: ConfigurationSetting) -> [Channel]? {
        setting.list("a list of channels such as [\"sms\", \"voice\"]") { setting in
            guard let channel = setting.text("the name of a channel").map(Channel.init(_:)) else { return nil }
            channelMentions.append((channel, setting))
            return channel
        }
    }

    private static func regionRule(_ setting: ConfigurationSetting) -> Policy.RegionRule? {
        guard var section = setting.section("hours such as { to: \"20:00\" }") else { return nil }
        var rule = Policy.RegionRule()
        section.readOptional("from", into: &rule.from) { $0.timeOfDay() }
        section.readOptional("to", into: &rule.to) { $0.timeOfDay() }
        section.readOptional("days", into: &rule.days) { $0.weekdays() }
        section.finish()
        return rule
    }

    private static func blackout(_ setting: ConfigurationSetting, zones: Set<String>) -> Policy.Blackout? {
        guard var section = setting.section("a span such as { from: \"2026-12-24\", to: \"2026-12-27\" }") else {
            return nil
        }
        let from = setting.required("from", "from: \"2026-12-24\"", in: &section) { $0.moment(zones: zones) }
        let to = setting.required("to", "to: \"2026-12-27\"", in: &section) { $0.moment(zones: zones) }
        section.finish()
        guard let from, let to else { return nil }
        guard from < to else {
            setting.report("the blackout ends before it begins: to must be later than from")
            return nil
        }
        return Policy.Blackout(from: from, to: to)
    }
}
