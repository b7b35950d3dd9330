/// The changes that one transaction makes to the contacts of one batch.
///
/// It reads each segment's standing once, keeps the changes, forms parcels of the contacts that go on, and writes all
/// of it with `finish`; until then nothing is in the store. Call it inside the transaction.
package final class StandingChanges {
    private struct OpenSegment {
        let stored: StoredSegment
        var standings: Standings
        var isChanged = false
    }

    private let store: any Store
    private let batch: BatchID
    private let campaign: String
    private let config: String
    private let capacity: Int
    private let now: Timestamp
    private var segments: [SegmentID: OpenSegment] = [:]
    private var lastSegment: SegmentID?
    private var tally: [ContactState: Int] = [:]
    private var lanes: [ParcelLane: [ParcelContact]] = [:]
    private var laneOrder: [ParcelLane] = []

    /// - Parameter capacity: how many contacts travel together at the most.
    package init(
        store: any Store, batch: BatchID, campaign: String, config: String, capacity: Int = Parcel.capacity,
        now: Timestamp
    ) {
        self.store = store
        self.batch = batch
        self.campaign = campaign
        self.config = config
        self.capacity = capacity
        self.now = now
    }

    /// A contact: its values, and where it stands.
    package struct Contact {
        package let segment: ContactSegment
        package let segmentID: SegmentID
        package let index: Int
        package let standing: Standing
    }

    /// Nil when the batch has no accepted contact of that number.
    package func contact(_ record: UInt32) throws -> Contact? {
        guard let id = try open(segmentOf: record), let segment = segments[id],
            let index = segment.stored.contacts.index(of: record)
        else { return nil }
        return Contact(
            segment: segment.stored.contacts, segmentID: id, index: index, standing: segment.standings[index])
    }

    /// Puts a contact where `standing` says; its totals follow.
    package func move(_ contact: Contact, to standing: Standing) {
        guard var segment = segments[contact.segmentID] else { return }
        let old = segment.standings[contact.index]
        // Taken out of the table first, so that the change below is made in place.
        segments[contact.segmentID] = nil
        segment.standings[contact.index] = standing
        segment.isChanged = true
        segments[contact.segmentID] = segment
        if old.state != standing.state {
            tally[old.state, default: 0] -= 1
            tally[standing.state, default: 0] += 1
        }
    }

    /// Sorts a contact into a parcel of `lane`; its standing gets the parcel's number with `finish`.
    package func queue(_ contact: Contact, in lane: ParcelLane, attempt: UInt8, stepAttempt: UInt8) {
        if lanes[lane] == nil { laneOrder.append(lane) }
        lanes[lane, default: []].append(
            ParcelContact(
                record: contact.segment.record(at: contact.index), attempt: attempt, stepAttempt: stepAttempt))
    }

    /// Writes everything.
    package func finish() throws {
        for lane in laneOrder {
            let contacts = lanes[lane] ?? []
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
                    move(contact, to: standing)
                }
            }
        }
        for (id, segment) in segments where segment.isChanged { try store.put(segment.standings, of: id) }
        if tally.contains(where: { $0.value != 0 }) { try store.apply(tally, to: batch, at: now) }
        segments = [:]
        lanes = [:]
        laneOrder = []
        tally = [:]
    }

    private func open(segmentOf record: UInt32) throws -> SegmentID? {
        if let last = lastSegment, let segment = segments[last], segment.stored.contacts.index(of: record) != nil {
            return last
        }
        for (id, segment) in segments where segment.stored.contacts.index(of: record) != nil {
            lastSegment = id
            return id
        }
        guard let stored = try store.segment(of: record, batch: batch) else { return nil }
        let standings =
            try store.standings(of: stored.id) ?? Standings(count: stored.contacts.count)
        guard standings.count == stored.contacts.count else {
            throw StoreProblem.damaged(
                what: "segment \(stored.id.number) of batch \(batch) and where its contacts stand")
        }
        segments[stored.id] = OpenSegment(stored: stored, standings: standings)
        lastSegment = stored.id
        return stored.id
    }
}
