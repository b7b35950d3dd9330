import CSQLite

/// Moves what stands in a database's write-ahead log into the database, by a thread and a connection of its own.
///
/// The writer goes on meanwhile, so that it need not wait for the disk (`SQLITE_CHECKPOINT_PASSIVE`, sqlite.org/wal.html).
/// What goes wrong here is not told: the log grows, and the writer, which then empties it itself, meets the reason.
final class LogMover: Sendable {
    // Safe: read and written only inside `monitor.locked`.
    private nonisolated(unsafe) var isAsked = false
    private nonisolated(unsafe) var isAtWork = false
    private nonisolated(unsafe) var isStopped = false
    /// `first` of the monitor is "there is something to do", `second` is "it is done".
    private let monitor = Monitor()
    private let path: String

    init(path: String) {
        self.path = path
    }

    /// The thread that does the work until `stop`; to be joined after it.
    func start() -> Worker<Void> {
        Worker.start(name: "log mover") { [self] in
            // Should the connection not open, nobody must wait for what is never done.
            defer { stop() }
            let connection = try Connection(path: path, flags: SQLITE_OPEN_READWRITE)
            while awaitErrand() {
                connection.moveLog()
                monitor.locked {
                    // Safe: inside the lock.
                    unsafe isAtWork = false
                    monitor.signal(.second)
                }
            }
        }
    }

    /// Has the log moved as it is now; nothing is added where that is under way.
    func ask() {
        monitor.locked {
            // Safe: inside the lock.
            guard unsafe !isAtWork else { return }
            unsafe isAsked = true
            monitor.signal(.first)
        }
    }

    /// Waits for the end of what is under way.
    func wait() {
        monitor.locked {
            // Safe: inside the lock.
            while unsafe (isAsked || isAtWork) && !isStopped { monitor.wait(.second) }
        }
    }

    func stop() {
        monitor.locked {
            // Safe: inside the lock.
            unsafe isStopped = true
            monitor.wakeAll()
        }
    }

    private func awaitErrand() -> Bool {
        monitor.locked {
            // Safe: inside the lock.
            while unsafe !isAsked && !isStopped { monitor.wait(.first) }
            if unsafe isStopped { return false }
            unsafe isAsked = false
            unsafe isAtWork = true
            return true
        }
    }
}
