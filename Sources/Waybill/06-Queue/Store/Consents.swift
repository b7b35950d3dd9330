/// Consents and revocations: a ledger that is only added to.
///
/// Each entry is in the audit chain, with its proof. What every departure looks up is also stored by the people's keys,
/// and can be rebuilt from the chain.
package protocol Consents {
    /// Adds the entries that are new: an existing entry is not added again, whoever sent it. Returns how many were
    /// added.
    @discardableResult
    func note(_ entries: [ConsentEntry], source: BatchID, at now: Timestamp) throws -> Int

    /// Adds what a batch's consent columns say, as proof: each counts only for its own contact, which has the value
    /// itself.
    func noteColumns(_ entries: [ConsentEntry], source: BatchID, at now: Timestamp) throws

    /// Whether the ledger has any entry.
    func hasConsents() throws -> Bool

    /// What each of these people said, in no order; people without an entry are left out. A stop appears as a
    /// revocation of everything, a start as a start. Fastest if the keys rise.
    func consents(of keys: [UInt64]) throws -> [UInt64: [HeldConsent]]

    /// Calls `body` with all entries of the ledger in order of arrival, including stops and starts from replies. Reads
    /// the whole chain.
    func forEachConsent(_ body: (LedgerEntry) throws -> Void) throws

    /// Records the consents that a parcel's messages relied on.
    func noteRelied(on consents: [ReliedConsent], parcel: ParcelID, at now: Timestamp) throws

    /// The consents recorded last for a parcel, in the order of the records.
    func reliedConsents(of parcel: ParcelID) throws -> [ReliedConsent]
}

extension Consents {
    /// When somebody refused who does not say when: behind all that they agreed to, though a clock was ahead then or is
    /// behind now.
    package func refusalMoment(of keys: [UInt64], at now: Timestamp) throws -> Timestamp {
        var words: [HeldConsent] = []
        // What is damaged holds everybody whom it concerns.
        do { words = try consents(of: keys).values.flatMap(\.self) } catch is StoreProblem {}
        let agreed = words.map(\.entry).filter { $0.action != .revoke }.map(\.at).max()
        return agreed.map { max(now, $0.adding(TimeSpan(milliseconds: 1))) } ?? now
    }
}

/// An entry as look-ups return it: without its proof.
package struct HeldConsent: Hashable, Sendable {
    package let entry: ConsentEntry
    /// The drop that said so.
    package let source: BatchID

    package init(_ entry: ConsentEntry, source: BatchID) {
        self.entry = entry
        self.source = source
    }
}

/// An entry as the ledger has it.
package struct LedgerEntry: Hashable, Sendable {
    package let entry: ConsentEntry
    package let source: BatchID
    /// When it was recorded.
    package let notedAt: Timestamp
    /// The source it came from.
    package let origin: Origin

    package enum Origin: String, Sendable {
        /// A consent drop, or a word in a reply.
        case ledger
        /// The consent column of a contact; it counts only for that contact.
        case column
        /// A stop or start in a reply, or a receipt.
        case word
    }
}

/// The consent that let one message leave.
package struct ReliedConsent: Hashable, Sendable {
    package let record: UInt32
    package let consent: HeldConsent

    package init(record: UInt32, consent: HeldConsent) {
        self.record = record
        self.consent = consent
    }
}
