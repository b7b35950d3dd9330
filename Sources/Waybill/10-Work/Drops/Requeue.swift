import SystemIO

/// Has contacts that certainly got nothing come again, as a new drop of their campaign: it is checked like any other,
/// so that who said stop meanwhile, or may not be contacted now, is left alone.
///
/// It is written down who comes again before the drop is there: a crash in between leaves them out, and nobody gets
/// anything twice.
struct Requeue {
    private let context: WorkContext
    private let setup: CampaignSetup
    private let filter: ContactFilter
    /// Contacts that come again.
    private(set) var contacts = 0
    /// Those that fit, and of which nobody can tell whether they got something.
    private(set) var unsure = 0
    /// Those whom their sender cancelled since.
    private(set) var cancelled = 0
    /// Those of whom a newer drop has a record.
    private(set) var outdated = 0
    /// The last batch of the campaign of which is known what it says.
    private var known: BatchID?

    init(_ context: WorkContext, _ setup: CampaignSetup, _ filter: ContactFilter) {
        self.context = context
        self.setup = setup
        self.filter = filter
    }

    private var store: any Store { context.store }

    /// Of one batch, or of all of the campaign.
    mutating func run(_ batch: BatchID?) throws {
        let name = setup.campaign.name
        let all = try store.batches(ofCampaign: name)
        // One that is being read has said nothing yet.
        let unread = try store.unpublishedBatches().first { $0.status == .claimed }?.id
        known = all.last { row in unread.map { row.id < $0 } ?? true }?.id
        let rows = try all.filter { row in
            guard batch == nil || batch == row.id, row.status == .visible, row.segments > 0 else { return false }
            return try store.states(of: row.id)[filter.state, default: 0] > 0
        }
        guard let first = rows.first else { return }
        let later = all.filter { $0.id > first.id }
        let cancels = try LaterCancels(store, among: later, after: first.id)
        let newer = try newerRecords(than: rows, among: later)
        for row in rows {
            let arrivals = try LateArrivals(store, of: row.acknowledgement?.requeues)
            try requeue(row, LaterWords(of: row.id, cancels.after(row.id), newer, arrivals))
        }
    }

    /// What newer drops have of those that fit.
    private func newerRecords(than rows: [BatchRow], among later: [BatchRow]) throws -> NewerRecords {
        var newer = NewerRecords()
        for row in rows {
            let already = try store.requeuedRecords(of: row.id)
            try store.forEachSegment(of: row.id) { stored in
                guard let standings = try store.standings(of: stored.id) else { return }
                for index in 0..<stored.contacts.count
                where try fits(standings[index]) && !already.contains(stored.contacts.record(at: index)) {
                    newer.ask(for: ContactIdentity(of: stored.contacts, at: index, row.schema))
                }
            }
        }
        try newer.find(in: store, among: later)
        return newer
    }

    private mutating func requeue(_ batch: BatchRow, _ words: LaterWords) throws {
        let until = context.now.adding(TimeSpan(milliseconds: 1))
        let travels = try BatchTravels(store, batch, setup.transitions, until: until)
        let already = try store.requeuedRecords(of: batch.id)
        var cursor = travels.cursor()
        var again: [UInt32] = []
        let kept = batch.schema.columns.indices.filter {
            // What its record asked for is done.
            !batch.schema.columns[$0].isIgnored && batch.schema.columns[$0].field != .action
        }
        var bytes: [UInt8] = []
        CSVText.append(row: kept.map { batch.schema.columns[$0].outputName }, to: &bytes)
        var ranges: [Range<Int>] = []
        var (doubtful, ended, old) = (0, 0, 0)
        let store = store
        try store.forEachSegment(of: batch.id) { stored in
            let standings = try store.standings(of: stored.id)
            for index in 0..<stored.contacts.count {
                let record = stored.contacts.record(at: index)
                let trips = travels.trips[cursor.trips(of: record)]
                guard let standing = standings?[index], try fits(standing), !already.contains(record) else { continue }
                guard isCertain(trips, travels, record) else {
                    doubtful += 1
                    continue
                }
                if let word = words.word(on: index, of: stored.contacts, batch.schema) {
                    switch word {
                    case .cancelled: ended += 1
                    case .newer: old += 1
                    case .arrived: doubtful += 1
                    }
                    continue
                }
                again.append(record)
                stored.contacts.fill(&ranges, at: index, columns: batch.schema.columns.count)
                for (place, column) in kept.enumerated() {
                    if place > 0 { bytes.append(CSVText.comma) }
                    CSVText.append(cell: Array(stored.contacts.bytes[ranges[column]]).span, to: &bytes)
                }
                bytes.append(CSVText.lineEnd)
            }
        }
        unsure += doubtful
        cancelled += ended
        outdated += old
        guard !again.isEmpty else { return }
        try drop(bytes, again, of: batch)
        contacts += again.count
    }

