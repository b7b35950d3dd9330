/// What a relay's answer means for a message, and who is at fault.
///
/// If an answer blames the sender or the system, no recipient is at fault: the transport stops, and every message
/// waits. If the recipient is at fault, that message ends with the relay's code. RFC 3463 distinguishes the two; if a
/// relay gives no such code, the point in the conversation decides.
///
/// | answer | means |
/// | --- | --- |
/// | to the greeting, `EHLO`, `AUTH`, `MAIL FROM`; `421`, `x.3.x`, `5.7.x`, `x.1.7`, `x.1.8`, `5.5.1` … | stop |
/// | `5xx` that says that the person wants none (`OptOutDetail`) | refused |
/// | any other `4xx` | this message later |
/// | any other `5xx` to `RCPT TO`, or with a status; `5.3.4`, `552`: it is too large | refused |
/// | `5xx` to the message, without a status | stop: somebody may take it for spam |
/// | `3xx` to the message | unknown: the relay answers something else, and may have it |
enum SMTPJudgement: Hashable, Sendable {
    case accepted
    case refused(code: String, detail: String)
    case later
    /// Nothing of the transport leaves for a while; longer if the answer is meant permanently.
    case stop(String, isLasting: Bool)
    /// Nobody knows whether it has the mail, so it never comes again; nothing of the transport leaves for a while.
    case unknown(String)

    enum Phase: Sendable {
        case greeting, hello, login, sender, recipient, data, content

        fileprivate var words: String {
            switch self {
            case .greeting: "greets"
            case .hello: "answers EHLO"
            case .login: "answers AUTH"
            case .sender: "answers MAIL FROM"
            case .recipient: "answers RCPT TO"
            case .data: "answers DATA"
            case .content: "answers a message"
            }
        }
    }
}

extension SMTPReply {
    /// - Parameter address: the recipient's address, which appears in no report and no log.
    func judgement(at phase: SMTPJudgement.Phase, hiding address: [UInt8] = []) -> SMTPJudgement {
        if code / 100 == 2 || phase == .data && code == 354 { return .accepted }
        let isLasting = code / 100 == 5
        let said = phase == .login ? "" : detail(hiding: address)
        let name = status.map { "\(code) \($0)" } ?? String(code)
        let words = "the relay \(phase.words) with \(name)" + (said.isEmpty ? "" : ": \(said)")
        if phase == .content, code / 100 == 3 { return .unknown(words) }
        let stop = SMTPJudgement.stop(words, isLasting: isLasting)
        // A message too large for the relay stays too large, and the others are not affected.
        let isTooLarge = isLasting && (status.map { $0.subject == 3 && $0.detail == 4 } ?? (code == 552))
        if isTooLarge, phase == .sender || phase == .content {
            return .refused(code: status?.description ?? String(code), detail: said)
        }
        switch phase {
        case .greeting, .hello, .login, .sender: return stop
        case .recipient, .data, .content: break
        }
        if code == 421 || code / 100 == 3 { return stop }
        let refused = SMTPJudgement.refused(code: status?.description ?? String(code), detail: said)
        // The person wants none, whatever the status says.
        if isLasting, phase != .data, OptOutDetail.refusal(in: Array(said.utf8)[...]) != nil { return refused }
        if let status, status.subject > 0 {
            if status.blamesSender { return stop }
        } else if [500, 501, 502, 503, 504, 530, 534, 535, 538].contains(code) {
            return stop
        } else if isLasting, phase != .recipient, ![551, 552, 553].contains(code) {
            return stop
        }
        return isLasting ? refused : .later
    }

    /// What an answer by which the transport stops says of the mail it was given to.
    func stopping(hiding address: [UInt8]) -> MessageOutcome {
        .stopping(
            code: status?.description ?? String(code), detail: detail(hiding: address), isLasting: code / 100 == 5)
    }

    /// The relay's words, cut, without anything that is an address.
    func detail(hiding address: [UInt8]) -> String {
        let local = String(decoding: address.prefix { $0 != UInt8(ascii: "@") }, as: UTF8.self).lowercased()
        let kept = words.split(separator: " ").map { word in
            let isAddress = word.contains("@") || local.count > 2 && word.lowercased().contains(local)
            return isAddress ? "…" : word
        }
        return String(kept.joined(separator: " ").prefix(200))
    }
}

extension SMTPReply.Status {
    /// Whether it is about the sender or the systems in between, and not about the recipient.
    var blamesSender: Bool {
        switch subject {
        case 1: detail == 7 || detail == 8
        case 3: detail != 4
        case 5: [1, 2, 3, 4, 5, 6].contains(detail)
        // If a relay defers mails by policy, as greylisting does, each message is retried by itself.
        case 7: group == 5 && ![17, 18, 19].contains(detail)
        case _: false
        }
    }
}
