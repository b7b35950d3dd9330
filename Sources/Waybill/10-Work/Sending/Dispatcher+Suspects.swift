/// Whose fault it is that a transport stops: its own, or that of a message whose answer stopped it (`Suspects`).
extension Dispatcher {
    /// What a transport did with a parcel, once that is known.
    struct Judgement {
        /// Without what stopped the transport, where that is the fault of messages of the parcel alone.
        var outcome: ParcelOutcome
        /// Until when those wait by themselves, by record.
        var alone: [UInt32: Backoff] = [:]
        /// Of its transport from now on; nil: as they were.
        var suspects: Suspects?
        /// What would stop the transport was said to these alone, and another message finds out at once.
        var isOfFirst = false

        var isOfMessages: Bool { !alone.isEmpty }
    }

    /// So often a message is refused while others go through before and behind; then it fails.
    private static let mostAlone = 4

    func judge(_ outcome: ParcelOutcome, of parcel: Parcel) -> Judgement {
        let known = DoubtLedger(store).suspects[parcel.transport] ?? Suspects()
        if known.isEmpty, !outcome.hasStopping { return Judgement(outcome: outcome) }
        let batch = parcel.batch
        var fates: [UInt32: MessageOutcome] = [:]
        for member in parcel.contacts where member.fate == .travels {
            fates[member.record] = outcome.fate(of: member.record)
        }
        let stopping = fates.filter { if case .stopping = $0.value { true } else { false } }.keys
        let areAlone =
            !stopping.isEmpty && doubts[parcel.transport]?.over == nil
            && stopping.allSatisfy { known.isAlone(batch, $0) }
        var suspects = known
        if fates.values.contains(.accepted) { suspects.overtake(leftAt: parcel.leftAt) }
        var judgement = Judgement(outcome: outcome)
        judgement.isOfFirst = isFirst(stopping.filter { !known.isAlone(batch, $0) }, outcome, parcel, suspects)
        for (record, fate) in fates {
            switch fate {
            case .accepted, .refused, .lost: suspects.forget(batch, record)
            case .later, .postponed, .recalled, .unknown: break
            case .stopping(let code, let detail, let isLasting):
                // Beside others that stop it for the first time, its own answer says nothing more.
                if !areAlone, known.isAlone(batch, record) { continue }
                let verdict = suspects.refuse(batch, record, at: now, isFirst: judgement.isOfFirst)
                if judgement.isOfFirst {
                    let reason = HoldReason.transport(name: parcel.transport, problem: outcome.why ?? detail)
                    judgement.alone[record] = Backoff(
                        after: nil, at: now, chance: chance(), reason: reason, isLasting: true)
                }
                guard case .own(let count) = verdict else { continue }
                let reason = HoldReason.transport(
                    name: parcel.transport, problem: "\(outcome.why ?? detail), to this message alone")
                judgement.alone[record] = Backoff(alone: count, at: now, chance: chance(), reason: reason)
                guard isLasting, count >= Self.mostAlone else { continue }
                fates[record] = .refused(code: code, detail: detail)
                suspects.forget(batch, record)
            }
        }
        if areAlone { judgement.outcome = .each(fates) }
        if suspects != known { judgement.suspects = suspects }
        return judgement
    }

    /// Whether nobody else was answered so: a transport that goes on for good says that to the next one, too.
    private func isFirst(
        _ stopping: [UInt32], _ outcome: ParcelOutcome, _ parcel: Parcel, _ suspects: Suspects
    ) -> Bool {
        guard case .halted(_, _, isLasting: true) = outcome, doubts[parcel.transport]?.over == nil else { return false }
        return stopping.count == 1 && !suspects.areOpen
            && suspects.lastRefusal(parcel.batch, stopping[0]) == nil
    }

    /// Whether a parcel's message stopped a transport, and another one has to find out first whose fault it is.
    func isOpen(_ parcel: Parcel, for transport: String) -> Bool {
        guard parcel.contacts.count == 1, let member = parcel.contacts.first else { return false }
        return DoubtLedger(store).suspects[transport]?.isOpen(parcel.batch, member.record) ?? false
    }

    /// The parcels of messages that stopped a transport, the one that did so longest ago first; and those of others.
    func parted(_ parcels: [Parcel], _ suspects: [Suspects]) -> (others: [Parcel], stopped: [Parcel]) {
        if suspects.isEmpty { return (parcels, []) }
        var others: [Parcel] = []
        var stopped: [(at: Int64, parcel: Parcel)] = []
        for parcel in parcels {
            // Such a message is in a parcel of its own.
            let record = parcel.contacts.count == 1 ? parcel.contacts[0].record : nil
            let at = record.flatMap { record in
                suspects.compactMap { $0.lastRefusal(parcel.batch, record) }.max()
            }
            if let at { stopped.append((at, parcel)) } else { others.append(parcel) }
        }
        return (
            others, stopped.sorted { ($0.at, $0.parcel.id.rawValue) < ($1.at, $1.parcel.id.rawValue) }.map(\.parcel)
        )
    }
}
