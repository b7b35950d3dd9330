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
    private var rows: ContactRows
    private var attemptRows: AttemptRows
    /// By the places of the files, and so the rows that wait to be written, and how many the batch has.
    private var writers: [ParallelGzipWriter] = []
    private var buffers = [[UInt8]](repeating: [], count: DayReportFile.allCases.count)
    private var today = [Int](repeating: 0, count: DayReportFile.allCases.count)
    /// The batch's contacts by the number of their state.
    private var states = [Int](repeating: 0, count: Int(UInt8.max) + 1)
    private var texts = LastFound<[UInt8]>()
    private var reasons = LastFound<[UInt8]>()
    private var steps = LastFound<ReportedStep>()
    private(set) var summary: DaySummary.CampaignSummary
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
        rows = ContactRows(day: day, campaign: setup.campaign.name, addresses: addresses)
        attemptRows = AttemptRows(day: day, campaign: setup.campaign.name, addresses: addresses)
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
        for file in DayReportFile.allCases {
            try flush(file, atLeast: 1)
            try writers[file.place].commit()
        }
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
        attemptRows.begin(batch: batch.id)
        steps = LastFound()
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
        let columns = batch.schema.columns.count
        let id = batch.schema.position(of: .id)
        let split = splitBy.flatMap { batch.schema.position(named: $0) }
        var ranges: [Range<Int>] = []
        try store.forEachSegment(of: batch.id) { stored in
            let standings = try store.standings(of: stored.id)
            let segment = stored.contacts
            for index in 0..<segment.count {
                segment.fill(&ranges, at: index, columns: columns)
                let record = segment.record(at: index)
                let trips = cursor.trips(of: record)
                let standing = standings?[index] ?? Standing()
                let contact = Contact(
                    record: record, standing: standing, segment: segment, ranges: ranges, id: id, schema: batch.schema)
                try write(contact, trips, travels, split)
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

    private struct Contact {
        let record: UInt32
        let standing: Standing
        let segment: ContactSegment
        let ranges: [Range<Int>]
        let id: Int?
        let schema: Schema

        func value(_ position: Int) -> ArraySlice<UInt8> { segment.bytes[ranges[position]] }

        func address(_ choice: AddressChoice) -> ArraySlice<UInt8> { choice.address(value) ?? [] }
    }

    private mutating func write(
        _ contact: Contact, _ trips: ArraySlice<BatchTravels.Trip>, _ travels: BatchTravels, _ split: Int?
    ) throws {
        var standing = contact.standing
        if standing.changedAt >= end { standing = travels.standing(trips) }
        states[Int(standing.state.rawValue)] += 1
        tally.note(standing)
        if splitBy != nil { tally.note(standing.state, under: split.map(contact.value) ?? []) }
        let isOpen = !standing.state.isFinal
        if isOpen || standing.changedAt >= start {
            let step = try step(standing.step, contact.schema)
            var row = ContactRow()
            row.record = contact.record
            if let id = contact.id { row.id = contact.value(id) }
            row.state = .contact(standing.state)
            row.stage = standing.stage
            row.step = step.name
            row.channel = step.channel
            row.address = contact.address(step.choice)
            row.attempts = Int(standing.attempts)
            if standing.lastAttemptAt.milliseconds > 0 { row.lastAttemptAt = local(standing.lastAttemptAt) }
            row.code = try text(standing.code)
            row.reason = try words(standing.reason)
            if isOpen, let parcel = travels.waiting(standing, trips) {
                if parcel.due < ContactPlanner.never, parcel.due.milliseconds > 0 {
                    row.nextAttemptAt = local(parcel.due)
                }
                if standing.state == .pending, !parcel.reason.isEmpty {
                    attention.note(parcel)
                    row.reason = parcel.reason
                    row.stage = parcel.isUndecided ? .sampling : .policy
                }
            }
            add(row)
        }
        try writeAttempts(contact, trips, travels)
    }

    /// Writes the attempts that left this day, each with the receipts that came this day, and this day's receipts for
    /// earlier attempts. So over all days, every attempt and every receipt is reported once.
    private mutating func writeAttempts(
        _ contact: Contact, _ trips: ArraySlice<BatchTravels.Trip>, _ travels: BatchTravels
    ) throws {
        if trips.isEmpty { return }
        let receipts = travels.receipts(of: contact.record)
        for trip in trips {
            let parcel = travels.parcels[Int(trip.parcel)]
            guard parcel.leftAt.milliseconds > 0, trip.fate == .travels else { continue }
            if parcel.leftAt < end { tally.note(trip, receipts) }
            let leftToday = parcel.leftAt >= start && parcel.leftAt < end
            let answers =
                receipts.isEmpty
                ? []
                : receipts.filter {
                    $0.attempt == Int(trip.attempt) && $0.receivedAt >= start && $0.receivedAt < end
                }
            guard leftToday || !answers.isEmpty else { continue }
            var row = AttemptRow()
            row.record = contact.record
            if let id = contact.id { row.id = contact.value(id) }
            row.step = parcel.step
            row.attempt = Int(trip.attempt)
            row.channel = parcel.channelName
            row.transport = parcel.transport
            row.letters = parcel.letters
            row.address = contact.address(try step(parcel.stepID, contact.schema).choice)
            row.sentAt = local(parcel.leftAt)
            row.config = parcel.config
            if answers.isEmpty {
                add(row)
            }
            for receipt in answers {
                row.event = Event(rawValue: receipt.event)
                row.eventAt = local(receipt.at)
                row.code = Array(receipt.code.utf8)
                row.detail = Array(receipt.detail.utf8)
                row.isLate = receipt.isLate
                add(row)
            }
        }
    }

    // MARK: - Rows and texts

    private mutating func add(_ row: borrowing ContactRow) {
        let place = row.state.file.place
        rows.append(row, to: &buffers[place])
        today[place] += 1
    }

    private mutating func add(_ row: borrowing AttemptRow) {
        attemptRows.append(row, to: &buffers[DayReportFile.attempts.place])
        today[DayReportFile.attempts.place] += 1
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

    /// What was found for names; what was found last, which the next row mostly needs, is not looked up again.
    private struct LastFound<Value> {
        private var known: [UInt32: Value] = [:]
        private var last: (name: UInt32, value: Value)?

        mutating func value(of name: NameID, _ make: () throws -> Value) rethrows -> Value {
            if let last, last.name == name.rawValue { return last.value }
            let value = try known[name.rawValue] ?? make()
            known[name.rawValue] = value
            last = (name.rawValue, value)
            return value
        }
    }

    private mutating func step(_ id: NameID, _ schema: Schema) throws -> ReportedStep {
        let (store, setup) = (store, setup)
        return try steps.value(of: id) {
            let name = id == .none ? "" : try store.text(id)
            return ReportedStep(name.isEmpty ? setup.strategy.steps[0] : setup.step(name), schema)
        }
    }

    private mutating func text(_ name: NameID) throws -> [UInt8] {
        if name == .none { return [] }
        let store = store
        return try texts.value(of: name) { Array(try store.text(name).utf8) }
    }

    private mutating func words(_ reason: NameID) throws -> [UInt8] {
        if reason == .none { return [] }
        let store = store
        return try reasons.value(of: reason) { Array(try store.reason(reason).words.utf8) }
    }

    private func local(_ moment: Timestamp) -> LocalMoment {
        LocalMoment(moment, offset: setup.zone.offset(at: moment))
    }
}
