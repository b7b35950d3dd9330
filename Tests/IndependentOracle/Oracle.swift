// Places where the contract leaves freedom, and what this oracle accepts there. "Either" means that the oracle counts
// neither reading as a violation.
//
//  1. An overnight window that began on a holiday, after midnight: either open or shut.
//  2. The days of a region's rule in the part of a window after midnight (the day it began on, or the date): either.
//  3. Exactly at a contact's `expiresat`: either.
//  4. An answer taken, or an order given, within the tolerance after a wait's end (`expires`, `resultWithin`): either
//     still in time or late. Answers and orders taken at the same moment for the same contact: either order.
//  5. With a listing for one channel, a contact may go on at any moment from its due time to the tolerance after it
//     could have left otherwise. A rule for `failed` that closes or retries names no next step: `DNC Listed`. A loop
//     of listed steps ends as `DNC Listed` or `Retries Completed`.
//  6. A cap that drops may throttle at any moment from the contact's due time on at which the cap is full.
//  7. An e-mail address that unsubscribed through another contact: contacts with it on other channels may be
//     `Suppressed` or go on; an e-mail step is never sent there.
//  8. START after an unsubscription or complaint (not after STOP): may lift it or not.
//  9. A go-to beyond the sum of all steps' attempts ends as `Retries Completed` at once or when it would be due.
// 10. `close` for `failed`/`bounced` on SMS and e-mail: `Failed` or `Not Connected`. `close` for `expired`: the label
//     without a rule, or `Not Connected`. `close` for anything unusual on a channel: any closed label that names it.
// 11. A contact stopped and listed when it comes in: `Suppressed` or `DNC Listed`.
// 12. `Expired` while caps fill every remaining moment, or, for a contact held by a cap, before its last moment is
//     over: either `Pending` or `Expired`. The same while the campaign is paused or Waybill does not run. A contact
//     whose hours never open stays `Pending`; once its last moment is over, either.
// 13. Whether `connected` without a rule follows `other`, when there is one: either.
// 14. A delay after `expired` counts from the end of the wait or from when Waybill could notice it (after an outage).
// 15. Within the tolerance before the scenario's end: either the state before or after a change that is due.
//
// 16. A contact whose consent changes, or that waits for it beyond its last moment: either `Pending` or `Expired`.
// 17. For what a stop to a list counts in the two days around a change of the law, or where the contact's steps have
//     different rules; and a start from somebody who had agreed again: nothing is said of contacts with that address.
// 18. An answer from behind a wait, taken before the next message has left: noted as late, or the step's word on it.
//
// Assumptions: numbers that are texted can receive texts; waits end while a campaign is paused; STOP closes every open
// contact whose first number it is, even one that waits for a result. A STOP of another of its numbers, and
// any listing, counts when the next message would leave. A step closed by a listing of its channel uses up an attempt.

/// Checks what Waybill sent against a scenario, by reading the contract anew for every contact.
package struct PolicyOracle {
    let scenario: PolicyScenario
    let clock: OracleClock

    package init(_ scenario: PolicyScenario, clock: OracleClock = OracleClock()) {
        self.scenario = scenario
        self.clock = clock
    }

    /// The first fifty violations, in order of time; none when all is well.
    package func check(sends: [PolicySend], answers: [PolicyAnswer], finalStates: [[String]]) -> [Violation] {
        let wrongs = OracleCase.mistakes(in: scenario, clock: clock)
        guard wrongs.isEmpty else { return wrongs.map { Violation(at: 0, text: $0) } }
        for index in sends.indices.dropFirst() where sends[index].at < sends[index - 1].at {
            return [Violation(at: 0, text: "The list of sends is not in order of time at place \(index): not judged.")]
        }
        let judged = OracleCase(scenario, clock: clock, sends: sends, answers: answers, finalStates: finalStates)
        judged.checkSends()
        judged.checkContacts()
        return Array(judged.violations.sorted { $0.at < $1.at }.prefix(50))
    }
}

