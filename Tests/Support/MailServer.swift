import Foundation
import Glibc
import SystemIO

/// A mail server on this machine that holds its client strictly to RFC 5321 and its extensions, answers as a test says,
/// and loses connections where a test wants it.
package final class MailServer: Sendable {
    package struct Mail: Hashable, Sendable {
        /// `MAIL FROM` and `RCPT TO` as received, with their parameters.
        package let sender: String
        package let recipient: String
        package let content: String
    }

    package struct Behaviour: Sendable {
        package var offers = [
            "PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 1000000", "DSN", "CHUNKING", "AUTH PLAIN LOGIN XOAUTH2",
        ]
        /// The answer to a command, to `GREETING` or to `CONTENT recipient`, instead of its own; `cut` ends the
        /// connection before it acts, `cut behind` after it acted but without an answer.
        package var answer: @Sendable (String) -> String? = { _ in nil }
        /// How many bytes of an answer are sent at once; nil: all.
        package var chop: Int?
        /// The point at which it loses the connection, once. Each command has three points: before acting, before the
        /// answer, and after it.
        package var cutAt: Int?

        package init() {}
    }

    package struct State: Sendable {
        package var mails: [Mail] = []
        package var commands: [String] = []
        /// Violations by the client.
        package var complaints: [String] = []
        package var connections = 0
        package var points = 0
        var open: Set<Int32> = []
    }

    private final class Core: Sendable {
        let state = Mutex(State())
        let behaviour: Mutex<Behaviour>
        let descriptor: Int32
        init(_ behaviour: Behaviour, _ descriptor: Int32) {
            self.behaviour = Mutex(behaviour)
            self.descriptor = descriptor
        }
    }

    private let core: Core
    package let port: Int

    /// - Parameter path: that of a Unix socket; without it, a port of this machine.
    package init(_ behaviour: Behaviour = Behaviour(), path: String? = nil) throws {
        ProcessSetup.ignoreBrokenPipe()
        let descriptor: Int32
        if let path {
            descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8) + [0]) }
            let status = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            guard status == 0, listen(descriptor, 64) == 0 else { throw NoServer() }
            port = 0
        } else {
            guard let door = FreshPort.listen() else { throw NoServer() }
            descriptor = door.descriptor
            port = Int(door.port)
        }
        core = Core(behaviour, descriptor)
        let core = core
        _ = Worker.start(name: "mail server") {
            while true {
                let connection = accept(descriptor, nil, nil)
                if connection < 0 {
                    close(descriptor)
                    return
                }
                core.state.withLock {
                    $0.connections += 1
                    $0.open.insert(connection)
                }
                _ = Worker.start(name: "mail session") {
                    var session = Session(core, connection)
                    session.run()
                    core.state.withLock { _ = $0.open.remove(connection) }
                    close(connection)
                }
            }
        }
    }

    package struct NoServer: Error {}

    deinit {
        shutdown(core.descriptor, Int32(SHUT_RDWR))
        loseConnections()
    }

    package var state: State { core.state.withLock { $0 } }

    package func behave(_ change: @Sendable (inout Behaviour) -> Void) { core.behaviour.withLock { change(&$0) } }

    /// Ends all connections, like a restart.
    package func loseConnections() {
        core.state.withLock { for connection in $0.open { shutdown(connection, Int32(SHUT_RDWR)) } }
    }

    // MARK: - A session

    private struct Session {
        private let core: Core
        private let descriptor: Int32
        private var input: [UInt8] = []
        private var sender: String?
        private var recipient: String?
        private var isUTF8 = false
        private var isOver = false
        /// Whether the relay refused something, so that what was sent after it is not a violation.
        private var hasRefused = false

        init(_ core: Core, _ descriptor: Int32) {
            self.core = core
            self.descriptor = descriptor
        }

        private var behaviour: Behaviour { core.behaviour.withLock { $0 } }
        private func offers(_ word: String) -> Bool { behaviour.offers.contains { $0.hasPrefix(word) } }
        private func complain(_ words: String) { core.state.withLock { $0.complaints.append(words) } }

        mutating func run() {
            act(on: "GREETING", "220 mail.test ready") { _ in }
            while !isOver, let line = line() {
                core.state.withLock { $0.commands.append(line) }
                handle(line)
            }
        }

        /// Whether the connection is lost at this point.
        private mutating func isCut() -> Bool {
            let point = core.state.withLock { state in
                state.points += 1
                return state.points
            }
            if behaviour.cutAt == point { isOver = true }
            return isOver
        }

        /// Does what the command says, or what the test wants.
        private mutating func act(on command: String, _ own: String, _ body: (inout Session) -> Void) {
            if isCut() { return }
            let wanted = behaviour.answer(command)
            if wanted == "cut" {
                isOver = true
                return
            }
            let answer = wanted == "cut behind" ? own : wanted ?? own
            if answer.hasPrefix("2") || answer.hasPrefix("3") { body(&self) } else { hasRefused = true }
            if wanted == "cut behind" { isOver = true }
            if isOver || isCut() { return }
            say(answer)
            if answer.hasPrefix("421") { isOver = true }
            _ = isCut()
        }

        private mutating func handle(_ line: String) {
            let verb = line.prefix { $0 != " " && $0 != ":" }.uppercased()
            if !input.isEmpty, !offers("PIPELINING") { complain("more behind \(verb) without PIPELINING") }
            switch verb {
            case "EHLO":
                let lines = ["mail.test"] + behaviour.offers
                let last = lines.count - 1
                let text = lines.enumerated().map { "250\($0.offset == last ? " " : "-")\($0.element)" }
                act(on: line, text.joined(separator: "\r\n")) { $0.reset() }
            case "HELO": act(on: line, "250 mail.test") { $0.reset() }
            case "AUTH": logIn(line)
            case "MAIL":
                if sender != nil { complain("MAIL within a mail") }
                check(
                    line, /MAIL FROM:<[^<> ]*>((?: [A-Z0-9]+(?:=[^ ]+)?)*)/,
                    ["SIZE", "BODY", "SMTPUTF8", "RET", "ENVID"])
                act(on: line, "250 2.1.0 sender") {
                    $0.sender = line
                    $0.isUTF8 = line.contains(" SMTPUTF8")
                    $0.hasRefused = false
                }
            case "RCPT":
                check(line, /RCPT TO:<[^<> ]+@[^<> ]+>((?: [A-Z0-9]+(?:=[^ ]+)?)*)/, ["NOTIFY", "ORCPT"])
                if sender == nil {
                    if !hasRefused { complain("RCPT without MAIL") }
                    return act(on: "NO SENDER", "503 5.5.1 MAIL first") { _ in }
                }
                act(on: line, "250 2.1.5 recipient") { $0.recipient = line }
            case "DATA":
                if !input.isEmpty { complain("something behind DATA before it was let in") }
                if recipient == nil, behaviour.answer(line) == nil {
                    if !hasRefused { complain("DATA without a recipient") }
                    return act(on: "NO RECIPIENT", "554 5.5.1 no valid recipients") { _ in }
                }
                if isCut() { return }
                let answer = behaviour.answer(line) ?? "354 go on"
                isOver = answer == "cut"
                if isOver || isCut() { return }
                say(answer)
                if answer.hasPrefix("421") { isOver = true }
                if !answer.hasPrefix("354") { hasRefused = true }
                if isCut() || !answer.hasPrefix("354") { return }
                takeData()
            case "BDAT": takeChunk(line)
            case "RSET": act(on: line, "250 2.0.0 reset") { $0.reset() }
            case "NOOP": act(on: line, "250 2.0.0 nothing") { _ in }
            case "QUIT":
                act(on: line, "221 2.0.0 bye") { _ in }
                isOver = true
            default:
                complain("unknown: \(line)")
                say("500 5.5.1 unknown")
            }
        }

        private mutating func reset() {
            sender = nil
            recipient = nil
            isUTF8 = false
        }

        private func check(_ line: String, _ form: Regex<(Substring, Substring)>, _ known: [String]) {
            guard let match = line.wholeMatch(of: form) else { return complain("malformed: \(line)") }
            let offered = [
                "SIZE": "SIZE", "BODY": "8BITMIME", "SMTPUTF8": "SMTPUTF8", "RET": "DSN", "ENVID": "DSN",
                "NOTIFY": "DSN",
                "ORCPT": "DSN",
            ]
            for parameter in match.output.1.split(separator: " ") {
                let name = String(parameter.prefix { $0 != "=" })
                if !known.contains(name) || !offers(offered[name] ?? "nothing") {
                    complain("not offered: \(parameter)")
                }
            }
            if !line.utf8.allSatisfy({ $0 < 0x80 }), !line.contains(" SMTPUTF8"), !isUTF8 {
                complain("not ASCII: \(line)")
            }
        }

        private mutating func logIn(_ line: String) {
            func decoded(_ text: String) -> String {
                Data(base64Encoded: text).map { String(decoding: $0, as: UTF8.self) } ?? "?"
            }
            let words = line.split(separator: " ").map(String.init)
            var said = words.count > 2 ? decoded(words[2]) : ""
            if words.count > 1, words[1] == "LOGIN" {
                for prompt in ["VXNlcm5hbWU6", "UGFzc3dvcmQ6"] {
                    say("334 \(prompt)")
                    said += decoded(self.line() ?? "") + " "
                }
            }
            core.state.withLock { $0.commands.append("secret: \(said)") }
            if words.count > 1, words[1] == "XOAUTH2", behaviour.answer(line) != nil {
                say("334 eyJzdGF0dXMiOiI0MDEifQ==")
                _ = self.line()
            }
            act(on: line, "235 2.7.0 welcome") { _ in }
        }

        // MARK: Content

        /// Receives a mail that was accepted.
        private mutating func takeData() {
            var content: [UInt8] = []
            while let line = rawLine() {
                if line == Array(".\r\n".utf8) { return take(content) }
                content += line.first == UInt8(ascii: ".") ? line.dropFirst() : line[...]
            }
            isOver = true
        }

        private mutating func takeChunk(_ line: String) {
            let words = line.split(separator: " ")
            guard offers("CHUNKING"), words.count == 3, words[2] == "LAST", let count = Int(words[1]) else {
                return complain("malformed: \(line)")
            }
            while input.count < count { if !fill() { return isOver = true } }
            let content = Array(input.prefix(count))
            input.removeFirst(count)
            if recipient == nil {
                if !hasRefused { complain("BDAT without a recipient") }
                return act(on: "NO RECIPIENT", "503 5.5.1 RCPT first") { _ in }
            }
            take(content)
        }

        private mutating func take(_ content: [UInt8]) {
            guard let sender, let recipient else {
                reset()
                return act(on: "CONTENT nobody", "554 5.5.1 no valid recipients") { _ in }
            }
            let text = String(decoding: content, as: UTF8.self)
            if !content.isEmpty, !text.utf8.reversed().starts(with: "\n\r".utf8) {
                complain("a mail without its last line end")
            }
            for line in text.components(separatedBy: "\r\n") {
                if line.utf8.count > 998 { complain("a line of \(line.utf8.count)") }
                if line.utf8.contains(where: { $0 == 0x0D || $0 == 0x0A }) { complain("a bare CR or LF") }
                if !isUTF8, !line.utf8.allSatisfy({ $0 < 0x80 }) { complain("8 bits: \(line)") }
            }
            let mail = Mail(sender: sender, recipient: recipient, content: text)
            reset()
            act(on: "CONTENT \(recipient)", "250 2.0.0 taken") { session in
                session.core.state.withLock { $0.mails.append(mail) }
            }
        }

        // MARK: Bytes

        private func say(_ answer: String) {
            let bytes = Array((answer + "\r\n").utf8)
            for start in stride(from: 0, to: bytes.count, by: behaviour.chop ?? bytes.count) {
                let part = Array(bytes[start..<min(start + (behaviour.chop ?? bytes.count), bytes.count)])
                _ = unsafe part.withUnsafeBytes {
                    unsafe send(descriptor, $0.baseAddress, $0.count, 0)
                }
            }
        }

        private mutating func fill() -> Bool {
            var bytes = [UInt8](repeating: 0, count: 65_536)
            let count = unsafe bytes.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
            guard count > 0 else { return false }
            input += bytes.prefix(count)
            return true
        }

        private mutating func rawLine() -> [UInt8]? {
            while true {
                if let end = input.firstIndex(of: 0x0A) {
                    defer { input.removeSubrange(...end) }
                    return Array(input[...end])
                }
                if !fill() { return nil }
            }
        }

        private mutating func line() -> String? {
            guard let raw = rawLine() else { return nil }
            if !raw.reversed().starts(with: [0x0A, 0x0D]) { complain("a command without CRLF") }
            return String(decoding: raw.dropLast(2), as: UTF8.self)
        }
    }
}
