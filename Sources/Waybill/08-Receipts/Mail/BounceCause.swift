import Foundation

/// Why a mail was not delivered: `bounced` is about the address, `failed` about the sender, the content, and the
/// systems in between. In doubt, no recipient is at fault.
enum BounceCause {
    /// - Parameters:
    ///   - said: what a mail system says of a recipient, codes and words.
    ///   - around: what else its mail says of them; it decides where `said` does not.
    static func event(_ status: SMTPReply.Status?, _ said: String, around: String = "") -> Event {
        let within = Self.status(in: said)
        let best = within.map { $0.subject > 0 ? $0 : status ?? $0 } ?? status
        var verdict = Verdict(said)
        if verdict.isOpen { verdict = Verdict(around.isEmpty ? "" : certain(of: around)) }
        let stage = Stage(said + " " + around)
        if stage == .sender || isFault(of: said) { return .failed }
        if verdict.isClosed, let best, best.group == 5, best.subject != 7 || said.lowercased().contains("recipient") {
            return .bounced
        }
        let blames = verdict.isPerson && !verdict.isOurs && (stage == .recipient || verdict.isFull || verdict.isClosed)
        guard let best, best.subject > 0 else {
            return blames && (best?.group != 4 || verdict.isFull || verdict.isNowhere) ? .bounced : .failed
        }
        switch (best.group, best.subject, best.detail) {
        // A server of Microsoft's that knows its users says so.
        case (5, 4, 1) where said.lowercased().contains("recipient address rejected: access denied"): return .bounced
        case (5, 3, 0): return blames ? .bounced : .failed
        case (4, 3, 0): return blames && verdict.isFull ? .bounced : .failed
        case (5, 4, 4) where said.lowercased().contains("invalid domain") && !verdict.isOurs: return .bounced
        // Whoever refused it names the person; only whoever reports it calls that a matter of policy.
        case (5, 7, _) where within == nil && blames && Verdict(said).isPerson: return .bounced
        case _ where best.blamesSender || best.subject == 3 || best.subject == 7 && best.group == 4: return .failed
        case (5, 1, 1...6), (5, 1, 10), (5, 2, 1), (5, 2, 2), (4, 2, 2):
            return verdict.isOurs && !verdict.isPerson ? .failed : .bounced
        case (4, 1, 1): return blames ? .bounced : .failed
        case (4, _, _), (_, 2, 3), (_, 6, _): return .failed
        case _: return blames ? .bounced : .failed
        }
    }

    /// What a provider tells as a bounce, judged as what mail systems say. Where nobody says why, it came back, and the
    /// address is no worse for it than for a full mailbox.
    ///
    /// - Parameters:
    ///   - said: all codes and words, one on a line.
    ///   - kinds: what the provider calls it, by which it can say more than the words.
    static func told(_ said: String, as kinds: [String]) -> (event: Event, isSoft: Bool) {
        // Of several the one that is least about the person.
        let kinds = kinds.compactMap { Kind($0) }
        let kind = [Kind.ours, .soft, .hard].first { kinds.contains($0) }
        if kind == .ours { return (.failed, false) }
        if event(nil, said) == .bounced { return (.bounced, kind == .soft || isSoft(said)) }
        let (status, verdict) = (status(in: said), Verdict(said))
        let isOurs = [3, 7].contains(status?.subject) || status?.blamesSender == true || Stage(said) == .sender
        if kind == .hard {
            let isDoubtful = isOurs || !verdict.isOpen && !verdict.isPerson
            return isDoubtful ? (.failed, false) : (.bounced, isSoft(said))
        }
        let isExplained = isOurs || !verdict.isOpen || isFault(of: said) || (status?.subject ?? 0) > 0
        return isExplained ? (.failed, false) : (.bounced, true)
    }

    /// What providers call a bounce in one word, and the numbers of SparkPost's classes.
    private enum Kind {
        case hard, soft
        /// About the sender, the content or the way there.
        case ours

