/// When a policy allows contact, for every channel and place (contract §7), without its caps, rate and suppression.
///
/// `hours` answers for one channel and place; keep the answer if many contacts share them. A place is the zones the
/// contact can be in, its country (ISO 3166 alpha-2) and the regions of its number (`US-FL`). If the country is
/// unknown, pass the campaign's. If several regions are possible, the rules of all of them apply.
package struct ContactWindow: Sendable {
    private let zone: Policy.ZoneRule
    private let namedZone: Zone?
    private let unknownZone: Policy.UnknownZone
    private let campaignZone: Zone
    /// The places that have hours, in order.
    private let ruleKeys: [String]
    /// All places that anything is said about, in capitals.
    package let places: [String]
    private let ownKeys: Set<String>
    private let law: CampaignLaw
    private let channels: [Channel: ChannelHours]
    /// For channels that nothing names; nil if those may never be used.
    private let otherChannels: ChannelHours?
    private let holidays: [HolidayList]
    private let bounds: PolicyBounds
    /// Blackouts that hold only in some regions.
    private let regionalBlackouts: [Policy.Blackout]
    private let policy: Policy

    /// What rules of law count, each with a bit of `ContactHours.caps`.
    package var lawCaps: LawCaps { LawCaps(caps: law.caps, kinds: law) }

    /// Whether anybody's consent makes a difference.
    package var asksForConsent: Bool { law.asksForConsent }

    package init(policy: Policy, campaignZone: Zone, law: CampaignLaw = .none) {
        zone = policy.zone
        if case .named(let name) = policy.zone { namedZone = Zone.named(name) } else { namedZone = nil }
        unknownZone = policy.unknownZone
        self.campaignZone = campaignZone
        self.policy = policy
        self.law = law
        let own = policy.regionHours
        ownKeys = Set(own.keys)
        let keys = ownKeys.union(law.places).sorted()
        ruleKeys = keys
        regionalBlackouts = policy.blackouts.filter { !$0.regions.isEmpty }
        places = Set(
            keys + (Array(policy.holidays.keys) + regionalBlackouts.flatMap(\.regions)).map { $0.uppercased() }
        ).sorted()
        // No windows means always. That is written as a window, so regions can narrow it.
        let windows = policy.windows.isEmpty ? [Policy.Window()] : policy.windows
        func hours(_ channel: Channel?) -> ChannelHours? {
            let windows = windows.filter { window in
                window.channels.isEmpty || (channel.map(window.channels.contains) ?? false)
            }
            guard !windows.isEmpty else { return nil }
            return ChannelHours(
                windows: windows,
                rules: keys.map { key in
                    PlaceHours(own: own[key], law: law.rows(at: key, channel: channel))
                })
        }
        otherChannels = hours(nil)
        let names = Set(windows.flatMap(\.channels)).union(Channel.usual).union(law.channels)
        channels = Dictionary(uniqueKeysWithValues: names.compactMap { name in hours(name).map { (name, $0) } })
        holidays = policy.holidays.filter { !$0.value.isEmpty }
            .map { HolidayList(key: $0.key.uppercased(), days: $0.value) }.sorted { $0.key < $1.key }
        bounds = PolicyBounds(policy, policy.blackouts.filter(\.regions.isEmpty))
    }

    /// The zones by which a contact is judged, from its `timezone` column (empty or nil: none) and the zones of its
    /// number. Empty means unknown.
    ///
    /// The column overrides the number; neither counts if the policy names the zone itself.
    package func zones(timezone: String?, number: [Zone]) -> [Zone] {
        switch zone {
        case .campaign: return [campaignZone]
        case .named: return namedZone.map { [$0] } ?? []
        case .recipient:
            guard let timezone, !timezone.isEmpty else { return number }
            return Zone.named(timezone).map { [$0] } ?? []
        }
    }

    /// When contact over one channel at one place is allowed. Without zones the place is unknown, and `unknownZone`
    /// decides.
    ///
    /// - Parameter lack: why there is no consent; nil if there is.
    package func hours(
        channel: Channel, zones: [Zone], country: String?, regions: [String] = [], lack: ConsentLack? = .unknown
    ) -> ContactHours {
        let hasConsent = lack == nil
        let allowed = channels[channel] ?? otherChannels
        let rules = ruleKeys.indices.filter { Self.applies(ruleKeys[$0], country: country, regions: regions) }
        let week = allowed?.week(rules: rules, hasConsent: hasConsent)
        let all = rules.flatMap { allowed?.rules[$0].law ?? [] }
        let law = hasConsent ? all.filter { !$0.isOfConsent } : all
        let days =
            holidays.filter { Self.applies($0.key, country: country, regions: regions) } + law.compactMap(\.holidays)
        var judged = zones.isEmpty && unknownZone == .campaign ? [campaignZone] : zones
        var isHeld = false
        if judged.isEmpty, let week {
            // If the time of day makes no difference, only the date does; it may be any date current anywhere on earth.
            if week.isFull { judged = days.isEmpty ? [] : Self.everyDate } else { isHeld = true }
        }
        return ContactHours(
            channel: channel, week: week, regions: rules.map { ruleKeys[$0] }.filter(ownKeys.contains), law: law,
            lack: lack, relied: hasConsent ? all.filter(\.isOfConsent) : [],
            zones: judged, isHeld: isHeld, holidays: days, caps: caps(country: country, regions: regions),
            bounds: bounds(country: country, regions: regions),
            textZone: zones.first ?? campaignZone)
    }

    /// The caps of law that hold at a place, one bit each.
    private func caps(country: String?, regions: [String]) -> UInt64 {
        var bits: UInt64 = 0
        for (place, cap) in law.caps.enumerated()
        where cap.places.contains(where: { Self.applies($0, country: country, regions: regions) }) {
            bits |= 1 << UInt64(place)
        }
        return bits
    }

    /// The strictest age that rules set for the do-not-contact list, for messages over these channels; nil: no rule
    /// does.
    package func listAge(channels: [Channel], at moment: Timestamp) -> CampaignLaw.ListAge? {
        let possible = channels.flatMap(law.kinds)
        return law.listAges.filter {
            $0.kinds.contains(where: possible.contains) && CampaignLaw.mayHold($0.from, $0.to, at: moment)
        }.min { $0.most < $1.most }
    }

    /// What rules say of abandoned calls among those of a channel.
    package func abandonments(channel: Channel, at moment: Timestamp) -> [CampaignLaw.Abandonment] {
        if law.abandonments.isEmpty { return [] }
        let possible = law.kinds(of: channel)
        return law.abandonments.filter {
            $0.kinds.contains(where: possible.contains) && CampaignLaw.mayHold($0.from, $0.to, at: moment)
        }
    }

    /// Whether any rule says for what a stop counts.
    package var hasRevocations: Bool { !law.revocations.isEmpty }

    /// What a stop covers at a place, the widest of all rules that hold there; nil if none does.
    package func revocation(
        channel: Channel, country: String?, regions: [String], at moment: Timestamp
    ) -> Rule.Revocation? {
        let possible = law.kinds(of: channel)
        return law.revocations.filter { Self.applies($0.key, country: country, regions: regions) }.flatMap(\.value)
            .filter { $0.kinds.contains(where: possible.contains) && $0.holds(at: moment) }.map(\.scope).max()
    }

    private func bounds(country: String?, regions: [String]) -> PolicyBounds {
        let here = regionalBlackouts.filter { blackout in
            blackout.regions.contains { Self.applies($0.uppercased(), country: country, regions: regions) }
        }
        return here.isEmpty ? bounds : PolicyBounds(policy, policy.blackouts.filter(\.regions.isEmpty) + here)
    }

    package func isOpen(
        at moment: Timestamp, channel: Channel, zones: [Zone], country: String?, regions: [String] = [],
        bounds: ContactBounds = ContactBounds()
    ) -> Bool {
        hours(channel: channel, zones: zones, country: country, regions: regions).isOpen(at: moment, bounds: bounds)
    }

    package func nextOpen(
        from moment: Timestamp, channel: Channel, zones: [Zone], country: String?, regions: [String] = [],
        bounds: ContactBounds = ContactBounds()
    ) -> Timestamp? {
        hours(channel: channel, zones: zones, country: country, regions: regions).nextOpen(from: moment, bounds: bounds)
    }

    package func openUntil(
        at moment: Timestamp, channel: Channel, zones: [Zone], country: String?, regions: [String] = [],
        bounds: ContactBounds = ContactBounds()
    ) -> Timestamp? {
        hours(channel: channel, zones: zones, country: country, regions: regions).openUntil(at: moment, bounds: bounds)
    }

    package func reason(
        at moment: Timestamp, channel: Channel, zones: [Zone], country: String?, regions: [String] = [],
        bounds: ContactBounds = ContactBounds()
    ) -> HoldReason? {
        hours(channel: channel, zones: zones, country: country, regions: regions).reason(at: moment, bounds: bounds)
    }

    /// Whether a rule under `key` (`US`, `US-FL`, `*`) concerns the place.
    private static func applies(_ key: String, country: String?, regions: [String]) -> Bool {
        if key == "*" || key == country { return true }
        return regions.contains { region in
            region.hasPrefix(key)
                && (region.utf8.count == key.utf8.count
                    || region.utf8.dropFirst(key.utf8.count).first == UInt8(ascii: "-"))
        }
    }

    /// Clocks that together show every date current anywhere: the first, the last, and one between.
    private static let everyDate = [
        Zone(name: "UTC-12", offset: -12 * 3_600), Zone.utc, Zone(name: "UTC+14", offset: 14 * 3_600),
    ]
}

