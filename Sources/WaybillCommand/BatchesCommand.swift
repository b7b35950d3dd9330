import SystemIO
import Waybill

extension Command {
    static let batches = Command(
        name: "batches", group: .look,
        usage: ["batches [--campaign NAME] [--day D] [--open] [--refused] [--limit N]"],
        summary: "the latest drops: when each came, what became of it and where its notice is",
        details: """
            One line for each batch, the latest last, including lists, receipts, replies and commands. MENDED of
            the rejected records came again with a correction; OPEN contacts are not done; "held" ones wait for approval. --day selects the batches that came in on that day (UTC), as their
            ids say. With --json, one object a line, with the reason and the notice of each.
            """,
        options: [
            CommandOption("campaign", "NAME", "of this campaign only"),
            CommandOption("day", "D", "of this day only, such as 2026-11-21"),
            CommandOption("open", "with contacts that are not done"),
            CommandOption("refused", "refused whole"),
            CommandOption("limit", "N", "at most this many; default 20"),
        ],
        examples: ["waybill batches", "waybill batches --refused --limit 5", "waybill batches --day 2026-11-21 --json"]
    ) { context in
        try context.noOperands()
        return try BatchList(context, context.brakeConfiguration()).print()
    }
}

/// What `waybill batches` prints.
private struct BatchList {
    private let context: CommandContext
    private let configuration: Configuration
    private let limit: Int
    private let day: CalendarDay?

    init(_ context: CommandContext, _ configuration: Configuration) throws {
        self.context = context
        self.configuration = configuration
        limit = try context.limit(default: 20)
        day = try context.arguments["day"].map { text in
            guard let day = CalendarDay(text) else {
                throw context.usage("--day \(text) is not a day; write one such as 2026-11-21")
            }
            return day
        }
    }

    func print() throws -> ExitStatus {
        guard let store = try context.storeToRead(configuration) else {
            context.console.say("waybill: no drop has come in yet")
            return .no
        }
        let rows = try found(in: store)
        let held = Set(try store.approvalHolds().map(\.batch))
        if context.isJSON {
            for row in rows { try context.print(json(row, isHeld: held.contains(row.id))) }
        } else if !rows.isEmpty {
            try context.print(table(rows, held: held))
        }
        guard rows.isEmpty else { return .done }
        context.console.say("waybill: no batch fits")
        return .no
    }

    /// The latest batches asked for, oldest first. The ledger is read backwards, in growing spans.
    private func found(in store: any Store) throws -> [BatchRow] {
        let today = context.now.utcDay
        if let day { return Array(try rows(store, from: day, before: day.adding(days: 1)).suffix(limit)) }
        var found: [BatchRow] = []
        var end = today.adding(days: 2)
        for days in [2, 8, 32, 128, 512, 20_000] where found.count < limit {
            let start = today.adding(days: 1 - days)
            found = try rows(store, from: start, before: end) + found
            end = start
        }
        return Array(found.suffix(limit))
    }

    private func rows(_ store: any Store, from start: CalendarDay, before end: CalendarDay) throws -> [BatchRow] {
        let last = BatchID(day: end, number: 0)
        var after = BatchID(day: start, number: 0)
        var found: [BatchRow] = []
        while true {
            let some = try store.batches(
                after: after, claimedUntil: Timestamp(milliseconds: .max / 2), limit: Self.atOnce)
            found += some.filter { $0.id < last && isWanted($0) }
            if found.count > 2 * limit { found.removeFirst(found.count - limit) }
            guard some.count == Self.atOnce, let latest = some.last, latest.id < last else { return found }
            after = latest.id
        }
    }

    private static let atOnce = 1_000

    private func isWanted(_ row: BatchRow) -> Bool {
        if let campaign = context.arguments["campaign"], !FoldedFileName.areSame(row.campaign, campaign) {
            return false
        }
        if context.arguments.has("open"), row.open == 0 { return false }
        return !context.arguments.has("refused") || row.status == .refused
    }

    private static func status(_ row: BatchRow) -> String {
        row.status == .claimed ? "reading" : row.acknowledgement?.status.rawValue ?? "accepted"
    }

    private func table(_ rows: [BatchRow], held: Set<BatchID>) -> String {
        let zone = Zone.named(configuration.timezone) ?? .utc
        let head = ["BATCH", "TAKEN", "STATUS", "RECEIVED", "REJECTED", "MENDED", "OPEN", "CAMPAIGN", "DROP"]
        let lines = rows.map { row in
            let offset = zone.offset(at: row.claimedAt)
            return [
                row.id.description, String(row.claimedAt.iso8601(offset: offset).prefix(16)).replacing("T", with: " "),
                held.contains(row.id) ? "held" : Self.status(row), row.received.grouped, row.rejected.grouped,
                row.mended.grouped, row.open.grouped,
                row.campaign.isEmpty ? row.folder.plain : row.campaign.plain, row.name.plain,
            ]
        }
        let widths = head.indices.map { column in ([head] + lines).map { $0[column].count }.max() ?? 0 }
        let numbers = 3...6
        let paint = Paint(context.usesColour)
        return ([head] + lines).enumerated().map { number, cells in
            let line = cells.indices.map { column in
                let gap = String(repeating: " ", count: widths[column] - cells[column].count)
                if column == cells.count - 1 { return cells[column] }
                return numbers.contains(column) ? gap + cells[column] : cells[column] + gap
            }.joined(separator: "  ")
            return (number == 0 ? paint.bold(line) : line) + "\n"
        }.joined()
    }

    private func json(_ row: BatchRow, isHeld: Bool) -> [UInt8] {
        let acknowledgement = row.acknowledgement
        var json = ReportJSON(pretty: false)
        json.object { json in
            json.member("batch", row.id.description)
            json.member("drop", row.name)
            json.member("folder", row.folder)
            json.member("campaign", row.campaign)
            json.member("status", Self.status(row))
            json.member("at", row.claimedAt.description)
            json.member("received", row.received)
            json.member("accepted", row.accepted)
            json.member("rejected", row.rejected)
            json.member("duplicates", row.duplicates)
            json.member("mended", row.mended)
            json.member("open", row.open)
            json.member("held", isHeld)
            json.member("reason", acknowledgement?.refusal.code)
            json.member("detail", acknowledgement?.refusal.detail)
            json.member("notice", acknowledgement?.notice)
        }
        return json.line()
    }
}
