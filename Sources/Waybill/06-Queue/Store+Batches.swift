import Foundation
import SystemIO

/// The ledger: one row for each drop ever claimed.
extension Store {
    /// Writes a claim into the ledger and gives the batch its id.
    ///
    /// The id is told to nobody before the batch's own durable commit, so this one may be lost with a power failure: the
    /// claim is then found without a row, and gets a new one.
    package func recordClaim(
        token: String, purpose: DropPurpose, name: String, folder: String, size: Int64, at now: Timestamp
    ) throws -> BatchID {
        try transiently {
            let id = try nextBatchID(on: now.utcDay)
            let insert = try database.statement(StoreSQL.insertBatch)
            try insert.bind(":id", id.rawValue)
            try insert.bind(":token", token)
            try insert.bind(":kind", purpose.rawValue)
            try insert.bind(":status", BatchStatus.claimed.rawValue)
            try insert.bind(":name", name)
            try insert.bind(":folder", folder)
            try insert.bind(":size", size)
            try insert.bind(":claimed", now.milliseconds)
            try insert.run()
            return id
        }
    }

    package func batch(_ id: BatchID) throws -> BatchRow? {
        try rows(StoreSQL.batchByID) { try $0.bind(":id", id.rawValue) }.first
    }

    package func batch(token: String) throws -> BatchRow? {
        try rows(StoreSQL.batchByToken) { try $0.bind(":token", token) }.first
    }

    /// Batches whose acknowledgement, notice or archive copy may be missing, oldest first.
    package func unpublishedBatches() throws -> [BatchRow] {
        try rows(StoreSQL.unpublishedBatches) { _ in }
    }

    /// The contact batches of a campaign that are done being read, oldest first.
    package func batches(ofCampaign campaign: String) throws -> [BatchRow] {
        try rows(StoreSQL.batchesOfCampaign) { try $0.bind(":campaign", campaign) }
    }

    /// The contact batches of a campaign that came in, changed or were open in [start, end), oldest first.
    package func batches(ofCampaign campaign: String, from start: Timestamp, to end: Timestamp) throws -> [BatchRow] {
        try rows(StoreSQL.batchesOfDay) {
            try $0.bind(":campaign", campaign)
            try $0.bind(":start", start.milliseconds)
            try $0.bind(":end", end.milliseconds)
        }
    }

    /// What tells whether a drop may bring back a batch's rejects. Asked for with every drop, so nothing is decoded before
    /// it is needed.
    struct MendableBatch {
        let id: BatchID
        let rejected: Int
        /// The schema as the store has it: equal for drops of one sender.
        let schemaText: String
    }

    /// The latest batches of a campaign with rejected records that have not come back yet, latest first.
    func mendableBatches(ofCampaign campaign: String, limit: Int) throws -> [MendableBatch] {
        let select = try database.statement(StoreSQL.mendableBatches)
        defer { select.reset() }
        try select.bind(":campaign", campaign)
        try select.bind(":limit", limit)
        var batches: [MendableBatch] = []
        while try select.step() {
            batches.append(
                MendableBatch(
                    id: BatchID(rawValue: select.int64(0)), rejected: select.int(1), schemaText: select.text(2)))
        }
        return batches
    }

    /// The batches that corrected a batch, oldest first.
    package func corrections(of batch: BatchRow, limit: Int) throws -> [BatchRow] {
        try rows(StoreSQL.corrections) {
            try $0.bind(":campaign", batch.campaign)
            try $0.bind(":id", batch.id.rawValue)
            // Keys are sorted, so others follow this one.
            try $0.bind(":corrects", "\"corrects\":\(batch.id.rawValue),")
            try $0.bind(":limit", limit)
        }
    }

    /// Batches with contacts that are not done, oldest first.
    package func openBatches(limit: Int) throws -> [BatchRow] {
        try rows(StoreSQL.openBatches) { try $0.bind(":limit", limit) }
    }

