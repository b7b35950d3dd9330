import SystemIO

/// What every drop and every status needs from the whole ledger, kept by the connection that writes: finding it would
/// read every batch that ever came in.
///
/// It is read again after another connection wrote, and after a rollback.
struct LedgerMemory {
    /// SQLite's `data_version`: it changes when another connection writes.
    let version: Int64?
    private var totals: [String: CampaignTotals] = [:]
    private var firsts: [String: Timestamp] = [:]
    /// The latest visible batch by the size of its file.
    private var sizes: [Int64: BatchID] = [:]
    /// For each campaign, the batches with rejects that have not all come back, rising.
    private var mendable: [String: [BatchID]] = [:]
    /// The latest batches of any purpose that were refused whole, rising.
    private(set) var refused: [BatchID] = []
    private static let mostRefused = 1_000
    /// The campaigns of batches whose contacts moved lately.
    private var campaigns: [BatchID: String] = [:]

    private static let mostCampaigns = 1_000

    /// A batch that was read completely, as far as it matters here.
    struct Entry {
        let id: BatchID
        let purpose: DropPurpose
        let status: BatchStatus
        let campaign: String
        let size: Int64
        let accepted: Int
        let rejected: Int
        let duplicates: Int
        let mended: Int
        let visibleAt: Timestamp
    }

    init(version: Int64?) { self.version = version }

    mutating func add(_ batch: Entry) {
        campaigns[batch.id] = nil
        if batch.status == .visible { sizes[batch.size] = batch.id }
        if batch.status == .refused {
            refused.insert(batch.id, at: refused.lastIndex { $0 < batch.id }.map { $0 + 1 } ?? 0)
            if refused.count > 2 * Self.mostRefused { refused.removeFirst(Self.mostRefused) }
        }
        guard batch.purpose == .contacts, !batch.campaign.isEmpty else { return }
        firsts[batch.campaign] = min(firsts[batch.campaign] ?? batch.visibleAt, batch.visibleAt)
        guard batch.status == .visible || batch.status == .refused else { return }
        if batch.status == .visible, batch.mended < batch.rejected {
            // A short drop that overtook a long one was finished before it.
            let place = mendable[batch.campaign]?.lastIndex { $0 < batch.id }.map { $0 + 1 } ?? 0
            mendable[batch.campaign, default: []].insert(batch.id, at: place)
        }
        var sum =
            totals[batch.campaign]
            ?? CampaignTotals(campaign: batch.campaign, received: 0, rejected: 0, duplicates: 0)
        sum.received += batch.accepted + batch.rejected + batch.duplicates
        sum.rejected += batch.rejected
        sum.duplicates += batch.duplicates
        totals[batch.campaign] = sum
    }

    mutating func add(_ count: Int, to state: ContactState, ofCampaign campaign: String) {
        totals[campaign]?.states[state, default: 0] += count
    }

    /// Counts contacts of a batch that came into a state, or left it; `campaign` looks up the batch's campaign.
    mutating func add(
        _ count: Int, to state: ContactState, of batch: BatchID, campaign: (BatchID) throws -> String
    ) rethrows {
        let name = try campaigns[batch] ?? campaign(batch)
        if campaigns.count >= Self.mostCampaigns { campaigns = [:] }
        campaigns[batch] = name
        add(count, to: state, ofCampaign: name)
    }

    /// Notes that all rejects of a batch have come back.
    mutating func noteMended(_ batch: BatchID, of campaign: String) {
        mendable[campaign]?.removeAll { $0 == batch }
    }

    mutating func forget(_ batch: BatchID) { campaigns[batch] = nil }

    /// By campaign name.
    var totalsInOrder: [CampaignTotals] { totals.values.sorted { $0.campaign < $1.campaign } }

    /// By campaign name.
    var firstsInOrder: [(campaign: String, since: Timestamp)] {
        firsts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    func latest(ofSize size: Int64) -> BatchID? { sizes[size] }

    /// The latest batch first.
    func mendable(ofCampaign campaign: String?, limit: Int) -> [BatchID] {
        if let campaign { return mendable[campaign, default: []].suffix(limit).reversed() }
        return Array(mendable.values.flatMap { $0.suffix(limit) }.sorted { $1 < $0 }.prefix(limit))
    }
}

extension SQLiteStore {
    /// What is known of the ledger at this moment.
    func ledgerMemory() throws -> LedgerMemory {
        let version = try othersWrites()
        if let memory, memory.version == version { return memory }
        var made = LedgerMemory(version: version)
        var campaigns: [Int64: String] = [:]
        let batches = try database.statement(LedgerSQL.everything)
        defer { batches.reset() }
        while try batches.step() {
            let entry = try Self.entry(batches)
            campaigns[entry.id.rawValue] = entry.campaign
            made.add(entry)
        }
        let states = try database.statement(LedgerSQL.allStates)
        defer { states.reset() }
        while try states.step() {
            guard let campaign = campaigns[states.int64(0)], !campaign.isEmpty else { continue }
            let state = try Self.state(states.int64(1), of: "campaign \(campaign)")
            made.add(states.int(2), to: state, ofCampaign: campaign)
        }
        // Other connections only look once.
        if !database.isReadOnly { memory = made }
        return made
    }

    /// Notes that a batch was finished.
    func remember(_ id: BatchID) throws {
        guard memory != nil else { return }
        let select = try database.statement(LedgerSQL.entry)
        try select.bind(":id", id.rawValue)
        guard let entry = try select.first(Self.entry) else { return }
        memory?.add(entry)
    }

    /// Notes that some of a batch's rejects came back.
    func rememberMended(_ id: BatchID) throws {
        guard memory != nil else { return }
        let select = try database.statement(LedgerSQL.entry)
        try select.bind(":id", id.rawValue)
        guard let entry = try select.first(Self.entry), entry.mended >= entry.rejected else { return }
        memory?.noteMended(id, of: entry.campaign)
    }

    func remember(_ count: Int, in state: ContactState, of id: BatchID) throws {
        try memory?.add(count, to: state, of: id) { id in
            let select = try database.statement(LedgerSQL.entry)
            try select.bind(":id", id.rawValue)
            return try select.first { $0.text(3) } ?? ""
        }
    }

    private static func entry(_ select: Statement) throws -> LedgerMemory.Entry {
        let id = BatchID(rawValue: select.int64(0))
        guard let purpose = DropPurpose(rawValue: select.int(1)), let status = BatchStatus(rawValue: select.int(2))
        else {
            throw StoreProblem.damaged(what: "batch \(id) has an unknown purpose or status")
        }
        return LedgerMemory.Entry(
            id: id, purpose: purpose, status: status, campaign: select.text(3), size: select.int64(4),
            accepted: select.int(5), rejected: select.int(6), duplicates: select.int(7), mended: select.int(8),
            visibleAt: Timestamp(milliseconds: select.int64(9)))
    }
}
