import SystemIO

/// What is scheduled: forming parcels, claiming those that are due, and writing down how they went.
extension Store {
    /// A parcel about to be stored.
    package struct NewParcel: Sendable {
        package var batch: BatchID
        package var campaign: String
        package var step: String
        package var channel: Channel
        package var zone = ""
        package var priority = 5
        package var due: Timestamp
        package var config = ""
        package var reason = HoldReason.due
        package var contacts: [ParcelContact]
        package var status = ParcelStatus.waiting
    }

    package func insert(_ parcel: NewParcel) throws -> ParcelID {
        let insert = try database.statement(StoreSQL.insertParcel)
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

    package func parcel(_ id: ParcelID) throws -> Parcel? {
        try parcels(StoreSQL.parcelByID) { try $0.bind(":id", Int64(id.rawValue)) }.first
    }

    /// What shares a transport: a campaign's parcels for one channel.
    package struct Lane: Hashable, Sendable {
        package let campaign: String
        package let channel: Channel

        package init(campaign: String, channel: Channel) {
            self.campaign = campaign
            self.channel = channel
        }
    }

    /// Up to `limit` parcels that may leave now, but those of some lanes: highest priority first, then the longest due.
    package func dueParcels(at now: Timestamp, limit: Int, except lanes: Set<Lane> = []) throws -> [ParcelID] {
        try ids(StoreSQL.dueParcels) {
            // Neither name holds control characters.
            let excepted = lanes.map { "\u{1E}\($0.campaign)\u{1F}\($0.channel.name)\u{1E}" }.joined()
            try $0.bind(":excepted", excepted)
            try $0.bind(":now", now.milliseconds)
            try $0.bind(":limit", limit)
        }
    }

    /// Parcels that were marked as leaving and of which nobody knows yet whether they left.
    package func leavingParcels() throws -> [Parcel] { try parcels(StoreSQL.parcelsLeaving) { _ in } }

    /// Parcels whose time for results has run out.
    package func overdueParcels(at now: Timestamp, limit: Int) throws -> [Parcel] {
        try parcels(StoreSQL.parcelsAwaiting) {
            try $0.bind(":now", now.milliseconds)
            try $0.bind(":limit", limit)
        }
    }

    package func parcels(ofBatch batch: BatchID) throws -> [Parcel] {
        try parcels(StoreSQL.parcelsOfBatch) { try $0.bind(":batch", batch.rawValue) }
    }

    /// Parcels of a batch that left in [from, to), in the order in which they left.
    package func parcels(ofBatch batch: BatchID, leftFrom from: Timestamp, to: Timestamp) throws -> [Parcel] {
        try parcels(StoreSQL.parcelsLeftBetween) {
            try $0.bind(":batch", batch.rawValue)
            try $0.bind(":from", from.milliseconds)
            try $0.bind(":to", to.milliseconds)
        }
    }

    /// Parcels of a campaign (of one batch, or nil for all) that wait, and with `inFlight` also those that left.
    package func openParcels(ofCampaign campaign: String, batch: BatchID?, inFlight: Bool) throws -> [ParcelID] {
        try ids(StoreSQL.parcelsOpenOfCampaign) {
            try $0.bind(":campaign", campaign)
            try $0.bind(":batch", batch?.rawValue ?? 0)
            try $0.bind(":inFlight", inFlight ? 1 : 0)
        }
    }

    /// When the next parcel may leave, and when the next results are due.
    package func nextMoments() throws -> (due: Timestamp?, result: Timestamp?) {
        func moment(_ sql: String) throws -> Timestamp? {
            let select = try database.statement(sql)
            defer { select.reset() }
            return try select.step() && !select.isNull(0) ? Timestamp(milliseconds: select.int64(0)) : nil
        }
        return (try moment(StoreSQL.nextParcel), try moment(StoreSQL.nextResult))
    }

    /// - Parameter ticket: what the transport finds the parcel again by; nil in a rehearsal.
    package func markLeaving(_ id: ParcelID, transport: String, ticket: [UInt8]?, at now: Timestamp) throws {
        let update = try database.statement(StoreSQL.markLeaving)
        try update.bind(":id", Int64(id.rawValue))
        try update.bind(":transport", transport)
        try update.bind(":ticket", ticket)
        try update.bind(":at", now.milliseconds)
        try update.run()
    }

    /// Writes down who travels in a parcel and who was taken out.
    package func setContacts(_ contacts: [ParcelContact], of id: ParcelID) throws {
        let update = try database.statement(StoreSQL.setParcelContacts)
        try update.bind(":id", Int64(id.rawValue))
        try update.bind(":contacts", ParcelContact.encode(contacts))
        try update.run()
    }

    /// A parcel has left: `resultsDue` nil means that nothing more is awaited of it.
    package func markLeft(_ id: ParcelID, contacts: [ParcelContact], resultsDue: Timestamp?) throws {
        let update = try database.statement(StoreSQL.markLeft)
        try update.bind(":id", Int64(id.rawValue))
        try update.bind(":status", (resultsDue == nil ? ParcelStatus.done : .awaiting).rawValue)
        try update.bind(":due", resultsDue?.milliseconds ?? 0)
        try update.bind(":count", contacts.count)
        try update.bind(":contacts", ParcelContact.encode(contacts))
        try update.run()
    }

    package func close(_ id: ParcelID) throws {
        let update = try database.statement(StoreSQL.closeParcel)
        try update.bind(":id", Int64(id.rawValue))
        try update.run()
    }

    package func delay(_ id: ParcelID, until due: Timestamp, reason: HoldReason) throws {
        let update = try database.statement(StoreSQL.delayParcel)
        try update.bind(":id", Int64(id.rawValue))
        try update.bind(":due", due.milliseconds)
        try update.bind(":hold", reason.kind.rawValue)
        try update.bind(":reason", reason.stored)
        try update.run()
    }

    /// When the next parcel comes due that a rate holds until a moment before `before`; nil when none does.
    package func nextPaced(before: Timestamp) throws -> Timestamp? {
        let select = try database.statement(StoreSQL.nextPaced)
        defer { select.reset() }
        try select.bind(":before", before.milliseconds)
        return try select.step() && !select.isNull(0) ? Timestamp(milliseconds: select.int64(0)) : nil
    }

    /// Puts off whatever of a campaign is due, over one channel or (nil) all.
    package func delayDue(
        ofCampaign campaign: String, channel: Channel?, at now: Timestamp, until due: Timestamp, reason: HoldReason
    ) throws {
        let update = try database.statement(StoreSQL.delayDueParcels)
        try update.bind(":campaign", campaign)
        try update.bind(":channel", channel?.name ?? "")
        try update.bind(":now", now.milliseconds)
        try update.bind(":due", due.milliseconds)
        try update.bind(":hold", reason.kind.rawValue)
        try update.bind(":reason", reason.stored)
        try update.run()
    }

    /// Has parcels of a campaign come due that wait for another configuration, a cap or a rate, unless they were queued under
    /// the configuration of this fingerprint.
    package func wakeHeld(ofCampaign campaign: String, exceptUnder config: String, at now: Timestamp) throws {
        let update = try database.statement(StoreSQL.wakeHeld)
        try update.bind(":campaign", campaign)
        try update.bind(":config", config)
        try update.bind(":now", now.milliseconds)
        try update.bind(":never", ContactPlanner.never.milliseconds)
        try update.run()
    }

    /// When parcels of a campaign or by a transport (empty: any) left, and how many contacts had been queued in each; in no order.
    package func departures(
        ofCampaign campaign: String = "", byTransport transport: String = "", after moment: Timestamp,
        until now: Timestamp
    ) throws -> [(at: Timestamp, count: Int)] {
        let select = try database.statement(StoreSQL.departures)
        defer { select.reset() }
        try select.bind(":campaign", campaign)
        try select.bind(":transport", transport)
        try select.bind(":after", moment.milliseconds)
        try select.bind(":now", now.milliseconds)
        var found: [(at: Timestamp, count: Int)] = []
        while try select.step() { found.append((Timestamp(milliseconds: select.int64(0)), select.int(1))) }
        return found
    }

    /// Contacts of one campaign that wait for one kind of reason.
    package struct Holding: Hashable, Sendable {
        package let campaign: String
        package let kind: HoldReason.Kind
        /// Nil where they wait for different reasons of the kind.
        package let reason: HoldReason?
        package let contacts: Int
        /// The first moment any of them may leave; nil when that does not depend on time.
        package let next: Timestamp?
    }

    /// What waits and why, by campaign, the most first: as many as there are kinds of reasons, and things that the configuration names.
    package func holdings() throws -> [Holding] {
        let select = try database.statement(StoreSQL.holdings)
        defer { select.reset() }
        var found: [Holding] = []
        while try select.step() {
            let next = Timestamp(milliseconds: select.int64(3))
            let reason = HoldReason(kind: select.int(1), stored: select.text(4))
            found.append(
                Holding(
                    campaign: select.text(0), kind: reason.kind,
                    reason: select.text(4) == select.text(5) ? reason : nil, contacts: select.int(2),
                    next: next < ContactPlanner.never ? next : nil))
        }
        return found
    }

    // MARK: Pausing

    package func pause(_ campaign: String, at now: Timestamp) throws {
        let insert = try database.statement(StoreSQL.pause)
        try insert.bind(":campaign", campaign)
        try insert.bind(":at", now.milliseconds)
        try insert.run()
    }

    package func resume(_ campaign: String) throws {
        let delete = try database.statement(StoreSQL.resume)
        try delete.bind(":campaign", campaign)
        try delete.run()
    }

    package func pausedCampaigns() throws -> Set<String> {
        let select = try database.statement(StoreSQL.pausedCampaigns)
        defer { select.reset() }
        var paused: Set<String> = []
        while try select.step() { paused.insert(select.text(0)) }
        return paused
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

    private func parcels(_ sql: String, bind: (Statement) throws -> Void) throws -> [Parcel] {
        let select = try database.statement(sql)
        defer { select.reset() }
        try bind(select)
        var parcels: [Parcel] = []
        while try select.step() {
            guard let status = ParcelStatus(rawValue: select.int(8)) else {
                throw StoreProblem.damaged(what: "parcel \(select.int64(0)) has an unknown status")
            }
            parcels.append(
                Parcel(
                    id: ParcelID(rawValue: UInt32(select.int64(0))), batch: BatchID(rawValue: select.int64(1)),
                    campaign: select.text(2), step: select.text(3), channel: Channel(select.text(4)),
                    zone: select.text(5),
                    priority: select.int(6), due: Timestamp(milliseconds: select.int64(7)), status: status,
                    leftAt: Timestamp(milliseconds: select.int64(10)), transport: select.text(11),
                    ticket: select.isNull(16) ? nil : select.blob(16), config: select.text(12),
                    reason: HoldReason(kind: select.int(13), stored: select.text(14)),
                    contacts: ParcelContact.decode(select.blob(15))))
        }
        return parcels
    }
}
