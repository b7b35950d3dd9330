import SystemIO

/// A drop of receipts or replies: stage 8. Each commit applies some rows to the contacts they are about, so a restart
/// continues after the last commit.
final class ResultsDrop: DropJob {
    private(set) var progress: DropProgress
    private let frame: DropFrame
    private let context: WorkContext
    private var stage = Stage.claimed
    private var file: DropFile?
    private var ending: DropEnding

    private enum Stage {
        case claimed
        case reading(Rows)
    }

    init(_ frame: DropFrame) {
        self.frame = frame
        context = frame.context
        progress = frame.progress
        ending = frame.ending
    }

    func step(patience: Int64) throws -> DropStep {
        // Only this workspace knows which contacts are meant.
        if case .claimed = stage { try frame.claim.keep() }
        let notice: NoticeFolder =
            switch stage {
            case .claimed: frame.notice()
            case .reading(let rows): rows.notice
            }
        do {
            switch stage {
            case .claimed: return try begin(notice)
            case .reading(let rows): return try goOn(rows, patience)
            }
        } catch let refused as RefusedDrop {
            return try refuse(refused, notice)
        } catch let unusable as UnusableReceipts {
            return try refuse(RefusedDrop(.unknownHeader, unusable.description), notice)
        }
    }

    private func begin(_ notice: NoticeFolder) throws -> DropStep {
        let opened = try frame.claim.open()
        file = opened
        ending.sha256 = try frame.digest(of: opened)
        let settings = DecodeSettings(
            campaign: Self.campaign, limits: context.configuration.limits)
        stage = .reading(
            Rows(
                drop: ResultsReading(
                    opened, frame.batch.purpose, settings, limits: context.configuration.limits),
                applied: ResultRows(
                    context, frame.batch, isRepeated: try frame.cameBefore(ending.sha256)), notice: notice))
        return .more
    }

    /// How results are decoded: with a header, and without required columns.
    private static var campaign: Campaign {
        var campaign = Campaign(name: "")
        campaign.header = .set(true)
        campaign.require = []
        campaign.quotes = .lenient
        // As a phone field `msisdn` would be read after `to`, in which some providers name the sender.
        campaign.columns = (ColumnNames.Nested.all + ["msisdn"]).map {
            .init(sender: $0, column: "attribute:" + $0)
        }
        return campaign
    }

    /// The rows still to be read.
    private final class Rows {
        let drop: ResultsReading
        let applied: ResultRows
        let notice: NoticeFolder
        var part: ResultsReading.Part?
        /// Of the next row in the part.
        var place = 0

        init(drop: ResultsReading, applied: ResultRows, notice: NoticeFolder) {
            self.drop = drop
            self.applied = applied
            self.notice = notice
        }
    }

    /// Reads up to the next commit: nothing of the file is held back then, so that others may change what it is about.
    private func goOn(_ rows: Rows, _ patience: Int64) throws -> DropStep {
        while true {
            if let part = rows.part {
                while rows.place < part.rows.count {
                    let place = rows.place
                    rows.place += 1
                    ending.counts.received += 1
                    let isNew = ending.counts.received > frame.batch.progress
                    rows.applied.take(place, in: part, isNew: isNew)
                    guard rows.applied.areEnough else { continue }
                    try settle(rows)
                    guard isNew else {
                        rows.applied.forgetLookups()
                        continue
                    }
                    try rows.applied.commit(rows: ending.counts.received)
                    progress.note(bytes: part.bytesRead, ending.counts)
                    return .more
                }
            }
            switch try rows.drop.next(waitingAtMost: patience) {
            case .part(let part):
                rows.part = part
                rows.place = 0
                ending.format = part.format
                ending.columns = part.columns.outcomes(part.chunk.schema.columns.map(\.name))
            case .waiting: return .waiting
            case .end(let findings): return try end(rows, findings)
            }
        }
    }

    private func end(_ rows: Rows, _ findings: ResultsReading.Findings) throws -> DropStep {
        ending.trailing = findings.trailingBytes
        ending.blank = findings.blankRows
        try settle(rows)
        try rows.applied.commit(rows: ending.counts.received)
        if let refused = findings.passedOver { throw refused }
        guard ending.counts.received > 0 else {
            throw RefusedDrop(
                .empty, "the file has no records behind its first line, which was read as the names of its columns")
        }
        try frame.compareWithSidecar(ending)
        noteGrants(rows)
        return try frame.endResults(ending, rows.notice, holding: unheard(rows))
    }

