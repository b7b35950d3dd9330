import Waybill

/// Values that several tests write out.
enum ReportSamples {
    static let batch = BatchID("20261121-000007")!
    static let day = CalendarDay("2026-11-21")!
    /// 2026-11-21T10:00:00.123Z
    static let start = Timestamp(milliseconds: Timestamp(day: day, secondsOfDay: 36_000).milliseconds + 123)
    static let end = Timestamp(milliseconds: start.milliseconds + 4_500)

    static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    static var acknowledgement: Acknowledgement {
        var ack = Acknowledgement(
            batch: batch, drop: "clinic.csv", sha256: String(repeating: "ab", count: 32), campaign: "clinic-reminders",
            status: .partial, startedAt: start, finishedAt: end)
        ack.received = 1_000
        ack.accepted = 970
        ack.rejected = 20
        ack.duplicates = 10
        ack.format = DropFormat(
            kind: .csv, delimiter: UInt8(ascii: ","), hasHeader: true, quote: 0x22, lineEnd: [0x0D, 0x0A])
        ack.columns = [.init(sender: "Mobile", column: "phone1"), .init(sender: "Kunden\"nr", column: "id")]
        ack.rejectsByCode = [.init(code: "phone1.invalid", count: 12), .init(code: "param3.too-long", count: 8)]
        ack.notice = "outbox/notices/2026-11-21/20261121-000007"
        ack.normalised = 31
        return ack
    }

    static var tally: ViolationTally {
        var tally = ViolationTally()
        for record in UInt32(1)...130 {
            let violation =
                record % 3 == 0
                ? Violation(
                    .field(.param3), .tooLong, value: Array("<b>\"Tom\" & 'Jerry'</b> is longer than forty".utf8),
                    message: "The value has 43 characters; 40 are allowed.", hint: "Shorten the value.")
                : Violation(
                    .field(.phone1), .invalid, value: Array("=415-555".utf8), message: "No such number in US.",
                    hint: "Write the number with its country code, as in +14155550123.")
            tally.add(
                record: record, line: UInt64(record) + 1, id: Array("K-\(record)".utf8), returned: Int(record),
                violation)
        }
        return tally
    }

    static var notice: Notice {
        var ack = acknowledgement
        ack.drop = "clinic <Nov & Dec>.csv"
        ack.rejected = 130
        ack.accepted = 860
        return Notice(
            ack, refusal: nil, finishedAt: LocalMoment(end, offset: 3_600),
            folder: "outbox/notices/2026-11-21/20261121-000007", rejectsFile: "rejects.csv", rowsAbove: 1,
            columns: Schema([Column(name: "Kundennr", field: .id), Column(name: "Mobil", field: .phone1)]), tally: tally
        )
    }

    static var summary: DaySummary {
        var first = DaySummary.BatchSummary(
            batch: batch, drop: "clinic <Nov>.csv",
            totals: ReportTotals(
                received: 1_000, rejected: 20, duplicates: 10, skipped: 100, open: 370, success: 450, failure: 50))
        first.mended = 3
        first.byState = [
            .pending: 300, .sentToDialer: 70, .connected: 450, .retriesCompleted: 50, .sampledOut: 80, .suppressed: 20,
            .failed: 0,
        ]
        first.byCode = ["phone1.invalid": 12, "param3.too-long": 8]
        first.today = [.progress: 370, .success: 200, .failure: 30, .skipped: 10, .attempts: 812]
        let second = DaySummary.BatchSummary(
            batch: BatchID("20261121-000009")!, drop: "b.csv", totals: ReportTotals(received: 0))
        var campaign = DaySummary.CampaignSummary(
            campaign: "clinic & co", zone: "Europe/Berlin", closed: true, totals: first.totals)
        campaign.batches = [first, second]
        campaign.drops = [
            .init(
                batch: BatchID("20261121-000008")!, drop: "again.csv", status: .duplicate, reason: nil,
                firstBatch: batch, at: LocalMoment(end, offset: 3_600)),
            .init(
                batch: BatchID("20261121-000010")!, drop: "bad.bin", status: .rejected,
                reason: "drop.unknown-format: neither CSV nor JSON", firstBatch: nil,
                at: LocalMoment(end, offset: 3_600)),
        ]
        return DaySummary(day: day, version: "1.2.3", campaigns: [campaign])
    }

    static var status: WorkspaceStatus {
        var status = WorkspaceStatus(now: start, version: "1.2.3")
        var campaign = WorkspaceStatus.CampaignStatus(
            campaign: "clinic", zone: "Europe/Berlin", offset: 3_600,
            totals: ReportTotals(
                received: 1_000, rejected: 20, duplicates: 10, skipped: 100, open: 370, success: 450, failure: 50))
        campaign.isPaused = true
        campaign.pausedSince = start
        campaign.pausedBy = "a command"
        campaign.states = [.pending: 300, .sentToDialer: 70, .connected: 450]
        campaign.perMinute = 12
        campaign.held = [
            .init(
                kind: .hours, reason: "outside the \"evening\" window", contacts: 300,
                nextAt: Timestamp(day: day.adding(days: 1), secondsOfDay: 25_200))
        ]
        campaign.expectedEnd = Timestamp(day: day.adding(days: 1), secondsOfDay: 36_000)
        status.campaigns = [campaign]
        status.batches = [
            .init(
                batch: batch, drop: "cli\u{1B}[31mnic.csv", campaign: "clinic", startedAt: start, bytesRead: 4_500_000,
                bytesTotal: 10_000_000, totals: ReportTotals(received: 45_000, rejected: 12, open: 44_988))
        ]
        status.inboxes = [
            .init(
                inbox: "inbox", lastScanAt: Timestamp(milliseconds: start.milliseconds - 2_000), watch: "events",
                problem: nil),
            .init(inbox: "/mnt/share", lastScanAt: nil, watch: "polling", problem: "The share does not answer."),
        ]
        status.stuck = [.init(file: "inbox/half.csv", reason: "It has been growing for an hour.", since: start)]
        status.transports = [
            .init(transport: "folder", reason: nil, nextAt: nil),
            .init(transport: "relay", reason: "It says 5.7.26.", nextAt: start),
        ]
        return status
    }
}
