import SystemIO
import Waybill

extension Command {
    static let report = Command(
        name: "report", group: .look, usage: ["report [--day D] [--campaign NAME] [--where COLUMN=VALUE,...]"],
        summary: "write end-of-day reports now, or again; print matching rows",
        details: """
            Without --day, writes the reports of the running day, marked closed: false. With --day, writes those of
            a past day again: the same bytes as long as nothing has changed. Prints the folders it wrote. A waybill
            that runs in the workspace writes each day's reports by itself.

            With --where, prints matching rows of the contact files instead, as CSV with their header. The columns
            are those of the files, such as state, step, channel, code and batch; all conditions must hold. Exit
            status 1 if no row matches.
            """,
        options: [
            CommandOption("day", "D", "the day, such as 2026-11-21; default: the running day"),
            CommandOption("campaign", "NAME", "this campaign's files only"),
            CommandOption("where", "COLUMN=VALUE,...", "print matching rows of the contact files"),
        ],
        examples: [
            "waybill report", "waybill report --day 2026-11-21 --campaign clinic-reminders",
            "waybill report --where state=Failed,step=text",
        ]
    ) { context in
        try context.noOperands()
        let configuration = try context.configuration()
        let day = try context.arguments["day"].map { text in
            guard let day = CalendarDay(text) else {
                throw context.usage("--day \(text) is not a day; write one such as 2026-11-21")
            }
            return day
        }
        if let campaign = context.arguments["campaign"] { try context.checkCampaign(campaign, configuration) }
        let wanted = try context.arguments["where"].map { (text: String) throws -> ReportRows in
            do {
                return try ReportRows(text)
            } catch {
                throw context.usage("--where: \(error)")
            }
        }
        // Opened for reading first: a workspace without a store stays without one.
        guard try context.storeToRead(configuration) != nil else {
            context.console.say("waybill: nothing to report, no drop has come in yet")
            return .done
        }
        let pipeline = try context.pipeline(configuration, context.log(configuration, .never), reportsOnly: true)
        let folders = try pipeline.report(day: day, campaign: context.arguments["campaign"])
        if let wanted { return try show(wanted, of: folders, context) }
        for folder in folders {
            if context.isJSON {
                var json = ReportJSON(pretty: false)
                json.object { $0.member("folder", folder) }
                try context.print(json.line())
            } else {
                try context.print(context.shown(folder) + "\n")
            }
        }
        if folders.isEmpty { context.console.say("waybill: nothing to report for that day") }
        return .done
    }

    /// Prints the matching rows of all reported campaigns.
    private static func show(
        _ wanted: ReportRows, of folders: [String], _ context: CommandContext
    ) throws -> ExitStatus {
        var isAny = false
        let campaign = context.arguments["campaign"]
        for folder in folders {
            for name in try Files.list(folder).sorted() {
                let file = DayReportFile.allCases.first { $0 != .attempts && name.hasSuffix($0.fileName(campaign: "")) }
                guard let file, campaign.map({ FoldedFileName.areSame(name, file.fileName(campaign: $0)) }) ?? true
                else { continue }
                try wanted.forEach(in: folder + "/" + name) { row in
                    if !isAny { try context.print(ReportRows.header) }
                    isAny = true
                    try context.print(Array(row))
                }
            }
        }
        if !isAny { context.console.say("waybill: no row fits") }
        return isAny ? .done : .no
    }
}