/// Something that broke a rule.
package struct Violation: Sendable {
    /// Milliseconds; only for sorting.
    var at: Int
    package var text: String
    /// Nobody was contacted who should not have been, but somebody waited longer than the rules ask for.
    package var isNeedlessWait = false
}

/// A campaign with its names looked up.
struct PreparedCampaign {
    var index: Int
    var campaign: PolicyScenario.Campaign
    var caps: [PreparedCap]
    /// How many attempts all steps together allow.
    var allAttempts: Int
    var windows: [String: [ContactHours.PreparedWindow]]
    var holidays: [String: [Int]]
    /// The rules of law that its policy names and that apply to its purpose.
    var law: [OracleRuleBook.Row]
    /// The caps of these rules: the places, the channels of the campaign, and the cap.
    var lawCaps: [(places: Set<String>, channels: Set<String>, cap: PreparedCap)] = []

    func step(_ name: String) -> PolicyScenario.Step? { campaign.steps.first { $0.name == name } }
}

/// Everything known about one scenario and its outcome.
final class OracleCase {
    /// How late a send may be, in milliseconds: contacts that wait for a cap are looked at once a minute.
    static let tolerance = 61_000

    let scenario: PolicyScenario
    let clock: OracleClock
    let sends: [PolicySend]
    let answers: [PolicyAnswer]
    let finalStates: [[String]]
    let end: Int

    var history: OracleHistory
    var consents = OracleConsents()
    private(set) var ledger = SendLedger()
    private(set) var campaigns: [String: PreparedCampaign] = [:]
    private(set) var channelNumbers: [String: Int] = [:]
    /// For each drop, the index of its first contact among all contacts.
    private(set) var firstContact: [Int] = []
    /// For each contact, the indices of its sends and of their answers, in order.
    private(set) var sendsOf: [[Int32]] = []
    private(set) var answersOf: [Int: [Int]] = [:]
    private(set) var violations: [Violation] = []
    /// The sends to contacts by their first number.
    private(set) lazy var placesOfNumber = Dictionary(
        grouping: sends.indices.filter { contact(sends[$0].drop, sends[$0].record) != nil }
    ) { scenario.drops[sends[$0].drop].contacts[sends[$0].record].phones[0].number }
    var neverOpening: [String: Bool] = [:]
    /// The times of all messages, by holder of a rate.
    let departures: [String: [Int]]

    init(
        _ scenario: PolicyScenario, clock: OracleClock, sends: [PolicySend], answers: [PolicyAnswer],
        finalStates: [[String]]
    ) {
        self.scenario = scenario
        self.clock = clock
        self.sends = sends
        self.answers = answers
        self.finalStates = finalStates
        departures = Self.departures(scenario, sends)
        end = scenario.end * 1_000
        history = OracleHistory(scenario)
        prepareCampaigns()
        var count = 0
        for drop in scenario.drops {
            firstContact.append(count)
            count += drop.contacts.count
        }
        sendsOf = [[Int32]](repeating: [], count: count)
        takeSends()
        takeAnswers()
        takeConsents()
        takeNamedLists()
    }

    /// Reasons why a scenario cannot be judged.
    static func mistakes(in scenario: PolicyScenario, clock: OracleClock) -> [String] {
        var result: [String] = []
        for campaign in scenario.campaigns {
            if campaign.steps.isEmpty { result.append("Campaign \(campaign.name) has no steps: not judged.") }
            var names = [campaign.timezone]
            if case .named(let zone) = campaign.policy.zone { names.append(zone) }
            for name in names where clock.zone(name) == nil { result.append("Zone \(name) is not known here.") }
            for window in campaign.policy.windows where window.from % 15 != 0 || window.to % 15 != 0 {
                result.append("A window of policy \(campaign.policy.name) is not on quarter hours.")
            }
        }
        for (name, text) in scenario.ruleTexts where OracleRuleBook(text, clock: clock) == nil {
            result.append("The rules of \(name) cannot be read here.")
        }
        for drop in scenario.drops where !scenario.campaigns.contains(where: { $0.name == drop.campaign }) {
            result.append("A drop names campaign \(drop.campaign), which is not there.")
        }
        for drop in scenario.drops where drop.contacts.contains(where: { $0.phones.isEmpty }) {
            result.append("A drop of \(drop.campaign) has a contact without a phone.")
        }
        return result
    }