        init?(_ text: String) {
            switch text.lowercased().filter({ $0.isLetter || $0.isNumber }) {
            case "hard", "hardbounce", "permanent", "10", "30", "90": self = .hard
            case "soft", "softbounce", "transient", "temporary", "20", "22": self = .soft
            case "admin", "21", "23", "24", "25", "26", "50", "51", "52", "53", "54", "60", "70", "80", "100":
                self = .ours
            case _: return nil
            }
        }
    }

    /// Whether the address is there, and only takes no mail for now. Words decide before codes: of a mailbox that is
    /// full `5.1.1` and `5.2.0` are said, too.
    static func isSoft(_ said: String) -> Bool {
        let text = said.prefix(16_384).lowercased()
        if full.contains(where: { text.contains($0) }) { return true }
        guard let status = status(in: said), status.subject > 0 else { return false }
        return status.group == 4 || status.subject == 2 && status.detail == 2
    }

    /// Whether words give a reason for an event.
    static func explains(_ said: String, _ event: Event) -> Bool {
        let verdict = Verdict(certain(of: said))
        return event == .bounced ? verdict.isPerson : verdict.isOurs || verdict.isElsewhere
    }

    /// The first enhanced status code in a text.
    static func status(in text: some StringProtocol) -> SMTPReply.Status? {
        text.utf8.split { !($0 &- 0x30 < 10 || $0 == 0x2E) }.lazy.compactMap { word in
            SMTPReply.Status(String(decoding: word, as: UTF8.self).trimmingCharacters(in: ["."]))
        }.first { $0.group != 2 && $0.subject < 10 }
    }

    /// Whether a mail only warns: the mail system tries on, and nothing has failed.
    static func isDelay(subject: String, _ said: String) -> Bool {
        let subject = subject.lowercased()
        if ["(delay)", "delayed mail", "delivery delayed", "mail delayed"].contains(where: { subject.contains($0) }) {
            return true
        }
        // `Warning: could not send message for past 4 hours`.
        if subject.contains("warning"), subject.contains("for past") { return true }
        let text = said.lowercased()
        return [
            "this is a warning message only", "this is just a warning", "you do not need to resend",
            "will be retried for", "delivery attempts will continue", "not yet been delivered",
            "delivery has been postponed", "will continue to try to deliver", "will continue to attempt delivery",
        ].contains { text.contains($0) }
    }

    /// What the words of a mail system are about.
    private struct Verdict {
        let isPerson: Bool
        let isOurs: Bool
        let isFull: Bool
        /// About the account itself, whichever command was answered.
        let isClosed: Bool
        /// About the recipient's domain, which says that it takes no mails at all (RFC 7505).
        let isNowhere: Bool
        /// About systems in between.
        let isElsewhere: Bool

        init(_ said: String) {
            var text = said.prefix(16_384).lowercased()
            for guess in ["may not exist", "might not exist"] { text = text.replacing(guess, with: "") }
            isFull = full.contains { text.contains($0) }
            isClosed = closed.contains { text.contains($0) }
            isNowhere = Self.isOfDomain(text, nowhere)
            isPerson =
                isFull || isClosed || isNowhere || person.contains { text.contains($0) } || Self.isAddressRejected(text)
                || Self.isOfDomain(text, unserved)
            isOurs = ours.contains { text.contains($0) }
            isElsewhere = elsewhere.contains { text.contains($0) }
        }

        var isOpen: Bool { !isPerson && !isOurs && !isElsewhere }

        /// Whether one of these is said, and not of the sender's domain, nor only of mails from some.
        private static func isOfDomain(_ text: String, _ words: [String]) -> Bool {
            text.split(whereSeparator: \.isNewline).contains { line in
                !["sender", "your domain", "mail from"].contains { line.contains($0) }
                    && words.contains { line.contains($0) }
            }
        }

