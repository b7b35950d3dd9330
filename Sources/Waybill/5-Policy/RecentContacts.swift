/// Who was contacted when, and who responded, as far as caps ask for it: in memory, since they ask about every contact that is to
/// leave.
///
/// For each cap and each of those it counts, the moments of the last contacts are kept, as many as the cap's limit: the earliest of
/// these decides. So an answer takes one look, however often somebody was contacted, and a person takes some 25 bytes for a cap with
/// a limit of 1, and 16 more for each further one. A moment that lies ahead (the clock was wrong) holds that person only.
package final class RecentContacts {
    /// What a cap counts, but for whom.
    private struct Tally {
        let cap: Policy.Cap
        /// It counts one campaign's contacts only: asked for with every look-up, where the cap is not to be copied.
        let isOwn: Bool
        var moments: LatestMoments
    }

    /// Whose contacts a cap over one campaign counts; made once for many contacts.
    package struct Campaign: Sendable {
        /// Nil where it is not known: no campaign's own.
        fileprivate let digest: UInt64?

        package init(_ name: String) {
            digest = name.isEmpty ? nil : RecipientKey.digest(Array(name.utf8).span, foldingCase: false)
        }
    }

    private var tallies: [Tally] = []
    private var places: [Policy.Cap: Int] = [:]
    /// Of no meaning: reads whose result is kept nowhere would not be made.
    private var touched: UInt64 = 0

    /// `caps` are those of all policies.
    package init(caps: [Policy.Cap]) {
        for cap in caps.map(\.counting) where cap.limit > 0 && places[cap] == nil {
            places[cap] = tallies.count
            tallies.append(Tally(cap: cap, isOwn: cap.over == .campaign, moments: LatestMoments(limit: cap.limit)))
        }
    }

    /// How many pairs of a cap and somebody whom it counts are held.
    package var count: Int { tallies.reduce(0) { $0 + $1.moments.count } }

    /// Notes a contact or a response over a channel.
    ///
    /// - Parameter keys: what the contact is counted by; with `subject`, where it is known, the one that each key is of.
    package func note(
        _ keys: [(key: UInt64, subject: Policy.CapSubject?)], channel: String, campaign: Campaign,
        counted: Policy.Counted, at moment: Timestamp
    ) {
        for place in tallies.indices {
            let cap = tallies[place].cap
            guard cap.counts == counted, cap.concerns(channel), cap.over == .all || campaign.digest != nil
            else { continue }
            for (key, subject) in keys where subject == nil || subject == cap.by {
                tallies[place].moments.insert(
                    Self.key(key, isOwn: cap.over == .campaign, campaign), moment.milliseconds)
            }
        }
    }

    /// The place of a cap's tally, to be looked up once for many; nil with a limit of 0.
    func place(of cap: Policy.Cap) -> Int? { places[cap.counting] }

    /// Of somebody's contacts that a cap counts, by its tally's place, the moment of the one that is as many back from the latest as
    /// the cap allows; nil when there were fewer.
    func moment(in place: Int, key: UInt64, campaign: Campaign) -> Timestamp? {
        tallies[place].moments.earliestOfFull(Self.key(key, isOwn: tallies[place].isOwn, campaign))
            .map(Timestamp.init(milliseconds:))
    }

    /// Reads where a tally's answers about keys stand: of the one at `first`, and of each so many further on.
    func touch(_ place: Int, _ keys: Span<UInt64>, first: Int, every count: Int, campaign: Campaign) {
        let isOwn = tallies[place].isOwn
        var sum: UInt64 = 0
        for index in stride(from: first, to: keys.count, by: count) {
            sum &+= tallies[place].moments.word(at: Self.key(keys[index], isOwn: isOwn, campaign))
        }
        touched = sum
    }

    /// Forgets who was not contacted since a moment.
    package func forget(before moment: Timestamp) {
        for place in tallies.indices { tallies[place].moments.forget(before: moment.milliseconds) }
    }

    private static func key(_ key: UInt64, isOwn: Bool, _ campaign: Campaign) -> UInt64 {
        guard isOwn, let digest = campaign.digest else { return key }
        return RecipientKey.mixed(key ^ digest)
    }
}

