import Glibc
import SystemIO

/// Standard output, for results, and standard error, for all else.
enum StandardStream: Int32 {
    case output = 1
    case errors = 2

    /// Writes all of the bytes, at once: nothing is held back for later.
    func write(_ bytes: [UInt8]) throws(SystemError) {
        var start = 0
        while start < bytes.count {
            // Safe: the pointer is used during the call only and covers what is left of the array.
            let written = unsafe bytes.withUnsafeBytes { raw in
                unsafe Glibc.write(rawValue, raw.baseAddress! + start, raw.count - start)
            }
            if written >= 0 {
                start += written
                continue
            }
            let code = errno
            switch code {
            case EINTR: continue
            case EAGAIN: try waitUntilWritable()
            default:
                throw SystemError(
                    operation: "write to", path: self == .output ? "standard output" : "standard error", code: code)
            }
        }
    }

    func write(_ text: String) throws(SystemError) { try write(Array(text.utf8)) }

    /// A terminal shared with a program that made it non-blocking.
    private func waitUntilWritable() throws(SystemError) {
        var watched = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
        // Safe: one structure, valid for the call.
        _ = unsafe poll(&watched, 1, 1_000)
    }
}
