import CShims
import Glibc

/// What the kernel reports about folders (`inotify(7)`), and the one place where an idle program waits.
///
/// It wakes the program sooner, but is never the only source of truth: events from other machines on a network file
/// system do not show up, and after an overflow everything must be looked at anyway. If the kernel has no inotify to
/// give, `wait` still waits. One thread at a time waits; any thread may add watches meanwhile.
package final class Inotify: @unchecked Sendable {
    // Safe: the descriptor never changes and its calls are thread-safe; only the waiting thread uses the buffer.
    package struct Event: Sendable, Equatable {
        package enum Kind: Sendable, Equatable {
            /// A file got this name by a rename, so it is whole.
            case movedIn
            case created
            /// A process that could write closed it.
            case closedAfterWriting
            /// It was removed or renamed away; if the name is empty, the folder itself.
            case gone
            /// The kernel dropped events: look at everything.
            case overflow
            case other
        }

        /// The number `watch` returned; -1 for an overflow.
        package let watch: Int32
        /// The name in that folder; empty if the event is about the folder itself.
        package let name: String
        package let kind: Kind

        package init(watch: Int32, name: String, kind: Kind) {
            self.watch = watch
            self.name = name
            self.kind = kind
        }
    }

    private let descriptor: Int32
    private var buffer: [UInt8] = []

    /// Asks the kernel for events. With `enabled` false, or if the kernel refuses (its limit per user), it only waits.
    package init(enabled: Bool = true) {
        descriptor = enabled ? waybill_inotify_open() : -1
    }

    deinit {
        if descriptor >= 0 { SystemCalls.release(descriptor) }
    }

    /// Starts watching a folder (not its subfolders); the same folder again gives the same number.
    package func watch(_ folder: String) throws(SystemError) -> Int32 {
        guard descriptor >= 0 else { throw SystemError(operation: "watch", path: folder, code: ENOSYS) }
        // Safe: the path is a zero-ended copy that lives for the call.
        let watch = unsafe waybill_inotify_watch(descriptor, folder)
        guard watch >= 0 else { throw SystemError.last("watch", folder) }
        return watch
    }

    /// Waits until something happens, a signal is pending in `waking`, the bell rings, or the time is over. Returns
    /// what happened.
    ///
    /// A negative time waits without end. The signal stays pending: get it from the receiver. The bell is reset.
    package func wait(
        milliseconds: Int, waking signals: SignalReceiver?, bell: Bell? = nil
    ) throws(SystemError) -> [Event] {
        // poll(2) ignores negative descriptors.
        var watched = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: signals?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
            pollfd(fd: bell?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        // Safe: the array of three outlives the call.
        let ready = unsafe poll(&watched, 3, Int32(clamping: milliseconds))
        if ready < 0 {
            let failure = SystemError.last("wait", "")
            if failure.code == EINTR { return [] }
            throw failure
        }
        if watched[2].revents != 0 { bell?.silence() }
        return watched[0].revents == 0 ? [] : try readEvents()
    }

    private func readEvents() throws(SystemError) -> [Event] {
        buffer.removeAll(keepingCapacity: true)
        do throws(SystemError) {
            _ = try Descriptor.read(descriptor, into: &buffer, atMost: 64 << 10, path: "events of watched folders")
        } catch {
            if error.code == EAGAIN { return [] }
            throw error
        }
        return Inotify.decode(buffer)
    }

    /// Decodes the kernel's records, each: watch Int32 | mask UInt32 | cookie UInt32 | length UInt32 | name,
    /// zero-padded to length.
    static func decode(_ bytes: [UInt8]) -> [Event] {
        func word(_ at: Int) -> UInt32 {
            // In the machine's own byte order, as the kernel wrote it. Safe: the loop has checked for sixteen bytes.
            unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: at, as: UInt32.self) }
        }
        var events: [Event] = []
        var at = 0
        while at + 16 <= bytes.count {
            let watch = Int32(bitPattern: word(at))
            let mask = word(at + 4)
            let end = min(at + 16 + Int(word(at + 12)), bytes.count)
            let name = bytes[at + 16..<end].prefix { $0 != 0 }
            // Names that are not UTF-8 are not handled here; the event still wakes the program.
            events.append(
                Event(watch: watch, name: String(validating: name, as: UTF8.self) ?? "", kind: kind(of: mask)))
            at = end
        }
        return events
    }

    private static func kind(of mask: UInt32) -> Event.Kind {
        func has(_ bit: Int) -> Bool { mask & UInt32(bit) != 0 }
        if has(Int(IN_Q_OVERFLOW)) { return .overflow }
        if has(Int(IN_MOVED_TO)) { return .movedIn }
        if has(Int(IN_CLOSE_WRITE)) { return .closedAfterWriting }
        if has(Int(IN_CREATE)) { return .created }
        if has(Int(IN_MOVED_FROM)) || has(Int(IN_DELETE)) || has(Int(IN_DELETE_SELF)) || has(Int(IN_MOVE_SELF)) {
            return .gone
        }
        return .other
    }
}
