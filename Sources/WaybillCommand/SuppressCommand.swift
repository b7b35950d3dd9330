import SystemIO
import Waybill

extension Command {
    static let suppress = Command(
        name: "suppress", group: .steer,
        usage: [
            "suppress add VALUE... [--kind K] [--campaign NAME] [--channel C] [--reason TEXT] [--expires WHEN]",
            "suppress remove VALUE... [--kind K] [--campaign NAME] [--channel C]", "suppress import FILE...",
            "suppress list [VALUE...]", "suppress accept|withdraw BATCH",
        ],
        summary: "who must not be contacted: add, remove, import lists, look",
        details: """
            add       nobody contacts these phone numbers, e-mail addresses, ids, domains or number prefixes
            remove    takes them off the lists again; only the person can lift what they said themselves (STOP)
            import    hands over files in the form of inbox/_suppress
                      (action,kind,value,campaign,channel,reason,expires)
            list      how many are listed and why; with values, what forbids contact with each, and what changed
                      when; without --kind it looks for an id as well

            accept    the campaigns that this list holds, because it could not be read, go on nevertheless
            withdraw  the same for a list that should not have come; its entries stay listed

            Without --campaign and --channel an entry holds for all of them, without --expires for ever. A longer
            listing stays: to shorten it, remove it and add it again. A day such as 2027-03-31 ends when it is over
            everywhere. Changes are made by list files, like those that senders drop, so an acknowledgement and the
            archive record each of them. This command sends nothing. If a waybill runs in the workspace, that one
            takes the file.

            Exit status 1 if list finds nothing that forbids contact with any of the values.
            """,
        options: [
            CommandOption("kind", "K", "phone, email, id, domain or prefix; default: by the value (list: or an id)"),
            CommandOption("campaign", "NAME", "for this campaign only"),
            CommandOption("channel", "C", "for this channel only, such as sms"),
            CommandOption("reason", "TEXT", "why; shown in reports and by `explain`"),
            CommandOption("expires", "WHEN", "until this day or time"),
        ],
        examples: [
            "waybill suppress add +14155550123 --reason 'asked by letter'",
            "waybill suppress add +44870 --kind prefix --channel voice --expires 2027-03-31",
            "waybill suppress list +14155550123",
        ]
    ) { context in
        let words = context.arguments.operands
        let verb = try context.verb()
        let options = ["kind", "campaign", "channel", "reason", "expires"].filter { context.arguments.has($0) }
        let fitting: [String] =
            switch verb {
            case "add": options
            case "remove": ["kind", "campaign", "channel"]
            case "list": ["kind"]
            default: []
            }
        if let other = options.first(where: { !fitting.contains($0) }) {
            throw context.usage("--\(other) does not go with suppress \(verb)")
        }
        let configuration = try context.brakeConfiguration()
        let values = Array(words.dropFirst())
        if verb == "list" { return try SuppressionLook(context, configuration).print(values) }
        if verb == "accept" || verb == "withdraw" {
            guard values.count == 1, BatchID(values[0]) != nil else {
                throw context.usage("suppress \(verb) takes one BATCH, such as 20261121-000007")
            }
            var errand = try ListErrand(context, configuration, folder: DropPurpose.control.folder)
            return try errand.settle(verb, values[0])
        }
        guard !values.isEmpty else {
            throw context.usage("suppress \(verb) takes at least one \(verb == "import" ? "FILE" : "VALUE")")
        }
        var errand = try ListErrand(context, configuration)
        return try errand.run(verb, values)
    }
}

/// Hands lists over, waits until they are taken, and reports the result.
private struct ListErrand {
    private let context: CommandContext
    private let configuration: Configuration
    private let folder: String
    private var watch: AcknowledgementWatch

    init(
        _ context: CommandContext, _ configuration: Configuration, folder: String = DropPurpose.suppression.folder
    ) throws {
        self.context = context
        self.configuration = configuration
        self.folder = context.workspace.path(configuration.inbox[0]) + "/" + folder
        watch = AcknowledgementWatch(folder: context.workspace.path(configuration.outbox) + "/acks")
    }

    mutating func run(_ verb: String, _ values: [String]) throws -> ExitStatus {
        if verb != "import" {
            let list = try self.list(verb, values)
            let name = try context.dropName("suppress-\(verb)", "csv", configuration)
            let status = try take { folder in
                try Files.writeAtomically(list, to: folder + "/" + name, replacing: false)
                return [name]
            }
            if verb == "remove" { try tellOfStops(values) }
            return status
        }
        let errand = try DropErrand(context, configuration, files: values, to: DropPurpose.suppression.folder)
        return try take { _ in try errand.handOver().map(\.name) }
    }

