/// When a policy allows contact, for every channel and place (contract §7), without its caps, rate and suppression.
///
/// `hours` gives the answer for one channel and place; keep it where many contacts share them. A place is the zones the
/// contact can be in, its country (ISO 3166 alpha-2) and the regions of its number (`US-FL`). Where the country is not
/// known, hand in the campaign's. Where more than one region is possible, the rules of all of them apply.
package struct ContactWindow: Sendable {
    private let zone: Policy.ZoneRule
    private let namedZone: Zone?
    private let unknownZone: Policy.UnknownZone
    private let campaignZone: Zone
    /// Of the regions' rules, in the order of their indices.
    private let ruleKeys: [String]
    private let channels: [Channel: ChannelHours]
    /// Of the channels that no window names; nil where those may never be used.
    private let otherChannels: ChannelHours?
    private let holidays: [HolidayList]
    private let bounds: PolicyBounds

    package init(policy: Policy, campaignZone: Zone) {
        zone = policy.zone
        if case .named(let name) = policy.zone { namedZone = Zone.named(name) } else { namedZone = nil }
        unknownZone = policy.unknownZone
        self.campaignZone = campaignZone
        // No window at all means always; as a window, so that regions can narrow it.
        let windows = policy.windows.isEmpty ? [Policy.Window()] : policy.windows
        let rules = policy.regionHours
        ruleKeys = rules.map(\.key)
        func hours(_ windows: [Policy.Window], channel: Channel?) -> ChannelHours? {
            guard !windows.isEmpty else { return nil }
            let isFree = channel == CallingHours.freeChannel
            return ChannelHours(windows: windows, rules: rules.map { isFree && !$0.isOwn ? nil : $0.hours })
        }
        otherChannels = hours(windows.filter { $0.channels.isEmpty }, channel: nil)
        let names = Set(windows.flatMap(\.channels)).union([CallingHours.freeChannel])
        channels = Dictionary(
            uniqueKeysWithValues: names.compactMap { name in
                hours(windows.filter { $0.channels.isEmpty || $0.channels.contains(name) }, channel: name)
                    .map { (name, $0) }
            })
        holidays = policy.holidays.filter { !$0.value.isEmpty }
            .map { HolidayList(key: $0.key.uppercased(), days: $0.value) }.sorted { $0.key < $1.key }
        bounds = PolicyBounds(policy)
    }

    /// The zones by which a contact is judged, given its `timezone` column (empty or nil: none) and the zones its
    /// number can be in. Empty means unknown.
    ///
    /// The column overrides the number; neither is asked where the policy names the zone itself.
    package func zones(timezone: String?, number: [Zone]) -> [Zone] {
        switch zone {
        case .campaign: return [campaignZone]
        case .named: return namedZone.map { [$0] } ?? []
        case .recipient:
            guard let timezone, !timezone.isEmpty else { return number }
            return Zone.named(timezone).map { [$0] } ?? []
        }
    }

    /// When contact is allowed over one channel at one place. No zones: the place is unknown, and `unknownZone`
    /// decides.
    package func hours(channel: Channel, zones: [Zone], country: String?, regions: [String] = []) -> ContactHours {
        let allowed = channels[channel] ?? otherChannels
        let rules = ruleKeys.indices.filter { Self.applies(ruleKeys[$0], country: country, regions: regions) }
        let week = allowed?.week(rules: rules)
        let days = holidays.filter { Self.applies($0.key, country: country, regions: regions) }
        var judged = zones.isEmpty && unknownZone == .campaign ? [campaignZone] : zones
        var isHeld = false
        if judged.isEmpty, let week {
            // Where the clock makes no difference, only the date does; and that may be any that is current on earth.
            if week.isFull { judged = days.isEmpty ? [] : Self.everyDate } else { isHeld = true }
        }
        return ContactHours(
            channel: channel, week: week, regions: rules.map { ruleKeys[$0] }, zones: judged, isHeld: isHeld,
            holidays: days,
            bounds: bounds, textZone: zones.first ?? campaignZone)
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

    /// Whether what is said of `key` (`US`, `US-FL`, `*`) concerns the place.
    private static func applies(_ key: String, country: String?, regions: [String]) -> Bool {
        if key == "*" || key == country { return true }
        return regions.contains { region in
            region.hasPrefix(key)
                && (region.utf8.count == key.utf8.count
                    || region.utf8.dropFirst(key.utf8.count).first == UInt8(ascii: "-"))
        }
    }

    /// Clocks that between them read every date that is current somewhere: the first, the last, and one between.
    private static let everyDate = [
        Zone(name: "UTC-12", offset: -12 * 3_600), Zone.utc, Zone(name: "UTC+14", offset: 14 * 3_600),
    ]
}

/// The hours of one channel, everywhere and as the regions' rules narrow them.
private struct ChannelHours: Sendable {
    private let everywhere: WeekHours
    /// Nil: a law that does not speak of this channel.
    private let rules: [WeekHours?]
    /// As each rule alone narrows them, since seldom more than one applies.
    private let narrowedByOne: [WeekHours]

    /// A rule is a window of its own that must be open too, so it never widens.
    init(windows: [Policy.Window], rules: [WeekHours?]) {
        let everywhere = WeekHours(windows)
        self.everywhere = everywhere
        self.rules = rules
        narrowedByOne = rules.map { $0.map(everywhere.intersection) ?? everywhere }
    }

    func week(rules applying: [Int]) -> WeekHours {
        guard let first = applying.first else { return everywhere }
        return applying.dropFirst().reduce(narrowedByOne[first]) { week, rule in
            rules[rule].map(week.intersection) ?? week
        }
    }
}

/// What a policy says of moments rather than of local hours.
struct PolicyBounds: Hashable, Sendable {
    let startAfter: Timestamp?
    let endBefore: Timestamp?
    /// In milliseconds since the epoch, rising and apart.
    let blackouts: [Range<Int64>]
    let late: Policy.Late

    init(_ policy: Policy) {
        startAfter = policy.startAfter
        endBefore = policy.endBefore
        late = policy.late
        var merged: [Range<Int64>] = []
        for blackout in policy.blackouts.sorted(by: { $0.from < $1.from }) where blackout.from < blackout.to {
            let span = blackout.from.milliseconds..<blackout.to.milliseconds
            if let last = merged.last, span.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, span.upperBound)
            } else {
                merged.append(span)
            }
        }
        blackouts = merged
    }

    func blackout(at milliseconds: Int64) -> Range<Int64>? { blackouts.first { $0.contains(milliseconds) } }
}
