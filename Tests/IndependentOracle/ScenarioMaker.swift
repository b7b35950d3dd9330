/// Draws scenarios that are random but make sense: most contacts can be reached, and most are tried several times.
package struct ScenarioMaker {
    let seed: UInt64
    let zones: [String]
    let phones: [PolicyScenario.Phone]
    /// The texts of the rules that come with the program, by name.
    let rules: [String: String]

    package init(
        seed: UInt64, zones: [String], phones: [PolicyScenario.Phone], rules: [String: String] = [:]
    ) {
        self.seed = seed
        self.rules = rules
        self.zones = zones.isEmpty ? ["UTC"] : zones
        self.phones = phones
    }

    /// A scenario with about this many contacts, over this many days.
    package func make(contacts: Int, days: Int) -> PolicyScenario {
        var draft = ScenarioDraft(seed: seed, zones: zones, phones: phones, days: max(2, days))
        draft.scenario.ruleTexts = rules
        draft.drawRules()
        draft.drawCampaigns(usual: max(2, contacts / 10))
        draft.drawDrops(contacts: contacts)
        draft.drawOrders(contacts: contacts)
        draft.drawOutages()
        return draft.scenario
    }
}

/// A scenario while it is being made.
struct ScenarioDraft {
    var random: RandomSource
    let zones: [String]
    let phones: [PolicyScenario.Phone]
    var scenario: PolicyScenario
    /// Phones that contacts already have; orders and later drops use them again.
    var used: [PolicyScenario.Phone] = []
    let channels = ["sms", "voice", "email", "chat"]

    init(seed: UInt64, zones: [String], phones: [PolicyScenario.Phone], days: Int) {
        random = RandomSource(seed: seed)
        self.zones = zones
        self.phones = phones
        // Any day of 2026 or of the first half of 2027, so that clock changes of both hemispheres and changes of the law
        // occur.
        let start = 1_767_225_600 + random.number(0...540) * 86_400 + random.number(0...95) * 900
        scenario = PolicyScenario(
            campaigns: [], drops: [], orders: [], outages: [], start: start, end: start + days * 86_400)
    }

    var span: Int { scenario.end - scenario.start }

    /// A whole quarter hour at about this share of the scenario.
    func quarter(_ share: Double) -> Int { (scenario.start + Int(Double(span) * share)) / 900 * 900 }

    /// - Parameter usual: about how many contacts come together.
    mutating func drawCampaigns(usual: Int) {
        let names = ["alpha", "bravo", "charlie", "delta"]
        let policies = (1...random.number(1...3)).map { number in
            var policy = drawPolicy(name: "policy\(number)")
            if random.chance(30) { policy.rate = drawRate(usual) }
            return policy
        }
        for name in names.prefix(random.number(2...4)) {
            guard let policy = policies.randomElement(using: &random) else { continue }
            // Only one of the two gets a rate: with two that others use up, a contact may miss its turn in either.
            let isFree = policy.rate.perSecond == nil && policy.rate.perHour == nil && policy.rate.perDay == nil
            scenario.campaigns.append(
                PolicyScenario.Campaign(
                    name: name, timezone: random.one(of: zones, or: "UTC"), policy: policy, steps: drawSteps(),
                    kinds: drawKinds(),
                    purpose: random.chance(35) ? "" : random.one(of: Self.purposes, or: "marketing"),
                    rate: isFree && random.chance(25) ? drawRate(usual) : PolicyScenario.Rate(),
                    list: random.chance(45) ? random.one(of: ["news", "offers"], or: "news") : ""))
        }
        dropCapsOfNobody()
    }

    /// A cap or a demand for consent over a channel that no step uses is refused: it would hold for nobody.
    private mutating func dropCapsOfNobody() {
        let steps = Set(scenario.campaigns.flatMap { $0.steps.map(\.channel) })
        func isUsed(_ channel: String) -> Bool { channel != "chat" || steps.contains(channel) }
        for place in scenario.campaigns.indices {
            var policy = scenario.campaigns[place].policy
            policy.caps = policy.caps.compactMap { cap in
                var used = cap
                used.channels = cap.channels.filter(isUsed)
                return used.channels.isEmpty && !cap.channels.isEmpty ? nil : used
            }
            policy.requires = policy.requires.compactMap { demand in
                let used = demand.channels.filter(isUsed)
                return used.isEmpty && !demand.channels.isEmpty ? nil : (used, demand.purposes)
            }
            scenario.campaigns[place].policy = policy
        }
    }

    // MARK: Drops

    private struct Person {
        var contact: PolicyScenario.Contact
    }

