/// What becomes true with a drop that changes what waits.
extension DropActions {
    /// An earlier contact that is meant.
    private struct EarlierTarget {
        let contact: EarlierContacts.Contact
        let isOut: Bool
        /// Those of `asks` that ask for its id as it is written.
        var asks: Range<Int>
        /// One that cancels it under another writing.
        var otherWriting: UInt32?
        /// Whether its own record in the drop, a whole list, was rejected.
        let isBereft: Bool
    }

    /// What becomes of a target.
    private enum EarlierEnding {
        case cancelled
        /// By this record of the drop.
        case replaced(UInt32)
        /// The drop is the whole list, and has no record for it, or none that can be taken.
        case dropped
    }

    /// Whom the drop means, each once, in the order of their batches.
    private func targets() throws -> [EarlierTarget] {
        guard !asks.isEmpty || isWholeList else { return [] }
        try earlier.refresh()
        asks.sort { ($0.key, $0.record) < ($1.key, $1.record) }
        var targets: [EarlierTarget] = []
        earlier.forEach(askedBy: asks.map(\.key), others: isWholeList) { contact, key, isOut, asks in
            if kept.contains(contact) { return }
            targets.append(
                EarlierTarget(
                    contact: contact, isOut: isOut, asks: asks, isBereft: asks.isEmpty && bereft.contains(key)))
        }
        for ask in asks where ask.mode.cancels && !isMeantExactly(ask) {
            for (contact, isOut) in earlier.loosely(ask.looseKey) {
                targets.append(
                    EarlierTarget(
                        contact: contact, isOut: isOut, asks: 0..<0, otherWriting: ask.record, isBereft: false))
            }
        }
        targets.sort { ($0.contact.batch, $0.contact.record) < ($1.contact.batch, $1.contact.record) }
        return targets.reduce(into: []) { merged, target in
            guard let last = merged.last, last.contact == target.contact else { return merged.append(target) }
            if !target.asks.isEmpty { merged[merged.count - 1].asks = target.asks }
            merged[merged.count - 1].otherWriting = [last.otherWriting, target.otherWriting].compactMap(\.self).max()
        }
    }

    private func isMeantExactly(_ ask: Ask) -> Bool { earlier.hasExactly(ask.key) || isOwn(ask) }

    /// - Parameter waits: whether its message can still be kept back.
    private func ending(of target: EarlierTarget, waits: Bool) -> EarlierEnding? {
        if target.asks.isEmpty, target.otherWriting == nil { return .dropped }
        let asked = asks[target.asks].filter { $0.mode != .add }
        let isCancelled = target.otherWriting != nil || asked.contains { $0.mode.cancels }
        if let last = asked.last, !last.mode.cancels, last.record > target.otherWriting ?? 0, waits {
            return .replaced(last.record)
        }
        return isCancelled ? .cancelled : nil
    }

    /// How many earlier contacts it would end by now, and how many of them for a record of its own.
    func foreseen(at now: Timestamp) throws -> (ended: Int, replaced: Int) {
        let targets = try targets().compactMap { target in
            ending(of: target, waits: !target.isOut).map { (contact: target.contact, ending: $0) }
        }
        let replaced = targets.count { if case .replaced = $0.ending { true } else { false } }
        let others = try people.foreseen(in: openBatches(), store, at: now)
        return (others.union(targets.map(\.contact)).count, replaced)
    }

    private func openBatches() throws -> [BatchRow] {
        people.isEmpty ? [] : try store.openBatches(limit: .max).filter { $0.campaign == campaign }
    }

    /// Records that cancel without an id that can be read, the first of them, and how many contacts each meant; and how
    /// many meant nobody.
    func cancelsWithoutID() -> (first: [Acknowledgement.CancelWithoutID], missed: Int) {
        let told = people.told
        return (
            told.prefix(Self.mostTold).map {
                Acknowledgement.CancelWithoutID(record: $0.record, contacts: $0.contacts)
            },
            told.count { $0.contacts == 0 }
        )
    }

    /// How many contacts wait that end because their own record in a whole list was rejected.
    func countBereft() throws -> Int {
        bereft.isEmpty ? 0 : try targets().count { $0.isBereft && !$0.isOut }
    }

    /// Ends the earlier contacts that are meant; returns how many.
    func closeEarlier(_ context: WorkContext) throws -> Int {
        var closed = try closeTargets(context)
        if let batch {
            closed += try people.close(in: openBatches(), context, campaign: campaign, .cancelled(by: batch))
            try noteCancels(as: batch)
        }
        return closed
    }

    private func closeTargets(_ context: WorkContext) throws -> Int {
        let targets = try targets()
        if targets.isEmpty { return 0 }
        let leaving = try EarlierContacts.leaving(store)
        var closed = 0
        var start = 0
        while start < targets.count {
            let id = targets[start].contact.batch
            let end = targets[start...].firstIndex { $0.contact.batch != id } ?? targets.count
            if let row = try store.batch(id) {
                closed += try close(targets[start..<end], of: row, leaving, context)
            }
            start = end
        }
        return closed
    }

