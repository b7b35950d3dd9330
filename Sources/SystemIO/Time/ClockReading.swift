import CShims

/// A reading of the system's clocks: `waybill` uses it to judge whether the date and time can be right.
package struct ClockReading: Hashable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z, according to the system.
    package var wall: Int64
    /// Milliseconds since this boot, which nobody can set.
    package var sinceBoot: Int64
    /// Identifies this boot.
    package var boot: String
    /// Whether a time service (NTP, PTP, a hypervisor) keeps the clock, according to the kernel.
    package var isSynchronised: Bool

    package init(wall: Int64, sinceBoot: Int64, boot: String, isSynchronised: Bool = false) {
        self.wall = wall
        self.sinceBoot = sinceBoot
        self.boot = boot
        self.isSynchronised = isSynchronised
    }

    /// Read once, since every pass asks for it.
    private static let thisBoot = ProcessIdentity.current.bootID

    package static var now: ClockReading {
        ClockReading(
            wall: WallClock().nowMilliseconds(), sinceBoot: MonotonicClock.millisecondsSinceBoot(),
            boot: thisBoot, isSynchronised: waybill_clock_is_synchronised() == 1)
    }
}
