/// The changes that one transaction makes to the contacts of one batch.
///
/// It reads each segment's standings once, collects the changes, forms parcels of the contacts that go on, and writes
/// everything in `finish`; until then, nothing is in the store. Use it inside the transaction.
package final class StandingChanges {
    /// A segment with contacts that were asked for.
    fileprivate final class OpenSegment {
        let id: SegmentID
        private let store: any Store
        private let records: SegmentRecords?
        private var contacts: ContactSegment?
        var standings: Standings
        var isChanged = false
        private var lastIndex = -1

        /// - Parameter contacts: nil if few of their values are needed, if any; they are then read one by one.
        init(_ id: SegmentID, _ store: any Store, contacts: ContactSegment?, records: SegmentRecords?) throws {
            self.id = id
            self.store = store
            self.contacts = contacts
            self.records = records
            let count = records?.count ?? contacts?.count ?? 0
            standings = try store.standings(of: id) ?? Standings(count: count)
            guard standings.count == count else {
                throw StoreProblem.damaged(
                    what: "segment \(id.number) of batch \(id.batch) and where its contacts stand")
            }
        }

        func index(of record: UInt32) -> Int? {
            if let records { return records.index(of: record) }
            guard let contacts else { return nil }
            // Those of a parcel follow each other.
            let next = lastIndex + 1
            let index =
                next < contacts.count && contacts.record(at: next) == record ? next : contacts.index(of: record)
            if let index { lastIndex = index }
            return index
        }

        func values() throws -> ContactSegment {
            if let contacts { return contacts }
            guard let stored = try store.segment(id) else {
                throw StoreProblem.damaged(what: "segment \(id.number) of batch \(id.batch)")
            }
            contacts = stored.contacts
            return stored.contacts
        }
    }

    private let store: any Store
    private let batch: BatchID
    private let campaign: String
    private let config: String
    private let capacity: Int
    private let now: Timestamp
    private let needsValues: Bool
    private var segments: [SegmentID: OpenSegment] = [:]
    private var lastSegment: OpenSegment?
    /// By how much each state's total changes, by its number.
    private var tally = StandingChanges.noTally
    private static let noTally = Array(repeating: 0, count: Int(UInt8.max) + 1)
    private var lanes: [ParcelLane: [ParcelContact]] = [:]
    private var laneOrder: [ParcelLane] = []
    /// Where contacts go that were taken out of a parcel of this transaction, if anywhere.
    private var laterLanes: [UInt32: ParcelLane?] = [:]

    /// This many segments are open at once; the changes of earlier ones are written.
    private static let mostOpen = 64

    /// - Parameters:
    ///   - capacity: the most contacts in one parcel.
    ///   - needsValues: whether contacts' values are needed, and not only their standings.
    package init(
        store: any Store, batch: BatchID, campaign: String, config: String, capacity: Int = Parcel.capacity,
        needsValues: Bool = true, now: Timestamp
    ) {
        self.needsValues = needsValues
        self.store = store
        self.batch = batch
        self.campaign = campaign
        self.config = config
        self.capacity = capacity
        self.now = now
    }

    /// A contact: its values and its standing.
    package struct Contact {
        fileprivate let opened: OpenSegment
        package let record: UInt32
        package let index: Int
        package let standing: Standing

        package var segment: ContactSegment { get throws { try opened.values() } }
    }

    /// Nil if the batch has no accepted contact with that number.
    package func contact(_ record: UInt32) throws -> Contact? {
        guard let (segment, index) = try place(of: record) else { return nil }
        return Contact(opened: segment, record: record, index: index, standing: segment.standings[index])
    }

    /// Moves a contact to `standing`; the totals follow.
    package func move(_ contact: Contact, to standing: Standing) throws {
        // It may have been written and let go of since.
        guard
            let segment = try lastSegment === contact.opened ? contact.opened : opened(contact.opened.id)
        else { return }
        let old = segment.standings[contact.index]
        segment.standings[contact.index] = standing
        segment.isChanged = true
        if old.state != standing.state {
            tally[Int(old.state.rawValue)] -= 1
            tally[Int(standing.state.rawValue)] += 1
        }
    }

    /// Sorts a contact into a parcel of `lane`; `finish` writes the parcel's number into its standing.
    package func queue(_ contact: Contact, in lane: ParcelLane, attempt: UInt8, stepAttempt: UInt8) {
        if laterLanes[contact.record] != nil { laterLanes[contact.record] = .some(lane) }
        if lanes[lane] == nil { laneOrder.append(lane) }
        lanes[lane, default: []].append(
            ParcelContact(record: contact.record, attempt: attempt, stepAttempt: stepAttempt))
    }

    /// Takes a contact out of the parcels it was sorted into; it may be sorted again.
    package func unqueue(_ contact: Contact) { laterLanes[contact.record] = .some(nil) }

    /// Those who travel in a lane, each once.
    private func contacts(in lane: ParcelLane) -> [ParcelContact] {
        let all = lanes[lane] ?? []
        if laterLanes.isEmpty { return all }
        var seen: Set<UInt32> = []
        // The last word on somebody counts.
        return all.reversed().filter { member in
            guard let later = laterLanes[member.record] else { return true }
            return later == lane && seen.insert(member.record).inserted
        }.reversed()
    }

    /// Writes everything.
    package func finish() throws {
        for lane in laneOrder {
            let contacts = contacts(in: lane)
            let capacity = lane.isForOne ? 1 : capacity
            for start in stride(from: 0, to: contacts.count, by: capacity) {
                let members = Array(contacts[start..<min(start + capacity, contacts.count)])
                let id = try store.insert(
                    NewParcel(
                        batch: batch, campaign: campaign, step: lane.step, channel: lane.channel, zone: lane.zone,
                        priority: lane.priority, due: lane.due, config: config, reason: lane.reason,
                        contacts: members))
                for member in members {
                    guard let contact = try contact(member.record) else { continue }
                    var standing = contact.standing
                    standing.parcel = id.rawValue
                    try move(contact, to: standing)
                }
            }
        }
        try letGo()
        let changed = ContactState.allCases.filter { tally[Int($0.rawValue)] != 0 }
        if !changed.isEmpty {
            let changes = changed.map { ($0, tally[Int($0.rawValue)]) }
            try store.apply(Dictionary(uniqueKeysWithValues: changes), to: batch, at: now)
        }
        lanes = [:]
        laneOrder = []
        laterLanes = [:]
        tally = Self.noTally
    }

    private func place(of record: UInt32) throws -> (OpenSegment, Int)? {
        if let last = lastSegment, let index = last.index(of: record) { return (last, index) }
        guard let id = try store.segmentID(of: record, batch: batch), let segment = try opened(id) else { return nil }
        lastSegment = segment
        return segment.index(of: record).map { (segment, $0) }
    }

    private func opened(_ id: SegmentID) throws -> OpenSegment? {
        if let known = segments[id] { return known }
        if segments.count >= Self.mostOpen { try letGo() }
        let segment: OpenSegment
        if needsValues {
            guard let stored = try store.segment(id) else { return nil }
            segment = try OpenSegment(id, store, contacts: stored.contacts, records: nil)
        } else {
            guard let records = try store.records(of: id) else { return nil }
            segment = try OpenSegment(id, store, contacts: nil, records: records)
        }
        segments[id] = segment
        return segment
    }

    /// Writes the changes and closes the segments.
    private func letGo() throws {
        for (id, segment) in segments where segment.isChanged { try store.put(segment.standings, of: id) }
        (segments, lastSegment) = ([:], nil)
    }
}