    private func fits(_ standing: Standing) throws -> Bool {
        guard standing.state == filter.state else { return false }
        if let code = filter.code, try store.text(standing.code) != code { return false }
        if let step = filter.step, try store.text(standing.step) != step { return false }
        return true
    }

    /// Whether of each message that left it is known that it did not arrive, and nothing else was ever heard.
    private func isCertain(
        _ trips: ArraySlice<BatchTravels.Trip>, _ travels: BatchTravels, _ record: UInt32
    ) -> Bool {
        let receipts = travels.receipts(of: record)
        guard !receipts.contains(where: { LateArrivals.tells($0.event) }) else { return false }
        return trips.allSatisfy { trip in
            guard trip.fate == .travels, travels.parcels[Int(trip.parcel)].leftAt.milliseconds > 0 else { return true }
            return receipts.contains { said in
                said.attempt == Int(trip.attempt)
                    && Event(rawValue: said.event)?.reach == .missed
            }
        }
    }

    /// Puts the new drop into the campaign's folder of the first inbox, for nobody else to read.
    private func drop(_ bytes: [UInt8], _ records: [UInt32], of batch: BatchRow) throws {
        let inbox = context.configuration.inbox[0]
        let folder = context.workspace.path(inbox) + "/" + setup.campaign.name
        try Files.createFolder(folder)
        // Nothing in the name says that it corrects a batch.
        let name = "requeue-\(context.now.milliseconds)-\(batch.id.rawValue % 1_000_000).csv"
        let path = folder + "/" + name
        let file = try DurableFileWriter(path: path, mode: 0o600)
        try file.write(bytes)
        try file.flush()
        try store.durably { try store.noteRequeued(records, of: batch.id) }
        var json = ReportJSON(pretty: false)
        json.object { json in
            json.member("campaign", setup.campaign.name)
            json.member("requeues", batch.id.description)
            if let known { json.member("asOf", known.description) }
            json.member("resend", true)
            json.member("sha256", SHA256.hex(SHA256.hash(bytes)))
            json.member("priority", batch.priority)
        }
        try Files.writeAtomically(json.line(), to: path + DropName.metaSuffix, mode: 0o600)
        let rule = ReadinessRules(context.configuration, of: inbox).rule(folder: setup.campaign.name, name: name)
        if rule.mode == .marker { try Files.writeAtomically([], to: path + rule.marker, mode: 0o600) }
        try file.commit(replacing: false)
    }

    /// A campaign as such a drop is read by: as it was written, whatever form the sender's own files have, and without
    /// being sampled once more.
    static func reading(_ campaign: Campaign, _ schema: Schema) -> Campaign {
        var campaign = campaign
        let plain = Campaign(name: campaign.name)
        campaign.format = .set(.csv)
        campaign.delimiter = .set(UInt8(ascii: ","))
        campaign.header = .set(true)
        campaign.encoding = .set(.utf8)
        (campaign.skipLines, campaign.trailer, campaign.quotes) = (0, nil, .strict)
        (campaign.dates, campaign.phones) = (nil, plain.phones)
        campaign.columns = schema.columns.filter { $0.field == nil && !$0.isIgnored }.map {
            Campaign.ColumnName(sender: $0.name, column: "attribute:" + $0.name)
        }
        (campaign.unknownColumns, campaign.sampling) = (.keep, [])
        return campaign
    }
}
