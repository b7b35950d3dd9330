import SystemIO

/// Who must not be contacted: what people said, and what lists say.
///
/// The two are kept separately, so START does not lift a listing, and a list does not lift a stop. Each change adds a
/// row to the chain with its time, its source and the people (`audit`); nothing is ever removed from the chain.
extension SQLiteStore {
    // MARK: What people say

    package func suppress(
        _ key: UInt64, kind: Listing.Kind, reason: String, source: BatchID, record: UInt32, at now: Timestamp
    ) throws -> Bool {
        if try isLifted(key, at: now) { return false }
        let known = try stop(of: key)
        if let known {
            guard now.milliseconds > known.at else { return true }
            let again = try database.statement(SuppressionSQL.stopAgain)
            try again.bind(":key", Self.signed(key))
            try again.bind(":at", now.milliseconds)
            try again.run()
            suppressionChange.remove(SuppressionTotal.mark(stop: Self.signed(key), kind: known.kind, at: known.at))
        } else {
            try putStop(Listing(key: key, kind: kind, reason: reason), source, at: now)
        }
        let mark = SuppressionTotal.mark(stop: Self.signed(key), kind: known?.kind ?? kind.label, at: now.milliseconds)
        suppressionChange.add(mark)
        try noteWord(.revoke, of: key, kind: kind, source: source, record: record, at: now)
        if known != nil { return true }
        filter?.insert(key, kind)
        try note(.stopped, Listing(key: key, kind: kind, reason: reason), [key], source, record, at: now)
        return true
    }

    /// Does nothing if there is a stop already.
    func putStop(_ listing: Listing, _ source: BatchID, at now: Timestamp) throws {
        let insert = try database.statement(SuppressionSQL.suppress)
        try insert.bind(":key", Self.signed(listing.key))
        try insert.bind(":kind", listing.kind.label)
        try insert.bind(":reason", listing.reason)
        try insert.bind(":source", source.rawValue)
        try insert.bind(":at", now.milliseconds)
        try insert.run()
    }

    /// Whether the person said START after a moment.
    private func isLifted(_ key: UInt64, at moment: Timestamp) throws -> Bool {
        let select = try database.statement(SuppressionSQL.isLifted)
        defer { select.reset() }
        try select.bind(":key", Self.signed(key))
        try select.bind(":at", moment.milliseconds)
        return try select.step()
    }

    package func liftStop(
        of key: UInt64, kind: Listing.Kind, source: BatchID, record: UInt32, at now: Timestamp,
        saidBefore moment: Timestamp?
    ) throws {
        let known = try moment == nil ? stop(of: key) : nil
        guard let moment = moment ?? known.map({ Timestamp(milliseconds: $0.at + 1) }) else { return }
        try noteStart(of: Self.signed(key), before: moment.milliseconds)
        try noteWord(.start, of: key, kind: kind, source: source, record: record, at: moment)
        guard let lifted = try removeStop(Self.signed(key), before: moment.milliseconds) else { return }
        suppressionChange.remove(SuppressionTotal.mark(stop: Self.signed(key), kind: lifted.kind, at: lifted.at))
        try note(.lifted, Listing(key: key, kind: kind, reason: "reply"), [key], source, record, at: now)
    }

    func removeStop(_ key: Int64, before moment: Int64) throws -> (kind: String, at: Int64)? {
        let delete = try database.statement(SuppressionSQL.liftStop)
        try delete.bind(":key", key)
        try delete.bind(":before", moment)
        return try delete.first { ($0.text(0), $0.int64(1)) }
    }

    func noteStart(of key: Int64, before moment: Int64) throws {
        let select = try database.statement(SuppressionSQL.startOf)
        try select.bind(":key", key)
        let known = try select.first { $0.int64(0) }
        if let known {
            if known >= moment { return }
            suppressionChange.remove(SuppressionTotal.mark(start: key, before: known))
        }
        let mark = try database.statement(SuppressionSQL.noteLifted)
        try mark.bind(":key", key)
        try mark.bind(":before", moment)
        try mark.run()
        suppressionChange.add(SuppressionTotal.mark(start: key, before: moment))
    }