    /// What a campaign has received since its first batch, and where its contacts are.
    package struct CampaignTotals: Sendable {
        package let campaign: String
        package let received: Int
        package let rejected: Int
        package let duplicates: Int
        package fileprivate(set) var states: [ContactState: Int] = [:]
    }

    package func campaignTotals() throws -> [CampaignTotals] {
        var totals: [CampaignTotals] = []
        let sums = try database.statement(StoreSQL.totalsOfCampaigns)
        while try sums.step() {
            totals.append(
                CampaignTotals(
                    campaign: sums.text(0), received: sums.int(1), rejected: sums.int(2), duplicates: sums.int(3)))
        }
        let states = try database.statement(StoreSQL.statesOfCampaigns)
        while try states.step() {
            guard let index = totals.firstIndex(where: { $0.campaign == states.text(0) }),
                let state = ContactState(rawValue: UInt8(states.int(1)))
            else { continue }
            totals[index].states[state] = states.int(2)
        }
        return totals
    }

    /// Campaigns that ever had a batch, with the moment of the first.
    package func campaignsWithBatches() throws -> [(campaign: String, since: Timestamp)] {
        let select = try database.statement(StoreSQL.campaignsWithBatches)
        defer { select.reset() }
        var found: [(String, Timestamp)] = []
        while try select.step() { found.append((select.text(0), Timestamp(milliseconds: select.int64(1)))) }
        return found
    }

    /// The first visible batch of a campaign with the same content, compressed or not, other than `except`.
    package func firstBatch(_ identity: DropIdentity, campaign: String, except: BatchID) throws -> BatchID? {
        let select = try database.statement(StoreSQL.firstWithIdentity)
        defer { select.reset() }
        try select.bind(":sha", identity.sha256)
        try select.bind(":content", identity.content ?? identity.sha256)
        try select.bind(":campaign", campaign)
        try select.bind(":except", except.rawValue)
        return try select.step() ? BatchID(rawValue: select.int64(0)) : nil
    }

    /// The first visible batch from the same bytes, other than `except`.
    package func firstBatch(sha256: [UInt8], purpose: DropPurpose, except: BatchID) throws -> BatchID? {
        let select = try database.statement(StoreSQL.firstWithContent)
        defer { select.reset() }
        try select.bind(":sha", sha256)
        try select.bind(":kind", purpose.rawValue)
        try select.bind(":except", except.rawValue)
        return try select.step() ? BatchID(rawValue: select.int64(0)) : nil
    }

    /// Whether a visible batch came from a file of this size: only then can the content be known before it is read.
    package func hasSeen(size: Int64, except: BatchID) throws -> Bool {
        let select = try database.statement(StoreSQL.sizeSeen)
        defer { select.reset() }
        try select.bind(":size", size)
        try select.bind(":except", except.rawValue)
        return try select.step()
    }

    /// Writes a batch's outcome, with which its parcels count; call it inside the transaction that has its last rows.
    package func finish(_ id: BatchID, _ outcome: BatchOutcome) throws {
        let open = outcome.states.reduce(0) { $0 + ($1.key.isFinal ? 0 : $1.value) }
        let update = try database.statement(StoreSQL.finishBatch)
        try update.bind(":id", id.rawValue)
        try update.bind(":status", outcome.status.rawValue)
        try update.bind(":campaign", outcome.campaign)
        try update.bind(":sha", outcome.identity.sha256)
        try update.bind(":content", outcome.identity.content)
        try update.bind(":priority", outcome.priority)
        try update.bind(":config", outcome.config)
        try update.bind(":visible", outcome.visibleAt.milliseconds)
        try update.bind(":accepted", outcome.acknowledgement.accepted)
        try update.bind(":rejected", outcome.acknowledgement.rejected)
        try update.bind(":duplicates", outcome.acknowledgement.duplicates)
        try update.bind(":segments", outcome.segments)
        try update.bind(":open", open)
        try update.bind(":schema", try Self.json(outcome.schema.columns))
        try update.bind(":ack", try Self.json(outcome.acknowledgement))
        try update.run()
        for (state, count) in outcome.states { try add(count, to: state, of: id) }
    }

