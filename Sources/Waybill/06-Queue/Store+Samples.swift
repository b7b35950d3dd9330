import SystemIO

/// Which rule's program has to be asked about contacts of a batch, and what else the rules after it need.
package struct HeldSample: Hashable, Sendable {
    /// Its place among the campaign's rules.
    package let rule: Int
    /// Of the rules before it, which have decided.
    package let earlier: UInt64
    /// What `random` rules draw by.
    package let salt: [UInt8]

    package init(rule: Int, earlier: UInt64, salt: [UInt8]) {
        self.rule = rule
        self.earlier = earlier
        self.salt = salt
    }

    static func digest(of rules: some Sequence<SamplingRule>) -> UInt64 {
        RecipientKey.digest(Array("\(rules.map { $0 })".utf8).span, foldingCase: false)
    }
}

/// Contacts that wait for the answer of a sampling program.
extension Store {
    private static func key(_ batch: BatchID) -> String { "sample.\(batch)" }

    func setHeldSample(_ held: HeldSample, of batch: BatchID) throws {
        try set(Self.key(batch), to: Array("\(held.rule),\(held.earlier),".utf8) + held.salt)
    }

    func heldSample(of batch: BatchID) throws -> HeldSample? {
        let parts = try setting(Self.key(batch))?.split(
            separator: UInt8(ascii: ","), maxSplits: 2, omittingEmptySubsequences: false)
        guard let parts, parts.count == 3, let rule = Int(String(decoding: parts[0], as: UTF8.self)),
            let earlier = UInt64(String(decoding: parts[1], as: UTF8.self))
        else { return nil }
        return HeldSample(rule: rule, earlier: earlier, salt: Array(parts[2]))
    }

    /// Batches with such contacts, oldest first.
    package func undecidedBatches() throws -> [BatchID] {
        let select = try database.statement(StoreSQL.undecidedBatches)
        defer { select.reset() }
        var batches: [BatchID] = []
        while try select.step() { batches.append(BatchID(rawValue: select.int64(0))) }
        return batches
    }

    /// The records of such contacts; some of them may be closed.
    func undecidedRecords(of batch: BatchID) throws -> RecordSet {
        let select = try database.statement(StoreSQL.undecidedParcels)
        defer { select.reset() }
        try select.bind(":batch", batch.rawValue)
        var records = RecordSet()
        while try select.step() {
            for contact in ParcelContact.decode(select.blob(0)) { records.insert(contact.record) }
        }
        return records
    }

    /// Why they wait.
    func setUndecidedReason(_ reason: HoldReason, of batch: BatchID) throws {
        let update = try database.statement(StoreSQL.setUndecidedReason)
        try update.bind(":batch", batch.rawValue)
        try update.bind(":hold", reason.kind.rawValue)
        try update.bind(":reason", reason.stored)
        try update.run()
    }

    /// They wait no longer.
    func endHeldSample(of batch: BatchID) throws {
        let update = try database.statement(StoreSQL.closeUndecided)
        try update.bind(":batch", batch.rawValue)
        try update.run()
        try forgetHeldSample(of: batch)
    }

    func forgetHeldSample(of batch: BatchID) throws {
        let remove = try database.statement(StoreSQL.removeSetting)
        try remove.bind(":key", Self.key(batch))
        try remove.run()
    }
}
