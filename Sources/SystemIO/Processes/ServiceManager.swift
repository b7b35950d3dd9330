import CShims

/// Whoever started this process and wants to know how it is, as systemd does (sd_notify(3)).
package struct ServiceManager: Sendable {
    private let place: String
    /// Within so many milliseconds a sign of life is wanted; nil where none is.
    package let patience: Int64?

    /// As a process's environment has it; nil where nobody wants to know.
    package init?(environment: [String: String], process: Int32) {
        guard let place = environment["NOTIFY_SOCKET"], place.hasPrefix("/") || place.hasPrefix("@") else { return nil }
        self.place = place
        // Another process may be meant.
        let isMeant = environment["WATCHDOG_PID"].map { Int32($0) == process } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        patience = isMeant && microseconds > 0 ? max(4, microseconds / 1_000) : nil
    }

    /// What cannot be told now is not: nothing waits for it.
    package func tell(_ lines: String...) {
        // Safe: both are zero-ended copies that live for the call.
        _ = unsafe waybill_notify(place, lines.joined(separator: "\n"))
    }
}
