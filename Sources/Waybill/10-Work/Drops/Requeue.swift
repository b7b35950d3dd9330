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

    /// What says that a message did not reach its person.
    private static let missed: Set<Event> = [.failed, .bounced, .busy, .noAnswer, .abandonedDialer]
    /// What leaves that open.
    private static let open: Set<Event> = [.accepted, .delayed]

    init(_ context: WorkContext, _ setup: CampaignSetup, _ filter: ContactFilter) {
        self.context = context
        self.setup = setup
        self.filter = filter
    }

    private var store: any Store { context.store }

    /// Of one batch, or of all of the campaign.
    mutating func run(_ batch: BatchID?) throws {
        let name = setup.campaign.name
        for row in try store.batches(ofCampaign: name) where batch == nil || batch == row.id {
            if row.status == .visible, row.segments > 0, !isWithoutFilter(try store.states(of: row.id)) {
                try requeue(row)
            }
        }
    }

    private func isWithoutFilter(_ states: [ContactState: Int]) -> Bool { states[filter.state, default: 0] == 0 }

    private mutating func requeue(_ batch: BatchRow) throws {
        let until = context.now.adding(TimeSpan(milliseconds: 1))
        let travels = try BatchTravels(store, batch, setup.transitions, until: until)
        let already = try store.requeuedRecords(of: batch.id)
        let cancels = try LaterCancels(store, of: setup.campaign.name, after: batch.id)
        var cursor = travels.cursor()
        var again: [UInt32] = []
        let kept = batch.schema.columns.indices.filter {
            // What its record asked for is done.
            !batch.schema.columns[$0].isIgnored && batch.schema.columns[$0].field != .action
        }
        var bytes: [UInt8] = []
        CSVText.append(row: kept.map { batch.schema.columns[$0].outputName }, to: &bytes)
        var ranges: [Range<Int>] = []
        var (doubtful, ended) = (0, 0)
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
                guard cancels.batch(cancelling: index, of: stored.contacts, batch.schema) == nil else {
                    ended += 1
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
        let events = travels.receipts(of: record).map { (attempt: $0.attempt, event: Event(rawValue: $0.event)) }
        let isQuiet = events.allSatisfy { said in
            said.event.map { Self.missed.contains($0) || Self.open.contains($0) } ?? false
        }
        guard isQuiet else { return false }
        return trips.allSatisfy { trip in
            guard trip.fate == .travels, travels.parcels[Int(trip.parcel)].leftAt.milliseconds > 0 else { return true }
            return events.contains { said in
                said.attempt == Int(trip.attempt) && said.event.map(Self.missed.contains) ?? false
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
