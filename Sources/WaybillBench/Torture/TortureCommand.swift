import SystemIO

/// `waybill-bench torture`: kills the real program at random moments and checks that nobody outside can tell.
struct TortureCommand {
    static let valued: Set<String> = ["kills", "seed", "records"]

    private let arguments: Arguments
    private let scratch: ScratchFolder

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        scratch = try ScratchFolder()
    }

    /// Prints the findings; throws if anything differed.
    func run() throws {
        let wanted = try arguments.number("kills", default: 100)
        let seed = UInt64(try arguments.number("seed", default: 1, atLeast: 0))
        let program = try BuiltPrograms.beside("waybill")
        let scenario = try TortureScenario(
            records: arguments.number("records", default: 20_000), seed: seed, in: scratch.path + "/drops")
        var random = RandomStream(seed: seed)

        let calm = try TortureRound(scenario, program: program, root: scratch.path + "/calm")
        try calm.run(killingWithin: nil, &random)
        let expected = try TortureOutcome(workspace: calm.root)
        var differences = expected.faults.map { "without any kill: " + $0 }

        var kills: [TortureRound.Moment: Int] = [:]
        var early = 0
        var leftovers = 0
        var rounds = 0
        while kills.values.reduce(0, +) < wanted, differences.isEmpty {
            rounds += 1
            let round = try TortureRound(scenario, program: program, root: scratch.path + "/round-\(rounds)")
            try round.run(killingWithin: calm.seconds, &random)
            let outcome = try TortureOutcome(workspace: round.root)
            differences += (outcome.faults + outcome.differences(from: expected)).map { "round \(rounds): " + $0 }
            kills.merge(round.kills, uniquingKeysWith: +)
            early += round.earlyKills
            leftovers += outcome.leftovers
            try Files.removeTree(round.root)
        }
        report(
            kills, early: early, rounds: rounds, leftovers: leftovers, expected, calm, differences, seed: seed)
        guard differences.isEmpty else {
            throw ChildProcess.Failure(description: "\(differences.count) differences; run again with --seed \(seed)")
        }
    }

    private func report(
        _ kills: [TortureRound.Moment: Int], early: Int, rounds: Int, leftovers: Int, _ expected: TortureOutcome,
        _ calm: TortureRound,
        _ differences: [String], seed: UInt64
    ) {
        var results = Results()
        results.add("seed", "seed", .whole(Int(seed)))
        results.add("kills", "kills between claim and idle", .whole(kills.values.reduce(0, +)))
        for moment in TortureRound.Moment.allCases {
            results.add("kills.\(moment)", "  " + moment.rawValue, .whole(kills[moment] ?? 0))
        }
        results.add("earlyKills", "kills before anything was done, not counted", .whole(early))
        results.add("rounds", "rounds", .whole(rounds))
        results.add("leftovers", "hidden temporary files left behind", .whole(leftovers))
        results.add("messages", "messages sent in each round", .whole(expected.messages))
        results.add(
            "calmSeconds", "a round without kills", .fraction(calm.seconds.reduce(0, +), digits: 2), "s")
        results.add("differences", "differences", .whole(differences.count))
        for (index, difference) in differences.prefix(50).enumerated() {
            results.add("difference.\(index + 1)", "  \(index + 1)", .text(difference))
        }
        results.print(asJSON: arguments.has("json"))
    }
}
