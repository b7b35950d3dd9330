import CShims
import Glibc

/// Receives signals on request instead of interrupting whatever runs (`signalfd(2)`).
///
/// Create it before the first thread: it blocks the signals in the calling thread. Threads started later inherit that,
/// and so do programs started from here, unless their signals are reset.
package final class SignalReceiver: Sendable {
    /// Readable while a signal is pending.
    let descriptor: Int32

    package init(_ signals: [Int32]) throws(SystemError) {
        // Safe: the array outlives the call.
        descriptor = unsafe waybill_signal_open(signals, signals.count)
        guard descriptor >= 0 else { throw SystemError.last("receive signals", "") }
    }

    deinit { SystemCalls.release(descriptor) }

    /// Waits until one comes, or the time is over.
    package func wait(milliseconds: Int64) {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        // Safe: the structure outlives the call. Whatever ends it, the caller looks.
        _ = unsafe poll(&wait, 1, Int32(clamping: milliseconds))
    }

    /// The signals that came since the last call, without waiting; several of one kind may count as one.
    package func pending() throws(SystemError) -> [Int32] {
        var found: [Int32] = []
        while true {
            let signal = waybill_signal_next(descriptor)
            if signal == 0 { return found }
            guard signal > 0 else { throw SystemError.last("receive signals", "") }
            found.append(signal)
        }
    }
}
