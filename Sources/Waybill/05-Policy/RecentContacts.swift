/// Who was contacted when, and who responded, as far as caps need it. It is in memory, since caps ask about every
/// contact that is about to leave.
///
/// For each cap and each person it counts, it keeps the moments of the latest contacts, as many as the cap's limit; the
/// earliest of them decides. So an answer takes one look-up, however often somebody was contacted. Caps that count by
/// the same thing share a table and the look-up: a person takes some 16 bytes there, and 16 more for each contact that
/// the caps allow. A moment in the future (the clock was wrong) holds only that person.
package final class RecentContacts {
    /// Where the moments that a cap counts are kept.
    struct Place {
        let table: Int
        /// Among a person's moments in the table.
        let list: Range<Int>
    }

    private struct Table {
        /// Whether it counts only one campaign's contacts.
        let isOwn: Bool
        var moments: LatestMoments
    }

    /// A campaign whose contacts a cap counts; made once for many contacts.
    package struct Campaign: Sendable {
        /// Nil if unknown: then it equals no campaign.
        fileprivate let digest: UInt64?
        fileprivate let name: String

        package init(_ name: String) {
            self.name = name
            digest = name.isEmpty ? nil : RecipientKey.digest(Array(name.utf8).span, foldingCase: false)
        }
    }

    /// The kind and purpose of a campaign's contacts.
    package struct Sort: Sendable {
        private let kinds: [Channel: ContactKind]
        private let purpose: ContactPurpose?

        package init(_ campaign: Waybill.Campaign) { (kinds, purpose) = (campaign.kinds, campaign.purpose) }

        /// Whether its contacts over a channel may be among those that a law counts.
        fileprivate func isOf(_ law: Policy.Law, _ channel: Channel) -> Bool {
            law.concerns(kinds[channel].map { [$0] } ?? channel.possibleKinds, purpose)
        }
    }

    package typealias Sorts = [String: Sort]

    private let sorts: Sorts
    private var tallies: [(cap: Policy.Cap, place: Place)] = []
    private var tables: [Table] = []
    private var lastCounting: (channel: Channel, campaign: String, counted: Policy.Counted, tallies: [Int])?

    /// `caps` are those of all policies and laws; `sorts` says what campaigns' contacts are. Contacts of a campaign
    /// that no longer exists count for every law.
    package init(caps: [Policy.Cap], sorts: Sorts = [:]) {
        self.sorts = sorts
        var widths: [Int] = []
        for cap in caps.map(\.counting) where cap.limit > 0 && place(of: cap) == nil {
            let sharing = tallies.first {
                $0.cap.countsBySame(as: cap) && widths[$0.place.table] + cap.limit <= LatestMoments.mostInline
            }
            let table = sharing?.place.table ?? widths.count
            if table == widths.count { widths.append(0) }
            tallies.append((cap, Place(table: table, list: widths[table]..<widths[table] + cap.limit)))
            widths[table] += cap.limit
        }
        tables = widths.indices.map { table in
            let isOwn = tallies.first { $0.place.table == table }?.cap.over == .campaign
            return Table(isOwn: isOwn, moments: LatestMoments(width: widths[table]))
        }
    }

    /// How many people are held, each once for all caps that share a table.
    package var count: Int { tables.reduce(0) { $0 + $1.moments.count } }

    /// Notes a contact or a response over a channel.
    ///
    /// - Parameter keys: what the contact is counted by; with `subject`, if known, what each key stands for.
    package func note(
        _ keys: [(key: UInt64, subject: Policy.CapSubject?)], channel: Channel, campaign: Campaign,
        counted: Policy.Counted, at moment: Timestamp
    ) {
        for tally in counting(channel, campaign, counted) {
            let cap = tallies[tally].cap
            let place = tallies[tally].place
            for (key, subject) in keys where subject == nil || subject == cap.by {
                tables[place.table].moments.insert(
                    Self.key(key, isOwn: cap.over == .campaign, campaign), moment.milliseconds, in: place.list)
            }
        }
    }

    /// The tallies that count it; they are the same for all contacts of a parcel.
    private func counting(_ channel: Channel, _ campaign: Campaign, _ counted: Policy.Counted) -> [Int] {
        if let last = lastCounting, last.channel == channel, last.campaign == campaign.name, last.counted == counted {
            return last.tallies
        }
        let sort = sorts[campaign.name]
        let found = tallies.indices.filter { tally in
            let cap = tallies[tally].cap
            guard cap.counts == counted, cap.concerns(channel), cap.over == .all || campaign.digest != nil else {
                return false
            }
            // A refusal over any channel counts.
            guard let law = cap.law, counted != .refusals else { return true }
            return sort?.isOf(law, channel) ?? true
        }
        lastCounting = (channel, campaign.name, counted, found)
        return found
    }

    /// Where a cap's answers are, looked up once for many contacts; nil with a limit of 0.
    func place(of cap: Policy.Cap) -> Place? {
        let cap = cap.counting
        return tallies.first { $0.cap == cap }?.place
    }

    /// The moment of the n-th latest of a person's contacts that a cap counts, where n is the cap's limit; nil if there
    /// were fewer.
    func moment(at place: Place, key: UInt64, campaign: Campaign) -> Timestamp? {
        tables[place.table].moments.earliest(
            Self.key(key, isOwn: tables[place.table].isOwn, campaign), of: place.list
        ).map(Timestamp.init(milliseconds:))
    }

    /// Reads the memory of a table's answers about keys.
    func touch(_ table: Int, _ keys: [UInt64], _ campaign: Campaign) {
        guard tables[table].isOwn else { return tables[table].moments.touch(keys) }
        tables[table].moments.touch(keys.map { Self.key($0, isOwn: true, campaign) })
    }

    /// Forgets everybody who was not contacted since a moment.
    package func forget(before moment: Timestamp) {
        for table in tables.indices { tables[table].moments.forget(before: moment.milliseconds) }
    }

    private static func key(_ key: UInt64, isOwn: Bool, _ campaign: Campaign) -> UInt64 {
        guard isOwn, key != RecipientKey.none, let digest = campaign.digest else { return key }
        return RecipientKey.mixed(key ^ digest)
    }
}

