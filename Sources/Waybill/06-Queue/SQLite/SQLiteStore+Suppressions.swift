import SystemIO

/// Who must not be contacted: what people said, and what lists say.
///
/// Both are kept beside each other, so that neither START nor a list lifts what the other says. Of each change a row
/// of the trail tells when it was, what did it and whom it was about (`suppression_change`); nothing is ever removed
/// from it.
extension SQLiteStore {
    // MARK: What people say

    /// Notes that a person does not want to be contacted, and when they said so last.
    package func suppress(
        _ key: UInt64, kind: Listing.Kind, reason: String, source: BatchID, at now: Timestamp
    ) throws -> Bool {
        if try isLifted(key, at: now) { return false }
        let isKnown = try hasStopped(key)
        let insert = try database.statement(SuppressionSQL.suppress)
        try insert.bind(":key", Self.signed(key))
        try insert.bind(":kind", kind.label)
        try insert.bind(":reason", reason)
        try insert.bind(":source", source.rawValue)
        try insert.bind(":at", now.milliseconds)
        try insert.run()
        if isKnown { return true }
        filter?.insert(key, kind)
        try note(.stopped, Listing(key: key, kind: kind, reason: reason), [key], source: source, at: now)
        return true
    }

    /// Whether the person said START after a moment.
    private func isLifted(_ key: UInt64, at moment: Timestamp) throws -> Bool {
        let select = try database.statement(SuppressionSQL.isLifted)
        defer { select.reset() }
        try select.bind(":key", Self.signed(key))
        try select.bind(":at", moment.milliseconds)
        return try select.step()
    }

    /// The person wants to hear from us again, unless they said stop at `moment` or later; what stands on a list stays
    /// there.
    package func liftStop(
        of key: UInt64, kind: Listing.Kind, source: BatchID, at now: Timestamp, saidBefore moment: Timestamp
    ) throws {
        let mark = try database.statement(SuppressionSQL.noteLifted)
        try mark.bind(":key", Self.signed(key))
        try mark.bind(":before", moment.milliseconds)
        try mark.run()
        let delete = try database.statement(SuppressionSQL.liftStop)
        try delete.bind(":key", Self.signed(key))
        try delete.bind(":before", moment.milliseconds)
        try delete.run()
        guard database.changes > 0 else { return }
        try note(.lifted, Listing(key: key, kind: kind, reason: "reply"), [key], source: source, at: now)
    }

    package func hasStopped(_ key: UInt64) throws -> Bool {
        let select = try database.statement(SuppressionSQL.stopOf)
        defer { select.reset() }
        try select.bind(":key", Self.signed(key))
        return try select.step()
    }

    // MARK: What lists say

    package func carryOut(
        _ listing: Listing, isRemoval: Bool, for keys: ArraySlice<UInt64>, source: BatchID, at now: Timestamp
    ) throws {
        let statement = try database.statement(isRemoval ? SuppressionSQL.takeOffList : SuppressionSQL.list)
        defer { statement.reset() }
        try statement.bind(":campaign", listing.scope.campaign)
        try statement.bind(":channel", listing.scope.channel?.name ?? "")
        if !isRemoval {
            try statement.bind(":kind", listing.kind.rawValue)
            try statement.bind(":reason", listing.reason)
            try statement.bind(":source", source.rawValue)
            try statement.bind(":expires", listing.expires?.milliseconds ?? 0)
        }
        // All else stays bound.
        let place = try statement.place(of: ":key")
        var changed: [UInt64] = []
        changed.reserveCapacity(keys.count)
        for key in keys {
            try statement.bind(place, Self.signed(key))
            while try statement.step() {}
            guard database.changes > 0 else { continue }
            changed.append(key)
            if !isRemoval { filter?.insert(key, listing.kind) }
        }
        try note(isRemoval ? .takenOff : .listed, listing, changed, source: source, at: now)
    }

    package func removeExpiredListings(at now: Timestamp) throws {
        let delete = try database.statement(SuppressionSQL.removeExpiredListings)
        try delete.bind(":now", now.milliseconds)
        try delete.run()
    }

    // MARK: Asking

    package func suppression(
        of key: UInt64, campaign: String, channel: Channel?, at now: Timestamp
    ) throws -> Suppression? {
        try suppressions(of: key, at: now).first { $0.scope.holds(campaign: campaign, channel: channel) }
    }

    package func suppressions(of key: UInt64, at now: Timestamp) throws -> [Suppression] {
        let select = try database.statement(SuppressionSQL.suppressionsOf)
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

    package func suppressionFilter() throws -> SuppressionFilter {
        if let filter, !filter.isFull { return filter }
        let count = try database.statement(SuppressionSQL.countOfSuppressions)
        _ = try count.step()
        var made = SuppressionFilter(count: count.int(0))
        count.reset()
        let all = try database.statement(SuppressionSQL.allSuppressions)
        defer { all.reset() }
        while try all.step() {
            made.insert(Self.unsigned(all.int64(0)), try Self.kind(all.int(1)))
        }
        filter = made
        return made
    }

    package func listingTotals(at now: Timestamp) throws -> [ListingTotal] {
        var totals: [ListingTotal] = []
        let listed = try database.statement(SuppressionSQL.listingTotals)
        defer { listed.reset() }
        try listed.bind(":now", now.milliseconds)
        while try listed.step() {
            totals.append(
                ListingTotal(
                    scope: Listing.Scope(campaign: listed.text(1), channel: Channel(unlessEmpty: listed.text(2))),
                    kind: try Self.kind(listed.int(0)).label,
                    reason: listed.text(3), count: listed.int(4),
                    expires: listed.int(6) > 0 ? nil : Timestamp(milliseconds: listed.int64(5))))
        }
        let stops = try database.statement(SuppressionSQL.stopTotals)
        defer { stops.reset() }
        while try stops.step() {
            totals.append(
                ListingTotal(
                    scope: nil, kind: stops.text(0), reason: stops.text(1), count: stops.int(2), expires: nil))
        }
        return totals
    }

    package func wideListings(at now: Timestamp) throws -> WideListings {
        var listings = WideListings()
        let select = try database.statement(SuppressionSQL.wideListings)
        defer { select.reset() }
        try select.bind(":now", now.milliseconds)
        while try select.step() {
            listings.add(
                Self.unsigned(select.int64(0)), try Self.kind(select.int(1)),
                Listing.Scope(campaign: select.text(3), channel: Channel(unlessEmpty: select.text(4))),
                reason: select.text(2))
        }
        return listings
    }

    private static func kind(_ number: Int) throws -> Listing.Kind {
        guard let kind = Listing.Kind(rawValue: number) else {
            throw StoreProblem.damaged(what: "a do-not-contact listing is of the unknown kind \(number)")
        }
        return kind
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
            let insert = try database.statement(SuppressionSQL.noteSuppressionChange)
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

    package func suppressionChanges(of keys: Set<UInt64>) throws -> [NotedChange] {
        let select = try database.statement(SuppressionSQL.suppressionChanges)
        defer { select.reset() }
        var found: [NotedChange] = []
        while try select.step() {
            var isConcerned = false
            KeyBytes.forEach(in: select.blob(7)) { key in isConcerned = isConcerned || keys.contains(key) }
            guard isConcerned else { continue }
            guard let change = SuppressionChange(rawValue: select.int(2)) else {
                throw StoreProblem.damaged(what: "the trail of suppressions has the unknown change \(select.int(2))")
            }
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