    func report(_ violation: Violation) {
        // The list is sorted and cut to fifty at the end; more than some thousands of violations tell nobody more.
        if violations.count < 5_000 { violations.append(violation) }
    }

    // MARK: Preparing

    private func prepareCampaigns() {
        for campaign in scenario.campaigns {
            let caps = campaign.policy.caps.flatMap(\.channels)
            for channel in campaign.steps.map(\.channel) + caps where channelNumbers[channel] == nil {
                channelNumbers[channel] = channelNumbers.count
            }
        }
        let books = scenario.ruleTexts.compactMapValues { OracleRuleBook($0, clock: clock) }
        for (index, campaign) in scenario.campaigns.enumerated() {
            guard let zone = clock.zone(campaign.timezone) else { continue }
            let caps = campaign.policy.caps.map { cap in
                let bits = cap.channels.reduce(UInt64(0)) { $0 | (1 << UInt64(channelNumbers[$1] ?? 63)) }
                return PreparedCap(
                    cap: cap, channels: cap.channels.isEmpty ? UInt64.max : bits, zone: zone, campaign: index)
            }
            var windows: [String: [ContactHours.PreparedWindow]] = [:]
            for channel in channelNumbers.keys {
                windows[channel] = campaign.policy.windows
                    .filter { $0.channels.isEmpty || $0.channels.contains(channel) }
                    .map { .init(days: OracleCase.table($0.days), from: $0.from, to: $0.to) }
            }
            campaigns[campaign.name] = PreparedCampaign(
                index: index, campaign: campaign, caps: caps,
                allAttempts: campaign.steps.reduce(0) { $0 + $1.attempts }, windows: windows,
                holidays: campaign.policy.holidays.mapValues { $0.compactMap(clock.dayNumber) },
                law: Self.rows(campaign, books))
            campaigns[campaign.name]?.lawCaps = lawCaps(of: campaign, index, zone)
        }
    }

    static func table(_ days: [Int]) -> [Bool] { (0..<7).map { days.contains($0) } }

    private func takeSends() {
        let subjects = Set(scenario.campaigns.flatMap(\.policy.caps).map(\.by) + [.address])
        ledger.reserve(sends.count)
        for (place, send) in sends.enumerated() {
            guard let contact = contact(send.drop, send.record) else {
                report(Violation(at: send.at, text: "\(describe(send)): there is no such contact."))
                ledger.add(at: send.at, channel: 63, campaign: 255, values: [])
                continue
            }
            sendsOf[firstContact[send.drop] + send.record].append(Int32(place))
            let campaign = campaigns[scenario.drops[send.drop].campaign]
            ledger.add(
                at: send.at, channel: channelNumbers[send.channel] ?? 62, campaign: campaign?.index ?? 255,
                values: subjects.map { ($0, $0 == .address ? send.address : value(of: $0, contact)) })
        }
    }

    private func takeAnswers() {
        for (place, answer) in answers.enumerated() {
            guard answer.send >= 0, answer.send < sends.count else {
                report(Violation(at: answer.taken, text: "Answer \(place) belongs to no send: the harness is wrong."))
                continue
            }
            let send = sends[answer.send]
            guard contact(send.drop, send.record) != nil else { continue }
            answersOf[firstContact[send.drop] + send.record, default: []].append(place)
        }
        for (contact, places) in answersOf where places.count > 1 {
            answersOf[contact] = places.sorted { (answers[$0].taken, $0) < (answers[$1].taken, $1) }
        }
    }

    // MARK: Looking up

    func contact(_ drop: Int, _ record: Int) -> PolicyScenario.Contact? {
        guard drop >= 0, drop < scenario.drops.count, record >= 0 else { return nil }
        let contacts = scenario.drops[drop].contacts
        return record < contacts.count ? contacts[record] : nil
    }

    private func value(of subject: PolicyScenario.Cap.Subject, _ contact: PolicyScenario.Contact) -> String {
        subject == .param1 ? contact.param1 : contact.id
    }