    /// Reports stops that people sent themselves, which no list takes back.
    private func tellOfStops(_ values: [String]) throws {
        guard let store = try context.storeToRead(configuration) else { return }
        let now = context.earliestNow(store)
        let rules = ListingRules(configuration, at: now)
        for value in values {
            let entry = ListEntry(Array(value.utf8)[...], kind: context.arguments["kind"] ?? "")
            let keys = rules.read(entry).listings.map(\.key)
            let stops = try store.suppressions(ofAny: keys, at: now).filter { $0.state == .suppressed }
            guard let stop = stops.first else { continue }
            context.console.say(
                "waybill: \(value.plain) stays suppressed: the person said so themselves (\(stop.reason.plain), batch "
                    + "\(stop.source)); only they lift it, by a reply that says START")
        }
    }

    /// Sends a command as a file, so its acknowledgement and the archive record it.
    mutating func settle(_ verb: String, _ batch: String) throws -> ExitStatus {
        var json = ReportJSON(pretty: false)
        json.object { json in
            json.member("command", verb)
            json.member("batch", batch)
        }
        let file = json.line()
        let name = try context.dropName("suppress-\(verb)", "json", configuration)
        let status = try take { folder in
            try Files.writeAtomically(file, to: folder + "/" + name, replacing: false)
            return [name]
        }
        guard let taken = watch.acknowledgements()[name]?.first, let store = try context.storeToRead(configuration)
        else { return status }
        return try store.batch(taken.batch)?.acknowledgement?.status == .rejected ? .no : status
    }

    /// A list that says what the command line says; a usage error for values that cannot be in a list.
    private func list(_ verb: String, _ values: [String]) throws -> [UInt8] {
        let arguments = context.arguments
        let now = context.earliestNow(try? context.storeToRead(configuration))
        let rules = ListingRules(configuration, at: now, tellingOutcomes: false)
        var wrong: [String] = []
        var list = Array("action,kind,value,campaign,channel,reason,expires\n".utf8)
        for value in values {
            var entry = ListEntry(Array(value.utf8)[...], kind: arguments["kind"] ?? "")
            entry.action = verb
            entry.campaign = arguments["campaign"] ?? ""
            entry.channel = arguments["channel"] ?? ""
            entry.reason = arguments["reason"] ?? ""
            entry.expires = arguments["expires"] ?? ""
            let reading = rules.read(entry)
            if let violation = reading.violations.first {
                var hint = violation.hint
                if let listing = reading.listings.first, listing.kind == .domain, entry.kind != listing.kind.label {
                    let domain = String(value.drop { "*@.".contains($0) }).plain
                    hint = "Write: waybill suppress \(verb) --kind domain \(domain)"
                }
                wrong.append("\(String(decoding: violation.value, as: UTF8.self).plain): \(violation.message) \(hint)")
            }
            let cells = [verb, entry.kind, value, entry.campaign, entry.channel, entry.reason, entry.expires]
            CSVText.append(row: cells, to: &list)
        }
        if wrong.isEmpty { return list }
        throw context.usage(
            "nobody was \(verb == "add" ? "listed" : "taken off")\(values.count > 1 ? ", not those without a mistake either" : "")\n  "
                + wrong.joined(separator: "\n  "))
    }

    /// Whoever holds the workspace takes the files. If nobody does, they are taken here, and nothing else is done.
    private mutating func take(_ handOver: (String) throws -> [String]) throws -> ExitStatus {
        try context.makeInboxFolder(folder, configuration)
        let pipeline: Pipeline
        do {
            pipeline = try context.pipeline(configuration, context.log(configuration, .never))
        } catch is WorkspaceBusy {
            return try waitForOther(try handOver(folder))
        }
        defer { pipeline.settle() }
        let names = try handOver(folder)
        for name in names {
            pipeline.claims.noteArrival(place: .init(folder: Files.name(of: folder)), name: name)
        }
        try pipeline.takeLists()
        return try tell(names, pipeline.store)
    }

    private mutating func waitForOther(_ names: [String]) throws -> ExitStatus {
        let end = MonotonicClock.nanoseconds() + 10_000_000_000
        let pause = Inotify(enabled: false)
        var other = OtherWaybill(context, configuration)
        while MonotonicClock.nanoseconds() < end, !other.isStuck(),
            names.contains(where: {
                watch.acknowledgements()[$0] == nil && watch.wordsOfTaken(folder + "/" + $0) == nil
            })
        {
            _ = try pause.wait(milliseconds: 50, waking: nil)
        }
        return try tell(names, try context.storeToRead(configuration))
    }

    private mutating func tell(_ names: [String], _ store: (any Store)?) throws -> ExitStatus {
        let found = watch.acknowledgements()
        let summary = store.map { DropSummary(context, configuration, $0) }
        for name in names {
            if let summary, let acknowledgement = found[name]?.first {
                try summary.print(acknowledgement)
            } else {
                let words = watch.wordsOfTaken(folder + "/" + name)
                context.console.say(
                    "waybill: \(context.shown(folder + "/" + name)) "
                        + (words ?? "was not taken yet; the running waybill takes it"))
            }
        }
        return names.allSatisfy { found[$0] != nil } ? .done : .failure
    }
}

