import SystemIO

/// What the consent ledger says about a person, for people and programs: `waybill consent`.
package struct ConsentView: Sendable {
    /// In the order in which it was said.
    package let entries: [LedgerEntry]
    /// The present standing, for each campaign that requires consent and each of its channels.
    private let standings: [(campaign: String, channel: Channel, lack: ConsentLack?)]

    /// For a person identified by any of these keys.
    package init(of keys: Set<UInt64>, _ store: any Store, _ configuration: Configuration, at now: Timestamp) throws {
        var found: [LedgerEntry] = []
        try store.forEachConsent { if keys.contains($0.entry.key) { found.append($0) } }
        entries = found.enumerated().sorted {
            ($0.element.entry.at, $0.offset) < ($1.element.entry.at, $1.offset)
        }.map(\.element)
        let words = try store.consents(of: keys.sorted()).values.joined().map(\.entry)
        standings = configuration.campaigns.flatMap { campaign in
            let setup = CampaignSetup(campaign, in: configuration)
            guard setup.asksForConsent else { return [(String, Channel, ConsentLack?)]() }
            return Set(setup.strategy.steps.map(\.channel)).sorted().map { channel in
                let standing = ConsentStanding(words, for: MessageSort(campaign, channel: channel), at: now)
                return (campaign.name, channel, standing.lack)
            }
        }
    }

    package var isEmpty: Bool { entries.isEmpty }

    // MARK: For people

    package var text: String {
        var lines = entries.map(Self.line)
        for (campaign, channel, lack) in standings {
            lines.append("now, campaign \(campaign) over \(channel): \(lack?.words ?? "consents")")
        }
        return lines.map { $0.plain + "\n" }.joined()
    }

    private static func line(_ found: LedgerEntry) -> String {
        let entry = found.entry
        var words = [moment(entry.at), entry.action.label]
        let scope = [
            entry.scope.channel?.name ?? "", entry.scope.purpose.map { "for " + $0.rawValue } ?? "",
            entry.scope.list.isEmpty ? "" : "list " + entry.scope.list,
        ].filter { !$0.isEmpty }
        words.append(scope.isEmpty ? "everything" : scope.joined(separator: ", "))
        if let end = entry.expires { words.append("until \(moment(end))") }
        if !entry.proof.isEmpty { words.append("proof: " + Explanation.line(entry.proof)) }
        if !entry.by.isEmpty { words.append("by: " + Explanation.line(entry.by)) }
        words.append("batch \(found.source)" + (entry.record == 0 ? "" : " record \(entry.record)"))
        if found.origin == .column { words.append("of this contact alone") }
        return words.joined(separator: "  ")
    }

    /// The consent a message relied on, as `the consent of 2026-11-20 (batch …)`.
    static func words(_ consent: HeldConsent) -> String {
        let entry = consent.entry
        let when = entry.at == ConsentEntry.unknownMoment ? "the consent" : "the consent given \(moment(entry.at))"
        return when + (entry.expires.map { ", until \(moment($0))" } ?? "") + " (batch \(consent.source) record "
            + "\(entry.record))"
    }

    private static func moment(_ at: Timestamp) -> String {
        at == ConsentEntry.unknownMoment ? "at an unknown time" : at.iso8601(offset: 0)
    }

    // MARK: For programs

    /// One line with an object for each entry.
    package var json: [UInt8] { entries.flatMap(Self.json) }

    private static func json(_ found: LedgerEntry) -> [UInt8] {
        var json = ReportJSON(pretty: false)
        json.object { json in
            for (name, value) in zip(columns, cells(found)) { json.member(name, value.isEmpty ? nil : value) }
        }
        return json.line()
    }

    /// The columns of the export.
    package static let columns = [
        "person", "kind", "action", "at", "channel", "purpose", "list", "expires", "proof", "by", "batch", "record",
        "notedAt", "origin",
    ]

    /// One row of the export. It names the person by number, or by the key of an address or id, which cannot be
    /// reversed.
    package static func cells(_ found: LedgerEntry) -> [String] {
        let entry = found.entry
        let number = entry.kind == .phone ? RecipientKey.number(of: entry.key) : nil
        return [
            number.map { "+\($0.digits)" } ?? "key:" + String(entry.key, radix: 16), entry.kind.label,
            entry.action.label, entry.at == ConsentEntry.unknownMoment ? "" : entry.at.iso8601(offset: 0),
            entry.scope.channel?.name ?? "", entry.scope.purpose?.rawValue ?? "", entry.scope.list,
            entry.expires?.iso8601(offset: 0) ?? "", entry.proof, entry.by, found.source.description,
            entry.record == 0 ? "" : String(entry.record), found.notedAt.iso8601(offset: 0), found.origin.rawValue,
        ]
    }

    /// Writes the whole ledger, or the entries of some people, as CSV. Returns how many rows it wrote.
    package static func export(_ keys: Set<UInt64>?, _ store: any Store, to path: String) throws -> Int {
        // It contains people's numbers.
        let file = try DurableFileWriter(path: path, mode: 0o600)
        var row: [UInt8] = []
        CSVText.append(row: columns, to: &row)
        try file.write(row)
        var count = 0
        try store.snapshot {
            try store.forEachConsent { found in
                if let keys, !keys.contains(found.entry.key) { return }
                row.removeAll(keepingCapacity: true)
                CSVText.append(row: cells(found), to: &row)
                try file.write(row)
                count += 1
            }
        }
        try file.commit(replacing: false)
        return count
    }
}
