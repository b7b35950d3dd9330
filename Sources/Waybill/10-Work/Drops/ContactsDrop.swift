import SystemIO

/// A drop of contacts, from its claim to the commit that makes its batch visible: stages 1 to 6.
///
///     identifying ──▶ reading ──────────────▶ accepted
///          │             │ └─▶ completing ─▶ syncing ─▶ accepted     a long one
///          └─────────────┴───▶ refusing ─────────────▶ refused
final class ContactsDrop: DropJob {
    private(set) var progress: DropProgress
    private let frame: DropFrame
    private let context: WorkContext
    private let store: any Store
    private var known = Known.claimed
    private var stage = Stage.identifying

    /// What is known about the drop so far; a refusal then says that much.
    private enum Known {
        case claimed
        case opened(OpenedDrop)
        case identified(IdentifiedDrop)
    }

    private enum Stage {
        case identifying
        case reading(IdentifiedDrop, DropReading, BatchIntake)
        /// With a part that is about earlier contacts, while a drop that came earlier is still being read.
        case behind(IdentifiedDrop, DropReading, BatchIntake, DropReading.Part)
        case completing(JudgedDrop, [SyncAhead])
        case syncing(JudgedDrop, [SyncAhead])
        case refusing(RefusedReading)
    }

    /// A drop whose records were all read and judged, and that is good enough to be taken.
    private struct JudgedDrop {
        let drop: IdentifiedDrop
        let intake: BatchIntake
        let findings: DropReading.Findings
    }

    /// The second reading of a refused drop, so that the notice has every record.
    private struct RefusedReading {
        let refused: RefusedDrop
        let reading: DropReading
        let intake: BatchIntake
        let format: DropFormat?
    }

    init(_ frame: DropFrame) {
        self.frame = frame
        context = frame.context
        store = frame.context.store
        progress = frame.progress
        progress.priority = frame.claim.isUrgent ? 9 : 5
    }

    func step(patience: Int64) throws -> DropStep {
        do {
            switch stage {
            case .identifying: return try identify()
            case .reading(let drop, let reading, let intake): return try read(drop, reading, intake, patience)
            case .behind(let drop, let reading, let intake, let part):
                guard !context.isBehindOthers(frame.batch.id) else { return .waiting }
                progress.waitsForEarlier = false
                stage = .reading(drop, reading, intake)
                return try absorb(part, intake)
            case .completing(let judged, let ahead): return try complete(judged, ahead)
            case .syncing(let judged, let ahead):
                // A well-prepared sync is done within milliseconds.
                let isDone = ahead.allSatisfy { $0.isDone(waitingAtMost: min(patience, 10)) }
                return isDone ? try accept(judged) : .waiting
            case .refusing(let refused): return try readRefused(refused, patience)
            }
        } catch let refused as RefusedDrop {
            return try refuse(refused, format: nil)
        } catch let refusal as DropReading.Refusal {
            return try refuse(refusal.refused, format: refusal.format)
        }
    }

    // MARK: - What a drop says about itself

