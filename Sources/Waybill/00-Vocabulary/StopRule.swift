/// When a campaign stops by itself: too many of its messages came to no good.
package struct StopRule: Hashable, Sendable {
    /// By outcome: nothing more leaves once more of the messages than this came to it.
    package var limits: [Event: Campaign.RejectLimit] = [:]
    /// Only what left within this span counts.
    package var within = TimeSpan.hours(24)
    /// Of a share: so many messages at the least.
    package var least = 5
    /// How much of a parcel may fail for one cause before it is held; nil: all of it.
    package var sameCause: Campaign.RejectLimit? = .percent(50)

    package init() {}

    /// What is counted, in the order of the documentation.
    package static let outcomes: [Event] = [.failed, .bounced, .unsubscribed, .complained, .declined]

    /// What an event counts as: a bounce is a failure, too.
    package static func outcomes(of event: Event) -> [Event] { event == .bounced ? [.bounced, .failed] : [event] }

    /// Fewer that fail for one cause say nothing of it, unless it is everybody.
    private static let leastOfCause = 10

    /// Whether so many of a parcel that fail for one cause hold it.
    ///
    /// - Parameter isOfAll: what they lack nobody can have.
    package func holds(_ count: Int, of total: Int, isOfAll: Bool = false) -> Bool {
        guard let sameCause, sameCause.isPassed(by: count, of: total) else { return false }
        return count >= Self.leastOfCause || count == total && isOfAll
    }
}
