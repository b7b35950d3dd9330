import Foundation

/// What a mail says about our messages: a delivery report (RFC 3464), a complaint (RFC 5965), the words of mail systems
/// that know neither, and the words of people who want no more mails.
struct MailReport {
    /// About one message to one recipient.
    struct Finding: Hashable {
        var reference = ""
        var address = ""
        var event: Event
        /// ISO 8601; empty where nobody can read it.
        var at = ""
        var detail = ""
    }

    private(set) var findings: [Finding] = []
    private let fields: MailFields
    private let parts: [MailPart]
    /// The fields of the mail that came back.
    private let original: MailFields?
    /// How often a mail is within a mail.
    private let depth: Int
    private static let deepest = 3
    static let mostFindings = 100

    init(_ mail: ArraySlice<UInt8>) { self.init(mail, depth: 0) }

    private init(_ mail: ArraySlice<UInt8>, depth: Int) {
        self.depth = depth
        (fields, parts) = MailPart.all(of: mail)
        let returned = parts.first {
            $0.type == "message/rfc822" || $0.type == "message/global" || $0.type.hasSuffix("rfc822-headers")
                || $0.type == "message/global-headers"
        }
        original = returned.map { MailFields($0.body[...]) }
        if let complaint = parts.first(where: { $0.type == "message/feedback-report" }) {
            readComplaint(MailFields(complaint.body[...]))
        } else if let read = parts.first(where: { $0.type.hasSuffix("disposition-notification") }) {
            readDisposition(MailFields(read.body[...]))
        } else if let status = parts.first(where: { $0.type.hasSuffix("delivery-status") }) {
            readStatus(status.body[...])
        } else if let text = parts.first(where: { $0.type.hasPrefix("text/") && Self.hasStatus($0.body) }) {
            // Its parts were lost on the way.
            readStatus(text.body[...])
        }
        if findings.isEmpty, depth == 0, let returned {
            // A report that somebody, or a gateway, passed on as a whole.
            let inner = MailReport(returned.body[...], depth: 1)
            if inner.isReport { findings = inner.findings }
        }
        if findings.isEmpty { readNotice() }
        if findings.isEmpty { readWords() }
        let at = MailDate.iso8601(fields["date"])
        for place in findings.indices where findings[place].at.isEmpty { findings[place].at = at }
    }

    private var isReport: Bool {
        parts.contains { $0.type == "message/feedback-report" || $0.type.hasSuffix("delivery-status") }
    }

    /// All its text.
    private var text: String {
        parts.filter { $0.type.hasPrefix("text/") }.map { String(decoding: $0.body.prefix(65_536), as: UTF8.self) }
            .joined(separator: "\n")
    }

    // MARK: - Which message

    /// The reference that a mail belongs to, from what was sent with the message: the envelope's id, the fields of the
    /// returned mail, or the address that the report went to.
    private func reference(envelope: String, returned: MailFields?) -> String {
        var places = [envelope]
        if let returned { places += [returned["message-id"], returned["feedback-id"], returned["return-path"]] }
        places += ["x-original-to", "delivered-to", "envelope-to", "to"].map { fields[$0] }
        for place in places where !place.isEmpty {
            if let found = Self.reference(in: place) { return found }
        }
        return ""
    }

    /// A reference of ours inside other text.
    static func reference(in text: String) -> String? { references(in: text, atMost: 1).first }

    static func references(in text: String, atMost most: Int = mostFindings) -> [String] {
        var found: [String] = []
        for word in text.utf8.split(whereSeparator: { !isOfReference($0) }) where found.count < most {
            let bytes = Array(word)[...]
            if Reference(utf8: bytes) != nil || Reference(token: bytes) != nil {
                found.append(String(decoding: bytes, as: UTF8.self))
            }
        }
        return found
    }

