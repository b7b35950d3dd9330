import Glibc

/// A lock that one process at a time can hold, by `flock(2)` on a file of its own; the system releases it when the
/// holder ends.
///
/// Confined to one thread at a time.
package final class FileLock {
    private let path: String
    private var descriptor: Int32

    /// Opens the lock's file, creating it (0600) if needed; does not lock yet.
    package init(path: String) throws(SystemError) {
        self.path = path
        descriptor = try SystemCalls.open(path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600, doing: "open lock")
    }

    deinit { close() }

    /// Takes the lock if nobody else has it; also true if this object already has it.
    package func tryLock() throws(SystemError) -> Bool {
        guard descriptor >= 0 else { throw SystemError(operation: "lock", path: path, code: EBADF) }
        do throws(SystemError) {
            try SystemCalls.lock(descriptor, path: path)
            return true
        } catch {
            // SMB says EACCES where another client has it.
            if error.code == EWOULDBLOCK || error.code == EACCES { return false }
            throw error
        }
    }

    /// Releases the lock but keeps the file open, so the lock can be taken again.
    package func unlock() {
        if descriptor >= 0 { SystemCalls.unlock(descriptor) }
    }

    /// Releases the lock for good. The file stays: after a removal, two holders could lock different files of the same
    /// name.
    package func close() {
        guard descriptor >= 0 else { return }
        SystemCalls.release(descriptor)
        descriptor = -1
    }
}
