/// Syncs files and folders side by side on threads of its own, so that a later sync has little to wait for.
///
/// Its failures are left to that later sync to report.
package struct SyncAhead {
    private let done = BoundedQueue<Bool>(capacity: 1)

    package init(files: [String], folders: [String] = []) {
        _ = Worker.start(name: "sync") { [done] in
            defer { done.close() }
            try Files.sync(files, folders: folders)
        }
    }

    /// Whether it is done, after waiting at most `milliseconds`.
    package func isDone(waitingAtMost milliseconds: Int64) -> Bool {
        if case .timedOut = done.pop(waitingAtMost: milliseconds) { return false }
        return true
    }
}
