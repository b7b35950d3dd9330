/// Checks every contact whose parcel is about to leave: whether it is suppressed, whether the hours are open where the
/// person is, where the message goes, and whether a cap holds it back. Made for one batch, step and moment.
package struct DepartureCheck {
    package enum Verdict {
        case free(address: ArraySlice<UInt8>)
        case suppressed(SuppressionCheck.Found)
        /// Outside the hours, or too late.
        case closed
        case noAddress
        /// The number is of a type that text messages do not reach.
        case noSMS(NumberType)
        /// The number is of a country to which nothing goes; nil where nobody can tell which it is of.
        case abroad(String?)
        case capped(ContactCaps.Verdict)
    }

    private let step: Strategy.Step
    private let isSMS: Bool
    /// To which regions' numbers messages go; nil: to all.
    private let countries: Set<String>?
    private let now: Timestamp
    private let choice: AddressChoice
    /// Columns from this one on are never needed.
    private let width: Int
    private var suppressions: SuppressionCheck
    private let consentCheck: ConsentCheck
    /// Nil if nothing is counted.
    private let counting: Counting?
    /// About the contacts prepared by `lookAhead`, by index: their values, whether one may be suppressed, whether the
    /// hours are open, the number by which that was decided, the column with the address (-1 for none), and for each
    /// subject the keys by which caps count them.
    private var values: ParcelValues
    private var mayBeSuppressed: [Bool] = []
    private var isOpen: [Bool] = []
    /// Which of the caps of law hold where the contact is; empty if there are none.
    private var lawCaps: [UInt64] = []
    /// The consents, and whether the message is only allowed because of one; empty if no rule requires consent.
    private var consents: [ContactConsent] = []
    private var rely: [Bool] = []
    private var numbers: [PhoneNumber?] = []
    private var addressColumns: [Int] = []
    private var capKeys: [[UInt64]] = []

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
    ///   - sort: what the messages are.
    ///   - batch: where the contacts came in.
    ///   - law: what rules of law count for the campaign.
    ///   - recent: who was contacted when; nil where no policy has caps.
    ///   - columns: by what else than the address any policy's caps count.
    ///   - countries: those of the campaign, and of the transport, as far as they name any.
    package init(
        _ store: any Store, _ schema: Schema, step: Strategy.Step, for campaign: Campaign, in batch: BatchID,
        policy: Policy?, law: LawCaps = .none, days: DayClock,
        recent: RecentContacts?, columns: [String], countries: [[String]] = [],
        at now: Timestamp
    ) throws {
        self.step = step
        let named = countries.filter { !$0.isEmpty }.map(Set.init)
        self.countries = named.isEmpty ? nil : named.dropFirst().reduce(named[0]) { $0.intersection($1) }
        isSMS = step.channel == .sms
        self.now = now
        choice = AddressChoice(step: step, schema: schema)
        let sort = MessageSort(campaign, channel: step.channel)
        suppressions = try SuppressionCheck(store, schema, for: sort, at: now)
        consentCheck = ConsentCheck(store, schema, of: campaign, in: batch, at: now)
        counting = recent.map { recent in
            let campaign = RecentContacts.Campaign(campaign.name)
            let caps = ContactCaps(
                policy: policy, law: law, channel: step.channel, campaign: campaign, days: days, at: now, recent: recent
            )
            return Counting(recent, campaign, caps, columns, schema)
        }
        width = max(
            suppressions.width, choice.width, consentCheck.width, counting?.keys.width ?? 0,
            ContactPlanner.width(of: schema, step: step))
        values = ParcelValues([], width: width)
    }

    /// Prepares the contacts that will be asked about, in this order, so that many places in memory are read at the
    /// same time. `planner` is that of their batch.
    package mutating func lookAhead(
        _ contacts: [(segment: ContactSegment, index: Int)], _ planner: inout ContactPlanner
    ) throws {
        values = ParcelValues(contacts, width: width)
        mayBeSuppressed = suppressions.mayFind(values)
        let columns = planner.numberColumns(step)
        numbers = columns.isEmpty ? [] : values.numbers(of: columns, planner.plan)
        addressColumns = values.firstColumns(of: choice.positions)
        consents =
            planner.asksForConsent
            ? try consentCheck.look(values, step.channel, addresses: values.addressKeys(in: addressColumns)) {
                contacts[$0].segment.record(at: contacts[$0].index)
            } : []
        let found = planner.openness(step: step, at: now, values, numbers, consents)
        (isOpen, lawCaps, rely) = (found.areOpen, found.caps, found.rely)
        guard let counting, !counting.caps.isIdle else { return }
        capKeys = counting.keys.all(of: values, addresses: addressColumns)
        counting.caps.touch(capKeys)
    }

    /// The verdict on the contact at this index of those prepared. It is `mutating`, for else the whole check, 1.5 KB,
    /// is copied for each.
    package mutating func verdict(of place: Int) throws -> Verdict {
        if mayBeSuppressed[place], let found = try suppression(of: place) { return .suppressed(found) }
        guard isOpen[place] else { return .closed }
        let column = addressColumns[place]
        guard column >= 0 || choice.mayBeEmpty else { return .noAddress }
        if isSMS, let type = number(place, column)?.type, !type.takesSMS { return .noSMS(type) }
        if let countries, column >= 0, values[place, column].first == UInt8(ascii: "+") {
            let region = number(place, column)?.region.map { NumberingPlan.world.regions[Int($0)].name }
            guard let region, countries.contains(region) else { return .abroad(region) }
        }
        if let counting, !counting.caps.isIdle {
            // A closure that has hold of all this would copy it for each contact.
            let keys = capKeys
            let held = counting.caps.verdict(law: lawCaps.isEmpty ? 0 : lawCaps[place]) { keys[$0][place] }
            if let held { return .capped(held) }
        }
        return .free(address: column < 0 ? [] : values[place, column])
    }

    /// The consent without which the contact at this index could not be contacted; nil if none is needed.
    func reliedConsent(of place: Int) -> HeldConsent? {
        rely.isEmpty || !rely[place] ? nil : consents[place].grant
    }

    private func suppression(of place: Int) throws -> SuppressionCheck.Found? {
        let values = values
        return try suppressions.find { values[place, $0] }
    }

    private func number(_ place: Int, _ column: Int) -> PhoneNumber? {
        let known = step.to.isPhone && !numbers.isEmpty ? numbers[place] : nil
        return known ?? (try? NumberParser().parse(values[place, column].span, region: nil))
    }

    /// Whether any cap counts who leaves.
    package var counts: Bool { counting != nil }

    /// Counts a contact that leaves, at once, since the same person may come again. Returns the keys that caps count it
    /// by.
    package func count(_ address: ArraySlice<UInt8>, _ value: (Int) -> ArraySlice<UInt8>) -> [UInt64] {
        guard let counting else { return [] }
        let keys = counting.keys.all(of: address, value)
        counting.recent.note(keys, channel: step.channel, campaign: counting.campaign, counted: .contacts, at: now)
        return keys.map(\.key)
    }
}
