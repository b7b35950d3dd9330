import SystemIO

/// The parcel queue: forming parcels, claiming due ones, and recording how they went.
extension SQLiteStore {
    package func insert(_ parcel: NewParcel) throws -> ParcelID {
        let reserved = try reservedParcels()
        let insert = try database.statement(ParcelSQL.insertParcel)
        try insert.bind(":reserved", Int64(reserved.rawValue))
        try insert.bind(":batch", parcel.batch.rawValue)
        try insert.bind(":campaign", parcel.campaign)
        try insert.bind(":step", parcel.step)
        try insert.bind(":channel", parcel.channel.name)
        try insert.bind(":zone", parcel.zone)
        try insert.bind(":priority", parcel.priority)
        try insert.bind(":due", parcel.due.milliseconds)
        try insert.bind(":status", parcel.status.rawValue)
        try insert.bind(":count", parcel.contacts.count)
        try insert.bind(":config", parcel.config)
        try insert.bind(":hold", parcel.reason.kind.rawValue)
        try insert.bind(":reason", parcel.reason.stored)
        try insert.bind(":contacts", ParcelContact.encode(parcel.contacts))
        try insert.run()
        return ParcelID(rawValue: UInt32(truncatingIfNeeded: database.lastRowID))
    }

    package func giveNumbers(after last: ParcelID) throws {
        try set(.reservedParcels, to: Array(String(last.rawValue).utf8))
        guard let first = try departed()?.waiting.first else { return }
        let update = try database.statement(ParcelSQL.renumberNotLeft)
        try update.bind(":distance", Int64(last.rawValue) + 1 - Int64(first.rawValue))
        try update.run()
    }

    package func parcel(_ id: ParcelID) throws -> Parcel? {
        try all(ParcelSQL.parcelByID) { try $0.bind(":id", Int64(id.rawValue)) }.first
    }

    package func claimDue(
        limit: Int, owner: String, lease: Timestamp, now: Timestamp, except full: Set<CampaignChannel>,
        behind: Set<ParcelID>
    ) throws -> FoundParcels {
        // Neither name has control characters.
        let excepted = full.map { "\u{1E}\($0.campaign)\u{1F}\($0.channel.name)\u{1E}" }.joined()
        // A claim that a loss of power undoes is made again.
        var claimed = try transiently {
            try checkPauses()
            return try found(ParcelSQL.claimDue) {
                try $0.bind(":excepted", excepted)
                try $0.bind(":behind", behind.map { "\($0.rawValue)," }.reduce(behind.isEmpty ? "" : ",", +))
                try $0.bind(":owner", owner)
                try $0.bind(":lease", lease.milliseconds)
                try $0.bind(":now", now.milliseconds)
                try $0.bind(":limit", limit)
            }
        }
        claimed.readable.sort {
            (-$0.priority, $0.due, $0.id.rawValue) < (-$1.priority, $1.due, $1.id.rawValue)
        }
        return claimed
    }

    package func leavingParcels(owner: String, now: Timestamp) throws -> FoundParcels {
        try found(ParcelSQL.parcelsLeaving) {
            try $0.bind(":owner", owner)
            try $0.bind(":now", now.milliseconds)
        }
    }

    package func leavingIDs() throws -> [ParcelID] { try ids(ParcelSQL.idsLeaving) { _ in } }

    package func departed() throws -> DepartedParcels? {
        let select = try database.statement(ParcelSQL.lastParcel)
        defer { select.reset() }
        guard try select.step() else { return nil }
        return DepartedParcels(
            last: ParcelID(rawValue: UInt32(select.int64(0))), lastBatch: BatchID(rawValue: select.int64(1)),
            waiting: try ids(ParcelSQL.idsNotLeft) { _ in })
    }

    package func overdueParcels(
        at now: Timestamp, limit: Int, except campaigns: Set<String>
    ) throws -> FoundParcels {
        let excepted = campaigns.map { "\u{1E}\($0)\u{1E}" }.joined()
        return try found(ParcelSQL.parcelsAwaiting) {
            try $0.bind(":excepted", excepted)
            try $0.bind(":now", now.milliseconds)
            try $0.bind(":limit", limit)
        }
    }

    package func parcels(ofBatch batch: BatchID) throws -> [Parcel] {
        try all(ParcelSQL.parcelsOfBatch) { try $0.bind(":batch", batch.rawValue) }
    }

