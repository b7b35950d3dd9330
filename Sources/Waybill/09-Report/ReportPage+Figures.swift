/// What the page of a day shows about a campaign besides its sums.
extension ReportPage {
    /// What became of the contacts that were contacted; many that came in never were.
    static func rates(_ campaign: DaySummary.CampaignSummary) -> Markup {
        guard let contacted = campaign.contacted, contacted > 0 else { return "" }
        var states: [ContactState: Int] = [:]
        for batch in campaign.batches { states.merge(batch.byState, uniquingKeysWith: +) }
        let answered = [ContactState.connected, .smsResponded, .emailResponded, .responded]
            .reduce(0) { $0 + states[$1, default: 0] }
        // Contacts in other states ended without an attempt, or may have.
        let failed = [ContactState.notConnected, .retriesCompleted, .dangling, .failed]
            .reduce(0) { $0 + states[$1, default: 0] }
        let out = states.filter { !$0.key.isFinal && $0.key != .pending }.reduce(0) { $0 + $1.value }
        let figures: [(name: String, count: Int)] = [
            ("reached or answered", answered), ("success", campaign.totals.success),
            ("not reached", failed), ("still out", out),
        ]
        let shown = figures.filter { $0.count > 0 && $0.count <= contacted }.map { figure in
            """
            <div><dt>\(figure.name)</dt><dd>\(PageCharts.percent(figure.count, of: contacted))\
            <small>\(figure.count)</small></dd></div>
            """ as Markup
        }
        let late: Markup =
            campaign.late.map { late in
                late == 0
                    ? ""
                    : """
                    <p class="note">\(late.counted("result", "results")) came this day too late to count; the attempts \
                    file marks them.</p>
                    """
            } ?? ""
        return """
            <h3>Of those who were contacted</h3>
            <dl class="figures">
            <div><dt>contacted</dt><dd>\(contacted)</dd></div>
            \(shown)
            </dl>
            \(late)
            """
    }

    /// The last days as sparklines: what was sent, what ended well and what did not.
    static func week(_ campaign: String, _ days: [DaySummary]) -> Markup {
        let days = days.reversed().compactMap { summary -> (day: String, today: [DayReportFile: Int])? in
            guard let own = summary.campaigns.first(where: { $0.campaign == campaign }) else { return nil }
            var today: [DayReportFile: Int] = [:]
            for batch in own.batches { today.merge(batch.today, uniquingKeysWith: +) }
            return (summary.day.description, today)
        }
        guard days.count > 1 else { return "" }
        let lines: [(String, DayReportFile, PageCharts.Colour)] = [
            ("attempts", .attempts, .open), ("success", .success, .success), ("failure", .failure, .failure),
        ]
        let shown = lines.map { name, file, colour in
            let counts = days.map { ($0.day, $0.today[file] ?? 0) }
            return """
                <div><dt>\(name)</dt><dd>\(PageCharts.line(label: "Rows of \(name) by day", counts, colour: colour))\
                <span>\(counts[counts.count - 1].1) <small>this day</small></span></dd></div>
                """ as Markup
        }
        return """
            <h3>The last \(days.count) days</h3>
            <dl class="week">
            \(shown)
            </dl>
            """
    }

    /// How many attempts of each step arrived, and how many were answered.
    static func funnel(_ campaign: DaySummary.CampaignSummary) -> Markup {
        let steps = (campaign.steps ?? []).filter { $0.sent > 0 }
        guard !steps.isEmpty else { return "" }
        let shown = steps.map { step in
            var entries = [("sent", step.sent)]
            if step.delivered > 0 { entries.append(("delivered", step.delivered)) }
            if step.answered > 0 { entries.append(("answered", step.answered)) }
            let named = entries.map { name, count in
                (name: "\(name), \(PageCharts.percent(count, of: step.sent))", count: count)
            }
            let template: Markup = step.template.map { " · template <bdi>\($0)</bdi>" } ?? ""
            return """
                <div><h4><bdi>\(step.step)</bdi> <small>\(step.channel)\(template)</small></h4>
                \(PageCharts.bars(label: "Attempts of step \(step.step)", named, colour: .success))</div>
                """ as Markup
        }
        return """
            <h3>Attempts by step, since the batches came in</h3>
            <div class="split">
            \(shown)
            </div>
            """
    }

    /// The sums by the column of the user's choice.
    static func splits(_ campaign: DaySummary.CampaignSummary, _ index: Int) -> Markup {
        guard let column = campaign.splitBy, let splits = campaign.splits, !splits.isEmpty else { return "" }
        let rows = splits.prefix(shownSplits).map { split in
            let name: Markup =
                split.value.map { $0.isEmpty ? "<i>empty</i>" : "<bdi>\($0)</bdi>" } ?? "<i>all other values</i>"
            let figures = [
                split.contacts, split.totals.success, split.totals.open, split.totals.failure,
                split.totals.skipped,
            ]
            let cells = zip(["Contacts", "Success", "Open", "Failure", "Skipped"], figures).map { label, count in
                "<td data-label=\"\(label)\" class=\"number\">\(count)</td>" as Markup
            }
            return "<tr><td data-label=\"Value\" class=\"value\">\(name)</td>\(Markup(joined: cells))</tr>" as Markup
        }
        let rest = splits.count - rows.count
        let more: Markup = rest > 0 ? "<p class=\"note\">And \(rest) more in \(link(DaySummary.fileName)).</p>" : ""
        return """
            <h3 id="splits\(at: index)">Contacts by <bdi>\(column)</bdi></h3>
            <div class="wide" tabindex="0" role="region" aria-labelledby="splits\(at: index)">
            <table class="rows">
            <thead><tr><th scope="col">Value</th><th scope="col" class="number">Contacts</th>\
            <th scope="col" class="number">Success</th><th scope="col" class="number">Open</th>\
            <th scope="col" class="number">Failure</th><th scope="col" class="number">Skipped</th></tr></thead>
            <tbody>
            \(rows)
            </tbody>
            </table>
            </div>
            \(more)
            """
    }

    private static let shownSplits = 30

    static func sendings(_ campaign: DaySummary.CampaignSummary) -> Markup {
        guard let hours = campaign.hours, hours.contains(where: { $0 > 0 }) else { return "" }
        return """
            <h3>Sent this day, by the hour where the recipient is</h3>
            \(PageCharts.hours(label: "Sent by hour of the recipient's day", hours))
            """
    }

    static func failures(_ campaign: DaySummary.CampaignSummary) -> Markup {
        let failures = (campaign.failures ?? [:]).sorted {
            $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key
        }
        guard !failures.isEmpty else { return "" }
        return """
            <h3>Why contacts failed this day</h3>
            \(PageCharts.bars(label: "Failures by reason", failures.map { ($0.key, $0.value) }, colour: .failure))
            """
    }
}
