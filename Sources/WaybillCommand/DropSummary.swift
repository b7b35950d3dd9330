import SystemIO
import Waybill

/// What `waybill process` prints for each drop: figures, reasons, and where everything was written.
struct DropSummary {
    private let context: CommandContext
    private let configuration: Configuration
    private let store: any Store

    init(_ context: CommandContext, _ configuration: Configuration, _ store: any Store) {
        self.context = context
        self.configuration = configuration
        self.store = store
    }

    func print(_ found: AcknowledgementWatch.Found) throws {
        if context.isJSON {
            return try context.print(Self.compact(try Files.read(found.path, limit: 1 << 24)) + [UInt8(ascii: "\n")])
        }
        guard let batch = try store.batch(found.batch), let acknowledgement = batch.acknowledgement else { return }
        let paint = Paint(context.usesColour)
        var text = paint.bold(acknowledgement.drop.plain) + "  \(batch.id)  " + paint.status(acknowledgement.status)
        text += acknowledgement.campaign.isEmpty ? "\n" : "  \(acknowledgement.campaign.plain)\n"
        if let first = acknowledgement.firstBatch {
            text += "  the same content came before, in batch \(first); nothing was queued\n"
        } else {
            text += "  " + Self.figures(acknowledgement) + "\n"
        }
        if let reason = acknowledgement.reason { text += "  refused: \(reason.plain)\n" }
        text += Self.reasons(acknowledgement)
        text += Self.unread(acknowledgement)
        text += row("acknowledgement", context.shown(found.path))
        if let notice = acknowledgement.notice {
            text += row("notice", context.shown(context.workspace.path(notice)))
        }
        text += try parcels(batch)
        try context.print(text + "\n")
    }

    static func figures(_ acknowledgement: Acknowledgement) -> String {
        var counts = DropCheck.Counts()
        counts.received = acknowledgement.received
        counts.accepted = acknowledgement.accepted
        counts.rejected = acknowledgement.rejected
        counts.duplicates = acknowledgement.duplicates
        return figures(counts)
    }

    private static func figures(_ counts: DropCheck.Counts) -> String {
        "\(counts.received.counted("record", "records")): \(counts.accepted.grouped) accepted, "
            + "\(counts.rejected.grouped) rejected, \(counts.duplicates.counted("duplicate", "duplicates"))"
    }

    /// The codes with their counts, most frequent first.
    static func reasons(_ acknowledgement: Acknowledgement) -> String {
        let shown = acknowledgement.rejectsByCode.prefix(8)
        var text = shown.map { "    \($0.code.plain.padded(to: 26)) \($0.count.grouped)\n" }.joined()
        let left = acknowledgement.rejectsByCode.count - shown.count
        if left > 0 { text += "    and problems of \(left.counted("other kind", "other kinds"))\n" }
        return text
    }

    /// Columns in which a no may stand that nobody reads.
    static func unread(_ acknowledgement: Acknowledgement) -> String {
        (acknowledgement.unreadConsents ?? []).map { "  column \($0.plain): \(Campaign.advice(unread: $0).plain)\n" }
            .joined()
    }

    private func row(_ name: String, _ value: String) -> String { "  " + name.padded(to: 17) + value + "\n" }

    /// The parcels that left, and what the others wait for.
    private func parcels(_ batch: BatchRow) throws -> String {
        guard batch.purpose == .contacts, batch.status == .visible else { return "" }
        let parcels = try store.parcels(ofBatch: batch.id)
        var text = ""
        let left = parcels.filter { $0.leftAt.milliseconds > 0 && $0.contacts.contains { $0.fate == .travels } }
        for (folder, group) in Dictionary(grouping: left, by: folder).sorted(by: { $0.key < $1.key }) {
            let contacts = group.reduce(0) { $0 + $1.contacts.count { $0.fate == .travels } }
            let place = group.count == 1 ? file(group[0]) ?? folder : folder
            text += row(
                "dispatched",
                context.shown(place) + " (\(contacts.counted("contact", "contacts")), "
                    + group.count.counted("parcel", "parcels") + ")")
        }
        let waiting = parcels.filter { $0.status == .waiting || $0.status == .undecided }
        let isPaused = try store.pausedCampaigns().contains(batch.campaign)
        for group in Dictionary(grouping: waiting, by: Ground.init).sorted(by: { $0.key < $1.key }).map(\.value) {
            let contacts = group.reduce(0) { $0 + $1.contacts.count }
            let due = group.map(\.due).min() ?? context.now
            let reason = group[0].reason
            let words = group.allSatisfy { $0.reason == reason } ? reason.words : reason.kind.words
            let why = isPaused ? "the campaign is paused" : words.plain
            let next = isPaused || due.isNever ? "" : ", next at \(local(due, batch.campaign))"
            text += row("waiting", "\(contacts.counted("contact", "contacts")): \(why)\(next)")
        }
        for (state, count) in try store.states(of: batch.id).sorted(by: { $0.key.rawValue < $1.key.rawValue })
        where count > 0 && (state.total == .skipped || state.total == .failure) {
            text += row("not sent", "\(count.counted("contact", "contacts")): \(state.label)")
        }
        return text
    }

    /// What parcels wait for, reported in one line: a kind of reason, or one thing the configuration names.
    private struct Ground: Hashable, Comparable {
        let kind: HoldReason.Kind
        let words: String

        init(_ parcel: Parcel) {
            kind = parcel.reason.kind
            words = kind.isOfConfiguration ? parcel.reason.words : ""
        }

        static func < (left: Ground, right: Ground) -> Bool {
            (left.kind.rawValue, left.words) < (right.kind.rawValue, right.words)
        }
    }

    /// Prints the totals of several drops.
    func printTotal(_ batches: [BatchID]) throws {
        guard !context.isJSON, batches.count > 1 else { return }
        var total = DropCheck.Counts()
        for case let acknowledgement? in try batches.map({ try store.batch($0)?.acknowledgement }) {
            total.received += acknowledgement.received
            total.accepted += acknowledgement.accepted
            total.rejected += acknowledgement.rejected
            total.duplicates += acknowledgement.duplicates
        }
        try context.print("\(batches.count.grouped) drops, \(Self.figures(total))\n")
    }

    private func local(_ moment: Timestamp, _ campaign: String) -> String {
        guard let campaign = configuration.campaign(named: campaign) else { return moment.description }
        return CampaignSetup(campaign, in: configuration).local(moment)
    }

    /// The folder that a parcel's file went to, or the transport that carried it.
    private func folder(_ parcel: Parcel) -> String {
        file(parcel).map(Files.folder(of:)) ?? "by the transport \(parcel.transport)"
    }

    private func file(_ parcel: Parcel) -> String? {
        parcel.ticket.flatMap { FolderTransport.file(Ticket(bytes: $0)) }
    }

    /// JSON text without the white space between tokens.
    private static func compact(_ json: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var isInString = false
        var isEscaped = false
        for byte in json {
            if isInString {
                isInString = isEscaped || byte != UInt8(ascii: "\"")
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
            } else if byte == 0x20 || byte == 0x0A {
                continue
            } else {
                isInString = byte == UInt8(ascii: "\"")
            }
            result.append(byte)
        }
        return result
    }
}

extension Timestamp {
    /// Whether it stands for something that does not depend on time.
    var isNever: Bool { self >= ContactPlanner.never }
}
