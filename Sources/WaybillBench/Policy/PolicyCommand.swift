import Foundation
import IndependentOracle
import SystemIO
import Waybill

/// `waybill-bench policy`: random policies, contacts and answers over years of a clock that jumps, each message checked by an oracle
/// that shares no code with the pipeline.
struct PolicyCommand {
    static let valued: Set<String> = ["sends", "seed", "contacts", "days", "rounds", "trace"]

    private let arguments: Arguments
    private let scratch: ScratchFolder

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        scratch = try ScratchFolder()
    }

    /// Prints what was found; throws when anything was wrong.
    func run() throws {
        let wanted = try arguments.number("sends", default: 100_000)
        let seed = UInt64(try arguments.number("seed", default: 1, atLeast: 0))
        let contacts = try arguments.number("contacts", default: 5_000)
        let days = try arguments.number("days", default: 740)
        let most = try arguments.number("rounds", default: .max)
        var states: [String: Int] = [:]
        var sends = 0
        var rounds = 0
        var taken = 0
        var violations: [String] = []
        var spoilt: [SpoiltRound.Kind: (tried: Int, noticed: Int)] = [:]
        var unnoticed: [String] = []
        let clock = OracleClock()
        let start = MonotonicClock.nanoseconds()
        var checking: Int64 = 0
        while sends < wanted, rounds < most, violations.isEmpty {
            let own = seed &+ UInt64(rounds)
            rounds += 1
            let maker = ScenarioMaker(
                seed: own, zones: PolicyPhones.zones, phones: PolicyPhones.make(contacts * 2, seed: own))
            let scenario = maker.make(contacts: contacts, days: days)
            let folder = scratch.path + "/round"
            try Files.createFolder(folder)
            let round = try PolicyRound(scenario, seed: own, in: folder)
            try round.run()
            let final = try round.finalStates()
            for state in final.joined() { states[state, default: 0] += 1 }
            let before = MonotonicClock.nanoseconds()
            let oracle = PolicyOracle(scenario, clock: clock)
            violations = oracle.check(sends: round.sends, answers: round.answers, finalStates: final)
                .map { "seed \(own): " + $0 }
            // An oracle that never finds anything would prove nothing: each round is spoilt in one place, too.
            let kind = SpoiltRound.Kind.allCases[Int(own % UInt64(SpoiltRound.Kind.allCases.count))]
            if violations.isEmpty,
                let spoiling = SpoiltRound(
                    kind, sends: round.sends, answers: round.answers, finalStates: final, seed: own)
            {
                let found = oracle.check(
                    sends: spoiling.sends, answers: spoiling.answers, finalStates: spoiling.finalStates)
                let known = spoilt[kind] ?? (0, 0)
                spoilt[kind] = (known.tried + 1, known.noticed + (found.isEmpty ? 0 : 1))
                if found.isEmpty { unnoticed.append("seed \(own): " + spoiling.words) }
            }
            checking += MonotonicClock.nanoseconds() - before
            sends += round.sends.count
            FileHandle.standardError.write(
                Data("round \(rounds), seed \(own): \(sends) messages, \(violations.count) violations\n".utf8))
            taken += round.answers.count
            if !violations.isEmpty { print(scenario.configuration()) }
            if let trace = arguments.text("trace") { print(Self.trace(trace, scenario, round, final)) }
            try Files.removeTree(folder)
        }
        var results = Results()
        results.add("seed", "first seed", .whole(Int(seed)))
        results.add("rounds", "rounds", .whole(rounds))
        results.add("days", "days in each", .whole(days))
        results.add("zones", "time zones", .whole(PolicyPhones.zones.count))
        results.add("sends", "messages sent and checked", .whole(sends))
        results.add("answers", "answers taken", .whole(taken))
        for (state, count) in states.sorted(by: { $0.value > $1.value }) {
            results.add("state.\(state)", "  contacts \(state)", .whole(count))
        }
        let seconds = Double(MonotonicClock.nanoseconds() - start) / 1e9
        results.add("seconds", "taken", .fraction(seconds, digits: 1), "s")
        results.add("checkingSeconds", "… of which the oracle", .fraction(Double(checking) / 1e9, digits: 1), "s")
        for (kind, count) in spoilt.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            results.add(
                "spoilt.\(kind)", "spoilt and noticed: " + kind.rawValue, .text("\(count.noticed) of \(count.tried)"))
        }
        for (index, words) in unnoticed.enumerated() {
            results.add("unnoticed.\(index + 1)", "  not noticed", .text(words))
        }
        results.add("violations", "violations", .whole(violations.count))
        for (index, violation) in violations.enumerated() {
            results.add("violation.\(index + 1)", "  \(index + 1)", .text(violation))
        }
        results.print(asJSON: arguments.has("json"))
        guard violations.isEmpty else {
            throw ChildProcess.Failure(description: "\(violations.count) violations")
        }
    }

    /// Everything about one contact, named `DROP:RECORD` as violations name it.
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
