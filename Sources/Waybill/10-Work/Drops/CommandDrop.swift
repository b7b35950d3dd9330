import SystemIO

/// A command that came as a file, carried out in one step.
final class CommandDrop: DropJob {
    let progress: DropProgress
    private let frame: DropFrame

    init(_ frame: DropFrame) {
        self.frame = frame
        progress = frame.progress
    }

    func step(patience: Int64) throws -> DropStep {
        try frame.claim.keep()
        let notice = try frame.notice()
        var file: DropFile?
        var ending = frame.ending
        ending.counts.received = 1
        do {
            let opened = try frame.claim.open()
            file = opened
            let bytes = try opened.contents(limit: 1 << 16)
            let command = try ControlCommand(json: bytes)
            ending.isHarmless = command.action.letsGo
            ending.sha256 = SHA256.hash(bytes)
            try frame.compareWithSidecar(ending)
            ending.contacts = try command.carryOut(in: frame.context, by: frame.batch.id)
        } catch let mistake as ControlCommand.Mistake {
            ending.counts.rejected = 1
            frame.refuse(&ending, RefusedDrop(.unknownFormat, mistake.description), file)
        } catch let refused as RefusedDrop {
            ending.counts.rejected = 1
            frame.refuse(&ending, refused, file)
        }
        return try frame.endResults(ending, notice)
    }
}

extension ControlCommand {
    /// Pauses, resumes, flushes or withdraws a campaign or one batch. Returns how many contacts were withdrawn, or wait
    /// in what was paused or resumed.
    ///
    /// - Parameter source: the drop that asks for it; nil: somebody at a terminal.
    @discardableResult
    func carryOut(in context: WorkContext, by source: BatchID? = nil) throws -> Int {
        let store = context.store
        if case .batch(let id, _) = scope, let purpose = try store.batch(id)?.purpose, purpose != .contacts {
            try release(id, in: context, by: source)
            return 0
        }
        let name: String
        var batch: BatchID?
        switch scope {
        case .campaign(let campaign):
            name = context.configuration.campaign(like: campaign)?.name ?? campaign
        case .batch(let id, let campaign):
            guard let row = try store.batch(id), row.purpose == .contacts, !row.campaign.isEmpty else {
                throw Mistake(description: "there is no batch \(id) of contacts")
            }
            if let campaign, campaign != row.campaign {
                throw Mistake(
                    description: "batch \(id) belongs to campaign \"\(row.campaign)\", not to \"\(campaign)\"")
            }
            name = row.campaign
            batch = id
        }
        guard let setup = context.setup(name) else {
            throw Mistake(description: "there is no campaign \"\(name)\" in the configuration")
        }
        context.log.info("campaign.command", ["campaign": .text(name), "command": .text(action.rawValue)])
        switch action {
        case .pause, .resume, .publish:
            guard batch == nil else {
                throw Mistake(
                    description: "\(action.rawValue) is for campaigns, not for one batch")
            }
            try store.durably {
                if action == .pause { try store.pause(name, at: context.now) } else { try store.resume(name) }
                try store.note(entry(of: name, in: context, by: source))
            }
            return try store.campaignTotals().first { $0.campaign == name }?.states[.pending] ?? 0
        case .accept:
            throw Mistake(description: "accept is for a do-not-contact list that holds campaigns; name its batch")
        case .flush, .withdraw:
            // Recorded before the first contact: an interrupted command is carried out again.
            try store.durably { try store.note(entry(of: batch?.description ?? name, in: context, by: source)) }
            return try Self.withdraw(context, setup, batch, inFlight: action == .withdraw)
        }
    }

    /// The row in the audit chain.
    private func entry(of subject: String, in context: WorkContext, by source: BatchID?) -> AuditEntry {
        let kind: AuditKind =
            switch action {
            case .pause: .paused
            case .resume: .resumed
            case .publish: .published
            case .flush: .flushed
            case .withdraw: .withdrawn
            case .accept: .listAccepted
            }
        var entry = AuditEntry(kind, at: context.now)
        entry.subject = subject
        entry.source = source
        return entry
    }

    /// Somebody decided to let campaigns go on although a list could not be read completely. Its entries stay listed.
    private func release(_ list: BatchID, in context: WorkContext, by source: BatchID?) throws {
        guard action == .accept || action == .withdraw else {
            throw Mistake(description: "batch \(list) is no batch of contacts; it can be accepted or withdrawn")
        }
        let store = context.store
        let isReleased = try store.durably {
            let isHoldReleased = try store.releaseHold(of: list)
            guard try action == .accept && NamedLists(context).accept(list) || isHoldReleased else { return false }
            var entry = AuditEntry(action == .accept ? .listAccepted : .listWithdrawn, at: context.now)
            entry.subject = list.description
            entry.source = source
            try store.note(entry)
            return true
        }
        guard isReleased else { throw Mistake(description: "batch \(list) holds no campaign") }
        context.log.warning("list.released", ["batch": .text(list.description), "command": .text(action.rawValue)])
    }

    private static func withdraw(
        _ context: WorkContext, _ setup: CampaignSetup, _ batch: BatchID?, inFlight: Bool
    ) throws -> Int {
        let (store, now) = (context.store, context.now)
        var withdrawn = 0
        for id in try store.openParcels(ofCampaign: setup.campaign.name, batch: batch, inFlight: inFlight) {
            guard let parcel = try store.parcel(id), let row = try store.batch(parcel.batch) else { continue }
            let moves = try Moves(context, row, setup, at: now)
            try store.durably {
                for member in parcel.contacts {
                    guard let contact = try moves.changes.contact(member.record),
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
