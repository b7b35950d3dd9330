/// Policies and strategies.
extension ScenarioDraft {
    mutating func drawPolicy(name: String) -> PolicyScenario.Policy {
        let zone: PolicyScenario.ZoneRule
        switch random.number(0...99) {
        case 0..<74: zone = .recipient
        case 74..<87: zone = .campaign
        default: zone = .named(random.one(of: zones, or: "UTC"))
        }
        let windows = drawWindows()
        return PolicyScenario.Policy(
            name: name, windows: windows, zone: zone,
            regions: drawRegions(hasNights: windows.contains { $0.to <= $0.from }), holidays: drawHolidays(),
            blackouts: drawBlackouts(),
            startAfter: random.chance(15) ? quarter(Double(random.number(0...15)) / 100) : nil,
            endBefore: random.chance(15) ? quarter(Double(random.number(75...105)) / 100) : nil,
            caps: drawCaps(), sendsLate: random.chance(25), rules: drawRuleNames(zone),
            requires: drawDemands())
    }

    /// So low that some contacts have to wait for it.
    mutating func drawRate(_ usual: Int) -> PolicyScenario.Rate {
        var rate = PolicyScenario.Rate()
        if random.chance(40) { rate.perSecond = random.number(1...max(2, usual / 40)) }
        if random.chance(50) { rate.perHour = max(2, usual / random.number(2...10)) }
        if rate.perHour == nil && rate.perSecond == nil || random.chance(15) {
            rate.perDay = max(4, usual * 2 / random.number(1...4))
        }
        return rate
    }

    private mutating func drawDays() -> [Int] {
        switch random.number(0...9) {
        case 0..<4: return Array(0...6)
        case 4..<6: return Array(0...5)
        case 6..<8: return Array(0...4)
        default: return random.some(of: Array(0...6), random.number(3...6)).sorted()
        }
    }

    private mutating func drawWindows() -> [PolicyScenario.Window] {
        if random.chance(8) { return [] }
        var result: [PolicyScenario.Window] = []
        if random.chance(50) {
            result += drawWindows(of: [])
            if random.chance(30) { result += drawWindows(of: [random.one(of: channels, or: "sms")]) }
        } else {
            let mixed = channels.shuffled(using: &random)
            let cut = random.number(1...3)
            result += drawWindows(of: Array(mixed.prefix(cut)))
            var rest = Array(mixed.dropFirst(cut))
            if random.chance(7) { rest.removeLast() }
            if !rest.isEmpty { result += drawWindows(of: rest) }
        }
        return result
    }

    /// One window, or two on the same days, for some channels.
    private mutating func drawWindows(of channels: [String]) -> [PolicyScenario.Window] {
        let days = drawDays()
        let jitter = random.number(-4...4) * 15
        let spans: [(Int, Int)]
        switch random.number(0...11) {
        case 0...1: spans = [(0, 1_440)]
        case 2...3: spans = [(540 + jitter, 1_080 + jitter)]
        case 4...6: spans = [(480 + jitter, 1_260 + jitter)]
        case 7: spans = [(1_200 + jitter, 300 + jitter)]
        case 8: spans = [(960 + jitter, 840 + jitter)]
        case 9: spans = [(480 + jitter, 720 + jitter), (840 + jitter, 1_200 + jitter)]
        case 10: spans = [(60 + jitter, 240 + jitter), (600 + jitter, 1_320 + jitter)]
        default: spans = [(360 + jitter, 1_440)]
        }
        return spans.map { PolicyScenario.Window(channels: channels, days: days, from: $0.0, to: $0.1) }
    }

    /// The countries and regions of the phones.
    private var places: [String] {
        var seen: Set<String> = []
        for phone in phones {
            seen.insert(phone.country)
            seen.formUnion(phone.regions)
        }
        return seen.sorted()
    }

    /// With a window that runs over midnight, a rule gets both of its ends: Waybill refuses one alone, since it can
    /// mean two things.
    private mutating func drawRegions(hasNights: Bool) -> [String: PolicyScenario.RegionRule] {
        var result: [String: PolicyScenario.RegionRule] = [:]
        for place in random.some(of: places, random.number(0...6)) {
            var rule = PolicyScenario.RegionRule()
            if hasNights || random.chance(50) { rule.from = random.number(28...40) * 15 }
            if hasNights || rule.from == nil || random.chance(50) { rule.to = random.number(70...86) * 15 }
            if random.chance(30) { rule.days = random.chance(50) ? Array(0...5) : Array(0...4) }
            result[place] = rule
        }
        return result
    }

