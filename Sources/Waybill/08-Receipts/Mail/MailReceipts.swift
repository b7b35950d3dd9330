/// Turns mails into the rows that receipts are read from: one mail (`.eml`), or a file of mails (mbox). Only the
/// current mail is in memory, and everything beyond its first 4 MiB is ignored.
///
/// A mail that says nothing about any message becomes a row without an event, so it is reported.
struct MailReceipts {
    /// The rows' header.
    static let columns = ["reference", "address", "event", "at", "detail", "mail"]

    private let isFile: Bool
    /// What a line ends with: only a text without any LF has CR alone.
    private let lineEnd: UInt8
    private var mail: [UInt8] = []
    /// What stands behind the last line end.
    private var line: [UInt8] = []
    private var count = 0
    private var isBehindBlank = true
    private var hasHeader = false

    private static let largest = 4 << 20
    private static let longestLine = 1 << 20

    /// Nil unless the text is a mail: a mail begins with header fields, some of which only mails have.
    init?(beginning bytes: [UInt8]) {
        var text = bytes[...]
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        text = text.drop { $0 == 0x0A || $0 == 0x0D }
        isFile = text.starts(with: "From ".utf8)
        lineEnd = text.contains(0x0A) ? 0x0A : 0x0D
        let names = Set(MailFields(text.prefix(65_536)).all.map(\.name))
        let known: Set = [
            "received", "return-path", "from", "to", "subject", "date", "message-id", "mime-version", "content-type",
            "delivered-to", "x-original-to",
        ]
        guard names.intersection(known).count >= 3 else { return nil }
    }

    /// Takes the next bytes of the file, and gives the rows that they complete.
    mutating func push(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
        var rows: [UInt8] = []
        if !hasHeader { CSVText.append(row: Self.columns, to: &rows) }
        hasHeader = true
        if isFile {
            var start = bytes.startIndex
            while let end = bytes[start...].firstIndex(of: lineEnd) {
                line += bytes[start...end]
                start = end + 1
                endLine(&rows)
            }
            line += bytes[start...]
            if line.count > Self.longestLine { endLine(&rows) }
            if isLast, !line.isEmpty { endLine(&rows) }
        } else {
            mail += bytes.prefix(max(0, Self.largest - mail.count))
        }
        if isLast { endMail(&rows) }
        return rows
    }

    private mutating func endLine(_ rows: inout [UInt8]) {
        if isBehindBlank, line.starts(with: "From ".utf8) {
            endMail(&rows)
        } else if mail.count + line.count <= Self.largest {
            mail += line
        }
        isBehindBlank = line == [lineEnd] || line == [0x0D, 0x0A]
        line.removeAll(keepingCapacity: true)
    }

    private mutating func endMail(_ rows: inout [UInt8]) {
        defer { mail.removeAll(keepingCapacity: true) }
        guard mail.contains(where: { $0 > 0x20 }) else { return }
        count += 1
        let findings = MailReport(mail[...]).findings
        if findings.isEmpty {
            let from = MailAddresses.first(in: MailFields(mail[...])["from"]) ?? ""
            return CSVText.append(row: ["", from, "", "", "", String(count)], to: &rows)
        }
        for finding in findings {
            CSVText.append(
                row: [
                    finding.reference, finding.address, finding.event.rawValue, finding.at, finding.detail,
                    String(count),
                ], to: &rows)
        }
    }
}
