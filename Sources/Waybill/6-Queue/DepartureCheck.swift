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
    private var suppressions: SuppressionCheck
    /// Behind so many columns nothing is looked at.
    package let width: Int
    /// Nil where nothing is counted.
    private let counting: Counting?
    /// Of those who are about to be asked for, by their places: whether somebody may be suppressed, and the keys by which caps count
    /// them, one for each subject, 0 for none.
    private var mayBeSuppressed: [Bool] = []
    private var capKeys: [UInt64] = []

    private final class Counting {
        let recent: RecentContacts
        let campaign: RecentContacts.Campaign
        let caps: ContactCaps
        let keys: CapKeys

        init(
            _ recent: RecentContacts, _ campaign: RecentContacts.Campaign, _ caps: ContactCaps, _ columns: [String],
            _ schema: Schema
        ) {
            (self.recent, self.campaign, self.caps) = (recent, campaign, caps)
            keys = CapKeys(columns: columns, subjects: caps.subjects, schema)
        }
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
            return Counting(recent, campaign, caps, columns, schema)
        }
        width = max(
            suppressions.width, choice.width, counting?.keys.width ?? 0, ContactPlanner.width(of: schema, step: step))
    }

    /// Looks ahead at contacts that are to be asked about, by their places from 0 on: many places in memory are read at the same time
    /// then. `value` gives a column's bytes by the contact's place and the column's position.
    package mutating func lookAhead(_ count: Int, _ value: (Int, Int) -> ArraySlice<UInt8>) {
        mayBeSuppressed = suppressions.mayFind(count, value)
        capKeys.removeAll(keepingCapacity: true)
        guard let counting, !counting.caps.isIdle else { return }
        for place in 0..<count {
            let address = choice.address { value(place, $0) } ?? []
            for subject in counting.caps.subjects.indices {
                capKeys.append(
                    counting.keys.key(ofSubject: subject, address) { value(place, $0) } ?? RecipientKey.none)
            }
        }
        counting.caps.touch(capKeys.span)
    }

    /// Of the contact at a place of those looked ahead at. `planner` is that of the batch; `value` gives a column's bytes by its
    /// position.
    package func verdict(
        of place: Int, _ planner: inout ContactPlanner, _ value: (Int) -> ArraySlice<UInt8>
    ) throws -> Verdict {
        if mayBeSuppressed[place], let found = try suppressions.find(value) { return .suppressed(found) }
        guard planner.isOpen(step: step, at: now, values: value) else { return .closed }
        guard let address = choice.address(value) else { return .noAddress }
        if step.channel == "sms", let type = typeWithoutSMS(of: address, planner.lastNumber) { return .noSMS(type) }
        if let counting, !counting.caps.isIdle {
            let first = place * counting.caps.subjects.count
            let verdict = counting.caps.verdict { capKeys[first + $0] }
            if verdict != .free { return .capped(verdict) }
        }
        return .free(address: address)
    }

    /// `number` is that of the step, where the planner has read it just now.
    private func typeWithoutSMS(of address: ArraySlice<UInt8>, _ number: PhoneNumber?) -> NumberType? {
        let number = step.to.isPhone ? number : nil
        let type = number?.type ?? (try? NumberParser().parse(address.span, region: nil))?.type
        return type.flatMap { $0.takesSMS ? nil : $0 }
    }

    /// Counts somebody who leaves, at once, since the same one may follow; gives what caps count them by.
    package func count(_ address: ArraySlice<UInt8>, _ value: (Int) -> ArraySlice<UInt8>) -> [UInt64] {
        guard let counting else { return [] }
        let keys = counting.keys.all(of: address, value)
        counting.recent.note(keys, channel: step.channel, campaign: counting.campaign, counted: .contacts, at: now)
        return keys.map(\.key)
    }
}