    private func identify() throws -> DropStep {
        var opened = OpenedDrop(file: try frame.claim.open())
        known = .opened(opened)
        opened.sidecar = try DropCheck.sidecar(of: frame.claim.path)
        try DropCheck.hearMode(of: opened.file, &opened.sidecar, limits: context.configuration.limits)
        if context.takesKnownContent { opened.sidecar.resend = true }
        if frame.claim.isUrgent, opened.sidecar.priority == nil { opened.sidecar.priority = 9 }
        known = .opened(opened)
        let whose = try whose(opened)
        var drop = IdentifiedDrop(
            opened: opened, setup: context.setupOrDefaults(whose.campaign.name), isTold: whose.isTold)
        known = .identified(drop)
        var mended = MendedDrop(store: store, campaign: whose.campaign, limits: context.configuration.limits)
        if let requeued = opened.sidecar.requeues {
            guard let row = try store.batch(requeued), row.purpose == .contacts, row.campaign == whose.campaign.name
            else {
                throw RefusedDrop(
                    .correctsUnknown,
                    "its side-car says that it requeues \(requeued), which is no batch of its campaign")
            }
            drop.setup = CampaignSetup(Requeue.reading(whose.campaign, row.schema), in: context.configuration)
            known = .identified(drop)
            return try beginReading(drop)
        }
        if let day = opened.sidecar.repeats {
            try checkRepetition(on: day, drop.setup)
            return try beginReading(drop)
        }
        drop.parent =
            try whose.corrects ?? mended.parent(of: drop.file, opened.sidecar, isAnybodys: whose.isAnybodys)
        drop.parent = try CorrectedBatches.parent(drop.parent, opened.sidecar, in: store)
        drop.mode = try CorrectedBatches.mode(opened.sidecar, correcting: drop.parent, in: store)
        var campaign = whose.campaign
        campaign.mode = drop.mode
        if campaign != drop.setup.campaign { drop.setup = CampaignSetup(campaign, in: context.configuration) }
        known = .identified(drop)
        try DropCheck.checkMode(opened.sidecar)
        let isRead = drop.parent == nil && whose.campaign.trailer == nil && whose.campaign == drop.setup.campaign
        return try beginReading(drop, behind: isRead ? mended.begun : nil)
    }

    /// - Parameter begun: its first block, decoded under the settings under which it is read.
    private func beginReading(_ drop: IdentifiedDrop, behind begun: BegunDrop? = nil) throws -> DropStep {
        progress.campaign = drop.setup.campaign.name
        progress.priority = drop.priority
        progress.isAlone = drop.setup.campaign.hasQuota || drop.parent != nil
        var drop = drop
        // Only a file of a size seen before can have known content (or one compressed otherwise): others are read once.
        if !drop.isTakenAgain, drop.sidecar.repeats == nil, drop.resumes.isEmpty,
            try store.hasSeen(size: frame.claim.size, except: frame.batch.id)
        {
            let identity = drop.identity(try frame.identity(of: drop.file, inflating: drop.mode != .add))
            // What changes what waits is compared once those that came earlier are taken.
            drop.resumes = try known(drop).resumable(drop, identity)
            if drop.mode == .add, let original = try known(drop).original(of: drop, identity),
                try !DropActions.mayCancel(original, store)
            {
                return try repeated(drop, original, identity, nil)
            }
        }
        let acceptedBefore =
            drop.mode == .replace && !drop.resumes.isEmpty
            ? try AcceptedBefore(store: store, resuming: drop.resumes, campaign: drop.setup.campaign)
            : try drop.parent.map { try AcceptedBefore(store: store, parent: $0, campaign: drop.setup.campaign) }
        let actions = actions(
            drop.setup, isPart: drop.isPart,
            returning: try drop.sidecar.requeues.map { .repeated($0, asOf: drop.sidecar.asOf) }
                ?? CorrectedBatches(store, from: drop.parent).root.map { .corrected($0) })
        let intake = try BatchIntake(
            store: store, batch: frame.batch, setup: drop.setup, sidecar: drop.sidecar, now: context.now,
            earliest: context.earliestNow, notice: frame.notice(campaign: drop.setup.campaign.name),
            verdict: DropVerdict(acceptedBefore: acceptedBefore, actions: actions), actions: actions,
            rules: context.configuration.addressRules)
        let reading = try reading(of: drop)
        if let begun { reading.goOn(behind: begun) }
        stage = .reading(drop, reading, intake)
        return .more
    }

    private func known(_ drop: IdentifiedDrop) -> KnownContent {
        KnownContent(store, of: drop.setup.campaign.name, for: frame.batch.id)
    }

    private func actions(_ setup: CampaignSetup, isPart: Bool, returning: DropActions.Returning? = nil) -> DropActions {
        DropActions(
            store, setup.campaign, frame.batch.id, context.configuration.addressRules, isPart: isPart,
            returning: returning,
            isStillHere: { [context] in context.flight($0)?.isStillHere ?? false }
        ) { [context] batch, problem in
            context.log.error(
                "store.damaged", ["batch": .text(batch.description), "problem": .text("\(problem)")])
        }
    }

