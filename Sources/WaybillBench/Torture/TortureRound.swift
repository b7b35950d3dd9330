import Glibc
import SystemIO
import Waybill

/// One run through the story in a fresh workspace, by the real program, with or without kills.
final class TortureRound {
    /// What the program was doing when it was killed.
    enum Moment: String, CaseIterable {
        case takingContacts = "while it took contacts"
        case takingResults = "while it took results"
        case sending = "while it sent, settled or reported"
    }

    let root: String
    private let scenario: TortureScenario
    private let program: String
    /// Seconds of each phase, restarts included.
    private(set) var seconds: [Double] = []
    private(set) var kills: [Moment: Int] = [:]
    /// Kills before the program had done anything: they prove nothing and do not count.
    private(set) var earlyKills = 0

    init(_ scenario: TortureScenario, program: String, root: String) throws {
        self.scenario = scenario
        self.program = program
        self.root = root
        for folder in ["torture", "_receipts", "_suppress"] { try Files.createFolder(root + "/inbox/" + folder) }
        try Files.writeAtomically(Array(TortureScenario.configuration.utf8), to: root + "/waybill.json5")
        // The receipts are written before there is a store.
        try Files.createFolder(root + "/state", mode: 0o700)
        try Workspace(root: root).openStore(Configuration()).drawNewLetters { TortureScenario.letters }
    }

    /// Runs all phases. If given the seconds that each phase takes undisturbed, kills the program during them.
    func run(killingWithin calm: [Double]?, _ random: inout RandomStream) throws {
        // The shortest phase does next to nothing: half of it is the time a start takes before there is anything to
        // disturb.
        let start = (calm?.min() ?? 0) / 2
        for (index, phase) in scenario.phases.enumerated() {
            for drop in phase.drops {
                try Files.copyDurably(drop.path, to: "\(root)/inbox/\(drop.folder)/\(drop.name)")
            }
            let begun = MonotonicClock.nanoseconds()
            try finish(phase, begun: begun, killingBetween: calm.map { start...max(start, $0[index]) }, &random)
            seconds.append(Double(MonotonicClock.nanoseconds() - begun) / 1e9)
        }
    }

    /// Starts the program until it ends by itself.
    private func finish(
        _ phase: TortureScenario.Phase, begun: Int64, killingBetween window: ClosedRange<Double>?,
        _ random: inout RandomStream
    ) throws {
        var restarts = 0
        while true {
            let elapsed = (MonotonicClock.nanoseconds() - begun) / 1_000_000
            let clock = phase.clock.adding(TimeSpan(milliseconds: elapsed))
            let before = try trace()
            let child = try ChildProcess(
                program, ["run", "--until-idle", "--workspace", root, "--clock", clock.description],
                errors: root + "/log")
            if let window {
                // Later restarts get more time, so every round comes to an end.
                let span = (window.upperBound - window.lowerBound) * (1 + Double(restarts) / 8)
                if try !isOver(child, window.lowerBound + span * random.fraction(), soonAfterClaim: span / 2, &random) {
                    let moment = moment()
                    child.kill()
                    _ = try child.wait()
                    if try trace() == before { earlyKills += 1 } else { kills[moment, default: 0] += 1 }
                    restarts += 1
                    continue
                }
            }
            let ending = try child.wait()
            guard ending == .exited(0) else {
                let log = (try? Files.read(root + "/log", limit: 64 << 20)) ?? []
                throw ChildProcess.Failure(
                    description: "waybill ended with \(ending) in phase \"\(phase.name)\": "
                        + String(decoding: log.suffix(2_000), as: UTF8.self))
            }
            return
        }
    }

    /// Waits for the moment of a kill, and returns whether the program ended before it.
    ///
    /// The moment is `delay` seconds from now; or, every second time, at most `margin` seconds after a claim was seen,
    /// and mostly soon after it: the short time between claim and acknowledgement has the most to lose.
    private func isOver(
        _ child: ChildProcess, _ delay: Double, soonAfterClaim margin: Double, _ random: inout RandomStream
    ) throws -> Bool {
        let now = MonotonicClock.nanoseconds()
        var awaitsClaim = random.happens(50_000)
        let share = random.fraction()
        let wait = margin * share * share * share
        var end = now + Int64((awaitsClaim ? max(delay, 4 * margin) : delay) * 1e9)
        while MonotonicClock.nanoseconds() < end {
            if try child.poll() != nil { return true }
            if awaitsClaim, claimed() != nil {
                awaitsClaim = false
                end = MonotonicClock.nanoseconds() + Int64(wait * 1e9)
            }
            usleep(500)
        }
        return try child.poll() != nil
    }

    /// What the program is doing, according to its claims.
    private func moment() -> Moment {
        guard let claimed = claimed() else { return .sending }
        return claimed == "_receipts" || claimed == "_suppress" ? .takingResults : .takingContacts
    }

    /// The inbox folder of a file that is claimed now.
    private func claimed() -> Substring? {
        let claims = root + "/inbox/.waybill"
        for owner in (try? Files.list(claims)) ?? [] {
            // The owner's lock is there as well.
            for token in (try? Files.list(claims + "/" + owner)) ?? [] where !token.hasPrefix(".") {
                return token.drop { $0 != "~" }.dropFirst()
            }
        }
        return nil
    }

    /// Changes whenever the program has done something lasting: a claim, a commit.
    private func trace() throws -> [String] {
        var trace = ["", "-wal"].map { ending in
            let status = try? FileStatus.of(root + "/state/waybill.db" + ending)
            return "\(status?.size ?? -1) \(status?.modified ?? -1)"
        }
        for phase in scenario.phases {
            for drop in phase.drops {
                trace.append((try? Files.exists("\(root)/inbox/\(drop.folder)/\(drop.name)")) == true ? "1" : "0")
            }
        }
        return trace
    }
}
