import Foundation

/// The words of mail systems that write no report: whom they could not reach, and why.
struct BounceWords {
    /// The text before the returned mail.
    let said: String
    /// The line with a code, or the first that names a recipient.
    let diagnosis: String
    private(set) var recipients: [String] = []
    /// From the returned mail, if its fields are in the text.
    private(set) var reference = ""

    init(_ text: String, _ fields: MailFields, _ original: MailFields?) {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map(String.init)
        // The text begins with a forwarded mail.
        let end = lines.indices.dropFirst(2).first { Self.beginsCopy(lines[$0]) } ?? lines.endIndex
        let head = lines[..<end]
        said = String(head.joined(separator: "\n").prefix(16_384))
        let behind = lines[end...].prefix(200).filter {
            let line = $0.lowercased()
            return line.hasPrefix("message-id:") || line.hasPrefix("feedback-id:")
        }
        reference = behind.lazy.compactMap { MailReport.reference(in: $0) }.first ?? ""
        let own = Set(
            (MailAddresses.all(in: fields["to"]) + MailAddresses.all(in: fields["from"])
                + MailAddresses.all(in: original?["from"] ?? "")).map { $0.lowercased() })
        func others(_ addresses: [String]) -> [String] {
            addresses.filter { !own.contains($0.lowercased()) && !Self.isDaemon($0) }
        }
        var found = MailAddresses.all(in: fields["x-failed-recipients"])
        if found.isEmpty { found = others(head.compactMap(Self.recipient)) }
        if found.isEmpty { found = others(head.flatMap { MailAddresses.all(in: $0) }) }
        if found.isEmpty { found = others(MailAddresses.all(in: original?["to"] ?? "")) }
        var seen: Set<String> = []
        recipients = found.filter { seen.insert($0.lowercased()).inserted }
        let first = recipients.first
        diagnosis =
            head.first { BounceCause.status(in: $0) != nil || Self.hasCode($0) }
            ?? first.flatMap { address in head.first { $0.contains(address) } } ?? ""
    }

    /// `<ann@b.example>:`, or a line with nothing but an address.
    private static func recipient(_ line: String) -> String? {
        let bare = line.trimmingCharacters(in: [" ", "\t", "<"])
        guard let address = MailAddresses.first(in: bare), bare.hasPrefix(address) else { return nil }
        let rest = bare.dropFirst(address.count).drop { $0 == ">" }.drop { $0 == " " }
        return rest.isEmpty || rest.hasPrefix(":") || rest.hasPrefix("(") || rest.hasPrefix(".") ? address : nil
    }

    private static func hasCode(_ line: String) -> Bool {
        line.split { !$0.isNumber && !$0.isLetter }.contains { word in
            word.count == 3 && (word.hasPrefix("5") || word.hasPrefix("4")) && Int(word).map { $0 % 100 < 60 } == true
        }
    }

    private static func beginsCopy(_ line: String) -> Bool {
        let text = line.lowercased()
        if ["received: ", "return-path: ", "message-id: ", "mime-version: "].contains(where: { text.hasPrefix($0) }) {
            return true
        }
        if text.hasPrefix("--"),
            ["copy", "original", "returned", "headers", "below", "unsent"].contains(where: { text.contains($0) })
        {
            return true
        }
        return [
            "below this line", "copy of the message", "copy of your message", "original message",
            "message headers follow",
            "message header follow", "returned message follows", "headers of the message", "unsent message",
        ].contains(where: { text.contains($0) })
    }

    /// Whether a mail says that one could not be delivered.
    static func isBounce(_ fields: MailFields, subject: String) -> Bool {
        if !fields["x-failed-recipients"].isEmpty || fields["return-path"] == "<>" || isDaemon(fields["from"]) {
            return true
        }
        let text = subject.lowercased()
        return [
            "undeliver", "returned mail", "returned to sender", "failure notice", "delivery status", "delivery failure",
            "delivery report", "delivery error", "delivery notification", "delivery problem", "delivery failed",
            "not delivered", "could not be delivered", "non-deliver", "nondeliver", "could not send", "mail delivery",
            "delivery has failed", "delivery unsuccessful", "permanent error", "user unknown", "mail system error",
            "message status", "non remis",
        ].contains(where: { text.contains($0) })
    }

    private static func isDaemon(_ sender: String) -> Bool {
        let text = sender.lowercased()
        return [
            "mailer-daemon", "mailerdaemon", "postmaster", "post_master", "mail delivery", "mail-daemon", "mdaemon",
            "mailadmin", "delivery subsystem",
        ].contains(where: { text.contains($0) })
    }
}

