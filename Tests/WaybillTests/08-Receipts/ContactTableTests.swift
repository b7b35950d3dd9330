import Foundation
import XCTest

@testable import Waybill

/// The table of states in `Sources/README.md` is the one in `ContactTransitions`, and the sources raise what it knows.
final class ContactTableTests: XCTestCase {
    private typealias Happening = ContactTransitions.Happening
    private typealias Transition = ContactTransitions.Transition

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    // MARK: - The published table

    private struct Row {
        let text: String
        let from: String
        let happening: String
        let conditions: [String]
        let follows: String
        var isUsed = false
    }

    private struct BrokenRow: Error {
        let line: String
    }

    private func publishedRows() throws -> [Row] {
        let text = try String(contentsOf: Self.root.appending(path: "Sources/README.md"), encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let header = try XCTUnwrap(lines.firstIndex(of: "| from | happening | where | what follows |"))
        return try lines[(header + 2)...].prefix { $0.hasPrefix("|") }.map { line in
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                .map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 4 else { throw BrokenRow(line: String(line)) }
            return Row(
                text: String(line), from: cells[0], happening: cells[1],
                conditions: cells[2].isEmpty ? [] : cells[2].components(separatedBy: ", "), follows: cells[3])
        }
    }

    /// A contact whose step has these settings, and something that happens to it.
    private struct Case {
        let name: String
        let strategy: Strategy
        let position: ContactPosition
        let happening: Happening
        let isEarlier: Bool

        var step: Strategy.Step { strategy.steps[0] }
        var event: Event? {
            switch happening {
            case .event(let event, _): event
            case .timeUp: .expired
            case .transportFailed: .failed
            case .left, .unsendable, .lostInFlight, .optedOut, .listed, .listedForChannel, .withdrawn,
                .cancelled, .windowClosedForGood, .sampledOut, .throttled:
                nil
            }
        }

        /// The README's word for what happens.
        var word: String {
            if case .event(let event, _) = happening { return event.rawValue }
            return String("\(happening)".prefix { $0 != "(" })
        }

        var isCall: Bool { step.channel.medium == .call }

        var hasRule: Bool {
            guard let event else { return false }
            if step.on[event] != nil { return true }
            if case .transportFailed = happening { return false }
            if event == .bounced, step.on[.failed] != nil { return true }
            let results: [Event] = [.failed, .bounced, .busy, .noAnswer, .abandonedCustomer, .abandonedDialer]
            return [.call, .other].contains(step.channel.medium) && results.contains(event) && step.on[.other] != nil
        }

        func holds(_ condition: String) -> Bool? {
            switch condition {
            case "no strategy": strategy.isHandover
            case "SMS": step.channel == .sms
            case "e-mail": step.channel == .email
            case "call": isCall
            case "other channel": step.channel.medium == .other
            case "expires": step.expires != nil
            case "rule": hasRule
            case "another step": if case .go = step.on[.failed] { true } else { false }
            case "attempts used up": position.attempts >= 3
            case "earlier attempt": isEarlier
            case _: nil
            }
        }

        func fits(_ row: Row) -> Bool {
            let isFrom =
                switch row.from {
                case "final": position.state.isFinal
                case "open": !position.state.isFinal
                case "out": !position.state.isFinal && position.state != .pending
                case _: row.from == "`\(position.state.label)`"
                }
            let isEvent = if case .event = happening { true } else { false }
            let happens =
                row.happening == "any" || row.happening.contains("`\(word)`")
                || row.happening.hasPrefix("any event") && isEvent
            return isFrom && happens && row.conditions.allSatisfy { holds($0) ?? false }
        }
    }

    private static let happenings: [Happening] =
        [
            .left, .transportFailed, .unsendable, .lostInFlight, .timeUp, .optedOut, .listed, .listedForChannel,
            .withdrawn, .cancelled, .windowClosedForGood, .sampledOut, .throttled,
        ] + Event.allCases.filter { $0 != .expired }.map { .event($0, attempt: 1) }

    /// Every state, happening, channel and kind of rule with each other.
    private func cases() -> [Case] {
        var cases: [Case] = []
        var rules: [(String, [Event: Strategy.Outcome])] = [
            ("no rule", [:]), ("another step", [.failed: .go(to: "next", after: .minutes(1))]),
            ("other", [.other: .retry(after: .minutes(5))]),
        ]
        for event in Event.allCases { rules.append((event.rawValue, [event: .retry(after: .minutes(5))])) }
        for channel in [.sms, .email, .voice, Channel("print"), .handover] {
            for (name, on) in rules where !channel.isHandover || on.isEmpty {
                for expires in [nil, TimeSpan.hours(1)] where !channel.isHandover || expires == nil {
                    var step = Strategy.Step(name: "only", channel: channel, to: .phone1)
                    (step.on, step.expires, step.attempts) = (on, expires, 2)
                    let next = Strategy.Step(name: "next", channel: .voice, to: .phone1)
                    let strategy = channel.isHandover ? .handover : Strategy(steps: [step, next])
                    let out = channel.medium.awaiting
                    let open = channel.isHandover ? [.pending] : [ContactState.pending, out]
                    for state in open + ContactState.allCases.filter(\.isFinal) {
                        for happening in Self.happenings {
                            for attempts in [1, 3] {
                                cases.append(
                                    Case(
                                        name: "\(channel), \(name), \(expires.map { "\($0)" } ?? "no expiry")",
                                        strategy: strategy,
                                        position: ContactPosition(
                                            state: state, step: strategy.steps[0].name, attempts: attempts,
                                            stepAttempts: attempts),
                                        happening: Self.of(happening, attempts), isEarlier: false))
                                guard attempts == 3, case .event = happening else { continue }
                                cases.append(
                                    Case(
                                        name: "\(channel), \(name), earlier", strategy: strategy,
                                        position: ContactPosition(
                                            state: state, step: strategy.steps[0].name, attempts: attempts,
                                            stepAttempts: attempts),
                                        happening: happening, isEarlier: true))
                            }
                        }
                    }
                }
            }
        }
        return cases
    }

    private static func of(_ happening: Happening, _ attempt: Int) -> Happening {
        if case .event(let event, _) = happening { .event(event, attempt: attempt) } else { happening }
    }

    private static func words(_ transition: Transition) -> String {
        switch transition {
        case .unchanged: "nothing"
        case .queue: "the rule"
        case .become(let state, _), .close(let state): "`\(state.label)`"
        }
    }

    func testThePublishedTableIsTheTable() throws {
        var rows = try publishedRows()
        XCTAssertGreaterThan(rows.count, 20)
        for row in rows {
            for condition in row.conditions {
                XCTAssertNotNil(cases()[0].holds(condition), "nobody knows what \"\(condition)\" means: \(row.text)")
            }
        }
        for one in cases() {
            let answer = ContactTransitions(strategy: one.strategy).next(one.position, one.happening)
            let place = rows.firstIndex { one.fits($0) }
            let what = "\(one.position.state.label), \(one.word), \(one.name), \(one.position.attempts) attempts"
            XCTAssertEqual(place.map { rows[$0].follows } ?? "no row", Self.words(answer), what)
            if let place { rows[place].isUsed = true }
        }
        XCTAssertEqual(rows.filter { !$0.isUsed }.map(\.text), [], "rows that nothing comes to")
    }

    func testThePublishedTablesOfWhatCloseMakesAreTheTable() throws {
        for (path, header) in [
            ("Sources/README.md", "| event | SMS | e-mail | call | other channel |"),
            ("Sources/Waybill/Waybill.docc/Results.md", "| event | `sms` | `email` | `voice` | other channels |"),
        ] {
            let text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let start = try XCTUnwrap(lines.firstIndex { $0 == header }, path)
            let rows = lines[(start + 2)...].prefix { $0.hasPrefix("|") }.map(String.init)
            let expected = Event.allCases.map { event in
                let states = [Channel.sms, .email, .voice, Channel("print")].map { channel in
                    var step = Strategy.Step(name: "only", channel: channel, to: .phone1)
                    step.on = [event: .close]
                    let position = ContactPosition(
                        state: channel.medium.awaiting, step: "only", attempts: 1, stepAttempts: 1)
                    let happening = event == .expired ? Happening.timeUp : .event(event, attempt: 1)
                    return Self.words(ContactTransitions(strategy: Strategy(steps: [step])).next(position, happening))
                }
                return "| `\(event.rawValue)` | \(states.joined(separator: " | ")) |"
            }
            XCTAssertEqual(rows, expected, path)
        }
    }

    func testEachHappeningOfTheTableHasARow() throws {
        let rows = try publishedRows()
        for happening in Self.happenings {
            let word = Case(
                name: "", strategy: .handover, position: ContactPosition(step: ""), happening: happening,
                isEarlier: false
            ).word
            XCTAssertTrue(rows.contains { $0.happening.contains("`\(word)`") }, word)
        }
    }

    // MARK: - The sources

    private func sources() throws -> [(path: String, text: String)] {
        let start = Self.root.appending(path: "Sources/Waybill")
        let walk = try XCTUnwrap(FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil))
        return try walk.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
            .map { ($0.path, try String(contentsOf: $0, encoding: .utf8)) }
            .filter { !$0.0.hasSuffix("/ContactTransitions.swift") }
    }

    func testEachHappeningIsRaisedSomewhere() throws {
        let asked = /(?:happen|fail|end|next|standing)\(\s*(?:after:\s*|(?:\w+,\s*){1,3})?\.(\w+)/
        let named = /var happening: ContactTransitions\.Happening \{(?s:.*?)\n    \}/
        var raised: Set<String> = []
        for file in try sources() {
            for match in file.text.matches(of: asked) { raised.insert(String(match.1)) }
            for match in file.text.matches(of: named) {
                for word in match.0.matches(of: /\.(\w+)/) { raised.insert(String(word.1)) }
            }
        }
        let all = Set(Self.happenings.map { String("\($0)".prefix { $0 != "(" }) })
        XCTAssertEqual(all.subtracting(raised), [])
    }

    func testNobodySetsAStateThatTheTableDidNotAnswer() throws {
        for file in try sources() {
            for line in file.text.split(separator: "\n") {
                XCTAssertNil(line.firstMatch(of: /standing\.state = \.(?!pending\b)/), "\(file.path): \(line)")
            }
        }
    }
}