    package func setAcknowledgement(_ acknowledgement: Acknowledgement) throws {
        let update = try database.statement(StoreSQL.setAcknowledgement)
        try update.bind(":id", acknowledgement.batch.rawValue)
        try update.bind(":ack", try Self.json(acknowledgement))
        try update.run()
    }

    package func markPublished(_ id: BatchID) throws {
        let update = try database.statement(StoreSQL.markPublished)
        try update.bind(":id", id.rawValue)
        try update.run()
    }

    /// How many rows of a receipts or replies drop are applied; in the same transaction as their effects.
    package func setProgress(_ rows: Int, of id: BatchID) throws {
        let update = try database.statement(StoreSQL.setProgress)
        try update.bind(":id", id.rawValue)
        try update.bind(":progress", rows)
        try update.run()
    }

    package func addMended(_ count: Int, to id: BatchID, at now: Timestamp) throws {
        let update = try database.statement(StoreSQL.addMended)
        try update.bind(":id", id.rawValue)
        try update.bind(":count", count)
        try update.bind(":at", now.milliseconds)
        try update.run()
    }

    /// Takes a claim out of the ledger whose file went back to the inbox or was never ours.
    package func forget(_ id: BatchID) throws {
        try durably {
            try discardHiddenRows(of: id)
            let delete = try database.statement(StoreSQL.forgetBatch)
            try delete.bind(":id", id.rawValue)
            try delete.run()
        }
    }

    /// Throws away what an interrupted reading of this batch wrote; call it inside a transaction.
    package func discardHiddenRows(of id: BatchID) throws {
        try removeSegmentFile(of: id)
        try removeRows(of: id, and: [StoreSQL.hiddenParcels, StoreSQL.hiddenStates])
    }

    /// Removes the rows of a batch's segments, and runs statements that are about the batch.
    private func removeRows(of id: BatchID, and others: [String]) throws {
        let (low, high) = SegmentID.range(of: id)
        for sql in StoreSQL.segmentRows {
            let delete = try database.statement(sql)
            try delete.bind(":low", low)
            try delete.bind(":high", high)
            try delete.run()
        }
        for sql in others {
            let delete = try database.statement(sql)
            try delete.bind(":batch", id.rawValue)
            try delete.run()
        }
    }

    // MARK: Retention

    /// Batches whose contacts are all done since before a moment, and still stored.
    package func removableBatches(before moment: Timestamp) throws -> [BatchID] {
        let select = try database.statement(StoreSQL.removableBatches)
        defer { select.reset() }
        try select.bind(":before", moment.milliseconds)
        var found: [BatchID] = []
        while try select.step() { found.append(BatchID(rawValue: select.int64(0))) }
        return found
    }

    /// Removes a batch's contacts, parcels and receipts, durably; its ledger row and its totals stay. So does its file of segments until
    /// `removeStraySegmentFiles`: others may be reading the store as it was.
    package func removeContacts(of id: BatchID) throws {
        try durably {
            try removeRows(of: id, and: [StoreSQL.removeParcels, StoreSQL.removeReceipts, StoreSQL.forgetSegments])
            let forget = try database.statement(StoreSQL.removeSetting)
            try forget.bind(":key", Self.boundsKey(id))
            try forget.run()
            try forgetHeldSample(of: id)
        }
    }

    // MARK: Bounds

    private static func boundsKey(_ batch: BatchID) -> String { "bounds.\(batch)" }

    /// Keeps the bounds that a drop's side-car gave all its contacts, for as long as the contacts are kept.
    package func setBounds(_ bounds: ContactBounds, of batch: BatchID) throws {
        guard bounds != ContactBounds() else { return }
        let text = [bounds.notBefore, bounds.expiresAt].map { $0.map { String($0.milliseconds) } ?? "" }
        try set(Self.boundsKey(batch), to: Array(text.joined(separator: ",").utf8))
    }

