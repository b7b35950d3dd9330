import CSQLite

/// Moves the content of a database's write-ahead log into the database, with a thread and a connection of its own.
///
/// The writer goes on meanwhile and need not wait for the disk (`SQLITE_CHECKPOINT_PASSIVE`, sqlite.org/wal.html).
/// Failures here are not reported: the log grows, and the writer, which then empties it itself, meets the cause. Safe:
/// what changes is read and written only inside `monitor.locked`.
final class LogMover: Sendable {
    private nonisolated(unsafe) var isAsked = false
    private nonisolated(unsafe) var isAtWork = false
    private nonisolated(unsafe) var isStopped = false
    /// `first` of the monitor means "there is something to do", `second` means "it is done".
    private let monitor = Monitor()
    private let path: String

    init(path: String) {
        self.path = path
    }

    /// Starts the thread that works until `stop`; join it after that.
    func start() -> Worker<Void> {
        Worker.start(name: "log mover") { [self] in
            // If the connection cannot be opened, nobody may wait for work that is never done.
            defer { stop() }
            let connection = try Connection(path: path, flags: SQLITE_OPEN_READWRITE)
            while awaitErrand() {
                connection.moveLog()
                monitor.locked {
                    unsafe isAtWork = false
                    monitor.signal(.second)
                }
            }
        }
    }

    /// Asks to move the log as it is now; does nothing if that is under way.
    func ask() {
        monitor.locked {
            guard unsafe !isAtWork else { return }
            unsafe isAsked = true
            monitor.signal(.first)
        }
    }

    /// Waits at most `milliseconds` for the work under way; returns whether it has ended.
    @discardableResult
    func wait(milliseconds: Int64 = .max / 2_000_000) -> Bool {
        let end = MonotonicClock.nanoseconds() + milliseconds * 1_000_000
        return monitor.locked {
            while unsafe (isAsked || isAtWork) && !isStopped {
                let left = (end - MonotonicClock.nanoseconds()) / 1_000_000
                guard left > 0 else { return false }
                monitor.wait(.second, milliseconds: left)
            }
            return true
        }
    }

    func stop() {
        monitor.locked {
            unsafe isStopped = true
            monitor.wakeAll()
        }
    }

    private func awaitErrand() -> Bool {
        monitor.locked {
            while unsafe !isAsked && !isStopped { monitor.wait(.first) }
            if unsafe isStopped { return false }
            unsafe isAsked = false
            unsafe isAtWork = true
            return true
        }
    }
}
