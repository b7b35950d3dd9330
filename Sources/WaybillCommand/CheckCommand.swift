import Foundation
import SystemIO
import Waybill

extension Command {
    static let check = Command(
        name: "check", group: .look, usage: ["check FILE... [--campaign NAME | --suppress] [--output DIR]"],
        summary: "validate files without queueing anything",
        details: """
            Judges each file as if it had been dropped, and changes neither the inbox nor the store. Earlier drops
            with the same content do not count, so a file can be checked again and again. A file that corrects an
            earlier drop is judged as its correction, with what the store knows about that drop; without a store, a
            batch id in the file's name is believed. The campaign is that of --campaign, else of the batch that the
            file corrects, else of the side-car, else of the file's folder if that is a campaign's, else of the
            content, else of the campaigns' name patterns.

            A file in a folder _suppress, or any file with --suppress, is judged as a do-not-contact list. Receipts,
            replies and commands are not checked: only the running workspace knows what they are about.

            With --output, DIR/<file name>/ gets accepted.csv (normalised values), the rejected records in the
            file's own form (rejects.csv, rejects.jsonl or rejects.json), errors.csv and ack.json.

            Exit status 1 if a record or a file was rejected, or if a message to an accepted contact would lack a
            value for its template; duplicates alone do not count.
            """,
        options: [
            CommandOption.campaign, CommandOption("suppress", "the files are do-not-contact lists"),
            CommandOption("output", "DIR", "write the findings below this folder"),
        ],
        examples: ["waybill check clinic.csv", "waybill check clinic.csv --output /tmp/checked --json"]
    ) { context in
        let configuration = try context.configuration()
        let campaign = context.arguments["campaign"]
        if let campaign { try context.checkCampaign(campaign, configuration) }
        let files = try context.files()
        let names = files.map(Files.name(of:))
        if context.arguments.has("output"), let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw context.usage(
                "two of the files are called \(twice); check them one by one to keep their output apart")
        }
        let purposes = try files.map { try FileCheck.purpose(of: $0, context) }
        let store = FileCheck.store(context, configuration)
        var isGood = true
        for (file, purpose) in zip(files, purposes) {
            let check = try FileCheck(context, configuration, store, file, purpose, campaign)
            if try !check.run() { isGood = false }
        }
        return isGood ? .done : .no
    }
}

/// The check of one file on the command line.
private struct FileCheck {
    private let context: CommandContext
    private let configuration: Configuration
    private let file: String
    private let store: (any Store)?
    private let target: String
    private let size: Int64
    private let purpose: DropPurpose
    private let campaign: String?

    /// The purpose to judge a file for: from the command line, else from its folder.
    static func purpose(of file: String, _ context: CommandContext) throws -> DropPurpose {
        let isNamed = context.arguments["campaign"] != nil
        if context.arguments.has("suppress") {
            if isNamed { throw context.usage("--campaign and --suppress exclude each other") }
            return .suppression
        }
        if isNamed { return .contacts }
        let path = URL(fileURLWithPath: file).path
        let purpose = DropPurpose(folder: Files.name(of: Files.folder(of: path)))
        switch purpose {
        case .contacts, .suppression: return purpose
        case .receipts, .replies, .control, .consent:
            throw context.usage(
                "\(file) is in a folder \(purpose.folder): what it is about only the running workspace knows; check "
                    + "judges contacts and lists")
        }
    }

    /// The workspace's store, to see what a corrected file corrects; nil if there is none that this user can read.
    static func store(_ context: CommandContext, _ configuration: Configuration) -> (any Store)? {
        do {
            return try context.workspace.storeToRead(configuration)
        } catch {
            context.console.say(
                "waybill: checked without the store, which cannot be read (\(error)): "
                    + "it is unknown whether a file corrects an earlier drop")
            return nil
        }
    }

    init(
        _ context: CommandContext, _ configuration: Configuration, _ store: (any Store)?, _ file: String,
        _ purpose: DropPurpose, _ campaign: String?
    ) throws {
        self.purpose = purpose
        self.context = context
        self.configuration = configuration
        self.store = store
        self.file = file
        // Somebody who names a link means the file it leads to; the name stays.
        target = URL(fileURLWithPath: file).resolvingSymlinksInPath().path
        self.campaign = campaign
        guard let status = try FileStatus.of(target) else {
            throw SystemError(operation: "read", path: file, code: SystemError.noSuchFile)
        }
        size = status.size
    }

