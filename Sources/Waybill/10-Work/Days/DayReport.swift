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
    private var writers: [DayReportFile: ParallelGzipWriter] = [:]
    private var buffers: [DayReportFile: [UInt8]] = [:]
    private var texts: [UInt32: [UInt8]] = [:]
    private var reasons: [UInt32: [UInt8]] = [:]
    private var steps: [UInt32: ReportedStep] = [:]
    private(set) var summary: DaySummary.CampaignSummary
    private var tally: DayTally
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
                path: folder + "/" + file.fileName(campaign: setup.campaign.name), mode: OutboxRights.file)
            try writer.write(file.header)
            writers[file] = writer
            buffers[file] = []
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
    }

    /// A batch cannot be read: the report is started again without it.
    struct Damaged: Error {
        let batch: DaySummary.DamagedBatch
    }

    /// Gives the files their final names, after their rows were flushed.
    mutating func commit() throws {
        for file in DayReportFile.allCases {
            try flush(file, atLeast: 1)
            try writers[file]?.commit()
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
        steps = [:]
        var report = DaySummary.BatchSummary(batch: batch.id, drop: batch.name, totals: ReportTotals())
        report.mended = batch.mended
        for count in batch.acknowledgement?.rejectsByCode ?? [] { report.byCode[count.code] = count.count }
        if cameToday { try writeRefusals(batch, &report) }
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
                try write(contact, trips, travels, split, &report)
            }
            try flushFull()
        }
        tally.finish(travels)
        finish(report, batch)
    }

    private mutating func finish(_ report: DaySummary.BatchSummary, _ batch: BatchRow) {
        var report = report
        report.totals.received = batch.received
        report.totals.rejected = batch.rejected
        report.totals.duplicates = batch.duplicates
        for (state, count) in report.byState { report.totals.add(count, to: state.total) }
        summary.batches.append(report)
        summary.totals += report.totals
    }

    private mutating func writeRefusals(_ batch: BatchRow, _ report: inout DaySummary.BatchSummary) throws {
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
            add(row, &report)
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
        _ contact: Contact, _ trips: ArraySlice<BatchTravels.Trip>, _ travels: BatchTravels, _ split: Int?,
        _ report: inout DaySummary.BatchSummary
    ) throws {
        var standing = contact.standing
        if standing.changedAt >= end { standing = travels.standing(trips) }
        report.byState[standing.state, default: 0] += 1
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
                    row.reason = parcel.reason
                    row.stage = parcel.isUndecided ? .sampling : .policy
                }
            }
            add(row, &report)
        }
        try writeAttempts(contact, trips, travels, &report)
    }

    /// Writes the attempts that left this day, each with the receipts that came this day, and this day's receipts for
    /// earlier attempts. So over all days, every attempt and every receipt is reported once.
    private mutating func writeAttempts(
        _ contact: Contact, _ trips: ArraySlice<BatchTravels.Trip>, _ travels: BatchTravels,
        _ report: inout DaySummary.BatchSummary
    ) throws {
        if trips.isEmpty { return }
        let receipts = travels.receipts(of: contact.record)
        for trip in trips {
            let parcel = travels.parcels[Int(trip.parcel)]
            guard parcel.leftAt.milliseconds > 0, trip.fate == .travels else { continue }
            if parcel.leftAt < end { tally.note(trip, receipts) }
            let leftToday = parcel.leftAt >= start && parcel.leftAt < end
            let answers = receipts.filter {
                $0.attempt == Int(trip.attempt) && $0.receivedAt >= start && $0.receivedAt < end
            }
            guard leftToday || !answers.isEmpty else { continue }
            var row = AttemptRow()
            row.record = contact.record
            if let id = contact.id { row.id = contact.value(id) }
            row.step = parcel.step
            row.attempt = Int(trip.attempt)
            row.channel = Array(parcel.channel.name.utf8)
            row.transport = parcel.transport
            row.letters = parcel.letters
            row.address = contact.address(try step(parcel.stepID, contact.schema).choice)
            row.sentAt = local(parcel.leftAt)
            row.config = parcel.config
            if answers.isEmpty {
                add(row, &report)
            }
            for receipt in answers {
                row.event = Event(rawValue: receipt.event)
                row.eventAt = local(receipt.at)
                row.code = Array(receipt.code.utf8)
                row.detail = Array(receipt.detail.utf8)
                row.isLate = receipt.isLate
                add(row, &report)
            }
        }
    }

    // MARK: - Rows and texts

    private mutating func add(_ row: ContactRow, _ report: inout DaySummary.BatchSummary) {
        let file = row.state.file
        rows.append(row, to: &buffers[file, default: []])
        report.today[file, default: 0] += 1
    }

    private mutating func add(_ row: AttemptRow, _ report: inout DaySummary.BatchSummary) {
        attemptRows.append(row, to: &buffers[.attempts, default: []])
        report.today[.attempts, default: 0] += 1
    }

    private mutating func flushFull() throws {
        for file in DayReportFile.allCases { try flush(file, atLeast: 1 << 16) }
    }

    private mutating func flush(_ file: DayReportFile, atLeast size: Int) throws {
        guard let buffer = buffers[file], buffer.count >= size else { return }
        try writers[file]?.write(buffer)
        buffers[file] = []
    }

    /// A step in the form the rows need, made once for a batch.
    private struct ReportedStep {
        let name: [UInt8]
        let channel: [UInt8]
        let choice: AddressChoice
    }

    private mutating func step(_ id: NameID, _ schema: Schema) throws -> ReportedStep {
        if let known = steps[id.rawValue] { return known }
        let name = String(decoding: try text(id), as: UTF8.self)
        let step = name.isEmpty ? setup.strategy.steps[0] : setup.step(name)
        let reported = ReportedStep(
            name: Array(step.name.utf8), channel: Array(step.channel.name.utf8),
            choice: AddressChoice(step: step, schema: schema))
        steps[id.rawValue] = reported
        return reported
    }

    private mutating func text(_ name: NameID) throws -> [UInt8] {
        if name == .none { return [] }
        if let known = texts[name.rawValue] { return known }
        let text = Array(try store.text(name).utf8)
        texts[name.rawValue] = text
        return text
    }

    private mutating func words(_ reason: NameID) throws -> [UInt8] {
        if reason == .none { return [] }
        if let known = reasons[reason.rawValue] { return known }
        let words = Array(try store.reason(reason).words.utf8)
        reasons[reason.rawValue] = words
        return words
    }

    private func local(_ moment: Timestamp) -> LocalMoment {
        LocalMoment(moment, offset: setup.zone.offset(at: moment))
    }
}
