import SystemIO
import Waybill

/// The waybill that holds the workspace, for a command that waits for it.
struct OtherWaybill {
    private let context: CommandContext
    private let configuration: Configuration
    private var nextLook: Int64 = 0
    private var since: Int64?
    private var isTold = false

    /// It tries again every so often: if it could not go on then, it is not waited for any longer. Nanoseconds, as all
    /// times here.
    private static let patience = (PassingTrouble.patience + 2_000) * 1_000_000

    init(_ context: CommandContext, _ configuration: Configuration) {
        self.context = context
        self.configuration = configuration
    }

    /// Whether it takes nothing, and somebody has to do something first. That is told as soon as it is seen.
    mutating func isStuck() -> Bool {
        let now = MonotonicClock.nanoseconds()
        if now >= nextLook {
            nextLook = now + 1_000_000_000
            let problems = FullDisks(context.workspace, configuration).found(
                besides: context.statusTold(configuration)
            ).map(\.problem)
            since = problems.isEmpty ? nil : since ?? now
            if !isTold, !problems.isEmpty {
                isTold = true
                context.console.say("waybill: the waybill that runs here waits: \(problems.joined(separator: "; "))")
            }
        }
        return since.map { now - $0 >= Self.patience } ?? false
    }
}
