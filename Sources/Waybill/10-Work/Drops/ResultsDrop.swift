import SystemIO

/// A drop of receipts or replies: stage 8. Each commit applies some rows to the contacts they are about, so a restart
/// continues after the last commit.
final class ResultsDrop: DropJob {
    private(set) var progress: DropProgress
    private let frame: DropFrame
    private let context: WorkContext
    private var stage = Stage.claimed
    private var file: DropFile?
    private var ending: DropEnding

    private enum Stage {
        case claimed
        case reading(Rows)
    }

    /// How many rows share a durable commit: 0.2 ms each, and a crash loses no more than moments of work.
    private static let rowsAtOnce = 4_000
    /// The same for rows about contacts all over large batches, whose segments are touched once per commit.
    private static let scatteredAtOnce = 32_000

    init(_ frame: DropFrame) {
        self.frame = frame
        context = frame.context
        progress = frame.progress
        ending = frame.ending
    }

    func step(patience: Int64) throws -> DropStep {
        // Only this workspace knows which contacts are meant.
        if case .claimed = stage { try frame.claim.keep() }
        let notice: NoticeFolder =
            switch stage {
            case .claimed: try frame.notice()
            case .reading(let rows): rows.notice
            }
        do {
            switch stage {
            case .claimed: return try begin(notice)
            case .reading(let rows): return try goOn(rows)
            }
        } catch let refused as RefusedDrop {
            return try refuse(refused, notice)
        } catch let unusable as UnusableReceipts {
            return try refuse(RefusedDrop(.unknownHeader, unusable.description), notice)
        }
    }

    private func begin(_ notice: NoticeFolder) throws -> DropStep {
        let opened = try frame.claim.open()
        file = opened
        ending.sha256 = try frame.digest(of: opened)
        let settings = DecodeSettings(
            campaign: Self.campaign(frame.batch.purpose), limits: context.configuration.limits)
        stage = .reading(
            Rows(
                // If the end is missing, the rows before it count: they may say who must not be contacted.
                drop: try DropChunks(
                    opened, settings, limits: context.configuration.limits, passingOverRefusals: true,
                    readingForms: true, takingMails: frame.batch.purpose == .receipts),
                applied: ResultRows(
                    context, frame.batch, isRepeated: try frame.cameBefore(ending.sha256)), notice: notice))
        return .more
    }

    /// How results are decoded: with a header, and without required columns.
    private static func campaign(_ purpose: DropPurpose) -> Campaign {
        var campaign = Campaign(name: "results")
        campaign.header = .set(true)
        campaign.require = []
        campaign.quotes = .lenient
        if purpose == .receipts {
            // As phone fields these would be read after `to`, in which some providers name the sender.
            campaign.columns = (ColumnNames.Nested.all + ["msisdn"]).map {
                .init(sender: $0, column: "attribute:" + $0)
            }
        }
        return campaign
    }

    /// The rows still to be read.
    private final class Rows {
        var drop: DropChunks
        let applied: ResultRows
        let notice: NoticeFolder
        /// Chunks not begun yet, the first one last.
        var left: [Chunk] = []
        var chunk: Chunk?
        var columns: ResultColumns?
        /// The index of the next row in the chunk.
        var place = 0

        init(drop: DropChunks, applied: ResultRows, notice: NoticeFolder) {
            self.drop = drop
            self.applied = applied
            self.notice = notice
        }
    }