    mutating func drawDrops(contacts: Int) {
        guard !phones.isEmpty, !scenario.campaigns.isEmpty else { return }
        var fresh = phones.shuffled(using: &random)
        var people: [Person] = []
        var left = contacts
        let usual = max(1, contacts / random.number(6...14))
        var households = 0
        while left > 0 {
            let size = min(left, max(1, random.number(usual / 3...usual * 2)))
            let campaign = scenario.campaigns[random.number(0...scenario.campaigns.count - 1)]
            let moment = scenario.start + random.number(1...max(1, span * 7 / 10))
            var drop = PolicyScenario.Drop(at: moment, campaign: campaign.name, contacts: [])
            var taken: Set<String> = []
            var ids: Set<String> = []
            for place in 0..<size {
                // The first contact of each drop is new, so that no two drops have the same content.
                if place > 0, random.chance(15), let person = people.randomElement(using: &random),
                    taken.insert(person.contact.phones[0].number).inserted,
                    ids.insert(person.contact.id).inserted
                {
                    drop.contacts.append(drawBounds(of: person.contact, at: moment))
                    continue
                }
                guard let first = drawPhone(&fresh, unless: taken) else { break }
                taken.insert(first.number)
                var own = [first]
                while own.count < 3, random.chance(45), let next = drawPhone(&fresh, unless: []) {
                    if own.contains(where: { $0.number == next.number }) { break }
                    own.append(next)
                }
                let number = people.count
                if number == 0 || random.chance(70) { households += 1 }
                let person = Person(
                    contact: PolicyScenario.Contact(
                        id: "P\(number)", param1: "H\(households)", phones: own, email: "person\(number)@example.org",
                        timezone: random.chance(50) ? random.one(of: zones, or: "UTC") : "",
                        notBefore: nil, callbackAt: nil, expiresAt: nil, hasConsent: random.chance(60),
                        consentAt: random.chance(40) ? moment - random.number(0...40 * 86_400) : nil,
                        state: drawState(own)))
                people.append(person)
                ids.insert(person.contact.id)
                drop.contacts.append(drawBounds(of: person.contact, at: moment))
            }
            if drop.contacts.isEmpty { break }
            left -= drop.contacts.count
            scenario.drops.append(drop)
        }
        scenario.drops.sort { $0.at < $1.at }
    }

    /// Of somebody who has phones in these countries only. Elsewhere its letters may be those of a part of the country,
    /// and such a part may be in any zone of it.
    private mutating func drawState(_ phones: [PolicyScenario.Phone]) -> String {
        let countries: Set = ["US", "CA", "DE", "GB", "AU", "FR", "IT", "AT", "IN", "SG"]
        guard random.chance(20), phones.allSatisfy({ countries.contains($0.country) }) else { return "" }
        return random.one(of: OracleCase.stateZones.keys.sorted(), or: "TX")
    }

    /// A phone nobody has yet; sometimes one that somebody has.
    private mutating func drawPhone(
        _ fresh: inout [PolicyScenario.Phone], unless taken: Set<String>
    ) -> PolicyScenario.Phone? {
        if !used.isEmpty && (fresh.isEmpty || random.chance(10)) {
            for _ in 0..<20 {
                let phone = random.one(of: used, or: used[0])
                if !taken.contains(phone.number) { return phone }
            }
        }
        while let phone = fresh.popLast() {
            used.append(phone)
            if !taken.contains(phone.number) { return phone }
        }
        return phones.first { !taken.contains($0.number) }
    }

    private mutating func drawBounds(of contact: PolicyScenario.Contact, at moment: Int) -> PolicyScenario.Contact {
        var bounded = contact
        bounded.notBefore = nil
        bounded.callbackAt = nil
        bounded.expiresAt = nil
        guard random.chance(15) else { return bounded }
        let latest = max(3_600, min(2 * 86_400, span / 8))
        if random.chance(40) { bounded.notBefore = moment + random.number(-600...latest) }
        if random.chance(30) { bounded.callbackAt = moment + random.number(60...latest) }
        if random.chance(60) { bounded.expiresAt = moment + random.number(3_600...latest * 3) }
        return bounded
    }

    // MARK: Orders and outages

    mutating func drawOrders(contacts: Int) {
        guard !used.isEmpty else { return }
        for _ in 0..<max(1, contacts / 90) {
            let number = random.one(of: used, or: used[0]).number
            let moment = drawMoment()
            scenario.orders.append((moment, .stop(number: number, isAll: random.chance(15))))
            if random.chance(50) {
                scenario.orders.append((moment + random.number(60...max(120, span / 4)), .start(number: number)))
            }
        }
        for _ in 0..<max(1, contacts / 60) {
            let number = random.one(of: used, or: used[0]).number
            let moment = drawMoment()
            let campaign = random.chance(60) ? "" : scenario.campaigns.randomElement(using: &random)?.name ?? ""
            let channel = random.chance(50) ? "" : random.one(of: channels, or: "sms")
            let expires = random.chance(60) ? 0 : moment + random.number(3_600...max(7_200, span / 3))
            scenario.orders.append(
                (moment, .list(number: number, campaign: campaign, channel: channel, expires: expires)))
            if random.chance(40) {
                scenario.orders.append((moment + random.number(60...max(120, span / 4)), .unlist(number: number)))
            }
        }
        drawConsents(contacts: contacts)
        drawNamedLists(contacts: contacts)
        for campaign in scenario.campaigns {
            var moment = scenario.start
            for _ in 0..<random.number(0...2) {
                moment += random.number(3_600...max(7_200, span / 2))
                let resumed = moment + random.number(600...max(1_200, min(2 * 86_400, span / 6)))
                scenario.orders.append((moment, .pause(campaign: campaign.name)))
                scenario.orders.append((resumed, .resume(campaign: campaign.name)))
                moment = resumed
            }
        }
        scenario.orders.removeAll { $0.at >= scenario.end }
        scenario.orders.sort { $0.at < $1.at }
    }

    mutating func drawMoment() -> Int { scenario.start + random.number(60...max(61, span * 9 / 10)) }

    mutating func drawOutages() {
        var moment = scenario.start
        for _ in 0..<random.number(0...3) {
            moment += random.number(3_600...max(7_200, span / 3))
            let lengths = [600, 1_800, 3_600, 14_400, 43_200, 86_400, 3 * 86_400]
            let length = min(random.one(of: lengths, or: 600) + random.number(0...599), max(600, span / 8))
            if moment + length >= scenario.end { return }
            scenario.outages.append((moment, moment + length))
            moment += length
        }
    }
}
