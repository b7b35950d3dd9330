/// A drop of consents and revocations, written into the ledger as it is read.
///
/// Each statement counts by its own time, so a restart can write all of it again without changing anything. One without
/// a time would get another with each try while only the answer is missing: nothing is written again then.
final class ConsentDrop: DropJob {
    private(set) var progress: DropProgress
    private let frame: DropFrame
    private let context: WorkContext
    private let rules: ConsentRules
    private var reading: (drop: DropChunks, notice: NoticeFolder)?
    private var file: DropFile?
    private var ending: DropEnding
    private var lost = LostEntries()
    /// Whether all of it is in force already.
    private var isCarriedOut = false

    init(_ frame: DropFrame) {
        self.frame = frame
        context = frame.context
        rules = ConsentRules(frame.context.configuration, at: frame.batch.claimedAt)
        progress = frame.progress
        ending = frame.ending
    }

    func step(patience: Int64) throws -> DropStep {
        if reading == nil { try frame.claim.keep() }
        let notice = reading?.notice ?? frame.notice()
        do {
            guard var begun = reading else {
                let opened = try frame.claim.open()
                file = opened
                ending.sha256 = try frame.digest(of: opened)
                isCarriedOut = try context.store.setting(.carriedOut(frame.batch.id)) != nil
                reading = (try Self.chunks(of: opened, context.configuration.limits), notice)
                return .more
            }
            reading = nil
            defer { reading = begun }
            guard let chunks = try begun.drop.next() else { return try end(begun.drop, notice) }
            if let refused = begun.drop.passedOver, refused.code != .truncated { throw refused }
            for chunk in chunks { try take(chunk, begun.drop, notice) }
            progress.note(bytes: begun.drop.bytesRead, ending.counts)
            return .more
        } catch let refused as RefusedDrop {
            return try refuse(refused, notice)
        } catch let unusable as UnusableReceipts {
            return try refuse(RefusedDrop(.unknownHeader, unusable.description), notice)
        }
    }

    /// If the end is missing, the rows before it count: they may revoke consent.
    private static func chunks(of file: DropFile, _ limits: Configuration.Limits) throws -> DropChunks {
        var campaign = Campaign(name: "")
        campaign.header = .set(true)
        campaign.require = []
        campaign.quotes = .lenient
        return try DropChunks(
            file, DecodeSettings(campaign: campaign, limits: limits), limits: limits, passingOverRefusals: true)
    }

    private func take(_ chunk: Chunk, _ drop: DropChunks, _ notice: NoticeFolder) throws {
        let names = chunk.schema.columns.map(\.name)
        let columns = try ConsentColumns(names: names)
        ending.format = drop.format
        ending.columns = columns.outcomes(names)
        var entries: [ConsentEntry] = []
        for (place, record) in chunk.records.enumerated() {
            ending.counts.received += 1
            let reading = rules.read(place, in: chunk, columns, ending.format)
            entries += reading.entries
            if reading.isLost { lost.add("") }
            guard !reading.violations.isEmpty, let format = ending.format else { continue }
            ending.counts.rejected += 1
            let (bytes, lineEnd) = chunk.original(of: place)
            try notice.addRejected(
                bytes, lineEnd: lineEnd, kind: format.kind, leading: drop.decoder.leadingBytes, encoding: chunk.encoding
            )
            try notice.add(
                record: record.number, line: record.line, byte: chunk.byteOffset + UInt64(record.start),
                reading.violations, isReturned: true)
        }
        if entries.isEmpty { return }
        if isCarriedOut { return ending.granted.note(entries) }
        for place in entries.indices where entries[place].action == .revoke {
            // Without a time, or with one still to come.
            guard entries[place].at == frame.batch.claimedAt else { continue }
            entries[place].at = try context.store.refusalMoment(
                of: [entries[place].key], at: max(entries[place].at, context.latestNow))
        }
        // Those that are there already may be of a reading that a crash ended.
        ending.granted.note(entries)
        _ = try context.store.transiently {
            try context.store.note(entries, source: frame.batch.id, at: context.now)
        }
    }

    private func end(_ drop: DropChunks, _ notice: NoticeFolder) throws -> DropStep {
        ending.trailing = drop.decoder.trailingBytes
        ending.blank = drop.decoder.blankRows
        if let refused = drop.passedOver { throw refused }
        guard ending.counts.received > 0 else { throw RefusedDrop(.empty, "the file has no records") }
        try frame.compareWithSidecar(ending)
        let held = lost.tooMany(of: ending.counts.received, context.configuration.lists.tolerance)
        return try frame.endResults(
            ending, notice, holding: held.map { frame.hold($0.campaigns, because: $0.problem) })
    }

    /// What was taken before the refusal stays; the rest was never read.
    private func refuse(_ refused: RefusedDrop, _ notice: NoticeFolder) throws -> DropStep {
        let cause = DropFrame.cause(of: refused, file) { names throws(UnusableReceipts) in
            _ = try ConsentColumns(names: names)
        }
        frame.refuse(&ending, cause ?? refused, file)
        ending.isHarmless = cause == nil && refused.code == .empty
        return try frame.endResults(ending, notice)
    }
}
