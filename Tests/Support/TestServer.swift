import Glibc
import SystemIO

/// A small HTTP/1.1 server on this machine that does what a test says and records its requests.
package final class TestServer: Sendable {
    package struct Request: Sendable {
        package let method: String
        package let path: String
        /// Header names in lower case.
        package let headers: [String: String]
        package let body: String
        /// The number, from 1, of the connection it came over.
        package let connection: Int
        /// Monotonic milliseconds.
        package let at: Int64
    }

    package enum Reply: Sendable {
        case answer(Int, String, [String: String] = [:])
        /// The connection ends without an answer, or after these bytes of one.
        case cut
        case broken(String)
        /// The answer never comes; or, given some bytes of it, they come one by one, with some milliseconds in between.
        case hang
        case trickle
    }

    private struct State {
        var requests: [Request] = []
        var descriptors: [Int32] = []
        var isStopped = false
        var underWay = 0
        var mostUnderWay = 0
        var reply: @Sendable (Request) -> Reply
    }

    package let port: UInt16
    private let listener: Int32
    private let state: Mutex<State>

    package var url: String { "http://127.0.0.1:\(port)" }
    package var requests: [Request] { state.withLock { $0.requests } }
    /// The largest number of requests it worked on at once.
    package var mostUnderWay: Int { state.withLock { $0.mostUnderWay } }

    package struct NoServer: Error {}

    package init(_ reply: @escaping @Sendable (Request) -> Reply) throws {
        state = Mutex(State(reply: reply))
        guard let (door, port) = FreshPort.listen() else { throw NoServer() }
        listener = door
        self.port = port
        _ = Worker.start(name: "server") { [weak self] in
            var number = 0
            while true {
                let descriptor = accept(door, nil, nil)
                guard descriptor >= 0, let self else { break }
                guard self.take(descriptor) else { break }
                number += 1
                let connection = number
                _ = Worker.start(name: "connection") { [weak self] in
                    self?.serve(descriptor, connection)
                    Glibc.close(descriptor)
                }
            }
            Glibc.close(door)
        }
    }

    deinit { stop() }

    /// Ends all connections; nobody can connect any more.
    package func stop() {
        state.withLock { state in
            if state.isStopped { return }
            state.isStopped = true
            // Those that are closed have left the list before, or their numbers could be those of others by now.
            for descriptor in [listener] + state.descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    package func set(_ reply: @escaping @Sendable (Request) -> Reply) { state.withLock { $0.reply = reply } }

    private func take(_ descriptor: Int32) -> Bool {
        state.withLock { state in
            if state.isStopped { return false }
            state.descriptors.append(descriptor)
            return true
        }
    }

    private func serve(_ descriptor: Int32, _ connection: Int) {
        var buffer: [UInt8] = []
        defer { state.withLock { $0.descriptors.removeAll { $0 == descriptor } } }
        while let request = read(descriptor, &buffer, connection) {
            let say = state.withLock { state in
                state.requests.append(request)
                state.underWay += 1
                state.mostUnderWay = max(state.mostUnderWay, state.underWay)
                return state.reply
            }
            let reply = say(request)
            // Before the answer, which allows the next request.
            state.withLock { $0.underWay -= 1 }
            switch reply {
            case .answer(let status, let body, let headers):
                var text = "HTTP/1.1 \(status) Status\r\nContent-Length: \(body.utf8.count)\r\n"
                for (name, value) in headers { text += "\(name): \(value)\r\n" }
                guard send(Array((text + "\r\n" + body).utf8), descriptor) else { return }
            case .cut: return
            case .broken(let bytes):
                _ = send(Array(bytes.utf8), descriptor)
                return
            case .hang:
                var byte: [UInt8] = [0]
                // Until the other side, or the test, closes.
                while receive(&byte, descriptor) > 0 {}
                return
            case .trickle:
                guard send(Array("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".utf8), descriptor) else { return }
                while send([0x20], descriptor) { usleep(20_000) }
                return
            }
        }
    }

    private func read(_ descriptor: Int32, _ buffer: inout [UInt8], _ connection: Int) -> Request? {
        let gap: [UInt8] = [13, 10, 13, 10]
        var head: Int?
        while head == nil {
            head = (0..<max(0, buffer.count - 3)).first { Array(buffer[$0..<$0 + 4]) == gap }
            if head == nil, !fill(&buffer, descriptor) { return nil }
        }
        guard let end = head else { return nil }
        let lines = String(decoding: buffer[..<end], as: UTF8.self).split(separator: "\r\n")
        let first = lines[0].split(separator: " ")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        while buffer.count < end + 4 + length { if !fill(&buffer, descriptor) { return nil } }
        let body = String(decoding: buffer[(end + 4)..<(end + 4 + length)], as: UTF8.self)
        buffer.removeSubrange(..<(end + 4 + length))
        return Request(
            method: String(first[0]), path: String(first[1]), headers: headers, body: body, connection: connection,
            at: MonotonicClock.nanoseconds() / 1_000_000)
    }

    private func fill(_ buffer: inout [UInt8], _ descriptor: Int32) -> Bool {
        var part = [UInt8](repeating: 0, count: 65_536)
        let count = receive(&part, descriptor)
        guard count > 0 else { return false }
        buffer += part[..<count]
        return true
    }

    private func receive(_ bytes: inout [UInt8], _ descriptor: Int32) -> Int {
        // Safe: as many bytes as the array has.
        unsafe bytes.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
    }

    private func send(_ bytes: [UInt8], _ descriptor: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            // Safe: the rest of the array.
            let count = unsafe bytes[sent...].withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}