/// Prints `waybill suppress list`.
private struct SuppressionLook {
    private let context: CommandContext
    private let configuration: Configuration

    init(_ context: CommandContext, _ configuration: Configuration) {
        self.context = context
        self.configuration = configuration
    }

    func print(_ values: [String]) throws -> ExitStatus {
        let store = try context.storeToRead(configuration)
        let keysOfValues = try values.map { try keys(of: $0, in: store) }
        guard let store else {
            context.console.say("waybill: nobody is listed: nothing has come in yet")
            return values.isEmpty ? .done : .no
        }
        if values.isEmpty { return try printTotals(store) }
        var isAnybody = false
        let now = context.earliestNow(store)
        for (value, keys) in zip(values, keysOfValues) {
            let found = try store.suppressions(ofAny: keys, at: now)
            isAnybody = isAnybody || !found.isEmpty
            let changes = try store.suppressionChanges(of: Set(keys))
            if context.isJSON {
                for suppression in found { try context.print(SuppressionText.json(suppression, of: value)) }
                for change in changes { try context.print(json(change, of: value)) }
                continue
            }
            var text = Paint(context.usesColour).bold(value.plain) + "\n"
            text += found.map { "  \(SuppressionText.sentence($0))\n" }.joined()
            if found.isEmpty { text += "  nothing speaks against contacting this one\n" }
            for change in changes { text += "  \(sentence(change))\n" }
            try context.print(text)
        }
        return isAnybody ? .done : .no
    }

    /// The keys that lists have for a value. One whose kind nobody says may be an id, too.
    private func keys(of value: String, in store: (any Store)?) throws -> [UInt64] {
        let kind = context.arguments["kind"]
        let entry = ListEntry(Array(value.utf8)[...], kind: kind ?? "")
        let reading = ListingRules(configuration, at: context.earliestNow(store), tellingOutcomes: false).read(entry)
        let id = kind == nil ? AddressReading.ids(entry.value).map(\.key) : []
        if let violation = reading.violations.first {
            if let store,
                try !store.suppressions(ofAny: id, at: context.earliestNow(store)).isEmpty
                    || !store.suppressionChanges(of: Set(id)).isEmpty
            {
                return id
            }
            throw context.usage(
                "\(value.plain): \(violation.message) \(violation.hint)"
                    + (kind == nil ? " No id that was ever listed is written so, either." : ""))
        }
        let keys = reading.listings.map(\.key) + id
        guard ["phone", "email"].contains(entry.kind) else { return keys }
        return keys + AddressReading.wideKeys(of: entry.value, configuration.addressRules)
    }

    private func printTotals(_ store: any Store) throws -> ExitStatus {
        let totals = try store.listingTotals(at: context.earliestNow(store))
        if totals.isEmpty { context.console.say("waybill: nobody is listed, and nobody said stop") }
        for total in totals {
            if context.isJSON {
                var json = ReportJSON(pretty: false)
                json.object { json in
                    json.member("suppressed", (total.scope == nil ? ContactState.suppressed : .dncListed).label)
                    json.member("kind", total.kind)
                    SuppressionText.member("campaign", total.scope?.campaign ?? "", &json)
                    json.member("channel", total.scope?.channel?.name)
                    json.member("reason", total.reason)
                    json.member("count", total.count)
                    json.member("expires", total.expires.map(SuppressionText.time))
                }
                try context.print(json.line())
                continue
            }
            var text = total.count.grouped.padded(to: 12) + total.kind.plain.padded(to: 8)
            text += total.scope.map { "listed for \(SuppressionText.scope($0))" } ?? "said stop"
            if let expires = total.expires { text += ", the last until \(SuppressionText.time(expires))" }
            if !total.reason.isEmpty { text += ", reason: \(total.reason.plain)" }
            try context.print(text + "\n")
        }
        return .done
    }

    private func sentence(_ change: NotedChange) -> String {
        var text = "\(SuppressionText.time(change.at))  \(change.change.label)"
        switch change.change {
        case .listed, .takenOff: text += " for \(SuppressionText.scope(change.scope))"
        case .stopped, .lifted: break
        }
        if let expires = change.expires { text += " until \(SuppressionText.time(expires))" }
        if !change.reason.isEmpty { text += ", reason: \(change.reason.plain)" }
        return text + " (batch \(change.source))"
    }

    private func json(_ change: NotedChange, of value: String) -> [UInt8] {
        var json = ReportJSON(pretty: false)
        json.object { json in
            json.member("value", value)
            json.member("change", change.change.label)
            json.member("at", SuppressionText.time(change.at))
            SuppressionText.member("campaign", change.scope.campaign, &json)
            json.member("channel", change.scope.channel?.name)
            json.member("reason", change.reason)
            json.member("expires", change.expires.map(SuppressionText.time))
            json.member("batch", change.source.description)
        }
        return json.line()
    }
}
