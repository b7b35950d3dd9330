import Foundation
import SystemIO
import Waybill

extension Command {
    static let backup = Command(
        name: "backup", group: .steer, usage: ["backup FILE"],
        summary: "copy the store into one file, while a waybill runs or not",
        details: """
            The copy is a snapshot with all contacts, lists and stops; it is as secret as the state folder. It does
            not have the configuration, the inbox, the outbox and the archive: copy those as files. An existing FILE
            is not replaced. FILE is a tar file with the digests of its content.
            """,
        examples: ["waybill backup /backup/waybill-$(date +%F).tar"]
    ) { context in
        let target = try file(context)
        let configuration = try context.brakeConfiguration()
        guard try context.storeToRead(configuration) != nil else {
            context.console.say("waybill: there is nothing to copy yet: nothing has come in")
            return .no
        }
        if try Files.exists(target) { throw StoreBackup.FileThere(path: target) }
        let contents = try StoreBackup.write(of: context.workspace, configuration, to: target, at: context.now)
        try tell(contents, target, paused: nil, context)
        return .done
    }

    static let restore = Command(
        name: "restore", group: .steer, usage: ["restore FILE"],
        summary: "restore a copy of the store into a workspace without one",
        details: """
            Every byte is checked before anything is put in place. The restored store uses new references, and batch
            ids that were not given before. What left after the copy was made would leave again, so every campaign
            with waiting contacts is paused: check it, withdraw what has left, and resume it. The copy lacks stops,
            lists and results that came later: drop them again from the archive.
            """,
        examples: ["waybill restore /backup/waybill-2026-11-21.tar", "waybill restore copy.tar --workspace /srv/test"]
    ) { context in
        let source = try file(context)
        let configuration = try context.configuration()
        let (contents, paused) = try StoreBackup.restore(source, to: context.workspace, configuration, at: context.now)
        try tell(contents, source, paused: paused, context)
        return .done
    }

    private static func file(_ context: CommandContext) throws -> String {
        guard context.arguments.operands.count == 1, let file = context.arguments.operands.first else {
            throw context.usage("\(context.command.name) takes one FILE")
        }
        return URL(fileURLWithPath: file).path
    }

    private static func tell(
        _ contents: StoreBackup.Contents, _ file: String, paused: [String]?, _ context: CommandContext
    ) throws {
        let latest = contents.latest.map { $0.iso8601(offset: 0) }
        if context.isJSON {
            var json = ReportJSON(pretty: false)
            json.object { json in
                json.member("file", file)
                json.member("bytes", Int(contents.bytes))
                json.member("latest", latest)
                if let paused { json.member("paused", array: paused) { $0.string($1) } }
            }
            return try context.print(json.line())
        }
        let when = latest.map { ", as it was at \($0)" } ?? ""
        guard let paused else {
            return try context.print("copied \(contents.bytes.grouped) bytes to \(context.shown(file))\(when)\n")
        }
        try context.print("put back \(contents.bytes.grouped) bytes\(when)\n")
        for campaign in paused {
            try context.print(
                "paused \(campaign.plain): what waits may have left since; then \"waybill campaign resume \(campaign.plain)\"\n"
            )
        }
        try context.print("stops, lists and results that came since are not known: drop them again\n")
    }
}
