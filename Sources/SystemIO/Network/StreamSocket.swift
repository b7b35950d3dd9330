import CShims
import Glibc

/// A connection to another program, by TCP or a Unix socket; nothing waits longer than the given time.
///
/// Confined to one thread at a time.
package final class StreamSocket {
    /// Why there is no connection, or no longer one.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// Whether the data stays on this machine.
    package let isLoopback: Bool
    private let descriptor: Int32
    private let name: String

    /// - Parameter host: a name or number, or the path of a Unix socket.
    package init(host: String, port: Int, milliseconds: Int64) throws(Failure) {
        name = host.hasPrefix("/") ? host : "\(host) port \(port)"
        var loopback: Int32 = 0
        var unknown: Int32 = 0
        // Safe: the text and the two places live for the call.
        descriptor = unsafe waybill_connect(host, Int32(port), milliseconds, &loopback, &unknown)
        let code = errno
        guard descriptor >= 0 else {
            if unknown != 0 { throw Failure(description: "nobody knows the host \(host)") }
            throw Failure(description: "\(SystemError(operation: "connect to", path: name, code: code))")
        }
        isLoopback = loopback != 0
    }

    deinit { if descriptor >= 0 { SystemCalls.release(descriptor) } }

    /// Waits until data arrived or there is room to send; neither if the time is over.
    package func wait(forRoom: Bool, milliseconds: Int64) -> (room: Bool, input: Bool) {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN | (forRoom ? POLLOUT : 0)), revents: 0)
        // Safe: one structure, which lives for the call.
        guard unsafe poll(&wait, 1, Int32(clamping: max(0, milliseconds))) > 0 else { return (false, false) }
        let found = Int32(wait.revents)
        return (found & POLLOUT != 0, found & ~POLLOUT != 0)
    }

    /// Sends as many bytes as there is room for, and returns how many.
    package func send(_ bytes: ArraySlice<UInt8>) throws(Failure) -> Int {
        // Safe: the call reads no more than the bytes, which live for it.
        let sent = unsafe bytes.withUnsafeBytes { unsafe waybill_send(descriptor, $0.baseAddress, $0.count) }
        if sent >= 0 { return Int(sent) }
        if errno == EAGAIN || errno == EINTR { return 0 }
        throw failure("send to")
    }

    /// Appends data that arrived; false at the end of the connection.
    package func receive(into bytes: inout [UInt8]) throws(Failure) -> Bool {
        var count = 0
        var code: Int32 = 0
        bytes.append(addingCapacity: 16_384) { room in
            // Safe: the call writes at most as many bytes as there is room for, and only those are declared
            // initialised.
            unsafe room.withUnsafeMutableBufferPointer { space, initialised in
                count = unsafe recv(descriptor, space.baseAddress! + initialised, space.count - initialised, 0)
                code = errno
                initialised += max(0, count)
            }
        }
        if count >= 0 { return count > 0 }
        if code == EAGAIN || code == EINTR { return true }
        throw failure("receive from", code)
    }

    private func failure(_ operation: String, _ code: Int32 = errno) -> Failure {
        Failure(description: "\(SystemError(operation: operation, path: name, code: code))")
    }
}