/// Why a mail was not delivered: `bounced` is about the address, `failed` about the sender, the content, and the
/// systems in between. In doubt, no recipient is at fault.
enum BounceCause {
    /// - Parameter said: what a mail system says, codes and words.
    static func event(_ status: SMTPReply.Status?, _ said: String) -> Event {
        let within = Self.status(in: said)
        let best = within.map { $0.subject > 0 ? $0 : status ?? $0 } ?? status
        let text = said.prefix(16_384).lowercased()
        let isPerson = person.contains(where: { text.contains($0) })
        let isOurs = ours.contains(where: { text.contains($0) })
        guard let best, best.subject > 0 else {
            return isPerson && !isOurs && best?.group != 4 ? .bounced : .failed
        }
        if best.blamesSender || best.subject == 3 || best.subject == 7 && best.group == 4 { return .failed }
        switch (best.group, best.subject, best.detail) {
        case (5, 1, 1...6), (5, 1, 10), (5, 2, 1), (5, 2, 2), (4, 2, 2): return isOurs && !isPerson ? .failed : .bounced
        case (4, _, _), (_, 2, 3), (_, 6, _): return .failed
        case _: return isPerson && !isOurs ? .bounced : .failed
        }
    }

    /// Whether the address is there, and only takes no mail for now.
    static func isSoft(_ said: String) -> Bool {
        if let status = status(in: said), status.subject > 0 {
            return status.group == 4 || status.subject == 2 && status.detail == 2
        }
        let text = said.prefix(16_384).lowercased()
        return full.contains { text.contains($0) }
    }

    private static let full = [
        "mailbox full", "mailbox is full", "over quota", "overquota", "quota exceeded", "soft bounce", "soft-bounce",
        "softbounce",
    ]

    /// The first enhanced status code in a text.
    static func status(in text: some StringProtocol) -> SMTPReply.Status? {
        text.utf8.split { !($0 &- 0x30 < 10 || $0 == 0x2E) }.lazy.compactMap { word in
            SMTPReply.Status(String(decoding: word, as: UTF8.self).trimmingCharacters(in: ["."]))
        }.first { $0.group != 2 && $0.subject < 10 }
    }

    private static let person = [
        "user unknown", "unknown user", "no such user", "user not found", "does not exist", "doesn't exist",
        "not exist",
        "no such mailbox", "no such recipient", "no such address", "unknown recipient", "unknown local",
        "unknown address",
        "unknown mailbox", "recipient not found", "recipient unknown", "mailbox unavailable", "mailbox not found",
        "address unknown", "mailbox unknown", "invalid recipient", "invalid mailbox", "invalid user", "invalid address",
        "invalid final delivery", "bad destination", "not a valid", "unrouteable address", "unroutable", "mailbox full",
        "mailbox is full", "over quota", "overquota", "quota exceeded", "exceeds allowed size", "account disabled",
        "account is disabled", "account has been", "disabled recipient", "inactive", "suspended", "is frozen",
        "no mailbox",
        "no longer", "not our customer", "has moved", "host unknown", "unknown host", "host not found",
        "domain not found",
        "no such domain", "name or service not known", "nxdomain", "no account",
    ]

    private static let ours = [
        "spam", "block", "blacklist", "policy", "reputation", " spf", "dkim", "dmarc", "authenticat", "relay",
        "not permitted",
        "virus", " rbl", "abus", "denied", "unsolicited", "too many", " rate", "reverse dns", " ptr", "content",
        "no access",
        "redundant", "sender rejected", "sender address", "rejected by",
    ]
}

/// Addresses in texts that hold other things as well.
enum MailAddresses {
    static func first(in text: some StringProtocol) -> String? { all(in: text).first }

    static func all(in text: some StringProtocol) -> [String] {
        let bytes = Array(text.utf8)
        var found: [String] = []
        var next = 0
        while let at = bytes[next...].firstIndex(of: UInt8(ascii: "@")), found.count < 100 {
            var start = at
            while start > next, isOfLocal(bytes[start - 1]) { start -= 1 }
            var end = at + 1
            while end < bytes.count, isOfDomain(bytes[end]) { end += 1 }
            while end > at + 1, bytes[end - 1] == UInt8(ascii: ".") || bytes[end - 1] == UInt8(ascii: "-") { end -= 1 }
            next = max(end, at + 1)
            while start < at, bytes[start] == UInt8(ascii: ".") { start += 1 }
            let address = Array(bytes[start..<end])
            if EmailAddress.fault(of: address.span) == nil { found.append(String(decoding: address, as: UTF8.self)) }
        }
        return found
    }

    /// A recipient as reports write it, without its type: `rfc822; ann@b.example`, `utf-8; \x{7528}@b.example`.
    static func untyped(_ text: String) -> String {
        let sides = text.split(separator: ";", maxSplits: 1)
        guard sides.count == 2 else { return text }
        return String(sides[1]).replacing(/\\x\{([0-9A-Fa-f]{1,6})\}/) { match in
            UInt32(match.output.1, radix: 16).flatMap { Unicode.Scalar($0) }.map { String($0) } ?? ""
        }
    }

    private static func isOfLocal(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, 0x22, 0x28, 0x29, 0x2C, 0x3A, 0x3B, 0x3C, 0x3E, 0x40, 0x5B, 0x5C, 0x5D, 0x7F: false
        case _: true
        }
    }

    private static func isOfDomain(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            || byte >= 0x80
    }
}
