import SystemIO

/// Writes one campaign's files for one day, in one pass over its contacts in record order (contract §10).
///
/// It sees everything as of `end`. What changed later is undone as far as the attempts and receipts tell, so the report
/// of a past day can be written again and still adds up.
struct DayReport {
    private let store: any Store
    private let setup: CampaignSetup
    private let day: CalendarDay
    private let start: Timestamp
    private let end: Timestamp
    /// Batches with data in the store that cannot be read: they are named, and nothing else is said about them.
    private let damaged: [DaySummary.DamagedBatch]
    private var rows: DayRows
    /// By the places of the files, and so the rows that wait to be written, and how many the batch has.
    private var writers: [ParallelGzipWriter] = []
    private var buffers = [[UInt8]](repeating: [], count: DayReportFile.allCases.count)
    private var today = [Int](repeating: 0, count: DayReportFile.allCases.count)
    /// The batch's contacts by the number of their state.
    private var states = [Int](repeating: 0, count: Int(UInt8.max) + 1)
    private var texts = LastFound<NameID, [UInt8]>()
    private var reasons = LastFound<NameID, [UInt8]>()
    private var steps = LastFound<NameID, ReportedStep>()
    private var positions = LastFound<Position, ReportedPosition>()
    private var attempts = LastFound<Attempt, ReportedAttempt>()
    /// For which step the rows have the present contact's address.
    private var addressed: ObjectIdentifier?
    private(set) var summary: DaySummary.CampaignSummary
    /// The SHA-256 of each file, by its name, after `commit`.
    private(set) var checksums: [String: [UInt8]] = [:]
    private var tally: DayTally
    private var attention = DayAttention()
    /// A column: the sums are also broken down by its values.
    private let splitBy: String?

    init(
        store: any Store, setup: CampaignSetup, day: CalendarDay, until end: Timestamp, isClosed: Bool, folder: String,
        addresses: AddressMask, splitBy: String? = nil, except damaged: [DaySummary.DamagedBatch] = [],
        isMissed: Bool = false
    ) throws {
        self.splitBy = splitBy
        self.damaged = damaged
        self.store = store
        self.setup = setup
        self.day = day
        start = setup.days.start(of: day)
        self.end = end
        rows = DayRows(day: day, campaign: setup.campaign.name, addresses: addresses)
        summary = DaySummary.CampaignSummary(
            campaign: setup.campaign.name, zone: setup.zone.name, closed: isClosed, totals: ReportTotals())
        if !damaged.isEmpty { summary.damaged = damaged }
        summary.dayHours = Int((setup.days.end(of: day).milliseconds - start.milliseconds) / 3_600_000)
        if isMissed { summary.missed = true }
        tally = DayTally(from: start, until: end, zone: setup.zone, strategy: setup.strategy)
        for file in DayReportFile.allCases {
            let writer = try ParallelGzipWriter(
                path: folder + "/" + file.fileName(campaign: setup.campaign.name), .rows, mode: OutboxRights.file)
            try writer.write(file.header)
            writers.append(writer)
        }
    }

    /// Writes the rows of all batches in the day's report.
    mutating func write() throws {
        for batch in try store.batches(ofCampaign: setup.campaign.name, from: start, to: end)
        where !damaged.contains(where: { $0.batch == batch.id }) {
            let cameToday = batch.visibleAt >= start
            switch batch.status {
            case .claimed: continue
            case .duplicate:
                if cameToday { addReturned(batch, .duplicate) }
                continue
            case .refused:
                guard cameToday else { continue }
                addReturned(batch, .rejected)
                if batch.received == 0 { continue }
            case .visible: break
            }
            do {
                try write(batch, cameToday: cameToday)
            } catch let problem as StoreProblem {
                if let obstacle = problem.obstacle { throw obstacle }
                throw Damaged(batch: .init(batch: batch.id, drop: batch.name, problem: problem.description))
            }
        }
        let (store, tally) = (store, tally)
        try tally.tell(&summary) { try store.text($0) }
        if let splitBy { tally.tell(&summary, splitBy: splitBy) }
        let words = try attention.words(setup, store, until: end)
        if !words.isEmpty { summary.attention = words }
    }

    /// A batch cannot be read: the report is started again without it.
    struct Damaged: Error {
        let batch: DaySummary.DamagedBatch
    }

