import SystemIO

/// A conversation with a relay, up to the point where it can take mails.
///
/// Safe to pass between threads: one at a time has it, the pool or a flight.
final class SMTPConnection: @unchecked Sendable {
    /// Why the relay cannot be used now.
    struct Fault: Error {
        let words: String
        /// Whether the relay said so permanently.
        var isLasting = false
    }

    /// What it offers (RFC 5321 §4.1.1.1).
    struct Features: Hashable, Sendable {
        var pipelining = false
        var eightBit = false
        var utf8 = false
        var reports = false
        var chunking = false
        /// Seconds in which a mail has to be delivered, at the least (RFC 2852); nil: it takes none.
        var soonest: Int?
        /// Octets; nil: it does not say.
        var largest: Int?
        var logins: Set<String> = []

        init(_ lines: [String]) {
            for line in lines.dropFirst() {
                let words = line.uppercased().split(whereSeparator: { $0 == " " || $0 == "=" }).map(String.init)
                switch words.first {
                case "PIPELINING": pipelining = true
                case "8BITMIME": eightBit = true
                case "SMTPUTF8": utf8 = true
                case "DSN": reports = true
                case "CHUNKING": chunking = true
                case "SIZE": largest = words.count > 1 ? Int(words[1]).flatMap { $0 > 0 ? $0 : nil } : nil
                case "DELIVERBY": soonest = words.count > 1 ? Int(words[1]) ?? 0 : 0
                case "AUTH": logins.formUnion(words.dropFirst())
                case _: break
                }
            }
        }
    }

    private(set) var features = Features([])
    /// How many mails it took or refused.
    var mails = 0
    /// Since when the connection is idle, in monotonic nanoseconds.
    private(set) var quietSince = MonotonicClock.nanoseconds()
    private let socket: StreamSocket
    private let patience: Int64
    private var replies = SMTPReplies()

    /// Connects, greets and logs in.
    ///
    /// - Parameter folder: where the file of a secret is looked for.
    init(to relay: SMTPRelay, in folder: String) throws(Fault) {
        patience = relay.timeout
        do throws(StreamSocket.Failure) {
            socket = try StreamSocket(host: relay.host, port: relay.port, milliseconds: relay.timeout)
        } catch {
            throw Fault(words: error.description)
        }
        try judge(try reply(), at: .greeting)
        var hello = try ask("EHLO \(relay.hello)")
        if hello.code / 100 == 5, hello.code != 521, hello.code != 550 {
            // It speaks the old protocol, without any of the offers.
            hello = try ask("HELO \(relay.hello)")
            try judge(hello, at: .hello)
        } else {
            try judge(hello, at: .hello)
            features = Features(hello.lines)
        }
        if relay.user != nil { try logIn(relay, folder) }
    }

    private func judge(_ reply: SMTPReply, at phase: SMTPJudgement.Phase) throws(Fault) {
        switch reply.judgement(at: phase) {
        case .accepted: return
        case .stop(let words, let isLasting): throw Fault(words: words, isLasting: isLasting)
        case .refused, .later, .unknown: throw Fault(words: "the relay answered with \(reply.code)")
        }
    }

    // MARK: - Login

