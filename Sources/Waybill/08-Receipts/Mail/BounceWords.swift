import Foundation

/// The words of mail systems that write no report: whom they could not reach, and why.
struct BounceWords {
    /// The text before the returned mail.
    let said: String
    private(set) var recipients: [String] = []
    /// From the returned mail, if its fields are in the text.
    private(set) var reference = ""
    /// Whom the returned mail was for, in small letters.
    private let sentTo: Set<String>
    private let lines: [String]

    init(_ text: String, _ fields: MailFields, _ original: MailFields?) {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.map(String.init)
        // The text begins with a forwarded mail.
        let end = lines.indices.dropFirst(2).first { Self.beginsCopy(lines[$0]) } ?? lines.endIndex
        let head = Array(lines[..<end])
        self.lines = head
        said = String(head.joined(separator: "\n").prefix(16_384))
        let copy = lines[end...].prefix(200).map { $0.drop { $0 == " " } }
        func copied(_ names: String...) -> [Substring] {
            copy.filter { line in names.contains { line.lowercased().hasPrefix($0) } }
        }
        reference =
            copied("message-id:", "feedback-id:").lazy.compactMap { MailReport.reference(in: String($0)) }.first ?? ""
        let sent = original?["to"] ?? copied("to:").first.map(String.init) ?? ""
        let wanted = MailAddresses.mailboxes(in: sent)
        sentTo = Set(wanted.map { $0.lowercased() })
        let senders = (head + copied("from:").map(String.init)).compactMap(Self.sender)
        let own = Set(
            ([fields["to"], fields["from"], original?["from"] ?? ""] + senders).flatMap { MailAddresses.all(in: $0) }
                .map { $0.lowercased() })
        func others(_ addresses: [String]) -> [String] {
            addresses.filter { !own.contains($0.lowercased()) && !Self.isDaemon($0) }
        }
        let named = head.compactMap(Self.recipient)
        let list = Self.listed(in: head)
        // Of all that stand in the words, whom the mail was for.
        let loose = others(head.flatMap { MailAddresses.all(in: $0) })
        let meant = loose.filter { [sentTo] in sentTo.contains($0.lowercased()) }
        // Whoever stands alone in a line is meant, even if it is who wrote, or a postmaster.
        let found = [
            MailAddresses.all(in: fields["x-failed-recipients"]), others(named),
            others(list.flatMap { MailAddresses.all(in: $0) }), meant.isEmpty ? loose : meant,
            list.compactMap(Self.recipient), others(wanted), named, wanted,
        ].first { !$0.isEmpty }
        var seen: Set<String> = []
        recipients = found?.filter { seen.insert($0.lowercased()).inserted } ?? []
    }

    /// What is said of a recipient: the lines that name them and those behind each, up to the next recipient or an
    /// empty line. All of it where there is only one.
    func said(of address: String) -> String {
        guard recipients.count > 1 else { return said }
        var kept: [String] = []
        var isTheirs = false
        for line in lines {
            if line.localizedCaseInsensitiveContains(address) {
                isTheirs = true
            } else if line.allSatisfy(\.isWhitespace) || Self.recipient(line) != nil || Self.isVerdict(line) {
                isTheirs = false
            }
            if isTheirs { kept.append(line) }
        }
        return kept.joined(separator: "\n")
    }

    /// The line with a code, or the first that names a recipient.
    func diagnosis(of address: String) -> String {
        let own = said(of: address).split { $0.isNewline }.map(String.init)
        return own.first { BounceCause.status(in: $0) != nil || Self.hasCode($0) }
            ?? own.first { $0.localizedCaseInsensitiveContains(address) } ?? ""
    }

    /// What it says of why, in the words that an event was made of: the diagnosis, and where that gives no reason a
    /// line that does.
    func reason(of address: String, _ event: Event, diagnosis: String) -> String {
        guard [.bounced, .failed].contains(event), !BounceCause.explains(diagnosis, event) else { return diagnosis }
        let own = said(of: address).split { $0.isNewline }.map(String.init)
        guard let line = own.first(where: { BounceCause.explains($0, event) }) else { return diagnosis }
        let isKept = BounceCause.status(in: diagnosis) != nil || Self.hasCode(diagnosis)
        return isKept ? diagnosis + " " + line : line
    }

    /// Of several addresses that are one recipient's on its way, the one that the mail was written to.
    func written(among addresses: [String]) -> String? {
        addresses.first { sentTo.contains($0.lowercased()) } ?? addresses.first
    }

    /// `550 b.example (smtp)... Host unknown`: what a transcript says of somebody ends there.
    private static func isVerdict(_ line: String) -> Bool {
        line.prefix(3).allSatisfy(\.isNumber) && line.dropFirst(3).hasPrefix(" ") && line.contains("... ")
    }

