/// Where contacts of one batch can be: the zones whose clocks count, and the regions whose rules do.
///
/// The zones are that of the `timezone` column, else all that the step's number can be in, with all of the part of the
/// country that the `state` column names, and of a `country` column's country that is not the number's; the `postcode`
/// column narrows them. The country is that of the `country` column, else of the number, else of the campaign. The
/// regions are the number's country; in the United States and Canada also its states, elsewhere all parts of the
/// country that the policy names; and the part of the country that the `state` column names. Without a `country` column
/// that may be a part of another country with the number's calling code, as New York beside a Canadian number.
struct ContactPlaces {
    /// Identifies a place; made for every contact.
    struct Key: Hashable {
        /// What the columns say, as an index into `grounds`.
        fileprivate var ground: Int32
        /// The number's region, as an index into the plan's regions.
        fileprivate var region: Int16 = -1
        /// The number's states, as an index into the plan's lists.
        fileprivate var states: UInt16 = 0
        /// What the number and the postal code say, as an index into the plan's lists of zones.
        fileprivate var numberZones: UInt16 = 0
        fileprivate var postcodeZones: UInt16 = 0

        /// A number from 0 to 255 that mostly differs if the keys do.
        var slot: Int {
            let word =
                UInt64(UInt32(bitPattern: ground)) &* 0x9E37_79B9 ^ UInt64(UInt16(bitPattern: region)) << 48
                ^ UInt64(states) << 32 ^ UInt64(numberZones) << 16 ^ UInt64(postcodeZones)
            return Int(truncatingIfNeeded: (word &* 0x9E37_79B9_7F4A_7C15) >> 56)
        }
    }

    /// What the columns of a contact say, with the channel.
    private struct Ground: Hashable {
        let channel: Channel
        let timezone: [UInt8]
        let country: [UInt8]
        let state: [UInt8]
        let lack: ConsentLack?

        func isOf(
            _ channel: Channel, _ timezone: ArraySlice<UInt8>, _ country: ArraySlice<UInt8>,
            _ state: ArraySlice<UInt8>, _ lack: ConsentLack?
        ) -> Bool {
            self.channel == channel && self.timezone[...] == timezone && self.country[...] == country
                && self.state[...] == state && self.lack == lack
        }
    }

    struct Place {
        /// The value of the column; empty without one.
        let timezone: String
        let zones: [Zone]
        let country: String?
        let regions: [String]
        let lack: ConsentLack?
    }

    let plan = NumberingPlan.world
    /// For contacts whose number and columns name no country.
    private let defaultRegion: String
    /// Whether the policy uses the recipient's own zone.
    private let asksForZones: Bool
    /// Whether numbers make any difference.
    private let asksForNumbers: Bool
    /// The places for which the policy has rules or holidays, in capitals.
    private let ruleKeys: [String]
    private let timezone: Int?
    private let country: Int?
    /// Nil if neither a clock nor a rule about a place matters: a state may be another country's than the number.
    private let state: Int?
    /// Whether a rule requires consent.
    let asksForConsent: Bool
    /// Whether contacts can differ in their consent.
    var consentsDiffer: Bool
    private let postcode: Int?
    private let schema: Schema
    private var countries = KnownCountries()
    private var grounds: [Ground] = []
    private var groundPlaces: [Ground: Int] = [:]
    /// The last contact's ground, which the next one mostly shares.
    private var lastGround = 0
    /// The columns of the step asked for last.
    private var lastNumberColumns: (to: Field, columns: [Int])?

    /// - Parameter window: that of the policy.
    init(region: String, policy: Policy?, window: ContactWindow?, schema: Schema) {
        defaultRegion = region
        timezone = schema.position(of: .timezone)
        country = schema.position(of: .country)
        postcode = schema.position(of: .postcode)
        ruleKeys = window?.places ?? []
        asksForConsent = window?.asksForConsent == true
        consentsDiffer = asksForConsent && schema.position(of: .consent) != nil
        // If a policy is always open, no clock matters.
        asksForZones = policy?.zone == .recipient && (policy?.windows.isEmpty == false || !ruleKeys.isEmpty)
        asksForNumbers = asksForZones || !ruleKeys.isEmpty
        state = asksForNumbers ? schema.position(of: .state) : nil
        self.schema = schema
    }

