import XCTest

@testable import IndependentOracle

/// Hand-made sends whose verdicts are known: an oracle that finds nothing proves nothing.
final class OracleCases {
    private let clock = OracleClock()

    /// A moment such as 2026-03-29T01:00:00Z, in seconds.
    static func moment(_ text: String) -> Int {
        let parts = text.split { "-T:Z".contains($0) }.compactMap { Int($0) }
        guard parts.count >= 5, let day = OracleClock().dayNumber("\(parts[0])-\(parts[1])-\(parts[2])") else {
            return 0
        }
        return day * 86_400 + parts[3] * 3_600 + parts[4] * 60 + (parts.count > 5 ? parts[5] : 0)
    }

    /// One contact in Berlin, one campaign, office hours, a call with two attempts; four weeks from a Monday on.
    struct Stage {
        var policy = PolicyScenario.Policy(
            name: "hours", windows: [.init(channels: [], days: Array(0...6), from: 480, to: 1_200)], zone: .recipient,
            regions: [:], holidays: [:], blackouts: [], startAfter: nil, endBefore: nil, caps: [], sendsLate: false)
        var steps = [
            PolicyScenario.Step(
                name: "call", channel: "voice", phone: 1, attempts: 2, expires: nil, resultWithin: 3_600,
                on: ["connected": .close, "busy": .retry(seconds: 600)])
        ]
        var contact = PolicyScenario.Contact(
            id: "A", param1: "H", phones: [.init(number: "+491", zones: ["Europe/Berlin"], country: "DE", regions: [])],
            email: "a@example.org", timezone: "")
        var timezone = "Europe/Berlin"
        var start = "2026-03-02T00:00Z"
        var dropped = "2026-03-02T12:00Z"
        var end = "2026-03-30T00:00Z"
        var orders: [(at: Int, order: PolicyScenario.Order)] = []
        var outages: [(from: Int, to: Int)] = []
        /// When each attempt left, with another step or address where that is meant.
        var sent: [(at: String, step: String, attempt: Int)] = [("2026-03-02T12:00Z", "call", 1)]
        var address: String?
        var channel: String?
        /// By the place of the send.
        var answers: [(send: Int, event: String, happened: String, taken: String)] = []
        var label = "Dangling"
        var ruleTexts: [String: String] = [:]
        var kinds: [String: String] = [:]
        var purpose = ""
        var list = ""
        var named: [PolicyScenario.NamedList] = []
        /// More contacts, each with a drop of its own at a time.
        var others: [(contact: PolicyScenario.Contact, dropped: String, sent: String, label: String)] = []
    }

    /// What the oracle says about a stage.
    func judge(_ stage: Stage) -> [String] {
        let campaign = PolicyScenario.Campaign(
            name: "alpha", timezone: stage.timezone, policy: stage.policy, steps: stage.steps, kinds: stage.kinds,
            purpose: stage.purpose, list: stage.list)
        var drops = [
            PolicyScenario.Drop(
                at: Self.moment(stage.dropped), campaign: "alpha", contacts: [stage.contact])
        ]
        var sends: [PolicySend] = []
        for sent in stage.sent {
            let step = stage.steps.first { $0.name == sent.step } ?? stage.steps[0]
            let phone = step.phone <= stage.contact.phones.count ? max(1, step.phone) : 1
            let usual = step.phone == 0 ? stage.contact.email : stage.contact.phones[phone - 1].number
            sends.append(
                PolicySend(
                    at: Self.moment(sent.at) * 1_000, drop: 0, record: 0, step: sent.step, attempt: sent.attempt,
                    channel: stage.channel ?? step.channel, address: stage.address ?? usual))
        }
        for other in stage.others {
            if !other.sent.isEmpty {
                sends.append(
                    PolicySend(
                        at: Self.moment(other.sent) * 1_000, drop: drops.count, record: 0, step: stage.steps[0].name,
                        attempt: 1, channel: stage.steps[0].channel, address: other.contact.phones[0].number))
            }
            drops.append(
                PolicyScenario.Drop(
                    at: Self.moment(other.dropped), campaign: "alpha", contacts: [other.contact]))
        }
        sends = sends.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
        let answers = stage.answers.map {
            PolicyAnswer(
                send: $0.send, event: $0.event, happened: Self.moment($0.happened) * 1_000,
                taken: Self.moment($0.taken) * 1_000)
        }
        let scenario = PolicyScenario(
            campaigns: [campaign], drops: drops, orders: stage.orders, outages: stage.outages, named: stage.named,
            start: Self.moment(stage.start), end: Self.moment(stage.end), ruleTexts: stage.ruleTexts)
        return PolicyOracle(scenario, clock: clock).check(
            sends: sends, answers: answers, finalStates: [[stage.label]] + stage.others.map { [$0.label] }
        ).map(\.text)
    }

    /// Nothing is wrong.
    func clean(_ name: String, _ edit: (inout Stage) -> Void) {
        var stage = Stage()
        edit(&stage)
        XCTAssertEqual(judge(stage), [], name)
    }

    /// Something is wrong, and a violation says it with these words.
    func finds(_ name: String, _ words: String, _ edit: (inout Stage) -> Void) {
        var stage = Stage()
        edit(&stage)
        let found = judge(stage)
        XCTAssertTrue(found.contains { $0.contains(words) }, "\(name): should be found (\(words)), but: \(found)")
    }

    /// Hours of one zone in a window: open and shut are given in UTC.
    func hours(
        _ name: String, zones: [String], from: Int, to: Int, days: [Int] = Array(0...6), open: [String], shut: [String]
    ) {
        let table = (0..<7).map { days.contains($0) }
        let hours = ContactHours(
            zones: zones.compactMap(clock.zone), windows: [.init(days: table, from: from, to: to)], narrowings: [],
            holidays: [], blackouts: [], notBefore: [])
        for text in open where hours.openness(at: Self.moment(text) * 1_000) != .open {
            XCTFail("\(name): \(text) should be open: \(hours.reason(at: Self.moment(text) * 1_000))")
        }
        for text in shut where hours.openness(at: Self.moment(text) * 1_000) != .shut {
            XCTFail("\(name): \(text) should be shut")
        }
    }
}