    /// What stands behind a line that says that recipients follow.
    private static func listed(in head: [String]) -> ArraySlice<String> {
        let heading = head.lastIndex { line in
            ["following recipient", "following address"].contains { line.lowercased().contains($0) }
        }
        return heading.map { head[($0 + 1)...] } ?? []
    }

    /// `<ann@b.example>:`, `RCPT TO:<ann@b.example>`, `550 <ann@b.example>... no`, or nothing but an address.
    private static func recipient(_ line: String) -> String? {
        var bare = (isVerdict(line) ? line.dropFirst(4) : line[...]).drop { $0 == " " || $0 == "\t" || $0 == "<" }
        if bare.hasPrefix("> ") { bare = bare.dropFirst(2) }
        let labels = [
            "rcpt to:", "recipient address:", "recipient:", "could not be delivered to:", "was not delivered to:",
            "[status: error, address:",
        ]
        if let label = labels.first(where: { bare.lowercased().hasPrefix($0) }) {
            bare = bare.dropFirst(label.count).drop { $0 == " " || $0 == "<" }
        }
        guard let address = MailAddresses.first(in: bare), bare.hasPrefix(address) else { return nil }
        let rest = bare.dropFirst(address.count).drop { $0 == ">" }.drop { $0 == " " }
        return rest.isEmpty || [":", "(", ".", ",", "on "].contains(where: { rest.hasPrefix($0) }) ? address : nil
    }

    /// Who sent the mail, where a line of a transcript, or of the mail, says so; or its own name, which looks like an
    /// address.
    private static func sender(_ line: String) -> String? {
        for label in ["from:", "message-id:"] {
            if let place = line.range(of: label, options: .caseInsensitive) {
                return MailAddresses.first(in: line[place.upperBound...])
            }
        }
        return nil
    }

    private static func hasCode(_ line: String) -> Bool {
        line.split { !$0.isNumber && !$0.isLetter }.contains { word in
            word.count == 3 && (word.hasPrefix("5") || word.hasPrefix("4")) && Int(word).map { $0 % 100 < 60 } == true
        }
    }

    private static func beginsCopy(_ line: String) -> Bool {
        let text = line.lowercased()
        if ["received:", "return-path:", "message-id:", "mime-version:"].contains(where: { text.hasPrefix($0) }) {
            return true
        }
        if text.hasPrefix("--"),
            ["copy", "original", "returned", "headers", "below", "unsent"].contains(where: { text.contains($0) })
        {
            return true
        }
        if text.drop(while: { !$0.isLetter }).hasPrefix("original message"), text.count < 60 { return true }
        return [
            "below this line", "copy of the message", "is a copy of your message", "copy of the original message",
            "header of the original message", "headers of the original message", "message headers follow",
            "message header follow", "returned message follows", "headers of the message", "unsent message",
        ].contains(where: { text.contains($0) })
    }

    /// Whether a mail says that one could not be delivered.
    static func isBounce(_ fields: MailFields, subject: String) -> Bool {
        let type = fields["content-type"].lowercased()
        // Who answers a mail may do so without a sender (RFC 3834 §3.3).
        let isAnswer =
            fields["auto-submitted"].lowercased().hasPrefix("auto-replied") && !fields["in-reply-to"].isEmpty
        if !fields["x-failed-recipients"].isEmpty || fields["return-path"] == "<>" && !isAnswer
            || isDaemon(fields["from"]) || isDaemon(fields["return-path"])
            || type.hasPrefix("multipart/report") && type.contains("delivery-status")
        {
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

    /// Whether a mail that brings another one back says so in its text, whatever its subject.
    static func isBounce(returning text: String) -> Bool {
        let text = text.prefix(4_096).lowercased()
        return ["could not be delivered to", "was not delivered to", "delivery to the following"].contains {
            text.contains($0)
        }
    }

    /// Whether a person's mail program answers, because they are away.
    static func isAutomatic(_ fields: MailFields, subject: String) -> Bool {
        if isDaemon(fields["from"]) || !fields["x-failed-recipients"].isEmpty { return false }
        let text = subject.lowercased()
        let starts = [
            "automatic reply", "auto reply", "autoreply", "auto-reply", "out of office", "automatic response",
        ]
        return starts.contains { text.hasPrefix($0) } || fields["x-apple-action"].lowercased() == "vacation"
    }

    private static func isDaemon(_ sender: String) -> Bool {
        let text = sender.lowercased()
        return [
            "mailer-daemon", "mailerdaemon", "postmaster", "post_master", "mail delivery", "mail-daemon", "mdaemon",
            "mailadmin", "delivery subsystem",
        ].contains(where: { text.contains($0) })
    }
}