    /// The address and phone of a step: the phone it names, else the first. For e-mail, the clock and law of phone 1
    /// apply.
    func target(
        _ step: PolicyScenario.Step, _ contact: PolicyScenario.Contact
    ) -> (address: String, phone: PolicyScenario.Phone) {
        if step.phone == 0 { return (contact.email, contact.phones[0]) }
        let phone = step.phone <= contact.phones.count ? contact.phones[step.phone - 1] : contact.phones[0]
        return (phone.number, phone)
    }

    /// The group of sends that a cap counts for a contact in a step; nil: no sends yet.
    func group(_ cap: PreparedCap, _ contact: PolicyScenario.Contact, address: String) -> Int? {
        ledger.group(cap.cap.by, cap.cap.by == .address ? address : value(of: cap.cap.by, contact))
    }

    /// The clocks of the states that scenarios use, by 49 CFR 71; Phenix City in Alabama keeps Georgia's time.
    static let stateZones = [
        "AL": ["America/Chicago", "America/New_York"], "FL": ["America/New_York", "America/Chicago"],
        "RI": ["America/New_York"], "SD": ["America/Chicago", "America/Denver"],
        "TX": ["America/Chicago", "America/Denver"], "UT": ["America/Denver"],
    ]

    /// The zones of the contact's own column, which counts beside the phone: also beside a Canadian one, whose country
    /// has no such parts and shares its calling code with the United States.
    func stateZones(_ phone: PolicyScenario.Phone, _ contact: PolicyScenario.Contact) -> [String] {
        Self.ofAmericasCode.contains(phone.country) ? Self.stateZones[contact.state] ?? [] : []
    }

    private static let ofAmericasCode: Set = ["US", "CA"]

    /// The places of a contact, from a phone and the contact's own column.
    func places(_ phone: PolicyScenario.Phone, _ contact: PolicyScenario.Contact) -> [String] {
        let isNamed = Self.ofAmericasCode.contains(phone.country) && !contact.state.isEmpty
        let named = isNamed ? ["US", "US-" + contact.state] : []
        return Set([phone.country] + phone.regions + named).sorted()
    }

    /// When a contact may be reached in a step.
    func hours(
        _ prepared: PreparedCampaign, _ step: PolicyScenario.Step, _ contact: PolicyScenario.Contact
    ) -> ContactHours {
        let policy = prepared.campaign.policy
        let phone = target(step, contact).phone
        let names: [String]
        switch policy.zone {
        case .recipient:
            names = contact.timezone.isEmpty ? phone.zones + stateZones(phone, contact) : [contact.timezone]
        case .campaign: names = [prepared.campaign.timezone]
        case .named(let name): names = [name]
        }
        let zones = names.compactMap(clock.zone)
        var narrowings: [ContactHours.Narrowing] = []
        var holidays = prepared.holidays["*"] ?? []
        for place in places(phone, contact) {
            if let rule = policy.regions[place] {
                narrowings.append(
                    ContactHours.Narrowing(
                        name: place, from: rule.from ?? 0, to: rule.to ?? 1_440, days: rule.days.map(OracleCase.table)))
            }
            if let dates = prepared.holidays[place] { holidays += dates }
        }
        var bounds: [(name: String, moment: Int)] = []
        if let moment = policy.startAfter { bounds.append(("the policy's startAfter", moment * 1_000)) }
        if let moment = contact.notBefore { bounds.append(("the contact's notbefore", moment * 1_000)) }
        if let moment = contact.callbackAt { bounds.append(("the contact's callbackat", moment * 1_000)) }
        return ContactHours(
            zones: zones.count == names.count ? zones : [],
            windows: policy.windows.isEmpty ? nil : prepared.windows[step.channel] ?? [],
            narrowings: narrowings, holidays: holidays, blackouts: policy.blackouts, notBefore: bounds,
            expiresAt: policy.sendsLate ? nil : contact.expiresAt.map { $0 * 1_000 },
            endBefore: policy.endBefore.map { $0 * 1_000 }, law: law(prepared, step, contact, phone))
    }
}
