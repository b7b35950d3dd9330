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
    private let priority: Int
    private let bounds: ContactBounds
    /// Of a drop that corrects another.
    private var acceptedBefore: AcceptedBefore?
    /// The records that were accepted before: no contacts of this batch.
    private var takenOut = RecordSet()
    /// Set in the second reading of a drop that is refused whole: nothing is accepted then.
    private let refusal: RefusedDrop?

    private(set) var counts = DropCheck.Counts()
    private(set) var states: [ContactState: Int] = [:]
    private(set) var segments = 0
    private(set) var format: DropFormat?

    private var unwritten: [Unwritten] = []
    /// How many columns the schema had when `prepare` last looked; it only grows.
    private var preparedColumns = -1
    private var planner: ContactPlanner?
    private var uniformPlan: ContactPlanner.Plan?
    private var sampler: Sampler?
    private var samplerColumns: [Int?] = []
    private var undecided = RecordSet()
    private var droppedByRule: [ContactRecord?]
    /// Lanes with their contacts that are in no parcel yet, and where each lane stands among them.
    private var lanes: [(lane: ParcelLane, members: [ParcelContact])] = []
    private var lanePlaces: [ParcelLane: Int] = [:]
    /// The lane of the last contact, which the next one mostly shares.
    private var lastLane = 0

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
        priority = sidecar.priority ?? 5
        bounds = ContactBounds(notBefore: sidecar.notBefore, expiresAt: sidecar.expiresAt)
        droppedByRule = Array(repeating: nil, count: setup.campaign.sampling.count)
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

    /// A commit writes the last page of each table again: four parts share these pages, and take a megabyte.
    private static let partsPerCommit = 4

    /// Writes the parts at hand, inside a transaction.
    private func writeParts() throws {
        for part in unwritten {
            try store.insertRefusals(part.refusals, as: part.id)
            guard part.segment.count > 0 else { continue }
            try store.insert(part.segment, as: part.id)
            try sort(part.segment, schema: part.schema, id: part.id, salt: part.salt)
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
        for rejection in (verdicts.rejected + repeated).sorted(by: { $0.index < $1.index }) {
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

    // MARK: - Sampling and planning

    private func sort(
        _ segment: ContactSegment, schema: Schema, id: SegmentID, salt: [UInt8]
    ) throws {
        try prepare(schema, salt: salt)
        let suppressed = try store.suppressed(in: segment, schema, campaign: setup.campaign.name, at: now)
        var standings: ContactRecords?
        func note(_ standing: ContactRecord, at index: Int) {
            if standings == nil { standings = ContactRecords(count: segment.count) }
            standings?[index] = standing
            states[standing.state, default: 0] += 1
        }
        var kept: [Int] = []
        kept.reserveCapacity(segment.count)
        var waiting = 0
        // Taken out for the loop, so that it is changed in place.
        var sampler = self.sampler
        self.sampler = nil
        defer { self.sampler = sampler }
        let columns = samplerColumns
        for index in 0..<segment.count {
            if !suppressed.isEmpty, let found = suppressed[index] {
                note(try closed(found.state, stage: .policy, reason: found.reason), at: index)
                continue
            }
            let record = segment.record(at: index)
            // Only the columns that the rules read are looked up.
            let verdict = sampler?.decide(record: record) { field in
                columns[field].map { segment.value(at: index, column: $0) } ?? []
            }
            switch verdict {
            case .keep, nil: kept.append(index)
            case .undecided:
                undecided.insert(record)
                waiting += 1
            case .drop(let rule): note(try sampledOut(by: rule), at: index)
            }
        }
        states[.pending, default: 0] += waiting
        if case .queue(let lane)? = uniformPlan {
            for index in kept {
                try queue(ParcelContact(record: segment.record(at: index), attempt: 1, stepAttempt: 1), in: lane)
            }
            states[.pending, default: 0] += kept.count
        } else {
            var ranges: [Range<Int>] = []
            for index in kept {
                segment.fill(&ranges, at: index, columns: schema.columns.count)
                if let standing = try plan(segment.record(at: index), value: { segment.bytes[ranges[$0]] }) {
                    note(standing, at: index)
                } else {
                    states[.pending, default: 0] += 1
                }
            }
        }
        if let standings { try store.put(standings, of: id) }
    }

    /// Queues a contact by its own values; how it stands when it can never be sent.
    private func plan(_ record: UInt32, value: (Int) -> ArraySlice<UInt8>) throws -> ContactRecord? {
        switch uniformPlan ?? planner?.plan(step: setup.strategy.steps[0], earliest: now, values: value) {
        case .queue(let lane):
            try queue(ParcelContact(record: record, attempt: 1, stepAttempt: 1), in: lane)
            return nil
        case .expire(let reason): return try closed(.expired, stage: .policy, reason: reason)
        case nil: throw StoreProblem.damaged(what: "batch \(batch.id) has contacts before its columns")
        }
    }

    /// How a contact stands that this rule dropped; made once for a rule.
    private func sampledOut(by rule: Int) throws -> ContactRecord {
        if let known = droppedByRule[rule] { return known }
        let standing = try closed(
            .sampledOut, stage: .sampling, reason: "rule \(rule + 1): \(setup.campaign.sampling[rule].label)")
        droppedByRule[rule] = standing
        return standing
    }

    private func closed(_ state: ContactState, stage: ContactStage, reason: String) throws -> ContactRecord {
        var standing = ContactRecord()
        standing.state = state
        standing.stage = stage
        standing.reason = try store.name(reason)
        standing.changedAt = now
        return standing
    }

    private func prepare(_ schema: Schema, salt: [UInt8]) throws {
        guard schema.columns.count != preparedColumns else { return }
        preparedColumns = schema.columns.count
        // A JSON drop's schema may have grown since the last part; a column that mattered would have its place now.
        let planner = setup.planner(schema: schema, priority: priority, bounds: bounds)
        if self.planner == nil || !planner.isUniform { self.planner = planner }
        if planner.isUniform, uniformPlan == nil {
            uniformPlan = self.planner?.plan(step: setup.strategy.steps[0], earliest: now) { _ in [] }
        } else if !planner.isUniform {
            uniformPlan = nil
        }
        guard !setup.campaign.sampling.isEmpty else { return }
        if sampler == nil {
            let day = setup.days.day(of: now).description
            sampler = Sampler(
                rules: setup.campaign.sampling, seed: setup.campaign.seed, drop: salt,
                quotaUsed: try store.quotaUsed(campaign: setup.campaign.name, day: day))
        }
        samplerColumns = sampler?.fields.map { name in schema.position(named: name) } ?? []
    }

    private func queue(_ contact: ParcelContact, in lane: ParcelLane) throws {
        if lanes.isEmpty || lanes[lastLane].lane !== lane {
            lastLane = lanePlaces[lane] ?? lanes.count
            if lastLane == lanes.count {
                lanePlaces[lane] = lastLane
                lanes.append((lane, []))
            }
        }
        lanes[lastLane].members.append(contact)
        if lanes[lastLane].members.count == setup.parcelCapacity {
            try insert(lanes[lastLane].members, in: lane)
            lanes[lastLane].members.removeAll(keepingCapacity: true)
        }
    }

    private func insert(_ contacts: [ParcelContact], in lane: ParcelLane) throws {
        _ = try store.insert(
            Store.NewParcel(
                batch: batch.id, campaign: setup.campaign.name, step: lane.step, channel: lane.channel,
                zone: lane.zone, priority: lane.priority, due: lane.due, config: setup.fingerprint,
                reason: lane.reason, contacts: contacts))
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
        while sampler?.finishPass() == true {
            let waiting = undecided
            undecided = RecordSet()
            for start in stride(from: 0, to: segments, by: Self.writtenAtOnce) {
                try write {
                    for number in start..<min(start + Self.writtenAtOnce, segments) {
                        let id = SegmentID(batch: batch.id, number: number)
                        if let stored = try store.segment(id) { try draw(stored, of: waiting, findings.schema) }
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

    /// One more pass over the contacts of a segment that a `random` rule left undecided.
    private func draw(_ stored: Store.StoredSegment, of waiting: RecordSet, _ schema: Schema) throws {
        let segment = stored.contacts
        var standings: ContactRecords?
        var ranges: [Range<Int>] = []
        for index in 0..<segment.count where waiting.contains(segment.record(at: index)) {
            segment.fill(&ranges, at: index, columns: schema.columns.count)
            let record = segment.record(at: index)
            let closed: ContactRecord?
            let columns = samplerColumns
            switch sampler?.decide(record: record, value: { columns[$0].map { segment.bytes[ranges[$0]] } ?? [] }) {
            case .undecided:
                undecided.insert(record)
                continue
            case .drop(let rule): closed = try sampledOut(by: rule)
            case .keep, nil: closed = try plan(record) { segment.bytes[ranges[$0]] }
            }
            guard let closed else { continue }
            if standings == nil {
                standings = try store.contactRecords(of: stored.id) ?? ContactRecords(count: segment.count)
            }
            standings?[index] = closed
            states[.pending, default: 0] -= 1
            states[closed.state, default: 0] += 1
        }
        if let standings { try store.put(standings, of: stored.id) }
    }

    /// Writes the last parcels; inside the batch's last transaction.
    func finish() throws {
        try store.setBounds(bounds, of: batch.id)
        for (lane, contacts) in lanes.sorted(by: { ($0.lane.due, $0.lane.zone) < ($1.lane.due, $1.lane.zone) })
        where !contacts.isEmpty {
            try insert(contacts, in: lane)
        }
        lanes = []
        lanePlaces = [:]
        if let used = sampler?.quotaUsed, !used.isEmpty {
            try store.setQuota(
                campaign: setup.campaign.name, day: setup.days.day(of: now).description, used: used)
        }
    }
}