    private mutating func drawHolidays() -> [String: [String]] {
        var result: [String: [String]] = [:]
        for place in random.some(of: places + ["*", "*"], random.number(0...5)) {
            let dates = (0..<random.number(1...2)).map { _ in
                String(PolicyScenario.time(scenario.start + random.number(0...span)).prefix(10))
            }
            result[place] = Set(dates).sorted()
        }
        if random.chance(25) {
            result["*"] = [String(PolicyScenario.time(scenario.start + random.number(0...span)).prefix(10))]
        }
        return result
    }

    private mutating func drawBlackouts() -> [(from: Int, to: Int)] {
        guard random.chance(40) else { return [] }
        return (0..<random.number(1...2)).map { _ in
            let from = quarter(Double(random.number(0...90)) / 100)
            return (from, from + random.number(4...120) * 900)
        }
    }

    private mutating func drawCaps() -> [PolicyScenario.Cap] {
        let spans = [3_600, 2 * 3_600, 6 * 3_600, 12 * 3_600, 86_400, 86_400, 2 * 86_400, 7 * 86_400, 14 * 86_400]
        return (0..<random.number(0...3)).map { _ in
            let seconds = random.one(of: spans, or: 86_400)
            let isDay = random.chance(30)
            let isLong = !isDay && seconds > 86_400
            let subjects: [PolicyScenario.Cap.Subject] = [.address, .address, .id, .param1]
            return PolicyScenario.Cap(
                limit: isLong ? random.number(2...4) : random.number(1...4),
                span: isDay ? .day : .rolling(seconds: seconds),
                channels: random.chance(50) ? [] : random.some(of: channels, random.number(1...2)),
                by: random.one(of: subjects, or: .address), isOwn: random.chance(35), drops: random.chance(25))
        }
    }

    // MARK: Strategies

    mutating func drawSteps() -> [PolicyScenario.Step] {
        let count = random.one(of: [1, 2, 2, 3, 3, 4], or: 2)
        let names = Array(["first", "second", "third", "fourth"].prefix(count))
        return names.indices.map { drawStep(names, $0) }
    }

    private mutating func drawStep(_ names: [String], _ place: Int) -> PolicyScenario.Step {
        let channel = random.one(of: ["sms", "sms", "voice", "voice", "voice", "email", "chat"], or: "sms")
        let isMessage = channel == "sms" || channel == "email"
        let phone = channel == "email" ? 0 : random.one(of: [1, 1, 1, 2, 3], or: 1)
        let waits = [1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 86_400, 2 * 86_400]
        var step = PolicyScenario.Step(
            name: names[place], channel: channel, phone: phone, attempts: random.one(of: [1, 2, 2, 3, 3, 4], or: 2),
            expires: isMessage && random.chance(88) ? random.one(of: waits, or: 3_600) : nil,
            resultWithin: random.one(of: waits, or: 3_600), on: [:])
        if place == 0 && names.count > 1 && step.expires == nil && isMessage { step.expires = 7_200 }
        if random.chance(5) { return step }
        if isMessage {
            // Without a wait, no event can follow.
            guard step.expires != nil else { return step }
            if random.chance(85) { step.on["failed"] = drawRule(names, place, closes: 8) }
            if random.chance(50) { step.on["responded"] = drawRule(names, place, closes: 60) }
            if random.chance(15) { step.on["delivered"] = drawRule(names, place, closes: 40) }
            if random.chance(80) { step.on["expired"] = drawRule(names, place, closes: 5) }
        } else {
            step.on["connected"] = .close
            for event in ["busy", "no-answer", "abandoned-customer", "abandoned-dialer"] where random.chance(70) {
                step.on[event] = drawRule(names, place, closes: 8)
            }
            if random.chance(85) { step.on["other"] = drawRule(names, place, closes: 8) }
            if random.chance(60) { step.on["expired"] = drawRule(names, place, closes: 8) }
            if random.chance(30), place + 1 < names.count {
                step.on["failed"] = .go(step: names[place + 1], seconds: drawDelay())
            }
        }
        return step
    }

    private mutating func drawDelay() -> Int {
        random.one(
            of: [0, 10, 30, 60, 90, 300, 600, 1_800, 3_600, 3_600, 7_200, 21_600, 86_400, 3 * 86_400], or: 300)
    }

    private mutating func drawRule(_ names: [String], _ place: Int, closes: Double) -> PolicyScenario.Rule {
        if random.chance(closes) { return .close }
        let later = Array(names.dropFirst(place + 1))
        if random.chance(45) || (later.isEmpty && random.chance(60)) { return .retry(seconds: max(10, drawDelay())) }
        if random.chance(20) || later.isEmpty {
            return .go(step: random.one(of: names, or: names[place]), seconds: drawDelay())
        }
        return .go(step: random.one(of: later, or: names[place]), seconds: drawDelay())
    }
}