    private static func isOfReference(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    // MARK: - Complaints

    private mutating func readComplaint(_ report: MailFields) {
        let envelope = report["original-envelope-id"] + " " + report["original-mail-from"]
        let named = report.all.filter { $0.name == "original-rcpt-to" }.compactMap { MailAddresses.first(in: $0.value) }
        let others = [report["removal-recipient"], original?["to"] ?? ""].lazy.compactMap {
            MailAddresses.first(in: $0)
        }
        let addresses = named.isEmpty ? [others.first ?? ""] : named
        let kind = report["feedback-type"].lowercased()
        let event: Event
        switch kind {
        case "not-spam", "auth-failure", "dmarc": event = .accepted
        case "opt-out", "opt-out-list": event = .unsubscribed
        // Any other report is not a welcome either.
        case _: event = .complained
        }
        let at = MailDate.iso8601(report["received-date"].isEmpty ? report["arrival-date"] : report["received-date"])
        let message = reference(envelope: envelope, returned: original)
        findings = addresses.prefix(Self.mostFindings).map { address in
            Finding(reference: message, address: address, event: event, at: at, detail: kind)
        }
    }

    // MARK: - Reports of reading

    /// What a person's mail program did with a mail (RFC 8098): whatever it was, it arrived. But mail systems that put
    /// mails into mailboxes send such a report, too, about what they refuse.
    private mutating func readDisposition(_ report: MailFields) {
        let message = reference(envelope: report["original-message-id"], returned: original)
        let isRead = report["disposition"].lowercased().contains("displayed")
        let address = [report["original-recipient"], report["final-recipient"], fields["from"]].lazy.compactMap {
            MailAddresses.first(in: MailAddresses.untyped($0))
        }.first
        let text = text
        if !isRead, text.lowercased().contains("was automatically rejected") {
            findings.append(finding(BounceWords(text, fields, original), of: address ?? "", "", message))
            return
        }
        findings.append(
            Finding(
                reference: message, address: address ?? "", event: isRead ? .read : .delivered,
                detail: "what the mail program says"))
    }

    // MARK: - Reports of delivery

    private mutating func readStatus(_ body: ArraySlice<UInt8>) {
        var rest = body
        var envelope = ""
        var groups: [MailFields] = []
        while !rest.isEmpty, groups.count < Self.mostFindings {
            let before = rest.startIndex
            let group = MailFields(rest, rest: &rest)
            // A line that is not a field is skipped.
            if rest.startIndex == before {
                var lines = MailLines(rest)
                _ = lines.next()
                rest = lines.rest
                continue
            }
            if envelope.isEmpty { envelope = group["original-envelope-id"] }
            groups += group.split(beforeRepeated: Self.ofRecipient).filter { group in
                Self.ofRecipient.contains { !group[$0].isEmpty }
            }
        }
        let words = BounceWords(text, fields, original)
        for group in groups.prefix(Self.mostFindings) { read(group, envelope, words, isOnly: groups.count == 1) }
    }

    private static let ofRecipient: Set = ["original-recipient", "final-recipient", "x-actual-recipient", "action"]

    /// Reads what a report says of one recipient.
    private mutating func read(_ group: MailFields, _ envelope: String, _ words: BounceWords, isOnly: Bool) {
        let named = ["original-recipient", "final-recipient", "x-actual-recipient"].map { group[$0] }
        var address = words.written(
            among: named.compactMap { MailAddresses.first(in: MailAddresses.untyped($0)) })
        // A mailbox, a folder or a program: the mail's other words say who was written to.
        if address == nil, isOnly, words.recipients.count == 1 { address = words.recipients[0] }
        let diagnosis = Self.untyped(group["diagnostic-code"])
        let status = group["status"].split { !$0.isNumber && $0 != "." }.lazy.compactMap { SMTPReply.Status($0) }.first
        let around = address.map { isOnly ? words.said : words.said(of: $0) } ?? ""
        guard let event = Self.event(group["action"], status, diagnosis, around) else { return }
        // Words that are about several are nobody's reason.
        let isTold = isOnly || words.recipients.count > 1
        let reason = isTold ? words.reason(of: address ?? "", event, diagnosis: diagnosis) : diagnosis
        findings.append(
            Finding(
                reference: reference(envelope: envelope, returned: original), address: address ?? "", event: event,
                at: MailDate.iso8601(group["last-attempt-date"]), detail: Self.detail(status, reason, address)))
    }

    /// A diagnosis without the kind of system that made it: `smtp; 550 no`.
    private static func untyped(_ diagnosis: String) -> String {
        let words = diagnosis.drop { $0 != ";" }.dropFirst().trimmingCharacters(in: .whitespaces)
        return words.isEmpty ? diagnosis : words
    }

    private static func hasStatus(_ text: [UInt8]) -> Bool {
        var lines = MailLines(text[...])
        while let line = lines.next() {
            if String(decoding: line.prefix(16), as: UTF8.self).lowercased() == "final-recipient:" { return true }
        }
        return false
    }

    private static func event(
        _ action: String, _ status: SMTPReply.Status?, _ diagnosis: String, _ around: String
    ) -> Event? {
        switch action.lowercased().prefix(while: { $0.isLetter }) {
        case "delivered", "expanded": .delivered
        case "relayed": .accepted
        case "delayed": .delayed
        case "failed", "failure", "fail": BounceCause.event(status, diagnosis, around: around)
        case _:
            switch status?.group {
            case 2: .delivered
            case 4: .delayed
            case 5: BounceCause.event(status, diagnosis, around: around)
            case _: nil
            }
        }
    }

    /// The code and the relay's words, on one line and without the address.
    private static func detail(_ status: SMTPReply.Status?, _ words: String, _ address: String?) -> String {
        var text = words[...]
        let next = text.dropFirst(3).first
        if text.prefix(3).allSatisfy(\.isNumber), next == " " || next == "-" { text = text.dropFirst(4) }
        let reply = SMTPReply(code: 100 * (status?.group ?? 5), lines: [String(text)])
        let said = reply.detail(hiding: Array((address ?? "").utf8))
        let code = status.map { "\($0)" } ?? ""
        return said.isEmpty ? code : code.isEmpty || said.hasPrefix(code) ? said : "\(code) \(said)"
    }

    // MARK: - Notices of a provider

    private mutating func readNotice() {
        guard let notice = MailNotice(text) else { return }
        let wanted = Self.reference(in: notice.named) ?? ""
        func add(_ address: String, _ event: Event, _ at: String?, _ detail: String) {
            guard findings.count < Self.mostFindings else { return }
            findings.append(
                Finding(
                    reference: wanted, address: MailAddresses.first(in: address) ?? "", event: event, at: at ?? "",
                    detail: detail))
        }
        for one in notice.bounce?.bouncedRecipients ?? [] {
            let diagnosis = Self.untyped(one.diagnosticCode ?? "")
            let status = one.status.flatMap { SMTPReply.Status($0) }
            add(
                one.emailAddress, BounceCause.event(status, diagnosis), notice.bounce?.timestamp,
                Self.detail(status, diagnosis, one.emailAddress))
        }
        for one in notice.complaint?.complainedRecipients ?? [] {
            add(one.emailAddress, .complained, notice.complaint?.timestamp, "complaint")
        }
        for address in notice.delivery?.recipients ?? [] { add(address, .delivered, notice.delivery?.timestamp, "") }
    }

    // MARK: - Words

    /// A mail that is not a report by its form: a mail system's own words, or a person's.
    private mutating func readWords() {
        let text = text
        let subject = MailSubject.text(fields["subject"])
        let wanted = reference(envelope: "", returned: original)
        let from = MailAddresses.first(in: fields["from"]) ?? ""
        let automatic = fields["auto-submitted"].lowercased()
        // Apple's mail program sends what a person asked it for as an automatic answer.
        if fields["x-apple-unsubscribe"].lowercased() == "true" {
            findings = stops(subject, wanted, isAutomatic: false)
            if !findings.isEmpty { return }
        }
        if BounceWords.isAutomatic(fields, subject: subject) {
            findings.append(Finding(reference: wanted, address: from, event: .delivered, detail: "automatic answer"))
            return
        }
        if BounceWords.isBounce(fields, subject: subject) || original != nil && BounceWords.isBounce(returning: text) {
            return read(BounceWords(text, fields, original), subject, wanted)
        }
        let isAnswer = !fields["x-autoreply"].isEmpty || !fields["x-autorespond"].isEmpty
        if automatic.hasPrefix("auto") || isAnswer {
            // A program may ask in a person's name, or pass on what one wrote.
            if !isAnswer { findings = stops(subject, wanted, isAutomatic: true) }
            if !findings.isEmpty { return }
            // Somebody who is away has the mail in the mailbox.
            findings.append(Finding(reference: wanted, address: from, event: .delivered, detail: "automatic answer"))
            return
        }
        // What our unsubscribe link makes a mail program send, or what people write there.
        let report = MailAddresses.first(in: original?["x-hmxmroriginalrecipient"] ?? "")
        if let address = report, subject.lowercased().hasPrefix("complaint about message") {
            findings.append(Finding(reference: wanted, address: address, event: .complained, detail: "complaint"))
            return
        }
        findings = stops(subject, wanted, isAutomatic: false)
    }

    /// Who wants no more mails: who wrote this one, and who wrote what is passed on in it.
    private func stops(_ subject: String, _ wanted: String, isAutomatic: Bool) -> [Finding] {
        let own = MailStop(fields, parts, subject, wanted: wanted, isAutomatic: isAutomatic)
        var found = own?.findings ?? []
        for part in parts where depth < Self.deepest && ["message/rfc822", "message/global"].contains(part.type) {
            let inner = part.body[...]
            guard MailStop.isOfPerson(MailFields(inner), within: fields) else { continue }
            found += MailReport(inner, depth: depth + 1).findings.filter(\.event.isRefusal)
        }
        return Array(found.prefix(Self.mostFindings))
    }

    private mutating func read(_ words: BounceWords, _ subject: String, _ wanted: String) {
        let recipients = Array(words.recipients.prefix(Self.mostFindings))
        for address in recipients.isEmpty ? [""] : recipients {
            findings.append(finding(words, of: address, subject, wanted))
        }
    }

    private func finding(_ words: BounceWords, of address: String, _ subject: String, _ wanted: String) -> Finding {
        let diagnosis = words.diagnosis(of: address)
        let said = words.said(of: address)
        let status = BounceCause.status(in: said)
        let isDelay = BounceCause.isDelay(subject: subject, words.said)
        let event = isDelay ? .delayed : BounceCause.event(status, diagnosis, around: said)
        let reason = words.reason(of: address, event, diagnosis: diagnosis)
        return Finding(
            reference: wanted.isEmpty ? words.reference : wanted, address: address, event: event,
            detail: Self.detail(status, reason, address))
    }
}
