import SystemIO

/// Who must not be contacted: what people said, and what lists say.
///
/// Both are kept beside each other, so that neither START nor a list lifts what the other says. Of each change a row of the
/// trail tells when it was, what did it and whom it was about (`suppression_change`); nothing is ever removed from it.
extension Store {
    /// What a row of the trail tells.
    package enum SuppressionChange: Int, Sendable {
        case listed = 0
        case takenOff
        case stopped
        case lifted

        package var label: String {
            switch self {
            case .listed: "listed"
            case .takenOff: "taken off"
            case .stopped: "said stop"
            case .lifted: "said start"
            }
        }
    }

    // MARK: What people say

    /// Notes that a person does not want to be contacted, and when they said so last.
    package func suppress(
        _ key: UInt64, kind: Listing.Kind, reason: String, source: BatchID, at now: Timestamp
    ) throws {
        let isKnown = try hasStopped(key)
        let insert = try database.statement(StoreSQL.suppress)
        try insert.bind(":key", Self.signed(key))
        try insert.bind(":kind", kind.label)
        try insert.bind(":reason", reason)
        try insert.bind(":source", source.rawValue)
        try insert.bind(":at", now.milliseconds)
        try insert.run()
        if isKnown { return }
        filter?.insert(key, kind)
        try note(.stopped, Listing(key: key, kind: kind, reason: reason), [key], source: source, at: now)
    }

    /// The person wants to hear from us again, unless they said stop at `moment` or later; what stands on a list stays
    /// there.
    package func liftStop(
        of key: UInt64, kind: Listing.Kind, source: BatchID, at now: Timestamp, saidBefore moment: Timestamp
    ) throws {
        let delete = try database.statement(StoreSQL.liftStop)
        try delete.bind(":key", Self.signed(key))
        try delete.bind(":before", moment.milliseconds)
        try delete.run()
        guard database.changes > 0 else { return }
        try note(.lifted, Listing(key: key, kind: kind, reason: "reply"), [key], source: source, at: now)
    }

    /// Whether the person said stop.
    package func hasStopped(_ key: UInt64) throws -> Bool {
        let select = try database.statement(StoreSQL.stopOf)
        defer { select.reset() }
        try select.bind(":key", Self.signed(key))
        return try select.step()
    }

    // MARK: What lists say

    /// Carries out entries of one list that share all but their keys, inside a transaction.
    ///
    /// A recipient that stands there for the same campaign and channel keeps the longer of both times: a list never shortens
    /// what another one asked for. One that is taken off is so within the scope that is given, and what is narrower.
    package func carryOut(
        _ listing: Listing, isRemoval: Bool, for keys: some Collection<UInt64>, source: BatchID, at now: Timestamp
    ) throws {
        let statement = try database.statement(isRemoval ? StoreSQL.takeOffList : StoreSQL.list)
        var changed: [UInt64] = []
        for key in keys {
            try statement.bind(":key", Self.signed(key))
            try statement.bind(":campaign", listing.scope.campaign)
            try statement.bind(":channel", listing.scope.channel?.name ?? "")
            if !isRemoval {
                try statement.bind(":kind", listing.kind.rawValue)
                try statement.bind(":reason", listing.reason)
                try statement.bind(":source", source.rawValue)
                try statement.bind(":expires", listing.expires?.milliseconds ?? 0)
            }
            try statement.run()
            guard database.changes > 0 else { continue }
            changed.append(key)
            if !isRemoval { filter?.insert(key, listing.kind) }
        }
        try note(isRemoval ? .takenOff : .listed, listing, changed, source: source, at: now)
    }

    /// Forgets listings whose time is over.
    package func removeExpiredListings(at now: Timestamp) throws {
        let delete = try database.statement(StoreSQL.removeExpiredListings)
        try delete.bind(":now", now.milliseconds)
        try delete.run()
    }

    // MARK: Asking

    /// Why somebody must not be contacted.
    package struct Suppression: Hashable, Sendable {
        package let state: ContactState
        package let reason: String
        package let scope: Listing.Scope
        package let expires: Timestamp?
        /// The drop that said so.
        package let source: BatchID
    }

    /// Why a campaign must not contact a recipient over a channel, nil when it may. What the person said goes before lists,
    /// lists for all channels before those for one. Without a channel, only what holds for all of them counts.
    package func suppression(
        of key: UInt64, campaign: String, channel: Channel?, at now: Timestamp
    ) throws -> Suppression? {
        try suppressions(of: key, at: now).first { $0.scope.holds(campaign: campaign, channel: channel) }
    }

