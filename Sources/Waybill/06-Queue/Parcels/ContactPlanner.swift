/// Finds the parcel lane of a contact: when it may be reached under the campaign's policy, and together with whom.
///
/// One planner serves one batch; the hours of each place and channel are computed once and kept.
package struct ContactPlanner {
    /// The plan for a contact that is due to go out.
    package enum Plan: Hashable, Sendable {
        case queue(ParcelLane)
        /// It can never be reached in time.
        case expire(HoldReason)
    }

    private let window: ContactWindow?
    /// The consent of the contact that is planned next, if `asksForConsent`.
    var consent = ContactConsent()
    /// Checked for every contact, so the window need not be copied.
    private let hasWindow: Bool
    /// Whether rules of law set caps.
    private let hasLawCaps: Bool
    private let zone: Zone
    private let schema: Schema
    private let batchPriority: Int
    /// The drop's own bounds, from its side-car.
    private let dropBounds: ContactBounds
    private var places: ContactPlaces
    private let priority: Int?
    private let notBefore: Int?
    private let callbackAt: Int?
    private let expiresAt: Int?
    private var hoursByPlace: [ContactPlaces.Key: Hours] = [:]
    /// The most recent places by their keys' slots: nearly all contacts are at one of them.
    private static let slots = 256
    private var lastPlaces: [(key: ContactPlaces.Key, hours: Hours)?] = Array(repeating: nil, count: Self.slots)

    private final class Hours {
        let hours: ContactHours
        let zoneName: String
        /// The last plan for contacts here without bounds of their own; it holds for everybody at the same moment.
        var lastPlan: (step: String, earliest: Timestamp, level: Int, plan: Plan)?

        private var knownNeverOpen: Bool?

        init(hours: ContactHours, zoneName: String) {
            self.hours = hours
            self.zoneName = zoneName
        }

        /// Whether the contact's zones are so far apart that their windows never meet; computed once.
        func isNeverOpen(at moment: Timestamp) -> Bool {
            let answer = knownNeverOpen ?? hours.zonesNeverMeet(from: moment)
            knownNeverOpen = answer
            return answer
        }

        var neverOpenReason: HoldReason {
            let names = hours.zones.map(\.name)
            return .zonesNeverMeet(count: names.count, first: names[0], last: names[names.count - 1])
        }
    }

    /// - Parameter window: that of the policy, if it exists already.
    package init(
        region: String, policy: Policy?, zone: Zone, schema: Schema, priority: Int,
        bounds: ContactBounds = ContactBounds(), window: ContactWindow? = nil
    ) {
        self.zone = zone
        self.schema = schema
        batchPriority = priority
        dropBounds = bounds
        self.window = window ?? policy.map { ContactWindow(policy: $0, campaignZone: zone) }
        hasWindow = self.window != nil
        hasLawCaps = self.window?.lawCaps.isEmpty == false
        places = ContactPlaces(region: region, policy: policy, window: self.window, schema: schema)
        self.priority = schema.position(of: .priority)
        notBefore = schema.position(of: .notbefore)
        callbackAt = schema.position(of: .callbackat)
        expiresAt = schema.position(of: .expiresat)
    }

    /// Whether a rule requires consent: then `consent` must be set before a contact is planned.
    package var asksForConsent: Bool { places.asksForConsent }

    /// Whether contacts can differ in their consent.
    var consentsDiffer: Bool {
        get { places.consentsDiffer }
        set { places.consentsDiffer = newValue }
    }

    /// Whether contacts can differ in when they leave; if not, one plan holds for all.
    package var isUniform: Bool {
        (!hasWindow || places.isOne) && priority == nil && !hasOwnBounds
    }

    /// Whether contacts can have bounds of their own.
    private var hasOwnBounds: Bool { notBefore != nil || callbackAt != nil || expiresAt != nil }

    /// Plans a contact's next attempt, not before `earliest`. `values` gives a column's bytes by its position.
    package mutating func plan(
        step: Strategy.Step, earliest: Timestamp, values: (Int) -> ArraySlice<UInt8>
    ) -> Plan {
        let bounds = bounds(values)
        var level = batchPriority
        if let priority, let digit = values(priority).first, digit >= 0x30, digit <= 0x39 { level = Int(digit) - 0x30 }
        guard hasWindow else {
            let due = max(earliest, bounds.earliest ?? earliest)
            if let end = bounds.expiresAt, due >= end {
                return .expire(.expired(LocalMoment(end, offset: zone.offset(at: end))))
            }
            let reason = due > earliest ? bounds.reason(until: due, in: zone) : .due
            return .queue(lane(step, zone: "", due: due, level, reason: reason))
        }
        let place = hours(places.key(step, lack: consent.lack, values), step, at: earliest)
        let isShared = bounds == dropBounds && consent.lack != .future
        if isShared, let last = place.lastPlan, last.step == step.name, last.earliest == earliest, last.level == level {
            return last.plan
        }
        let plan = plan(step, earliest, level, bounds, place)
        if isShared { place.lastPlan = (step.name, earliest, level, plan) }
        return plan
    }

    private func plan(
        _ step: Strategy.Step, _ earliest: Timestamp, _ level: Int, _ bounds: ContactBounds, _ place: Hours
    ) -> Plan {
        if let due = place.hours.nextOpen(from: earliest, bounds: bounds) {
            let reason = due > earliest ? place.hours.reason(at: earliest, bounds: bounds) ?? .due : .due
            return .queue(lane(step, zone: place.zoneName, due: due, level, reason: reason))
        }
        // From the contact's own earliest moment on: until then it may be open under a law that ends.
        let from = max(earliest, place.hours.earliest(bounds))
        let reason = place.hours.reason(at: from, bounds: bounds) ?? .neverOpen
        if reason.kind == .consent, let begins = consent.begins, begins > earliest {
            return .queue(lane(step, zone: "", due: begins, level, reason: reason))
        }
        if place.isNeverOpen(at: from) {
            // A consent wakes those alone who wait for one.
            let reason = place.hours.lackingConsent(from: from) ?? place.neverOpenReason
            return .queue(lane(step, zone: "", due: Self.never, level, reason: reason))
        }
        // Without a zone, a window or a consent it waits until a person corrects that; otherwise it is too late for
        // good.
        if place.hours.neverOpens(from: from) {
            return .queue(lane(step, zone: "", due: Self.never, level, reason: reason))
        }
        return .expire(place.hours.reason(at: earliest, bounds: bounds) ?? reason)
    }

    /// What is known about a parcel's contacts at a moment: whether each may be reached; if there are caps of law,
    /// which of them hold where it is; and if a rule requires consent, whether it is reached only because it consented.
    struct Openness {
        var areOpen: [Bool]
        var caps: [UInt64] = []
        var rely: [Bool] = []
    }

    /// - Parameters:
    ///   - numbers: from the columns that `numberColumns` names, if any.
    ///   - consents: one for each contact, if a rule requires consent and any can be known.
    mutating func openness(
        step: Strategy.Step, at now: Timestamp, _ parcel: ParcelValues, _ numbers: [PhoneNumber?],
        _ consents: [ContactConsent] = []
    ) -> Openness {
        guard hasWindow || hasOwnBounds else {
            return Openness(
                areOpen: Array(repeating: dropBounds.expiresAt.map { now < $0 } ?? true, count: parcel.count))
        }
        var caps: [UInt64] = hasLawCaps ? Array(repeating: 0, count: parcel.count) : []
        var rely = Array(repeating: false, count: consents.count)
        let keys = hasWindow ? places.keys(channel: step.channel, parcel, numbers, consents) : []
        var answers: [(key: ContactPlaces.Key, isOpen: Bool, caps: UInt64, relies: Bool)?] = Array(
            repeating: nil, count: Self.slots)
        var areOpen = Array(repeating: false, count: parcel.count)
        for contact in 0..<parcel.count {
            let bounds = hasOwnBounds ? bounds { parcel[contact, $0] } : dropBounds
            guard hasWindow else {
                areOpen[contact] = bounds.expiresAt.map { now < $0 } ?? true
                continue
            }
            let key = keys[contact]
            let isShared = !hasOwnBounds || bounds == dropBounds
            let slot = key.slot
            if isShared, let answer = answers[slot], answer.key == key {
                areOpen[contact] = answer.isOpen
                if hasLawCaps { caps[contact] = answer.caps }
                if answer.relies { rely[contact] = true }
                continue
            }
            let hours = hours(key, step, at: now).hours
            areOpen[contact] = hours.isOpen(at: now, bounds: bounds)
            if hasLawCaps { caps[contact] = hours.caps }
            let relies = !hours.relied.isEmpty && hours.reliesOnConsent(at: now)
            if relies { rely[contact] = true }
            if isShared { answers[slot] = (key, areOpen[contact], hours.caps, relies) }
        }
        return Openness(areOpen: areOpen, caps: caps, rely: rely)
    }

    /// Where a contact is, as far as the policy needs it.
    mutating func place(
        of step: Strategy.Step, at moment: Timestamp, _ values: (Int) -> ArraySlice<UInt8>
    ) -> ContactPlaces.Place {
        let key = places.key(step, lack: .unknown, values)
        return places.place(key, at: moment)
    }

    /// Until when a contact that may be reached now still may be; nil if without end.
    mutating func openUntil(
        step: Strategy.Step, at now: Timestamp, values: (Int) -> ArraySlice<UInt8>
    ) -> Timestamp? {
        let bounds = bounds(values)
        guard hasWindow else { return bounds.expiresAt }
        // The hours without consent are the narrower ones; whoever is reached outside them is reached because of the
        // consent.
        let without = hours(places.key(step, lack: .unknown, values), step, at: now).hours
            .openUntil(at: now, bounds: bounds)
        if without != now { return without }
        return hours(places.key(step, lack: nil, values), step, at: now).hours.openUntil(at: now, bounds: bounds)
    }

    /// The columns that may have the number by which a contact's hours are found; the first that is not empty counts.
    /// Empty if the hours do not depend on it.
    mutating func numberColumns(_ step: Strategy.Step) -> [Int] { hasWindow ? places.numberColumns(step) : [] }

    /// The plan that numbers are read with.
    var plan: NumberingPlan { places.plan }

    /// Columns from this one on are never needed, whatever the policy.
    static func width(of schema: Schema, step: Strategy.Step) -> Int {
        let fields: [Field] = [
            .priority, .notbefore, .callbackat, .expiresat, .timezone, .country, .state, .postcode, .consent, .phone1,
            step.to,
        ]
        return (fields.compactMap(schema.position(of:)).max() ?? -1) + 1
    }

    /// The due time of contacts that wait for something other than time.
    package static let never = Timestamp(milliseconds: 253_402_300_799_000)

    private mutating func hours(_ key: ContactPlaces.Key, _ step: Strategy.Step, at moment: Timestamp) -> Hours {
        let slot = key.slot
        if let last = lastPlaces[slot], last.key == key { return last.hours }
        let known = hoursByPlace[key]
        let hours = known ?? hours(of: places.place(key, at: moment), channel: step.channel)
        if known == nil { hoursByPlace[key] = hours }
        lastPlaces[slot] = (key, hours)
        return hours
    }

    private func hours(of place: ContactPlaces.Place, channel: Channel) -> Hours {
        let window = window ?? ContactWindow(policy: Policy(), campaignZone: zone)
        let zones = window.zones(timezone: place.timezone, number: place.zones)
        return Hours(
            hours: window.hours(
                channel: channel, zones: zones, country: place.country, regions: place.regions,
                lack: place.lack),
            zoneName: zones.map(\.name).joined(separator: "+"))
    }

    private func bounds(_ values: (Int) -> ArraySlice<UInt8>) -> ContactBounds {
        guard hasOwnBounds else { return dropBounds }
        func moment(_ position: Int?) -> Timestamp? {
            guard let position else { return nil }
            let text = values(position)
            return text.isEmpty ? nil : Timestamp(iso8601: text, localIn: zone)
        }
        let own = ContactBounds(
            notBefore: moment(notBefore), callbackAt: moment(callbackAt), expiresAt: moment(expiresAt))
        return ContactBounds(
            notBefore: [own.notBefore, dropBounds.notBefore].compactMap(\.self).max(), callbackAt: own.callbackAt,
            expiresAt: [own.expiresAt, dropBounds.expiresAt].compactMap(\.self).min())
    }

    private func lane(
        _ step: Strategy.Step, zone: String, due: Timestamp, _ priority: Int, reason: HoldReason
    ) -> ParcelLane {
        ParcelLane(
            step: step.name, channel: step.channel, zone: zone, due: due, priority: priority, reason: reason)
    }
}

extension Timestamp {
    /// Reads an ISO 8601 time; without an offset it is local to `zone`.
    package init?(iso8601 text: ArraySlice<UInt8>, localIn zone: Zone) {
        guard let asUTC = Timestamp(iso8601: text) else { return nil }
        // Looks up the offset twice: around a clock change the first guess may be an hour off.
        let guess = Timestamp(milliseconds: asUTC.milliseconds - Int64(zone.offset(at: asUTC)) * 1_000)
        guard let local = Timestamp(iso8601: text, offsetSecondsIfMissing: zone.offset(at: guess)) else { return nil }
        self = local
    }
}
