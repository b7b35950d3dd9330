import SystemIO

/// What waits for one thing, combined from parcels, first from those that come due about the same time.
struct HoldingRows: Comparable {
    private let campaign: String
    private let hold: Int
    /// What distinguishes it from others of its kind.
    private let told: String
    private(set) var contacts: Int
    private var next: Timestamp
    private var last: Timestamp
    private var firstReason: String
    private var lastReason: String
    private var openings: [Holding.Opening] = []

    init(_ row: Statement) {
        campaign = row.text(0)
        hold = row.int(1)
        contacts = row.int(2)
        next = Timestamp(milliseconds: row.int64(3))
        firstReason = row.text(4)
        lastReason = row.text(5)
        last = Timestamp(milliseconds: row.int64(6))
        told = row.text(7)
        if next < ContactPlanner.never { openings = [Holding.Opening(at: next, contacts: contacts)] }
    }

    /// What distinguishes a row from others, before rows are combined.
    struct Opening: Hashable {
        let campaign: String
        let hold: Int
        let told: String
        let place: Int64
    }

    var opening: Opening {
        Opening(
            campaign: campaign, hold: hold, told: told,
            place: next.milliseconds / Int64(Holding.openingMilliseconds))
    }

    /// Takes contacts off a row that was not combined yet.
    mutating func takeOff(_ count: Int) {
        contacts = max(0, contacts - count)
        openings = openings.compactMap { contacts > 0 ? Holding.Opening(at: $0.at, contacts: contacts) : nil }
    }

    /// Adds what comes due about the same time.
    mutating func merge(_ other: HoldingRows) {
        combine(other)
        openings = next < ContactPlanner.never ? [Holding.Opening(at: next, contacts: contacts)] : []
    }

    /// Rows for the same thing follow each other, by when they come due.
    func comes(before other: HoldingRows) -> Bool {
        (campaign, hold, told, next) < (other.campaign, other.hold, other.told, other.next)
    }

    func isFollowed(by other: HoldingRows) -> Bool {
        campaign == other.campaign && hold == other.hold && told == other.told
    }

    mutating func add(_ other: HoldingRows) {
        combine(other)
        openings += other.openings
    }

    private mutating func combine(_ other: HoldingRows) {
        contacts += other.contacts
        next = min(next, other.next)
        last = max(last, other.last)
        firstReason = min(firstReason, other.firstReason)
        lastReason = max(lastReason, other.lastReason)
    }

    var holding: Holding {
        // Reported nevertheless: the parcels themselves are damaged, and held.
        let reason: HoldReason
        do {
            reason = try HoldReason(kind: hold, stored: firstReason)
        } catch {
            reason = .damaged(error.description)
        }
        return Holding(
            campaign: campaign, kind: reason.kind, reason: firstReason == lastReason ? reason : nil,
            contacts: contacts, next: next < ContactPlanner.never ? next : nil,
            last: last < ContactPlanner.never ? last : nil, openings: openings)
    }

    /// By campaign; within one, the most contacts first.
    static func < (one: HoldingRows, other: HoldingRows) -> Bool {
        if one.campaign != other.campaign { return one.campaign < other.campaign }
        if one.contacts != other.contacts { return one.contacts > other.contacts }
        return (one.hold, one.firstReason) < (other.hold, other.firstReason)
    }

    static func == (one: HoldingRows, other: HoldingRows) -> Bool { !(one < other) && !(other < one) }
}