    package func parcels(ofBatch batch: BatchID, with record: UInt32) throws -> [Parcel] {
        try all(ParcelSQL.parcelsWithRecord) {
            try $0.bind(":batch", batch.rawValue)
            try $0.bind(":record", Int64(record))
        }
    }

    package func openParcels(ofCampaign campaign: String, batch: BatchID?, inFlight: Bool) throws -> [ParcelID] {
        try ids(ParcelSQL.parcelsOpenOfCampaign) {
            try $0.bind(":campaign", campaign)
            try $0.bind(":batch", batch?.rawValue ?? 0)
            try $0.bind(":inFlight", inFlight ? 1 : 0)
        }
    }

    package func nextMoments() throws -> (due: Timestamp?, result: Timestamp?) {
        func moment(_ sql: String) throws -> Timestamp? {
            let select = try database.statement(sql)
            defer { select.reset() }
            return try select.step() && !select.isNull(0) ? Timestamp(milliseconds: select.int64(0)) : nil
        }
        return (try moment(ParcelSQL.nextParcel), try moment(ParcelSQL.nextResult))
    }

    package func markLeaving(_ id: ParcelID, owner: String, transport: String, ticket: [UInt8]?, at now: Timestamp)
        throws
    {
        let update = try database.statement(ParcelSQL.markLeaving)
        try update.bind(":id", Int64(id.rawValue))
        try update.bind(":owner", owner)
        try update.bind(":transport", transport)
        try update.bind(":ticket", ticket)
        try update.bind(":at", now.milliseconds)
        try update.run()
        if database.changes == 0 { throw ClaimLost(parcel: id) }
        try countStep()
    }

    package func setContacts(_ contacts: [ParcelContact], of id: ParcelID) throws {
        let update = try database.statement(ParcelSQL.setParcelContacts)
        try update.bind(":id", Int64(id.rawValue))
        try update.bind(":count", contacts.count)
        try update.bind(":contacts", ParcelContact.encode(contacts))
        try update.run()
    }

    package func markLeft(_ id: ParcelID, contacts: [ParcelContact], resultsDue: Timestamp?) throws {
        let update = try database.statement(ParcelSQL.markLeft)
        try update.bind(":id", Int64(id.rawValue))
        try update.bind(":status", (resultsDue == nil ? ParcelStatus.done : .awaiting).rawValue)
        try update.bind(":due", resultsDue?.milliseconds ?? 0)
        try update.bind(":count", contacts.count)
        try update.bind(":contacts", ParcelContact.encode(contacts))
        try update.run()
    }

    package func close(_ id: ParcelID) throws {
        let update = try database.statement(ParcelSQL.closeParcel)
        try update.bind(":id", Int64(id.rawValue))
        try update.run()
    }

    package func delay(_ id: ParcelID, until due: Timestamp, reason: HoldReason) throws {
        let update = try database.statement(ParcelSQL.delayParcel)
        try update.bind(":id", Int64(id.rawValue))
        try update.bind(":due", due.milliseconds)
        try update.bind(":hold", reason.kind.rawValue)
        try update.bind(":reason", reason.stored)
        try update.run()
    }

    package func nextDue(after: Timestamp, before: Timestamp) throws -> Timestamp? {
        let select = try database.statement(ParcelSQL.nextDue)
        defer { select.reset() }
        try select.bind(":after", after.milliseconds)
        try select.bind(":before", before.milliseconds)
        return try select.step() && !select.isNull(0) ? Timestamp(milliseconds: select.int64(0)) : nil
    }

    package func nextTries(after: Timestamp, before: Timestamp) throws -> ClosedRange<Timestamp>? {
        let select = try database.statement(ParcelSQL.nextTries)
        defer { select.reset() }
        try select.bind(":after", after.milliseconds)
        try select.bind(":before", before.milliseconds)
        guard try select.step(), !select.isNull(0) else { return nil }
        return Timestamp(milliseconds: select.int64(0))...Timestamp(milliseconds: select.int64(1))
    }

    package func delayDue(
        ofCampaign campaign: String, channel: Channel?, at now: Timestamp, until due: Timestamp, reason: HoldReason
    ) throws {
        let update = try database.statement(ParcelSQL.delayDueParcels)
        try update.bind(":campaign", campaign)
        try update.bind(":channel", channel?.name ?? "")
        try update.bind(":now", now.milliseconds)
        try update.bind(":due", due.milliseconds)
        try update.bind(":hold", reason.kind.rawValue)
        try update.bind(":reason", reason.stored)
        try update.run()
    }

