/// What people agreed to and took back: a ledger that is only added to.
///
/// Each entry stands in the audit chain, with its proof; what is asked at every departure stands beside it under the
/// keys of the people, and can be made again from the chain.
package protocol Consents {
    /// Adds what of these was not said before: an entry that is there, whoever sent it, is not added again. Returns how
    /// many were added.
    @discardableResult
    func note(_ entries: [ConsentEntry], source: BatchID, at now: Timestamp) throws -> Int

    /// Adds what the consent columns of a batch say, as proof: each speaks for its contact alone, which has it.
    func noteColumns(_ entries: [ConsentEntry], source: BatchID, at now: Timestamp) throws

    /// Whether anything stands in the ledger.
    func hasConsents() throws -> Bool

    /// What each of these people said, in no order; those who said nothing are left out. A stop is a revocation of all,
    /// a start is one. Quickest when the keys rise.
    func consents(of keys: [UInt64]) throws -> [UInt64: [HeldConsent]]

    /// Calls `body` with all entries of the ledger as they came, stops and starts of replies among them. Reads the
    /// whole chain.
    func forEachConsent(_ body: (LedgerEntry) throws -> Void) throws

    /// Writes down on whose consent the messages of a parcel relied.
    func noteRelied(on consents: [ReliedConsent], parcel: ParcelID, at now: Timestamp) throws

    /// The same as it was written down last, in the order of the records.
    func reliedConsents(of parcel: ParcelID) throws -> [ReliedConsent]
}

/// An entry as it is asked for: without its proof.
package struct HeldConsent: Hashable, Sendable {
    package let entry: ConsentEntry
    /// The drop that said so.
    package let source: BatchID

    package init(_ entry: ConsentEntry, source: BatchID) {
        self.entry = entry
        self.source = source
    }
}

/// An entry as it stands in the ledger.
package struct LedgerEntry: Hashable, Sendable {
    package let entry: ConsentEntry
    package let source: BatchID
    /// When it was written down.
    package let notedAt: Timestamp
    /// Where it came from.
    package let origin: Origin

    package enum Origin: String, Sendable {
        /// A drop of consents, or a word in a reply.
        case ledger
        /// The consent column of a contact, for which alone it speaks.
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