    package func hasStopped(_ key: UInt64) throws -> Bool { try stop(of: key) != nil }

    private func stop(of key: UInt64) throws -> (kind: String, at: Int64)? {
        let select = try database.statement(SuppressionSQL.stopOf)
        try select.bind(":key", Self.signed(key))
        return try select.first { ($0.text(0), $0.int64(1)) }
    }

    // MARK: What lists say

    package func carryOut(
        _ listing: Listing, isRemoval: Bool, for keys: ArraySlice<UInt64>, source: BatchID, at now: Timestamp
    ) throws {
        var changed: [UInt64] = []
        if isRemoval {
            for key in keys where try takeOff(listing, Self.signed(key)) { changed.append(key) }
        } else {
            changed = try list(listing, keys, source)
            for key in changed { filter?.insert(key, listing.kind) }
        }
        try note(isRemoval ? .takenOff : .listed, listing, changed, source, 0, at: now)
    }

    /// Returns the keys for which anything changed.
    func list(_ listing: Listing, _ keys: ArraySlice<UInt64>, _ source: BatchID) throws -> [UInt64] {
        let insert = try database.statement(SuppressionSQL.list)
        defer { insert.reset() }
        try bind(listing, to: insert)
        try insert.bind(":kind", listing.kind.rawValue)
        try insert.bind(":reason", listing.reason)
        try insert.bind(":source", source.rawValue)
        try insert.bind(":expires", listing.expires?.milliseconds ?? 0)
        // Everything else stays bound.
        let place = try insert.place(of: ":key")
        let mark = SuppressionTotal.mark(listing)
        // Most lists have no end dates; then no listing outlasts another.
        let mayBeLonger = try database.statement(SuppressionSQL.hasExpiring).first { _ in true } ?? false
        var changed: [UInt64] = []
        changed.reserveCapacity(keys.count)
        for key in keys {
            try insert.bind(place, Self.signed(key))
            while try insert.step() {}
            if database.changes > 0 {
                var mark = mark
                mark.add(Self.signed(key))
                suppressionChange.add(mark)
            } else {
                if !listing.list.isEmpty { try listAgain(listing, Self.signed(key), source) }
                guard try mayBeLonger && listLonger(listing, Self.signed(key), source) else { continue }
            }
            changed.append(key)
        }
        return changed
    }

    /// Notes that a later drop of the named list has it too.
    private func listAgain(_ listing: Listing, _ key: Int64, _ source: BatchID) throws {
        let again = try database.statement(SuppressionSQL.listAgain)
        try bind(listing, to: again)
        try again.bind(":key", key)
        try again.bind(":source", source.rawValue)
        try again.run()
    }

    package func countListed(on list: String, before source: BatchID) throws -> (all: Int, earlier: Int) {
        let count = try database.statement(SuppressionSQL.countOfListed)
        defer { count.reset() }
        try count.bind(":list", list)
        try count.bind(":source", source.rawValue)
        _ = try count.step()
        return (count.int(0), count.int(1))
    }

    package func takeOffEarlier(
        than source: BatchID, list: String, from place: UInt64?, at now: Timestamp
    ) throws -> UInt64? {
        let select = try database.statement(SuppressionSQL.listedEarlier)
        try select.bind(":from", place.map(Self.signed) ?? .min)
        try select.bind(":list", list)
        try select.bind(":source", source.rawValue)
        try select.bind(":most", Self.mostKeysOfARow)
        var runs: [Listing: [UInt64]] = [:]
        var last: UInt64?
        while try select.step() {
            let key = Self.unsigned(select.int64(0))
            let scope = Listing.Scope(campaign: select.text(1), channel: Channel(unlessEmpty: select.text(2)))
            var head = Listing(key: RecipientKey.none, kind: try Self.kind(select.int(3)), scope: scope)
            head.list = list
            runs[head, default: []].append(key)
            last = key
        }
        select.reset()
        for (head, keys) in runs.sorted(by: { $0.value[0] < $1.value[0] }) {
            try carryOut(head, isRemoval: true, for: keys[...], source: source, at: now)
        }
        return last
    }

