import Glibc

/// The date and time: the system's own, or one that was set at some moment and has run on since.
package struct WallClock: Sendable {
    private let start: (milliseconds: Int64, monotonic: Int64)?

    /// With a start, the clock shows it now and runs on from there; without one it is the system's clock.
    package init(startingAt milliseconds: Int64? = nil) {
        start = milliseconds.map { ($0, MonotonicClock.nanoseconds()) }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    package func nowMilliseconds() -> Int64 {
        guard let start else { return MonotonicClock.read(CLOCK_REALTIME) / 1_000_000 }
        return start.milliseconds + (MonotonicClock.nanoseconds() - start.monotonic) / 1_000_000
    }
}