    /// Reads up to the next commit. Nothing of the file is held back then, so other work may change the contacts it is
    /// about.
    private func goOn(_ rows: Rows) throws -> DropStep {
        while true {
            if let chunk = rows.chunk, let columns = rows.columns {
                while rows.place < chunk.records.count {
                    let place = rows.place
                    rows.place += 1
                    ending.counts.received += 1
                    let isNew = ending.counts.received > frame.batch.progress
                    rows.applied.take(place, in: chunk, columns, isNew: isNew)
                    let count = rows.applied.unsettled
                    guard count % Self.rowsAtOnce == 0 else { continue }
                    if count < Self.scatteredAtOnce, rows.applied.areScattered { continue }
                    try settle(rows)
                    guard isNew else {
                        rows.applied.forgetLookups()
                        continue
                    }
                    try rows.applied.commit(rows: ending.counts.received)
                    progress.note(bytes: rows.drop.bytesRead, ending.counts)
                    return .more
                }
            }
            if let chunk = rows.left.popLast() {
                rows.chunk = chunk
                rows.place = 0
                let names = chunk.schema.columns.map(\.name)
                let columns = try ResultColumns(frame.batch.purpose, names: names)
                rows.columns = columns
                ending.format = rows.drop.format
                ending.columns = columns.outcomes(names)
                continue
            }
            guard let chunks = try rows.drop.next() else { break }
            if let refused = rows.drop.passedOver, refused.code != .truncated { throw refused }
            rows.left = chunks.reversed()
        }
        ending.trailing = rows.drop.decoder.trailingBytes
        ending.blank = rows.drop.decoder.blankRows
        try settle(rows)
        try rows.applied.commit(rows: ending.counts.received)
        if let refused = rows.drop.passedOver { throw refused }
        guard ending.counts.received > 0 else {
            throw RefusedDrop(
                .empty, "the file has no records behind its first line, which was read as the names of its columns")
        }
        try frame.compareWithSidecar(ending)
        noteGrants(rows)
        return try frame.endResults(ending, rows.notice)
    }

    private func settle(_ rows: Rows) throws {
        try rows.applied.settle { chunk, place, problems in try note(problems, place, chunk, rows) }
    }

    /// Writes a row's problems into the notice.
    private func note(_ problems: ResultRows.Problems, _ place: Int, _ chunk: Chunk, _ rows: Rows) throws {
        if problems.isFatal, let format = ending.format {
            ending.counts.rejected += 1
            let (bytes, lineEnd) = chunk.original(of: place)
            try rows.notice.addRejected(
                bytes, lineEnd: lineEnd, kind: format.kind, leading: rows.drop.decoder.leadingBytes,
                encoding: chunk.encoding)
        }
        if !problems.violations.isEmpty {
            let record = chunk.records[place]
            try rows.notice.add(
                record: record.number, line: record.line, byte: chunk.byteOffset + UInt64(record.start),
                problems.violations, isReturned: problems.isFatal && ending.format != nil)
        }
    }

    /// What was applied before a restart may have granted consent too.
    private func noteGrants(_ rows: Rows) {
        ending.grantsConsent =
            frame.batch.purpose == .replies && (rows.applied.hasGranted || frame.batch.progress > 0)
    }

    /// What was applied before the refusal stays; the rest was never read.
    private func refuse(_ refused: RefusedDrop, _ notice: NoticeFolder) throws -> DropStep {
        if case .reading(let rows) = stage {
            try settle(rows)
            noteGrants(rows)
        }
        frame.refuse(&ending, refused, file)
        ending.isHarmless =
            refused.code == .empty
            && DropFrame.saysNothing(file) { (try? ResultColumns(frame.batch.purpose, names: $0)) != nil }
        return try frame.endResults(ending, notice)
    }
}

