import Synchronization
import SystemIO

/// Tells a parcel in flight that the process is about to end.
package final class StopSign: Sendable {
    /// Monotonic milliseconds; 0 until then.
    private let moment = Atomic<Int64>(0)

    package init() {}

    package func raise() { moment.store(MonotonicClock.nanoseconds() / 1_000_000, ordering: .relaxed) }

    /// Whether it was raised so long ago.
    func isRaised(for span: TimeSpan) -> Bool {
        let raised = moment.load(ordering: .relaxed)
        return raised > 0 && MonotonicClock.nanoseconds() / 1_000_000 - raised >= span.milliseconds
    }
}
