import SystemIO

/// The real pipeline on a private copy of a workspace, with a clock that jumps from one event to the next. Nothing
/// leaves, and nothing in the workspace changes.
///
/// Everything it writes is in its folder, which its owner removes. Templates are read from the workspace. The only
/// results are those handed over.
package final class Rehearsal {
    package let pipeline: Pipeline
    package let workspace: Workspace
    package let configuration: Configuration
    private let time: StandingTime
    /// The day on which old contacts were last forgotten.
    private var cleanedOn: CalendarDay?

    /// Makes the copy in `folder`, which must be empty; a workspace without a store has no history.
    package init(
        of original: Workspace, _ configuration: Configuration, in folder: String, startingAt start: Timestamp, log: Log
    ) throws {
        var configuration = configuration
        let source = original.store(configuration)
        (configuration.inbox, configuration.inboxReadiness) = (["inbox"], [:])
        (configuration.outbox, configuration.state) = ("outbox", "state")
        self.configuration = configuration
        workspace = original.rehearsal(in: folder)
        if try Files.exists(source) {
            try Files.createFolder(workspace.path(configuration.state), mode: 0o700)
            try workspace.copyStore(from: source, configuration)
        }
        time = StandingTime(milliseconds: start.milliseconds)
        do {
            pipeline = try Pipeline(
                workspace: workspace, configuration: configuration, clock: WallClock(time), log: log, isRehearsal: true)
        } catch StoreProblem.otherVersion(path: _, let found, let reads) {
            throw StoreProblem.otherVersion(path: source, found: found, reads: reads)
        }
        try pipeline.prepareRehearsal()
    }

    package var now: Timestamp { pipeline.now }

    /// Takes whole files from a folder of the copy's inbox; false if one is not taken within ten seconds.
    package func take(_ names: [String], from folder: String) throws -> Bool {
        for name in names { pipeline.claims.noteArrival(place: .init(folder: folder), name: name) }
        return try take(names.count)
    }

    /// Takes so many files that are in the copy's inbox.
    private func take(_ count: Int) throws -> Bool {
        var left = count
        let end = pipeline.context.monotonic() + 10_000
        while left > 0, pipeline.context.monotonic() < end { left -= try pipeline.takeDrops { false }.taken }
        return left == 0
    }

    /// Runs everything that is due before `end`, then sets the clock to `end`; stops early if asked to.
    package func run(until end: Timestamp, stopping: () -> Bool = { false }) throws {
        while now < end, !stopping() {
            if cleanedOn != now.utcDay {
                try pipeline.forgetContacts()
                cleanedOn = now.utcDay
            }
            _ = try take(try pipeline.repeatLists())
            try pipeline.askPrograms(waiting: true)
            _ = try pipeline.dispatchDue(stopping: stopping)
            // An overdue contact may become due at once.
            if try pipeline.settleOverdue(stopping: stopping) > 0 { continue }
            sleep(until: min(try nextMoment ?? end, end))
        }
    }

    /// When something is next due; nil if nothing ever will be by itself.
    package var nextMoment: Timestamp? {
        get throws {
            let (due, result) = try pipeline.store.nextMoments()
            return [due, result, pipeline.nextRepetition].compactMap(\.self).min()
        }
    }

    /// Sets the clock to `end`, as if nothing had run until then.
    package func sleep(until end: Timestamp) {
        time.set(milliseconds: max(now, end).milliseconds)
    }

    /// What became of a batch so far.
    package struct Outcome: Sendable {
        package let batch: BatchRow
        package let states: [ContactState: Int]
        /// When the last of its contacts was done; nil while some are open.
        package let endedAt: Timestamp?
        /// Why contacts ended unsent or wait, in words, the most frequent first.
        package let reasons: [(state: ContactState, reason: String, count: Int)]
    }

    /// The outcomes of contact batches that are open, or changed since the rehearsal began.
    package func outcomes(since start: Timestamp) throws -> [Outcome] {
        let campaigns = try pipeline.store.campaignsWithBatches().map(\.campaign)
        let batches = try campaigns.flatMap {
            try pipeline.store.batches(ofCampaign: $0, from: start, to: now.adding(TimeSpan(milliseconds: 1)))
        }
        return try batches.filter { $0.status == .visible }.sorted { $0.id < $1.id }.map(outcome)
    }

    private func outcome(_ batch: BatchRow) throws -> Outcome {
        let store = pipeline.store
        let states = try store.states(of: batch.id)
        struct Ground: Hashable {
            let state: ContactState
            let reason: NameID
            let code: NameID
        }
        var tally: [Ground: Int] = [:]
        try store.forEachSegment(of: batch.id) { segment in
            guard let records = try store.standings(of: segment.id) else { return }
            for record in records where record.state.isUnsent {
                tally[Ground(state: record.state, reason: record.reason, code: record.code), default: 0] += 1
            }
        }
        let reasons = try tally.map { ground, count in
            var reason = try store.reason(ground.reason).words
            if reason.isEmpty { reason = try store.text(ground.code) }
            // Nobody answers in a rehearsal.
            if reason == Event.expired.rawValue { reason = "nothing came back in time" }
            return (ground.state, reason, count)
        }
        let isOpen = states.contains { !$0.key.isFinal && $0.value > 0 }
        return Outcome(
            batch: batch, states: states, endedAt: isOpen ? nil : batch.changedAt,
            reasons: reasons.sorted { ($1.2, $0.0.rawValue, $0.1) < ($0.2, $1.0.rawValue, $1.1) })
    }
}

extension ContactState {
    /// Whether it ended without being reached, for a reason worth showing.
    fileprivate var isUnsent: Bool { isFinal && (total == .skipped || total == .failure) }
}
