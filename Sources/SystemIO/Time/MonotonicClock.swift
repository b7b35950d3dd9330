import Glibc

/// A clock that only runs forward, whatever happens to the date: for durations.
package enum MonotonicClock {
    /// Nanoseconds since an arbitrary point, the same for the whole run of the system.
    package static func nanoseconds() -> Int64 { read(CLOCK_MONOTONIC) }

    package static func sleep(milliseconds: UInt32) { usleep(1_000 * milliseconds) }

    /// Milliseconds since the system started, including sleep.
    package static func millisecondsSinceBoot() -> Int64 { read(CLOCK_BOOTTIME) / 1_000_000 }

    /// Nanoseconds of one of the system's clocks; these two exist on every Linux, so the call cannot fail.
    static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        // Safe: the pointer is valid for the call, which fills the structure.
        _ = unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
