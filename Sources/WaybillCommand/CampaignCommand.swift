import SystemIO
import Waybill

extension Command {
    static let campaign = Command(
        name: "campaign", group: .steer,
        usage: [
            "campaign list", "campaign pause|resume|publish|flush|withdraw|approve NAME [--batch ID]",
            "campaign requeue NAME --where state=Failed[,code=CODE][,step=STEP] [--batch ID]",
        ],
        summary: "list campaigns; pause, resume, flush, withdraw or approve one",
        details: """
            list      every campaign with its policy, its strategy and its totals
            pause     none of its messages leaves any more; drops are still taken, and replies answered
            resume    it goes on (publish does the same), also where it had stopped by itself; what holds it all the
                      same is told, with what to do
            flush     what waits becomes Withdrawn; what is out keeps waiting for its results
            withdraw  what waits and what is out becomes Withdrawn
            approve   batches that wait for approval leave
            requeue   contacts that certainly got nothing come again, in a new batch: checked like any other drop

            flush, withdraw, approve and requeue take --batch for one batch; the first two ask before more than a thousand contacts. When a
            waybill runs in the workspace, the command is handed to it as a file in inbox/_control, and waited
            for. Exit status 1 when it was refused, or not wanted after all: nothing was done then.
            """,
        options: [
            CommandOption("batch", "ID", "this batch only (flush, withdraw, approve, requeue)"),
            CommandOption("where", "CONDITIONS", "which contacts come again (requeue)"),
            CommandOption("yes", "do not ask, however many contacts are withdrawn"),
        ],
        examples: ["waybill campaign list", "waybill campaign pause clinic-reminders"]
    ) { context in
        let words = context.arguments.operands
        let verb = try context.verb()
        let configuration = try context.brakeConfiguration()
        if verb == "list" {
            if words.count > 1 { throw context.usage("campaign list takes no further operand, found \"\(words[1])\"") }
            return try CampaignList(context, configuration).print()
        }
        guard words.count == 2 else { throw context.usage("campaign \(verb) takes the NAME of one campaign") }
        return try control(verb, of: words[1], context, configuration)
    }

    private static func control(
        _ verb: String, of named: String, _ context: CommandContext, _ configuration: Configuration
    ) throws -> ExitStatus {
        guard let name = configuration.campaign(named: named)?.name else {
            let nearest = NearestName.of(named, in: configuration.campaigns.map(\.name))
            throw context.usage(
                "there is no campaign \"\(named)\" in the configuration"
                    + (nearest.map { ", did you mean \"\($0)\"?" } ?? ""))
        }
        let batch = context.arguments["batch"]
        if batch != nil, !["flush", "withdraw", "approve", "requeue"].contains(verb) {
            throw context.usage(
                "--batch goes with flush, withdraw, approve and requeue; \(verb) is for whole campaigns")
        }
        var json = ReportJSON(pretty: false)
        json.object { json in
            json.member("command", verb)
            json.member("campaign", name)
            if let batch { json.member("batch", batch) }
            if let condition = context.arguments["where"] { json.member("where", condition) }
        }
        let file = json.line()
        let command: ControlCommand
        do {
            command = try ControlCommand(json: file)
        } catch {
            guard let batch, BatchID(batch) == nil else { throw context.usage(error.description) }
            throw context.usage(
                "--batch \(batch): write a batch id as in the acknowledgement, such as 20261121-000007")
        }
        guard try isWanted(command, of: name, context, configuration) else { return .no }
        do {
            let pipeline = try context.pipeline(configuration, context.log(configuration, .never))
            let outcome: ControlCommand.CarriedOut
            do {
                outcome = try pipeline.carryOut(command)
            } catch let mistake as ControlCommand.Mistake {
                return refuse(mistake.description, context)
            }
            try tell(verb, name, outcome, byOther: false, context)
        } catch is WorkspaceBusy {
            // The time makes the name unique, and the same command given again a different drop.
            var handed = try HandedCommand(
                file, named: try context.dropName("\(verb)-\(name)", "json", configuration), context, configuration)
            guard let answer = try handed.answer() else { return .failure }
            guard answer.status == .accepted else {
                return refuse(answer.refusal.detail ?? "it was refused", context)
            }
            try tell(
                verb, name, ControlCommand.CarriedOut(contacts: answer.contacts ?? 0, held: answer.held), byOther: true,
                context)
        }
        return .done
    }

    private static func refuse(_ why: String, _ context: CommandContext) -> ExitStatus {
        context.console.say("waybill: nothing was done: \(why.plain)")
        return .no
    }

    /// Withdrawing more contacts than this needs a confirmation.
    private static let mostUnasked = 1_000

