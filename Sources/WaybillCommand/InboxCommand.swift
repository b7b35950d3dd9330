import SystemIO
import Waybill

extension Command {
    static let inbox = Command(
        name: "inbox", group: .steer, usage: ["inbox accept PATH"],
        summary: "stop waiting for an inbox that does not answer",
        details: """
            An inbox that cannot be listed, or does not answer for 10 s, may have a STOP or a do-not-contact list,
            so nothing leaves until it answers again or is removed from the configuration. accept lets everything
            else go on without it: its files count once it is back, and so does the next time it does not answer. A
            running waybill goes on within seconds.
            """,
        examples: ["waybill inbox accept /mnt/billing"]
    ) { context in
        let words = context.arguments.operands
        _ = try context.verb()
        let configuration = try context.brakeConfiguration()
        guard words.count == 2 else { throw context.usage("inbox accept takes the PATH of one inbox") }
        let path = context.workspace.path(words[1])
        let known = configuration.inbox.map { context.workspace.path($0) }
        // Of the folders in it those that were a file system of their own.
        guard known.contains(path) || known.contains(Files.folder(of: path)) else {
            throw context.usage(
                "\(words[1]) is not an inbox of the configuration; it has "
                    + configuration.inbox.joined(separator: ", "))
        }
        // Works beside a running waybill, which asks the store each time it wants to send.
        guard try Files.exists(context.workspace.store(configuration)) else { throw NoStore(context.workspace.root) }
        let store = try context.workspace.openStore(configuration)
        guard try known.contains(path) || store.isShare(path) else {
            throw context.usage("\(words[1]) was no file system of its own when waybill last looked")
        }
        try store.sealAudit(at: context.now)
        var entry = AuditEntry(.inboxAccepted, at: context.now)
        entry.subject = context.workspace.relative(path)
        try store.durably {
            try store.accept(inbox: path)
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
            try context.print("nothing waits for \(context.shown(path)) until it answers again\n")
        }
        return .done
    }
}

/// The workspace was never run.
private struct NoStore: Error, CustomStringConvertible {
    let description: String

    init(_ root: String) { description = "there is no store in \(root): nothing has run there that could wait" }
}
