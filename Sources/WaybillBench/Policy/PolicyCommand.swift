import Foundation
import IndependentOracle
import SystemIO
import Waybill

/// `waybill-bench policy`: runs random policies, contacts and answers over years on a clock that jumps. An oracle that
/// shares no code with the pipeline checks each message.
struct PolicyCommand {
    static let valued: Set<String> = ["sends", "seed", "contacts", "days", "rounds", "trace"]

    private let arguments: Arguments
    private let scratch: ScratchFolder

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        scratch = try ScratchFolder()
    }

    /// The totals of all rounds so far.
    private struct Findings {
        var rounds = 0
        var sends = 0
        var answers = 0
        /// Contacts by their final state.
        var states: [String: Int] = [:]
        var violations: [String] = []
        /// How many of them are waits without need.
        var waits = 0
        var spoilt: [SpoiltRound.Kind: (tried: Int, noticed: Int)] = [:]
        /// Spoilt rounds in which the oracle noticed nothing.
        var unnoticed: [String] = []
        /// Nanoseconds that the oracle took.
        var checking: Int64 = 0

        var spoiltRounds: Int { spoilt.values.reduce(0) { $0 + $1.tried } }
        var noticedRounds: Int { spoilt.values.reduce(0) { $0 + $1.noticed } }
    }

    /// Prints the findings; throws when anything was wrong.
    func run() throws {
        let wanted = try arguments.number("sends", default: 100_000)
        let seed = UInt64(try arguments.number("seed", default: 1, atLeast: 0))
        let contacts = try arguments.number("contacts", default: 5_000)
        let days = try arguments.number("days", default: 740)
        let most = try arguments.number("rounds", default: .max)
        var found = Findings()
        let clock = OracleClock()
        let start = MonotonicClock.nanoseconds()
        while found.sends < wanted, found.rounds < most, found.violations.isEmpty {
            let own = seed &+ UInt64(found.rounds)
            found.rounds += 1
            let maker = ScenarioMaker(
                seed: own, zones: PolicyPhones.zones, phones: PolicyPhones.make(contacts * 2, seed: own),
                rules: ShippedRules.texts)
            try live(maker.make(contacts: contacts, days: days), seed: own, clock, &found)
            tell(found, seed: own, seconds: MonotonicClock.nanoseconds() - start)
        }
        print(found, seed: seed, days: days, seconds: Double(MonotonicClock.nanoseconds() - start) / 1e9)
        guard found.violations.isEmpty else {
            throw ChildProcess.Failure(description: "\(found.violations.count) violations")
        }
    }

    /// All figures so far in one line, at once, so that a run that is ended has told them. JSON keeps the output for
    /// itself.
    private func tell(_ found: Findings, seed: UInt64, seconds nanoseconds: Int64) {
        let line =
            "round \(found.rounds), seed \(seed), \(nanoseconds / 1_000_000_000) s: \(found.sends) messages, "
            + "\(found.violations.count - found.waits) violations, \(found.waits) needless waits, "
            + "\(found.noticedRounds) of \(found.spoiltRounds) spoilt rounds noticed\n"
        let output: FileHandle = arguments.has("json") ? .standardError : .standardOutput
        output.write(Data(line.utf8))
    }

    /// Lives through one scenario and has the oracle check what was sent.
    private func live(_ scenario: PolicyScenario, seed: UInt64, _ clock: OracleClock, _ found: inout Findings) throws {
        let folder = scratch.path + "/round"
        try Files.createFolder(folder)
        let round = try PolicyRound(scenario, seed: seed, in: folder)
        try round.run()
        let final = try round.finalStates()
        for state in final.joined() { found.states[state, default: 0] += 1 }
        let before = MonotonicClock.nanoseconds()
        let oracle = PolicyOracle(scenario, clock: clock)
        let violations = oracle.check(sends: round.sends, answers: round.answers, finalStates: final)
        found.violations = violations.map { "seed \(seed): " + $0.text }
        found.waits = violations.filter(\.isNeedlessWait).count
        // An oracle that never finds anything would prove nothing: each round is spoilt in one place, too.
        let kind = SpoiltRound.Kind.allCases[Int(seed % UInt64(SpoiltRound.Kind.allCases.count))]
        if found.violations.isEmpty,
            let spoiling = SpoiltRound(
                kind, sends: round.sends, answers: round.answers, finalStates: final,
                forbidden: kind.isForbidden
                    ? oracle.forbidden(kind, sends: round.sends, answers: round.answers) : [], seed: seed)
        {
            let noticed = !oracle.check(
                sends: spoiling.sends, answers: spoiling.answers, finalStates: spoiling.finalStates
            ).isEmpty
            let known = found.spoilt[kind] ?? (0, 0)
            found.spoilt[kind] = (known.tried + 1, known.noticed + (noticed ? 1 : 0))
            if !noticed { found.unnoticed.append("seed \(seed): " + spoiling.words) }
        }
        found.checking += MonotonicClock.nanoseconds() - before
        found.sends += round.sends.count
        found.answers += round.answers.count
        if !found.violations.isEmpty { Swift.print(scenario.configuration()) }
        if let trace = arguments.text("trace") { Swift.print(Self.trace(trace, scenario, round, final)) }
        try Files.removeTree(folder)
    }

    private func print(_ found: Findings, seed: UInt64, days: Int, seconds: Double) {
        var results = Results()
        results.add("seed", "first seed", .whole(Int(seed)))
        results.add("rounds", "rounds", .whole(found.rounds))
        results.add("days", "days in each", .whole(days))
        results.add("zones", "time zones", .whole(PolicyPhones.zones.count))
        results.add("sends", "messages sent and checked", .whole(found.sends))
        results.add("answers", "answers taken", .whole(found.answers))
        for (state, count) in found.states.sorted(by: { $0.value > $1.value }) {
            results.add("state.\(state)", "  contacts \(state)", .whole(count))
        }
        results.add("seconds", "taken", .fraction(seconds, digits: 1), "s")
        results.add("checkingSeconds", "… of which the oracle", .fraction(Double(found.checking) / 1e9, digits: 1), "s")
        for (kind, count) in found.spoilt.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            results.add(
                "spoilt.\(kind)", "spoilt and noticed: " + kind.rawValue, .text("\(count.noticed) of \(count.tried)"))
        }
        for (index, words) in found.unnoticed.enumerated() {
            results.add("unnoticed.\(index + 1)", "  not noticed", .text(words))
        }
        results.add("violations", "violations", .whole(found.violations.count))
        results.add("waits", "… of which waits without need", .whole(found.waits))
        for (index, violation) in found.violations.enumerated() {
            results.add("violation.\(index + 1)", "  \(index + 1)", .text(violation))
        }
        results.print(asJSON: arguments.has("json"))
    }

    /// Everything about one contact, named `DROP:RECORD` as in the violations.
    private static func trace(
        _ name: String, _ scenario: PolicyScenario, _ round: PolicyRound, _ final: [[String]]
    ) -> String {
        let parts = name.split(separator: ":").compactMap { Int($0) }
        guard parts.count == 2, scenario.drops.indices.contains(parts[0]),
            scenario.drops[parts[0]].contacts.indices.contains(parts[1])
        else { return "no contact \(name)" }
        let contact = scenario.drops[parts[0]].contacts[parts[1]]
        var lines = ["\(contact)", "dropped at \(time(scenario.drops[parts[0]].at * 1_000))"]
        for (at, order) in scenario.orders where contact.phones.contains(where: { "\(order)".contains($0.number) }) {
            lines.append("\(time(at * 1_000)) \(order)")
        }
        for (place, send) in round.sends.enumerated() where send.drop == parts[0] && send.record == parts[1] {
            lines.append("\(time(send.at)) \(send.step) \(send.attempt) over \(send.channel) to \(send.address)")
            for answer in round.answers where answer.send == place {
                lines.append("  \(answer.event) at \(time(answer.happened)), taken at \(time(answer.taken))")
            }
        }
        return (lines + ["\(final[parts[0]][parts[1]])"]).joined(separator: "\n")
    }

    private static func time(_ milliseconds: Int) -> String { Timestamp(milliseconds: Int64(milliseconds)).description }
}
