/// Who says no in the consent column of a drop of contacts: their open contacts in its campaign end, those that came in
/// earlier and those of the drop itself.
///
/// A record whose number cannot be read in one way counts for all that it can mean.
final class ConsentRefusals {
    private let regions: [String]
    private var keys: Set<UInt64> = []

    init(regions: [String]) { self.regions = regions }

    func note(_ rejection: Rejection, of chunk: Chunk) {
        guard rejection.violations.contains(where: \.isRefusedConsent) else { return }
        let record = chunk.records[rejection.index]
        let fields = chunk.fields[Int(record.firstField)...].prefix(Int(record.fieldCount))
        func value(_ field: Field) -> [UInt8] {
            guard let position = chunk.schema.position(of: field), position < fields.count else { return [] }
            return Array(chunk.value(fields[fields.startIndex + position]))
        }
        for field in [Field.phone1, .email] {
            let address = value(field)
            if address.isEmpty { continue }
            for reading in AddressReading.all(of: address, regions: regions) { keys.insert(reading.key) }
        }
        // The number as it was read, with the record's own country.
        for reading in AddressReading.all(of: rejection.address, regions: regions) { keys.insert(reading.key) }
        if !rejection.id.isEmpty { keys.insert(RecipientKey.id(rejection.id.span)) }
    }

    /// Ends their open contacts, within a transaction in which the drop's own are visible already.
    func closeAll(_ context: WorkContext, campaign: String, by source: BatchID) throws {
        if keys.isEmpty { return }
        let rising = keys.sorted()
        var entry = AuditEntry(.consentClosed, at: context.now)
        entry.subject = campaign
        entry.source = source
        entry.keys = rising
        try context.store.note(entry)
        for row in try context.store.openBatches(limit: .max) where row.campaign == campaign {
            var moves: Moves?
            try context.store.forEachRecord(ofRecipients: rising, batch: row.id) { _, record in
                if moves == nil {
                    moves = try Moves(context, row, context.setupOrDefaults(campaign), at: context.now)
                }
                guard let contact = try moves?.changes.contact(record) else { return }
                try moves?.happen(
                    .optedOut, to: contact, stage: .validation, code: Violation.consentMissingCode,
                    reason: .words("the consent column of batch \(source) says no"), at: context.now)
            }
            try moves?.finish()
        }
    }
}