    /// Whether all contacts are in one place as far as the policy can tell.
    var isOne: Bool {
        timezone == nil && country == nil && state == nil && !consentsDiffer
            && (!asksForNumbers || !Field.phones.contains { schema.position(of: $0) != nil } && postcode == nil)
    }

    /// The columns that may have the number a step uses: its own, else `phone1`; the first that is not empty counts.
    /// Empty if numbers make no difference.
    mutating func numberColumns(_ step: Strategy.Step) -> [Int] {
        if let known = lastNumberColumns, known.to == step.to { return known.columns }
        let fields = step.to.isPhone ? [step.to, .phone1] : [.phone1]
        let columns = asksForNumbers ? fields.compactMap(schema.position(of:)) : []
        lastNumberColumns = (step.to, columns)
        return columns
    }

    /// - Parameter lack: why there is no consent, if a rule requires it.
    mutating func key(_ step: Strategy.Step, lack: ConsentLack?, _ values: (Int) -> ArraySlice<UInt8>) -> Key {
        for column in numberColumns(step) {
            let text = values(column)
            if text.isEmpty { continue }
            let number = try? NumberParser(plan: plan).parse(text.span, region: nil)
            return key(channel: step.channel, number, lack: lack, values)
        }
        return key(channel: step.channel, nil, lack: lack, values)
    }

    /// - Parameter number: from the first of the `numberColumns` that is not empty.
    @inline(__always)
    private mutating func key(
        channel: Channel, _ number: PhoneNumber?, lack: ConsentLack?, _ values: (Int) -> ArraySlice<UInt8>
    ) -> Key {
        let timezone = timezone.map(values) ?? []
        let country = alpha2(of: country.map(values) ?? [])
        var key = Key(ground: Int32(ground(channel, timezone, country, state.map(values) ?? [], lack)))
        place(number, timezone: timezone, country: country, values, in: &key)
        return key
    }

    /// The keys of a parcel's contacts. `numbers` and `consents` are empty if they make no difference.
    mutating func keys(
        channel: Channel, _ parcel: ParcelValues, _ numbers: [PhoneNumber?], _ consents: [ContactConsent]
    ) -> [Key] {
        var keys: [Key] = []
        keys.reserveCapacity(parcel.count)
        guard timezone == nil, country == nil, state == nil, postcode == nil, consents.isEmpty else {
            for contact in 0..<parcel.count {
                let number = numbers.isEmpty ? nil : numbers[contact]
                let lack = consents.isEmpty ? .unknown : consents[contact].lack
                keys.append(key(channel: channel, number, lack: lack) { parcel[contact, $0] })
            }
            return keys
        }
        // Only their numbers distinguish them.
        let ground = Int32(ground(channel, [], [], [], .unknown))
        for contact in 0..<parcel.count {
            var key = Key(ground: ground)
            if !numbers.isEmpty { place(numbers[contact], timezone: [], country: [], { _ in [] }, in: &key) }
            keys.append(key)
        }
        return keys
    }

    @inline(__always)
    private func place(
        _ number: PhoneNumber?, timezone: ArraySlice<UInt8>, country: ArraySlice<UInt8>,
        _ values: (Int) -> ArraySlice<UInt8>, in key: inout Key
    ) {
        guard asksForNumbers else { return }
        if let number {
            if timezone.isEmpty {
                let home = RegionCode(country.span).flatMap { plan.region($0) }
                key.numberZones = UInt16(plan.zones(of: number, country: home))
            }
            let home = plan.homePlace(of: number)
            // A satellite telephone has a calling code and no country.
            if plan.regions[home].isCountry { key.region = Int16(home) }
            key.states = UInt16(plan.statePlace(of: number))
        }
        if let postcode, timezone.isEmpty {
            let code = values(postcode)
            if !code.isEmpty {
                let home = Array(countryName(country, region: Int(key.region)).utf8)
                key.postcodeZones = UInt16(plan.zones(ofPostcode: code, country: home[...]))
            }
        }
    }

    /// The two letters for the value of a country column: `DE` for `Germany`, `DEU` and `49`.
    private mutating func alpha2(of country: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        if country.isEmpty || country.count == 2 && country[country.startIndex] > 0x39 { return country }
        return countries.country(country.span)?.letters[...] ?? country
    }