    /// Asks before many contacts are withdrawn. Pausing never asks: a brake must not wait.
    private static func isWanted(
        _ command: ControlCommand, of name: String, _ context: CommandContext, _ configuration: Configuration
    ) throws -> Bool {
        guard command.action == .flush || command.action == .withdraw, !context.arguments.has("yes"),
            let store = try context.storeToRead(configuration)
        else { return true }
        let states =
            if case .batch(let id, _) = command.scope {
                try store.states(of: id)
            } else {
                try store.campaignTotals().first { FoldedFileName.areSame($0.campaign, name) }?.states ?? [:]
            }
        let count = states.filter { command.action == .flush ? $0.key == .pending : !$0.key.isFinal }
            .reduce(0) { $0 + $1.value }
        guard count > mostUnasked else { return true }
        let question =
            "\(command.action.rawValue) ends \(count.counted("contact", "contacts")) of \(name.plain) for good"
        guard Terminal.isTerminal(StandardStream.input.rawValue) else {
            context.console.say("waybill: nothing was done: \(question); say --yes")
            return false
        }
        try StandardStream.errors.write("\(question). Go on? [y/N] ")
        let answer = readLine() ?? ""
        if ["y", "yes"].contains(answer.lowercased()) { return true }
        context.console.say("waybill: nothing was done")
        return false
    }

    private static func tell(
        _ verb: String, _ name: String, _ outcome: ControlCommand.CarriedOut, byOther: Bool, _ context: CommandContext
    ) throws {
        let (contacts, held) = (outcome.contacts, outcome.held ?? [])
        let isWithdrawal = verb == "flush" || verb == "withdraw"
        if context.isJSON {
            var json = ReportJSON(pretty: false)
            json.object { json in
                json.member("command", verb)
                json.member("campaign", name)
                json.member("handedOver", byOther)
                json.member("contacts", contacts)
                json.member("withdrawn", isWithdrawal ? contacts : 0)
                json.member("held", array: held) { $0.string($1) }
            }
            return try context.print(json.line())
        }
        let waiting = contacts.counted("contact waits", "contacts wait")
        let sentence =
            switch verb {
            case "pause":
                "\(name) is paused: nothing of it leaves until \"waybill campaign resume \(name)\"; \(waiting)"
            case _ where !held.isEmpty:
                "\(name) is not paused any more, but nothing of it leaves; \(waiting), held by:\n  "
                    + held.joined(separator: "\n  ")
            case "resume", "publish":
                "\(name) goes on: what is due leaves "
                    + (byOther ? "now" : "with the next \"waybill run\"") + "; \(waiting)"
            case "requeue":
                "\(contacts.counted("contact", "contacts")) of \(name) come again, in a new batch that is checked like any other"
            case "approve":
                "\(name): what waited for approval leaves " + (byOther ? "now" : "with the next \"waybill run\"")
                    + "; \(waiting)"
            default: "\(contacts.counted("contact", "contacts")) of \(name) withdrawn"
            }
        try context.print(sentence.plainLines + "\n")
    }
}

/// Prints `waybill campaign list`.
private struct CampaignList {
    private let context: CommandContext
    private let configuration: Configuration

    init(_ context: CommandContext, _ configuration: Configuration) {
        self.context = context
        self.configuration = configuration
    }

    func print() throws -> ExitStatus {
        let store = try context.storeToRead(self.configuration)
        let configuration = try store?.knowing(self.configuration) ?? self.configuration
        let status = try store.map { try WorkspaceStatus(store: $0, configuration: configuration, now: context.now) }
        let paused = Set(try store?.pausedCampaigns().map { FoldedFileName($0) } ?? [])
        let known = configuration.campaigns.map(\.name)
        let gone = status?.campaigns.map(\.campaign).filter { !known.contains($0) && !$0.isEmpty } ?? []
        for name in known + gone {
            let campaign = configuration.campaign(named: name)
            let own = status?.campaigns.first { $0.campaign == name }
            let totals = own?.totals ?? ReportTotals()
            if context.isJSON {
                try context.print(
                    json(name, campaign, paused.contains(FoldedFileName(name)), own?.stopped, totals))
            } else {
                let mark =
                    (paused.contains(FoldedFileName(name)) ? "  paused" : "") + (own?.stopped == nil ? "" : "  stopped")
                try context.print(text(name, campaign, mark, totals))
            }
        }
        return .done
    }

    private func text(_ name: String, _ campaign: Campaign?, _ mark: String, _ totals: ReportTotals) -> String {
        let paint = Paint(context.usesColour)
        var text = paint.bold(name.plain) + mark
        if let campaign {
            text +=
                "  policy \((campaign.policy ?? "none").plain), strategy \((campaign.strategy ?? "hand over").plain)\n"
        } else {
            text += "  no longer in the configuration\n"
        }
        text += "  \(totals.received.counted("record", "records")): \(totals.open.grouped) open, "
        text +=
            "\(totals.success.grouped) success, \(totals.failure.grouped) failure, \(totals.skipped.grouped) skipped, "
        return text + "\(totals.rejected.grouped) rejected, \(totals.duplicates.counted("duplicate", "duplicates"))\n"
    }

    private func json(
        _ name: String, _ campaign: Campaign?, _ isPaused: Bool, _ stopped: String?, _ totals: ReportTotals
    ) -> [UInt8] {
        var json = ReportJSON(pretty: false)
        json.object { json in
            json.member("campaign", name)
            json.member("configured", campaign != nil)
            json.member("policy", campaign?.policy)
            json.member("strategy", campaign?.strategy)
            json.member("paused", isPaused)
            json.member("stopped", stopped)
            json.member("received", totals.received)
            json.member("rejected", totals.rejected)
            json.member("duplicates", totals.duplicates)
            for total in Total.allCases { json.member(total.rawValue, totals.count(of: total)) }
        }
        return json.line()
    }
}
