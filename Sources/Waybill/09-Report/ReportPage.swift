/// `report.html`: the day's summary as a page of its own, without script or network.
package enum ReportPage {
    package static let fileName = "report.html"
    /// Batches shown for each campaign; the others are in `summary.json`.
    static let shownBatches = 500

    /// - Parameter earlier: the summaries of earlier days, the latest first.
    package static func bytes(_ summary: DaySummary, earlier: [DaySummary] = []) -> [UInt8] {
        let day = LocalMoment.prose(summary.day)
        var body = [header(summary, day), attention(summary)]
        if summary.campaigns.count > 1 { body.append(overview(summary)) }
        for (index, campaign) in summary.campaigns.enumerated() {
            let week = [summary] + earlier
            body.append(section(campaign, index, week))
        }
        body.append(files(summary))
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

    // MARK: What needs attention

    private static func attention(_ summary: DaySummary) -> Markup {
        var problems: [Markup] = summary.campaigns.flatMap { campaign in
            (campaign.damaged ?? []).map { batch in
                """
                Batch <code>\(batch.batch.description)</code> (<bdi>\(batch.drop)</bdi>) of \
                <bdi>\(campaign.campaign)</bdi> cannot be read and is in no figure of this page: \(batch.problem)
                """ as Markup
            }
        }
        // A list may hold several campaigns, and is said once.
        var said: Set<String> = []
        problems += summary.campaigns.flatMap { $0.attention ?? [] }.filter { said.insert($0).inserted }.map {
            "<bdi>\($0)</bdi>" as Markup
        }
        let refused =
            summary.drops.map { (drop: $0, of: nil as String?) }
            + summary.campaigns.flatMap { campaign in
                campaign.drops.filter { $0.status == .rejected }.map { (drop: $0, of: campaign.campaign as String?) }
            }
        problems += refused.map { drop, campaign in
            let whose: Markup = campaign.map { " of <bdi>\($0)</bdi>" } ?? ", which names no campaign,"
            return """
                <b><bdi>\(drop.drop)</bdi></b>\(whose) was refused at \(drop.at.clock): \
                \(drop.reason.map(Acknowledgement.words) ?? "it says no reason") (batch <code>\(drop.batch.description)</code>)
                """ as Markup
        }
        guard !problems.isEmpty else { return "" }
        return """
            <section class="attention" aria-labelledby="attention">
            <h2 id="attention">Needs attention</h2>
            <ul>
            \(problems.map { "<li>\($0)</li>" as Markup })
            </ul>
            </section>
            """
    }

    // MARK: Figures

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

    private static func section(
        _ campaign: DaySummary.CampaignSummary, _ index: Int, _ week: [DaySummary]
    ) -> Markup {
        let hours: Markup =
            campaign.dayHours.map { $0 == 24 ? "" : "<span class=\"badge\">a day of \($0) hours</span>" } ?? ""
        let missed: Markup = campaign.missed == true ? "<span class=\"badge\">made up later</span>" : ""
        return """
            <section aria-labelledby="campaign\(at: index)">
            <h2 id="campaign\(at: index)"><bdi>\(campaign.campaign)</bdi>\
            <span class="badge">\(campaign.zone)</span>\
            <span class="badge">\(campaign.closed ? "day over" : "day running")</span>\(hours)\(missed)</h2>
            \(PageCharts.legend(received: campaign.totals.received, segments(campaign.totals)))
            \(PageCharts.stackedBar(label: "Records of \(campaign.campaign)", segments(campaign.totals)))
            \(rates(campaign))
            \(self.week(campaign.campaign, week))
            \(funnel(campaign))
            \(sendings(campaign))
            \(failures(campaign))
            \(splits(campaign, index))
            \(batches(campaign, index))
            \(states(campaign))
            \(drops(campaign, index))
            </section>
            """
    }

    // MARK: Tables

    private static func batches(_ campaign: DaySummary.CampaignSummary, _ index: Int) -> Markup {
        guard !campaign.batches.isEmpty else { return "<p class=\"note\">No batches.</p>" }
        let rows = campaign.batches.prefix(shownBatches).map { batch in
            let totals = batch.totals
            let figures: [(String, Int)] = [
                ("Received", totals.received), ("Success", totals.success), ("Open", totals.open),
                ("Failure", totals.failure), ("Skipped", totals.skipped), ("Rejected", totals.rejected),
                ("Duplicates", totals.duplicates), ("Mended", batch.mended),
            ]
            return """
                <tr><td data-label="Batch"><code>\(batch.batch.description)</code></td>\
                <td data-label="Drop" class="value"><bdi>\(batch.drop)</bdi></td>\
                \(Markup(joined: figures.map { "<td data-label=\"\($0.0)\" class=\"number\">\($0.1)</td>" }))</tr>
                """ as Markup
        }
        let rest = campaign.batches.count - rows.count
        let more: Markup =
            rest > 0 ? "<p class=\"note\">And \(rest) more in \(link(DaySummary.fileName)).</p>" : ""
        let heads = ["Received", "Success", "Open", "Failure", "Skipped", "Rejected", "Duplicates", "Mended"].map {
            "<th scope=\"col\" class=\"number\">\($0)</th>" as Markup
        }
        return """
            <h3 id="batches\(at: index)">Batches since they came in</h3>
            <div class="wide" tabindex="0" role="region" aria-labelledby="batches\(at: index)">
            <table class="rows">
            <thead><tr><th scope="col">Batch</th><th scope="col">Drop</th>\(Markup(joined: heads))</tr></thead>
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
        let files = DayReportFile.allCases.map { file in
            (link(file.fileName(campaign: campaign.campaign)), today[file] ?? 0)
        }
        return """
            <div class="split">
            \(counts("Contacts by state", "State", states.map { ($0.key.label, $0.value) }, isCode: false))
            \(counts("Records by code", "Code", codes.map { ($0.key, $0.value) }, isCode: true))
            \(table("Rows of this day", "File", files))
            </div>
            """
    }

    private static func counts(_ title: String, _ head: String, _ entries: [(String, Int)], isCode: Bool) -> Markup {
        let sorted = entries.filter { $0.1 != 0 }.sorted { $0.1 != $1.1 ? $0.1 > $1.1 : $0.0 < $1.0 }
        return sorted.isEmpty
            ? ""
            : table(
                title, head,
                sorted.map { name, count in
                    (isCode ? "<code>\(name)</code>" as Markup : "\(name)" as Markup, count)
                })
    }

    private static func table(_ title: String, _ head: String, _ entries: [(Markup, Int)]) -> Markup {
        let rows = entries.map { shown, count in
            "<tr><th scope=\"row\">\(shown)</th><td class=\"number\">\(count)</td></tr>" as Markup
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
                <tr><td data-label="Time">\(drop.at.clock)</td>\
                <td data-label="Drop" class="value"><bdi>\(drop.drop)</bdi></td>\
                <td data-label="Batch"><code>\(drop.batch.description)</code></td>\
                <td data-label="Status">\(drop.status.rawValue)</td><td data-label="Reason">\(why)</td></tr>
                """ as Markup
        }
        return """
            <h3 id="drops\(at: index)">Drops that were refused or had come before</h3>
            <div class="wide" tabindex="0" role="region" aria-labelledby="drops\(at: index)">
            <table class="rows">
            <thead><tr><th scope="col">Time</th><th scope="col">Drop</th><th scope="col">Batch</th>\
            <th scope="col">Status</th><th scope="col">Reason</th></tr></thead>
            <tbody>
            \(rows)
            </tbody>
            </table>
            </div>
            """
    }

    /// A link to a file beside the page, with the campaign's name encoded by RFC 3986.
    static func link(_ file: String) -> Markup {
        let address = file.utf8.map { byte -> String in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
        return "<a href=\"\(address)\">\(file)</a>"
    }

    private static func files(_ summary: DaySummary) -> Markup {
        """
        <section aria-labelledby="files">
        <h2 id="files">Where the files are</h2>
        <p>All in this page's own folder. <code>CAMPAIGN.progress.csv.gz</code> has the contacts still open, \
        <code>success</code> and <code>failure</code> those that ended this day (with the rejected records), \
        <code>skipped</code> those never tried (with the duplicates), <code>attempts</code> every attempt with its \
        receipts. Read them with <code>zcat</code>.</p>
        <p>\(link(DaySummary.fileName)) has the figures of this page for programs; \
        \(link(ChecksumsFile.fileName)) is written last, and <code>sha256sum -c \(ChecksumsFile.fileName)</code> \
        checks that the files are whole.</p>
        <p class="note">Every record received is counted once: received = success + open + failure + skipped + \
        rejected + duplicates. Mended records stand outside the sum: they came again with another batch.</p>
        </section>
        """
    }
}