    package func bounds(of batch: BatchID) throws -> ContactBounds {
        guard let kept = try setting(Self.boundsKey(batch)) else { return ContactBounds() }
        let moments = String(decoding: kept, as: UTF8.self).split(separator: ",", omittingEmptySubsequences: false)
            .map { Int64($0).map(Timestamp.init(milliseconds:)) }
        guard moments.count == 2 else { return ContactBounds() }
        return ContactBounds(notBefore: moments[0], expiresAt: moments[1])
    }

    // MARK: Totals

    func add(_ count: Int, to state: ContactState, of batch: BatchID) throws {
        let upsert = try database.statement(StoreSQL.addStates)
        try upsert.bind(":batch", batch.rawValue)
        try upsert.bind(":state", Int(state.rawValue))
        try upsert.bind(":count", count)
        try upsert.run()
    }

    /// How many contacts of a batch are in each state.
    package func states(of batch: BatchID) throws -> [ContactState: Int] {
        let select = try database.statement(StoreSQL.statesOfBatch)
        defer { select.reset() }
        try select.bind(":batch", batch.rawValue)
        var states: [ContactState: Int] = [:]
        while try select.step() {
            guard let state = ContactState(rawValue: UInt8(select.int(0))) else {
                throw StoreProblem.damaged(what: "unknown contact state \(select.int(0)) in batch \(batch)")
            }
            states[state] = select.int(1)
        }
        return states
    }

    // MARK: Reading rows

    private func nextBatchID(on day: CalendarDay) throws -> BatchID {
        let select = try database.statement(StoreSQL.lastBatchOfDay)
        defer { select.reset() }
        let low = BatchID(day: day, number: 0).rawValue
        try select.bind(":low", low)
        try select.bind(":high", low + 1_000_000)
        _ = try select.step()
        return BatchID(rawValue: (select.isNull(0) ? low : select.int64(0)) + 1)
    }

    private func rows(_ sql: String, bind: (Statement) throws -> Void) throws -> [BatchRow] {
        let select = try database.statement(sql)
        defer { select.reset() }
        try bind(select)
        var rows: [BatchRow] = []
        while try select.step() { rows.append(try row(select)) }
        return rows
    }

    private func row(_ select: Statement) throws -> BatchRow {
        guard let purpose = DropPurpose(rawValue: select.int(2)), let status = BatchStatus(rawValue: select.int(3))
        else {
            throw StoreProblem.damaged(what: "batch \(BatchID(rawValue: select.int64(0))) has an unknown status")
        }
        return BatchRow(
            id: BatchID(rawValue: select.int64(0)), token: select.text(1), purpose: purpose, status: status,
            isPublished: select.int(4) != 0, name: select.text(5), folder: select.text(6), campaign: select.text(7),
            size: select.int64(8), sha256: select.isNull(9) ? nil : select.blob(9), priority: select.int(10),
            config: select.text(11), claimedAt: Timestamp(milliseconds: select.int64(12)),
            visibleAt: Timestamp(milliseconds: select.int64(13)), progress: select.int(14), accepted: select.int(15),
            rejected: select.int(16), duplicates: select.int(17), mended: select.int(18), segments: select.int(19),
            open: select.int(20), changedAt: Timestamp(milliseconds: select.int64(21)),
            schema: try schema(select.text(22)),
            acknowledgement: select.isNull(23) ? nil : try acknowledgement(select.text(23)))
    }

    private func acknowledgement(_ text: String) throws -> Acknowledgement {
        if let last = lastAcknowledgement, last.text == text { return last.acknowledgement }
        let decoded = try Self.decode(Acknowledgement.self, text)
        lastAcknowledgement = (text, decoded)
        return decoded
    }

    /// A schema from its text in the store.
    func schema(_ text: String) throws -> Schema {
        if text != lastSchema.text { lastSchema = (text, Schema(try Self.decode([Column].self, text))) }
        return lastSchema.schema
    }

    private static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}