extension Policy.Cap {
    /// The cap as far as it matters for counting: caps that differ in what becomes of who reaches them count together.
    fileprivate var counting: Policy.Cap {
        var cap = self
        cap.then = .delay
        cap.channels.sort()
        return cap
    }
}

/// The latest moments of many keys, up to a limit of each.
private struct LatestMoments {
    private let limit: Int
    /// Up to so many stand in the table itself, `limit` places for each key; more have arrays of their own.
    private static let mostInline = 8
    /// A key at each place, open addressing; 0 is none.
    private var keys: [UInt64] = []
    /// The moments of the key at a place, the latest first; `.min` fills the rest.
    private var moments: [Int64] = []
    private(set) var count = 0
    private var long: [UInt64: [Int64]] = [:]

    init(limit: Int) {
        self.limit = limit
        if limit > Self.mostInline { return }
        keys = Array(repeating: 0, count: 1_024)
        moments = Array(repeating: .min, count: 1_024 * limit)
    }

    /// The earliest of a key's moments, if there are as many as the limit.
    func earliestOfFull(_ key: UInt64) -> Int64? {
        if limit > Self.mostInline {
            guard let own = long[key], own.count >= limit else { return nil }
            return own[own.count - limit]
        }
        let place = place(of: key)
        guard keys[place] == key else { return nil }
        let earliest = moments[place * limit + limit - 1]
        return earliest == .min ? nil : earliest
    }

    /// What stands in memory where a key would, of no meaning.
    func word(at key: UInt64) -> UInt64 {
        limit > Self.mostInline ? 0 : keys[Int(truncatingIfNeeded: key) & (keys.count - 1)]
    }

    private func place(of key: UInt64) -> Int {
        var place = Int(truncatingIfNeeded: key) & (keys.count - 1)
        while keys[place] != key, keys[place] != 0 { place = (place + 1) & (keys.count - 1) }
        return place
    }

    mutating func insert(_ key: UInt64, _ moment: Int64) {
        // No recipient has this key.
        if key == 0 { return }
        if limit > Self.mostInline { return insertLong(key, moment) }
        if count * 3 > keys.count * 2 { rebuild(places: keys.count * 2) { _ in true } }
        let place = place(of: key)
        if keys[place] == 0 {
            keys[place] = key
            count += 1
        }
        // The latest first: whatever is earlier moves on by one place, and the earliest falls out.
        var carried = moment
        for index in place * limit..<(place + 1) * limit where carried > moments[index] {
            swap(&carried, &moments[index])
        }
    }

    private mutating func insertLong(_ key: UInt64, _ moment: Int64) {
        var own = long.removeValue(forKey: key) ?? []
        if own.isEmpty { count += 1 }
        // The earliest first; mostly it goes to the end.
        var place = own.count
        while place > 0, own[place - 1] > moment { place -= 1 }
        own.insert(moment, at: place)
        if own.count > 2 * limit { own.removeFirst(own.count - limit) }
        long[key] = own
    }

    mutating func forget(before bound: Int64) {
        if limit > Self.mostInline {
            long = long.filter { ($0.value.last ?? .min) >= bound }
            count = long.count
            return
        }
        let kept = keys.indices.count { keys[$0] != 0 && moments[$0 * limit] >= bound }
        guard kept < count else { return }
        var places = 1_024
        while kept * 3 > places * 2 { places *= 2 }
        rebuild(places: places) { $0 >= bound }
    }

    private mutating func rebuild(places: Int, keeping isKept: (Int64) -> Bool) {
        let (old, oldMoments) = (keys, moments)
        keys = Array(repeating: 0, count: places)
        moments = Array(repeating: .min, count: places * limit)
        count = 0
        for from in old.indices where old[from] != 0 && isKept(oldMoments[from * limit]) {
            let to = place(of: old[from])
            keys[to] = old[from]
            for offset in 0..<limit { moments[to * limit + offset] = oldMoments[from * limit + offset] }
            count += 1
        }
    }
}
