/// `notice.txt`: the notice as a mail: a `Subject:` line, an empty line, the text. It contains no contact data, since
/// mail travels further than a folder.
package enum NoticeText {
    package static let fileName = "notice.txt"
    /// How many reasons the mail lists; `errors.csv` has all.
    private static let shownReasons = 8
    /// RFC 5322 §2.1.1 asks for lines of at most 78 characters.
    private static let width = 76

    /// Only the subject, on one line whatever the drop is called. Not encoded by RFC 2047 yet.
    package static func subject(_ notice: Notice) -> String { singleLine("Waybill: \(notice.headline)") }

    /// The mail's text alone, with LF.
    package static func body(_ notice: Notice) -> String {
        var lines: [String] = []
        lines += wrapped(notice.headline + ".", indent: "")
        lines.append("")
        lines += wrapped(notice.lead, indent: "")
        lines.append("")
        lines.append("  File      \(singleLine(notice.drop))")
        lines.append(notice.kind.map { "  Kind      \($0)" } ?? "  Campaign  \(singleLine(notice.campaign))")
        lines.append("  Batch     \(notice.batch)")
        lines.append("  Time      \(notice.finishedAt.prose)")
        lines.append("")
        let figures = [
            ("Received", notice.received), ("Accepted", notice.accepted), ("Rejected", notice.rejected),
            ("Duplicates", notice.duplicates),
        ].map { ($0.0, $0.1.grouped) }
        let digits = figures.map(\.1.count).max() ?? 0
        for (name, count) in figures { lines.append("  " + padded(name, 12) + leading(count, digits)) }
        if let refusal = notice.refusal {
            lines += ["", "WHY THE FILE WAS REFUSED", ""]
            lines += wrapped("\(refusal.detail) (\(refusal.code.rawValue))", indent: "  ")
        }
        lines += reasons(notice.reasons, notice, "WHAT IS WRONG")
        lines += reasons(notice.remarks, notice, "TAKEN, BUT NOT AS IT IS WRITTEN")
        lines += reasons(notice.repeats, notice, "LEFT OUT, NOTHING TO CORRECT")
        lines += ["", "WHAT TO DO NOW", ""]
        for (index, step) in notice.steps.enumerated() {
            lines += wrapped(step.map(\.text).joined(), first: "  \(index + 1). ", indent: "     ")
        }
        lines += settings(notice.settings)
        lines += ["", "WHERE THE FILES ARE", ""]
        lines.append("  \(notice.folder)/")
        let files: [(String, String)?] = [
            notice.rejectsFile.map { ($0, "the rejected \(notice.nouns.many), as they were sent") },
            notice.tally.total > 0 ? (ErrorsFile.fileName, "every problem, one a row") : nil,
            (NoticePage.fileName, "this notice as a page"),
        ]
        for case (let name, let what)? in files { lines.append("    " + padded(name, 15) + what) }
        return lines.joined(separator: "\n") + "\n"
    }

    package static func bytes(_ notice: Notice) -> [UInt8] {
        Array("Subject: \(subject(notice))\n\n\(body(notice))".utf8)
    }

    private static func settings(_ settings: [String]) -> [String] {
        if settings.isEmpty { return [] }
        return ["", "FOR WHOEVER CONFIGURES WAYBILL", ""]
            + settings.prefix(shownReasons).flatMap { wrapped($0, first: "  - ", indent: "    ") }
    }

    private static func reasons(_ reasons: [ViolationTally.Reason], _ notice: Notice, _ title: String) -> [String] {
        guard !reasons.isEmpty else { return [] }
        var lines = ["", title, ""]
        let digits = reasons[0].count.grouped.count
        let indent = "  " + String(repeating: " ", count: digits) + "  "
        for reason in reasons.prefix(shownReasons) {
            lines += wrapped(
                "\(notice.title(reason)) (\(reason.code)).", first: "  \(leading(reason.count.grouped, digits))  ",
                indent: indent)
            lines += wrapped(
                reason.remedy ?? "What to do differs: errors.csv says it for each.", indent: indent)
        }
        let others = reasons.dropFirst(shownReasons)
        if !others.isEmpty {
            let count = others.reduce(0) { $0 + $1.count }.counted("problem", "problems")
            lines.append("  and \(count) of \(others.count.counted("other kind", "other kinds")), in errors.csv.")
        }
        return lines
    }

    /// Words in lines of at most `width` characters; a word longer than that keeps a line of its own. Lines begin with
    /// ASCII.
    private static func wrapped(_ text: String, first: String? = nil, indent: String) -> [String] {
        let text = singleLine(text)
        let isASCII = text.allBytes { $0 < 0x80 }
        var lines: [String] = []
        var line = Array((first ?? indent).utf8)
        var length = line.count
        var isFresh = true
        for word in Array(text.utf8).split(separator: 0x20) {
            let count = isASCII ? word.count : String(decoding: word, as: UTF8.self).count
            if !isFresh, length + 1 + count > width {
                lines.append(String(decoding: line, as: UTF8.self))
                line = Array(indent.utf8)
                length = line.count
                isFresh = true
            }
            if !isFresh { line.append(0x20) }
            line += word
            length += isFresh ? count : 1 + count
            isFresh = false
        }
        return lines + [String(decoding: line, as: UTF8.self)]
    }

    /// Control characters would break the layout, and a line end would start another header.
    private static func singleLine(_ text: String) -> String {
        if text.allBytes({ 0x20 <= $0 && $0 < 0x7F }) { return text }
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    private static func leading(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
