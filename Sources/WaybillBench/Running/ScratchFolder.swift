import Glibc
import SystemIO

/// A temporary folder beneath the current one, so measurements run on the disk that the user chose; removed at the end.
final class ScratchFolder {
    let path: String

    init() throws {
        // Safe: the call returns an allocated text, which is copied and freed.
        guard let here = unsafe realpath(".", nil) else {
            throw Arguments.Mistake(description: "the current folder is gone")
        }
        defer { unsafe free(here) }
        path = unsafe String(cString: here) + "/.waybill-bench-\(getpid())-\(MonotonicClock.nanoseconds() % 1_000_000)"
        try Files.createFolder(path, mode: 0o700)
    }

    deinit { try? Files.removeTree(path) }
}
