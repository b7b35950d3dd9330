import Glibc

/// Syncs files on a thread of its own, so that a later sync has little to wait for.
///
/// Its failures are left to that later sync to report.
package struct SyncAhead {
    private let done = BoundedQueue<Bool>(capacity: 1)

    package init(_ paths: [String]) {
        _ = Worker.start(name: "sync") { [done] in
            defer { done.close() }
            for path in paths {
                let descriptor = try SystemCalls.open(path, O_RDONLY | O_NOFOLLOW, doing: "open")
                defer { SystemCalls.release(descriptor) }
                try? SystemCalls.sync(descriptor, path: path)
            }
        }
    }

    /// Whether it is done, after waiting at most `milliseconds`.
    package func isDone(waitingAtMost milliseconds: Int64) -> Bool {
        if case .timedOut = done.pop(waitingAtMost: milliseconds) { return false }
        return true
    }
}