    /// Whether the existing listing ended earlier.
    private func listLonger(_ listing: Listing, _ key: Int64, _ source: BatchID) throws -> Bool {
        let shorter = try database.statement(SuppressionSQL.shorterListing)
        try bind(listing, to: shorter)
        try shorter.bind(":key", key)
        try shorter.bind(":expires", listing.expires?.milliseconds ?? 0)
        guard let before = try shorter.first({ $0.int64(0) }) else { return false }
        let longer = try database.statement(SuppressionSQL.listLonger)
        try bind(listing, to: longer)
        try longer.bind(":key", key)
        try longer.bind(":reason", listing.reason)
        try longer.bind(":source", source.rawValue)
        try longer.bind(":expires", listing.expires?.milliseconds ?? 0)
        suppressionChange.remove(RowMark(UInt64(bitPattern: before)))
        try addMarks(of: longer)
        return true
    }

    func takeOff(_ listing: Listing, _ key: Int64) throws -> Bool {
        var removed = 0
        for scope in try spellings(of: listing.scope, key) {
            var spelt = listing
            spelt.scope = scope
            let delete = try database.statement(SuppressionSQL.takeOffList)
            try bind(spelt, to: delete)
            try delete.bind(":key", key)
            removed += try removeMarks(of: delete)
        }
        return removed > 0
    }

    /// A scope as it is kept with a recipient: under the names that its campaign and channel had when they were listed.
    private func spellings(of scope: Listing.Scope, _ key: Int64) throws -> [Listing.Scope] {
        let channel = scope.channel?.name ?? ""
        if scope.campaign.isEmpty, channel.isEmpty { return [scope] }
        let select = try database.statement(SuppressionSQL.scopesOf)
        defer { select.reset() }
        try select.bind(":key", key)
        var found: Set<Listing.Scope> = []
        while try select.step() {
            let (keptCampaign, keptChannel) = (select.text(0), select.text(1))
            let isSame =
                (scope.campaign.isEmpty || FoldedFileName.areSame(keptCampaign, scope.campaign))
                && (channel.isEmpty || FoldedFileName.areSame(keptChannel, channel))
            guard isSame else { continue }
            found.insert(
                Listing.Scope(
                    campaign: scope.campaign.isEmpty ? "" : keptCampaign,
                    channel: channel.isEmpty ? nil : Channel(unlessEmpty: keptChannel)))
        }
        return Array(found)
    }

    private func bind(_ listing: Listing, to statement: Statement) throws {
        try statement.bind(":campaign", listing.scope.campaign)
        try statement.bind(":channel", listing.scope.channel?.name ?? "")
        try statement.bind(":list", listing.list)
    }

    private func addMarks(of statement: Statement) throws {
        defer { statement.reset() }
        while try statement.step() { suppressionChange.add(RowMark(UInt64(bitPattern: statement.int64(0)))) }
    }

    private func removeMarks(of statement: Statement) throws -> Int {
        defer { statement.reset() }
        var count = 0
        while try statement.step() {
            suppressionChange.remove(RowMark(UInt64(bitPattern: statement.int64(0))))
            count += 1
        }
        return count
    }

    package func removeExpiredListings(at now: Timestamp) throws {
        let delete = try database.statement(SuppressionSQL.removeExpiredListings)
        try delete.bind(":now", now.milliseconds)
        _ = try removeMarks(of: delete)
    }

    // MARK: Looking up

