import CShims

/// What the system's clocks say at one moment: what `waybill` judges the date and time by.
package struct ClockReading: Hashable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z, as the system believes.
    package var wall: Int64
    /// Milliseconds since this boot, which nobody can set.
    package var sinceBoot: Int64
    /// Names this boot.
    package var boot: String
    /// A time service (NTP, PTP, a hypervisor) keeps the clock, as the kernel says.
    package var isSynchronised: Bool

    package init(wall: Int64, sinceBoot: Int64, boot: String, isSynchronised: Bool = false) {
        self.wall = wall
        self.sinceBoot = sinceBoot
        self.boot = boot
        self.isSynchronised = isSynchronised
    }

    /// Read once: it is asked for in each pass.
    private static let thisBoot = ProcessIdentity.current.bootID

    package static var now: ClockReading {
        ClockReading(
            wall: WallClock().nowMilliseconds(), sinceBoot: MonotonicClock.millisecondsSinceBoot(),
            boot: thisBoot, isSynchronised: waybill_clock_is_synchronised() == 1)
    }
}