    private func logIn(_ relay: SMTPRelay, _ folder: String) throws(Fault) {
        guard let user = relay.user, let place = relay.secret else { return }
        // The host's name may resolve to another machine than expected.
        guard socket.isLoopback else {
            throw Fault(words: "\(relay.host) is another machine: secrets go to this one only", isLasting: true)
        }
        let offered = relay.method.map { [$0] } ?? [.plain, .login]
        guard let method = offered.first(where: { features.logins.contains($0.rawValue.uppercased()) }) else {
            let names = features.logins.sorted().joined(separator: ", ")
            throw Fault(
                words:
                    "the relay offers no AUTH \(offered.map { $0.rawValue.uppercased() }.joined(separator: " or ")), "
                    + (names.isEmpty ? "nor any other" : "but \(names)"), isLasting: true)
        }
        let secret: String
        do throws(TransportProblem) {
            secret = try place.read("the relay's password", in: folder)
        } catch {
            throw Fault(words: error.description)
        }
        func encoded(_ text: String) -> String { Base64.text(Array(text.utf8)) }
        var answer: SMTPReply
        switch method {
        case .plain: answer = try ask("AUTH PLAIN \(encoded("\0\(user)\0\(secret)"))")
        case .login:
            answer = try ask("AUTH LOGIN")
            if answer.code == 334 { answer = try ask(encoded(user)) }
            if answer.code == 334 { answer = try ask(encoded(secret)) }
        case .xoauth2:
            answer = try ask("AUTH XOAUTH2 \(encoded("user=\(user)\u{1}auth=Bearer \(secret)\u{1}\u{1}"))")
            // The relay explains the error after an empty line.
            if answer.code == 334 { answer = try ask("") }
        }
        try judge(answer, at: .login)
    }

    // MARK: - Talking

    func ask(_ command: String) throws(Fault) -> SMTPReply {
        let bytes = Array("\(command)\r\n".utf8)
        try send(bytes)
        return try reply()
    }

    /// Sends all bytes and meanwhile reads what the relay says; on failure, `sent` gets how many were sent.
    func send(_ bytes: [UInt8], sent: (Int) -> Void = { _ in }) throws(Fault) {
        var rest = bytes[...]
        var last = MonotonicClock.nanoseconds()
        // There nearly always is room, so it is not waited for the first time.
        var (hasRoom, hasInput) = (true, false)
        while !rest.isEmpty {
            do throws(StreamSocket.Failure) {
                if hasRoom {
                    let count = try socket.send(rest)
                    rest = rest.dropFirst(count)
                    if count > 0 { last = MonotonicClock.nanoseconds() }
                    sent(bytes.count - rest.count)
                }
                if hasInput { try take() }
            } catch {
                throw Fault(words: error.description)
            }
            if rest.isEmpty { return }
            if MonotonicClock.nanoseconds() - last > patience * 1_000_000 {
                throw Fault(words: "the relay takes nothing for too long")
            }
            (hasRoom, hasInput) = socket.wait(forRoom: true, milliseconds: patience)
        }
    }

    /// The next reply; waits for it.
    func reply() throws(Fault) -> SMTPReply {
        let start = MonotonicClock.nanoseconds()
        while true {
            do throws(SMTPReplies.Nonsense) {
                if let reply = try replies.next() {
                    quietSince = MonotonicClock.nanoseconds()
                    return reply
                }
            } catch {
                throw Fault(words: "the relay answers with what is no SMTP")
            }
            let left = patience - (MonotonicClock.nanoseconds() - start) / 1_000_000
            guard left > 0 else { throw Fault(words: "the relay does not answer for too long") }
            guard socket.wait(forRoom: false, milliseconds: left).input else { continue }
            do throws(StreamSocket.Failure) {
                try take()
            } catch {
                throw Fault(words: error.description)
            }
        }
    }

    /// A reply that came before the connection was lost.
    func said() -> SMTPReply? { (try? replies.next()) ?? nil }

    private func take() throws(StreamSocket.Failure) {
        var bytes: [UInt8] = []
        guard try socket.receive(into: &bytes) else {
            throw StreamSocket.Failure(description: "the relay ended the connection")
        }
        replies.take(bytes)
    }

    /// Whether it can still be used: a relay that is about to close the connection says so, or has closed it.
    var isUsable: Bool { !socket.wait(forRoom: false, milliseconds: 0).input }

    /// Says goodbye without waiting for the answer.
    func quit() {
        guard socket.wait(forRoom: true, milliseconds: 0).room else { return }
        _ = try? socket.send(Array("QUIT\r\n".utf8)[...])
    }
}
