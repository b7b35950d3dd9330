import SystemIO
import Waybill

extension Command {
    static let preview = Command(
        name: "preview", group: .look,
        usage: ["preview FILE --campaign NAME [--record N]", "preview FILE --campaign NAME --sampling"],
        summary: "the messages of a file as they would be sent, or what its sampling keeps",
        details: """
            Takes a copy of the file in a private copy of the workspace, as simulate does, and sends nothing. Prints
            the messages of each step to one contact (the first accepted, or record N), with the number of segments
            of a text message. For each step it also prints how many messages there are, and how many cannot be
            made.

            With --sampling, prints how many contacts each sampling rule keeps and drops, in order, and by stratum
            for quotas and lists of values; what the campaign's quotas have used so far counts.
            """,
        options: [
            CommandOption.campaign, CommandOption("record", "N", "the number of a record in the file, counted from 1"),
            CommandOption("sampling", "what each sampling rule keeps and drops"),
        ],
        examples: [
            "waybill preview clinic.csv --campaign clinic-reminders --record 12",
            "waybill preview survey.json --campaign survey-2026 --sampling",
        ]
    ) { context in
        guard context.arguments.operands.count == 1 else { throw context.usage("preview takes one FILE") }
        let record = try context.arguments["record"].map { text in
            guard let number = UInt32(text), number > 0 else {
                throw context.usage("--record \(text) is not a record number; the first record is 1")
            }
            return number
        }
        if record != nil, context.arguments.has("sampling") {
            throw context.usage("--record and --sampling exclude each other")
        }
        let configuration = try context.configuration()
        let signals = try PrivateFolder.signals()
        let folder = try PrivateFolder()
        defer { folder.remove() }
        let rehearsal = try Rehearsal(
            of: context.workspace, configuration, in: folder.path, startingAt: context.now,
            log: context.log(configuration, .never))
        rehearsal.pipeline.context.takesKnownContent = true
        let errand = RehearsalErrand(context, configuration, signals)
        guard let drops = try errand.handOver(to: rehearsal) else { return .done }
        guard let drop = drops.first, let batch = try rehearsal.pipeline.store.batch(drop.batch) else {
            return .failure
        }
        let preview = Preview(context, drop)
        guard batch.status == .visible else {
            context.console.say("waybill: \(drop.drop.plain) has no contacts: \(preview.why)")
            return .no
        }
        if context.arguments.has("sampling") {
            try preview.print(try rehearsal.sampling(of: batch))
            return .done
        }
        let found = try rehearsal.messages(of: batch, record: record)
        if let record, found.record == nil {
            context.console.say(
                "waybill: record \(record) of \(drop.drop.plain) is not an accepted contact: see \"waybill check\"")
            return .no
        }
        try preview.print(found)
        return .done
    }
}

/// Prints `waybill preview`.
private struct Preview {
    private let context: CommandContext
    private let drop: Acknowledgement
    private let paint: Paint

    /// How many strata of a rule are shown; the JSON has all of them.
    private static let mostStrata = 20

    init(_ context: CommandContext, _ drop: Acknowledgement) {
        self.context = context
        self.drop = drop
        paint = Paint(context.usesColour)
    }

    var why: String { drop.reason?.plain ?? "it was refused" }

    private var head: String {
        paint.bold(drop.drop.plain) + "  \(drop.campaign.plain)\n  \(DropSummary.figures(drop))\n"
    }

    func print(_ sampling: (contacts: Int, rules: [Rehearsal.RuleOutcome])) throws {
        if context.isJSON { return try context.print(json(sampling)) }
        var text = head
        if sampling.rules.isEmpty { text += "  the campaign has no sampling: all are kept\n" }
        for (place, outcome) in sampling.rules.enumerated() {
            text += "\n" + paint.bold("rule \(place + 1): \(outcome.rule.label.plain)")
            text += "  \(outcome.kept.grouped) kept, \(outcome.dropped.grouped) dropped\n"
            for stratum in outcome.strata.prefix(Self.mostStrata) {
                let value = stratum.value.isEmpty ? "(empty)" : stratum.value.plain
                text += "  \(value.padded(to: 24)) \(stratum.kept.grouped) kept, \(stratum.dropped.grouped) dropped\n"
            }
            if outcome.strata.count > Self.mostStrata {
                text += "  and \((outcome.strata.count - Self.mostStrata).counted("other value", "other values"))\n"
            }
        }
        let kept = sampling.rules.last?.kept ?? sampling.contacts
        text += "\n\(kept.grouped) of \(sampling.contacts.counted("contact", "contacts")) kept\n"
        try context.print(text)
    }

