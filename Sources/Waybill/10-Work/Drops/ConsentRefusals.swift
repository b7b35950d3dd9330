/// People who refuse in the consent column of a contact drop: their open contacts in its campaign end, both earlier
/// ones and those of the drop itself.
///
/// A person is identified by any of the record's numbers, its e-mail address and its id, whichever of them a contact
/// has. A number that can be read in several ways counts for all of them. A damaged record that contains a word of no
/// counts for every number and address in it.
final class ConsentRefusals {
    private let words: ConsentWords
    private var people: PeopleToClose

    init(rules: AddressRules, words: ConsentWords) {
        people = PeopleToClose(rules)
        self.words = words
    }

    func note(_ rejection: Rejection, of chunk: Chunk) {
        if rejection.violations.contains(where: \.isRefusedConsent) { noteRecord(rejection, of: chunk) }
        // The consent column's value cannot be told from the values beside it.
        if chunk.schema.position(of: .consent) != nil, rejection.violations.contains(where: { $0.subject == .row }) {
            noteDamaged(chunk.wholeText(of: rejection.index))
        }
    }

    private func noteRecord(_ rejection: Rejection, of chunk: Chunk) {
        people.noteAddresses(of: chunk.records[rejection.index], in: chunk)
        // The number as it was read, with the record's own country.
        people.note(rejection.address)
        people.note(id: rejection.id)
    }

    /// Notes a record whose fields cannot be separated: a word of no anywhere in it may be its consent.
    private func noteDamaged(_ row: [UInt8]) {
        let pieces = AddressReading.pieces(of: row)
        // A dash alone mostly stands for an empty field.
        let saysNo = pieces.contains { piece in
            piece.contains { $0 >= 0x30 } && words.meaning(of: String(decoding: piece, as: UTF8.self)) == .no
        }
        guard saysNo else { return }
        for piece in pieces { people.note(piece) }
    }

    /// Ends their open contacts, within a transaction in which the drop's own contacts are already visible.
    func closeAll(_ context: WorkContext, campaign: String, by source: BatchID) throws {
        let rising = people.keys
        if rising.isEmpty { return }
        var entry = AuditEntry(.consentClosed, at: context.now)
        entry.subject = campaign
        entry.source = source
        entry.keys = rising
        try context.store.note(entry)
        try people.close(
            in: context.store.openBatches(limit: .max).filter { $0.campaign == campaign }, context,
            campaign: campaign, .refusedConsent(source))
    }
}
