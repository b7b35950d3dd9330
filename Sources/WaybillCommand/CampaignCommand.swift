import SystemIO
import Waybill

extension Command {
    static let campaign = Command(
        name: "campaign", group: .steer,
        usage: ["campaign list", "campaign pause|resume|publish|flush|withdraw NAME [--batch ID]"],
        summary: "list campaigns; pause, resume, flush or withdraw one",
        details: """
            list      every campaign with its policy, its strategy and its totals
            pause     nothing of it leaves any more; drops are still taken
            resume    it goes on (publish does the same)
            flush     contacts that wait become Withdrawn; those whose message is out keep waiting for its result
            withdraw  contacts that wait or whose message is out become Withdrawn

            flush and withdraw take --batch for one batch, and ask for confirmation above a thousand contacts. If a
            waybill runs in the workspace, it gets the command as a file in inbox/_control, and this waits for the
            result. Exit status 1 if the command was refused or not confirmed: then nothing was done.
            """,
        options: [
            CommandOption("batch", "ID", "this batch only (flush, withdraw)"),
            CommandOption("yes", "do not ask, however many contacts are withdrawn"),
        ],
        examples: ["waybill campaign list", "waybill campaign pause clinic-reminders"]
    ) { context in
        let words = context.arguments.operands
        let known = ["list"] + ControlCommand.Action.allCases.filter { $0 != .accept }.map(\.rawValue)
        let verb = try context.verb(among: known)
        let configuration = try context.brakeConfiguration()
        if verb == "list" {
            if words.count > 1 { throw context.usage("campaign list takes no further operand, found \"\(words[1])\"") }
            return try CampaignList(context, configuration).print()
        }
        guard words.count == 2 else { throw context.usage("campaign \(verb) takes the NAME of one campaign") }
        return try control(verb, of: words[1], context, configuration)
    }

    private static func control(
        _ verb: String, of name: String, _ context: CommandContext, _ configuration: Configuration
    ) throws -> ExitStatus {
        guard configuration.campaign(named: name) != nil else {
            let nearest = NearestName.of(name, in: configuration.campaigns.map(\.name))
            throw context.usage(
                "there is no campaign \"\(name)\" in the configuration"
                    + (nearest.map { ", did you mean \"\($0)\"?" } ?? ""))
        }
        let batch = context.arguments["batch"]
        if batch != nil, verb != "flush", verb != "withdraw" {
            throw context.usage("--batch goes with flush and withdraw; \(verb) is for whole campaigns")
        }
        var json = ReportJSON(pretty: false)
        json.object { json in
            json.member("command", verb)
            json.member("campaign", name)
            if let batch { json.member("batch", batch) }
        }
        let file = json.line()
        let command: ControlCommand
        do {
            command = try ControlCommand(json: file)
        } catch {
            throw context.usage(
                "--batch \(batch ?? ""): write a batch id as in the acknowledgement, such as 20261121-000007")
        }
        guard try isWanted(command, of: name, context, configuration) else { return .no }
        do {
            let pipeline = try context.pipeline(configuration, context.log(configuration, .never))
            let contacts: Int
            do {
                contacts = try pipeline.carryOut(command)
            } catch let mistake as ControlCommand.Mistake {
                return refuse(mistake.description, context)
            }
            try tell(verb, name, contacts, byOther: false, context)
        } catch is WorkspaceBusy {
            // The time makes the name unique, and the same command given again a different drop.
            var handed = try HandedCommand(
                file, named: "\(verb)-\(name)-\(context.now.milliseconds).json", context, configuration)
            guard let answer = try handed.answer() else { return .failure }
            guard answer.status == .accepted else {
                return refuse(answer.refusal.detail ?? "it was refused", context)
            }
            try tell(verb, name, answer.contacts ?? 0, byOther: true, context)
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
                try store.campaignTotals().first { $0.campaign == name }?.states ?? [:]
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
        _ verb: String, _ name: String, _ contacts: Int, byOther: Bool, _ context: CommandContext
    ) throws {
        let isWithdrawal = verb == "flush" || verb == "withdraw"
        if context.isJSON {
            var json = ReportJSON(pretty: false)
            json.object { json in
                json.member("command", verb)
                json.member("campaign", name)
                json.member("handedOver", byOther)
                json.member("contacts", contacts)
                json.member("withdrawn", isWithdrawal ? contacts : 0)
            }
            return try context.print(json.line())
        }
        let waiting = contacts.counted("contact waits", "contacts wait")
        let sentence =
            switch verb {
            case "pause":
                "\(name) is paused: nothing of it leaves until \"waybill campaign resume \(name)\"; \(waiting)"
            case "resume", "publish":
                "\(name) goes on: what is due leaves "
                    + (byOther ? "now" : "with the next \"waybill run\"") + "; \(waiting)"
            default: "\(contacts.counted("contact", "contacts")) of \(name) withdrawn"
            }
        try context.print(sentence.plain + "\n")
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
        let status = try context.storeToRead(configuration).map {
            try WorkspaceStatus(store: $0, configuration: configuration, now: context.now)
        }
        let paused = try context.storeToRead(configuration)?.pausedCampaigns() ?? []
        let known = configuration.campaigns.map(\.name)
        let gone = status?.campaigns.map(\.campaign).filter { !known.contains($0) && !$0.isEmpty } ?? []
        for name in known + gone {
            let campaign = configuration.campaign(named: name)
            let totals = status?.campaigns.first { $0.campaign == name }?.totals ?? ReportTotals()
            if context.isJSON {
                try context.print(json(name, campaign, paused.contains(name), totals))
            } else {
                try context.print(text(name, campaign, paused.contains(name), totals))
            }
        }
        return .done
    }

    private func text(_ name: String, _ campaign: Campaign?, _ isPaused: Bool, _ totals: ReportTotals) -> String {
        let paint = Paint(context.usesColour)
        var text = paint.bold(name.plain) + (isPaused ? "  paused" : "")
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

    private func json(_ name: String, _ campaign: Campaign?, _ isPaused: Bool, _ totals: ReportTotals) -> [UInt8] {
        var json = ReportJSON(pretty: false)
        json.object { json in
            json.member("campaign", name)
            json.member("configured", campaign != nil)
            json.member("policy", campaign?.policy)
            json.member("strategy", campaign?.strategy)
            json.member("paused", isPaused)
            json.member("received", totals.received)
            json.member("rejected", totals.rejected)
            json.member("duplicates", totals.duplicates)
            for total in Total.allCases { json.member(total.rawValue, totals.count(of: total)) }
        }
        return json.line()
    }
}
