/// What campaigns expect of their drops, and what of it did not come true.
package struct Expectations {
    private let store: any Store

    init(_ store: any Store) { self.store = store }

    /// The moment by which a campaign's drop should have come today, and has not; nil where it has, or may still.
    ///
    /// A drop that was refused, repeats another, corrects one, or updates or cancels contacts has not come. The day is
    /// that of the wall clock.
    func missing(_ setup: CampaignSetup, at now: Timestamp) throws -> Timestamp? {
        guard let deadline = Self.deadline(setup, at: now), deadline <= now else { return nil }
        let day = now.localDay(offset: setup.zone.offset(at: now))
        let start = DayClock(zone: setup.zone, endOfDay: .midnight).start(of: day)
        let come = try store.batches(ofCampaign: setup.campaign.name, from: start, to: now.adding(.minutes(1))).contains
        {
            $0.status == .visible && $0.accepted > 0 && $0.claimedAt >= start && $0.acknowledgement?.corrects == nil
                && $0.acknowledgement?.requeues == nil && $0.acknowledgement?.mode?.isOfParts != true
        }
        return come ? nil : deadline
    }

    /// When today's drop is expected; nil on days without.
    private static func deadline(_ setup: CampaignSetup, at now: Timestamp) -> Timestamp? {
        guard let expectation = setup.campaign.expect, let by = expectation.by else { return nil }
        let day = now.localDay(offset: setup.zone.offset(at: now))
        guard expectation.days & 1 << UInt8(day.weekday - 1) != 0 else { return nil }
        return DayClock(zone: setup.zone, endOfDay: by).end(of: day)
    }

    /// Tells, once a day, of drops that have not come. Not while drops are read, of which one may be it.
    func tellMissing(_ context: WorkContext) throws {
        let now = context.now
        let expecting = context.configuration.campaigns.filter { $0.expect?.by != nil }
        if expecting.isEmpty { return }
        let told = try store.missingTold()
        for campaign in expecting {
            guard let setup = context.setup(campaign.name) else { continue }
            let day = now.localDay(offset: setup.zone.offset(at: now))
            guard told[campaign.name] != day.description, try missing(setup, at: now) != nil,
                let by = campaign.expect?.by
            else { continue }
            if try store.unpublishedBatches().contains(where: { $0.status == .claimed && $0.purpose == .contacts }) {
                return
            }
            try store.durably {
                try store.noteMissingTold(day, of: campaign.name)
                try context.tell(
                    OutgoingEvent(
                        .dropMissing, .error, campaign: campaign.name, subject: day.description, at: now,
                        data: OutgoingEvent.data { json in
                            json.member("text", "no drop has come for \(campaign.name), which expects one by \(by)")
                            json.member("by", by.description)
                        }))
            }
            context.log.warning(
                "campaign.expects", ["campaign": .text(campaign.name), "by": .text(by.description)])
        }
    }
}

/// Whether a batch may leave without anybody's approval.
struct Approval {
    private let context: WorkContext
    private let campaign: Campaign

    init(_ context: WorkContext, _ campaign: Campaign) {
        self.context = context
        self.campaign = campaign
    }

    /// Why not; nil where it may. Nobody approves anything in a rehearsal, which shows what would leave then.
    ///
    /// - Parameter parent: the hold of what it corrects.
    func reason(_ counts: DropCheck.Counts, isCorrection: Bool, parent: ApprovalHold?) throws -> String? {
        if context.isRehearsal || counts.accepted == 0 { return nil }
        if let parent { return "it corrects \(parent.asked), which waits for approval" }
        if let above = campaign.approveAbove, counts.accepted > above {
            return "\(counts.accepted.counted("contact", "contacts")), and more than \(above.grouped) need approval"
        }
        guard let expectation = campaign.expect, expectation.records != nil, !isCorrection else { return nil }
        let earlier = try context.store.usualSizes(of: campaign.name)
        guard !expectation.fits(counts.received, earlier), let usual = Expectation.usual(earlier) else { return nil }
        return "\(counts.received.counted("record", "records")), where \(usual.grouped) are usual"
    }

    /// Notes the batch as held, or its size as usual. Call it in the transaction in which it becomes visible.
    func note(
        _ batch: BatchRow, _ counts: DropCheck.Counts, heldFor reason: String?, isCorrection: Bool,
        parent: ApprovalHold?
    ) throws {
        guard let reason else {
            if campaign.expect?.records != nil, !isCorrection, !context.isRehearsal {
                try context.store.noteSize(counts.received, of: campaign.name)
            }
            return
        }
        let hold = ApprovalHold(
            batch: batch.id, drop: batch.name, campaign: campaign.name, reason: reason, received: counts.received,
            at: context.now, with: parent?.asked)
        try context.store.hold(hold)
        try context.tell(
            OutgoingEvent(
                .batchHeld, .error, campaign: campaign.name, subject: batch.id.description, at: context.now,
                data: OutgoingEvent.data { json in
                    json.member(
                        "text",
                        "\(batch.name.plain) is held: \(reason); waybill campaign approve \(campaign.name) --batch "
                            + "\(hold.asked), or withdraw it")
                    json.member("batch", batch.id.description)
                    json.member("drop", batch.name)
                    json.member("reason", reason)
                    json.member("received", counts.received)
                    json.member("accepted", counts.accepted)
                }))
    }
}
