import SystemIO

/// What the outbox shows about batches. An empty or older state folder beside a fuller outbox would reuse ids and
/// references, and send again what has already left.
struct OutboxWitness {
    private let context: WorkContext

    init(_ context: WorkContext) { self.context = context }

    /// Throws if the latest acknowledgements are of a batch that the store does not know.
    func check() throws {
        guard let last = try Self.lastBatch(in: context.outbox("acks")), try context.store.batch(last) == nil
        else { return }
        // A restored store records which ids it does not know.
        if let reserved = try context.store.reservedBatches(), last <= reserved { return }
        throw StateBehind(
            batch: last, state: context.workspace.path(context.configuration.state), acks: context.outbox("acks"))
    }

    /// The latest batch with an acknowledgement; nil if there is none.
    static func lastBatch(in acks: String) throws -> BatchID? {
        guard try Files.exists(acks) else { return nil }
        // The two latest days, since campaigns' zones differ.
        let days = try Files.list(acks).filter { CalendarDay($0) != nil }.sorted().suffix(2)
        let names = try days.flatMap { try Files.list(acks + "/" + $0) }
        return names.filter { $0.hasSuffix(".ack.json") }.compactMap(Self.batch).max { $0.rawValue < $1.rawValue }
    }

    /// How many ids of its day a restored store skips, for those the lost store may have given.
    static let gap = 100_000

    /// `NAME.BATCH.ack.json`; the drop's name does not matter.
    private static func batch(of name: String) -> BatchID? {
        name.split(separator: ".").dropLast(2).last.flatMap { BatchID(String($0)) }
    }
}

/// The state folder does not belong to this outbox.
package struct StateBehind: Error, CustomStringConvertible {
    let batch: BatchID
    let state: String
    let acks: String

    package var description: String {
        "\(acks) has an acknowledgement of batch \(batch), which \(state) knows nothing of: it is empty, or an older copy. "
            + "Put back the state folder that belongs to this outbox. To go on with this one all the same (ids of "
            + "batches may come twice, and what has left since may leave again), start once with --state-is-right; to begin "
            + "anew, move the outbox away"
    }
}
