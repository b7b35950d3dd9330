/// The queue of parcels that wait, are claimed, leave and are answered.
///
///     undecided ──▶ waiting ──claimDue──▶ (claimed) ──markLeaving──▶ leaving ──markLeft──▶ awaiting ──close──▶ done
///
/// Several machines may work on one store. A parcel's claim keeps it from being sent twice: a name and a time on its
/// row. One statement sets them, if nobody else's claim is valid; without a claim, a parcel cannot be marked as
/// leaving.
package protocol ParcelQueue {
    /// Stores a parcel and gives it its number. Numbers rise. Files and departures refer to them, so one is given again
    /// only if its parcel was never visible (`Ledger.discardHiddenRows`).
    func insert(_ parcel: NewParcel) throws -> ParcelID

    /// From now on no number up to this one, which is above all that were given, is given; the parcels that have not
    /// left get others, too. Call it inside a transaction.
    func giveNumbers(after last: ParcelID) throws

    // MARK: Leaving

    /// Claims up to `limit` parcels that may leave at `now`, for `owner` until `lease`: those that are due, of visible
    /// batches and of campaigns that are not paused. Highest priority first, then the longest due, then by number. In a
    /// transaction of its own.
    ///
    /// An owner has a name that is not empty. Parcels that another owner claimed are left out while that lease lasts
    /// (`now` before its end). Parcels that the same owner claimed are included, so nothing is lost when it stops
    /// half-way or restarts under its name. Whoever needs longer than the lease must claim again. Rows that cannot be
    /// read are claimed too, and returned as damaged: they must not leave.
    ///
    /// - Parameters:
    ///   - full: campaigns and channels for which there is no room; their parcels are not claimed.
    ///   - behind: parcels that are not claimed either, since others come first.
    func claimDue(
        limit: Int, owner: String, lease: Timestamp, now: Timestamp, except full: Set<CampaignChannel>,
        behind: Set<ParcelID>
    ) throws -> FoundParcels

    /// Marks that a parcel leaves at `now` over a transport: durably, before the transport sees it. Throws `ClaimLost`,
    /// and changes nothing, unless the parcel waits and `owner` has claimed it: whoever has the claim now sends it.
    ///
    /// - Parameter ticket: how the transport identifies the parcel later; nil in a rehearsal. It stays on the row.
    func markLeaving(_ id: ParcelID, owner: String, transport: String, ticket: [UInt8]?, at now: Timestamp) throws

    /// Records who is in a parcel: who travels and who was taken out.
    func setContacts(_ contacts: [ParcelContact], of id: ParcelID) throws

    /// Marks that a parcel has left; `resultsDue` is nil if no results are awaited. Doing it again changes nothing.
    func markLeft(_ id: ParcelID, contacts: [ParcelContact], resultsDue: Timestamp?) throws

    /// Marks that no more results of a parcel are awaited.
    func close(_ id: ParcelID) throws

    /// Parcels that were marked as leaving and whose outcome is not known yet, by number: those of `owner`, and those
    /// of others whose lease ended before `now`.
    func leavingParcels(owner: String, now: Timestamp) throws -> FoundParcels

    /// The numbers of all parcels that are leaving, rising, whoever claimed them and whether or not they can be read.
    func leavingIDs() throws -> [ParcelID]

    /// Parcels whose time for results has run out, longest first, except those of some campaigns.
    func overdueParcels(at now: Timestamp, limit: Int, except campaigns: Set<String>) throws -> FoundParcels

    // MARK: Waiting

    /// Puts a parcel off. Its claim ends, unless it is leaving: then its transport is asked about it again. (A parcel
    /// that awaits results awaits them until `due`.)
    func delay(_ id: ParcelID, until due: Timestamp, reason: HoldReason) throws

    /// Puts off everything of a campaign that is due, over one channel or (nil) all. Claims stay: whoever claimed a
    /// parcel may be sending it.
    func delayDue(
        ofCampaign campaign: String, channel: Channel?, at now: Timestamp, until due: Timestamp, reason: HoldReason)
        throws

    /// Campaigns with parcels that wait for a moment after this one, or for ever.
    func waitingCampaigns(after moment: Timestamp) throws -> [String]

    /// Makes parcels of a campaign due that wait for another configuration, a cap or a rate, unless they were queued
    /// under the configuration with this fingerprint.
    func wakeHeld(ofCampaign campaign: String, exceptUnder config: String, at now: Timestamp) throws

    /// Makes parcels due that wait for one kind of reason, which may no longer hold.
    func wake(heldFor kind: HoldReason.Kind, at now: Timestamp) throws

    /// The same for those of batches that cannot be seen yet.
    func wakeUnseen(heldFor kind: HoldReason.Kind, at now: Timestamp) throws

    /// Batches that can be seen with parcels that wait for one kind of reason beyond a moment.
    func batches(heldFor kind: HoldReason.Kind, after moment: Timestamp) throws -> [BatchID]

    /// Those parcels of one batch, by number.
    func parcels(ofBatch batch: BatchID, heldFor kind: HoldReason.Kind, after moment: Timestamp) throws -> [Parcel]

    /// The clock was set back from a moment to another one. What was due stays due, and so does what is tried again
    /// after a while (rates, transports, what has to be mended first); nobody's claim lasts longer than `lease`.
    /// Returns how many parcels came due so, and how many contacts wait for a later moment of the clock.
    func followClock(backFrom latest: Timestamp, to now: Timestamp, lease: Timestamp) throws -> (due: Int, waiting: Int)

    /// When the next parcel may leave, and when the next results are due; nil: never.
    func nextMoments() throws -> (due: Timestamp?, result: Timestamp?)

    /// When the next parcel comes due in (after, before], among those that only wait for a time (hours, a delay, a
    /// rate, a cap); nil if none does. Parcels that wait for a person or a transport do not count.
    func nextDue(after: Timestamp, before: Timestamp) throws -> Timestamp?

    /// From when to when parcels come due in (after, before] that could not be handed over, and are tried again; nil if
    /// none does.
    func nextTries(after: Timestamp, before: Timestamp) throws -> ClosedRange<Timestamp>?

    /// Stops a campaign: nothing of it leaves. Doing it again changes nothing.
    func pause(_ campaign: String, at now: Timestamp) throws

    /// Lets a campaign's parcels leave again; fine if it was not paused.
    func resume(_ campaign: String) throws

    /// The campaigns that are paused, and since when.
    func pauses() throws -> [String: Timestamp]

    // MARK: Undecided

    /// Batches with contacts that wait for a sampling program's answer, oldest first.
    func undecidedBatches() throws -> [BatchID]

    /// The records of these contacts; some of them may be closed.
    func undecidedRecords(of batch: BatchID) throws -> RecordSet

    /// Sets why they wait.
    func setUndecidedReason(_ reason: HoldReason, of batch: BatchID) throws

    /// Ends their waiting: each is in another parcel by now, or closed.
    func closeUndecided(of batch: BatchID) throws

    // MARK: Looking up

    func parcel(_ id: ParcelID) throws -> Parcel?

    /// All parcels of a batch, by number.
    func parcels(ofBatch batch: BatchID) throws -> [Parcel]

    /// Those that have a record of it, by number. Of the others no more is read than that, but for their damage.
    func parcels(ofBatch batch: BatchID, with record: UInt32) throws -> [Parcel]

    /// Parcels of a campaign (of one batch, or nil for all) that wait, and with `inFlight` also those that left, by
    /// number.
    func openParcels(ofCampaign campaign: String, batch: BatchID?, inFlight: Bool) throws -> [ParcelID]

    /// Which parcels have left; nil if there are no parcels at all.
    func departed() throws -> DepartedParcels?

    /// When parcels left, in (after, now], and how many contacts were queued in each. Leaving parcels count.
    func departures(
        of holder: DepartureHolder, after moment: Timestamp, until now: Timestamp
    ) throws -> [(at: Timestamp, count: Int)]

    /// What waits and why, by campaign, the most contacts first. There are as many as kinds of reasons, and things the
    /// configuration names. Leaving parcels whose outcome is unknown count as waiting. Contacts that have ended are not
    /// counted, though they may still have a seat in a parcel; where the parcels of a batch wait for different things,
    /// they are taken off in proportion.
    func holdings() throws -> [Holding]
}

