import SystemIO

/// Stage 8: results in. Receipts, replies, do-not-contact lists and commands are drops like any other: claimed,
/// ledgered, acknowledged, and told what is wrong with them.
extension Pipeline {
    /// How many rows share a durable commit: 0.2 ms each, and no more work lost to a crash than a blink redoes.
    private static let rowsAtOnce = 4_000

    // MARK: - Receipts and replies

    func receiveResults(_ claim: Inbox.Claim, _ batch: BatchRow) throws {
        // Which contacts are meant only this workspace knows.
        try claim.keep()
        let notice = try NoticeFolder(path: noticePath(batch, campaign: ""))
        var count = ResultCount()
        var file: DropFile?
        do {
            let opened = try claim.open()
            file = opened
            let sha256 = try digest(of: opened)
            if let first = try store.firstBatch(sha256: sha256, purpose: batch.purpose, except: batch.id) {
                return try finishResults(claim, batch, sha256, ResultCount(), notice, duplicateOf: first)
            }
            let applied = ResultRows(self, batch)
            try whileReading(progress(of: claim, batch)) { tell in
                try readRows(opened, campaign: Self.resultsCampaign(nil)) { chunk, format, bytesRead in
                    let columns = try ResultColumns(batch.purpose, names: chunk.schema.columns.map(\.name))
                    count.format = format
                    count.schema = chunk.schema
                    for (index, record) in chunk.records.enumerated() {
                        count.received += 1
                        let isNew = count.received > batch.progress
                        let problems = try applied.take(record, in: chunk, columns, isNew: isNew)
                        try note(problems, index, chunk, &count, notice)
                        guard isNew, count.received % Self.rowsAtOnce == 0 else { continue }
                        try applied.commit(rows: count.received)
                        // Nothing of the file is held back here, so that others may change what it is about.
                        try tell { progress in
                            progress.bytes = bytesRead
                            progress.records = count.received
                            progress.rejected = count.rejected
                        }
                    }
                } around: {
                    (count.leading, count.trailing) = ($0, $1)
                }
            }
            try applied.commit(rows: count.received)
            guard count.received > 0 else { throw RefusedDrop(.empty, "the file has no records") }
            try finishResults(claim, batch, sha256, count, notice)
        } catch let refused as RefusedDrop {
            try finishRefused(claim, file, batch, refused, count, notice)
        } catch let unusable as UnusableReceipts {
            try finishRefused(claim, file, batch, RefusedDrop(.unknownHeader, unusable.description), count, notice)
        }
    }

    /// What a file of results or a list is at when its reading begins.
    func progress(of claim: Inbox.Claim, _ batch: BatchRow) -> Progress {
        Progress(
            batch: batch.id, purpose: batch.purpose, drop: claim.name, campaign: batch.purpose.folder,
            startedAt: batch.claimedAt, priority: 5, size: claim.size, isAlone: false)
    }

    /// Writes what is wrong with a row into the notice.
    private func note(
        _ problems: ResultRows.Problems, _ index: Int, _ chunk: Chunk, _ count: inout ResultCount,
        _ notice: NoticeFolder
    ) throws {
        if problems.isFatal, let format = count.format {
            count.rejected += 1
            let (bytes, lineEnd) = chunk.original(of: index)
            try notice.addRejected(
                bytes, lineEnd: lineEnd, kind: format.kind, leading: count.leading, encoding: chunk.encoding)
        }
        if !problems.violations.isEmpty {
            let record = chunk.records[index]
            try notice.add(
                record: record.number, line: record.line, byte: chunk.byteOffset + UInt64(record.start),
                problems.violations)
        }
    }

    struct ResultCount {
        var received = 0
        var rejected = 0
        var format: DropFormat?
        var schema = Schema()
        var leading: [UInt8] = []
        var trailing: [UInt8] = []
    }

    /// Decodes a results drop, chunk by chunk, with how many bytes of the file were read; `around` tells what stands before and
    /// behind its records, as far as it is known.
    private func readRows(
        _ file: DropFile, campaign: Campaign, _ body: (Chunk, DropFormat, Int64) throws -> Void,
        around: (_ leading: [UInt8], _ trailing: [UInt8]) -> Void
    ) throws {
        let settings = DecodeSettings(campaign: campaign, limits: configuration.limits)
        var drop = try DropChunks(file, settings, limits: configuration.limits)
        while let chunks = try drop.next() {
            for chunk in chunks {
                guard let format = drop.format else { continue }
                around(drop.decoder.leadingBytes, [])
                try body(chunk, format, drop.bytesRead)
            }
        }
        around(drop.decoder.leadingBytes, drop.decoder.trailingBytes)
    }

    /// How results are decoded: by a header, and nothing required of it.
    private static func resultsCampaign(_ format: DropKind?) -> Campaign {
        var campaign = Campaign(name: "results")
        campaign.header = .set(true)
        campaign.require = []
        campaign.quotes = .lenient
        return campaign
    }

