/// What a subscriber is told at once: what happened since the last time, the first ten in words.
package struct AlertText: Sendable {
    /// One thing that happened.
    package struct Item: Sendable {
        package let at: Timestamp
        package let level: OutgoingEvent.Level
        package let campaign: String
        package let text: String
        /// More lines about it; what a person can do.
        package let more: [String]

        package init(at: Timestamp, level: OutgoingEvent.Level, campaign: String, text: String, more: [String]) {
            self.at = at
            self.level = level
            self.campaign = campaign
            self.text = text
            self.more = more
        }
    }

    package static let shown = 10

    package let subject: String
    package let body: String

    /// - Parameters:
    ///   - items: the first ones.
    ///   - count: how many there are.
    ///   - file: where all of them are.
    package init(_ items: [Item], of count: Int, file: String) {
        let first = items.first
        if count == 1, let first {
            subject = "Waybill: \(first.text)"
        } else {
            let campaigns = Set(items.map(\.campaign)).subtracting([""]).sorted()
            subject =
                "Waybill: \(count.counted("message", "messages"))"
                + (campaigns.isEmpty ? "" : " (\(campaigns.joined(separator: ", ")))")
        }
        var lines: [String] = []
        for item in items.prefix(Self.shown) {
            let whose = item.campaign.isEmpty ? "" : " \(item.campaign):"
            lines.append("\(item.at) \(item.level.rawValue)\(whose) \(item.text)")
            lines += item.more.map { $0.isEmpty ? "" : "    " + $0 }
            if !item.more.isEmpty { lines.append("") }
        }
        if count > items.prefix(Self.shown).count {
            lines.append("and \((count - min(items.count, Self.shown)).grouped) more, in \(file)")
        }
        body = lines.joined(separator: "\n").plainLines + "\n"
    }

    /// As a mail (RFC 5322), which says that nobody wrote it (RFC 3834).
    package func mail(from sender: Mailbox, to reader: Mailbox, id: String, at moment: Timestamp) -> [UInt8] {
        var head = MailHeader()
        head.add("Date", words: [MailWriter.date(moment)])
        head.add("From", mailbox: sender)
        head.add("To", mailbox: reader)
        head.add("Subject", text: Array(String(subject.prefix(200)).utf8))
        head.add("Message-ID", words: ["<\(id)@\(sender.address.domain)>"])
        head.add("Auto-Submitted", words: ["auto-generated"])
        head.add("MIME-Version", words: ["1.0"])
        var mail = head.bytes
        MailWriter.append(Array(body.utf8), "plain", to: &mail)
        return mail
    }
}