extension DropFrame {
    /// Ends a drop other than contacts. Its effects are already stored, except those that belong to its final row: the
    /// hold it causes, or, for a correction, the hold it ends.
    ///
    /// - Parameter holding: the hold it causes although it was taken.
    func endResults(
        _ ending: DropEnding, _ notice: NoticeFolder, holding: ListHold? = nil
    ) throws -> DropStep {
        var ending = ending
        ending.counts.accepted = ending.counts.received - ending.counts.rejected
        let zone = Zone.named(context.configuration.timezone) ?? .utc
        let outcome = outcome(try acknowledge(ending, notice, zone: zone), ending)
        let hold = refusalHold(ending) ?? holding
        let corrected = hold == nil && ending.refusal == nil ? try correctedDrops() : []
        try context.store.durably {
            try context.store.finish(batch.id, outcome)
            if batch.purpose == .suppression || batch.purpose == .consent {
                try context.store.note(entry(of: ending))
            }
            // Contacts held for lack of consent may have it now.
            if ending.grantsConsent {
                try context.store.wake(heldFor: .consent, at: context.now)
            }
            if let hold { try context.store.hold(hold) }
            for drop in corrected { _ = try context.store.releaseHold(of: drop) }
            if batch.purpose == .suppression, hold == nil, ending.refusal == nil { try NamedLists(context).note(batch) }
        }
        if let hold { tell(hold) }
        let particulars: KeyValuePairs<String, LogLine.Value> = [
            "batch": .text(batch.id.description), "kind": .text(batch.purpose.folder),
            "received": .number(ending.counts.received), "rejected": .number(ending.counts.rejected),
        ]
        if ending.status == .rejected {
            context.log.error("results.rejected", particulars)
        } else {
            context.log.info("results.taken", particulars)
        }
        return .done
    }
}

extension DropFrame {
    /// Whether a file without records has one of our headers, or nothing at all: a first line that is neither may be a
    /// stop.
    static func saysNothing(_ file: DropFile?, isHeader: ([String]) -> Bool) -> Bool {
        var bytes: [UInt8] = []
        guard let file, file.size <= 4_096, (try? file.read(at: 0, into: &bytes, atMost: 4_096)) != nil else {
            return false
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let names = text.split { "\u{FEFF}\",;\t[]\r\n ".contains($0) }.map(String.init)
        return names.isEmpty || isHeader(names)
    }

    /// The audit chain's row for a list or a consent drop, besides the people it names.
    private func entry(of ending: DropEnding) -> AuditEntry {
        var entry = AuditEntry(.drop, at: context.now)
        entry.subject = batch.id.description
        entry.source = batch.id
        entry.content.add("file", claim.name)
        entry.content.add("sha256", SHA256.hex(ending.sha256))
        entry.content.add("status", ending.status.rawValue)
        entry.content.add("received", Int64(ending.counts.received))
        entry.content.add("rejected", Int64(ending.counts.rejected))
        return entry
    }

    func hold(_ campaigns: [String], because problem: String) -> ListHold {
        ListHold(batch: batch.id, drop: claim.name, campaigns: campaigns, problem: problem)
    }

    /// Nobody knows what a refused list, reply, receipt or command would have said: it may have been a stop.
    private func refusalHold(_ ending: DropEnding) -> ListHold? {
        guard let refused = ending.refusal, !ending.isHarmless else { return nil }
        return hold([], because: "was refused: \(refused.code.rawValue): \(refused.detail)")
    }

    /// The drops of this kind that the side-car, or else the name, says it corrects.
    private func correctedDrops() throws -> [BatchID] {
        let sidecar = (try? DropCheck.sidecar(of: claim.path)) ?? Sidecar()
        let named = sidecar.corrects.map { [$0] } ?? DropName.batchIDs(in: claim.name)
        return try named.filter { try context.store.batch($0)?.purpose == batch.purpose }
    }

    /// Logs that campaigns are held, and by what.
    private func tell(_ hold: ListHold) {
        context.log.error(
            "list.holds",
            [
                "batch": .text(hold.batch.description), "problem": .text(hold.problem),
                "campaigns": .text(hold.campaigns.isEmpty ? "all" : hold.campaigns.joined(separator: " ")),
            ])
    }
}

/// The columns of a results drop, by its purpose.
enum ResultColumns {
    case receipts(ReceiptColumns)
    case replies(ReplyColumns)

    init(_ purpose: DropPurpose, names: [String]) throws(UnusableReceipts) {
        self =
            purpose == .replies ? .replies(try ReplyColumns(names: names)) : .receipts(try ReceiptColumns(names: names))
    }

    /// What became of the columns.
    func outcomes(_ names: [String]) -> [Campaign.ColumnName] {
        switch self {
        case .receipts(let columns): columns.outcomes(names)
        case .replies(let columns): columns.outcomes(names)
        }
    }
}
