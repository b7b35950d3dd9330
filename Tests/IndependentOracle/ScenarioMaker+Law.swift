/// Rules of law: which ones apply, what campaigns say about themselves, and the workspace's own rule files.
extension ScenarioDraft {
    static let purposes = ["service", "marketing", "marketing", "survey", "debt", "charity"]

    mutating func drawRuleNames(_ zone: PolicyScenario.ZoneRule) -> [String] {
        guard case .recipient = zone, !scenario.ruleTexts.isEmpty, random.chance(65) else { return [] }
        if random.chance(50) { return ["all"] }
        return random.some(of: scenario.ruleTexts.keys.sorted(), random.number(1...4))
    }

    mutating func drawKinds() -> [String: String] {
        var kinds: [String: String] = [:]
        if random.chance(60) {
            kinds["voice"] = random.one(of: ["live", "live", "automated", "prerecorded"], or: "live")
        }
        if random.chance(30) { kinds["chat"] = random.one(of: ["text", "email", "live"], or: "text") }
        if random.chance(10) { kinds["sms"] = "text" }
        return kinds
    }

    /// The policy's own demands for consent.
    mutating func drawDemands() -> [(channels: [String], purposes: [String])] {
        guard random.chance(25) else { return [] }
        if random.chance(40) { return [([], [])] }
        return [
            (
                random.chance(50) ? [] : random.some(of: channels, random.number(1...2)),
                random.chance(50) ? [] : random.some(of: ["marketing", "survey", "debt"], random.number(1...2))
            )
        ]
    }

    /// The records in drops of consents.
    mutating func drawConsents(contacts: Int) {
        for _ in 0..<max(1, contacts / 12) {
            let number = random.one(of: used, or: used[0]).number
            let moment = drawMoment()
            let grants = random.chance(75)
            var word = PolicyScenario.Consent(grants: grants, said: moment - random.number(0...20 * 86_400))
            if random.chance(40) { word.purpose = random.one(of: Self.purposes, or: "marketing") }
            let lists = Set(scenario.campaigns.map(\.list)).subtracting([""]).sorted()
            if random.chance(20), let list = lists.first { word.list = random.one(of: lists, or: list) }
            if grants {
                let names = Set(["sms", "email", "voice"] + scenario.campaigns.flatMap { $0.steps.map(\.channel) })
                if random.chance(40) { word.channel = random.one(of: names.sorted(), or: "sms") }
                if random.chance(10) { word.said = moment + random.number(60...20 * 86_400) }
                if random.chance(30) { word.expires = max(word.said, moment) + random.number(3_600...40 * 86_400) }
            }
            scenario.orders.append((moment, .consent(number: number, word: word)))
        }
    }

    /// Sometimes a country's rules come from the workspace, with a change of the law in the middle of the scenario.
    mutating func drawRules() {
        for name in scenario.ruleTexts.keys.sorted() where random.chance(20) {
            scenario.ruleTexts[name] = drawFile(country: name.uppercased())
            scenario.ownRules.insert(name)
        }
    }

    private mutating func drawFile(country: String) -> String {
        let change = scenario.start + random.number(0...span)
        let last = PolicyScenario.time(change).prefix(10)
        let first = PolicyScenario.time(change + 86_400).prefix(10)
        var states: [String] = []
        for phone in phones where phone.country == country {
            states += phone.regions.filter { $0.hasPrefix(country + "-") }.map {
                String($0.dropFirst(country.count + 1))
            }
        }
        let places: [String] = [""] + random.some(of: Set(states).sorted(), random.number(0...6)).sorted()
        var holidays = ""
        var rows = ""
        for (place, state) in places.enumerated() {
            holidays += "    h\(place): [\(drawHolidayRules())],\n"
            let start = state.isEmpty ? "" : "states: [\"\(state)\"], "
            for (number, kinds) in [["live"], ["automated", "prerecorded"], ["text", "email"]].enumerated() {
                guard random.chance(70) else { continue }
                let named = start + "kinds: [\(kinds.map { "\"\($0)\"" }.joined(separator: ", "))], "
                let purposes = random.chance(50) ? "purposes: [\"marketing\", \"survey\"], " : ""
                let end = "title: \"t\", source: \"s\", confidence: \"low\""
                let id = "r\(place)-\(number)"
                let own = random.chance(30) ? ", holidayHours: [\(drawSpans())]" : ""
                let holiday = random.chance(60) ? "holidays: [\"h\(place)\"]\(own), " : ""
                let reach =
                    random.chance(30)
                    ? "revocation: \"\(random.one(of: ["list", "purpose", "all"], or: "list"))\", " : ""
                rows +=
                    "    { id: \"\(id)-old\", \(named)\(purposes)hours: [\(drawSpans())], \(holiday)\(reach)to: \"\(last)\", \(end) },\n"
                let hours = random.chance(12) ? "consent: true" : "hours: [\(drawSpans())]"
                rows += "    { id: \"\(id)-new\", \(named)\(purposes)\(hours), from: \"\(first)\", \(end) },\n"
            }
        }
        if rows.isEmpty {
            rows =
                "    { id: \"one\", kinds: [\"live\"], hours: [\(drawSpans())], title: \"t\", source: \"s\", confidence: \"low\" },\n"
        }
        return
            "{\n  country: \"\(country)\", // drawn\n  checked: \"2026-11-30\",\n  holidays: {\n\(holidays)  },\n  rules: [\n\(rows)  ],\n}\n"
    }

    private mutating func drawSpans() -> String {
        let from = random.number(14...20) * 30
        let to = random.number(34...43) * 30
        func clock(_ minute: Int) -> String {
            "\"\(minute < 600 ? "0" : "")\(minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60)\""
        }
        let days = random.one(
            of: ["\"mon-fri\"", "\"mon-sat\"", "\"mon-sun\"", "\"tue\", \"thu-sat\""], or: "\"mon-sun\"")
        if random.chance(70) { return "{ days: [\(days)], from: \(clock(from)), to: \(clock(to)) }" }
        let middle = random.number(23...28) * 30
        return "{ days: [\(days)], from: \(clock(from)), to: \(clock(middle)) }, "
            + "{ days: [\"mon-fri\"], from: \(clock(middle + 60)), to: \(clock(to)) }"
    }

    private mutating func drawHolidayRules() -> String {
        var rules: [String] = []
        for _ in 0..<random.number(1...4) {
            switch random.number(0...3) {
            case 0:
                let observed = random.one(of: ["never", "monday", "nearest", "next-monday"], or: "never")
                let month = random.number(1...12)
                let day = random.number(1...28)
                rules.append(
                    "{ on: \"\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)\", observed: \"\(observed)\" }"
                )
            case 1:
                let nth = random.one(of: [1, 2, 3, 4, 5, -1, -2], or: 1)
                let day = random.one(of: ["mon", "thu", "fri", "sun"], or: "mon")
                rules.append(
                    "{ nth: \(nth), day: \"\(day)\", month: \(random.number(1...12)), plus: \(random.number(-2...2)) }")
            case 2: rules.append("{ easter: \(random.number(-50...60)) }")
            default:
                let date = PolicyScenario.time(scenario.start + random.number(0...span)).prefix(10)
                rules.append("{ dates: [\"\(date)\"] }")
            }
        }
        return rules.joined(separator: ", ")
    }
}
