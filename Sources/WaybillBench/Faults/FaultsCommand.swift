import Foundation
import SystemIO
import Waybill

/// `waybill-bench faults`: makes one call of a run fail after the other, starts again without faults, and checks that
/// nobody outside can tell.
struct FaultsCommand {
    static let valued: Set<String> = ["calls", "effects", "then", "disk", "one-of", "seed", "phase", "occurrence"]

    private let arguments: Arguments
    private let scratch: ScratchFolder
    private let calls: [SystemCall]
    private let effects: [FaultPoint.Effect]
    private let change: FaultStory.Change
    /// The disk for the faulty runs; with it, a kill is a power failure.
    private let disk: TestDisk?
    /// One in this many calls fails, drawn by the seed.
    private let share: Int
    private var random: RandomStream

    /// The calls that change anything.
    private static let usual: [SystemCall] = [
        .write, .fsync, .rename, .create, .mkdir, .unlink, .rmdir, .ftruncate, .close,
    ]

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        calls = try arguments.words("calls", default: Self.usual)
        effects = try arguments.words(
            "effects", default: [.full, .broken, .lost, .killBefore, .killMidway, .killAfter])
        change = try arguments.words("then", default: [FaultStory.Change.nothing]).first ?? .nothing
        share = try arguments.number("one-of", default: 1)
        random = RandomStream(seed: UInt64(try arguments.number("seed", default: 1, atLeast: 0)))
        scratch = try ScratchFolder()
        disk = try arguments.words("disk", default: [TestDisk.Kind]()).first.map { [scratch] kind in
            try TestDisk(kind, in: scratch.path)
        }
        if arguments.has("share"), disk == nil {
            throw Arguments.Mistake(description: "--share takes a disk for a share: name one with --disk")
        }
    }

    /// The course of the sweep.
    private struct Tally {
        var points = 0
        var struck = 0
        /// Runs that a fault ended, and runs that went on without reporting it.
        var ended = 0
        var leftovers = 0
        var differences: [String] = []
    }

    mutating func run() throws {
        let calm = scratch.path + "/calm"
        try FaultStory.prepare(calm)
        var tally = Tally()
        for (index, phase) in FaultStory.phases.enumerated() {
            try FaultStory.drop(phase, into: calm)
            let before = scratch.path + "/before-\(index)"
            try copy(calm, to: before)
            _ = try once(calm, phase.clock, nil)
            let expected = try outcome(calm)
            tally.differences += expected.faults.map { "\(phase.name), undisturbed: " + $0 }
            for call in calls where isWanted(nil, phase) {
                let counted = try counting(call, phase, from: before)
                for occurrence in 1...max(1, counted) where counted > 0 && isWanted(occurrence, phase) {
                    for effect in effects {
                        guard random.below(share) == 0 else { continue }
                        let point = FaultPoint(call: call, occurrence: occurrence, effect: effect)
                        try disturb(point, phase, from: before, expected, &tally)
                    }
                }
                tellProgress(phase, call, counted, tally)
            }
            try Files.removeTree(before)
        }
        report(tally)
        guard tally.differences.isEmpty else {
            throw ChildProcess.Failure(description: "\(tally.differences.count) differences")
        }
    }

    /// A whole sweep takes an hour and more: one that is ended tells how far it came.
    private func tellProgress(_ phase: FaultStory.Phase, _ call: SystemCall, _ counted: Int, _ tally: Tally) {
        let words =
            "\(phase.name), \(call.rawValue), \(counted) calls: \(tally.points) disturbed so far, "
            + "\(tally.differences.count) differences\n"
        FileHandle.standardError.write(Data(words.utf8))
    }

    /// One point of a sweep can be had again alone.
    private func isWanted(_ occurrence: Int?, _ phase: FaultStory.Phase) -> Bool {
        (arguments.text("phase") ?? phase.name) == phase.name
            && (occurrence == nil || arguments.text("occurrence").map { $0 == "\(occurrence!)" } ?? true)
    }

    /// The workspace as it was before a phase, on the disk if there is one; on a share its inbox and its outbox only.
    private func beginRound(from before: String) throws -> String {
        try disk?.renew()
        guard let disk, disk.isShare else {
            let root = (disk?.folder ?? scratch.path) + "/round"
            try copy(before, to: root)
            try disk?.sync()
            return root
        }
        let root = scratch.path + "/round"
        try copy(before, to: root)
        for name in ["inbox", "outbox"] {
            let (own, shared) = (root + "/" + name, disk.folder + "/" + name)
            if try Files.exists(own) { try copy(own, to: shared) }
            try Files.createFolder(shared, durably: false)
            try Files.removeTree(own)
            try Files.makeLink(to: shared, as: own)
        }
        return root
    }

    /// How many calls of a kind the phase makes.
    private func counting(_ call: SystemCall, _ phase: FaultStory.Phase, from before: String) throws -> Int {
        let root = try beginRound(from: before)
        defer { try? Files.removeTree(root) }
        return try once(root, phase.clock, FaultPoint(call: call, occurrence: 1, effect: .nothing))?.calls ?? 0
    }

    private func disturb(
        _ point: FaultPoint, _ phase: FaultStory.Phase, from before: String, _ expected: TortureOutcome,
        _ tally: inout Tally
    ) throws {
        let root = try beginRound(from: before)
        tally.points += 1
        let run = try once(root, phase.clock, point)
        if run == nil, let disk, disk.canLosePower { try disk.losePower() }
        if run == nil || run?.struck != nil { tally.struck += 1 }
        if run == nil || run?.failure != nil { tally.ended += 1 }
        let unsaid = try startAgain(root, phase, expected)
        let found = try outcome(root)
        let differences =
            unsaid + found.faults
            + (point.effect.lasts
                ? found.withoutReasonsToWait().differences(from: expected.withoutReasonsToWait())
                : found.differences(from: expected))
        tally.leftovers += found.leftovers
        let place = run?.struck.map { " (" + $0.replacing(root + "/", with: "") + ")" } ?? ""
        if let first = differences.first {
            let others = differences.count > 1 ? " (and \(differences.count - 1) more)" : ""
            tally.differences.append("\(phase.name), \(point)\(place): \(first)\(others)")
            if arguments.has("keep") { try copy(root, to: "kept-\(tally.differences.count)") }
        }
        try Files.removeTree(root)
    }

    /// Starts without faults two minutes later, with the change: whatever waits for a minute has waited. Returns what
    /// was held without a message.
    private func startAgain(
        _ root: String, _ phase: FaultStory.Phase, _ expected: TortureOutcome
    ) throws -> [String] {
        try FaultStory.configure(root, change)
        let later = phase.clock.adding(.minutes(2))
        switch change {
        case .nothing, .path, .layout, .transport: try inPeace(root, later)
        case .mount:
            let (folder, away) = (root + "/outbox/dispatch", root + "/away")
            let isThere = try Files.exists(folder)
            if isThere { try Files.rename(folder, to: away, replacing: false) }
            try inPeace(root, later)
            guard isThere else { break }
            let held = try expected.messages - outcome(root, besides: ["../away"]).messages
            let log = String(decoding: try Files.read(root + "/log", limit: 1 << 20), as: UTF8.self)
            try mountAgain(away, over: folder)
            try inPeace(root, later.adding(.minutes(2)))
            if held > 0, !log.contains("put back the folder") { return ["\(held) messages were held without a word"] }
        }
        return []
    }

    /// Mounts the folder again. What was written into the empty mount point would be hidden beneath, so it is moved
    /// beside it.
    private func mountAgain(_ away: String, over folder: String) throws {
        if try Files.exists(folder) {
            try Files.rename(folder, to: Files.folder(of: folder) + "/other", replacing: false)
        }
        try Files.rename(away, to: folder, replacing: false)
    }

    private func inPeace(_ root: String, _ time: Timestamp) throws {
        let run = try once(root, time, nil)
        if let failure = run?.failure {
            throw ChildProcess.Failure(description: "an undisturbed run ended: \(failure)")
        }
    }

    /// A run in a child process; nil if it was killed.
    private func once(_ root: String, _ time: Timestamp, _ point: FaultPoint?) throws -> FaultedRun? {
        let point = point ?? FaultPoint(call: .write, occurrence: 1, effect: .nothing)
        let output = scratch.path + "/output"
        try Files.remove(output)
        let child = try ChildProcess(
            BuiltPrograms.own,
            [
                "faulted-once", "--workspace", root, "--clock", time.description, "--call", point.call.rawValue,
                "--occurrence", String(point.occurrence), "--effect", point.effect.rawValue,
            ] + (takenForShare.map { ["--share", $0] } ?? []), output: output, errors: root + "/log")
        switch try child.wait() {
        case .killed(by: 9) where point.effect.isKill: return nil
        case .exited(0):
            return try JSONDecoder().decode(FaultedRun.self, from: Data(try Files.read(output, limit: 1 << 20)))
        case let ending:
            let log = (try? Files.read(root + "/log", limit: 1 << 20)) ?? []
            throw ChildProcess.Failure(description: "\(point): \(ending)\n" + String(decoding: log, as: UTF8.self))
        }
    }

    /// The disk that Waybill takes for a share: where it hands parcels over goes by the way to shares.
    private var takenForShare: String? { arguments.has("share") ? disk?.folder : nil }

    private func outcome(_ root: String, besides folders: [String] = []) throws -> TortureOutcome {
        try TortureOutcome(
            workspace: root, dispatch: FaultStory.dispatchFolders + folders,
            comparing: change == .nothing ? .lines : .references,
            namingBatches: true)
    }

    private func copy(_ from: String, to target: String) throws {
        try? Files.removeTree(target)
        try FileManager.default.copyItem(atPath: from, toPath: target)
    }

    private func report(_ tally: Tally) {
        var results = Results()
        results.add("points", "calls disturbed", .whole(tally.points))
        results.add("struck", "  that were made", .whole(tally.struck))
        results.add("ended", "runs that a fault ended", .whole(tally.ended))
        results.add("leftovers", "hidden temporary files left behind", .whole(tally.leftovers))
        results.add("differences", "differences", .whole(tally.differences.count))
        for (index, difference) in tally.differences.prefix(200).enumerated() {
            results.add("difference.\(index + 1)", "  \(index + 1)", .text(difference))
        }
        results.print(asJSON: arguments.has("json"))
    }
}
