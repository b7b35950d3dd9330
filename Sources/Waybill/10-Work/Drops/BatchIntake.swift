import SystemIO

/// One drop of contacts on its way into the store: what each judged part leaves behind, and what is known at the end.
///
/// All rows are invisible until `Pipeline` finishes the batch; an instance that is thrown away leaves nothing that a
/// later reading does not clear.
final class BatchIntake {
    private let store: Store
    private let batch: BatchRow
    private let setup: CampaignSetup
    private let now: Timestamp
    private let notice: NoticeFolder
    private let bounds: ContactBounds
    /// Of a drop that corrects another.
    private var acceptedBefore: AcceptedBefore?
    /// The records that were accepted before: no contacts of this batch.
    private var takenOut = RecordSet()
    /// Set in the second reading of a drop that is refused whole: nothing is accepted then.
    private let refusal: RefusedDrop?

    private(set) var counts = DropCheck.Counts()
    private(set) var segments = 0
    private(set) var format: DropFormat?

    private var unwritten: [Unwritten] = []
    /// Of a large drop: where the segments go that the database is spared.
    private(set) var segmentFile: SegmentFile?
    private let sorting: ContactSorting

    init(
        store: Store, batch: BatchRow, setup: CampaignSetup, sidecar: Sidecar, now: Timestamp, notice: NoticeFolder,
        parent: BatchID?, refusal: RefusedDrop? = nil
    ) throws {
        self.store = store
        self.batch = batch
        self.setup = setup
        self.now = now
        self.notice = notice
        if let parent, refusal == nil {
            acceptedBefore = try AcceptedBefore(store: store, parent: parent, campaign: setup.campaign)
        }
        self.refusal = refusal
        bounds = ContactBounds(notBefore: sidecar.notBefore, expiresAt: sidecar.expiresAt)
        sorting = ContactSorting(store, batch.id, setup, priority: sidecar.priority ?? 5, bounds, at: now)
        try store.transiently { try store.discardHiddenRows(of: batch.id) }
    }

    // MARK: - The first pass

    /// Takes the next part of the drop.
    func absorb(_ part: DropReading.Part) throws {
        format = part.format
        let verdicts = part.verdicts
        var segment = verdicts.segment
        var repeated = verdicts.duplicates
        if acceptedBefore != nil { segment = try withoutKnown(part, &repeated) }

        counts.received += part.chunk.records.count
        try tell(part, repeated: repeated)
        guard refusal == nil else { return }
        counts.rejected += verdicts.rejected.count
        counts.duplicates += repeated.count
        counts.accepted += segment.count
        unwritten.append(
            Unwritten(
                id: SegmentID(batch: batch.id, number: segments), segment: segment,
                refusals: RefusedRecord.of(verdicts.rejected, repeated), schema: part.chunk.schema, salt: part.salt))
        segments += 1
        if unwritten.count == Self.partsPerCommit { try store.transiently(writeParts) }
    }

    /// What a part leaves to be written.
    private struct Unwritten {
        let id: SegmentID
        let segment: ContactSegment
        let refusals: [RefusedRecord]
        let schema: Schema
        let salt: [UInt8]
    }

    /// A commit writes the last page of each table again: four parts share these pages, and take a megabyte. (Eight
    /// at once keep the judge waiting.)
    private static let partsPerCommit = 4

    /// So many segments of a batch, about a megabyte, stand in the database: a batch of a few contacts needs no file.
    static let segmentsInStore = 4

    /// Writes the parts at hand, inside a transaction.
    private func writeParts() throws {
        for part in unwritten {
            try store.insertRefusals(part.refusals, as: part.id)
            guard part.segment.count > 0 else { continue }
            if part.id.number >= Self.segmentsInStore, segmentFile == nil {
                segmentFile = try store.segmentFile(of: batch.id)
            }
            try store.insert(part.segment, as: part.id, in: segmentFile)
            try sorting.sort(part.segment, schema: part.schema, id: part.id, salt: part.salt)
        }
        unwritten.removeAll(keepingCapacity: true)
    }

    /// Writes the notice's rows for one part.
    private func tell(_ part: DropReading.Part, repeated: [Rejection]) throws {
        let verdicts = part.verdicts
        if let refusal {
            try tellAll(part, repeated: repeated, refusal)
            return
        }
        guard !verdicts.rejected.isEmpty || !repeated.isEmpty else { return }
        for rejection in verdicts.rejected {
            try addRejected(rejection.index, of: part)
        }
        let told =
            repeated.isEmpty ? verdicts.rejected : (verdicts.rejected + repeated).sorted { $0.index < $1.index }
        for rejection in told {
            try notice.add(
                record: rejection.number, line: rejection.line, byte: rejection.byte, rejection.violations)
        }
        try notice.flush()
    }