    /// Stops of which nobody can tell who said them are told until somebody has looked. As many as would make a list
    /// worthless hold, as that does, and so does each that names a message of ours whose contact is not known any more.
    private func unheard(_ rows: Rows) -> ListHold? {
        let (unheard, lost) = (rows.applied.unheard, rows.applied.lost)
        let tolerance = context.configuration.lists.tolerance
        if let many = unheard.tooMany(of: ending.counts.received, tolerance, isList: false) {
            let campaigns = many.campaigns.isEmpty ? [] : Set(many.campaigns + lost.concerned).sorted()
            return frame.hold(campaigns, because: many.problem)
        }
        if lost.count > 0 {
            let stops = lost.count.counted("stop", "stops")
            return frame.hold(
                lost.concerned,
                because: "has \(stops) by the reference of a contact that is not known any more, so list who it was")
        }
        if unheard.count == 0 { return nil }
        return ListHold(
            batch: frame.batch.id, drop: frame.claim.name, campaigns: unheard.concerned,
            problem: "has \(unheard.count.counted("stop", "stops")) of which nobody can tell who said it",
            isOnlyTold: true)
    }

    private func settle(_ rows: Rows) throws {
        try rows.applied.settle { part, place, problems in try note(problems, place, part, rows) }
    }

    /// Writes what is wrong with a row into the notice.
    private func note(
        _ problems: ResultRows.Problems, _ place: Int, _ part: ResultsReading.Part, _ rows: Rows
    ) throws {
        let chunk = part.chunk
        if problems.isFatal, let format = ending.format {
            ending.counts.rejected += 1
            let (bytes, lineEnd) = chunk.original(of: place)
            try rows.notice.addRejected(
                bytes, lineEnd: lineEnd, kind: format.kind, leading: part.leadingBytes,
                encoding: chunk.encoding)
        }
        if !problems.violations.isEmpty {
            let record = chunk.records[place]
            try rows.notice.add(
                record: record.number, line: record.line, byte: chunk.byteOffset + UInt64(record.start),
                problems.violations, isReturned: problems.isFatal && ending.format != nil)
        }
    }

    /// What was applied before a restart may have granted consent too.
    private func noteGrants(_ rows: Rows) {
        ending.granted = rows.applied.granted
        if frame.batch.purpose == .replies, frame.batch.progress > 0 { ending.granted.noteOthers() }
    }

    /// What was applied before the refusal stays; the rest was never read.
    private func refuse(_ refused: RefusedDrop, _ notice: NoticeFolder) throws -> DropStep {
        if case .reading(let rows) = stage {
            try settle(rows)
            noteGrants(rows)
        }
        let cause = DropFrame.cause(of: refused, file) { names throws(UnusableReceipts) in
            _ = try ResultColumns(frame.batch.purpose, names: names, isTable: true)
        }
        frame.refuse(&ending, cause ?? refused, file)
        ending.isHarmless = cause == nil && refused.code == .empty
        return try frame.endResults(ending, notice)
    }
}

extension DropFrame {
    /// Ends a drop other than contacts. Its effects are already stored, except those that belong to its final row: the
    /// hold it causes, or, for a correction, the hold it ends.
    ///
    /// - Parameters:
    ///   - holding: what it holds although it was taken.
    ///   - replacing: the named list that it is all of, and from which all others are taken off.
    func endResults(
        _ ending: DropEnding, _ notice: NoticeFolder, holding: ListHold? = nil, replacing: String? = nil
    ) throws -> DropStep {
        var ending = ending
        ending.counts.accepted = ending.counts.received - ending.counts.rejected
        let zone = Zone.named(context.configuration.timezone) ?? .utc
        let hold = refusalHold(ending) ?? holding
        let outcome: BatchOutcome
        do {
            outcome = self.outcome(try acknowledge(ending, notice, zone: zone), ending)
        } catch let error as SystemError {
            guard hold?.isOnlyTold ?? true, ending.refusal == nil else { throw error }
            try noteCarriedOut(hold)
            throw HeardButUntold(error: error)
        }
        let isHeard = hold?.isOnlyTold ?? true
        let isCarriedOut = try context.store.setting(.carriedOut(batch.id)) != nil
        // What was told then somebody may have looked at since.
        let isTold = isCarriedOut && isHeard
        // One without entries says nothing of what was in the one that it corrects.
        let corrects = isHeard && ending.refusal == nil && ending.counts.received > 0
        let corrected = corrects ? try correctedDrops() : []
        try context.store.durably {
            try finish(outcome)
            if isCarriedOut { try context.store.removeSetting(.carriedOut(batch.id)) }
            if batch.purpose == .suppression || batch.purpose == .consent {
                try context.store.note(entry(of: ending))
            }
            try ending.granted.release(context)
            if let hold, !isTold { try context.store.hold(hold) }
            for drop in corrected { _ = try context.store.releaseHold(of: drop) }
            if let replacing { try context.store.releaseHolds(replacing: replacing) }
            if batch.purpose == .suppression, hold == nil, ending.refusal == nil { try NamedLists(context).note(batch) }
        }
        if let hold, !isTold { tell(hold) }
        let particulars: KeyValuePairs<String, LogLine.Value> = [
            "batch": .text(batch.id.description), "kind": .text(batch.purpose.folder),
            "received": .number(ending.counts.received), "rejected": .number(ending.counts.rejected),
        ]
        if ending.status == .rejected {
            context.log.error("results.rejected", particulars)
        } else {
            context.log.info("results.taken", particulars)
        }
        return .done
    }
}

