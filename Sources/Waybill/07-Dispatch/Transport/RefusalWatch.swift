/// Counts what a transport refuses while a parcel is on its way, so that a campaign that stops for too many failures
/// (`stopWhen`) stops with those and not with the whole parcel.
package struct RefusalWatch: Sendable {
    private let limit: Campaign.RejectLimit
    private let least: Int
    private var left: Int
    private var failed: Int
    private var refused = 0

    /// Fewer say nothing of a cause that they have in common, for which none of them would fail.
    private static let leastRefused = 10

    /// - Parameters:
    ///   - left: how many messages of the campaign left before that count.
    ///   - failed: how many of them failed.
    package init(limit: Campaign.RejectLimit, least: Int, left: Int, failed: Int) {
        self.limit = limit
        self.least = max(least, Self.leastRefused)
        self.left = left
        self.failed = failed
    }

    mutating func note(_ outcome: MessageOutcome) {
        switch outcome {
        case .accepted, .lost: left += 1
        case .refused:
            left += 1
            failed += 1
            refused += 1
        case .later, .postponed, .stopping, .recalled, .unknown: break
        }
    }

    /// Whether nothing more of the parcel may begin.
    var isOver: Bool { refused >= least && limit.isPassed(by: failed, of: left) }
}