    /// Every record of a refused drop is rejected: with its own violations, or else with the drop's code.
    private func tellAll(_ part: DropReading.Part, repeated: [Rejection], _ refusal: RefusedDrop) throws {
        var own: [Int: Rejection] = [:]
        for rejection in part.verdicts.rejected + repeated { own[rejection.index] = rejection }
        var refusals: [RefusedRecord] = []
        var offsets = RecordOffsets(part.chunk)
        for (index, record) in part.chunk.records.enumerated() {
            try addRejected(index, of: part)
            let whole = Violation(
                .drop(refusal.code), .invalid, message: "The drop was refused whole: \(refusal.detail).",
                hint: "Mend the cause and drop the whole file again.")
            // Without its header a record cannot be judged by itself.
            let violations = refusal.code.isOfHeader ? [whole] : own[index]?.violations ?? [whole]
            try notice.add(
                record: record.number, line: record.line, byte: offsets.offset(of: index), violations)
            refusals.append(
                RefusedRecord(
                    record: record.number, isDuplicate: false, id: own[index]?.id ?? [],
                    address: own[index]?.address ?? [], code: violations[0].code,
                    reason: violations.map(\.code).joined(separator: " ")))
        }
        counts.rejected += part.chunk.records.count
        let id = SegmentID(batch: batch.id, number: segments)
        segments += 1
        try store.transiently { try store.insertRefusals(refusals, as: id) }
        try notice.flush()
    }

    private func addRejected(_ index: Int, of part: DropReading.Part) throws {
        let (bytes, lineEnd) = part.chunk.original(of: index)
        try notice.addRejected(
            bytes, lineEnd: lineEnd, kind: part.format.kind, leading: part.leadingBytes, encoding: part.chunk.encoding)
    }

    /// Takes out of a part the contacts that were accepted before, and adds them to those that are repeated.
    private func withoutKnown(
        _ part: DropReading.Part, _ repeated: inout [Rejection]
    ) throws -> ContactSegment {
        let segment = part.verdicts.segment
        guard let (known, places) = try acceptedBefore?.find(in: part), !known.isEmpty else { return segment }
        repeated = (repeated + known).sorted { $0.index < $1.index }
        for rejection in known { takenOut.insert(rejection.number) }
        let taken = Set(places)
        let kept = (0..<segment.count).filter { !taken.contains($0) }
        return segment.keeping(kept, columns: part.chunk.schema.columns.count)
    }

    // MARK: - The end

    /// How many segments, or runs of recipients, are written before others may go between.
    private static let writtenAtOnce = 16

    /// Decides what had to wait for the last record, and stores who is in the batch: in the transaction that is open, or `inPieces`, in
    /// transactions of their own, `between` which others may go.
    func complete(_ findings: DropReading.Findings, inPieces: Bool, between: () throws -> Void = {}) throws {
        func write(_ piece: () throws -> Void) throws {
            guard inPieces else { return try piece() }
            try store.transiently(piece)
            try between()
        }
        try write(writeParts)
        while sorting.finishPass() {
            for start in stride(from: 0, to: segments, by: Self.writtenAtOnce) {
                try write {
                    for number in start..<min(start + Self.writtenAtOnce, segments) {
                        let id = SegmentID(batch: batch.id, number: number)
                        if let stored = try store.segment(id) { try sorting.sortAgain(stored, findings.schema) }
                    }
                }
            }
        }
        guard var recipients = findings.recipients else { return }
        var run: [RecipientEntry] = []
        var part = 0
        var isMore = true
        while isMore {
            try write {
                for _ in 0..<Self.writtenAtOnce {
                    // 4,096 entries of 12 bytes: three pages, so that a look-up reads little and the table has few rows.
                    try recipients.next(4_096, into: &run)
                    isMore = !run.isEmpty
                    guard isMore else { break }
                    if acceptedBefore != nil { run.removeAll { takenOut.contains($0.record) } }
                    try store.insertRecipients(run, batch: batch.id, part: part)
                    part += 1
                }
            }
        }
    }

    /// Writes the last parcels, and makes durable what is not the database's; inside the batch's last transaction.
    func finish() throws {
        try segmentFile?.sync()
        try store.setBounds(bounds, of: batch.id)
        try sorting.finish()
    }

    /// Contacts by their first state.
    var states: [ContactState: Int] { sorting.states }
}