/// What narrows a channel's hours at one place.
private struct PlaceHours: Sendable {
    /// The policy's own hours replace the hours of the law, but not its holidays.
    let law: [CampaignLaw.Row]
    /// For people who consented, and for everybody else.
    let hours: (consenting: DatedHours, others: DatedHours)

    init(own: WeekHours?, law: [CampaignLaw.Row]) {
        // The policy's own hours take precedence.
        self.law = own == nil ? law : law.map(\.withoutHours)
        func all(_ rows: [CampaignLaw.Row]) -> DatedHours {
            rows.reduce(DatedHours(.always)) { $0.intersection($1.hours) }
        }
        let consent = all(law.filter(\.isOfConsent))
        let hours = own.map { DatedHours($0) } ?? all(law.filter { !$0.isOfConsent })
        self.hours = (hours, hours.intersection(consent))
    }
}

/// The hours of one channel, everywhere and narrowed by the rules of regions.
private struct ChannelHours: Sendable {
    private let everywhere: DatedHours
    /// By place.
    let rules: [PlaceHours]
    /// Narrowed by each place's rules alone, since rarely more than one place applies.
    private let narrowedByOne: [(consenting: DatedHours, others: DatedHours)]

    /// A rule acts as a window that must be open too, so it never widens the hours.
    init(windows: [Policy.Window], rules: [PlaceHours]) {
        let everywhere = DatedHours(WeekHours(windows))
        self.everywhere = everywhere
        self.rules = rules
        narrowedByOne = rules.map {
            (everywhere.intersection($0.hours.consenting), everywhere.intersection($0.hours.others))
        }
    }

