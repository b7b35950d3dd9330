import Foundation

/// `waybill status` for a person: what needs attention, campaigns with what is done, what waits and until when, drops
/// being read, inboxes.
package enum StatusText {
    /// How much is shown, from everything to one line for each campaign.
    private enum Detail: Int, CaseIterable {
        case all, batches, reasons, figures, lines
    }

    /// How many problems and batches are shown if there is no room for all.
    private static let fewest = 3

    /// The text, ending with a line end. `width` is the terminal's in characters; if `height` is given, only as much is
    /// shown as fits, the most urgent first. Without `bars`, progress is only a percentage, for output that is not a
    /// terminal.
    package static func render(
        _ status: WorkspaceStatus, width: Int, height: Int? = nil, colour: Bool, bars: Bool = true
    ) -> String {
        func page(_ detail: Detail, attention room: Int?) -> [String] {
            var page = StatusPage(width: max(40, width), colour: colour, bars: bars)
            draw(status, detail, attention: room, &page)
            return page.lines
        }
        let whole = page(.all, attention: nil)
        guard let height, whole.count > height else { return whole.joined(separator: "\n") + "\n" }
        for detail in Detail.allCases {
            let used = page(detail, attention: 0).count
            // What is left over is for what needs attention.
            if used <= height { return page(detail, attention: height - used).joined(separator: "\n") + "\n" }
        }
        let lines = page(.lines, attention: 0)
        let shown = lines.prefix(max(1, height - 1))
        return shown.joined(separator: "\n")
            + "\n… and \(lines.count - shown.count) lines more; \"waybill status\" shows all\n"
    }

    /// - Parameter room: for how many lines there is room besides the few that what needs attention has in any
    ///   case; nil: for all.
    private static func draw(
        _ status: WorkspaceStatus, _ detail: Detail, attention room: Int?, _ page: inout StatusPage
    ) {
        header(status, &page)
        attention(status, room, &page)
        page.heading("Campaigns")
        if status.campaigns.isEmpty { page.line("  none has received anything yet") }
        for campaign in status.campaigns { draw(campaign, at: status.now, detail, &page) }
        if detail == .all || detail == .batches { batches(status, isShort: detail == .batches, &page) }
        if detail == .all {
            repeats(status, &page)
            inboxes(status, &page)
        }
    }

    private static func header(_ status: WorkspaceStatus, _ page: inout StatusPage) {
        let title = "\(page.paint("Waybill", .bold)) \(status.version)   \(moment(status.now, offset: 0)) UTC"
        guard let told = status.toldAt else {
            page.line(title + (status.inboxes.isEmpty && status.silence == nil ? "   not running" : ""))
            return
        }
        let age = status.now.milliseconds - told.milliseconds
        if status.isRunning {
            page.line(title + (age > 15_000 ? "   told \(span(age)) ago" : ""))
        } else if status.isBetweenRuns {
            let waiting =
                status.untakenFiles > 0
                ? ", which takes \(status.untakenFiles.counted("file that waits", "files that wait"))" : ""
            page.line(title)
            page.wrapped(
                "The last run ended \(span(age)) ago, \(moment(told, offset: 0)) UTC, \(status.endedWhen); nothing runs until "
                    + "the next one\(waiting)", indent: 0)
        } else {
            page.line(title)
            page.wrapped(
                "Waybill is not running: it told of itself last "
                    + (age < 0 ? "by a clock that was ahead, " : "\(span(age)) ago, ")
                    + "\(moment(told, offset: 0)) UTC",
                indent: 0, .yellow)
        }
    }

    private static func attention(_ status: WorkspaceStatus, _ room: Int?, _ page: inout StatusPage) {
        let texts = status.attention.map { problem in
            problem.what.plain + (problem.since.map { " (since \(moment($0, offset: 0)) UTC)" } ?? "")
        }
        guard !texts.isEmpty else { return }
        page.heading("Needs attention")
        let wrapped = texts.map { text in
            var lines = StatusPage(width: page.width, colour: page.colour, bars: page.bars)
            lines.wrapped(text, indent: 2, first: page.paint("! ", .red))
            return lines.lines
        }
        let few = min(texts.count, fewest)
        var shown = texts.count
        if let room {
            // Those that fit whole, and a line that says how many are left.
            let most = few + (texts.count > few ? 1 : 0) + room
            func height(_ count: Int) -> Int { wrapped[..<count].joined().count + (count < texts.count ? 1 : 0) }
            while shown > few, height(shown) > most { shown -= 1 }
            if height(shown) > most {
                for text in texts[..<few] {
                    page.line(page.paint("! ", .red) + StatusPage.cut(text, to: page.width - 2))
                }
                shown = 0
            }
        }
        for line in wrapped[..<shown].joined() { page.line(line) }
        let told = max(shown, room == nil ? 0 : few)
        if told < texts.count { page.line("  and \(texts.count - told) more") }
    }

    // MARK: Campaigns

    /// The parts of what was taken, each with the sign it has in bars.
    private static func parts(
        _ totals: ReportTotals
    ) -> [(name: String, count: Int, sign: Character, tone: StatusPage.Paint)] {
        [
            ("success", totals.success, "█", .green), ("failure", totals.failure, "▓", .red),
            ("skipped", totals.skipped, "▒", .faint), ("open", totals.open, "░", .blue),
        ]
    }

    private static func bar(_ totals: ReportTotals, width: Int, _ page: StatusPage) -> String {
        let parts = parts(totals)
        return zip(parts, ProgressBar.shares(parts.map(\.count), width: width)).map { part, share in
            page.paint(String(repeating: part.sign, count: share), part.tone)
        }.joined()
    }

    private static func draw(
        _ campaign: WorkspaceStatus.CampaignStatus, at now: Timestamp, _ detail: Detail, _ page: inout StatusPage
    ) {
        let totals = campaign.totals
        let taken = totals.success + totals.failure + totals.skipped + totals.open
        let percent = ProgressBar.percent(Int64(taken - totals.open), of: Int64(taken))
        let mark = campaign.stopped != nil ? "stopped" : campaign.isPaused ? "paused" : ""
        if detail == .lines {
            let marks = mark.isEmpty ? "" : "  " + page.paint(mark, .yellow)
            let name = StatusPage.cut(campaign.campaign.plain, to: 20)
            let figures = "\(totals.open.grouped) open of \(taken.grouped)"
            let used = 2 + 20 + 2 + percent.count + 2 + figures.count + (mark.isEmpty ? 0 : mark.count + 2)
            let room = min(60, page.width - used - 1)
            let padding = String(repeating: " ", count: 20 - name.count)
            let drawn = page.bars && room >= 8 && taken > 0 ? " " + bar(totals, width: room, page) : ""
            page.line("  " + page.paint(name, .bold) + padding + drawn + " " + percent + "  " + figures + marks)
            return
        }
        let name = StatusPage.cut(campaign.campaign.plain, to: page.width - 2)
        page.flow(
            [
                (page.paint(name, .bold), name.count), (page.paint(campaign.zone, .faint), campaign.zone.count),
                (page.paint(mark, .yellow), mark.count),
            ].filter { $0.1 > 0 }, indent: 2)
        if campaign.isPaused {
            let since = campaign.pausedSince.map { " since \(moment($0, offset: campaign.offset))" } ?? ""
            let whom = campaign.pausedBy.map { " by \($0.plain)" } ?? ""
            page.wrapped(
                "paused\(since)\(whom); \"waybill campaign resume \(campaign.campaign.plain)\" lets it go on",
                indent: 4, .yellow)
        }
        let note = "\((taken - totals.open).grouped) of \(taken.grouped) done"
        if taken == 0 {
            page.line("    nothing was taken yet")
        } else if page.bars {
            let room = min(100, page.width - 5 - percent.count - 2 - note.count)
            let length = room >= 12 ? room : max(4, page.width - 5 - percent.count)
            page.line("    " + bar(totals, width: length, page) + " " + percent + (room >= 12 ? "  " + note : ""))
            if room < 12 { page.line("    " + note) }
        } else {
            page.line("   \(percent)  \(note)")
        }
        figures(campaign, at: now, &page)
        guard detail != .figures else { return }
        reasons(campaign, at: now, &page)
    }

    private static func figures(
        _ campaign: WorkspaceStatus.CampaignStatus, at now: Timestamp, _ page: inout StatusPage
    ) {
        let taken = campaign.totals.success + campaign.totals.failure + campaign.totals.skipped + campaign.totals.open
        let parts = taken > 0 ? Self.parts(campaign.totals) : []
        var pieces: [(String, Int)] = parts.map { part in
            let text = "\(part.name) \(part.count.grouped)"
            guard part.count > 0 else { return (text, text.count) }
            let sign = page.bars ? "\(part.sign) " : ""
            return (page.paint(sign + text, part.tone), sign.count + text.count)
        }
        func add(_ text: String) { pieces.append((text, text.count)) }
        let totals = campaign.totals
        if totals.rejected > 0 { add("rejected \(totals.rejected.grouped)") }
        if totals.duplicates > 0 { add("duplicates \(totals.duplicates.grouped)") }
        page.flow(pieces, indent: 4)
        pieces = []
        let open = ContactState.allCases.filter { !$0.isFinal && campaign.states[$0, default: 0] > 0 }
        if open != [.pending] {
            for state in open { add("\(state.label) \(campaign.states[state, default: 0].grouped)") }
        }
        if let perMinute = campaign.perMinute, totals.open > 0 { add("\(perMinute.grouped) a minute leave") }
        if let end = campaign.expectedEnd {
            add("ends about \(moment(end, offset: campaign.offset)), \(relative(end, to: now))")
        }
        page.flow(pieces, indent: 4)
    }

    /// The chief reasons for waiting, and when contacts that wait for the clock can go on.
    private static func reasons(
        _ campaign: WorkspaceStatus.CampaignStatus, at now: Timestamp, _ page: inout StatusPage
    ) {
        let held = campaign.held.sorted { $0.contacts > $1.contacts }
        for reason in held.prefix(fewest) {
            var text = "\(reason.contacts.grouped) wait: \(withoutMoment(reason.reason).plain)"
            let openings = reason.openings.filter { $0.at > now }
            if openings.count == 1 || reason.openings.isEmpty {
                if let next = reason.nextAt, next > now {
                    text +=
                        "; \(reason.kind.endsByClock ? "opens" : "tried again") \(relative(next, to: now)), "
                        + moment(next, offset: campaign.offset)
                }
            } else if !openings.isEmpty {
                let told = openings.prefix(fewest).map { opening in
                    "\(opening.contacts.grouped) \(relative(opening.at, to: now))"
                }
                text += "; opens for \(told.joined(separator: ", "))"
                if openings.count > fewest { text += ", the others later" }
                text += " (the first \(moment(openings[0].at, offset: campaign.offset)))"
            }
            page.wrapped(text, indent: 4)
        }
        if held.count > fewest {
            let rest = held.dropFirst(fewest).reduce(0) { $0 + $1.contacts }
            page.line("    \(rest.grouped) wait for \((held.count - fewest).counted("other reason", "other reasons"))")
        }
    }

    /// A reason without the moment at its end, which follows in the form of this page.
    private static func withoutMoment(_ reason: String) -> String {
        guard let word = reason.range(of: " until ", options: .backwards),
            Timestamp(iso8601: ArraySlice(reason[word.upperBound...].utf8)) != nil
        else { return reason }
        return String(reason[..<word.lowerBound])
    }

    // MARK: What is in work

    private static func batches(_ status: WorkspaceStatus, isShort: Bool, _ page: inout StatusPage) {
        guard !status.batches.isEmpty else { return }
        page.heading("Batches in work")
        let shown = isShort ? status.batches.prefix(fewest) : status.batches[...]
        for batch in shown {
            let (drop, campaign) = (batch.drop.plain, batch.campaign.plain)
            page.flow(
                [(drop, StatusPage.Paint.bold), (batch.batch.description, nil), (campaign, .faint)].map { text, tone in
                    let shown = StatusPage.cut(text, to: page.width - 2)
                    return (tone.map { page.paint(shown, $0) } ?? shown, shown.count)
                }, indent: 2)
            let totals = batch.totals
            guard batch.isReading else {
                let taken = totals.success + totals.failure + totals.skipped + totals.open
                let note = "\((taken - totals.open).grouped) of \(taken.grouped) done, \(totals.open.grouped) open"
                progress(Int64(taken - totals.open), of: Int64(taken), note: note, &page)
                continue
            }
            let left = batch.expectedEnd.map { ", \(span($0.milliseconds - status.now.milliseconds)) left" } ?? ""
            progress(
                batch.bytesRead, of: batch.bytesTotal,
                note: "read \(size(batch.bytesRead)) of \(size(batch.bytesTotal)), "
                    + totals.received.counted("record", "records")
                    + (totals.rejected > 0 ? ", \(totals.rejected.grouped) rejected" : "") + left, &page)
        }
        if shown.count < status.batches.count { page.line("  and \(status.batches.count - shown.count) more") }
    }

    /// A bar with its percentage and its figures; the figures go below where the page is too narrow.
    private static func progress(_ done: Int64, of whole: Int64, note: String, _ page: inout StatusPage) {
        let percent = ProgressBar.percent(done, of: whole)
        guard page.bars else { return page.line("   \(percent)  \(note)") }
        let room = page.width - 4 - percent.count - 2 - note.count
        let length = min(40, room >= 12 ? room : page.width - 4 - percent.count)
        let bar = page.paint(ProgressBar.text(done, of: whole, width: length), .blue)
        page.line("    " + bar + percent + (room >= 12 ? "  " + note : ""))
        if room < 12 { page.wrapped(note, indent: 4) }
    }

    private static func repeats(_ status: WorkspaceStatus, _ page: inout StatusPage) {
        guard !status.repeats.isEmpty else { return }
        page.heading("Lists that are repeated")
        for list in status.repeats {
            let next =
                list.nextAt.map { "next \(moment($0, offset: list.offset)), \(relative($0, to: status.now))" }
                ?? "never again"
            page.line("  \(page.paint(list.campaign.plain, .bold))  \(list.file.plain)  \(next)")
        }
    }

    private static func inboxes(_ status: WorkspaceStatus, _ page: inout StatusPage) {
        page.heading("Inboxes")
        if status.inboxes.isEmpty {
            page.line(
                status.silence != nil
                    ? "  what is known of them cannot be read"
                    : status.isBetweenRuns
                        ? "  the next run looks at them"
                        : "  nobody has looked at them for a minute: waybill is not running")
        }
        for inbox in status.inboxes {
            let seen =
                inbox.age(at: status.now).map { "looked at \(span(Int64($0) * 1_000)) ago" } ?? "not looked at yet"
            page.line("  \(inbox.inbox.plain)  \(seen), by \(inbox.watch.plain)")
        }
    }

    // MARK: Times

    /// `2026-11-21 11:00`: the one form of a moment on this page.
    private static func moment(_ at: Timestamp, offset: Int) -> String {
        "\(at.localDay(offset: offset)) \(LocalMoment(at, offset: offset).clock)"
    }

    /// `in 2 h 10 min`, or `now`.
    private static func relative(_ at: Timestamp, to now: Timestamp) -> String {
        at > now ? "in " + span(at.milliseconds - now.milliseconds) : "now"
    }

    /// `12 s`, `3 min`, `2 h 10 min` or `3 d 4 h`, rounded up.
    private static func span(_ milliseconds: Int64) -> String {
        let seconds = max(1, (milliseconds + 999) / 1_000)
        if seconds < 120 { return "\(seconds) s" }
        let minutes = (seconds + 59) / 60
        if minutes < 120 { return "\(minutes) min" }
        let hours = minutes / 60
        if hours < 48 { return "\(hours) h" + (minutes % 60 > 0 ? " \(minutes % 60) min" : "") }
        return "\(Int(hours / 24).grouped) d" + (hours % 24 > 0 ? " \(hours % 24) h" : "")
    }

    /// `1.5 MB`, in powers of a thousand.
    private static func size(_ bytes: Int64) -> String {
        let units: [(Int64, String)] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")]
        for (unit, name) in units where bytes >= unit {
            let tenths = bytes / (unit / 10)
            return "\(Int(tenths / 10).grouped).\(tenths % 10) \(name)"
        }
        return "\(bytes) B"
    }
}