    /// All that speaks against contacting a recipient: what the person said first, then what lists say, for all channels first.
    package func suppressions(of key: UInt64, at now: Timestamp) throws -> [Suppression] {
        let select = try database.statement(StoreSQL.suppressionsOf)
        defer { select.reset() }
        try select.bind(":key", Self.signed(key))
        try select.bind(":now", now.milliseconds)
        var found: [Suppression] = []
        while try select.step() {
            let end = select.int64(4)
            found.append(
                Suppression(
                    state: select.int(0) != 0 ? .dncListed : .suppressed, reason: select.text(1),
                    scope: Listing.Scope(campaign: select.text(2), channel: Channel(unlessEmpty: select.text(3))),
                    expires: end == 0 ? nil : Timestamp(milliseconds: end),
                    source: BatchID(rawValue: select.int64(5))))
        }
        if found.count > 1 {
            func place(_ one: Suppression) -> (Int, String, String) {
                (one.state == .suppressed ? 0 : 1, one.scope.channel?.name ?? "", one.scope.campaign)
            }
            found.sort { place($0) < place($1) }
        }
        return found
    }

    /// All that speaks against contacting somebody who has any of these keys, each once.
    package func suppressions(ofAny keys: [UInt64], at now: Timestamp) throws -> [Suppression] {
        var told = Set<Suppression>()
        return try keys.flatMap { try suppressions(of: $0, at: now) }.filter { told.insert($0).inserted }
    }

    /// The filter over all who are suppressed; made when it is asked for first, which takes a second for ten millions.
    func suppressionFilter() throws -> SuppressionFilter {
        if let filter, !filter.isFull { return filter }
        let count = try database.statement(StoreSQL.countOfSuppressions)
        _ = try count.step()
        var made = SuppressionFilter(count: count.int(0))
        count.reset()
        let all = try database.statement(StoreSQL.allSuppressions)
        defer { all.reset() }
        while try all.step() {
            guard let kind = Listing.Kind(rawValue: all.int(1)) else {
                throw StoreProblem.damaged(what: "a do-not-contact listing has an unknown kind")
            }
            made.insert(Self.unsigned(all.int64(0)), kind)
        }
        filter = made
        return made
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

    package func listingTotals(at now: Timestamp) throws -> [ListingTotal] {
        var totals: [ListingTotal] = []
        let listed = try database.statement(StoreSQL.listingTotals)
        defer { listed.reset() }
        try listed.bind(":now", now.milliseconds)
        while try listed.step() {
            totals.append(
                ListingTotal(
                    scope: Listing.Scope(campaign: listed.text(1), channel: Channel(unlessEmpty: listed.text(2))),
                    kind: Listing.Kind(rawValue: listed.int(0))?.label ?? "",
                    reason: listed.text(3), count: listed.int(4),
                    expires: listed.int(6) > 0 ? nil : Timestamp(milliseconds: listed.int64(5))))
        }
        let stops = try database.statement(StoreSQL.stopTotals)
        defer { stops.reset() }
        while try stops.step() {
            totals.append(
                ListingTotal(
                    scope: nil, kind: stops.text(0), reason: stops.text(1), count: stops.int(2), expires: nil))
        }
        return totals
    }

    // MARK: The trail

    private static let mostKeysOfARow = 4_096

    private func note(
        _ change: SuppressionChange, _ listing: Listing, _ keys: [UInt64], source: BatchID, at now: Timestamp
    ) throws {
        var rest = keys[...]
        while !rest.isEmpty {
            let part = rest.prefix(Self.mostKeysOfARow)
            rest = rest.dropFirst(part.count)
            let insert = try database.statement(StoreSQL.noteSuppressionChange)
            try insert.bind(":at", now.milliseconds)
            try insert.bind(":source", source.rawValue)
            try insert.bind(":change", change.rawValue)
            try insert.bind(":kind", listing.kind.rawValue)
            try insert.bind(":campaign", listing.scope.campaign)
            try insert.bind(":channel", listing.scope.channel?.name ?? "")
            try insert.bind(":reason", listing.reason)
            try insert.bind(":expires", listing.expires?.milliseconds ?? 0)
            try insert.run(withBlob: KeyBytes.of(part), at: ":keys")
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

    /// The trail of a recipient, oldest first. Reads the whole trail: 8 bytes for each entry of each list.
    package func suppressionChanges(of keys: Set<UInt64>) throws -> [NotedChange] {
        let select = try database.statement(StoreSQL.suppressionChanges)
        defer { select.reset() }
        var found: [NotedChange] = []
        while try select.step() {
            var isConcerned = false
            KeyBytes.forEach(in: select.blob(7)) { key in isConcerned = isConcerned || keys.contains(key) }
            guard isConcerned, let change = SuppressionChange(rawValue: select.int(2)) else { continue }
            let end = select.int64(6)
            found.append(
                NotedChange(
                    change: change, at: Timestamp(milliseconds: select.int64(0)),
                    source: BatchID(rawValue: select.int64(1)),
                    scope: Listing.Scope(campaign: select.text(3), channel: Channel(unlessEmpty: select.text(4))),
                    reason: select.text(5),
                    expires: end == 0 ? nil : Timestamp(milliseconds: end)))
        }
        return found
    }
}