    func week(rules applying: [Int], hasConsent: Bool) -> DatedHours {
        guard let first = applying.first else { return everywhere }
        let start = hasConsent ? narrowedByOne[first].consenting : narrowedByOne[first].others
        return applying.dropFirst().reduce(start) { week, rule in
            week.intersection(hasConsent ? rules[rule].hours.consenting : rules[rule].hours.others)
        }
    }
}

extension Policy {
    /// The hours that the policy itself sets for regions, named in capitals.
    fileprivate var regionHours: [String: WeekHours] {
        var hours: [String: WeekHours] = [:]
        for (key, rule) in regions {
            hours[key.uppercased()] = WeekHours(
                from: rule.from ?? TimeOfDay(minutes: 0), to: rule.to ?? .midnight, mask: rule.days ?? 0x7F)
        }
        return hours
    }
}

/// The bounds of a policy that are moments, not local hours.
struct PolicyBounds: Hashable, Sendable {
    let startAfter: Timestamp?
    let endBefore: Timestamp?
    /// In milliseconds since the epoch, rising and disjoint.
    let blackouts: [Range<Int64>]
    let late: Policy.Late

    init(_ policy: Policy, _ blackouts: [Policy.Blackout]) {
        startAfter = policy.startAfter
        endBefore = policy.endBefore
        late = policy.late
        var merged: [Range<Int64>] = []
        for blackout in blackouts.sorted(by: { $0.from < $1.from }) where blackout.from < blackout.to {
            let span = blackout.from.milliseconds..<blackout.to.milliseconds
            if let last = merged.last, span.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, span.upperBound)
            } else {
                merged.append(span)
            }
        }
        self.blackouts = merged
    }

    var withoutEnd: PolicyBounds {
        var policy = Policy()
        policy.startAfter = startAfter
        return PolicyBounds(policy, blackouts: blackouts)
    }

    private init(_ policy: Policy, blackouts: [Range<Int64>]) {
        startAfter = policy.startAfter
        endBefore = policy.endBefore
        late = policy.late
        self.blackouts = blackouts
    }

    func blackout(at milliseconds: Int64) -> Range<Int64>? { blackouts.first { $0.contains(milliseconds) } }
}
