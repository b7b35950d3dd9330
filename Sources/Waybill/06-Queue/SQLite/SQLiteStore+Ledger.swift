import Foundation
import SystemIO

/// The ledger: one row for each drop ever claimed.
extension SQLiteStore {
    package func recordClaim(
        token: String, purpose: DropPurpose, name: String, folder: String, size: Int64, at now: Timestamp
    ) throws -> BatchID {
        try transiently {
            let id = try nextBatchID(on: now.utcDay)
            let insert = try database.statement(LedgerSQL.insertBatch)
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
        try rows(LedgerSQL.byID) { try $0.bind(":id", id.rawValue) }.first
    }

    package func bareBatch(_ id: BatchID) throws -> BatchRow? {
        try rows(LedgerSQL.byID, areBare: true) { try $0.bind(":id", id.rawValue) }.first
    }

    package func batch(token: String) throws -> BatchRow? {
        try rows(LedgerSQL.byToken) { try $0.bind(":token", token) }.first
    }

    package func unpublishedBatches() throws -> [BatchRow] {
        try rows(LedgerSQL.unpublishedBatches) { _ in }
    }

    package func batches(after id: BatchID, claimedUntil moment: Timestamp, limit: Int) throws -> [BatchRow] {
        try rows(LedgerSQL.batchesAfter) {
            try $0.bind(":after", id.rawValue)
            try $0.bind(":until", moment.milliseconds)
            try $0.bind(":limit", limit)
        }
    }

    package func batches(ofCampaign campaign: String, after id: BatchID) throws -> [BatchRow] {
        try rows(LedgerSQL.batchesOfCampaign) {
            try $0.bind(":campaign", campaign)
            try $0.bind(":id", id.rawValue)
        }
    }

    package func batches(ofCampaign campaign: String, from start: Timestamp, to end: Timestamp) throws -> [BatchRow] {
        try rows(LedgerSQL.batchesOfDay) {
            try $0.bind(":campaign", campaign)
            try $0.bind(":start", start.milliseconds)
            try $0.bind(":end", end.milliseconds)
        }
    }

    package func mendableBatches(ofCampaign campaign: String?, limit: Int) throws -> [MendableBatch] {
        let select = try database.statement(LedgerSQL.mendableBatch)
        return try ledgerMemory().mendable(ofCampaign: campaign, limit: limit).compactMap { id in
            try select.bind(":id", id.rawValue)
            return try select.first {
                MendableBatch(id: BatchID(rawValue: $0.int64(0)), rejected: $0.int(1), schemaText: $0.text(2))
            }
        }
    }

    package func corrections(of batch: BatchRow, limit: Int) throws -> [BatchRow] {
        try rows(LedgerSQL.corrections) {
            try $0.bind(":campaign", batch.campaign)
            try $0.bind(":id", batch.id.rawValue)
            try $0.bind(":limit", limit)
        }
    }

    package func openBatches(limit: Int) throws -> [BatchRow] {
        try rows(LedgerSQL.openBatches, areBare: true) { try $0.bind(":limit", limit) }
    }

    package func refusedBatches(since moment: Timestamp, limit: Int) throws -> [BatchRow] {
        var found: [BatchRow] = []
        for id in try ledgerMemory().refused.reversed() where found.count < limit {
            guard let row = try batch(id) else { continue }
            // Batches claimed earlier come after it, except those that took long to read.
            if row.visibleAt < moment { break }
            found.append(row)
        }
        return found
    }

    package func campaignTotals() throws -> [CampaignTotals] { try ledgerMemory().totalsInOrder }

    package func campaignNames() throws -> [String] {
        let select = try database.statement(LedgerSQL.campaignNames)
        defer { select.reset() }
        var names: [String] = []
        while try select.step() { names.append(select.text(0)) }
        return names
    }

    package func campaignsWithBatches() throws -> [(campaign: String, since: Timestamp)] {
        try ledgerMemory().firstsInOrder
    }

    package func batches(with identity: DropIdentity, campaign: String, except: BatchID) throws -> [BatchID] {
        let select = try database.statement(LedgerSQL.withIdentity)
        defer { select.reset() }
        try select.bind(":sha", identity.sha256)
        try select.bind(":content", identity.content ?? identity.sha256)
        try select.bind(":campaign", campaign)
        try select.bind(":except", except.rawValue)
        var found: [BatchID] = []
        while try select.step() { found.append(BatchID(rawValue: select.int64(0))) }
        return found
    }

    /// The first visible batch of a purpose with the same bytes, other than `except`.
    package func firstBatch(sha256: [UInt8], purpose: DropPurpose, except: BatchID) throws -> BatchID? {
        let select = try database.statement(LedgerSQL.firstWithContent)
        defer { select.reset() }
        try select.bind(":sha", sha256)
        try select.bind(":kind", purpose.rawValue)
        try select.bind(":except", except.rawValue)
        return try select.step() ? BatchID(rawValue: select.int64(0)) : nil
    }

    package func hasSeen(size: Int64, except: BatchID) throws -> Bool {
        guard let latest = try ledgerMemory().latest(ofSize: size) else { return false }
        if latest != except { return true }
        let select = try database.statement(LedgerSQL.sizeSeen)
        defer { select.reset() }
        try select.bind(":size", size)
        try select.bind(":except", except.rawValue)
        return try select.step()
    }

    package func finish(_ id: BatchID, _ outcome: BatchOutcome) throws {
        let open = outcome.states.reduce(0) { $0 + ($1.key.isFinal ? 0 : $1.value) }
        let acknowledgement = try Self.json(outcome.acknowledgement)
        let update = try database.statement(LedgerSQL.finishBatch)
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
        try update.bind(":schema", try text(of: outcome.schema))
        try update.bind(":ack", acknowledgement)
        try update.bind(":corrects", outcome.acknowledgement.corrects?.rawValue)
        try update.run()
        // It was finished before.
        guard database.changes > 0 else { return }
        try countStep()
        // The row is read next, to publish it.
        lastAcknowledgement = (acknowledgement, outcome.acknowledgement)
        try syncSegmentFile(of: id)
        try remember(id)
        try rememberRecipients(of: id)
        for (state, count) in outcome.states { try add(count, to: state, of: id) }
    }

    package func markPublished(_ id: BatchID) throws {
        let update = try database.statement(LedgerSQL.markPublished)
        try update.bind(":id", id.rawValue)
        try update.run()
    }

    package func setProgress(_ rows: Int, of id: BatchID) throws {
        let update = try database.statement(LedgerSQL.setProgress)
        try update.bind(":id", id.rawValue)
        try update.bind(":progress", rows)
        try update.run()
    }

    package func addMended(_ count: Int, to id: BatchID, at now: Timestamp) throws {
        let update = try database.statement(LedgerSQL.addMended)
        try update.bind(":id", id.rawValue)
        try update.bind(":count", count)
        try update.bind(":at", now.milliseconds)
        try update.run()
        try rememberMended(id)
    }

    package func forget(_ id: BatchID) throws {
        try durably {
            try discardHiddenRows(of: id)
            let delete = try database.statement(LedgerSQL.forgetBatch)
            try delete.bind(":id", id.rawValue)
            try delete.run()
        }
        memory?.forget(id)
    }

    package func discardHiddenRows(of id: BatchID) throws {
        try removeSegmentFile(of: id)
        try removeRows(of: id, and: [LedgerSQL.hiddenParcels, LedgerSQL.hiddenStates])
    }

    /// Removes the rows of a batch's segments, and runs other statements about the batch.
    private func removeRows(of id: BatchID, and others: [String]) throws {
        let (low, high) = SegmentID.range(of: id)
        for sql in LedgerSQL.segmentRows {
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

    package func removableBatches(before moment: Timestamp) throws -> [BatchID] {
        let select = try database.statement(LedgerSQL.removableBatches)
        defer { select.reset() }
        try select.bind(":before", moment.milliseconds)
        var found: [BatchID] = []
        while try select.step() { found.append(BatchID(rawValue: select.int64(0))) }
        return found
    }

    package func removeContacts(of id: BatchID) throws {
        try durably {
            try removeRows(of: id, and: [LedgerSQL.removeParcels, LedgerSQL.forgetSegments])
            segments.forget(id)
            recipients = nil
            try forgetBounds(of: id)
            try removeSetting(.requeued(id))
            try removeSetting(.cancelled(id))
            try forgetHeldSample(of: id)
        }
    }

    // MARK: Totals

    package func apply(_ changes: [ContactState: Int], to batch: BatchID, at now: Timestamp) throws {
        var open = 0
        for (state, count) in changes where count != 0 {
            try add(count, to: state, of: batch)
            if !state.isFinal { open += count }
        }
        let update = try database.statement(LedgerSQL.addOpen)
        try update.bind(":id", batch.rawValue)
        try update.bind(":open", open)
        try update.bind(":at", now.milliseconds)
        try update.run()
    }

    private func add(_ count: Int, to state: ContactState, of batch: BatchID) throws {
        let upsert = try database.statement(LedgerSQL.addStates)
        try upsert.bind(":batch", batch.rawValue)
        try upsert.bind(":state", Int(state.rawValue))
        try upsert.bind(":count", count)
        try upsert.run()
        try remember(count, in: state, of: batch)
    }

    package func states(of batch: BatchID) throws -> [ContactState: Int] {
        let select = try database.statement(LedgerSQL.statesOfBatch)
        defer { select.reset() }
        try select.bind(":batch", batch.rawValue)
        var states: [ContactState: Int] = [:]
        while try select.step() {
            let state = try Self.state(select.int64(0), of: "batch \(batch)")
            states[state] = select.int(1)
        }
        return states
    }

    // MARK: Reading rows

    static func state(_ number: Int64, of what: String) throws -> ContactState {
        guard let state = UInt8(exactly: number).flatMap(ContactState.init(rawValue:)) else {
            throw StoreProblem.damaged(what: "\(what) has contacts in the unknown state \(number)")
        }
        return state
    }

    private func nextBatchID(on day: CalendarDay) throws -> BatchID {
        let select = try database.statement(LedgerSQL.lastBatchOfDay)
        defer { select.reset() }
        let low = BatchID(day: day, number: 0).rawValue
        try select.bind(":low", low)
        try select.bind(":high", low + 1_000_000)
        _ = try select.step()
        let last = select.isNull(0) ? low : select.int64(0)
        // A restored store must not give ids that the lost store may have given.
        let reserved = try setting(.reservedBatches).flatMap { BatchID(String(decoding: $0, as: UTF8.self)) }
        let isOfDay = reserved.map { $0.rawValue > last && $0.rawValue < low + 1_000_000 } ?? false
        return BatchID(rawValue: (isOfDay ? reserved?.rawValue ?? last : last) + 1)
    }

    private func rows(
        _ sql: String, areBare: Bool = false, bind: (Statement) throws -> Void
    ) throws -> [BatchRow] {
        let select = try database.statement(sql)
        defer { select.reset() }
        try bind(select)
        var rows: [BatchRow] = []
        while try select.step() { rows.append(try row(select, isBare: areBare)) }
        return rows
    }

    private func row(_ select: Statement, isBare: Bool) throws -> BatchRow {
        let id = BatchID(rawValue: select.int64(0))
        guard let purpose = DropPurpose(rawValue: select.int(2)), let status = BatchStatus(rawValue: select.int(3))
        else {
            throw StoreProblem.damaged(what: "batch \(id) has an unknown purpose or status")
        }
        guard select.int(24) != 0 else {
            throw StoreProblem.damaged(what: "the row of batch \(id), by its checksum")
        }
        return BatchRow(
            id: id, token: select.text(1), purpose: purpose, status: status,
            isPublished: select.int(4) != 0, name: select.text(5), folder: select.text(6), campaign: select.text(7),
            size: select.int64(8), sha256: select.isNull(9) ? nil : select.blob(9), priority: select.int(10),
            config: select.text(11), claimedAt: Timestamp(milliseconds: select.int64(12)),
            visibleAt: Timestamp(milliseconds: select.int64(13)), progress: select.int(14), accepted: select.int(15),
            rejected: select.int(16), duplicates: select.int(17), mended: select.int(18), segments: select.int(19),
            open: select.int(20), changedAt: Timestamp(milliseconds: select.int64(21)),
            schema: try schema(select.text(22), of: id),
            acknowledgement: isBare || select.isNull(23) ? nil : try acknowledgement(select.text(23), of: id))
    }

    private func acknowledgement(_ text: String, of batch: BatchID) throws -> Acknowledgement {
        if let last = lastAcknowledgement, last.text == text { return last.acknowledgement }
        let decoded = try Self.decode(Acknowledgement.self, text, of: batch)
        lastAcknowledgement = (text, decoded)
        return decoded
    }

    package func schema(of batch: MendableBatch) throws -> Schema { try schema(batch.schemaText, of: batch.id) }

    private func schema(_ text: String, of batch: BatchID) throws -> Schema {
        // Of a drop that is still being read; what came before it is the more likely one to come again.
        if text == Self.noColumns { return Schema() }
        if text != lastSchema.text { lastSchema = (text, Schema(try Self.decode([Column].self, text, of: batch))) }
        return lastSchema.schema
    }

    private static let noColumns = "[]"

    private func text(of schema: Schema) throws -> String {
        if schema.columns.isEmpty { return Self.noColumns }
        if schema.columns != lastSchema.schema.columns {
            lastSchema = (try Self.json(schema.columns), Schema(schema.columns))
        }
        return lastSchema.text
    }

    private static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// A value that cannot be decoded is damage.
    private static func decode<Value: Decodable>(_ type: Value.Type, _ text: String, of batch: BatchID) throws -> Value
    {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch is DecodingError {
            throw StoreProblem.damaged(what: "the row of batch \(batch)")
        }
    }
}
