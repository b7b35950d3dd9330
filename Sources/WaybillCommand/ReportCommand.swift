import Waybill

extension Command {
    static let report = Command(
        name: "report", group: .look, usage: ["report [--day D] [--campaign NAME]"],
        summary: "write end-of-day reports now, or again",
        details: """
            Without --day it writes the reports of the day that runs, marked closed: false. With --day it writes
            those of a past day again: the same bytes as long as nothing changed. Prints the folders it wrote.
            A waybill that runs in the workspace writes each day's reports by itself.
            """,
        options: [
            CommandOption("day", "D", "the day, as 2026-11-21; else the one that runs"),
            CommandOption("campaign", "NAME", "this campaign's files only"),
        ],
        examples: ["waybill report", "waybill report --day 2026-11-21 --campaign clinic-reminders"]
    ) { context in
        try context.noOperands()
        let configuration = try context.configuration()
        let day = try context.arguments["day"].map { text in
            guard let day = CalendarDay(text) else {
                throw context.usage("--day \(text) is no day; write one such as 2026-11-21")
            }
            return day
        }
        if let campaign = context.arguments["campaign"] { try context.checkCampaign(campaign, configuration) }
        // Opened to read first: a workspace without a store stays without one.
        guard try context.storeToRead(configuration) != nil else {
            context.console.say("waybill: nothing to report, no drop has come in yet")
            return .done
        }
        let pipeline = try context.pipeline(configuration, context.log(configuration, .never), reportsOnly: true)
        let folders = try pipeline.report(day: day, campaign: context.arguments["campaign"])
        for folder in folders {
            if context.isJSON {
                var json = ReportJSON(pretty: false)
                json.object { $0.member("folder", folder) }
                try context.print(json.line())
            } else {
                try context.print(context.shown(folder) + "\n")
            }
        }
        if folders.isEmpty { context.console.say("waybill: nothing to report of that day") }
        return .done
    }
}