extension DropFrame {
    /// Only the answer to it is missing: nothing of it is applied again, and what somebody has to look at is told now.
    private func noteCarriedOut(_ hold: ListHold?) throws {
        if try context.store.setting(.carriedOut(batch.id)) != nil { return }
        try context.store.durably {
            try context.store.set(.carriedOut(batch.id), to: [])
            if let hold { try context.store.hold(hold) }
        }
        if let hold { tell(hold) }
    }
}

/// All that a drop says is in force, and what is to be said of it cannot be written: it is read again, and nothing
/// waits for it.
struct HeardButUntold: Error {
    let error: SystemError
}

extension DropFrame {
    /// Why a file is refused that seems to have no records; nil where it has none: one of our headers, or nothing at
    /// all. A first line that is neither is one of content, of a file without a header, and may be a stop.
    ///
    /// - Parameter columns: throws what names lack to be a header.
    static func cause(
        of refused: RefusedDrop, _ file: DropFile?, columns: ([String]) throws(UnusableReceipts) -> Void
    ) -> RefusedDrop? {
        guard refused.code == .empty else { return nil }
        var bytes: [UInt8] = []
        guard let file, file.size <= 4_096, (try? file.read(at: 0, into: &bytes, atMost: 4_096)) != nil else {
            return refused
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let names = text.split { "\u{FEFF}\",;\t[]\r\n ".contains($0) }.map(String.init)
        guard let first = names.first else { return nil }
        if first.hasPrefix("{") { return refused }
        do throws(UnusableReceipts) { try columns(names) } catch {
            return RefusedDrop(.unknownHeader, "The file's only line is no header. \(error.description)")
        }
        return nil
    }

    /// The audit chain's row for a list or a consent drop, besides the people it names.
    private func entry(of ending: DropEnding) -> AuditEntry {
        var entry = AuditEntry(.drop, at: context.now)
        entry.subject = batch.id.description
        entry.source = batch.id
        entry.content.add("file", claim.name)
        entry.content.add("sha256", SHA256.hex(ending.sha256))
        entry.content.add("status", ending.status.rawValue)
        entry.content.add("received", Int64(ending.counts.received))
        entry.content.add("rejected", Int64(ending.counts.rejected))
        return entry
    }

    func hold(_ campaigns: [String], because problem: String, replacing list: String? = nil) -> ListHold {
        ListHold(batch: batch.id, drop: claim.name, campaigns: campaigns, problem: problem, replaces: list)
    }

    /// Nobody knows what a refused list, reply, receipt or command would have said: it may have been a stop.
    private func refusalHold(_ ending: DropEnding) -> ListHold? {
        guard let refused = ending.refusal, !ending.isHarmless else { return nil }
        return hold([], because: "was refused: \(refused.code.rawValue): \(refused.detail)")
    }

    /// The drops of this kind that the side-car, or else the name, says it corrects.
    private func correctedDrops() throws -> [BatchID] {
        let sidecar = (try? DropCheck.sidecar(of: claim.path)) ?? Sidecar()
        let named = sidecar.corrects.map { [$0] } ?? DropName.batchIDs(in: claim.name)
        return try named.filter { try context.store.batch($0)?.purpose == batch.purpose }
    }

    /// Logs that campaigns are held, and by what.
    private func tell(_ hold: ListHold) {
        context.log.error(
            hold.isOnlyTold ? "stop.unheard" : "list.holds",
            [
                "batch": .text(hold.batch.description), "problem": .text(hold.problem),
                "campaigns": .text(hold.campaigns.isEmpty ? "all" : hold.campaigns.joined(separator: " ")),
            ])
    }
}