    package func waitingCampaigns(after moment: Timestamp) throws -> [String] {
        let select = try database.statement(ParcelSQL.waitingCampaigns)
        defer { select.reset() }
        try select.bind(":now", moment.milliseconds)
        var found: [String] = []
        while try select.step() { found.append(select.text(0)) }
        return found
    }

    package func wakeHeld(ofCampaign campaign: String, exceptUnder config: String, at now: Timestamp) throws {
        let update = try database.statement(ParcelSQL.wakeHeld)
        try update.bind(":campaign", campaign)
        try update.bind(":config", config)
        try update.bind(":now", now.milliseconds)
        try update.bind(":never", ContactPlanner.never.milliseconds)
        try update.run()
    }

    package func wake(heldFor kind: HoldReason.Kind, at now: Timestamp) throws {
        try wake(ParcelSQL.wakeHeldFor, kind, at: now)
    }

    package func wakeUnseen(heldFor kind: HoldReason.Kind, at now: Timestamp) throws {
        try wake(ParcelSQL.wakeUnseenHeldFor, kind, at: now)
    }

    private func wake(_ sql: String, _ kind: HoldReason.Kind, at now: Timestamp) throws {
        let update = try database.statement(sql)
        try update.bind(":hold", kind.rawValue)
        try update.bind(":now", now.milliseconds)
        try update.run()
    }

    package func batches(heldFor kind: HoldReason.Kind, after moment: Timestamp) throws -> [BatchID] {
        let select = try database.statement(ParcelSQL.batchesHeldFor)
        defer { select.reset() }
        try select.bind(":hold", kind.rawValue)
        try select.bind(":after", moment.milliseconds)
        var batches: [BatchID] = []
        while try select.step() { batches.append(BatchID(rawValue: select.int64(0))) }
        return batches
    }

    package func parcels(
        ofBatch batch: BatchID, heldFor kind: HoldReason.Kind, after moment: Timestamp
    ) throws -> [Parcel] {
        try all(ParcelSQL.parcelsHeldFor) {
            try $0.bind(":batch", batch.rawValue)
            try $0.bind(":hold", kind.rawValue)
            try $0.bind(":after", moment.milliseconds)
        }
    }

    package func followClock(
        backFrom latest: Timestamp, to now: Timestamp, lease: Timestamp
    ) throws -> (due: Int, waiting: Int) {
        let update = try database.statement(ParcelSQL.followClock)
        try update.bind(":now", now.milliseconds)
        try update.bind(":latest", latest.milliseconds)
        try update.bind(":never", ContactPlanner.never.milliseconds)
        try update.run()
        let due = database.changes
        let claims = try database.statement(ParcelSQL.shortenClaims)
        try claims.bind(":lease", lease.milliseconds)
        try claims.run()
        let select = try database.statement(ParcelSQL.contactsAfter)
        defer { select.reset() }
        try select.bind(":now", now.milliseconds)
        try select.bind(":never", ContactPlanner.never.milliseconds)
        return (due, try select.step() ? select.int(0) : 0)
    }

    package func departures(
        of holder: DepartureHolder, after moment: Timestamp, until now: Timestamp
    ) throws -> [(at: Timestamp, count: Int)] {
        let select: Statement
        switch holder {
        case .campaign(let name):
            select = try database.statement(ParcelSQL.departuresOfCampaign)
            try select.bind(":name", name)
        case .transport(let name):
            select = try database.statement(ParcelSQL.departuresByTransport)
            try select.bind(":name", name)
        }
        defer { select.reset() }
        try select.bind(":after", moment.milliseconds)
        try select.bind(":now", now.milliseconds)
        var found: [(at: Timestamp, count: Int)] = []
        while try select.step() { found.append((Timestamp(milliseconds: select.int64(0)), select.int(1))) }
        return found
    }

    // MARK: Pausing

    package func pause(_ campaign: String, at now: Timestamp) throws {
        let insert = try database.statement(ParcelSQL.pause)
        try insert.bind(":campaign", campaign)
        try insert.bind(":at", now.milliseconds)
        try insert.run()
    }

    package func resume(_ campaign: String) throws {
        let delete = try database.statement(ParcelSQL.resume)
        try delete.bind(":campaign", campaign)
        try delete.run()
    }

