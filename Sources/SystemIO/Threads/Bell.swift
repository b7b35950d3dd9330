import CShims
import Glibc

/// Wakes a thread that waits in `Inotify.wait`; any thread may ring (`eventfd(2)`).
package final class Bell: Sendable {
    /// Readable while it rings; negative if the system had none to give: then nobody is woken early.
    let descriptor: Int32

    package init() { descriptor = waybill_event_open() }

    deinit {
        if descriptor >= 0 { SystemCalls.release(descriptor) }
    }

    package func ring() {
        var one: UInt64 = 1
        // Safe: eight bytes that live for the call. It only fails if the bell rings already.
        if descriptor >= 0 { _ = unsafe write(descriptor, &one, 8) }
    }

    func silence() {
        var count: UInt64 = 0
        // Safe: eight bytes that live for the call.
        if descriptor >= 0 { _ = unsafe read(descriptor, &count, 8) }
    }
}