    private func close(
        _ targets: ArraySlice<EarlierTarget>, of row: BatchRow, _ leaving: [EarlierContacts.Contact: ParcelID],
        _ context: WorkContext
    ) throws -> Int {
        let moves = try Moves(
            context, row, context.setupOrDefaults(campaign), source: batch, needsValues: false, at: context.now)
        var closed = 0
        for target in targets {
            guard let contact = try moves.changes.contact(target.contact.record) else { continue }
            let isHere = leaving[target.contact].map { context.flight($0)?.keepBack() ?? false } ?? true
            let waits = contact.standing.state == .pending && isHere
            guard let ending = ending(of: target, waits: waits) else { continue }
            if case .replaced(let record) = ending { answered.insert(record) }
            let (code, reason) = words(for: ending, target)
            let ends = try moves.cancel(contact, code: code, reason: .words(reason))
            closed += ends ? 1 : 0
        }
        try moves.finish()
        // Nothing of it waits any longer.
        if closed > 0, try store.batch(row.id)?.open == 0 {
            for id in try store.openParcels(ofCampaign: row.campaign, batch: row.id, inFlight: false) {
                try store.close(id)
            }
        }
        return closed
    }

    private func words(for ending: EarlierEnding, _ target: EarlierTarget) -> (Code, String) {
        let source = "batch \(batch?.description ?? "")"
        switch ending {
        case .replaced: return (.contactReplaced, "\(source) took its place")
        case .dropped:
            return (
                .contactReplaced,
                target.isBereft
                    ? "\(source) is the whole list now, and its record there was rejected"
                    : "\(source) is the whole list now"
            )
        case .cancelled:
            let how = target.asks.isEmpty ? ", with its id written differently" : ""
            return (.contactCancelled, "\(source) cancelled it\(how)")
        }
    }

    /// What was cancelled stays so, whatever comes back of it (`LaterCancels`).
    private func noteCancels(as batch: BatchID) throws {
        var keys = CancelledKeys()
        for ask in asks where ask.mode.cancels {
            keys.add(ask.key)
            if !isMeantExactly(ask) { keys.add(loosely: ask.looseKey) }
        }
        people.add(to: &keys)
        try store.noteCancelled(keys, of: batch)
    }

    /// Ends whomever the last word of a content still cancels when it comes once more; returns how many.
    func closeAgain(_ context: WorkContext) throws -> Int {
        let last = Dictionary(asks.map { ($0.key, $0.record) }) { max($0, $1) }
        asks.removeAll { ask in
            !ask.mode.cancels || ask.record < last[ask.key] ?? 0 || own.has(ask.key, after: ask.record)
        }
        isWholeList = false
        return try closeEarlier(context)
    }

    /// Ends those of the drop's own contacts that came too late for whose place they were to take, and those of whose
    /// id a later record of the drop says something else. The batch is visible already.
    func closeOwn(_ context: WorkContext) throws {
        defer { asks = [] }
        guard let batch, let row = try store.batch(batch) else { return }
        try people.close(in: [row], context, campaign: campaign, .cancelled(by: batch))
        let late = asks.filter { $0.mode == .update && !answered.contains($0.record) }.map(\.record)
        let overruled = try overruled(row)
        let said = try wordsOnReturned(row)
        let all = Set(late).union(overruled).union(said.keys)
        if all.isEmpty { return }
        let moves = try Moves(context, row, context.setupOrDefaults(campaign), at: context.now)
        for record in all.sorted() {
            guard let contact = try moves.changes.contact(record) else { continue }
            let (code, words) =
                if let word = said[record] {
                    word.told
                } else if overruled.contains(record) {
                    (Code.contactCancelled, "a later record of its drop says something else of its id")
                } else {
                    (Code.contactTooLate, "whose place it was to take had left, or ended, before")
                }
            try moves.cancel(contact, code: code, reason: .words(words))
        }
        try moves.finish()
    }

    /// Contacts of the drop that came before and do not come back, and why.
    private func wordsOnReturned(_ row: BatchRow) throws -> [UInt32: LaterWords.Word] {
        switch returning {
        case .corrected(let batch): try LaterWords(store, of: campaign, after: batch).words(on: row, store)
        case .repeated(let batch, let known):
            try LaterWords(store, of: row, repeating: batch, asOf: known).words(on: row, store)
        case nil: [:]
        }
    }

    /// Contacts of the drop before a record of the same id that cancels, or takes a place.
    private func overruled(_ row: BatchRow) throws -> Set<UInt32> {
        guard let column = row.schema.position(of: .id) else { return [] }
        let deciding = asks.filter { $0.mode != .add }
        let last = Dictionary(deciding.map { ($0.key, $0.record) }) { max($0, $1) }
        let lastLoosely = Dictionary(
            deciding.filter { $0.mode.cancels && !isMeantExactly($0) }.map { ($0.looseKey, $0.record) }
        ) { max($0, $1) }
        // Where each record has an id of its own and says the same, there is nothing to find.
        guard last.count < asks.count || modes.mayDiffer else { return [] }
        var found: Set<UInt32> = []
        try store.forEachSegment(of: row.id) { segment in
            for index in 0..<segment.contacts.count {
                let value = segment.contacts.value(at: index, column: column)
                let record = segment.contacts.record(at: index)
                if value.isEmpty { continue }
                if record < last[IDForm.key(value.span)] ?? 0 || record < lastLoosely[IDForm.looseKey(value.span)] ?? 0
                {
                    found.insert(record)
                }
            }
        }
        return found
    }
}

extension LaterWords.Word {
    /// What is told of a contact that does not come back.
    var told: (Code, String) {
        switch self {
        case .cancelled(let batch): (.contactCancelled, "batch \(batch) cancelled it before")
        case .newer(let batch): (.contactReplaced, "batch \(batch) is newer and has a record of it")
        case .arrived(let message):
            (
                .contactArrived,
                "a receipt says that the message of batch \(message.batch), record \(message.record), which it repeats, arrived or may have"
            )
        }
    }
}
