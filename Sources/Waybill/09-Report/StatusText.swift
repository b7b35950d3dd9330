/// `waybill status` as a person reads it: campaigns with what is done and what is held and why, drops being read,
/// inboxes.
package enum StatusText {
    /// The text, ending with a line end. `width` is the terminal's in characters; without `bars` progress is a
    /// percentage alone, for output that is no terminal.
    package static func render(_ status: WorkspaceStatus, width: Int, colour: Bool, bars: Bool = true) -> String {
        var page = Page(width: max(40, width), colour: colour, bars: bars)
        page.line("\(page.paint("Waybill", .bold)) \(status.version)   \(moment(status.now, offset: 0)) UTC")
        campaigns(status, &page)
        batches(status, &page)
        inboxes(status, &page)
        let stopped = status.transports.filter { $0.reason != nil }
        if !stopped.isEmpty {
            page.heading("Stopped transports")
            for transport in stopped {
                page.line("  " + page.paint(transport.transport.plain, .yellow))
                let next = transport.nextAt.map { "tried again at \(moment($0, offset: 0)) UTC: " } ?? ""
                page.wrapped(next + (transport.reason ?? "").plain, indent: 4)
            }
        }
        if !status.stuck.isEmpty {
            page.heading("Stuck files")
            for stuck in status.stuck {
                page.line("  " + page.paint(stuck.file.plain, .yellow))
                page.wrapped("since \(moment(stuck.since, offset: 0)) UTC: \(stuck.reason.plain)", indent: 4)
            }
        }
        return page.text
    }

    private static func campaigns(_ status: WorkspaceStatus, _ page: inout Page) {
        page.heading("Campaigns")
        if status.campaigns.isEmpty { page.line("  none has received anything yet") }
        for campaign in status.campaigns {
            let totals = campaign.totals
            let name = page.paint(campaign.campaign.plain, .bold)
            page.line("  " + name + (campaign.isPaused ? "  " + page.paint("paused", .yellow) : ""))
            page.progress(
                Int64(totals.settled), of: Int64(totals.received),
                note: "\(totals.settled.grouped) of \(totals.received.grouped) done, \(totals.open.grouped) open")
            let figures: [(String, Int, Page.Paint)] = [
                ("success", totals.success, .green), ("failure", totals.failure, .red),
                ("skipped", totals.skipped, .faint), ("rejected", totals.rejected, .yellow),
                ("duplicates", totals.duplicates, .faint),
            ]
            page.line(
                "    "
                    + figures.map { "\($0.0) " + ($0.1 == 0 ? "0" : page.paint($0.1.grouped, $0.2)) }.joined(
                        separator: "  "))
            for held in campaign.held {
                let next = held.nextAt.map { ", next at \(moment($0, offset: campaign.offset)) \(campaign.zone)" } ?? ""
                page.wrapped("held \(held.contacts.grouped): \(held.reason.plain)\(next)", indent: 4)
            }
            if let end = campaign.expectedEnd {
                page.wrapped("expected to end \(moment(end, offset: campaign.offset)) \(campaign.zone)", indent: 4)
            }
        }
    }

    private static func batches(_ status: WorkspaceStatus, _ page: inout Page) {
        guard !status.batches.isEmpty else { return }
        page.heading("Batches in work")
        for batch in status.batches {
            page.line(
                "  \(page.paint(batch.drop.plain, .bold))  \(batch.batch)  \(page.paint(batch.campaign.plain, .faint))"
            )
            let totals = batch.totals
            if batch.isReading {
                page.progress(
                    batch.bytesRead, of: batch.bytesTotal,
                    note: "read \(size(batch.bytesRead)) of \(size(batch.bytesTotal)), "
                        + totals.received.counted("record", "records")
                        + (totals.rejected > 0 ? ", \(totals.rejected.grouped) rejected" : "")
                        + (batch.expectedEnd.map { ", \(left($0.milliseconds - status.now.milliseconds)) left" } ?? ""))
            } else {
                page.progress(
                    Int64(totals.settled), of: Int64(totals.received),
                    note: "\(totals.settled.grouped) of \(totals.received.grouped) done, \(totals.open.grouped) open")
            }
        }
    }

    private static func inboxes(_ status: WorkspaceStatus, _ page: inout Page) {
        page.heading("Inboxes")
        if status.inboxes.isEmpty { page.line("  nobody has looked at them for a minute: waybill is not running") }
        for inbox in status.inboxes {
            let seen = inbox.age(at: status.now).map { "looked at \($0.grouped) s ago" } ?? "not looked at yet"
            page.line("  \(inbox.inbox.plain)  \(seen), by \(inbox.watch.plain)")
            if let problem = inbox.problem { page.wrapped(problem.plain, indent: 4, .red) }
        }
    }

    /// `2026-11-21 11:00`.
    private static func moment(_ at: Timestamp, offset: Int) -> String {
        "\(at.localDay(offset: offset)) \(LocalMoment(at, offset: offset).clock)"
    }

    /// `12 s`, `3 min` or `2 h`, rounded up.
    private static func left(_ milliseconds: Int64) -> String {
        let seconds = max(1, (milliseconds + 999) / 1_000)
        if seconds < 120 { return "\(seconds) s" }
        let minutes = (seconds + 59) / 60
        return minutes < 120 ? "\(minutes) min" : "\(Int((minutes + 59) / 60).grouped) h"
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

    private struct Page {
        enum Paint: String {
            case bold = "1"
            case faint = "2"
            case red = "31"
            case green = "32"
            case yellow = "33"
            case blue = "34"
        }

        let width: Int
        let colour: Bool
        let bars: Bool
        private(set) var text = ""

        init(width: Int, colour: Bool, bars: Bool) {
            self.width = width
            self.colour = colour
            self.bars = bars
        }

        mutating func line(_ content: String) { text += content + "\n" }

        mutating func heading(_ title: String) { text += "\n" + paint(title, .bold) + "\n" }

        /// Words in lines of at most the page's width.
        mutating func wrapped(_ content: String, indent: Int, _ tone: Paint? = nil) {
            let margin = String(repeating: " ", count: indent)
            var line = ""
            for word in content.split(separator: " ") {
                if !line.isEmpty, indent + line.count + 1 + word.count > width {
                    self.line(margin + (tone.map { paint(line, $0) } ?? line))
                    line = ""
                }
                line += (line.isEmpty ? "" : " ") + word
            }
            self.line(margin + (tone.map { paint(line, $0) } ?? line))
        }

        /// A bar with its percentage and its figures; the figures go below where the page is too narrow.
        mutating func progress(_ done: Int64, of whole: Int64, note: String) {
            let percent = ProgressBar.percent(done, of: whole)
            guard bars else {
                line("   \(percent)  \(note)")
                return
            }
            let beside = 4 + percent.count + 2 + note.count + 2
            let isBeside = width - beside >= 12
            let length = min(40, isBeside ? width - beside : width - 4 - percent.count)
            line(
                "    " + paint(ProgressBar.text(done, of: whole, width: length), .blue) + percent
                    + (isBeside ? "  " + note : ""))
            if !isBeside { wrapped(note, indent: 4) }
        }

        func paint(_ content: String, _ tone: Paint) -> String {
            colour ? "\u{1B}[\(tone.rawValue)m\(content)\u{1B}[0m" : content
        }
    }
}
