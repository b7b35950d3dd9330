/// `report.html`: the day's summary as a page of its own, without script or network.
package enum ReportPage {
    package static let fileName = "report.html"
    /// Batches shown for each campaign; the others are in `summary.json`.
    static let shownBatches = 500

    package static func bytes(_ summary: DaySummary) -> [UInt8] {
        let day = LocalMoment.prose(summary.day)
        var body = [header(summary, day)]
        if summary.campaigns.count > 1 { body.append(overview(summary)) }
        for (index, campaign) in summary.campaigns.enumerated() { body.append(section(campaign, index)) }
        body.append(files())
        return PageFrame.bytes(title: "Waybill report of \(day)", body: body)
    }

    private static func header(_ summary: DaySummary, _ day: String) -> Markup {
        let isOver = summary.campaigns.allSatisfy(\.closed)
        let state =
            summary.campaigns.isEmpty
            ? "Nothing came in and nothing was open."
            : isOver ? "The day is over; these figures are final." : "The day is still running; figures will change."
        return """
            <header>
            <p class="kind">Waybill · end of day</p>
            <h1>\(day)</h1>
            <p class="facts">\(state)</p>
            </header>
            """
    }

    private static func segments(_ totals: ReportTotals) -> [PageCharts.Segment] {
        [
            .init(name: "success", count: totals.success, colour: .success),
            .init(name: "open", count: totals.open, colour: .open),
            .init(name: "failure", count: totals.failure, colour: .failure),
            .init(name: "skipped", count: totals.skipped, colour: .skipped),
            .init(name: "rejected", count: totals.rejected, colour: .rejected),
            .init(name: "duplicates", count: totals.duplicates, colour: .duplicates),
        ]
    }

    private static func overview(_ summary: DaySummary) -> Markup {
        var sums = ReportTotals()
        for campaign in summary.campaigns { sums += campaign.totals }
        return """
            <section aria-labelledby="overview">
            <h2 id="overview">All campaigns</h2>
            \(PageCharts.legend(received: sums.received, segments(sums)))
            \(PageCharts.stackedBar(label: "Records of all campaigns", segments(sums)))
            </section>
            """
    }

    private static func section(_ campaign: DaySummary.CampaignSummary, _ index: Int) -> Markup {
        """
        <section aria-labelledby="campaign\(at: index)">
        <h2 id="campaign\(at: index)"><bdi>\(campaign.campaign)</bdi>\
        <span class="badge">\(campaign.zone)</span>\
        <span class="badge">\(campaign.closed ? "day over" : "day running")</span></h2>
        \(PageCharts.legend(received: campaign.totals.received, segments(campaign.totals)))
        \(PageCharts.stackedBar(label: "Records of \(campaign.campaign)", segments(campaign.totals)))
        \(batches(campaign, index))
        \(states(campaign))
        \(drops(campaign, index))
        </section>
        """
    }

    private static func batches(_ campaign: DaySummary.CampaignSummary, _ index: Int) -> Markup {
        guard !campaign.batches.isEmpty else { return "<p class=\"note\">No batches.</p>" }
        let rows = campaign.batches.prefix(shownBatches).map { batch in
            let totals = batch.totals
            return """
                <tr><th scope="row"><code>\(batch.batch.description)</code></th><td class="value"><bdi>\(batch.drop)</bdi></td>\
                <td class="number">\(totals.received)</td><td class="number">\(totals.success)</td>\
                <td class="number">\(totals.open)</td><td class="number">\(totals.failure)</td>\
                <td class="number">\(totals.skipped)</td><td class="number">\(totals.rejected)</td>\
                <td class="number">\(totals.duplicates)</td><td class="number">\(batch.mended)</td></tr>
                """ as Markup
        }
        let rest = campaign.batches.count - rows.count
        let more: Markup =
            rest > 0 ? "<p class=\"note\">And \(rest) more in <code>\(DaySummary.fileName)</code>.</p>" : ""
        return """
            <h3 id="batches\(at: index)">Batches since they came in</h3>
            <div class="wide" tabindex="0" role="region" aria-labelledby="batches\(at: index)">
            <table>
            <thead><tr><th scope="col">Batch</th><th scope="col">Drop</th><th scope="col" class="number">Received</th>\
            <th scope="col" class="number">Success</th><th scope="col" class="number">Open</th>\
            <th scope="col" class="number">Failure</th><th scope="col" class="number">Skipped</th>\
            <th scope="col" class="number">Rejected</th><th scope="col" class="number">Duplicates</th>\
            <th scope="col" class="number">Mended</th></tr></thead>
            <tbody>
            \(rows)
            </tbody>
            </table>
            </div>
            \(more)
            """
    }

    /// The states and codes of all batches together, and this day's rows.
    private static func states(_ campaign: DaySummary.CampaignSummary) -> Markup {
        var states: [ContactState: Int] = [:]
        var codes: [String: Int] = [:]
        var today: [DayReportFile: Int] = [:]
        for batch in campaign.batches {
            states.merge(batch.byState, uniquingKeysWith: +)
            codes.merge(batch.byCode, uniquingKeysWith: +)
            today.merge(batch.today, uniquingKeysWith: +)
        }
        let rows = DayReportFile.allCases.map { ($0.fileName(campaign: campaign.campaign), today[$0] ?? 0) }
        return """
            <div class="split">
            \(counts("Contacts by state", "State", states.map { ($0.key.label, $0.value) }, isCode: false))
            \(counts("Records by code", "Code", codes.map { ($0.key, $0.value) }, isCode: true))
            \(table("Rows of this day", "File", rows, isCode: true))
            </div>
            """
    }

    private static func counts(_ title: String, _ head: String, _ entries: [(String, Int)], isCode: Bool) -> Markup {
        let sorted = entries.filter { $0.1 != 0 }.sorted { $0.1 != $1.1 ? $0.1 > $1.1 : $0.0 < $1.0 }
        return sorted.isEmpty ? "" : table(title, head, sorted, isCode: isCode)
    }

    private static func table(_ title: String, _ head: String, _ entries: [(String, Int)], isCode: Bool) -> Markup {
        let rows = entries.map { name, count in
            let shown: Markup = isCode ? "<code>\(name)</code>" : "\(name)"
            return "<tr><th scope=\"row\">\(shown)</th><td class=\"number\">\(count)</td></tr>" as Markup
        }
        return """
            <div class="wide"><h3>\(title)</h3>
            <table>
            <thead><tr><th scope="col">\(head)</th><th scope="col" class="number">Count</th></tr></thead>
            <tbody>
            \(rows)
            </tbody>
            </table></div>
            """
    }

    private static func drops(_ campaign: DaySummary.CampaignSummary, _ index: Int) -> Markup {
        guard !campaign.drops.isEmpty else { return "" }
        let rows = campaign.drops.map { drop in
            let why = drop.reason ?? drop.firstBatch.map { "the same content as batch \($0)" } ?? ""
            return """
                <tr><td>\(drop.at.clock)</td><th scope="row" class="value"><bdi>\(drop.drop)</bdi></th>\
                <td><code>\(drop.batch.description)</code></td><td>\(drop.status.rawValue)</td><td>\(why)</td></tr>
                """ as Markup
        }
        return """
            <h3 id="drops\(at: index)">Drops that were refused or had come before</h3>
            <div class="wide" tabindex="0" role="region" aria-labelledby="drops\(at: index)">
            <table>
            <thead><tr><th scope="col">Time</th><th scope="col">Drop</th><th scope="col">Batch</th>\
            <th scope="col">Status</th><th scope="col">Reason</th></tr></thead>
            <tbody>
            \(rows)
            </tbody>
            </table>
            </div>
            """
    }

    private static func files() -> Markup {
        """
        <section aria-labelledby="files">
        <h2 id="files">Where the files are</h2>
        <p>All in this page's own folder. <code>CAMPAIGN.progress.csv.gz</code> has the contacts still open, \
        <code>success</code> and <code>failure</code> those that ended this day (with the rejected records), \
        <code>skipped</code> those never tried (with the duplicates), <code>attempts</code> every attempt with its \
        receipts. Read them with <code>zcat</code>.</p>
        <p><code>\(DaySummary.fileName)</code> has the figures of this page for programs; \
        <code>\(ChecksumsFile.fileName)</code> is written last, and <code>sha256sum -c \(ChecksumsFile.fileName)</code> \
        checks that the files are whole.</p>
        <p class="note">Every record received is counted once: received = success + open + failure + skipped + \
        rejected + duplicates. Mended records stand outside the sum: they came again with another batch.</p>
        </section>
        """
    }
}