    /// Throws unless it is the list that is to be repeated now, or was on that day.
    private func checkRepetition(on day: CalendarDay, _ setup: CampaignSetup) throws {
        let name = setup.campaign.name
        let note = try store.recurrence(of: name)
        if note?.taken?.day == day { return }
        let end = DayClock(zone: setup.zone, endOfDay: .midnight).end(of: day).adding(.hours(24))
        guard note?.handedOver == day, context.now < end else {
            throw RefusedDrop(
                .repeatsUnknown,
                "its side-car says that it repeats the list of \(name) on \(day), which is not to be "
                    + "repeated any more; leave \"repeats\" out to have it taken as a drop of its own")
        }
    }

    private func whose(_ drop: OpenedDrop) throws -> DropCampaign {
        let configuration = context.configuration
        return try DropCampaign(
            sidecar: drop.sidecar, folder: frame.claim.folder, name: frame.claim.name, in: configuration,
            batch: { [store] in try store.batch($0) }
        ) { try DropCheck.campaign(inContentOf: drop.file, limits: configuration.limits) }
    }

    private func reading(of drop: IdentifiedDrop, passesOverRefusal: Bool = false) throws -> DropReading {
        DropReading(
            drop.file, campaign: DropCheck.reading(drop.setup.campaign, isCorrection: drop.parent != nil),
            configuration: context.configuration, spillFolder: context.state(""), now: frame.batch.claimedAt,
            passesOverRefusal: passesOverRefusal,
            shortRecords: try drop.parent.flatMap { try DropCheck.shortRecords(of: $0, store) },
            isTold: drop.isTold || drop.parent != nil)
    }

    // MARK: - Its records

    private func read(
        _ drop: IdentifiedDrop, _ reading: DropReading, _ intake: BatchIntake, _ patience: Int64
    ) throws -> DropStep {
        switch try reading.next(waitingAtMost: patience) {
        case .part(let part):
            // What waits may be meant, and later drops may mean what this one brings. Who comes again may be in earlier
            // ones, with a newer record.
            let mayForbid = intake.actions.concernsEarlier(part.chunk.schema)
            let isFirst = mayForbid ? !progress.mayForbid : drop.sidecar.requeues != nil && progress.records == 0
            guard isFirst else { return try absorb(part, intake) }
            (progress.mayForbid, progress.isAlone) = (mayForbid, true)
            guard context.isBehindOthers(frame.batch.id) else { return try absorb(part, intake) }
            progress.waitsForEarlier = true
            stage = .behind(drop, reading, intake, part)
            return .waiting
        case .waiting: return .waiting
        case .end(var findings):
            findings.identity = drop.identity(findings.identity)
            var drop = drop
            if drop.resumes.isEmpty {
                drop.resumes = try known(drop).resumable(drop, findings.identity)
                // Of each record of a whole list it is asked whether its person had the message.
                if drop.mode == .replace, !drop.resumes.isEmpty { return try beginReading(drop) }
            }
            if let original = try known(drop).original(of: drop, findings.identity) {
                return try repeated(drop, original, findings.identity, intake)
            }
            if let refusal = DropCheck.refusal(
                intake.counts, sidecar: drop.sidecar, declared: findings.declaredRecords, sha256: findings.sha256,
                rejectLimit: drop.setup.campaign.rejectLimit)
            {
                throw refusal
            }
            let judged = JudgedDrop(drop: drop, intake: intake, findings: findings)
            guard progress.isLong else { return try accept(judged) }
            progress.bytes = progress.size
            stage = .completing(judged, [])
            return .more
        }
    }

    private func absorb(_ part: DropReading.Part, _ intake: BatchIntake) throws -> DropStep {
        try intake.absorb(part)
        progress.note(bytes: part.bytesRead, intake.counts)
        return .more
    }

