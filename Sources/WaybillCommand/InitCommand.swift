import Foundation
import SystemIO
import Waybill

extension Command {
    static let initialise = Command(
        name: "init", group: .setUp, usage: ["init [SAMPLE]"],
        summary: "make a workspace, with a configuration that fits a sample file",
        details: """
            Writes waybill.json5, with comments, and the inbox into the workspace. From a sample of the sender's
            files it finds out the encoding, which columns are numbers and addresses, a name for the campaign and a
            pattern for the files' names. It asks nothing that the sample shows, and does not keep the sample. It
            does not guess the region of numbers without a country code: the regions that fit are in the file as
            comments. Exit status 1 if there is a configuration already; it is not changed.
            """,
        examples: ["waybill init", "waybill init export.csv --workspace /srv/waybill"]
    ) { context in
        let samples = context.arguments.operands
        guard samples.count <= 1 else { throw context.usage("init takes one SAMPLE file, found \(samples.count)") }
        let file = context.workspace.configurationFile
        if try Files.exists(file) {
            context.console.say("waybill: \(context.shown(file)) is there already; nothing was changed")
            return .no
        }
        let zone = TimeZone.current.identifier
        let timezone = ZoneNames.isPlace(zone) && Zone.named(zone) != nil ? zone : "UTC"
        guard let sample = samples.first else {
            try write(SampleLook.text(timezone: timezone), campaign: nil, context)
            try context.print("Then: waybill check FILE, and waybill process FILE\n")
            return .done
        }
        let target = URL(fileURLWithPath: sample).resolvingSymlinksInPath().path
        let kind = try FileStatus.of(target)?.kind
        if kind == .folder {
            throw context.usage(
                "init takes a SAMPLE file, and \(sample.plain) is a folder; a workspace is named by --workspace")
        }
        guard kind == .regular else {
            throw SystemError(operation: "read", path: sample, code: SystemError.noSuchFile)
        }
        let look = try SampleLook(
            path: URL(fileURLWithPath: sample).path, target: target, timezone: timezone,
            spillFolder: FileManager.default.temporaryDirectory.path, now: { context.now })
        try write(look.text, campaign: look.campaign, context)
        let acknowledgement = look.outcome.acknowledgement
        var text = "\(sample.plain): " + DropSummary.figures(acknowledgement) + "\n"
        text += ColumnsText(look.outcome.columns, campaign: look.campaign).lines
        text += DropSummary.unread(acknowledgement)
        if let key = look.key { text += "  \(key.plain) may be the sender's own key: see waybill.json5\n" }
        if let reason = acknowledgement.reason { text += "  would be refused: \(reason.plain)\n" }
        text += ProblemLines(look.outcome.tally).text
        if !look.regions.isEmpty {
            let best = look.regions.prefix(3).map { "\($0.region) \($0.accepted.grouped)" }.joined(separator: ", ")
            text += "  numbers without a country code: say in which region they are dialled (good records: \(best))\n"
            text += "First: take the right \"// region:\" line of waybill.json5 into force, by removing its first //\n"
        } else if look.rejectsNumbers {
            text +=
                "  numbers without a country code are read as dialled in \(Configuration().region) until region is set\n"
        }
        text += "Then: waybill check \(sample.plain), and waybill process \(sample.plain)\n"
        try context.print(text)
        return .done
    }

    private static func write(_ text: String, campaign: String?, _ context: CommandContext) throws {
        let root = context.workspace.root
        try Files.createFolder(root)
        let inbox = root + "/inbox" + (campaign.map { "/" + $0 } ?? "")
        try Files.createFolder(inbox)
        try Files.writeAtomically(Array(text.utf8), to: context.workspace.configurationFile, replacing: false)
        try context.print(
            "wrote \(context.shown(context.workspace.configurationFile)) and \(context.shown(inbox))\n")
    }
}