    /// Gives the files their final names, after their rows were flushed.
    mutating func commit() throws {
        for file in DayReportFile.allCases { try flush(file, atLeast: 1) }
        try ParallelGzipWriter.commit(writers)
        for writer in writers { checksums[Files.name(of: writer.path)] = writer.digest }
    }

    private mutating func addReturned(_ batch: BatchRow, _ status: Acknowledgement.Status) {
        summary.drops.append(
            DaySummary.ReturnedDrop(
                batch: batch.id, drop: batch.name, status: status, reason: batch.acknowledgement?.reason,
                firstBatch: batch.acknowledgement?.firstBatch, at: local(batch.visibleAt)))
    }

    // MARK: - One batch

    private mutating func write(_ batch: BatchRow, cameToday: Bool) throws {
        rows.begin(batch: batch.id)
        (steps, positions, attempts) = (LastFound(), LastFound(), LastFound())
        var report = DaySummary.BatchSummary(batch: batch.id, drop: batch.name, totals: ReportTotals())
        report.mended = batch.mended
        for count in batch.acknowledgement?.rejectsByCode ?? [] { report.byCode[count.code] = count.count }
        if cameToday { try writeRefusals(batch) }
        if batch.segments == 0, batch.accepted > 0 {
            // Its contacts were removed after `keepDays`; their final totals are kept.
            report.byState = try store.states(of: batch.id)
            return finish(report, batch)
        }
        let travels = try BatchTravels(store, batch, setup.transitions, until: end)
        tally.begin(travels)
        var cursor = travels.cursor()
        let columns = Columns(
            schema: batch.schema, id: batch.schema.position(of: .id),
            split: splitBy.flatMap { batch.schema.position(named: $0) })
        try store.forEachSegment(of: batch.id) { stored in
            let standings = try store.standings(of: stored.id)
            for index in 0..<stored.contacts.count {
                let record = stored.contacts.record(at: index)
                let contact = Contact(
                    record: record, index: index, standing: standings?[index] ?? Standing(),
                    trips: cursor.trips(of: record))
                try write(contact, of: stored.contacts, columns, travels)
            }
            try flushFull()
        }
        tally.finish(travels)
        for state in ContactState.allCases where states[Int(state.rawValue)] > 0 {
            report.byState[state] = states[Int(state.rawValue)]
            states[Int(state.rawValue)] = 0
        }
        finish(report, batch)
    }

    private mutating func finish(_ report: DaySummary.BatchSummary, _ batch: BatchRow) {
        var report = report
        for file in DayReportFile.allCases where today[file.place] > 0 {
            report.today[file] = today[file.place]
            today[file.place] = 0
        }
        report.totals.received = batch.received
        report.totals.rejected = batch.rejected
        report.totals.duplicates = batch.duplicates
        for (state, count) in report.byState { report.totals.add(count, to: state.total) }
        summary.batches.append(report)
        summary.totals += report.totals
    }

    private mutating func writeRefusals(_ batch: BatchRow) throws {
        var count = 0
        try store.forEachRefusal(of: batch.id) { refusal in
            // The count has no limit; only some are held at once.
            count += 1
            if count % 1_024 == 0 { try flushFull() }
            var row = ContactRow()
            row.record = refusal.record
            row.id = refusal.id[...]
            row.state = refusal.isDuplicate ? .duplicate : .rejected
            row.address = refusal.address[...]
            row.code = Array(refusal.code.utf8)
            row.reason = Array(refusal.reason.utf8)
            add(row)
        }
        try flushFull()
    }

    private struct Columns {
        let schema: Schema
        let id: Int?
        let split: Int?
    }

    /// It has no references, which would be counted for each contact.
    private struct Contact {
        let record: UInt32
        /// In its segment.
        let index: Int
        let standing: Standing
        let trips: Range<Int>
    }

    private mutating func write(
        _ contact: Contact, of segment: ContactSegment, _ columns: borrowing Columns, _ travels: borrowing BatchTravels
    ) throws {
        var standing = contact.standing
        if standing.changedAt >= end { standing = travels.standing(travels.trips[contact.trips]) }
        states[Int(standing.state.rawValue)] += 1
        tally.note(standing)
        if splitBy != nil {
            tally.note(
                standing.state, under: columns.split.map { segment.value(at: contact.index, column: $0) } ?? [])
        }
        let isTold = !standing.state.isFinal || standing.changedAt >= start
        guard isTold || !contact.trips.isEmpty else { return }
        rows.begin(
            record: contact.record, id: columns.id.map { segment.value(at: contact.index, column: $0) } ?? [])
        addressed = nil
        if isTold {
            let position = try position(standing, contact.trips, travels, columns.schema)
            if let parcel = position.needing { attention.note(parcel) }
            setAddress(of: contact, in: segment, for: position.step)
            rows.append(position.words, to: &buffers[position.file])
            today[position.file] += 1
        }
        if !contact.trips.isEmpty { try writeAttempts(contact, of: segment, columns, travels) }
    }

