import Glibc
import SystemIO

/// Standard input, standard output for results, and standard error for all else.
enum StandardStream: Int32 {
    case input = 0
    case output = 1
    case errors = 2

    private var name: String {
        switch self {
        case .input: "standard input"
        case .output: "standard output"
        case .errors: "standard error"
        }
    }

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
                    operation: "write to", path: name, code: code)
            }
        }
    }

    /// Appends what is there to read, waiting for something; false at the end.
    func read(into bytes: inout [UInt8], atMost: Int = 1 << 16) throws(SystemError) -> Bool {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: atMost))
        while true {
            // Safe: the pointer is used during the call only and covers what was appended.
            let found = unsafe bytes.withUnsafeMutableBytes { raw in
                unsafe Glibc.read(rawValue, raw.baseAddress! + start, atMost)
            }
            let code = errno
            if found < 0, code == EINTR { continue }
            bytes.removeLast(atMost - max(0, found))
            guard found >= 0 else { throw SystemError(operation: "read", path: name, code: code) }
            return found > 0
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
