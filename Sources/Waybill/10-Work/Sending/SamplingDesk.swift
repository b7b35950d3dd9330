import SystemIO

/// Stage 4 for contacts that a program decides about: their batches are accepted and acknowledged, and they wait for
/// its answer. Without an answer they keep waiting, and it is asked again: nobody is kept by accident.
final class SamplingDesk {
    private let context: WorkContext
    private let bell: Bell
    /// Programs being asked, by campaign.
    private var errands: [String: SamplingErrand] = [:]
    /// When a failed program may be asked again (monotonic milliseconds), by batch.
    private var pauses: [BatchID: Int64] = [:]

    /// How many programs run at the same time, each for a different campaign.
    private static let mostErrands = 4
    /// Milliseconds until a failed program is asked again.
    private static let askAgainAfter: Int64 = 60_000

    /// - Parameter bell: rung when a program has answered.
    init(_ context: WorkContext, bell: Bell) {
        self.context = context
        self.bell = bell
    }

    private var store: any Store { context.store }

    /// Whether a program is being asked.
    var isAsking: Bool { !errands.isEmpty }

    /// Starts asking about waiting batches, and applies the answers. Returns how many batches went on. `waiting`:
    /// continue until there is nothing more to ask.
    func ask(waiting: Bool = false) throws -> Int {
        let moment = context.monotonic()
        var decided = 0
        while true {
            let before = decided
            for (campaign, errand) in errands {
                guard let outcome = try errand.outcome(waiting: waiting) else { continue }
                errands[campaign] = nil
                if try carryOut(outcome, of: errand, at: moment) { decided += 1 }
            }
            decided += try beginErrands(at: moment)
            if !waiting || decided == before && errands.isEmpty { return decided }
        }
    }

    /// Stops asking; the next start asks again.
    func stop() {
        for errand in errands.values { errand.stop() }
        errands = [:]
    }

    /// A program that failed under the previous configuration is asked at once.
    func reload() {
        stop()
        pauses = [:]
    }

    /// Returns how many batches went on without a program.
    private func beginErrands(at moment: Int64) throws -> Int {
        var decided = 0
        for id in try store.undecidedBatches() {
            guard errands.count < Self.mostErrands, pauses[id].map({ $0 <= moment }) ?? true,
                let batch = try store.batch(id), errands[batch.campaign] == nil,
                let setup = context.setup(batch.campaign),
                let held = try store.heldSample(of: id)
            else { continue }
            let rules = setup.campaign.sampling
            let isUnchanged = held.earlier == HeldSample.digest(of: rules.prefix(held.rule))
            guard isUnchanged, rules.indices.contains(held.rule),
                case .command(let run, let timeout) = rules[held.rule]
            else {
                // The rules have changed: the present rules decide about the waiting contacts, from the first that
                // differs.
                try goOn(batch, setup, held, firstRule: isUnchanged ? held.rule : 0) { record, undecided in
                    undecided.contains(record) ? .ask : .leave
                }
                decided += 1
                continue
            }
            errands[batch.campaign] = SamplingErrand(
                batch, setup, rule: held.rule, run: run, timeout: timeout,
                letters: context.letters.current, store: store.openReader, workspace: context.workspace, bell: bell)
        }
        return decided
    }

    /// False if the answers do not count.
    private func carryOut(_ outcome: SamplingErrand.Outcome, of errand: SamplingErrand, at moment: Int64) throws -> Bool
    {
        guard let batch = try store.batch(errand.batch), let setup = context.setup(batch.campaign),
            let held = try store.heldSample(of: batch.id)
        else { return false }
        // Unchanged since it was asked: reloading the configuration stops it first.
        let rule = setup.campaign.sampling[held.rule]
        if let fault = outcome.fault {
            pauses[batch.id] = moment + Self.askAgainAfter
            context.log.error(
                "sampling.failed",
                [
                    "batch": .text(batch.id.description), "campaign": .text(batch.campaign),
                    "rule": .number(held.rule + 1), "error": .text("\(rule.label) \(fault)"),
                ])
            try store.transiently {
                try store.setUndecidedReason(
                    .program(rule: held.rule, label: rule.label, fault: fault), of: batch.id)
            }
            return false
        }
        pauses[batch.id] = nil
        var place = 0
        try goOn(batch, setup, held, firstRule: held.rule + 1) { record, undecided in
            guard outcome.asked.contains(record) else { return .leave }
            defer { place += 1 }
            guard undecided.contains(record) else { return .leave }
            return outcome.answers.reasonOfDrop(at: place).map { .drop(reason: $0) } ?? .ask
        }
        return true
    }

    /// Lets the rules from `firstRule` on decide about a batch's waiting contacts, and sorts those kept into parcels,
    /// in one transaction: after a crash all of them still wait.
    private func goOn(
        _ batch: BatchRow, _ setup: CampaignSetup, _ held: HeldSample, firstRule: Int,
        _ fate: (UInt32, RecordSet) throws -> ContactSorting.Fate
    ) throws {
        let sorting = ContactSorting(
            store, batch.id, setup, priority: batch.priority, try store.bounds(of: batch.id), at: context.now,
            earliest: context.earliestNow, firstRule: firstRule)
        let segments = (0..<batch.segments).map { SegmentID(batch: batch.id, number: $0) }
        try store.durably {
            let undecided = try store.undecidedRecords(of: batch.id)
            for id in segments {
                guard let stored = try store.segment(id) else { continue }
                try sorting.resume(stored, batch.schema, salt: held.salt) { record, standing in
                    let fate = try fate(record, undecided)
                    return standing.isUnsampled ? fate : .leave
                }
            }
            while sorting.finishPass() {
                for id in segments {
                    if let stored = try store.segment(id) { try sorting.sortAgain(stored, batch.schema) }
                }
            }
            try store.endHeldSample(of: batch.id)
            try sorting.finish()
            try store.apply(sorting.states, to: batch.id, at: context.now)
        }
        context.log.info(
            "batch.sampled",
            [
                "batch": .text(batch.id.description), "campaign": .text(batch.campaign),
                "dropped": .number(sorting.states[.sampledOut] ?? 0),
            ])
    }
}