    /// Returns true if nothing was rejected.
    func run() throws -> Bool {
        let progress = ProgressLine(context.console)
        let folder = try context.arguments["output"].map { output in
            let folder = URL(fileURLWithPath: output).path
            try Files.createFolder(folder)
            return folder + "/" + Files.name(of: file)
        }
        let outcome = try outcome(folder) { bytes, records in
            progress.show(Files.name(of: file), bytes: bytes, of: size, records: records)
        }
        context.console.clear()
        if context.isJSON {
            try context.print(outcome.acknowledgement.json(pretty: false))
            for gap in outcome.gaps { context.console.say("waybill: \(file.plain): \(Self.words(gap))") }
        } else {
            try context.print(text(outcome, folder: folder))
        }
        return outcome.acknowledgement.status == .accepted && outcome.gaps.isEmpty
    }

    private func outcome(
        _ folder: String?, _ onProgress: (Int64, Int) -> Void
    ) throws -> DropCheckRun.Outcome {
        let path = URL(fileURLWithPath: file).path
        let now = { [context] in context.now }
        if purpose == .suppression {
            return try ListCheckRun(path: path, target: target, configuration: configuration, now: now)
                .run(into: folder, onProgress: onProgress)
        }
        return try DropCheckRun(
            path: path, target: target, campaign: campaign, configuration: configuration, store: store,
            spillFolder: FileManager.default.temporaryDirectory.path, workspace: context.workspace, now: now
        ).run(into: folder, onProgress: onProgress)
    }

    /// `step text: 3 contacts, the first is record 2: …`.
    private static func words(_ gap: TemplateCheck.Gap) -> String {
        let who =
            gap.contacts == 0
            ? "" : "\(gap.contacts.counted("contact", "contacts")), the first is record \(gap.record): "
        return "step \(gap.step): \(who)\(gap.message.plain)"
    }

    /// `would cancel 3 waiting contacts, 1 of them for a record of its own`.
    private static func words(_ foreseen: (ended: Int, replaced: Int)) -> String {
        if foreseen.ended == 0 { return "  would end no waiting contact\n" }
        let whom = foreseen.ended.counted("waiting contact", "waiting contacts")
        let rest = foreseen.ended - foreseen.replaced
        if rest == 0 { return "  would replace \(whom)\n" }
        return "  would end \(whom): cancel \(rest.grouped)"
            + (foreseen.replaced > 0 ? ", replace \(foreseen.replaced.grouped)" : "") + "\n"
    }

    private func text(_ outcome: DropCheckRun.Outcome, folder: String?) -> String {
        let acknowledgement = outcome.acknowledgement
        let paint = Paint(context.usesColour)
        var text = paint.bold(file.plain) + "  " + paint.status(acknowledgement.status)
        text +=
            purpose == .suppression
            ? "  do-not-contact list\n"
            : acknowledgement.campaign.isEmpty ? "\n" : "  campaign \(acknowledgement.campaign.plain)\n"
        text += "  " + DropSummary.figures(acknowledgement) + "\n"
        if let format = acknowledgement.format { text += "  \(Self.words(format))\n" }
        if let reason = acknowledgement.reason { text += "  would be refused: \(reason.plain)\n" }
        if let holds = outcome.holds {
            let campaigns = holds.campaigns.isEmpty ? "all campaigns" : holds.campaigns.joined(separator: ", ").plain
            text += "  would hold \(campaigns): it \(holds.problem)\n"
        }
        if let foreseen = outcome.foreseen { text += Self.words(foreseen) }
        text += DropSummary.unread(acknowledgement)
        text += ColumnsText(outcome.columns, campaign: acknowledgement.campaign).lines
        let reasons = outcome.tally.reasons
        text += ProblemLines(outcome.tally).text
        if outcome.tally.total > reasons.count, folder == nil { text += "  --output DIR writes every problem\n" }
        for gap in outcome.gaps { text += "  \(Self.words(gap))\n" }
        if let folder { text += "  written to \(context.shown(folder))\n" }
        return text + "\n"
    }

    /// `CSV with a header, delimiter comma, utf-8`.
    private static func words(_ format: DropFormat) -> String {
        var words: String
        switch format.kind {
        case .csv:
            let names: [UInt8: String] = [0x2C: "comma", 0x3B: "semicolon", 0x09: "tab", 0x7C: "bar"]
            let delimiter = format.delimiter.map { names[$0] ?? String(UnicodeScalar($0)).plain } ?? "none"
            words = "CSV \(format.hasHeader == true ? "with" : "without") a header, delimiter \(delimiter)"
        case .jsonArray: words = "JSON array"
        case .jsonLines: words = "JSON Lines"
        case .jsonContacts: words = "JSON object with contacts"
        case .dispatchRequest: words = "dispatch request"
        }
        words += ", \(format.encoding.rawValue)"
        if format.hasByteOrderMark { words += " with a byte order mark" }
        return words + (format.isCompressed ? ", gzip" : "")
    }
}