extension ParcelQueue {
    package func pausedCampaigns() throws -> Set<String> { Set(try pauses().keys) }
}

/// Selects departures: those of a campaign, or those that a transport carried.
package enum DepartureHolder: Sendable {
    case campaign(String)
    case transport(String)
}

/// The parcels that have left: all up to a number, except some.
package struct DepartedParcels: Sendable, Equatable {
    /// The highest number.
    package let last: ParcelID
    /// The last batch that has a parcel.
    package let lastBatch: BatchID
    /// The parcels that have not left, by number.
    package let waiting: [ParcelID]

    package init(last: ParcelID, lastBatch: BatchID, waiting: [ParcelID]) {
        self.last = last
        self.lastBatch = lastBatch
        self.waiting = waiting
    }
}

/// A campaign's parcels for one channel, which share a transport.
package struct CampaignChannel: Hashable, Sendable {
    package let campaign: String
    package let channel: Channel

    package init(campaign: String, channel: Channel) {
        self.campaign = campaign
        self.channel = channel
    }
}

/// A parcel about to be stored.
package struct NewParcel: Sendable {
    package var batch: BatchID
    package var campaign: String
    package var step: String
    package var channel: Channel
    package var zone: String
    package var priority: Int
    package var due: Timestamp
    package var config: String
    package var reason: HoldReason
    package var contacts: [ParcelContact]
    package var status: ParcelStatus

    package init(
        batch: BatchID, campaign: String, step: String, channel: Channel, zone: String = "", priority: Int = 5,
        due: Timestamp, config: String = "", reason: HoldReason = .due, contacts: [ParcelContact],
        status: ParcelStatus = .waiting
    ) {
        self.batch = batch
        self.campaign = campaign
        self.step = step
        self.channel = channel
        self.zone = zone
        self.priority = priority
        self.due = due
        self.config = config
        self.reason = reason
        self.contacts = contacts
        self.status = status
    }
}

