/// What is asked of every contact when its parcel is about to leave: whether somebody must not be contacted, whether the hours are
/// open where the person is, where the message goes, and whether a cap holds it back. For one batch, step and moment.
package struct DepartureCheck {
    package enum Verdict {
        case free(address: ArraySlice<UInt8>)
        case suppressed(SuppressionCheck.Found)
        /// The hours are not open, or it is too late.
        case closed
        case noAddress
        /// The number is of a type that no text message reaches.
        case noSMS(NumberType)
        case capped(ContactCaps.Verdict)
    }

    private let step: Strategy.Step
    private let now: Timestamp
    private let choice: AddressChoice
    private let suppressions: SuppressionCheck
    /// Nil where nothing is counted.
    private let counting: Counting?

    private struct Counting {
        let recent: RecentContacts
        let campaign: RecentContacts.Campaign
        let caps: ContactCaps
        let keys: CapKeys
    }

    /// - Parameters:
    ///   - recent: who was contacted when; nil where no policy has caps.
    ///   - columns: by what else than the address any policy's caps count.
    package init(
        _ store: Store, _ schema: Schema, step: Strategy.Step, campaign: String, policy: Policy?, days: DayClock,
        recent: RecentContacts?, columns: [String], at now: Timestamp
    ) throws {
        self.step = step
        self.now = now
        choice = AddressChoice(step: step, schema: schema)
        suppressions = try SuppressionCheck(store, schema, campaign: campaign, channel: step.channel, at: now)
        counting = recent.map { recent in
            let campaign = RecentContacts.Campaign(campaign)
            let caps = ContactCaps(
                policy: policy, channel: step.channel, campaign: campaign, days: days, at: now, recent: recent)
            return Counting(
                recent: recent, campaign: campaign, caps: caps,
                keys: CapKeys(columns: columns, subjects: caps.subjects, schema))
        }
    }

    /// `planner` is that of the batch; `value` gives a column's bytes by its position.
    package func verdict(
        _ planner: inout ContactPlanner, _ value: (Int) -> ArraySlice<UInt8>
    ) throws -> Verdict {
        if !suppressions.isIdle, let found = try suppressions.find(value) { return .suppressed(found) }
        guard planner.isOpen(step: step, at: now, values: value) else { return .closed }
        guard let address = choice.address(value) else { return .noAddress }
        if step.channel == "sms", let type = Self.typeWithoutSMS(of: address) { return .noSMS(type) }
        if let counting, !counting.caps.isIdle {
            let verdict = counting.caps.verdict { counting.keys.key(ofSubject: $0, address, value) }
            if verdict != .free { return .capped(verdict) }
        }
        return .free(address: address)
    }

    private static func typeWithoutSMS(of address: ArraySlice<UInt8>) -> NumberType? {
        let number = try? NumberParser().parse(address.span, region: nil)
        return number.flatMap { $0.type.takesSMS ? nil : $0.type }
    }

    /// Counts somebody who leaves, at once, since the same one may follow; gives what caps count them by.
    package func count(_ address: ArraySlice<UInt8>, _ value: (Int) -> ArraySlice<UInt8>) -> [UInt64] {
        guard let counting else { return [] }
        let keys = counting.keys.all(of: address, value)
        counting.recent.note(keys, channel: step.channel, campaign: counting.campaign, counted: .contacts, at: now)
        return keys.map(\.key)
    }
}
