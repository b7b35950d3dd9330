import SystemIO

/// Stages 1 to 6 of a drop of contacts: from the claim to the commit that makes its batch visible.
extension Pipeline {
    /// Reads a claimed drop of contacts and commits its outcome, whatever that is.
    func receiveContacts(_ claim: Inbox.Claim, _ batch: BatchRow) throws {
        var header = DropHeader(claim: claim, batch: batch)
        do {
            header.file = try claim.open()
            header.sidecar = try DropCheck.sidecar(of: claim.path)
            if takesKnownContent { header.sidecar.resend = true }
            if claim.isUrgent, header.sidecar.priority == nil { header.sidecar.priority = 9 }
            header.setup = try campaign(of: claim, header)
            header.parent = try parent(of: header)
            try readContacts(header)
        } catch let refused as RefusedDrop {
            try refuse(header, refused, findings: nil)
        } catch let refusal as DropReading.Refusal {
            try refuse(header, refusal.refused, findings: refusal)
        }
    }

    /// What is known of a drop before its records are read.
    struct DropHeader {
        let claim: Inbox.Claim
        let batch: BatchRow
        /// Nil when it could not be opened.
        var file: DropFile?
        var sidecar = Sidecar()
        var setup: CampaignSetup?
        /// The batch that it corrects.
        var parent: BatchID?

        /// What is to be acknowledged whatever becomes of it.
        var ending: DropEnding {
            DropEnding(campaign: setup?.campaign.name ?? "", corrects: parent, reply: sidecar.reply)
        }
    }

    private func readContacts(_ header: DropHeader) throws {
        guard let setup = header.setup, let file = header.file else { return }
        let (claim, batch) = (header.claim, header.batch)
        // Only a file of a size seen before can have content seen before: all others need no second reading.
        if !header.sidecar.resend, try store.hasSeen(size: claim.size, except: batch.id) {
            let sha256 = try digest(of: file)
            if let first = try store.firstBatch(sha256: sha256, purpose: .contacts, except: batch.id) {
                return try acknowledgeDuplicate(header, of: first, sha256: sha256)
            }
        }
        let notice = try NoticeFolder(path: noticePath(batch, campaign: setup.campaign.name))
        let intake = try BatchIntake(
            store: store, batch: batch, setup: setup, sidecar: header.sidecar, now: now, notice: notice,
            verdict: DropVerdict(
                acceptedBefore: try header.parent.map {
                    try AcceptedBefore(store: store, parent: $0, campaign: setup.campaign)
                }))
        let reading = DropReading(
            file, campaign: DropCheck.reading(setup.campaign, isCorrection: header.parent != nil),
            configuration: configuration, spillFolder: state(""))
        let findings = try read(reading, header) { part in
            try intake.absorb(part)
            return intake.counts
        }
        if try isKnown(header, findings.sha256, notice) { return }
        if let refusal = DropCheck.refusal(
            intake.counts, sidecar: header.sidecar, declared: findings.declaredRecords, sha256: findings.sha256,
            rejectLimit: setup.campaign.rejectLimit)
        {
            throw refusal
        }
        let isLong = claim.size > Progress.short
        if isLong {
            try complete(header, intake, findings, notice)
            // Another of the same content may have overtaken this one.
            if try isKnown(header, findings.sha256, notice) { return }
        }
        try accept(header, intake, findings, notice) { if !isLong { try intake.complete(findings, inPieces: false) } }
    }

    /// Acknowledges a drop whose content came before as the duplicate that it is.
    private func isKnown(_ header: DropHeader, _ sha256: [UInt8], _ notice: NoticeFolder) throws -> Bool {
        guard !header.sidecar.resend,
            let first = try store.firstBatch(sha256: sha256, purpose: .contacts, except: header.batch.id)
        else { return false }
        try notice.discard()
        try acknowledgeDuplicate(header, of: first, sha256: sha256)
        return true
    }

    /// Reads a drop part by part, and lets others go between while it is long.
    private func read(
        _ reading: DropReading, _ header: DropHeader, _ absorb: (DropReading.Part) throws -> DropCheck.Counts
    ) throws -> DropReading.Findings {
        try whileReading(progress(of: header)) { tell in
            try reading.run { part in
                let counts = try absorb(part)
                try tell { progress in
                    progress.bytes = part.bytesRead
                    counts.tell(&progress)
                }
            } idle: {
                try tell { _ in }
            }
        }
    }

