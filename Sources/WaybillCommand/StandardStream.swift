import Glibc
import SystemIO

/// Standard input, standard output for results, and standard error for everything else.
enum StandardStream: Int32 {
    case input = 0
    case output = 1
    case errors = 2

    var name: String {
        switch self {
        case .input: "standard input"
        case .output: "standard output"
        case .errors: "standard error"
        }
    }

    /// Writes all bytes at once: nothing is buffered.
    func write(_ bytes: [UInt8]) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            do throws(SystemError) {
                rest = rest.dropFirst(try Descriptor.writeSome(rawValue, rest, path: name))
            } catch {
                guard error.code == EAGAIN else {
                    throw SystemError(operation: "write to", path: name, code: error.code)
                }
                try waitUntilWritable()
            }
        }
    }

    /// Appends what can be read, waiting if there is nothing; false at the end.
    func read(into bytes: inout [UInt8], atMost: Int = 1 << 16) throws(SystemError) -> Bool {
        try Descriptor.read(rawValue, into: &bytes, atMost: atMost, path: name) > 0
    }

    func write(_ text: String) throws(SystemError) { try write(Array(text.utf8)) }

    /// For a terminal shared with a program that made it non-blocking.
    private func waitUntilWritable() throws(SystemError) {
        var watched = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
        // Safe: one structure, valid for the call.
        _ = unsafe poll(&watched, 1, 1_000)
    }
}
