import Glibc
import SystemIO
import Waybill

/// One call of a run, and the fault that hits it.
struct FaultPoint: CustomStringConvertible {
    enum Effect: String, CaseIterable {
        /// Calls are only counted.
        case nothing
        case full = "ENOSPC"
        case broken = "EIO"
        /// The call is made, but its answer is lost.
        case lost = "EIO-after"
        /// This call fails and so does every later one of its kind, until the program starts again.
        case fullFromThen = "ENOSPC-on"
        case brokenFromThen = "EIO-on"
        case killBefore = "kill-before"
        case killMidway = "kill-midway"
        case killAfter = "kill-after"

        var isKill: Bool {
            switch self {
            case .killBefore, .killMidway, .killAfter: true
            case .nothing, .full, .broken, .lost, .fullFromThen, .brokenFromThen: false
            }
        }

        var lasts: Bool {
            switch self {
            case .fullFromThen, .brokenFromThen: true
            case .nothing, .full, .broken, .lost, .killBefore, .killMidway, .killAfter: false
            }
        }

        fileprivate var effect: Fault.Effect {
            switch self {
            case .nothing: .nothing
            case .full, .fullFromThen: .fails(ENOSPC)
            case .broken, .brokenFromThen: .fails(EIO)
            case .lost: .seemsToFail(EIO)
            case .killBefore: .kills(.before)
            case .killMidway: .kills(.midway)
            case .killAfter: .kills(.after)
            }
        }
    }

    let call: SystemCall
    /// Counted from 1.
    let occurrence: Int
    let effect: Effect

    var description: String { "\(effect.rawValue) at \(call.rawValue) \(occurrence)" }

    /// Only calls in the workspace count: calls on /proc or the program's own output say nothing.
    fileprivate func fault(in root: String) -> Fault {
        Fault(effect.effect, of: [call], beneath: root + "/", occurrence: occurrence, lasts: effect.lasts)
    }
}

/// A run until idle in a process of its own, as `waybill run --until-idle` makes it, with a fault in one call.
struct FaultedRun: Codable {
    /// How many calls of the kind there were, and the one that was hit.
    let calls: Int
    let struck: String?
    /// Why it ended early; nil if it became idle.
    let failure: String?

    static let valued: Set<String> = ["workspace", "clock", "call", "occurrence", "effect", "share"]

    /// The child's part.
    static func run(_ arguments: Arguments) throws {
        let root = try arguments.required("workspace")
        guard let call = SystemCall(rawValue: try arguments.required("call")),
            let effect = FaultPoint.Effect(rawValue: try arguments.required("effect")),
            let clock = Timestamp(iso8601: ArraySlice(try arguments.required("clock").utf8))
        else { throw Arguments.Mistake(description: "no such call, effect or time") }
        let point = FaultPoint(call: call, occurrence: try arguments.number("occurrence", default: 1), effect: effect)
        arguments.text("share").map(Mounts.takeForShare)
        let signals = try SignalReceiver([SignalNumber.terminate, SignalNumber.interrupt])
        // A run that never ends is a difference like others, and must not take the sweep with it.
        alarm(300)
        Faults.handIn(point.fault(in: root))
        var failure: String?
        let isHindered = effect != .nothing && !effect.isKill
        do {
            try untilIdle(Workspace(root: root), at: clock, isHindered: isHindered, signals)
        } catch {
            failure = "\(error)"
        }
        let report = Faults.takeBack()
        var json = ReportJSON(pretty: false)
        json.object { json in
            json.member("calls", report.calls)
            if let struck = report.firstStruck { json.member("struck", struck) }
            if let failure { json.member("failure", failure) }
        }
        print(String(decoding: json.line(), as: UTF8.self), terminator: "")
    }

    private static func untilIdle(
        _ workspace: Workspace, at time: Timestamp, isHindered: Bool, _ signals: SignalReceiver
    ) throws {
        let (configuration, problems) = try workspace.configuration()
        guard problems.isEmpty else { throw ChildProcess.Failure(description: "\(problems)") }
        let clock = WallClock(startingAt: time.milliseconds)
        let log = Log(level: .warning, format: .text, clock: clock) { bytes in
            _ = try? Descriptor.writeSome(2, bytes[...], path: "standard error")
        }
        let pipeline = try Pipeline(workspace: workspace, configuration: configuration, clock: clock, log: log)
        // Each parcel is a group of its own, so that several are on their way at once.
        pipeline.dispatcher.mostTogether = 1
        // A list that cannot be read is waited for for a minute, which whole sweeps would take days of: a run that
        // lasts longer than undisturbed ones do sees time pass a hundred times as fast. On a busy machine those take
        // seconds, too.
        let end = MonotonicClock.nanoseconds() / 1_000_000 + (isHindered ? 500 : 10_000)
        pipeline.context.monotonic = {
            let now = MonotonicClock.nanoseconds() / 1_000_000
            return now + 99 * max(0, now - end)
        }
        try pipeline.service(signals: signals) { configuration }.untilIdle()
    }
}