    /// The index of a contact's columns in `grounds`.
    private mutating func ground(
        _ channel: Channel, _ timezone: ArraySlice<UInt8>, _ country: ArraySlice<UInt8>, _ state: ArraySlice<UInt8>,
        _ lack: ConsentLack?
    ) -> Int {
        if lastGround < grounds.count, grounds[lastGround].isOf(channel, timezone, country, state, lack) {
            return lastGround
        }
        let ground = Ground(
            channel: channel, timezone: Array(timezone), country: Array(country), state: Array(state),
            lack: lack)
        lastGround = groundPlaces[ground] ?? grounds.count
        if lastGround == grounds.count {
            groundPlaces[ground] = lastGround
            grounds.append(ground)
        }
        return lastGround
    }

    private func countryName(_ column: some Collection<UInt8>, region: Int) -> String {
        if !column.isEmpty { return String(decoding: column, as: UTF8.self).uppercased() }
        return region >= 0 ? plan.regions[region].name : defaultRegion
    }

    func place(_ key: Key, at moment: Timestamp) -> Place {
        let ground = grounds[Int(key.ground)]
        let country = countryName(ground.country, region: Int(key.region))
        let region = key.region >= 0 ? plan.regions[Int(key.region)].name : country
        let states = plan.states(at: UInt8(key.states))
        // The part of the country that the column names counts beside those of the number.
        let named =
            ground.state.isEmpty
            ? [] : StateNames.codes(of: ground.state.span, country: country, isTold: !ground.country.isEmpty)
        // If the number does not tell the state, the person may be in any state that the policy names.
        let possible = Set([region, country]).subtracting([""]).flatMap { country in
            states.contains { $0.hasPrefix(country + "-") } ? [] : ruleKeys.filter { $0.hasPrefix(country + "-") }
        }
        return Place(
            timezone: String(decoding: ground.timezone, as: UTF8.self),
            zones: asksForZones && ground.timezone.isEmpty ? zones(key, ground, states: named, from: moment) : [],
            country: country.isEmpty ? nil : country,
            regions: [region] + states + named.filter { !states.contains($0) } + possible.sorted(),
            lack: ground.lack)
    }

    /// All zones that a contact can be in: each place that the number and the columns name counts.
    private func zones(_ key: Key, _ ground: Ground, states: [String], from moment: Timestamp) -> [Zone] {
        var places = [zones(Int(key.numberZones))]
        let country = String(decoding: ground.country, as: UTF8.self).uppercased()
        // The number's own country tells no more than the number, and a state tells more than its country.
        let isNumbers = key.region >= 0 && country == plan.regions[Int(key.region)].name
        if !isNumbers, !states.contains(where: { $0.hasPrefix(country + "-") }), let code = RegionCode(country) {
            places.append(zones(plan.zones(ofCountry: code)))
        }
        for state in states { places.append(zones(plan.zoneNames(ofState: state) { Zone.named($0) != nil })) }
        guard !places.contains(where: { $0 == nil }) else { return [] }
        let postcode = zones(Int(key.postcodeZones)) ?? []
        let all = places.flatMap { Zone.narrowed($0 ?? [], to: postcode, from: moment) }
        return Zone.oneForEachClock(all, from: moment)
    }

    private func zones(_ list: Int) -> [Zone]? { zones(plan.zoneNames(ofList: list) { Zone.named($0) != nil }) }

    /// Nil if this machine's database lacks one of the zones: then nothing is known.
    private func zones(_ names: [String]) -> [Zone]? {
        let zones = names.compactMap(Zone.named)
        return zones.count == names.count ? zones : nil
    }
}

extension Zone {
    /// The zones that a contact can be in when its number says one thing and its postal code another: those of the
    /// postal code that share a clock with one of the number's; all of both if there are none. Of several zones with
    /// one clock, the first is kept.
    static func narrowed(_ number: [Zone], to postcode: [Zone], from moment: Timestamp) -> [Zone] {
        var zones = number
        if !postcode.isEmpty {
            zones = postcode.filter { zone in number.contains { $0.hasClock(of: zone, from: moment) } }
            if zones.isEmpty { zones = number + postcode }
        }
        return oneForEachClock(zones, from: moment)
    }

    /// Of several zones with one clock, the first.
    static func oneForEachClock(_ zones: [Zone], from moment: Timestamp) -> [Zone] {
        zones.reduce(into: []) { kept, zone in
            if !kept.contains(where: { $0.hasClock(of: zone, from: moment) }) { kept.append(zone) }
        }
    }
}
