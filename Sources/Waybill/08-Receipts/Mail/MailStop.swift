import Foundation

/// Whether a mail asks for no more mails, and whose wish that is. In doubt it asks, and for all whom it can mean.
struct MailStop {
    /// Of ours, which the mail names.
    let references: [String]
    /// Who wrote it; empty for somebody who cannot be read.
    let addresses: [String]
    /// Whether it says itself that it is for everything, whatever message it answers.
    let isForAll: Bool

    private static let most = 20
    private static let recipients = ["x-original-to", "delivered-to", "envelope-to", "to", "cc"]

    /// Nil for a mail that does not ask for it.
    ///
    /// - Parameters:
    ///   - wanted: the reference that the mail belongs to by the address it went to, or by a mail that came back in it.
    ///   - isAutomatic: no person wrote it: its words count for nothing.
    init?(_ fields: MailFields, _ parts: [MailPart], _ subject: String, wanted: String, isAutomatic: Bool) {
        let texts = parts.filter { $0.type.hasPrefix("text/") }
        let named = MailReport.references(in: subject)
        let isOrdered = Self.isOrdered(fields)
        let ours = Set(Self.mailboxes(fields, Self.recipients).map { $0.lowercased() })
        let words = texts.map { MailWords($0) }
        // What a person answers is ours.
        let blocks = words.flatMap(\.blocks).filter { block in !block.from.contains { ours.contains($0.lowercased()) } }
        if isAutomatic {
            guard isOrdered || named.count == 1 && subject.trimmingCharacters(in: .whitespaces) == named[0] else {
                return nil
            }
        } else {
            let says =
                !named.isEmpty || isOrdered || MailWords.sayStop(subject) || words.contains { $0.own.sayStop }
                || texts.contains { MailWords.sayStop(String(decoding: $0.body.prefix(2_000), as: UTF8.self)) }
                || blocks.contains { $0.words.sayStop }
            guard says else { return nil }
        }
        var places = [wanted]
        for name in ["in-reply-to", "references"] {
            for field in fields.all where field.name == name { places.append(field.value) }
        }
        places += texts.map { String(decoding: $0.body.prefix(65_536), as: UTF8.self) }
        references = Self.unique(named + places.flatMap { MailReport.references(in: $0) })
        let senders = Self.mailboxes(fields, ["from"])
        var addresses = senders + Self.mailboxes(fields, ["sender", "reply-to"])
        addresses += blocks.flatMap(\.from)
        if senders.isEmpty, addresses.isEmpty { addresses = [""] }
        // Somebody passed on what another person wrote, and nobody can tell who that is.
        if Self.isPassedOn(subject), references.isEmpty, blocks.contains(where: { $0.from.isEmpty }),
            !blocks.contains(where: { !$0.from.isEmpty })
        {
            addresses.append("")
        }
        self.addresses = Self.unique(addresses)
        let keywords = ReplyKeywords()
        isForAll = keywords.isStopAll(subject.utf8) || words.contains { keywords.isStopAll($0.own.text.utf8) }
    }

    /// One row for each address and each reference.
    var findings: [MailReport.Finding] {
        let count = max(references.count, addresses.count)
        var found = (0..<count).map { place in
            MailReport.Finding(
                reference: references.isEmpty ? "" : references[min(place, references.count - 1)],
                address: addresses[min(place, addresses.count - 1)], event: .unsubscribed, detail: "by mail")
        }
        // By its reference a stop covers the list of its campaign alone.
        if isForAll, !references.isEmpty {
            found += addresses.filter { !$0.isEmpty }.map {
                MailReport.Finding(address: $0, event: .unsubscribed, detail: "by mail")
            }
        }
        return found
    }

    /// Whether a mail within a mail is what a person wrote, and no message of ours or of any other sender of many.
    static func isOfPerson(_ inner: MailFields, within outer: MailFields) -> Bool {
        guard inner["feedback-id"].isEmpty, inner["list-unsubscribe"].isEmpty,
            MailReport.reference(in: inner["message-id"]) == nil
        else { return false }
        let ours = Set(mailboxes(outer, recipients).map { $0.lowercased() })
        return !mailboxes(inner, ["from"]).contains { ours.contains($0.lowercased()) }
    }

    /// Whether it went to an address that only takes such: `unsubscribe+REFERENCE@clinic.example`.
    private static func isOrdered(_ fields: MailFields) -> Bool {
        mailboxes(fields, recipients).contains { address in
            let local = address.prefix { $0 != "@" }
            guard let plus = local.firstIndex(of: "+") else { return false }
            return MailWords.sayStop(String(local[..<plus])) && MailReport.reference(in: String(local[plus...])) != nil
        }
    }

    private static func isPassedOn(_ subject: String) -> Bool {
        let mark = subject.prefix { $0 != ":" }.trimmingCharacters(in: .whitespaces).lowercased()
        return subject.contains(":")
            && ["fwd", "fw", "wg", "tr", "rv", "enc", "i", "doorst", "vs", "vb", "pd"].contains(mark)
    }

    private static func mailboxes(_ fields: MailFields, _ names: [String]) -> [String] {
        names.flatMap { name in
            fields.all.filter { $0.name == name }.flatMap { MailAddresses.mailboxes(in: $0.value) }
        }
    }

    /// Each once, whatever its case, in their order.
    private static func unique(_ texts: [String]) -> [String] {
        var seen: Set<String> = []
        return Array(texts.filter { seen.insert($0.lowercased()).inserted }.prefix(most))
    }
}