        /// `Address rejected.` and nothing behind it: what follows is mostly the real reason, and none of theirs.
        private static func isAddressRejected(_ text: String) -> Bool {
            guard let place = text.ranges(of: "address rejected").last, !text.contains("sender") else { return false }
            let rest = text[place.upperBound...].drop { $0 == "." || $0 == " " }
            return rest.isEmpty || rest.hasPrefix("(in reply to rcpt")
        }
    }

    /// Whether a program that puts mails into mailboxes could not do its work.
    private static func isFault(of said: String) -> Bool {
        let text = said.prefix(16_384).lowercased()
        return ["couldn't create", "can't create", "cannot create", "could not create", "permission denied"].contains {
            text.contains($0)
        }
    }

    /// Which command a mail system answered with its refusal.
    private enum Stage: Equatable {
        case sender, content, recipient

        init(_ said: String) {
            let text = said.lowercased()
            func names(_ commands: [String]) -> Bool {
                commands.contains { text.contains("in reply to \($0)") || text.contains("after \($0)") }
            }
            if names(["mail from", "helo", "ehlo", "initial connection"]) {
                self = .sender
            } else {
                self = names(["end of data", "data"]) ? .content : .recipient
            }
        }
    }

    /// The sentences of a text without those that guess at what may have happened.
    private static func certain(of text: String) -> String {
        let guesses = [" may ", " might ", "possibl", " could be ", "such as", "for example", "typically", " if "]
        return text.lowercased().split { $0 == "." || $0 == "\n" || $0 == "!" || $0 == "?" }
            .filter { sentence in !guesses.contains { sentence.contains($0) } }.joined(separator: ". ")
    }

    private static let full = [
        "mailbox full", "mailbox is full", "mailfolder is full", "mailbox exceeded", "over quota", "overquota",
        "quota exceeded", "exceeds allowed size", "soft bounce", "soft-bounce", "softbounce",
    ]

    private static let nowhere = [
        "null mx", "does not accept mail", "doesn't accept mail", "does not receive email", "doesn't receive email",
        "indicated no smtp service",
    ]

    /// Nobody takes mails for that domain.
    private static let unserved = ["couldn't find a mail exchanger", "no mx record", "no mx found"]

    private static let closed = [
        "account disabled", "account is disabled", "account has been disabled", "disabled recipient",
        "account is locked", "account has been locked", "temporary locked", "temporarily locked",
        "account is blocked",
    ]

    private static let person = [
        "user unknown", "unknown user", "no such user", "user not found", "does not exist", "doesn't exist",
        "not exist", "no such mailbox", "no such recipient", "no such address", "unknown recipient", "unknown local",
        "unknown address", "unknown mailbox", "recipient not found", "recipient unknown", "mailbox unavailable",
        "mailbox not found", "address unknown", "mailbox unknown", "invalid recipient", "invalid mailbox",
        "invalid user", "invalid address", "invalid final delivery", "bad destination", "not a valid",
        "unrouteable address", "unroutable", "account has been", "inactive", "suspended",
        "is frozen", "no mailbox", "no longer",
        "not our customer", "has moved", "host unknown", "unknown host", "host not found", "domain not found",
        "no such domain", "illegal host", "domain is not reachable",
        "name or service not known", "nxdomain", "no account", "user doesn't have a",
        "not listed in", "name is not recognized", "no valid recipients", "address not found",
        "address couldn't be found", "address could not be found", "dns lookup failure: host",
        // Found nowhere; there is none; not on the list.
        "見つかりません", "存在しません", "リストにありません",
    ]

    private static let elsewhere = ["message expired", "connection", "timed out", "timeout", "time out"]

    private static let ours = [
        "spam", "block", "blacklist", "policy", "reputation", " spf", "dkim", "dmarc", "authenticat", "relay",
        "not permitted", "virus", " rbl", "abus", "denied", "unsolicited", "too many", " rate", "reverse dns", " ptr",
        "content", "no access", "redundant", "sender rejected", "sender address", "rejected by",
    ]
}
