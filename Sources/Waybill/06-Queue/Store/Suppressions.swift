/// Who must not be contacted: what people said, and what lists say.
///
/// Both are kept beside each other, so that neither START nor a list lifts what the other says. Each call that
/// changes something adds to the trail when it was, what did it and whom it was about; nothing is ever removed from
/// the trail.
package protocol Suppressions: AnyObject {
    // MARK: What people say

    /// Notes that a person does not want to be contacted, and when they said so last. Again changes the time only, and
    /// only to a later one. False, and nothing is changed, where the person wanted to hear from us again later than
    /// that (`liftStop`), whichever of the two came first.
    @discardableResult
    func suppress(
        _ key: UInt64, kind: Listing.Kind, reason: String, source: BatchID, record: UInt32, at now: Timestamp
    ) throws -> Bool

    /// The person wants to hear from us again, unless they said stop at `moment` or later; what stands on a list stays
    /// there. Where nothing was said, what is said later of an earlier moment does not count either.
    ///
    /// - Parameter moment: nil where nobody knows when they said so: it lifts the stop that is known, and no other.
    func liftStop(
        of key: UInt64, kind: Listing.Kind, source: BatchID, record: UInt32, at now: Timestamp,
        saidBefore moment: Timestamp?
    ) throws

    /// Whether the person said stop.
    func hasStopped(_ key: UInt64) throws -> Bool

    // MARK: What lists say

    /// Carries out entries of one list that share all but their keys. Quickest when the keys of all calls rise.
    ///
    /// A recipient that stands there for the same campaign, channel and named list keeps the longer of both times: a
    /// list never shortens what another one asked for. One that is taken off is so within the scope that is given, and
    /// what is narrower, from all lists; where a named list is given, from that alone and of that scope alone.
    func carryOut(
        _ listing: Listing, isRemoval: Bool, for keys: ArraySlice<UInt64>, source: BatchID, at now: Timestamp) throws

    /// How many entries a named list has, and how many of them by earlier drops than this one alone.
    func countListed(on list: String, before source: BatchID) throws -> (all: Int, earlier: Int)

    /// Takes off who stands on a named list by earlier drops than this one alone: some of them with each call, from a
    /// place on. Returns where to go on; nil when nobody was left.
    func takeOffEarlier(
        than source: BatchID, list: String, from place: UInt64?, at now: Timestamp
    ) throws -> UInt64?

    /// Forgets listings whose time is over; they hold for nobody from then on in any case.
    func removeExpiredListings(at now: Timestamp) throws

    // MARK: Asking

    /// What names the configuration has; nil: all are known.
    var namesInForce: NamesInForce? { get set }

    /// Why a message of a sort must not go to a recipient, nil when it may. What the person said and took back goes
    /// before lists, lists for all channels before those for one. Without a channel, only what holds for all counts.
    func suppression(of key: UInt64, for sort: MessageSort, at now: Timestamp) throws -> Suppression?

    /// All that speaks against contacting a recipient: what the person said first, then what lists say, for all
    /// channels first.
    func suppressions(of key: UInt64, at now: Timestamp) throws -> [Suppression]

    /// The listings of more than one recipient that hold at `now`.
    func wideListings(at now: Timestamp) throws -> WideListings

    /// A filter over all who are suppressed. It is made when it is first asked for, which takes a second for ten
    /// millions, and follows what is written over this store.
    func suppressionFilter() throws -> SuppressionFilter

    /// Listings that hold at `now`, and what people said, counted by what they share. Goes over all of them.
    func listingTotals(at now: Timestamp) throws -> [ListingTotal]

    /// What the trail has of recipients, oldest first. Reads the whole trail: 8 bytes for each entry of each list.
    func suppressionChanges(of keys: Set<UInt64>) throws -> [NotedChange]
}

extension Suppressions {
    /// The same for a campaign without purpose and list.
    package func suppression(
        of key: UInt64, campaign: String, channel: Channel?, at now: Timestamp
    ) throws -> Suppression? {
        try suppression(of: key, for: MessageSort(campaign: campaign, channel: channel), at: now)
    }

    /// All that speaks against contacting somebody who has any of these keys, each once.
    package func suppressions(ofAny keys: [UInt64], at now: Timestamp) throws -> [Suppression] {
        var found = Set<Suppression>()
        return try keys.flatMap { try suppressions(of: $0, at: now) }.filter { found.insert($0).inserted }
    }
}

/// Why somebody must not be contacted.
package struct Suppression: Hashable, Sendable {
    package let state: ContactState
    package let reason: String
    package let scope: Listing.Scope
    package let expires: Timestamp?
    /// The drop that said so.
    package let source: BatchID
}

/// How many listings share all but their recipients.
package struct ListingTotal: Hashable, Sendable {
    /// Nil for what people said.
    package let scope: Listing.Scope?
    package let kind: String
    package let reason: String
    package let count: Int
    /// When the last of them ends; nil when one has no end.
    package let expires: Timestamp?
}

/// What a row of the trail is about.
package enum SuppressionChange: CaseIterable, Sendable {
    case listed, takenOff, stopped, lifted

    var kind: AuditKind {
        switch self {
        case .listed: .listed
        case .takenOff: .takenOff
        case .stopped: .stopped
        case .lifted: .lifted
        }
    }

    init?(kind: String) {
        guard let change = Self.allCases.first(where: { $0.kind.rawValue == kind }) else { return nil }
        self = change
    }

    package var label: String {
        switch self {
        case .listed: "listed"
        case .takenOff: "taken off"
        case .stopped: "said stop"
        case .lifted: "said start"
        }
    }
}

/// One change that concerned a recipient.
package struct NotedChange: Hashable, Sendable {
    package let change: SuppressionChange
    package let at: Timestamp
    package let source: BatchID
    package let scope: Listing.Scope
    package let reason: String
    package let expires: Timestamp?
}