extension Policy.Cap {
    /// The cap reduced to what matters for counting: caps that differ only in their `then` count together.
    fileprivate var counting: Policy.Cap {
        var cap = self
        cap.then = .delay
        cap.channels.sort()
        cap.law?.name = ""
        return cap
    }

    /// Whether both know a person by the same key.
    fileprivate func countsBySame(as other: Policy.Cap) -> Bool {
        by == other.by && over == other.over && counts == other.counts
    }
}

/// The latest moments by key: for each key several lists of fixed length, the latest moment first.
private struct LatestMoments {
    /// Up to this many moments are in the table itself; more are in an array of the key's own.
    static let mostInline = 8
    private let width: Int
    /// One key per slot, open addressing; 0 is none.
    private var keys: [UInt64] = []
    /// The keys in the table: most keys asked for are not in it, and the filter is small enough for the cache.
    private var filter = RecipientFilter(bytes: 0)
    /// `width` moments for each slot, `.min` where there are none.
    private var moments: [Int64] = []
    private(set) var count = 0
    private var long: [UInt64: [Int64]] = [:]
    /// Has no meaning: without a place to keep the results, the compiler would drop the reads.
    private var touched: UInt64 = 0

    /// - Parameter width: the total length of all lists.
    init(width: Int) {
        self.width = width
        if width <= Self.mostInline { empty(places: 1_024) }
    }

    private mutating func empty(places: Int) {
        keys = Array(repeating: 0, count: places)
        moments = Array(repeating: .min, count: places * width)
        filter = RecipientFilter(bytes: places)
        count = 0
    }

    /// The earliest of a key's moments in a list, if it is full.
    func earliest(_ key: UInt64, of list: Range<Int>) -> Int64? {
        if width > Self.mostInline {
            guard let own = long[key], own.count >= width else { return nil }
            return own[own.count - width]
        }
        guard filter.mayContain(key) else { return nil }
        let place = place(of: key)
        guard keys[place] == key else { return nil }
        let earliest = moments[place * width + list.upperBound - 1]
        return earliest == .min ? nil : earliest
    }

    /// Reads the memory of answers about keys, so they are in the cache when asked for.
    mutating func touch(_ wanted: [UInt64]) {
        if width > Self.mostInline { return }
        filter.touch(wanted.span)
        var sum: UInt64 = 0
        for index in wanted.indices where wanted[index] != 0 && filter.mayContain(wanted[index]) {
            sum &+= keys[Int(truncatingIfNeeded: wanted[index]) & (keys.count - 1)]
        }
        touched = sum
    }

    private func place(of key: UInt64) -> Int {
        var place = Int(truncatingIfNeeded: key) & (keys.count - 1)
        while keys[place] != key, keys[place] != 0 { place = (place + 1) & (keys.count - 1) }
        return place
    }

    mutating func insert(_ key: UInt64, _ moment: Int64, in list: Range<Int>) {
        // No recipient has this key.
        if key == 0 { return }
        if width > Self.mostInline { return insertLong(key, moment) }
        if count * 3 > keys.count * 2 { rebuild(places: keys.count * 2) { _ in true } }
        let place = place(of: key)
        if keys[place] == 0 {
            keys[place] = key
            filter.insert(key)
            count += 1
        }
        // Every earlier moment moves by one place, and the earliest drops out.
        var carried = moment
        for index in list where carried > moments[place * width + index] {
            swap(&carried, &moments[place * width + index])
        }
    }

    private mutating func insertLong(_ key: UInt64, _ moment: Int64) {
        var own = long.removeValue(forKey: key) ?? []
        if own.isEmpty { count += 1 }
        // The earliest first; a new moment mostly goes to the end.
        var place = own.count
        while place > 0, own[place - 1] > moment { place -= 1 }
        own.insert(moment, at: place)
        if own.count > 2 * width { own.removeFirst(own.count - width) }
        long[key] = own
    }

    mutating func forget(before bound: Int64) {
        if width > Self.mostInline {
            long = long.filter { ($0.value.last ?? .min) >= bound }
            count = long.count
            return
        }
        // Older moments stay if the key has a recent one.
        let isKept = { (own: ArraySlice<Int64>) in own.contains { $0 >= bound } }
        let kept = keys.indices.count { keys[$0] != 0 && isKept(moments[$0 * width..<($0 + 1) * width]) }
        guard kept < count else { return }
        var places = 1_024
        while kept * 3 > places * 2 { places *= 2 }
        rebuild(places: places, keeping: isKept)
    }

    private mutating func rebuild(places: Int, keeping isKept: (ArraySlice<Int64>) -> Bool) {
        let (old, oldMoments) = (keys, moments)
        empty(places: places)
        for from in old.indices where old[from] != 0 {
            let own = oldMoments[from * width..<(from + 1) * width]
            guard isKept(own) else { continue }
            let to = place(of: old[from])
            keys[to] = old[from]
            filter.insert(old[from])
            for (offset, moment) in own.enumerated() { moments[to * width + offset] = moment }
            count += 1
        }
    }
}