    package func pauses() throws -> [String: Timestamp] {
        try checkPauses()
        let select = try database.statement(ParcelSQL.pauses)
        defer { select.reset() }
        var paused: [String: Timestamp] = [:]
        while try select.step() { paused[select.text(0)] = Timestamp(milliseconds: select.int64(1)) }
        return paused
    }

    /// A damaged row may be any campaign's.
    private func checkPauses() throws {
        let select = try database.statement(ParcelSQL.damagedPause)
        defer { select.reset() }
        guard try select.step() else { return }
        throw StoreProblem.damaged(
            what: "which campaigns are paused (\"\(select.text(0).plain)\" is not what was written)")
    }

    // MARK: Reading rows

    private func ids(_ sql: String, bind: (Statement) throws -> Void) throws -> [ParcelID] {
        let select = try database.statement(sql)
        defer { select.reset() }
        try bind(select)
        var ids: [ParcelID] = []
        while try select.step() { ids.append(ParcelID(rawValue: UInt32(select.int64(0)))) }
        return ids
    }

    /// All parcels that a statement finds; throws if one cannot be read.
    private func all(_ sql: String, bind: (Statement) throws -> Void) throws -> [Parcel] {
        let found = try found(sql, bind: bind)
        if let damaged = found.damaged.first { throw damaged.problem }
        return found.readable
    }

    private func found(_ sql: String, bind: (Statement) throws -> Void) throws -> FoundParcels {
        let select = try database.statement(sql)
        defer { select.reset() }
        try bind(select)
        var found = FoundParcels()
        while try select.step() {
            let id = ParcelID(rawValue: UInt32(truncatingIfNeeded: select.int64(0)))
            do {
                found.readable.append(try Self.parcel(id, select))
            } catch let problem as StoreProblem {
                found.damaged.append(DamagedParcel(id: id, problem: problem))
            }
        }
        return found
    }

    private static func parcel(_ id: ParcelID, _ select: Statement) throws -> Parcel {
        guard let status = ParcelStatus(rawValue: select.int(8)) else {
            throw StoreProblem.damaged(what: "parcel \(id) has an unknown status")
        }
        let contacts = try ParcelContact.decode(select.blob(15), of: id)
        // Contacts that are sent later are in another parcel by now.
        guard contacts.count <= select.int(9) else {
            throw StoreProblem.damaged(what: "parcel \(id) has \(contacts.count) contacts in place of \(select.int(9))")
        }
        let reason: HoldReason
        do {
            reason = try HoldReason(kind: select.int(13), stored: select.text(14))
        } catch {
            throw StoreProblem.damaged(what: "parcel \(id) waits for the unknown kind \(select.int(13)) of reason")
        }
        guard select.int(18) != 0 else {
            throw StoreProblem.damaged(
                what: "parcel \(id) of batch \(BatchID(rawValue: select.int64(1))), by its checksum")
        }
        return Parcel(
            id: id, batch: BatchID(rawValue: select.int64(1)), campaign: select.text(2), step: select.text(3),
            channel: Channel(select.text(4)), zone: select.text(5), priority: select.int(6),
            due: Timestamp(milliseconds: select.int64(7)), status: status,
            leftAt: Timestamp(milliseconds: select.int64(10)), transport: select.text(11),
            ticket: select.isNull(16) ? nil : select.blob(16), config: select.text(12),
            reason: reason, owner: select.text(17),
            contacts: contacts)
    }

    // MARK: Undecided

    package func undecidedBatches() throws -> [BatchID] {
        let select = try database.statement(ParcelSQL.undecidedBatches)
        defer { select.reset() }
        var batches: [BatchID] = []
        while try select.step() { batches.append(BatchID(rawValue: select.int64(0))) }
        return batches
    }

    package func undecidedRecords(of batch: BatchID) throws -> RecordSet {
        var records = RecordSet()
        for parcel in try all(ParcelSQL.undecidedParcels, bind: { try $0.bind(":batch", batch.rawValue) }) {
            for contact in parcel.contacts { records.insert(contact.record) }
        }
        return records
    }

    package func setUndecidedReason(_ reason: HoldReason, of batch: BatchID) throws {
        let update = try database.statement(ParcelSQL.setUndecidedReason)
        try update.bind(":batch", batch.rawValue)
        try update.bind(":hold", reason.kind.rawValue)
        try update.bind(":reason", reason.stored)
        try update.run()
    }

    package func closeUndecided(of batch: BatchID) throws {
        let update = try database.statement(ParcelSQL.closeUndecided)
        try update.bind(":batch", batch.rawValue)
        try update.run()
    }
}