    /// Writes what need not be in a long drop's last commit, one piece per step. After the first piece its notice and
    /// its segments are whole, and are synced while the others are written; so is the log, again and again.
    private func complete(_ judged: JudgedDrop, _ ahead: [SyncAhead]) throws -> DropStep {
        let isMore = try store.transiently { try judged.intake.completeNext(judged.findings) }
        // The commit has much to sync, and others would wait for it. (SQLite has its locks on files other than the log:
        // closing one of those that it has open would drop them.)
        let unsynced = try store.unsynced(of: frame.batch.id)
        let own = judged.intake.notice.files + unsynced.files
        let files = ahead.first ?? SyncAhead(files: own, folders: unsynced.folders)
        let log = isMore ? ahead.dropFirst().first { !$0.isDone(waitingAtMost: 0) } : nil
        let all = [files, log ?? SyncAhead(files: [unsynced.log])]
        stage = isMore ? .completing(judged, all) : .syncing(judged, all)
        return .more
    }

    // MARK: - How it ends

    /// Takes the drop: everything that becomes true with it is in this one transaction, in this order.
    private func accept(_ judged: JudgedDrop) throws -> DropStep {
        let (drop, intake, findings) = (judged.drop, judged.intake, judged.findings)
        // Another drop with the same content may have overtaken a long one.
        if progress.isLong, let original = try known(drop).original(of: drop, findings.identity) {
            return try repeated(drop, original, findings.identity, intake)
        }
        var ending = drop.ending
        ending.note(findings)
        ending.counts = intake.counts
        ending.unreadConsents = drop.setup.campaign.unreadConsents(in: findings.schema)
        ending.resumes = drop.resumes.last
        try ending.note(intake.actions)
        let approval = Approval(context, drop.setup.campaign)
        let isCorrection = drop.parent != nil || drop.sidecar.requeues != nil || drop.mode.isOfParts
        let parent = try CorrectedBatches(store, from: drop.parent).hold()
        var asked = intake.counts
        asked.accepted -= intake.actions.cancels
        ending.held = try approval.reason(asked, isCorrection: isCorrection, parent: parent).map { [$0] }
        var outcome = frame.outcome(
            try frame.acknowledge(ending, intake.notice, zone: drop.setup.zone), ending)
        outcome.identity = findings.identity
        outcome.priority = drop.priority
        outcome.config = drop.setup.fingerprint
        outcome.segments = intake.segments
        outcome.schema = findings.schema
        try frame.claim.keep()
        try store.durably {
            // Who is in the batch; for a long drop this is already written.
            while try intake.completeNext(findings) {}
            // The last parcels; the file of segments is then on the disk.
            try intake.finish()
            // The row that makes everything in the batch count from now on.
            outcome.states = intake.states
            outcome.acknowledgement.note(ended: try intake.actions.closeEarlier(context), intake.actions)
            try frame.finish(outcome)
            try intake.actions.closeOwn(context)
            try approval.note(
                frame.batch, intake.counts, heldFor: ending.held?.first, isCorrection: isCorrection, parent: parent)
            try drop.endRepetition(in: store, as: frame.batch.id)
            // What it mends of other batches.
            try CorrectedBatches(store, from: drop.parent).noteMended(intake.counts.accepted, at: context.now)
            // Open contacts that it ends.
            try intake.refusals.closeAll(context, campaign: drop.setup.campaign.name, by: frame.batch.id)
            if drop.setup.asksForConsent {
                try ColumnConsents(
                    store, findings.schema, of: drop.setup.campaign, in: frame.batch.id, at: context.now
                ).note()
            }
        }
        ending.tellUnread(context, frame.batch.id)
        if let held = ending.held?.first {
            context.log.warning(
                "batch.held", ["batch": .text(frame.batch.id.description), "reason": .text(held)])
        }
        context.log.info(
            "batch.visible",
            [
                "batch": .text(frame.batch.id.description), "campaign": .text(drop.setup.campaign.name),
                "received": .number(intake.counts.received), "accepted": .number(intake.counts.accepted),
                "rejected": .number(intake.counts.rejected), "duplicates": .number(intake.counts.duplicates),
            ])
        return .done
    }

