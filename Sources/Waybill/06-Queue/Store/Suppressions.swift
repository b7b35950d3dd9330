/// Who must not be contacted: what people said, and what lists say.
///
/// Both are kept beside each other, so that neither START nor a list lifts what the other says. Each call that
/// changes something adds to the trail when it was, what did it and whom it was about; nothing is ever removed from
/// the trail.
package protocol Suppressions: AnyObject {
    // MARK: What people say

    /// Notes that a person does not want to be contacted, and when they last said so. Repeating it only changes the
    /// time, and only to a later one. False, and nothing changes, if the person wanted to hear from us again later than
    /// that (`liftStop`), whichever of the two arrived first.
    @discardableResult
    func suppress(
        _ key: UInt64, kind: Listing.Kind, reason: String, source: BatchID, record: UInt32, at now: Timestamp
    ) throws -> Bool

    /// Notes that the person wants to hear from us again, unless they said stop at `moment` or later; listings stay. It
    /// also cancels stops from before `moment` that arrive later.
    ///
    /// - Parameter moment: nil if nobody knows when they said so: it lifts the known stop, and no other.
    func liftStop(
        of key: UInt64, kind: Listing.Kind, source: BatchID, record: UInt32, at now: Timestamp,
        saidBefore moment: Timestamp?
    ) throws

    /// Whether the person said stop.
    func hasStopped(_ key: UInt64) throws -> Bool

    // MARK: What lists say

    /// Applies entries of one list that share everything but their keys. Fastest if the keys of all calls rise.
    ///
    /// If a recipient is already listed for the same campaign, channel and named list, the later end counts: a list
    /// never shortens what another list asked for. Taking a recipient off removes what is within the given scope, or
    /// narrower, from all lists; if a named list is given, only exactly that scope from that list.
    func carryOut(
        _ listing: Listing, isRemoval: Bool, for keys: ArraySlice<UInt64>, source: BatchID, at now: Timestamp) throws

    /// How many entries a named list has, and how many of them by earlier drops than this one alone.
    func countListed(on list: String, before source: BatchID) throws -> (all: Int, earlier: Int)

    /// Takes off who stands on a named list by earlier drops than this one alone: some of them with each call, from a
    /// place on. Returns where to go on; nil when nobody was left.
    func takeOffEarlier(
        than source: BatchID, list: String, from place: UInt64?, at now: Timestamp
    ) throws -> UInt64?

    /// Removes listings that have ended; they no longer hold for anybody anyway.
    func removeExpiredListings(at now: Timestamp) throws

    // MARK: Asking

    /// What names the configuration has; nil: all are known.
    var namesInForce: NamesInForce? { get set }

    /// Why a message of a sort must not go to a recipient, nil when it may. What the person said and took back goes
    /// before lists, lists for all channels before those for one. Without a channel, only what holds for all counts.
    func suppression(of key: UInt64, for sort: MessageSort, at now: Timestamp) throws -> Suppression?

    /// Everything that forbids contacting a recipient: what the person said first, then what lists say, for all
    /// channels first.
    func suppressions(of key: UInt64, at now: Timestamp) throws -> [Suppression]

    /// The listings of more than one recipient that hold at `now`.
    func wideListings(at now: Timestamp) throws -> WideListings

    /// A filter over everybody who is suppressed. It is made when first asked for, which takes a second for ten million
    /// entries, and follows what is written over this store.
    func suppressionFilter() throws -> SuppressionFilter

    /// Listings that hold at `now`, and what people said, counted by what they share. Reads all of them.
    func listingTotals(at now: Timestamp) throws -> [ListingTotal]

    /// What the trail says about recipients, oldest first. Reads the whole trail: 8 bytes for each entry of each list.
    func suppressionChanges(of keys: Set<UInt64>) throws -> [NotedChange]
}

extension Suppressions {
    /// The same for a campaign without purpose and list.
    package func suppression(
        of key: UInt64, campaign: String, channel: Channel?, at now: Timestamp
    ) throws -> Suppression? {
        try suppression(of: key, for: MessageSort(campaign: campaign, channel: channel), at: now)
    }

    /// Everything that forbids contacting a person who has any of these keys, each once.
    package func suppressions(ofAny keys: [UInt64], at now: Timestamp) throws -> [Suppression] {
        var found = Set<Suppression>()
        return try keys.flatMap { try suppressions(of: $0, at: now) }.filter { found.insert($0).inserted }
    }
}

/// Why a person must not be contacted.
package struct Suppression: Hashable, Sendable {
    package let state: ContactState
    package let reason: String
    package let scope: Listing.Scope
    package let expires: Timestamp?
    /// The drop that said so.
    package let source: BatchID
}

/// How many listings share everything but their recipients.
package struct ListingTotal: Hashable, Sendable {
    /// Nil for what people said.
    package let scope: Listing.Scope?
    package let kind: String
    package let reason: String
    package let count: Int
    /// When the last of them ends; nil if one has no end.
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