    private func json(_ sampling: (contacts: Int, rules: [Rehearsal.RuleOutcome])) -> [UInt8] {
        var json = ReportJSON(pretty: false)
        json.object { json in
            json.member("drop", drop.drop)
            json.member("campaign", drop.campaign)
            json.member("contacts", sampling.contacts)
            json.member("kept", sampling.rules.last?.kept ?? sampling.contacts)
            json.member("rules", array: sampling.rules) { json, outcome in
                json.object { json in
                    json.member("rule", outcome.rule.label)
                    json.member("kept", outcome.kept)
                    json.member("dropped", outcome.dropped)
                    json.member("strata", array: outcome.strata) { json, stratum in
                        json.object { json in
                            json.member("value", stratum.value)
                            json.member("kept", stratum.kept)
                            json.member("dropped", stratum.dropped)
                        }
                    }
                }
            }
        }
        return json.line()
    }

    func print(_ found: (steps: [Rehearsal.StepOutcome], record: UInt32?, messages: [Rehearsal.Message])) throws {
        if context.isJSON { return try context.print(json(found)) }
        var text = head + "\n"
        for outcome in found.steps {
            let step = outcome.step
            text += paint.bold(step.name) + "  \(Self.way(step)): "
            text += outcome.messages.counted("message", "messages")
            if step.channel == .sms { text += ", \(outcome.segments.counted("segment", "segments"))" }
            text += "\n"
            for (problem, count) in outcome.problems.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
                text += "  none for \(count.grouped): \(problem.plain)\n"
            }
        }
        if let record = found.record { text += "\n" + paint.bold("Record \(record)") + "\n" }
        for message in found.messages {
            text += "  \(message.step.name)  \(Self.way(message.step))  \(message.address?.plain ?? "nowhere")"
            if let length = message.length {
                let unit = length.alphabet == .gsm7 ? "septets" : "UTF-16 units"
                text += "  \(length.alphabet.rawValue), \(length.units) \(unit), "
                text += length.segments.counted("segment", "segments")
            }
            text += "\n"
            if let length = message.length, !length.foreign.isEmpty {
                text += "    UCS-2 because of \(length.foreign.map(Self.name).joined(separator: ", "))"
                if let words = message.text, SMSLength(PlainMarks.text(words)).foreign.isEmpty {
                    text += "; smart: true would write plain marks"
                }
                text += "\n"
            }
            if let problem = message.problem { text += "    no message: \(problem.plain)\n" }
            if let subject = message.subject { text += "    Subject: \(subject.plain)\n\n" }
            let lines = (message.text ?? "").split(separator: "\n", omittingEmptySubsequences: false)
            if message.text?.isEmpty == false { text += lines.map { "    \(String($0).plain)\n" }.joined() }
            if let html = message.html, html != message.text { text += "    and as HTML of \(html.utf8.count) bytes\n" }
        }
        try context.print(text)
    }

    /// `“ (U+201C)`; of what cannot be seen the number alone.
    private static func name(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        let number = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        let isSeen =
            !scalar.properties.isWhitespace && scalar.properties.generalCategory != .control
            && scalar.properties.generalCategory != .format && scalar.properties.generalCategory != .nonspacingMark
        return isSeen ? "\(scalar) (\(number))" : number
    }

    private static func way(_ step: Strategy.Step) -> String {
        step.channel.isHandover
            ? "hand-over"
            : "\(step.channel.name.plain) to \(step.to.label)" + (step.template.map { ", template \($0.plain)" } ?? "")
    }

    private func json(
        _ found: (steps: [Rehearsal.StepOutcome], record: UInt32?, messages: [Rehearsal.Message])
    ) -> [UInt8] {
        var json = ReportJSON(pretty: false)
        json.object { json in
            json.member("drop", drop.drop)
            json.member("campaign", drop.campaign)
            json.member("steps", array: found.steps) { json, outcome in
                json.object { json in
                    json.member("step", outcome.step.name)
                    json.member("channel", outcome.step.channel.name)
                    json.member("messages", outcome.messages)
                    json.member("segments", outcome.step.channel == .sms ? outcome.segments : nil)
                    json.member("without", outcome.problems.values.reduce(0, +))
                }
            }
            json.member("record", found.record.map { Int($0) })
            json.member("messages", array: found.messages) { json, message in
                json.object { json in
                    json.member("step", message.step.name)
                    json.member("address", message.address)
                    json.member("subject", message.subject)
                    json.member("message", message.text)
                    json.member("html", message.html)
                    json.member("problem", message.problem)
                    json.member("alphabet", message.length?.alphabet.rawValue)
                    json.member("units", message.length?.units)
                    json.member("segments", message.length?.segments)
                    json.member("foreign", array: message.length?.foreign ?? []) { $0.string(Self.name($1)) }
                }
            }
        }
        return json.line()
    }
}
