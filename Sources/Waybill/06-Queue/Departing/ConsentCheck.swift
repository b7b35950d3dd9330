/// What a person's consent is worth for one message.
package struct ContactConsent: Sendable {
    /// Why there is no consent; nil if there is.
    package var lack: ConsentLack? = .unknown
    /// When the first future consent begins.
    package var begins: Timestamp?
    /// The grant that counts.
    package var grant: HeldConsent?
}

/// Whether contacts of one batch consent to a campaign's messages, at one moment: by the ledger, under the address of
/// the message and the sender's own id, and by their own consent column.
package struct ConsentCheck {
    private let store: any Store
    private let campaign: Campaign
    private let batch: BatchID
    private let now: Timestamp
    private let consent: Int?
    private let consentAt: Int?
    private let id: Int?
    /// Columns from this one on are never needed.
    let width: Int

    package init(_ store: any Store, _ schema: Schema, of campaign: Campaign, in batch: BatchID, at now: Timestamp) {
        self.store = store
        self.campaign = campaign
        self.batch = batch
        self.now = now
        consent = schema.position(of: .consent)
        consentAt = schema.position(of: .consentat)
        id = schema.position(of: .id)
        width = ([consent, consentAt, id].compactMap(\.self).max() ?? -1) + 1
    }

    /// Looks up a parcel's contacts, in their order; empty if no consent of any of them can be known.
    ///
    /// - Parameters:
    ///   - addresses: the keys of the messages' addresses.
    ///   - record: the record of the contact at an index.
    func look(
        _ parcel: ParcelValues, _ channel: Channel, addresses: [UInt64], _ record: (Int) -> UInt32
    ) throws -> [ContactConsent] {
        guard try consent != nil || store.hasConsents() else { return [] }
        let ids = (0..<parcel.count).map { place in id.map { key(ofID: parcel[place, $0]) } ?? RecipientKey.none }
        let known = try store.consents(of: Set(addresses + ids).subtracting([RecipientKey.none]).sorted())
        let sort = MessageSort(campaign, channel: channel)
        return (0..<parcel.count).map { place in
            standing(sort, [addresses[place], ids[place]].flatMap { known[$0] ?? [] }, record(place)) {
                parcel[place, $0]
            }
        }
    }

    /// Looks up one contact that a step is about to reach.
    func look(
        _ step: Strategy.Step, _ choice: AddressChoice, record: UInt32, _ value: (Int) -> ArraySlice<UInt8>
    ) throws -> ContactConsent {
        let keys = keys(choice, value)
        let known = try store.consents(of: keys)
        return standing(
            MessageSort(campaign, channel: step.channel), keys.flatMap { known[$0] ?? [] }, record, value)
    }

    /// Under what the ledger may speak of a contact: the address that the message goes to, and the id.
    package func keys(_ choice: AddressChoice, _ value: (Int) -> ArraySlice<UInt8>) -> [UInt64] {
        let address = choice.address(value).flatMap { RecipientKeys.key(ofAddress: $0) }
        return [address, id.map { key(ofID: value($0)) }].compactMap(\.self).filter { $0 != RecipientKey.none }
    }

    private func key(ofID id: ArraySlice<UInt8>) -> UInt64 { id.isEmpty ? RecipientKey.none : RecipientKey.id(id.span) }

    private func standing(
        _ sort: MessageSort, _ known: [HeldConsent], _ record: UInt32, _ value: (Int) -> ArraySlice<UInt8>
    ) -> ContactConsent {
        var words = known
        if let own = own(record, value) { words.append(own) }
        if words.isEmpty { return ContactConsent() }
        let standing = ConsentStanding(words.map(\.entry), for: sort, at: now)
        return ContactConsent(
            lack: standing.lack, begins: standing.begins, grant: standing.grant.map { words[$0] })
    }

    /// What the contact's own column says. It counts for this contact only; without a date, any revocation, however
    /// old, outranks it.
    func own(_ record: UInt32, _ value: (Int) -> ArraySlice<UInt8>) -> HeldConsent? {
        guard let consent else { return nil }
        let text = value(consent)
        if text.isEmpty { return nil }
        let at = consentAt.flatMap { moment(value($0)) } ?? moment(text) ?? ConsentEntry.unknownMoment
        var entry = ConsentEntry(.grant, key: RecipientKey.none, kind: .phone, at: at)
        entry.record = record
        return HeldConsent(entry, source: batch)
    }

    /// The earliest moment that a date can mean: a revocation on the same day may have come later.
    private func moment(_ text: ArraySlice<UInt8>) -> Timestamp? {
        if text.isEmpty { return nil }
        return campaign.dates?.moment(text.span)?.earliest
            ?? Timestamp(iso8601: text, offsetSecondsIfMissing: 14 * 3_600)
    }
}
