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
        let notice = frame.notice()
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
            let outcome = try command.carryOut(in: frame.context, by: frame.batch.id)
            (ending.contacts, ending.held) = (outcome.contacts, outcome.held)
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
    /// What came of it.
    package struct CarriedOut {
        /// How many were withdrawn, or wait in what was paused or goes on.
        package var contacts: Int
        /// What keeps the messages of a campaign that goes on from leaving all the same; nil of other commands.
        package var held: [String]?

        package init(contacts: Int = 0, held: [String]? = nil) { (self.contacts, self.held) = (contacts, held) }
    }

    /// Pauses, resumes, flushes or withdraws a campaign or one batch.
    ///
    /// - Parameter source: the drop that asks for it; nil: somebody at a terminal.
    @discardableResult
    func carryOut(in context: WorkContext, by source: BatchID? = nil) throws -> CarriedOut {
        let store = context.store
        if case .batch(let id, _) = scope, let purpose = try store.batch(id)?.purpose, purpose != .contacts {
            try release(id, in: context, by: source)
            return CarriedOut()
        }
        let (setup, batch) = try meant(in: context)
        let name = setup.campaign.name
        context.log.info("campaign.command", ["campaign": .text(name), "command": .text(action.rawValue)])
        switch action {
        case .pause, .resume, .publish:
            guard batch == nil else {
                throw Mistake(
                    description: "\(action.rawValue) is for campaigns, not for one batch")
            }
            try store.durably { try turn(setup, in: context, by: source) }
            return CarriedOut(
                contacts: try store.campaignTotals().first { $0.campaign == name }?.states[.pending] ?? 0,
                held: action == .pause ? nil : try CampaignHolds(context).words(for: setup))
        case .approve: return CarriedOut(contacts: try approve(name, batch, in: context, by: source))
        case .requeue:
            guard let filter else { return CarriedOut(contacts: 0) }
            var requeue = Requeue(context, setup, filter)
            try requeue.run(batch)
            guard requeue.contacts > 0 else {
                throw Mistake(
                    description: "no contact comes again: none fits and certainly got nothing"
                        + (requeue.unsure > 0
                            ? "; of \(requeue.unsure.counted("other", "others")) nobody can tell" : "")
                        + (requeue.cancelled > 0 ? "; its sender cancelled \(requeue.cancelled.grouped) since" : "")
                        + (requeue.outdated > 0
                            ? "; \(requeue.outdated.counted("has", "have")) a newer record in a later drop" : ""))
            }
            try store.durably { try note(batch?.description ?? name, at: context.now, in: context, by: source) }
            context.log.info(
                "campaign.requeued",
                [
                    "campaign": .text(name), "contacts": .number(requeue.contacts), "unsure": .number(requeue.unsure),
                    "cancelled": .number(requeue.cancelled), "outdated": .number(requeue.outdated),
                ])
            return CarriedOut(contacts: requeue.contacts)
        case .accept:
            throw Mistake(description: "accept is for a do-not-contact list that holds campaigns; name its batch")
        case .flush, .withdraw:
            // Before its first contact: what is asked for is done again where it was not done to its end.
            try store.durably {
                try note(batch?.description ?? name, at: context.now, in: context, by: source)
                try store.noteWithdrawal(of: name, batch: batch, at: context.now)
            }
            let withdrawn = try Self.withdraw(context, setup, batch, inFlight: action == .withdraw)
            // Nobody need approve what is withdrawn.
            try store.durably {
                _ = try store.releaseApprovals { hold in batch == nil ? hold.campaign == name : hold.batch == batch }
                // What corrects it waits for a decision of its own.
                for hold in try store.approvalHolds() where batch != nil && hold.with == batch {
                    try store.hold(hold.alone)
                }
            }
            return CarriedOut(contacts: withdrawn)
        }
    }

    /// The campaign that is meant, and of which batch of it.
    private func meant(in context: WorkContext) throws -> (setup: CampaignSetup, batch: BatchID?) {
        let store = context.store
        let named: String
        var batch: BatchID?
        switch scope {
        case .campaign(let campaign):
            named = context.configuration.campaign(named: campaign)?.name ?? campaign
        case .batch(let id, let campaign):
            guard let row = try store.batch(id), row.purpose == .contacts, !row.campaign.isEmpty else {
                if action == .accept {
                    throw Mistake(
                        description:
                            "no list, reply or receipt has the batch id \(id); waybill status names those that hold "
                            + "campaigns")
                }
                throw Mistake(description: "there is no batch \(id) of contacts")
            }
            if let campaign, !FoldedFileName.areSame(campaign, row.campaign) {
                throw Mistake(
                    description: "batch \(id) belongs to campaign \"\(row.campaign)\", not to \"\(campaign)\"")
            }
            named = row.campaign
            batch = id
        }
        guard let setup = context.setup(named) else {
            throw Mistake(description: "there is no campaign \"\(named)\" in the configuration")
        }
        return (setup, batch)
    }

    /// Pauses a campaign, or lets it go on, under whatever spelling the store has of it.
    private func turn(_ setup: CampaignSetup, in context: WorkContext, by source: BatchID?) throws {
        let (store, name) = (context.store, setup.campaign.name)
        // One moment for all: by it status finds who asked for a pause.
        let now = context.now
        if action != .pause { try AbandonedCalls(context).forgive(setup) }
        for spelling in try store.spellings(of: name) {
            if action == .pause {
                try store.pause(spelling, at: now)
            } else {
                try store.resume(spelling)
            }
        }
        if action != .pause { try Brakes(store, at: now).release(name) }
        try note(name, at: now, in: context, by: source)
    }

    /// Lets batches go that wait for approval; returns how many of their contacts wait.
    private func approve(
        _ name: String, _ batch: BatchID?, in context: WorkContext, by source: BatchID?
    ) throws -> Int {
        let store = context.store
        let released = try store.durably {
            let released = try store.releaseApprovals {
                $0.campaign == name && (batch == nil || batch == $0.batch || batch == $0.with)
            }
            guard !released.isEmpty else {
                let what = batch.map { "batch \($0)" } ?? "campaign \"\(name)\""
                throw Mistake(description: "nothing of \(what) waits for approval")
            }
            for hold in released {
                try store.note(entry(of: hold.batch.description, at: context.now, by: source))
                // What somebody approves is usual.
                if hold.with == nil, context.setup(name)?.campaign.expect?.records != nil {
                    try store.noteSize(hold.received, of: name)
                }
                try context.tell(
                    OutgoingEvent(
                        .batchApproved, .information, campaign: name, subject: hold.batch.description, at: context.now,
                        data: OutgoingEvent.data { json in
                            json.member("text", "\(hold.drop.plain) is approved")
                            json.member("batch", hold.batch.description)
                        }))
            }
            try store.wake(heldFor: .approval, at: context.now)
            return released
        }
        return try released.reduce(0) { try $0 + store.states(of: $1.batch)[.pending, default: 0] }
    }

    private func note(_ subject: String, at now: Timestamp, in context: WorkContext, by source: BatchID?) throws {
        try context.store.note(entry(of: subject, at: now, by: source))
        try context.tell(
            OutgoingEvent(
                .command, .information, campaign: subject, subject: source?.description ?? "", at: now,
                data: OutgoingEvent.data { json in
                    json.member("text", "\(action.rawValue) \(subject.plain)")
                    json.member("command", action.rawValue)
                }))
    }

    /// What the audit chain keeps of it.
    private func entry(of subject: String, at now: Timestamp, by source: BatchID?) -> AuditEntry {
        let kind: AuditKind =
            switch action {
            case .pause: .paused
            case .resume: .resumed
            case .publish: .published
            case .flush: .flushed
            case .withdraw: .withdrawn
            case .approve: .approved
            case .requeue: .requeued
            case .accept: .listAccepted
            }
        var entry = AuditEntry(kind, at: now)
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
        let replaced = action == .accept ? try store.listHolds().first { $0.batch == list }?.replaces : nil
        // As much of it as was done before a crash is not there any more.
        var place: UInt64?
        while let name = replaced {
            place = try store.transiently {
                try store.takeOffEarlier(than: list, list: name, from: place, at: context.now)
            }
            if place == nil { break }
        }
        let isReleased = try store.durably {
            let isHoldReleased = try store.releaseHold(of: list)
            if let replaced, let row = try store.batch(list) {
                try store.releaseHolds(replacing: replaced)
                try NamedLists(context).note(row)
            }
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
                // What is in flight is recalled, and closed when it is known what had left.
                if parcel.status != .leaving || parcel.reason != .due { try store.close(id) }
            }
        }
        return withdrawn
    }
}
