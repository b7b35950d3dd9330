import SystemIO
import Waybill

extension Command {
    static let audit = Command(
        name: "audit", group: .look, usage: ["audit verify", "audit list [--since T]"],
        summary: "who asked for what, and whether the store is as it was written",
        details: """
            Stops, starts, lists, refused consent, pauses and everything else that somebody asks for are in a chain:
            each row has the hash of the row before it.

            verify    reads the chain and everything stored; prints a line for each row that was altered, removed or
                      inserted, and for each damaged segment, parcel and row
            list      the rows, oldest first; with --json, one object a line

            The rows shown name nobody who is listed or said stop, only how many. Both work beside a running
            waybill.

            Exit status 1 if verify found something.
            """,
        options: [CommandOption("since", "T", "only rows from this time on")],
        examples: ["waybill audit verify", "waybill audit list --since 2026-11-20T00:00:00Z --json"]
    ) { context in
        let verb = try context.verb()
        guard context.arguments.operands.count == 1 else { throw context.usage("audit \(verb) takes no operand") }
        let look = AuditLook(context)
        guard let store = try context.storeToRead(try context.brakeConfiguration()) else {
            context.console.say("waybill: there is nothing yet: nothing has come in")
            return .done
        }
        return try verb == "verify" ? look.verify(store) : look.list(store)
    }
}

private struct AuditLook {
    private let context: CommandContext

    init(_ context: CommandContext) { self.context = context }

    func verify(_ store: any Store) throws -> ExitStatus {
        if context.arguments.has("since") { throw context.usage("--since does not go with audit verify") }
        var findings: [String] = []
        var seal: AuditEnd?
        do {
            seal = try store.auditSeal()
        } catch let problem as StoreProblem {
            findings.append(problem.what)
            seal = AuditEnd.none
        }
        // One snapshot of the store, whatever a running waybill writes meanwhile.
        let end = try store.snapshot {
            findings += try AuditChain.problems(of: store, sealedAs: seal)
            try store.forEachDamage { findings.append($0) }
            return try store.auditEnd()
        }
        if context.isJSON {
            var json = ReportJSON(pretty: false)
            json.object { json in
                json.member("rows", Int(end.count))
                json.member("hash", SHA256.hex(end.hash))
                json.key("findings")
                json.array(findings) { json, finding in json.string(finding) }
            }
            try context.print(json.line())
        } else {
            for finding in findings { try context.print(finding.plain + "\n") }
            if findings.isEmpty {
                let rows = Int(end.count).counted("row", "rows")
                try context.print("\(rows) in the chain, and all is as it was written\n")
            }
        }
        return findings.isEmpty ? .done : .no
    }

    func list(_ store: any Store) throws -> ExitStatus {
        let since = try context.arguments["since"].map { text in
            guard let moment = Timestamp(iso8601: ArraySlice(text.utf8)) else {
                throw context.usage("--since \(text) is not an ISO 8601 time; write one such as 2026-11-20T00:00:00Z")
            }
            return moment
        }
        try store.forEachAudited(after: 0) { row in
            if let since, row.at < since { return }
            try context.print(context.isJSON ? json(row) : Array(sentence(row).utf8))
        }
        return .done
    }

    private func json(_ row: AuditRow) -> [UInt8] {
        var json = ReportJSON(pretty: false)
        json.object { json in
            json.member("row", Int(row.number))
            json.member("at", SuppressionText.time(row.at))
            json.member("kind", row.kind)
            json.member("subject", row.subject)
            json.member("batch", row.source?.description)
            json.member("record", row.record == 0 ? nil : Int(row.record))
            json.member("people", row.countOfKeys)
            json.key("content")
            json.raw(row.content.isObject ? row.content.json : "{}")
            json.member("hash", SHA256.hex(row.hash))
        }
        return json.line()
    }

    private func sentence(_ row: AuditRow) -> String {
        var words = ["\(row.number)", SuppressionText.time(row.at), row.kind]
        if !row.subject.isEmpty { words.append(row.subject) }
        if row.countOfKeys > 0 { words.append(row.countOfKeys.counted("person", "people")) }
        if let source = row.source {
            words.append("batch \(source)" + (row.record == 0 ? "" : " record \(row.record)"))
        }
        if row.content != AuditContent() { words.append(row.content.json) }
        return words.joined(separator: "  ").plain + "\n"
    }
}