    private func progress(of header: DropHeader) -> Progress {
        let campaign = header.setup?.campaign
        return Progress(
            batch: header.batch.id, purpose: .contacts, drop: header.claim.name, campaign: campaign?.name ?? "",
            startedAt: header.batch.claimedAt, priority: header.sidecar.priority ?? 5, size: header.claim.size,
            isAlone: campaign?.hasQuota ?? false || header.parent != nil)
    }

    /// Writes what the last commit of a long drop does not have to, and lets others go between.
    private func complete(
        _ header: DropHeader, _ intake: BatchIntake, _ findings: DropReading.Findings, _ notice: NoticeFolder
    ) throws {
        try whileReading(progress(of: header)) { tell in
            let letOthersGo = {
                try tell { progress in
                    progress.bytes = progress.size
                    intake.counts.tell(&progress)
                }
            }
            try intake.complete(findings, inPieces: true, between: letOthersGo)
            // The commit has much to bring to the disk, and others would wait for it. (SQLite holds its locks on other files
            // than the log: closing one that it has open would take them from it.)
            try notice.flush()
            let segments = intake.segmentFile.map { [$0.path] } ?? []
            try Files.syncAhead(notice.files + segments + [store.database.logPath], idle: letOthersGo)
        }
    }

    /// The commit that makes the batch visible, and what else is to be in it.
    private func accept(
        _ header: DropHeader, _ intake: BatchIntake, _ findings: DropReading.Findings, _ notice: NoticeFolder,
        with rest: () throws -> Void
    ) throws {
        guard let setup = header.setup else { return }
        let batch = header.batch
        var ending = header.ending
        ending.note(findings)
        ending.counts = intake.counts
        var acknowledgement = acknowledgement(header, ending, notice.tally)
        if notice.isBegun {
            acknowledgement.notice = workspace.relative(notice.path)
            try notice.finish(
                acknowledgement, refusal: nil, at: local(now, setup), folder: workspace.relative(notice.path),
                trailing: findings.trailingBytes)
        }
        let outcome = BatchOutcome(
            status: .visible, campaign: setup.campaign.name, sha256: findings.sha256,
            priority: header.sidecar.priority ?? 5, config: setup.fingerprint, visibleAt: now,
            segments: intake.segments, schema: findings.schema, acknowledgement: acknowledgement)
        try header.claim.keep()
        try store.durably {
            try rest()
            try intake.finish()
            var outcome = outcome
            outcome.states = intake.states
            try store.finish(batch.id, outcome)
            try countMended(intake.counts.accepted, from: header.parent)
        }
        log.info(
            "batch.visible",
            [
                "batch": .text(batch.id.description), "campaign": .text(setup.campaign.name),
                "received": .number(intake.counts.received), "accepted": .number(intake.counts.accepted),
                "rejected": .number(intake.counts.rejected), "duplicates": .number(intake.counts.duplicates),
            ])
    }

    /// Tells the batch that was corrected, and the one that it corrected itself: its records are mended now as well.
    private func countMended(_ count: Int, from parent: BatchID?) throws {
        var next = parent
        while count > 0, let id = next {
            try store.addMended(count, to: id, at: now)
            // Earlier ones only, whatever a damaged ledger says.
            next = try store.batch(id)?.acknowledgement?.corrects.flatMap { $0 < id ? $0 : nil }
        }
    }

    // MARK: - Refusal

