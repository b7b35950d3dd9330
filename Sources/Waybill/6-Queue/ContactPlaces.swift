/// Where contacts of one batch can be: the zones whose clocks count, and the regions whose rules do.
///
/// Zones are those of the `timezone` column, else all that the number of the step can be in, narrowed by the `postcode`
/// column. The country is that of the `country` column, else of the number, else of the campaign. Regions are the number's
/// country and, in the United States and Canada, its states; elsewhere all that the policy names of the country.
struct ContactPlaces {
    /// What tells one place from another, made for every contact.
    struct Key: Hashable {
        fileprivate var channel = ""
        fileprivate var timezone: [UInt8] = []
        fileprivate var country: [UInt8] = []
        /// In the plan's lists of zones.
        fileprivate var numberZones: UInt16 = 0
        fileprivate var postcodeZones: UInt16 = 0
        /// In the plan's regions.
        fileprivate var region: Int16 = -1
        /// In the plan's states.
        fileprivate var states: UInt8 = 0

        static func == (left: Key, right: Key) -> Bool {
            left.numberZones == right.numberZones && left.region == right.region && left.states == right.states
                && left.postcodeZones == right.postcodeZones && left.timezone == right.timezone
                && left.country == right.country && left.channel == right.channel
        }

        func hash(into hasher: inout Hasher) {
            hasher.combine(
                UInt64(numberZones) << 40 | UInt64(postcodeZones) << 24 | UInt64(UInt16(bitPattern: region)) << 8
                    | UInt64(states))
            if !timezone.isEmpty { hasher.combine(timezone) }
            if !country.isEmpty { hasher.combine(country) }
        }
    }

    struct Place {
        /// What stands in the column; empty without one.
        let timezone: String
        let zones: [Zone]
        let country: String?
        let regions: [String]
    }

    private let plan = NumberingPlan.world
    private let campaignRegion: String?
    /// Whether the policy asks for the recipient's own zone.
    private let asksForZones: Bool
    /// Whether numbers tell anything that counts.
    private let asksForNumbers: Bool
    /// The places that the policy has rules or holidays for, in capitals.
    private let ruleKeys: [String]
    private let timezone: Int?
    private let country: Int?
    private let postcode: Int?
    private let phones: [Field: Int]
    private var lastTimezone: [UInt8] = []
    private var lastCountry: [UInt8] = []

    init(campaign: Campaign, policy: Policy?, schema: Schema) {
        campaignRegion = campaign.region
        asksForZones = policy?.zone == .recipient
        timezone = schema.position(of: .timezone)
        country = schema.position(of: .country)
        postcode = schema.position(of: .postcode)
        ruleKeys = policy.map { (Array($0.regions.keys) + Array($0.holidays.keys)).map { $0.uppercased() } } ?? []
        asksForNumbers = asksForZones || !ruleKeys.isEmpty
        phones = Dictionary(
            uniqueKeysWithValues: Field.phones.compactMap { field in schema.position(of: field).map { (field, $0) } })
    }

    /// Whether all contacts are in one place as far as the policy can tell.
    var isOne: Bool { timezone == nil && country == nil && (!asksForNumbers || phones.isEmpty && postcode == nil) }

    mutating func key(_ step: Strategy.Step, _ values: (Int) -> ArraySlice<UInt8>) -> Key {
        var key = Key()
        key.channel = step.channel
        if let timezone { key.timezone = Self.kept(values(timezone), in: &lastTimezone) }
        if let country { key.country = Self.kept(values(country), in: &lastCountry) }
        guard asksForNumbers else { return key }
        if let number = number(step, values) {
            if key.timezone.isEmpty { key.numberZones = UInt16(plan.zones(of: number)) }
            if number.isValid { key.region = number.region ?? -1 }
            key.states = plan.statePlace(of: number)
        }
        if let postcode, key.timezone.isEmpty {
            let code = values(postcode)
            if !code.isEmpty {
                let country = Array(countryName(of: key).utf8)
                key.postcodeZones = UInt16(plan.zones(ofPostcode: code, country: country[...]))
            }
        }
        return key
    }

    /// A value as an array; the last one where it is the same.
    private static func kept(_ value: ArraySlice<UInt8>, in last: inout [UInt8]) -> [UInt8] {
        if last[...] != value { last = Array(value) }
        return last
    }

    /// The number that a step uses: its own, else the first one.
    private func number(_ step: Strategy.Step, _ values: (Int) -> ArraySlice<UInt8>) -> PhoneNumber? {
        var text = step.to.isPhone ? phones[step.to].map(values) ?? [] : []
        if text.isEmpty { text = phones[.phone1].map(values) ?? [] }
        guard !text.isEmpty else { return nil }
        return plan.quick(text.span) ?? (try? NumberParser(plan: plan).parse(text.span, region: nil))
    }

    private func countryName(of key: Key) -> String {
        if !key.country.isEmpty { return String(decoding: key.country, as: UTF8.self).uppercased() }
        if key.region >= 0 { return plan.regions[Int(key.region)].name }
        return campaignRegion ?? ""
    }

    func place(_ key: Key, at moment: Timestamp) -> Place {
        let country = countryName(of: key)
        let region = key.region >= 0 ? plan.regions[Int(key.region)].name : country
        let states = plan.states(at: key.states)
        // Where the number does not tell the state, the person may be in any that the policy speaks of.
        let possible = Set([region, country]).subtracting([""]).flatMap { country in
            states.contains { $0.hasPrefix(country + "-") } ? [] : ruleKeys.filter { $0.hasPrefix(country + "-") }
        }
        return Place(
            timezone: String(decoding: key.timezone, as: UTF8.self),
            zones: asksForZones
                ? Zone.narrowed(zones(Int(key.numberZones)), to: zones(Int(key.postcodeZones)), from: moment) : [],
            country: country.isEmpty ? nil : country, regions: [region] + states + possible.sorted())
    }

    private func zones(_ list: Int) -> [Zone] {
        plan.zoneNames(ofList: list) { Zone.named($0) != nil }.compactMap(Zone.named)
    }
}

extension Zone {
    /// The zones that a contact can be in when its number says one thing and its postal code another: those of the code
    /// whose clock one of the number's has; all of both where they have none in common. Of several zones with one clock
    /// the first stays.
    static func narrowed(_ number: [Zone], to postcode: [Zone], from moment: Timestamp) -> [Zone] {
        var zones = number
        if !postcode.isEmpty {
            zones = postcode.filter { zone in number.contains { $0.hasClock(of: zone, from: moment) } }
            if zones.isEmpty { zones = number + postcode }
        }
        return zones.reduce(into: []) { kept, zone in
            if !kept.contains(where: { $0.hasClock(of: zone, from: moment) }) { kept.append(zone) }
        }
    }
}
