import Glibc

/// Brings what was written to files so far to the disk, on a thread of its own: a sync that follows has little to wait
/// for.
///
/// What fails is left to that one to tell.
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

    /// Whether it is done, waiting for that `milliseconds` at most.
    package func isDone(waitingAtMost milliseconds: Int64) -> Bool {
        if case .timedOut = done.pop(waitingAtMost: milliseconds) { return false }
        return true
    }
}