    /// Refuses a drop whole: reads it once more, if it can be read, so that every record stands in the notice.
    func refuse(_ header: DropHeader, _ refused: RefusedDrop, findings: DropReading.Refusal?) throws {
        let (claim, batch) = (header.claim, header.batch)
        let setup = header.setup ?? context.setupOrDefaults("default")
        let notice = try NoticeFolder(path: noticePath(batch, campaign: setup.campaign.name))
        let intake = try BatchIntake(
            store: store, batch: batch, setup: setup, sidecar: header.sidecar, now: now, notice: notice,
            verdict: DropVerdict(refusing: refused))
        var ending = header.ending
        ending.refusal = refused
        ending.format = findings?.format
        if refused.code.leavesRecords, header.setup != nil, let file = header.file {
            let reading = DropReading(
                file, campaign: DropCheck.reading(setup.campaign, isCorrection: header.parent != nil),
                configuration: configuration, spillFolder: state(""), passesOverRefusal: true)
            do {
                let second = try read(reading, header) { part in
                    try intake.absorb(part)
                    return intake.counts
                }
                ending.note(second)
            } catch is DropReading.Refusal {
                // It ends where the first reading ended; what came before is in the notice.
            } catch is RefusedDrop {}
        }
        ending.sha256 = header.file.flatMap { try? digest(of: $0) } ?? []
        ending.counts = intake.counts
        var acknowledgement = acknowledgement(header, ending, notice.tally)
        acknowledgement.notice = workspace.relative(notice.path)
        try notice.finish(
            acknowledgement, refusal: refused, at: local(now, setup), folder: workspace.relative(notice.path),
            trailing: ending.trailing)
        try claim.keep()
        try store.durably {
            try store.finish(
                batch.id,
                BatchOutcome(
                    status: .refused, campaign: ending.campaign, sha256: ending.sha256, visibleAt: now,
                    segments: intake.segments, acknowledgement: acknowledgement))
        }
        log.warning(
            "drop.refused",
            [
                "batch": .text(batch.id.description), "code": .text(refused.code.rawValue),
                "records": .number(intake.counts.received),
            ])
    }

    private func acknowledgeDuplicate(_ header: DropHeader, of first: BatchID, sha256: [UInt8]) throws {
        var ending = header.ending
        ending.sha256 = sha256
        ending.original = first
        ending.corrects = nil
        let acknowledgement = acknowledgement(header, ending, ViolationTally())
        try header.claim.keep()
        try store.durably {
            try store.discardHiddenRows(of: header.batch.id)
            try store.finish(
                header.batch.id,
                BatchOutcome(
                    status: .duplicate, campaign: acknowledgement.campaign, sha256: sha256, visibleAt: now,
                    acknowledgement: acknowledgement))
        }
        log.info(
            "drop.duplicate", ["batch": .text(header.batch.id.description), "first": .text(first.description)])
    }

    // MARK: - What a drop says of itself

    /// Side-car, else folder, else the content's own field, else the name patterns (contract §3).
    private func campaign(of claim: Inbox.Claim, _ header: DropHeader) throws -> CampaignSetup? {
        let campaign = try DropCheck.campaign(
            sidecar: header.sidecar, folder: claim.folder, name: claim.name, in: configuration
        ) { try header.file.flatMap { try DropCheck.campaign(inContentOf: $0, limits: configuration.limits) } }
        return setup(campaign.name)
    }

    private func parent(of header: DropHeader) throws -> BatchID? {
        guard let campaign = header.setup?.campaign, let file = header.file else { return nil }
        return try DropCheck.parent(
            of: file, name: header.claim.name, sidecar: header.sidecar, campaign: campaign, in: store,
            limits: configuration.limits)
    }

    func digest(of file: DropFile) throws -> [UInt8] {
        var source = try DropSource(file, limits: configuration.limits)
        return try source.finish()
    }

    func noticePath(_ batch: BatchRow, campaign: String) -> String {
        outbox("notices/\(context.day(of: batch.claimedAt, campaign: campaign))/\(batch.id)")
    }

    func local(_ moment: Timestamp, _ setup: CampaignSetup) -> LocalMoment {
        LocalMoment(moment, offset: setup.zone.offset(at: moment))
    }

    private func acknowledgement(
        _ header: DropHeader, _ ending: DropEnding, _ tally: ViolationTally
    ) -> Acknowledgement {
        ending.acknowledgement(
            of: header.batch.id, drop: header.claim.name, tally, from: header.batch.claimedAt, to: now)
    }
}

extension DropCheck.Counts {
    fileprivate func tell(_ progress: inout Pipeline.Progress) {
        progress.records = received
        progress.rejected = rejected
        progress.duplicates = duplicates
    }
}