/// Contacts of one campaign that wait for one kind of reason.
package struct Holding: Hashable, Sendable {
    package let campaign: String
    package let kind: HoldReason.Kind
    /// Nil if they wait for different reasons of the kind.
    package let reason: HoldReason?
    package let contacts: Int
    /// The first time any of them may leave; nil if that does not depend on time.
    package let next: Timestamp?
    /// The last time any of them comes due; nil if that does not depend on time.
    package let last: Timestamp?
    /// When how many of them come due, by quarter of an hour, in order; without those for which that does not depend on
    /// time.
    package let openings: [Opening]

    package struct Opening: Hashable, Sendable {
        package let at: Timestamp
        package let contacts: Int

        package init(at: Timestamp, contacts: Int) {
            self.at = at
            self.contacts = contacts
        }
    }

    static let openingMilliseconds = 900_000
}

/// The parcels asked for, and separately those whose rows cannot be read; the others can go on without them.
package struct FoundParcels: Sendable {
    package var readable: [Parcel] = []
    package var damaged: [DamagedParcel] = []

    package init() {}

    package var isEmpty: Bool { readable.isEmpty && damaged.isEmpty }
}

/// A parcel whose row cannot be read. It is not sent; `delay` moves it out of the others' way.
package struct DamagedParcel: Sendable {
    package let id: ParcelID
    package let problem: StoreProblem
}

/// Somebody else has the parcel by now, or it no longer waits: it must not be sent from here.
package struct ClaimLost: Error, CustomStringConvertible {
    package let parcel: ParcelID

    package init(parcel: ParcelID) { self.parcel = parcel }

    package var description: String {
        "parcel \(parcel) is not claimed by this waybill any more; whoever claimed it sends it"
    }
}
