import SystemIO

/// What the outbox shows about batches. An empty or older state folder beside a fuller outbox would reuse ids and
/// references, and send again what has already left.
struct OutboxWitness {
    private let context: WorkContext

    init(_ context: WorkContext) { self.context = context }

    /// Throws if the outbox's latest acknowledgements or its mark are of what the store does not know, or if another
    /// workspace has this outbox.
    func check() throws {
        try check(context.configuration)
        let (store, state) = (context.store, context.workspace.path(context.configuration.state))
        let marks = OutboxMarks(outbox: context.workspace.path(context.configuration.outbox))
        let now = max(context.now, try store.latestMoment() ?? context.now)
        let folder = context.outbox("acks")
        let acks = Self.acks(in: folder, at: now)
        for problem in marks.problems + acks.problems {
            context.log.warning("outbox.passed-over", ["problem": .text(problem)])
        }
        // A restored store records which ids it does not know.
        let reserved = try store.reservedBatches() ?? BatchID(rawValue: 0)
        if let last = acks.last, last > reserved, try store.batch(last) == nil {
            throw StateBehind(
                found: "\(folder) has an acknowledgement of batch \(last), which \(state) knows nothing of",
                state: state)
        }
        if let ahead = try marks.ahead(of: store, in: state) { throw StateBehind(found: ahead, state: state) }
    }

    /// Throws if the outbox of a configuration is another workspace's.
    func check(_ configuration: Configuration) throws {
        let workspace = context.workspace
        let marks = OutboxMarks(outbox: workspace.path(configuration.outbox))
        if let other = try marks.neighbour(of: context.store, in: workspace.path(configuration.state)) {
            throw OutboxShared(description: other.words)
        }
    }

    /// Makes a store that is not as far as an outbox go on from there: no id of a batch and no number of a parcel comes
    /// twice. Call it inside a transaction.
    static func accept(_ outbox: String, _ store: any Store, in state: String, at now: Timestamp) throws {
        let gap = BatchID(day: now.utcDay, number: gap)
        let known = [acks(in: outbox + "/acks", at: now).last, try store.reservedBatches()].compactMap(\.self)
        try store.reserveBatches(until: known.reduce(gap, max))
        try OutboxMarks(outbox: outbox).accept(store, in: state)
        try store.skipParcelNumbers()
    }

    /// The latest batch with an acknowledgement, nil if there is none, and what was passed over: others may write here,
    /// and nothing they leave keeps Waybill from starting.
    static func acks(in acks: String, at now: Timestamp) -> (last: BatchID?, problems: [String]) {
        let last = now.utcDay.adding(days: 1)
        var problems: [String] = []
        /// The names in a folder; nil for anything else.
        func names(_ folder: String) -> [String]? {
            do {
                if try FileStatus.of(folder, followLinks: true)?.kind == .folder { return try Files.list(folder) }
                if try FileStatus.of(folder) != nil { problems.append("\(folder) is no folder") }
            } catch {
                problems.append("\(error)")
            }
            return nil
        }
        let days = (names(acks) ?? []).compactMap { CalendarDay($0) }.sorted().reversed()
        var found: [BatchID] = []
        // The two latest days, since campaigns' zones differ.
        var looked = 0
        for day in days where looked < 2 {
            guard day <= last else {
                problems.append("\(acks)/\(day) is of a day that has not come")
                continue
            }
            guard let names = names("\(acks)/\(day)") else { continue }
            looked += 1
            for name in names {
                guard let batch = batch(of: name) else { continue }
                if batch < BatchID(day: last.adding(days: 1), number: 0) {
                    found.append(batch)
                } else {
                    problems.append("\(acks)/\(day)/\(name.plain) is of a day that has not come")
                }
            }
        }
        return (found.max(), problems)
    }

    /// How many ids of its day a restored store skips, for those the lost store may have given.
    static let gap = 100_000

    /// `NAME.BATCH.ack.json`; the drop's name does not matter.
    private static func batch(of name: String) -> BatchID? {
        guard name.hasSuffix(".ack.json") else { return nil }
        return name.split(separator: ".").dropLast(2).last.flatMap { BatchID(String($0)) }
    }
}

/// The state folder does not belong to this outbox.
package struct StateBehind: Error, CustomStringConvertible {
    /// What the outbox has.
    let found: String
    let state: String

    package var description: String {
        "\(found); \(state) is empty, or an older copy. "
            + "Put back the state folder that belongs to this outbox. To go on with this one all the same (ids of "
            + "batches may come twice, and what has left since may leave again), start once with --state-is-right; to begin "
            + "anew, move the outbox away"
    }
}

/// Two workspaces have one outbox.
package struct OutboxShared: Error, CustomStringConvertible {
    package let description: String
}