    /// Writes the attempts that left this day, each with the receipts that came this day, and this day's receipts for
    /// earlier attempts. So over all days, every attempt and every receipt is reported once.
    private mutating func writeAttempts(
        _ contact: Contact, of segment: ContactSegment, _ columns: borrowing Columns, _ travels: borrowing BatchTravels
    ) throws {
        let receipts = travels.receipts(of: contact.record)
        let place = DayReportFile.attempts.place
        for index in contact.trips {
            let trip = travels.trips[index]
            guard trip.fate == .travels else { continue }
            let attempt = try attempt(trip, travels, columns.schema)
            guard attempt.hasLeft else { continue }
            if attempt.leftByEnd { tally.note(trip, receipts) }
            let answers =
                receipts.isEmpty
                ? []
                : receipts.filter {
                    $0.attempt == Int(trip.attempt) && $0.receivedAt >= start && $0.receivedAt < end
                }
            guard attempt.leftToday || !answers.isEmpty else { continue }
            setAddress(of: contact, in: segment, for: attempt.step)
            if answers.isEmpty { rows.append(attempt.words, to: &buffers[place]) }
            for receipt in answers {
                rows.append(
                    attempt.words,
                    AttemptReceipt(
                        event: Event(rawValue: receipt.event), at: local(receipt.at), code: Array(receipt.code.utf8),
                        detail: Array(receipt.detail.utf8), isLate: receipt.isLate),
                    to: &buffers[place])
            }
            today[place] += max(1, answers.count)
        }
    }

    /// Most rows of a contact have the same address.
    private mutating func setAddress(of contact: Contact, in segment: ContactSegment, for step: ReportedStep) {
        if addressed == ObjectIdentifier(step) { return }
        addressed = ObjectIdentifier(step)
        rows.set(address: step.choice.address { segment.value(at: contact.index, column: $0) } ?? [])
    }

    // MARK: - Rows and texts

    private mutating func add(_ row: borrowing ContactRow) {
        let place = row.state.file.place
        rows.append(row, to: &buffers[place])
        today[place] += 1
    }

    private mutating func flushFull() throws {
        for file in DayReportFile.allCases { try flush(file, atLeast: 1 << 16) }
    }

    private mutating func flush(_ file: DayReportFile, atLeast size: Int) throws {
        guard buffers[file.place].count >= size else { return }
        try writers[file.place].write(buffers[file.place])
        buffers[file.place].removeAll(keepingCapacity: true)
    }

    /// A step in the form the rows need, made once for a batch.
    private final class ReportedStep {
        let name: [UInt8]
        let channel: [UInt8]
        let choice: AddressChoice

        init(_ step: Strategy.Step, _ schema: Schema) {
            name = Array(step.name.utf8)
            channel = Array(step.channel.name.utf8)
            choice = AddressChoice(step: step, schema: schema)
        }
    }

    /// What was found for names, positions and the like; what was found last, which the next row mostly needs, is not
    /// looked up again.
    private struct LastFound<Key: Hashable, Value> {
        private var known: [Key: Value] = [:]
        private var lastKey: Key?
        private var last: Value?

        /// Positions may be as many as contacts.
        private static var most: Int { 4_096 }

        @inline(__always)
        mutating func value(of key: Key) -> Value? {
            if key == lastKey { return last }
            guard let value = known[key] else { return nil }
            (lastKey, last) = (key, value)
            return value
        }

        mutating func note(_ value: Value, of key: Key) {
            if known.count == Self.most { known = [:] }
            known[key] = value
            (lastKey, last) = (key, value)
        }
    }

    /// What contacts have in common of which the same is told.
    private struct Position: Hashable {
        let standing: Standing
        /// Of the last trip, where that is the one in which the contact waits.
        let parcel: UInt32?
    }

    private final class ReportedPosition {
        /// The place of the file.
        let file: Int
        let words: ContactWords
        let step: ReportedStep
        /// The parcel in which they wait for somebody.
        let needing: BatchTravels.Way?

