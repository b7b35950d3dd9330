import Waybill

/// Prints `waybill simulate`.
struct SimulationReport {
    let from: String
    let until: String
    /// Whether a signal ended the rehearsal early.
    let isStopped: Bool
    let drops: [Acknowledgement]
    let table: SendingTable
    let outcomes: [Rehearsal.Outcome]
    let sends: [BatchID: (count: Int, first: Timestamp, last: Timestamp)]
    let waiting: [Holding]
    let paused: Set<String>
    let configuration: Configuration

    /// How many reasons of a batch are shown.
    private static let mostReasons = 12

    func text(_ paint: Paint) -> String {
        var text = "A rehearsal from \(from) to \(until): nothing was sent.\n"
        // Drops that made no batch of contacts.
        for drop in drops where !outcomes.contains(where: { $0.batch.id == drop.batch }) {
            text += "\n" + paint.bold(drop.drop.plain) + "  \(drop.batch)  " + paint.status(drop.status)
            text += (drop.campaign.isEmpty ? "\n" : "  \(drop.campaign.plain)\n") + verdict(drop)
        }
        text += "\n" + paint.bold("\(table.total.counted("message", "messages")) by the recipients' clocks") + "\n"
        text += table.lines.map { "  \($0)\n" }.joined()
        if let end { text += "\n" + end + "\n" }
        for outcome in outcomes { text += "\n" + self.text(outcome, paint) }
        if !waiting.isEmpty { text += "\n" + paint.bold("Still waiting at the end") + "\n" }
        for wait in waiting { text += "  " + sentence(wait) + "\n" }
        return text
    }

    /// When it would all be over, by the workspace's clock; nil where there is nothing to end.
    private var end: String? {
        guard let last = sends.values.map(\.last).max() else { return nil }
        let zone = Zone.named(configuration.timezone) ?? .utc
        func local(_ moment: Timestamp) -> String { moment.iso8601(offset: zone.offset(at: moment)) }
        let open = outcomes.reduce(0) { $0 + $1.states.reduce(0) { $0 + ($1.key.isFinal ? 0 : $1.value) } }
        let text = "The last message leaves at \(local(last)); "
        if open > 0 { return text + "\(open.counted("contact is", "contacts are")) still open at the end" }
        return text + "everything is done at \(local(endedAt ?? last))"
    }

    private var endedAt: Timestamp? {
        let ends = outcomes.map(\.endedAt)
        return ends.contains(nil) ? nil : ends.compactMap(\.self).max()
    }

    private func verdict(_ drop: Acknowledgement) -> String {
        var text = "  " + DropSummary.figures(drop) + "\n"
        if let first = drop.firstBatch {
            text = "  the same content came before, in batch \(first); nothing is queued\n"
        }
        if let reason = drop.reason { text += "  refused: \(reason.plain)\n" }
        return text + DropSummary.reasons(drop)
    }

    private func text(_ outcome: Rehearsal.Outcome, _ paint: Paint) -> String {
        let batch = outcome.batch
        var text = paint.bold(batch.name.plain) + "  \(batch.id)  \(batch.campaign.plain)\n"
        if let drop = drops.first(where: { $0.batch == batch.id }) { text += verdict(drop) }
        text += "  "
        if let sent = sends[batch.id] {
            text += "\(sent.count.counted("message", "messages")) from \(local(sent.first, batch.campaign)) "
            text += "to \(local(sent.last, batch.campaign)); "
        } else {
            text += "no message; "
        }
        let open = outcome.states.reduce(0) { $0 + ($1.key.isFinal ? 0 : $1.value) }
        if let ended = outcome.endedAt {
            text += "all done at \(local(ended, batch.campaign))\n"
        } else {
            text += "\(open.counted("contact is", "contacts are")) still open at the end\n"
        }
        for (state, count) in outcome.states.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where count > 0 {
            text += "    \(state.label.padded(to: 26)) \(count.grouped)\n"
            let reasons = outcome.reasons.filter { $0.state == state && !$0.reason.isEmpty }
            for reason in reasons.prefix(Self.mostReasons) {
                text += "      \(reason.count.grouped): \(reason.reason.plain)\n"
            }
            if reasons.count > Self.mostReasons {
                let left = reasons.dropFirst(Self.mostReasons).reduce(0) { $0 + $1.count }
                text += "      \(left.grouped) for other reasons\n"
            }
        }
        return text
    }

    private func sentence(_ wait: Holding) -> String {
        let isPaused = paused.contains(wait.campaign)
        let why = isPaused ? "the campaign is paused" : wait.kind == .due ? "due later" : wait.words.plain
        let next = isPaused ? "" : wait.next.map { ", next at \(local($0, wait.campaign))" } ?? ""
        return "\(wait.campaign.plain): \(wait.contacts.counted("contact", "contacts")): \(why)\(next)"
    }

    private func local(_ moment: Timestamp, _ campaign: String) -> String {
        guard let campaign = configuration.campaign(named: campaign) else { return moment.description }
        return CampaignSetup(campaign, in: configuration).local(moment)
    }

    var json: [UInt8] {
        var json = ReportJSON(pretty: false)
        json.object { json in
            json.member("from", from)
            json.member("until", until)
            json.member("stopped", isStopped)
            json.member("messages", table.total)
            json.member("lastAt", sends.values.map(\.last).max()?.description)
            json.member("endedAt", endedAt?.description)
            json.member("drops", array: drops) { json, drop in
                json.object { json in
                    json.member("drop", drop.drop)
                    json.member("batch", drop.batch.description)
                    json.member("campaign", drop.campaign)
                    json.member("status", drop.status.rawValue)
                    json.member("reason", drop.refusal.code)
                    json.member("detail", drop.refusal.detail)
                    json.member("received", drop.received)
                    json.member("accepted", drop.accepted)
                    json.member("rejected", drop.rejected)
                    json.member("duplicates", drop.duplicates)
                }
            }
            json.member("days", array: table.rows) { json, row in
                json.object { json in
                    json.member("day", row.row.day.description)
                    json.member("channel", row.row.channel.name)
                    json.member("zone", row.row.zone)
                    json.member("hours", array: row.hours) { $0.number($1) }
                }
            }
            json.member("batches", array: outcomes) { write($1, to: &$0) }
            json.member("waiting", array: waiting) { json, wait in
                json.object { json in
                    json.member("campaign", wait.campaign)
                    json.member("paused", paused.contains(wait.campaign))
                    json.member("kind", wait.kind.label)
                    json.member("reason", wait.kind == .due ? "" : wait.words)
                    json.member("contacts", wait.contacts)
                    json.member("nextAt", wait.next?.description)
                }
            }
        }
        return json.line()
    }

    private func write(_ outcome: Rehearsal.Outcome, to json: inout ReportJSON) {
        json.object { json in
            json.member("batch", outcome.batch.id.description)
            json.member("drop", outcome.batch.name)
            json.member("campaign", outcome.batch.campaign)
            let sent = sends[outcome.batch.id]
            json.member("messages", sent?.count ?? 0)
            json.member("firstAt", sent?.first.description)
            json.member("lastAt", sent?.last.description)
            json.member("endedAt", outcome.endedAt?.description)
            json.member(
                "byState",
                object: { json in
                    for (state, count) in outcome.states.sorted(by: { $0.key.rawValue < $1.key.rawValue })
                    where count > 0 {
                        json.member(state.label, count)
                    }
                })
            json.member("reasons", array: outcome.reasons) { json, reason in
                json.object { json in
                    json.member("state", reason.state.label)
                    json.member("reason", reason.reason)
                    json.member("contacts", reason.count)
                }
            }
        }
    }
}