    /// Acknowledges a drop whose content came before as a duplicate. Whom it cancels is cancelled all the same.
    private func repeated(
        _ drop: IdentifiedDrop, _ original: BatchID, _ identity: DropIdentity, _ intake: BatchIntake?
    ) throws -> DropStep {
        try intake?.notice.discard()
        var ending = drop.ending
        ending.sha256 = identity.sha256
        ending.original = original
        ending.advice = try known(drop).advice(on: original)
        ending.corrects = nil
        let notice = frame.notice(campaign: drop.setup.campaign.name)
        var outcome = frame.outcome(try frame.acknowledge(ending, notice, zone: drop.setup.zone), ending)
        try frame.claim.keep()
        try store.durably {
            try store.discardHiddenRows(of: frame.batch.id)
            if let actions = intake?.actions {
                outcome.acknowledgement.note(ended: try actions.closeAgain(context), actions)
            }
            try frame.finish(outcome)
        }
        context.log.info(
            "drop.duplicate",
            ["batch": .text(frame.batch.id.description), "first": .text(original.description)])
        return .done
    }

    /// Refuses the drop whole. If its records can be read, reads it again, so that the notice has each of them.
    private func refuse(_ refused: RefusedDrop, format: DropFormat?) throws -> DropStep {
        let setup: CampaignSetup
        var again: DropReading?
        switch known {
        case .claimed, .opened: setup = context.setupOrDefaults("default")
        case .identified(let drop):
            setup = drop.setup
            if refused.code.leavesRecords { again = try reading(of: drop, passesOverRefusal: true) }
        }
        let actions = actions(setup, isPart: true)
        let intake = try BatchIntake(
            store: store, batch: frame.batch, setup: setup, sidecar: Sidecar(), now: context.now,
            earliest: context.earliestNow, notice: frame.notice(campaign: setup.campaign.name),
            verdict: DropVerdict(refusing: refused, actions: actions), actions: actions,
            rules: context.configuration.addressRules)
        guard let again else { return try endRefused(refused, intake, format: format, trailing: []) }
        progress.note(bytes: 0, intake.counts)
        stage = .refusing(RefusedReading(refused: refused, reading: again, intake: intake, format: format))
        return .more
    }

    private func readRefused(_ again: RefusedReading, _ patience: Int64) throws -> DropStep {
        do {
            switch try again.reading.next(waitingAtMost: patience) {
            case .part(let part):
                try again.intake.absorb(part)
                progress.note(bytes: part.bytesRead, again.intake.counts)
                return .more
            case .waiting: return .waiting
            case .end(let findings):
                return try endRefused(
                    again.refused, again.intake, format: findings.format, trailing: findings.trailingBytes,
                    blank: findings.blankRows)
            }
        } catch is DropReading.Refusal {
            // It ends where the first reading ended; the notice has what came before.
        } catch is RefusedDrop {}
        return try endRefused(again.refused, again.intake, format: again.format, trailing: [])
    }

    private func endRefused(
        _ refused: RefusedDrop, _ intake: BatchIntake, format: DropFormat?, trailing: [UInt8], blank: Int = 0
    ) throws -> DropStep {
        var ending = frame.ending
        var zone = context.setupOrDefaults("default").zone
        var file: DropFile?
        switch known {
        case .claimed: break
        case .opened(let drop):
            file = drop.file
            ending.reply = drop.sidecar.reply
        case .identified(let drop):
            file = drop.file
            zone = drop.setup.zone
            ending = drop.ending
        }
        frame.refuse(&ending, refused, file)
        ending.counts = intake.counts
        ending.format = format
        ending.trailing = trailing
        ending.blank = blank
        try ending.note(intake.actions)
        var outcome = frame.outcome(try frame.acknowledge(ending, intake.notice, zone: zone), ending)
        outcome.segments = intake.segments
        try frame.claim.keep()
        try store.durably {
            // A drop that is refused cancels all the same.
            if case .identified = known {
                outcome.acknowledgement.note(ended: try intake.actions.closeEarlier(context), intake.actions)
            }
            try frame.finish(outcome)
            if case .identified(let drop) = known {
                try drop.endRepetition(in: store, as: frame.batch.id)
                try intake.refusals.closeAll(context, campaign: drop.setup.campaign.name, by: frame.batch.id)
                try intake.actions.closeOwn(context)
            }
        }
        context.log.warning(
            "drop.refused",
            [
                "batch": .text(frame.batch.id.description), "code": .text(refused.code.rawValue),
                "records": .number(intake.counts.received),
            ])
        return .done
    }
}
