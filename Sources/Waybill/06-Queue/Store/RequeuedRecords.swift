/// Contacts of a batch that came again in a new one, so that nobody does so twice.
extension Settings {
    package func requeuedRecords(of batch: BatchID) throws -> RecordSet {
        var records = RecordSet()
        guard let kept = try setting(.requeued(batch)) else { return records }
        guard kept.count % 4 == 0 else {
            throw StoreProblem.damaged(what: "which contacts of batch \(batch) came again")
        }
        for place in stride(from: 0, to: kept.count, by: 4) {
            records.insert(kept[place..<place + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
        }
        return records
    }

    /// Adds to them. Call it inside a transaction.
    package func noteRequeued(_ records: [UInt32], of batch: BatchID) throws {
        var kept = try setting(.requeued(batch)) ?? []
        for record in records {
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                kept.append(UInt8(truncatingIfNeeded: record >> shift))
            }
        }
        try set(.requeued(batch), to: kept)
    }
}