    package func suppression(of key: UInt64, for sort: MessageSort, at now: Timestamp) throws -> Suppression? {
        let found = try stopsAndListings(of: key, at: now).first {
            $0.scope.holds(campaign: sort.campaign, channel: sort.channel)
        }
        if found?.state == .suppressed { return found }
        return try revocation(of: key, for: sort, at: now) ?? found
    }

    package func suppressions(of key: UInt64, at now: Timestamp) throws -> [Suppression] {
        let found = try stopsAndListings(of: key, at: now)
        let hasStopped = found.first?.state == .suppressed
        let words = try consents(of: [key])[key] ?? []
        let scopes = Set(words.filter { $0.entry.action == .revoke }.map(\.entry.scope))
        let revoked = try scopes.filter { !hasStopped || $0 != .all }.compactMap { scope in
            try revocation(
                of: key,
                for: MessageSort(campaign: "", channel: scope.channel, purpose: scope.purpose, list: scope.list),
                at: now)
        }
        let stops = found.prefix(hasStopped ? 1 : 0)
        return stops + Set(revoked).sorted { $0.reason < $1.reason } + found.dropFirst(stops.count)
    }

    private func stopsAndListings(of key: UInt64, at now: Timestamp) throws -> [Suppression] {
        let select = try database.statement(SuppressionSQL.suppressionsOf)
        defer { select.reset() }
        try select.bind(":key", Self.signed(key))
        try select.bind(":now", now.milliseconds)
        var found: [Suppression] = []
        while try select.step() {
            let end = select.int64(4)
            let scope = Listing.Scope(campaign: select.text(2), channel: Channel(unlessEmpty: select.text(3)))
            found.append(
                Suppression(
                    state: select.int(0) != 0 ? .dncListed : .suppressed, reason: select.text(1),
                    scope: namesInForce?.widened(scope) ?? scope,
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
        try forEachSuppression { made.insert($0, $1) }
        filter = made
        return made
    }

    func checkSuppressions() throws { try forEachSuppression { _, _ in } }

    /// Throws after the last row if the rows do not add up to the stored total.
    private func forEachSuppression(_ body: (UInt64, Listing.Kind) -> Void) throws {
        var found = SuppressionTotal()
        var kept: SuppressionTotal?
        let all = try database.statement(SuppressionSQL.allSuppressions)
        defer { all.reset() }
        while try all.step() {
            if all.int(1) == SuppressionSQL.isTotal {
                kept = SuppressionTotal(stored: Array(all.text(2).utf8))
                continue
            }
            found.add(RowMark(UInt64(bitPattern: all.int64(2))))
            if all.int(1) == SuppressionSQL.isStart { continue }
            body(Self.unsigned(all.int64(0)), try Self.kind(all.int(1)))
        }
        var expected = kept ?? SuppressionTotal()
        expected.add(suppressionChange)
        guard expected == found else {
            throw StoreProblem.damaged(
                what: "who must not be contacted: \(found.count) entries, which do not come to the total of "
                    + "\(expected.count)")
        }
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
            let scope = Listing.Scope(campaign: select.text(3), channel: Channel(unlessEmpty: select.text(4)))
            listings.add(
                Self.unsigned(select.int64(0)), try Self.kind(select.int(1)), namesInForce?.widened(scope) ?? scope,
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
        _ change: SuppressionChange, _ listing: Listing, _ keys: [UInt64], _ source: BatchID, _ record: UInt32,
        at now: Timestamp
    ) throws {
        var entry = AuditEntry(change.kind, at: now)
        entry.source = source
        entry.record = record
        entry.content = SuppressionParticulars(listing).content
        var rest = keys[...]
        while !rest.isEmpty {
            entry.keys = Array(rest.prefix(Self.mostKeysOfARow))
            rest = rest.dropFirst(entry.keys.count)
            try note(entry)
        }
    }
}