    func finishResults(
        _ claim: Inbox.Claim, _ batch: BatchRow, _ sha256: [UInt8], _ count: ResultCount, _ notice: NoticeFolder,
        duplicateOf first: BatchID? = nil, refused: RefusedDrop? = nil
    ) throws {
        var acknowledgement = Acknowledgement(
            batch: batch.id, drop: claim.name, sha256: SHA256.hex(sha256), campaign: batch.purpose.folder,
            status: first != nil ? .duplicate : refused != nil ? .rejected : count.rejected > 0 ? .partial : .accepted,
            startedAt: batch.claimedAt, finishedAt: now)
        acknowledgement.firstBatch = first
        acknowledgement.reason = refused.map { "\($0.code.rawValue): \($0.detail)" }
        acknowledgement.received = count.received
        acknowledgement.rejected = count.rejected
        acknowledgement.accepted = count.received - count.rejected
        acknowledgement.format = count.format
        acknowledgement.columns = count.schema.recognised
        acknowledgement.rejectsByCode = notice.tally.codeCounts
        if notice.isBegun || refused != nil {
            acknowledgement.notice = workspace.relative(notice.path)
            let zone = Zone.named(configuration.timezone) ?? .utc
            try notice.finish(
                acknowledgement, refusal: refused, at: LocalMoment(now, offset: zone.offset(at: now)),
                folder: workspace.relative(notice.path), trailing: count.trailing)
        }
        let outcome = BatchOutcome(
            status: first != nil ? .duplicate : refused != nil ? .refused : .visible, campaign: batch.purpose.folder,
            sha256: sha256, visibleAt: now, acknowledgement: acknowledgement)
        try store.durably { try store.finish(batch.id, outcome) }
        log.info(
            "results.taken",
            [
                "batch": .text(batch.id.description), "kind": .text(batch.purpose.folder),
                "received": .number(count.received), "rejected": .number(count.rejected),
            ])
    }

    /// What was applied before the refusal stays applied, and counts as accepted; the rest was never read.
    func finishRefused(
        _ claim: Inbox.Claim, _ file: DropFile?, _ batch: BatchRow, _ refused: RefusedDrop, _ count: ResultCount,
        _ notice: NoticeFolder
    ) throws {
        var count = count
        count.received = count.rejected
        try finishResults(
            claim, batch, file.flatMap { try? digest(of: $0) } ?? [], count, notice, refused: refused)
    }

    // MARK: - Commands

    func receiveCommand(_ claim: Inbox.Claim, _ batch: BatchRow) throws {
        try claim.keep()
        let notice = try NoticeFolder(path: noticePath(batch, campaign: ""))
        var count = ResultCount()
        count.received = 1
        var file: DropFile?
        do {
            let opened = try claim.open()
            file = opened
            let bytes = try opened.contents(limit: 1 << 16)
            let command = try ControlCommand(json: bytes)
            try carryOut(command)
            try finishResults(claim, batch, SHA256.hash(bytes), count, notice)
        } catch let mistake as ControlCommand.Mistake {
            count.rejected = 1
            try finishRefused(claim, file, batch, RefusedDrop(.unknownFormat, mistake.description), count, notice)
        } catch let refused as RefusedDrop {
            count.rejected = 1
            try finishRefused(claim, file, batch, refused, count, notice)
        }
    }

    /// Pauses, resumes, flushes or withdraws a campaign or one batch; returns how many contacts were withdrawn.
    @discardableResult
    package func carryOut(_ command: ControlCommand) throws -> Int {
        let name: String
        var batch: BatchID?
        switch command.scope {
        case .campaign(let campaign): name = campaign
        case .batch(let id, let campaign):
            guard let row = try store.batch(id), row.purpose == .contacts, !row.campaign.isEmpty else {
                throw ControlCommand.Mistake(description: "there is no batch \(id) of contacts")
            }
            if let campaign, campaign != row.campaign {
                throw ControlCommand.Mistake(
                    description: "batch \(id) belongs to campaign \"\(row.campaign)\", not to \"\(campaign)\"")
            }
            name = row.campaign
            batch = id
        }
        guard let setup = setup(name) else {
            throw ControlCommand.Mistake(description: "there is no campaign \"\(name)\" in the configuration")
        }
        log.info("campaign.command", ["campaign": .text(name), "command": .text(command.action.rawValue)])
        switch command.action {
        case .pause, .resume, .publish:
            guard batch == nil else {
                throw ControlCommand.Mistake(
                    description: "\(command.action.rawValue) is for campaigns, not for one batch")
            }
            try store.durably {
                if command.action == .pause { try store.pause(name, at: now) } else { try store.resume(name) }
            }
            return 0
        case .flush: return try withdraw(setup, batch, inFlight: false)
        case .withdraw: return try withdraw(setup, batch, inFlight: true)
        }
    }

    private func withdraw(_ setup: CampaignSetup, _ batch: BatchID?, inFlight: Bool) throws -> Int {
        var withdrawn = 0
        for id in try store.openParcels(ofCampaign: setup.campaign.name, batch: batch, inFlight: inFlight) {
            guard let parcel = try store.parcel(id), let row = try store.batch(parcel.batch) else { continue }
            var moves = try Moves(context, row, setup, at: now)
            try store.durably {
                for member in parcel.contacts {
                    guard let contact = try moves.ledger.contact(member.record),
                        contact.isIn(parcel) || contact.standing.parcel == id.rawValue
                    else { continue }
                    let moved = try moves.happen(
                        .withdrawn, to: contact, stage: .dispatch, code: Code.campaignWithdrawn.rawValue,
                        reason: .words("withdrawn by command"), at: now)
                    withdrawn += moved ? 1 : 0
                }
                try moves.finish()
                try store.close(id)
            }
        }
        return withdrawn
    }
}

/// The columns of a results drop, by what the drop is for.
enum ResultColumns {
    case receipts(ReceiptColumns)
    case replies(ReplyColumns)

    init(_ purpose: DropPurpose, names: [String]) throws(UnusableReceipts) {
        self =
            purpose == .replies ? .replies(try ReplyColumns(names: names)) : .receipts(try ReceiptColumns(names: names))
    }
}
