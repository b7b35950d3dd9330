import Glibc
import Synchronization

/// The date and time: the system's own, one that was set once and has run since, or one that stands still.
package struct WallClock: Sendable {
    private enum Source: Sendable {
        case system
        /// Milliseconds since the epoch, and the monotonic nanoseconds at which they were right.
        case running(from: Int64, since: Int64)
        case standing(StandingTime)
    }

    private let source: Source

    /// With a start, the clock shows it now and runs on; without one, it is the system's clock.
    package init(startingAt milliseconds: Int64? = nil) {
        source = milliseconds.map { .running(from: $0, since: MonotonicClock.nanoseconds()) } ?? .system
    }

    /// Always shows what `time` says.
    package init(_ time: StandingTime) {
        source = .standing(time)
    }

    /// Whether it is the system's own clock, which may be wrong; the others are what somebody asked for.
    package var isSystem: Bool {
        switch source {
        case .system: true
        case .running, .standing: false
        }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    package func nowMilliseconds() -> Int64 {
        switch source {
        case .system: MonotonicClock.read(CLOCK_REALTIME) / 1_000_000
        case .running(let start, let since): start + (MonotonicClock.nanoseconds() - since) / 1_000_000
        case .standing(let time): time.milliseconds
        }
    }
}

/// A time that only moves when somebody moves it: for rehearsals, in which weeks pass in seconds.
package final class StandingTime: Sendable {
    private let value: Atomic<Int64>

    package init(milliseconds: Int64) {
        value = Atomic(milliseconds)
    }

    /// Since 1970-01-01T00:00:00Z.
    package var milliseconds: Int64 { value.load(ordering: .relaxed) }

    package func set(milliseconds: Int64) { value.store(milliseconds, ordering: .relaxed) }
}
