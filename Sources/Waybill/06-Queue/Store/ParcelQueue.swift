/// What is scheduled: parcels that wait, are claimed, leave and are answered.
///
///     undecided ──▶ waiting ──claimDue──▶ (claimed) ──markLeaving──▶ leaving ──markLeft──▶ awaiting ──close──▶ done
///
/// Several machines may work at one store. What keeps a parcel from being sent twice is its claim: a name and a
/// moment on its row, which one statement sets where nobody else's holds, and without which it is not marked as
/// leaving.
package protocol ParcelQueue {
    /// Stores a parcel and gives it its number. Numbers rise; one is given again only where its parcel was never seen
    /// (`Ledger.discardHiddenRows`), since files and departures are known by it.
    func insert(_ parcel: NewParcel) throws -> ParcelID

    // MARK: Leaving

    /// Claims up to `limit` parcels that may leave at `now`, for `owner` until `lease`: those that are due, of
    /// batches that can be seen and campaigns that are not paused, highest priority first, then the longest due, then
    /// by number. In a transaction of its own.
    ///
    /// An owner has a name that is not empty. A parcel that another owner claimed is not among them while its lease
    /// lasts (`now` before its end); those that the same owner claimed are, so that nothing is lost when it stops
    /// half-way or starts again under its name. Whoever needs longer than the lease must claim again. What cannot be
    /// read is claimed too, and given as damaged: it must not leave.
    ///
    /// - Parameter full: of what there is no room for, nothing is claimed.
    func claimDue(
        limit: Int, owner: String, lease: Timestamp, now: Timestamp, except full: Set<CampaignChannel>
    ) throws -> FoundParcels

    /// A parcel leaves at `now`, over a transport: durably, before the transport sees it. Throws `ClaimLost`, and
    /// changes nothing, unless it waits and `owner` has it claimed: whoever it is whose claim it is now sends it.
    ///
    /// - Parameter ticket: what the transport finds it again by; nil in a rehearsal. It stays on the row.
    func markLeaving(_ id: ParcelID, owner: String, transport: String, ticket: [UInt8]?, at now: Timestamp) throws

    /// Writes down who is in a parcel, and of those who travels and who was taken out.
    func setContacts(_ contacts: [ParcelContact], of id: ParcelID) throws

    /// A parcel has left: `resultsDue` nil means that nothing more is awaited of it. Again changes nothing.
    func markLeft(_ id: ParcelID, contacts: [ParcelContact], resultsDue: Timestamp?) throws

    /// Nothing more is awaited of a parcel.
    func close(_ id: ParcelID) throws

    /// Parcels that were marked as leaving and of which nobody knows yet whether they left, by number: those of
    /// `owner`, and those of others whose lease is over at `now`.
    func leavingParcels(owner: String, now: Timestamp) throws -> FoundParcels

    /// The numbers of all parcels that are leaving, whoever has claimed them and whether or not they can be read,
    /// rising.
    func leavingIDs() throws -> [ParcelID]

    /// Parcels whose time for results has run out, longest first, but for those of some campaigns.
    func overdueParcels(at now: Timestamp, limit: Int, except campaigns: Set<String>) throws -> FoundParcels

    // MARK: Waiting

    /// Puts a parcel off, and gives up its claim, unless it is leaving: then it is asked about again. (One that awaits
    /// its results awaits them until `due`.)
    func delay(_ id: ParcelID, until due: Timestamp, reason: HoldReason) throws

    /// Puts off whatever of a campaign is due, over one channel or (nil) all. Claims stay: who has claimed a parcel may
    /// have it in hand, and sends it if it can.
    func delayDue(
        ofCampaign campaign: String, channel: Channel?, at now: Timestamp, until due: Timestamp, reason: HoldReason)
        throws

    /// Campaigns with parcels that wait for a moment behind this one, or for ever.
    func waitingCampaigns(after moment: Timestamp) throws -> [String]

    /// Has parcels of a campaign come due that wait for another configuration, a cap or a rate, unless they were
    /// queued under the configuration of this fingerprint.
    func wakeHeld(ofCampaign campaign: String, exceptUnder config: String, at now: Timestamp) throws

    /// Has parcels come due that wait for one kind of reason, which may be none any more.
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

    /// When the next parcel may leave, and when the next results are due; nil for never.
    func nextMoments() throws -> (due: Timestamp?, result: Timestamp?)

    /// When the next parcel comes due that waits for nothing but a moment (hours, a delay, a rate, a cap) in
    /// (after, before]; nil when none does. What somebody has to mend, or a transport, is not waited for.
    func nextDue(after: Timestamp, before: Timestamp) throws -> Timestamp?

    /// Nothing of a campaign leaves any more. Again changes nothing.
    func pause(_ campaign: String, at now: Timestamp) throws

    /// It leaves again; also where it was not paused.
    func resume(_ campaign: String) throws

    func pausedCampaigns() throws -> Set<String>

    // MARK: Undecided

    /// Batches with contacts that wait for the answer of a sampling program, oldest first.
    func undecidedBatches() throws -> [BatchID]

    /// The records of such contacts; some of them may be closed.
    func undecidedRecords(of batch: BatchID) throws -> RecordSet

    /// Why they wait.
    func setUndecidedReason(_ reason: HoldReason, of batch: BatchID) throws

    /// They wait no longer: each is in another parcel by now, or closed.
    func closeUndecided(of batch: BatchID) throws

    // MARK: Looking up

    func parcel(_ id: ParcelID) throws -> Parcel?

    /// All parcels of a batch, by number.
    func parcels(ofBatch batch: BatchID) throws -> [Parcel]

    /// Parcels of a campaign (of one batch, or nil for all) that wait, and with `inFlight` also those that left, by
    /// number.
    func openParcels(ofCampaign campaign: String, batch: BatchID?, inFlight: Bool) throws -> [ParcelID]

    /// Which parcels have left; nil where there are none at all.
    func departed() throws -> DepartedParcels?

    /// When parcels left, in (after, now], and how many contacts had been queued in each. Those that are leaving count.
    func departures(
        of holder: DepartureHolder, after moment: Timestamp, until now: Timestamp
    ) throws -> [(at: Timestamp, count: Int)]

    /// What waits and why, by campaign, the most contacts first: as many as there are kinds of reasons, and things
    /// that the configuration names. What is leaving and cannot be told about waits too.
    func holdings() throws -> [Holding]
}

