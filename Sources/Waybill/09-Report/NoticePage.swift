/// `notice.html`: the notice as a page of its own, without script or network.
package enum NoticePage {
    package static let fileName = "notice.html"
    /// How many reasons have a card of their own; all are in `errors.csv`.
    private static let shownReasons = 40

    package static func bytes(_ notice: Notice) -> [UInt8] {
        PageFrame.bytes(
            title: notice.headline,
            body: [
                header(notice), refusal(notice), totals(notice), steps(notice), reasons(notice),
                cards(notice.remarks, "remarks", "Taken, but not as it is written", notice),
                cards(notice.repeats, "repeats", "Left out, nothing to correct", notice),
                rows(notice), settings(notice),
            ])
    }

    private static func header(_ notice: Notice) -> Markup {
        let of: Markup =
            notice.kind.map { "<b>\($0)</b>" } ?? "campaign <b><bdi>\(notice.campaign)</bdi></b>"
        return """
            <header>
            <p class="kind">Waybill · notice</p>
            <h1>\(notice.headline)</h1>
            <p class="lead">\(notice.lead)</p>
            <p class="facts">File <b><bdi>\(notice.drop)</bdi></b> · \(of) · \
            batch <b>\(notice.batch.description)</b> · \(notice.finishedAt.prose)</p>
            </header>
            """
    }

    private static func totals(_ notice: Notice) -> Markup {
        let segments: [PageCharts.Segment] = [
            .init(name: "accepted", count: notice.accepted, colour: .success),
            .init(name: "rejected", count: notice.rejected, colour: .rejected),
            .init(name: "duplicates", count: notice.duplicates, colour: .duplicates),
        ]
        return """
            <section aria-labelledby="totals">
            <h2 id="totals">What came in</h2>
            \(PageCharts.legend(received: notice.received, segments))
            \(PageCharts.stackedBar(label: "Records of this drop", segments))
            </section>
            """
    }

    private static func refusal(_ notice: Notice) -> Markup {
        guard let refusal = notice.refusal else { return "" }
        return """
            <section class="refusal" aria-labelledby="refusal">
            <h2 id="refusal">Why the file was refused</h2>
            <p>\(refusal.detail) <code>\(refusal.code.rawValue)</code></p>
            </section>
            """
    }

    private static func steps(_ notice: Notice) -> Markup {
        let steps = notice.steps.map { pieces in
            "<li>\(Markup(joined: pieces.map(markup)))</li>" as Markup
        }
        return """
            <section aria-labelledby="next">
            <h2 id="next">What to do now</h2>
            <ol class="steps">
            \(steps)
            </ol>
            </section>
            """
    }

    private static func markup(_ piece: Notice.Piece) -> Markup {
        switch piece {
        case .words(let text): "\(text)"
        case .file(let name): link(name)
        case .name(let name): "<b class=\"name\">\(name)</b>"
        }
    }

    /// The names of our own files need no escapes in addresses.
    private static func link(_ file: String) -> Markup { "<a href=\"\(file)\">\(file)</a>" }

    // MARK: Reasons

    private static func reasons(_ notice: Notice) -> Markup {
        let reasons = notice.reasons
        guard !reasons.isEmpty else { return "" }
        let cards = reasons.prefix(shownReasons).map { card($0, notice) }
        let rest = reasons.count - cards.count
        let more: Markup =
            rest > 0 ? "<p class=\"note\">And \(rest) more in \(link(ErrorsFile.fileName)).</p>" : ""
        let chart =
            reasons.count > 1
            ? PageCharts.bars(label: "Problems by reason", reasons.map { (notice.title($0), $0.count) }) : ""
        return """
            <section aria-labelledby="reasons">
            <h2 id="reasons">What is wrong, and how to mend it</h2>
            \(chart)
            \(cards)
            \(more)
            </section>
            """
    }

    /// What needs no correction.
    private static func cards(
        _ reasons: [ViolationTally.Reason], _ name: String, _ title: String, _ notice: Notice
    ) -> Markup {
        guard !reasons.isEmpty else { return "" }
        return """
            <section aria-labelledby="\(name)">
            <h2 id="\(name)">\(title)</h2>
            \(reasons.map { card($0, notice) })
            </section>
            """
    }

    private static func card(_ reason: ViolationTally.Reason, _ notice: Notice) -> Markup {
        let remedy: Markup = reason.remedy.map { "<p class=\"remedy\">\($0)</p>" } ?? ""
        let shared = Set(reason.examples.map(\.violation.message)).count == 1 && reason.examples.count > 1
        let examples = reason.examples.map { example(of: $0, reason, notice, isShared: shared) }
        let left = reason.count - examples.count
        let more: Markup =
            left > 0
            ? "<li class=\"note\">and \(left) more in \(link(ErrorsFile.fileName)), code <code>\(reason.code)</code></li>"
            : ""
        return """
            <article class="reason">
            <h3><span>\(notice.title(reason))</span> <b class="count">\(reason.count)</b> <code>\(reason.code)</code></h3>
            \(shared ? "<p>\(reason.examples[0].violation.message)</p>" as Markup : "")
            \(remedy)
            <ul class="examples">
            \(examples)
            \(more)
            </ul>
            </article>
            """
    }

    private static func example(
        of row: ViolationTally.Row, _ reason: ViolationTally.Reason, _ notice: Notice, isShared: Bool
    ) -> Markup {
        let value: Markup =
            row.violation.value.isEmpty ? "" : "<span class=\"value\"><bdi>\(shown(row.violation.value))</bdi></span> "
        var words = isShared ? "" : row.violation.message
        if reason.remedy == nil { words += (words.isEmpty ? "" : " ") + row.violation.remedy }
        return "<li>\(value)\(words) <span class=\"where\">\(place(of: row, notice))</span></li>"
    }

    private static func place(of row: ViolationTally.Row, _ notice: Notice) -> Markup {
        let place = notice.place(of: row)
        var parts: [Markup] = []
        if let returned = place.returned, let file = notice.rejectsFile {
            parts.append("\(returned) of \(link(file))")
        }
        if let id = place.id { parts.append("id <b><bdi>\(id)</bdi></b>") }
        parts.append("\(place.line)")
        return Markup(joined: parts, by: " · ")
    }

    // MARK: All of them

    private static func rows(_ notice: Notice) -> Markup {
        let tally = notice.tally
        guard tally.total > tally.reasons.reduce(0, { $0 + $1.examples.count }) else { return "" }
        let hasIds = tally.rows.contains { !$0.id.isEmpty }
        let rows = tally.rows.map { row in
            let place = notice.place(of: row)
            let id: Markup = hasIds ? "<td data-label=\"Id\" class=\"id\"><bdi>\(place.id ?? "")</bdi></td>" : ""
            return """
                <tr><td data-label="In \(notice.rejectsFile ?? "")" class="number">\(place.returned ?? "")</td>\
                <td data-label="Line" class="number">\(Int(row.line))</td>\
                \(id)\
                <td data-label="Column"><bdi>\(notice.column(of: row.violation))</bdi></td>\
                <td data-label="Value" class="value"><bdi>\(shown(row.violation.value))</bdi></td>\
                <td data-label="What is wrong">\(row.violation.message) <code>\(row.violation.code)</code></td>\
                <td data-label="How to mend it">\(row.violation.remedy)</td></tr>
                """ as Markup
        }
        let extent: Markup =
            tally.total > rows.count
            ? "The first \(rows.count) of \(tally.total); \(link(ErrorsFile.fileName)) has them all."
            : "All of them, as in \(link(ErrorsFile.fileName))."
        return """
            <section aria-labelledby="rows">
            <h2 id="rows">Problems, in the order of the file</h2>
            <div class="wide" tabindex="0" role="region" aria-labelledby="rows">
            <table class="rows">
            <caption>\(extent)</caption>
            <thead><tr><th scope="col" class="number">\(notice.rejectsFile.map { "In \($0)" } ?? "")</th>\
            <th scope="col" class="number">Line</th>\(hasIds ? "<th scope=\"col\">Id</th>" as Markup : "")\
            <th scope="col">Column</th><th scope="col">Value</th>\
            <th scope="col">What is wrong</th><th scope="col">How to mend it</th></tr></thead>
            <tbody>
            \(rows)
            </tbody>
            </table>
            </div>
            </section>
            """
    }

    private static func settings(_ notice: Notice) -> Markup {
        let settings = notice.settings
        guard !settings.isEmpty else { return "" }
        return """
            <section class="aside" aria-labelledby="settings">
            <h2 id="settings">For whoever configures Waybill</h2>
            <p class="note">Nothing here is for the sender of the file. Where the records are as they are meant to be:</p>
            <ul class="steps">
            \(settings.map { "<li>\($0)</li>" as Markup })
            </ul>
            </section>
            """
    }

    /// A value as long as a table bears it.
    private static func shown(_ value: [UInt8]) -> String {
        let text = String(decoding: value, as: UTF8.self)
        let start = text.prefix(80)
        return start.endIndex == text.endIndex ? text : start + "…"
    }
}
