import SystemIO
import Waybill

extension Command {
    static let inbox = Command(
        name: "inbox", group: .steer, usage: ["inbox accept PATH"],
        summary: "stop waiting for an inbox that does not answer, or for a folder that is no mount any more",
        details: """
            An inbox that cannot be listed, or does not answer for 10 s, may have a STOP or a do-not-contact list,
            so nothing leaves until it answers again or is removed from the configuration. accept lets everything
            else go on without it: its files count once it is back, and so does the next time it does not answer.
            PATH may also be a folder of lists, replies, receipts, commands or consents in an inbox, or the folder of
            a transport, that was a file system of its own when last seen and is none now: it counts as it is from
            then on. A running waybill goes on within seconds.
            """,
        examples: [
            "waybill inbox accept /mnt/billing", "waybill inbox accept inbox/_suppress",
            "waybill inbox accept /mnt/dialler",
        ]
    ) { context in
        let words = context.arguments.operands
        _ = try context.verb()
        let configuration = try context.brakeConfiguration()
        guard words.count == 2 else { throw context.usage("inbox accept takes the PATH of one folder") }
        let path = context.workspace.path(words[1])
        let known = configuration.inbox.map { context.workspace.path($0) }
        let carriers = configuration.transports.values.filter { $0.kind == .folder }.map {
            context.workspace.path($0.path)
        }
        // Of the folders in them those that were a file system of their own.
        guard (known + carriers).contains(where: { $0 == path || $0 == Files.folder(of: path) }) else {
            throw context.usage(
                "\(words[1]) is neither an inbox of the configuration nor the folder of a transport; its inboxes are "
                    + configuration.inbox.joined(separator: ", "))
        }
        // Works beside a running waybill, which asks the store each time it wants to send.
        guard try context.storeToRead(configuration) != nil else { throw NoStore(context.workspace.root) }
        let store = try context.workspace.openStore(configuration)
        // A transport has a folder for each campaign.
        let parts = carriers.contains(path) ? configuration.campaigns.map { path + "/" + $0.name } : [path]
        let meant = try known.contains(path) ? [path] : parts.filter { try store.isShare($0) }
        guard !meant.isEmpty else {
            throw context.usage("\(words[1]) was no file system of its own when waybill last looked")
        }
        try store.sealAudit(at: context.now)
        var entry = AuditEntry(.inboxAccepted, at: context.now)
        entry.subject = context.workspace.relative(path)
        try store.durably {
            for folder in meant { try store.accept(inbox: folder) }
            try store.note(entry)
        }
        try store.sealAudit(at: context.now)
        if context.isJSON {
            var json = ReportJSON(pretty: false)
            json.object { json in
                json.member("command", "accept")
                json.member("inbox", path)
            }
            try context.print(json.line())
        } else {
            try context.print(
                known.contains(path)
                    ? "nothing waits for \(context.shown(path)) until it answers again\n"
                    : "\(context.shown(path)) counts as it is now\n")
        }
        return .done
    }
}

/// The workspace was never run.
private struct NoStore: Error, CustomStringConvertible {
    let description: String

    init(_ root: String) { description = "there is no store in \(root): nothing has run there that could wait" }
}
