/// The name of one message: `<batch>-<record>-<step>-<attempt>`, as in `20261121-000007-12-text-1`.
///
/// It travels with the message and comes back in its receipts; a contact's place in the store is arithmetic from it.
package struct Reference: Hashable, Sendable, CustomStringConvertible {
    package let batch: BatchID
    /// From 1 in file order.
    package let record: UInt32
    /// The step's name: `[A-Za-z0-9_]{1,32}`, so that the dashes part it.
    package let step: String
    /// From 1, counted over all steps of the contact.
    package let attempt: Int

    package init(batch: BatchID, record: UInt32, step: String, attempt: Int) {
        self.batch = batch
        self.record = record
        self.step = step
        self.attempt = attempt
    }

    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 5, let batch = BatchID("\(parts[0])-\(parts[1])"), let record = UInt32(parts[2]),
            record > 0, !parts[3].isEmpty, let attempt = Int(parts[4]), attempt > 0
        else { return nil }
        self.init(batch: batch, record: record, step: String(parts[3]), attempt: attempt)
    }

    package var description: String { "\(batch)-\(record)-\(step)-\(attempt)" }
}
