/// `notice.html`: the notice as a page of its own, without script or network.
package enum NoticePage {
    package static let fileName = "notice.html"

    package static func bytes(_ notice: Notice) -> [UInt8] {
        PageFrame.bytes(
            title: notice.headline,
            body: [header(notice), totals(notice), refusal(notice), steps(notice), reasons(notice), rows(notice)])
    }

    private static func header(_ notice: Notice) -> Markup {
        let of: Markup =
            notice.kind.map { "<b>\($0)</b>" } ?? "campaign <b><bdi>\(notice.campaign)</bdi></b>"
        return """
            <header>
            <p class="kind">Waybill · notice</p>
            <h1>\(notice.headline)</h1>
            <p class="facts">Drop <b><bdi>\(notice.drop)</bdi></b> · \(of) · \
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
            <h2 id="refusal">Why the drop was refused</h2>
            <p><code>\(refusal.code.rawValue)</code> \(refusal.detail)</p>
            </section>
            """
    }

    private static func steps(_ notice: Notice) -> Markup {
        """
        <section aria-labelledby="next">
        <h2 id="next">What to do now</h2>
        <ol class="steps">
        \(notice.steps.map { "<li>\($0)</li>" as Markup })
        </ol>
        </section>
        """
    }

    private static func reasons(_ notice: Notice) -> Markup {
        let reasons = notice.tally.reasons
        guard !reasons.isEmpty else { return "" }
        let rows = reasons.map { reason in
            """
            <tr><th scope="row"><code>\(reason.code)</code></th><td class="number">\(reason.count)</td>\
            <td>\(reason.hint)</td></tr>
            """ as Markup
        }
        return """
            <section aria-labelledby="reasons">
            <h2 id="reasons">Why</h2>
            \(PageCharts.bars(label: "Violations by code", reasons.map { ($0.code, $0.count) }))
            <div class="wide" tabindex="0" role="region" aria-label="Hints by code">
            <table>
            <thead><tr><th scope="col">Code</th><th scope="col" class="number">Count</th>\
            <th scope="col">How to fix it</th></tr></thead>
            <tbody>
            \(rows)
            </tbody>
            </table>
            </div>
            </section>
            """
    }

    private static func rows(_ notice: Notice) -> Markup {
        let tally = notice.tally
        guard !tally.rows.isEmpty else { return "" }
        let rows = tally.rows.map { row in
            """
            <tr><td class="number">\(Int(row.record))</td><td class="number">\(Int(row.line))</td>\
            <td>\(row.violation.field)</td><td><code>\(row.violation.code)</code></td>\
            <td class="value"><bdi>\(shown(row.violation.value))</bdi></td><td>\(row.violation.message)</td>\
            <td>\(row.violation.hint)</td></tr>
            """ as Markup
        }
        let extent: Markup =
            tally.total > rows.count
            ? "The first \(rows.count) of \(tally.total); <code>\(ErrorsFile.fileName)</code> has them all."
            : "All of them, as in <code>\(ErrorsFile.fileName)</code>."
        return """
            <section aria-labelledby="rows">
            <h2 id="rows">Problems, in the order of the drop</h2>
            <div class="wide" tabindex="0" role="region" aria-labelledby="rows">
            <table class="rows">
            <caption>\(extent)</caption>
            <thead><tr><th scope="col" class="number">Record</th><th scope="col" class="number">Line</th>\
            <th scope="col">Column</th><th scope="col">Code</th><th scope="col">Value</th>\
            <th scope="col">What is wrong</th><th scope="col">How to fix it</th></tr></thead>
            <tbody>
            \(rows)
            </tbody>
            </table>
            </div>
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