        init(_ row: borrowing ContactRow, _ words: ContactWords, _ step: ReportedStep, needing: BatchTravels.Way?) {
            (file, self.words, self.step, self.needing) = (row.state.file.place, words, step, needing)
        }
    }

    private mutating func position(
        _ standing: Standing, _ trips: Range<Int>, _ travels: borrowing BatchTravels, _ schema: Schema
    ) throws -> ReportedPosition {
        let isOpen = !standing.state.isFinal
        let waits = isOpen && standing.parcel == 0 && !trips.isEmpty
        let key = Position(standing: standing, parcel: waits ? travels.trips[trips.upperBound - 1].parcel : nil)
        if let known = positions.value(of: key) { return known }
        let step = try step(standing.step, schema)
        var row = ContactRow()
        row.state = .contact(standing.state)
        row.stage = standing.stage
        row.step = step.name
        row.channel = step.channel
        row.attempts = Int(standing.attempts)
        if standing.lastAttemptAt.milliseconds > 0 { row.lastAttemptAt = local(standing.lastAttemptAt) }
        row.code = try text(standing.code)
        row.reason = try words(standing.reason)
        var needing: BatchTravels.Way?
        if isOpen, let parcel = travels.waiting(standing, travels.trips[trips]) {
            if parcel.due < ContactPlanner.never, parcel.due.milliseconds > 0 {
                row.nextAttemptAt = local(parcel.due)
            }
            if standing.state == .pending, !parcel.reason.isEmpty {
                if parcel.needsSomebody != nil { needing = parcel }
                row.reason = parcel.reason
                row.stage = parcel.isUndecided ? .sampling : .policy
            }
        }
        let found = ReportedPosition(row, rows.words(of: row), step, needing: needing)
        positions.note(found, of: key)
        return found
    }

    /// What the messages of a parcel have in common that were the same attempt.
    private struct Attempt: Hashable {
        let parcel: UInt32
        let number: UInt8
    }

    private final class ReportedAttempt {
        let words: AttemptWords
        let step: ReportedStep
        let hasLeft: Bool
        let leftByEnd: Bool
        let leftToday: Bool

        init(
            _ parcel: BatchTravels.Way, _ words: AttemptWords, _ step: ReportedStep, start: Timestamp, end: Timestamp
        ) {
            (self.words, self.step) = (words, step)
            hasLeft = parcel.leftAt.milliseconds > 0
            leftByEnd = parcel.leftAt < end
            leftToday = parcel.leftAt >= start && leftByEnd
        }
    }

    private mutating func attempt(
        _ trip: BatchTravels.Trip, _ travels: borrowing BatchTravels, _ schema: Schema
    ) throws -> ReportedAttempt {
        let key = Attempt(parcel: trip.parcel, number: trip.attempt)
        if let known = attempts.value(of: key) { return known }
        let parcel = travels.parcels[Int(trip.parcel)]
        var row = AttemptRow(sentAt: local(parcel.leftAt))
        row.step = parcel.step
        row.attempt = Int(trip.attempt)
        row.channel = parcel.channelName
        row.transport = parcel.transport
        row.letters = parcel.letters
        row.config = parcel.config
        let found = ReportedAttempt(
            parcel, rows.words(of: row), try step(parcel.stepID, schema), start: start, end: end)
        attempts.note(found, of: key)
        return found
    }

    private mutating func step(_ id: NameID, _ schema: Schema) throws -> ReportedStep {
        if let known = steps.value(of: id) { return known }
        let name = id == .none ? "" : try store.text(id)
        let found = ReportedStep(name.isEmpty ? setup.strategy.steps[0] : setup.step(name), schema)
        steps.note(found, of: id)
        return found
    }

    private mutating func text(_ name: NameID) throws -> [UInt8] {
        if name == .none { return [] }
        if let known = texts.value(of: name) { return known }
        let found = Array(try store.text(name).utf8)
        texts.note(found, of: name)
        return found
    }

    private mutating func words(_ reason: NameID) throws -> [UInt8] {
        if reason == .none { return [] }
        if let known = reasons.value(of: reason) { return known }
        let found = Array(try store.reason(reason).words.utf8)
        reasons.note(found, of: reason)
        return found
    }

    private func local(_ moment: Timestamp) -> LocalMoment {
        LocalMoment(moment, offset: setup.zone.offset(at: moment))
    }
}
