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
        /// Where those lines are in a file, if they are in one.
        package let place: String?

        package init(
            at: Timestamp, level: OutgoingEvent.Level, campaign: String, text: String, more: [String],
            place: String? = nil
        ) {
            self.at = at
            self.level = level
            self.campaign = campaign
            self.text = text
            self.more = more
            self.place = place
        }

        /// `error, clinic, 2026-11-21 10:00 UTC`.
        fileprivate var facts: String {
            let time = String(at.description.prefix(16)).replacing("T", with: " ") + " UTC"
            return [level.rawValue, campaign, time].filter { !$0.isEmpty }.joined(separator: ", ")
        }
    }

    package static let shown = 10
    /// Of so many the notice follows behind the list; of the others it is said where that is.
    private static let whole = 2

    package let subject: String
    package let body: String

    /// - Parameters:
    ///   - items: the first ones.
    ///   - count: how many there are.
    ///   - file: where all of them are.
    ///   - sender: which Waybill this is.
    package init(_ items: [Item], of count: Int, file: String, sender: String) {
        let items = items.prefix(Self.shown)
        subject = "Waybill: \(items.first?.text ?? "")" + (count > 1 ? ", and \((count - 1).grouped) more" : "")
        var lines: [String] = []
        func indented(_ more: [String]) -> [String] { more.map { $0.isEmpty ? "" : "    " + $0 } + [""] }
        if count > 1 {
            lines.append(
                "\(count.grouped) messages" + (count > items.count ? ", of which the first \(items.count):" : ":"))
            lines.append("")
        }
        for (number, item) in items.enumerated() {
            let mark = count > 1 ? "\(number + 1). " : ""
            let margin = String(repeating: " ", count: mark.count)
            lines += [mark + item.text, margin + item.facts]
            if count > 1, let place = item.place { lines.append(margin + "what is wrong, and what to do: \(place)") }
            lines.append("")
            if item.place == nil, !item.more.isEmpty { lines += indented(item.more) }
        }
        if count > items.count { lines += ["And \((count - items.count).grouped) more, in \(file)", ""] }
        for item in items.prefix(Self.whole) where item.place != nil && !item.more.isEmpty {
            lines += indented(item.more)
        }
        lines += ["-- ", sender]
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
