import SystemIO

/// Stores one drop of contacts: what each judged part leaves, and what is known at the end.
///
/// All rows are hidden until `ContactsDrop` finishes the batch; an abandoned instance leaves nothing that a later
/// reading does not remove.
final class BatchIntake {
    private let store: any Store
    private let batch: BatchRow
    private let now: Timestamp
    let notice: NoticeFolder
    private let bounds: ContactBounds
    private var verdict: DropVerdict

    var counts: DropCheck.Counts { verdict.counts }
    private(set) var segments = 0

    /// Who refused consent in it.
    let refusals: ConsentRefusals
    /// What it does to earlier contacts.
    let actions: DropActions

    private var unwritten: [Unwritten] = []
    private let sorting: ContactSorting

    init(
        store: any Store, batch: BatchRow, setup: CampaignSetup, sidecar: Sidecar, now: Timestamp, earliest: Timestamp,
        notice: NoticeFolder, verdict: DropVerdict, actions: DropActions, rules: AddressRules
    ) throws {
        self.store = store
        self.batch = batch
        self.now = now
        self.notice = notice
        self.verdict = verdict
        self.actions = actions
        refusals = ConsentRefusals(rules: rules, words: setup.campaign.consentWords)
        bounds = ContactBounds(notBefore: sidecar.notBefore, expiresAt: sidecar.expiresAt)
        sorting = ContactSorting(
            store, batch.id, setup, priority: sidecar.priority ?? 5, bounds, at: now, earliest: earliest)
        try store.transiently { try store.discardHiddenRows(of: batch.id) }
    }

    // MARK: - The first pass

    /// Stores the next part of the drop.
    func absorb(_ part: DropReading.Part) throws {
        let judged = try verdict.judge(part)
        try tell(part, judged)
        for rejection in judged.rejected { refusals.note(rejection, of: part.chunk) }
        actions.note(part.chunk, judged.rejected)
        let id = SegmentID(batch: batch.id, number: segments)
        let refusals = RefusedRecord.of(judged.rejected, judged.repeated)
        segments += 1
        guard let accepted = judged.accepted else {
            return try store.transiently { try store.insertRefusals(refusals, as: id) }
        }
        unwritten.append(
            Unwritten(
                id: id, segment: accepted, hashes: judged.hashes, refusals: refusals, schema: part.chunk.schema,
                salt: part.salt))
        if unwritten.count == Self.partsPerCommit { try store.transiently(writeParts) }
    }

    /// What a part leaves to be written.
    private struct Unwritten {
        let id: SegmentID
        let segment: ContactSegment
        let hashes: [UInt64]?
        let refusals: [RefusedRecord]
        let schema: Schema
        let salt: [UInt8]
    }

    /// Each commit rewrites the last page of every table; four parts share these pages and take a megabyte of memory.
    /// (With eight, the judge has to wait.)
    private static let partsPerCommit = 4

    /// Writes the pending parts, inside a transaction.
    private func writeParts() throws {
        for part in unwritten {
            try store.insertRefusals(part.refusals, as: part.id)
            guard part.segment.count > 0 else { continue }
            try store.insert(part.segment, as: part.id)
            try sorting.sort(
                part.segment, hashes: part.hashes, schema: part.schema, id: part.id, salt: part.salt)
        }
        unwritten.removeAll(keepingCapacity: true)
    }

    /// Writes the notice's rows for one part.
    private func tell(_ part: DropReading.Part, _ judged: DropVerdict.Part) throws {
        let refused = judged.refused
        guard !refused.isEmpty else { return }
        for rejection in judged.rejected { try addRejected(rejection.index, of: part) }
        let kept = Set((judged.repeated + judged.told).map(\.index))
        for rejection in refused {
            try notice.add(
                record: rejection.number, line: rejection.line, byte: rejection.byte, id: rejection.id,
                rejection.violations, rows: rejection.rows, isReturned: !kept.contains(rejection.index))
        }
        notice.columns = part.chunk.schema
        try notice.flush()
    }

    private func addRejected(_ index: Int, of part: DropReading.Part) throws {
        let (bytes, lineEnd) = part.chunk.original(of: index)
        try notice.addRejected(
            bytes, lineEnd: lineEnd, kind: part.format.kind, leading: part.leadingBytes, encoding: part.chunk.encoding)
    }

    // MARK: - The end

    /// How many segments, or runs of recipients, are written before other work may go in between.
    private static let writtenAtOnce = 16

    /// What remains to be written about the batch's contacts once all of it is read.
    private enum Unfinished {
        case parts
        /// From this segment on, contacts are sorted once more.
        case segments(from: Int)
        case recipients(RecipientRuns, part: Int)
        case nothing
    }

    private var unfinished = Unfinished.parts

    /// Decides what needed the last record, and stores who is in the batch: one piece per call, inside a transaction.
    /// False if nothing was left.
    func completeNext(_ findings: DropReading.Findings) throws -> Bool {
        switch unfinished {
        case .parts:
            try writeParts()
            unfinished = behindPass(findings)
        case .segments(let first):
            let end = min(first + Self.writtenAtOnce, segments)
            for number in first..<end {
                let id = SegmentID(batch: batch.id, number: number)
                if let stored = try store.segment(id) { try sorting.sortAgain(stored, findings.schema) }
            }
            unfinished = end < segments ? .segments(from: end) : behindPass(findings)
        case .recipients(let recipients, var part):
            unfinished = .nothing
            for _ in 0..<Self.writtenAtOnce {
                var run = try recipients.next()
                if run.isEmpty { return true }
                if verdict.hasEarlier { run.removeAll { verdict.acceptedEarlier.contains($0.record) } }
                try store.insertRecipients(run, batch: batch.id, part: part)
                part += 1
            }
            unfinished = .recipients(recipients, part: part)
        case .nothing: return false
        }
        return true
    }

    private func behindPass(_ findings: DropReading.Findings) -> Unfinished {
        if sorting.finishPass() { return .segments(from: 0) }
        let isLong = segments > Self.writtenAtOnce
        return findings.recipients.map { .recipients(RecipientRuns($0, isLong: isLong), part: 0) } ?? .nothing
    }

    /// Writes the last parcels, inside the batch's last transaction.
    func finish() throws {
        try store.setBounds(bounds, of: batch.id)
        try sorting.finish()
    }

    /// Contacts by their first state.
    var states: [ContactState: Int] { sorting.states }
}