/// Whose parcels left: a campaign's, or those that a transport carried.
package enum DepartureHolder: Sendable {
    case campaign(String)
    case transport(String)
}

/// Which parcels have left, as those that there are but for some.
package struct DepartedParcels: Sendable, Equatable {
    /// The highest number.
    package let last: ParcelID
    /// The last batch that has a parcel.
    package let lastBatch: BatchID
    /// Those that have not left, by number.
    package let waiting: [ParcelID]

    package init(last: ParcelID, lastBatch: BatchID, waiting: [ParcelID]) {
        self.last = last
        self.lastBatch = lastBatch
        self.waiting = waiting
    }
}

/// What shares a transport: a campaign's parcels for one channel.
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
    /// Nil where they wait for different reasons of the kind.
    package let reason: HoldReason?
    package let contacts: Int
    /// The first moment any of them may leave; nil when that does not depend on time.
    package let next: Timestamp?
    /// The last moment any of them comes due; nil when that does not depend on time.
    package let last: Timestamp?
    /// When how many of them come due, those of a quarter of an hour together, in order; without those for which it
    /// does not depend on time.
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

/// Parcels that were asked for, and those among them whose rows cannot be read: the others go on without them.
package struct FoundParcels: Sendable {
    package var readable: [Parcel] = []
    package var damaged: [DamagedParcel] = []

    package init() {}

    package var isEmpty: Bool { readable.isEmpty && damaged.isEmpty }
}

/// A parcel whose row cannot be read. It is not sent; `delay` takes it out of the way of the others.
package struct DamagedParcel: Sendable {
    package let id: ParcelID
    package let problem: StoreProblem
}

/// The parcel is somebody else's by now, or does not wait any more: it must not be sent from here.
package struct ClaimLost: Error, CustomStringConvertible {
    package let parcel: ParcelID

    package init(parcel: ParcelID) { self.parcel = parcel }

    package var description: String {
        "parcel \(parcel) is not claimed by this waybill any more; whoever claimed it sends it"
    }
}
