/// A mail that is not written yet: the thread that sends it writes it when it is its turn.
package struct MailDraft: Sendable {
    package let reference: Reference
    package let address: [UInt8]
    package let values: ContactValues
    /// Until when it may arrive, where the relay is told; nil: it has no end.
    package var until: Timestamp?
}

/// Writes the mails of a parcel (RFC 5322, MIME): `text/plain`, `text/html`, or both as `multipart/alternative`.
///
/// A delivery report or a complaint is matched to its message by `Message-ID` and `Feedback-ID`, which both contain the
/// reference. No value of a contact can begin a field, end a part, or act as markup.
package struct MailWriter: Sendable {
    /// Why a mail cannot be written.
    package enum Fault: Error {
        case missing(MessageRenderer.MissingValue)
        case address
        /// A field cannot be folded, and is longer than a line may be.
        case linkTooLong
    }

    private let renderer: MessageRenderer
    /// The part that all mails begin with.
    private let head: [UInt8]
    private let tail: [UInt8]
    private let domain: String
    private let campaign: String

    /// The longest address allowed in a field, so that its line stays below 998 octets (RFC 5322 §2.1.1).
    private static let longestLink = 900
    /// No part can contain this line: quoted-printable text never has `=_`, and a part with a line that begins with
    /// dashes is quoted-printable (`MailBody.isPlain`).
    private static let boundary = "=_waybill"

    /// - Parameter list: what people can subscribe to and leave.
    package init(
        from sender: Mailbox, _ settings: MailSettings, campaign: String, list: String? = nil,
        _ template: StepTemplate?, _ schema: Schema,
        links: LinkMaker? = nil, at moment: Timestamp
    ) {
        renderer = MessageRenderer(template: template, schema: schema, links: links)
        domain = sender.address.domain
        self.campaign = String(
            campaign.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }.prefix(64))
        var head = MailHeader()
        head.add("Date", words: [Self.date(moment)])
        head.add("From", mailbox: sender)
        if let replyTo = settings.replyTo { head.add("Reply-To", mailbox: replyTo) }
        if let listID = settings.listID(of: list, at: domain) { head.add("List-Id", words: ["<\(listID)>"]) }
        self.head = head.bytes
        var tail = MailHeader()
        if settings.unsubscribe.contains(where: { $0.lowercased().hasPrefix("https:") }) {
            // RFC 8058: a POST to that address is enough.
            tail.add("List-Unsubscribe-Post", words: ["List-Unsubscribe=One-Click"])
        }
        tail.add("MIME-Version", words: ["1.0"])
        self.tail = tail.bytes
    }

    /// Checks whether a contact lacks a value, without writing.
    package func check(_ values: ContactValues) throws(MessageRenderer.MissingValue) {
        try renderer.checkMail(values)
    }

    package func write(_ draft: MailDraft) throws(Fault) -> [UInt8] {
        guard let address = EmailAddress.Travelling(draft.address) else { throw .address }
        var (subject, text, html): ([UInt8], [UInt8], [UInt8]?) = ([], [], nil)
        let version = renderer.version(for: draft.values)
        let own = renderer.ownMessage(in: draft.values)
        do throws(MessageRenderer.MissingValue) {
            let link = renderer.link(to: draft.reference)
            try version.subject?.append(draft.values, link: link, to: &subject)
            text = Array(own)
            if own.isEmpty {
                try version.text?.append(draft.values, link: link, to: &text)
                if let form = version.html {
                    html = []
                    try form.append(draft.values, link: link, as: .html, to: &html!)
                }
            }
        } catch {
            throw .missing(error)
        }
        var fields = MailHeader()
        fields.add("To", words: [String(decoding: address.bytes, as: UTF8.self)])
        fields.add("Subject", text: subject)
        let reference = draft.reference.description
        fields.add("Message-ID", words: ["<\(reference)@\(domain)>"])
        fields.add("Feedback-ID", words: ["\(reference):\(campaign):\(draft.reference.letters):waybill"])
        let links = try links(of: draft)
        if !links.isEmpty { fields.add("List-Unsubscribe", words: links) }
        var mail = head
        mail.reserveCapacity(head.count + text.count + (html?.count ?? 0) * 3 / 2 + 1_024)
        mail += fields.bytes
        mail += tail
        if let html, own.isEmpty, version.text != nil {
            mail += Array("Content-Type: multipart/alternative; boundary=\"\(Self.boundary)\"\r\n\r\n".utf8)
            for (type, part) in [("plain", text), ("html", html)] {
                mail += Array("--\(Self.boundary)\r\n".utf8)
                Self.append(part, type, to: &mail)
            }
            mail += Array("--\(Self.boundary)--\r\n".utf8)
        } else {
            Self.append(html ?? text, html == nil ? "plain" : "html", to: &mail)
        }
        return mail
    }

    private func links(of draft: MailDraft) throws(Fault) -> [String] {
        let links: [[UInt8]]
        do throws(MessageRenderer.MissingValue) {
            links = try renderer.links(draft.values, draft.reference)
        } catch {
            throw .missing(error)
        }
        guard links.allSatisfy({ $0.count <= Self.longestLink }) else { throw .linkTooLong }
        return links.enumerated().map { place, link in
            "<\(String(decoding: link, as: UTF8.self))>" + (place < links.count - 1 ? "," : "")
        }
    }

    static func append(_ text: [UInt8], _ type: String, to mail: inout [UInt8]) {
        let isPlain = MailBody.isPlain(text)
        mail += Array("Content-Type: text/\(type); charset=utf-8\r\n".utf8)
        mail += Array("Content-Transfer-Encoding: \(isPlain ? "7bit" : "quoted-printable")\r\n\r\n".utf8)
        if isPlain { MailBody.appendPlain(text, to: &mail) } else { MailBody.appendQuotedPrintable(text, to: &mail) }
    }

    /// `Fri, 20 Nov 2026 15:00:00 +0000`.
    static func date(_ moment: Timestamp) -> String {
        let day = moment.utcDay
        let second = moment.secondOfDay(offset: 0)
        let clock = [second / 3_600, second / 60 % 60, second % 60].map { CalendarDay.padded($0, to: 2) }
        let weekday = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][day.weekday - 1]
        let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][day.month - 1]
        let date = "\(CalendarDay.padded(day.day, to: 2)) \(month) \(CalendarDay.padded(day.year, to: 4))"
        return "\(weekday), \(date) \(clock.joined(separator: ":")) +0000"
    }
}
