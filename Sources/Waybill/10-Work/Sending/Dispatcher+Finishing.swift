/// Finishes a parcel after its transport has tried to send it, and holds one that could not be sent.
extension Dispatcher {
    /// Records what a transport did with a parcel.
    ///
    /// - Parameter isFoundOut: whether that was found out afterwards, as after a crash: nobody puts off what has not
    ///   left then, unless it comes to that again.
    func finish(_ parcel: Parcel, _ answered: ParcelOutcome, isFoundOut: Bool = false) throws {
        guard let batch = try store.batch(parcel.batch) else { return }
        let judgement = batch.purpose == .replies ? Judgement(outcome: answered) : judge(answered, of: parcel)
        let outcome = judgement.outcome
        let setup = context.setupOrDefaults(parcel.campaign)
        let key = LaterKey(parcel)
        let halt = judgement.isOfFirst ? tryAnother(parcel.transport, outcome) : halt(parcel.transport, outcome)
        let backoff = halt ?? delay(of: parcel.transport, outcome, after: laters[key])
        // Of one that had stopped, this parcel found out that it still does.
        let isOff = halt != nil || outcome.isResting || breakers[parcel.transport]?.isOpen == true
        let goesElsewhere = isOff && hasOther(than: parcel.transport, for: parcel, setup)
        let isDue = isFoundOut && laters[key] == nil
        let next = goesElsewhere || isDue || judgement.isOfMessages ? .none(at: now) : backoff
        if batch.purpose == .replies {
            let fate = try landAnswer(parcel, outcome, next)
            try store.transiently { try keepDoubts(about: parcel.transport) }
            laters[key] = fate == .later && halt == nil ? backoff : nil
            if !isDue {
                note(
                    later: fate == .later ? 1 : 0, settled: fate.isSettled ? 1 : 0, recalled: fate == .recalled ? 1 : 0,
                    outcome, of: parcel, backoff)
            }
            return try settleOr(ask: fate == .unknown, parcel)
        }
        var landing = try ParcelLanding(context, parcel, batch, setup, later: next, alone: judgement.alone)
        try store.durably {
            try landing.run(outcome)
            try keepDoubts(about: parcel.transport)
            if let suspects = judgement.suspects { try DoubtLedger(store).set(suspects, of: parcel.transport) }
            try context.tell([event(of: landing, of: parcel)].compactMap(\.self))
        }
        noteEnd(landing, of: parcel)
        laters[key] = landing.later > 0 && halt == nil ? backoff : nil
        if !isDue {
            note(
                later: landing.later, settled: landing.sent + landing.refused + landing.held,
                recalled: landing.recalled, outcome, of: parcel, backoff)
        }
        let putOff = landing.later + landing.apart
        if putOff + landing.held + landing.recalled > 0 { context.contactTimes.readAgain() }
        if landing.refused + putOff + landing.held + landing.lost + landing.unknown + landing.recalled > 0 {
            context.log.warning(
                "parcel.answered",
                [
                    "parcel": .text(parcel.id.description), "transport": .text(parcel.transport),
                    "refused": .number(landing.refused + landing.held), "later": .number(putOff),
                    "lost": .number(landing.lost), "unknown": .number(landing.unknown),
                    "recalled": .number(landing.recalled),
                    "reason": .text(
                        landing.later > 0
                            ? isDue ? "they had not left" : backoff.reason.words
                            : landing.apart > 0
                                ? judgement.alone.values.first?.reason.words ?? ""
                                : landing.lost + landing.unknown > 0 ? outcome.why ?? "" : ""),
                ])
        }
        try settleOr(ask: landing.unknown > 0, parcel)
    }

    /// Records parcels that their transport, an immediate one, has taken whole.
    ///
    /// - Parameter isLast: whether no commit follows at once that makes it durable. Until then a loss of power makes
    ///   the next start ask the transport, which has them.
    func finish(_ parcels: [Parcel], isLast: Bool) throws {
        let landings: [(parcel: Parcel, landing: ParcelLanding)]
        do {
            landings = try (isLast ? store.durably : store.transiently) {
                let landings = try parcels.compactMap { parcel in
                    try store.batch(parcel.batch).map { batch in
                        let setup = context.setupOrDefaults(parcel.campaign)
                        var landing = try ParcelLanding(context, parcel, batch, setup, later: .none(at: now))
                        try landing.run(.accepted)
                        return (parcel, landing)
                    }
                }
                try context.tell(landings.compactMap { event(of: $0.1, of: $0.0) })
                return landings
            }
        } catch is StoreProblem {
            // The others end without the one whose data cannot be read.
            for parcel in parcels { try attend(to: parcel) { try finish(parcel, .accepted) } }
            return
        }
        for (parcel, landing) in landings {
            noteEnd(landing, of: parcel)
            laters[LaterKey(parcel)] = nil
            unsettled[parcel.id] = nil
        }
    }

    private func noteEnd(_ landing: ParcelLanding, of parcel: Parcel) {
        if let stop = landing.stopped { tell(stop, parcel.campaign) }
        if landing.unknown == 0, landing.sent > 0 {
            context.log.info(
                "parcel.left",
                [
                    "parcel": .text(parcel.id.description), "campaign": .text(parcel.campaign),
                    "step": .text(parcel.step), "contacts": .number(landing.sent),
                ])
        }
        onDeparture?(landing.sent)
    }

    /// Ends a parcel, or asks its transport again what became of it.
    private func settleOr(ask: Bool, _ parcel: Parcel) throws {
        guard ask else {
            unsettled[parcel.id] = nil
            return clearAway(parcel)
        }
        try postpone(
            parcel,
            because: "transport \(parcel.transport) has not said what became of some messages; it is asked again, "
                + "or withdraw the batch")
    }

    private func event(of landing: ParcelLanding, of parcel: Parcel) -> OutgoingEvent? {
        let later = landing.later + landing.apart
        let count = landing.sent + landing.refused + later + landing.lost
        guard count > 0 else { return nil }
        let text =
            "parcel \(parcel.id) of \(parcel.campaign): \(landing.sent.counted("message", "messages")) sent"
            + [("refused", landing.refused), ("for later", later), ("in doubt", landing.lost)]
            .filter { $0.1 > 0 }.map { ", \($0.1.grouped) \($0.0)" }.joined()
        return OutgoingEvent(
            .parcelLeft, landing.lost > 0 ? .error : .debug, campaign: parcel.campaign,
            subject: parcel.id.description, at: now,
            data: OutgoingEvent.data { json in
                json.member("text", text)
                json.member("parcel", parcel.id.description)
                json.member("batch", parcel.batch.description)
                json.member("step", parcel.step)
                json.member("channel", parcel.channel.name)
                json.member("transport", parcel.transport)
                json.member("sent", landing.sent)
                json.member("refused", landing.refused)
                json.member("later", later)
                json.member("lost", landing.lost)
            })
    }

    /// What a transport kept of a parcel to answer for it is not needed any more; what stays goes with the next start.
    private func clearAway(_ parcel: Parcel) {
        guard let ticket = parcel.ticket.map(Ticket.init(bytes:)), let type = try? carrier(of: ticket),
            !type.isImmediate(ticket)
        else { return }
        try? type.discard(ticket)
    }

    private func tell(_ stop: HoldReason, _ campaign: String) {
        context.log.error("campaign.stopped", ["campaign": .text(campaign), "reason": .text(stop.words)])
    }

    /// Stops a transport that says so; nil where it does not. What was in the air beside it says the same once more.
    private func halt(_ transport: String, _ outcome: ParcelOutcome) -> Backoff? {
        guard case .halted(_, let why, let isLasting) = outcome else { return nil }
        let earlier = breakers[transport]
        if let earlier, earlier.isPause(at: now) { return earlier }
        let reason = HoldReason.transport(name: transport, problem: why)
        let backoff = Backoff(
            after: earlier, at: now, chance: chance(), reason: reason, isHalt: true, isLasting: isLasting)
        // One that can be asked, or called again under its key, may know within seconds: as long, it is no error.
        let isError = isLasting || !backoff.isNew
        let fields: KeyValuePairs<String, LogLine.Value> = ["transport": .text(transport), "reason": .text(why)]
        if isError, earlier?.reason != reason || !isLasting && earlier?.isNew == true {
            context.log.error("transport.stopped", fields)
        } else if earlier?.reason != reason {
            context.log.warning("transport.stopped", fields)
        }
        breakers[transport] = backoff
        return backoff
    }

    /// Lets one parcel find out at once whether a transport has to stop.
    private func tryAnother(_ transport: String, _ outcome: ParcelOutcome) -> Backoff {
        let reason = HoldReason.transport(
            name: transport, problem: (outcome.why ?? "") + "; another message finds out whether all are answered so")
        let backoff = Backoff(trialAfter: breakers[transport], at: now, reason: reason)
        context.log.warning(
            "transport.doubted", ["transport": .text(transport), "reason": .text(outcome.why ?? "")])
        breakers[transport] = backoff
        return backoff
    }

    /// The next start knows as well that a transport has to be tried carefully.
    private func keepDoubts(about transport: String) throws {
        guard let doubts = doubts[transport] else { return }
        if !doubts.isTrial { return try DoubtLedger(store).set(nil, of: transport) }
        guard let over = doubts.over, let breaker = breakers[transport] else { return }
        try DoubtLedger(store).set(
            DoubtLedger.Pause(
                failures: breaker.failures, next: breaker.next.milliseconds, why: over.why, size: doubts.doubted),
            of: transport)
    }

    /// Until when nothing leaves by a transport, and why; nil if it may.
    func pause(of transport: String) -> Backoff? {
        breakers[transport].flatMap { $0.isPause(at: now) ? $0 : nil }
    }

    /// The same for a campaign, whose place for its parcels may fail by itself.
    func pause(of transport: String, for campaign: String) -> Backoff? {
        let place = placeFailures[PlaceKey(transport: transport, campaign: campaign)]
        return pause(of: transport) ?? place.flatMap { $0.isPause(at: now) ? $0 : nil }
    }

    /// When to send the messages that the transport wants later.
    private func delay(of transport: String, _ outcome: ParcelOutcome, after earlier: Backoff?) -> Backoff {
        func reason(_ why: String) -> HoldReason { .transport(name: transport, problem: why) }
        switch outcome {
        case .accepted, .each, .halted:
            return Backoff(after: earlier, at: now, chance: chance(), reason: reason("it asks to send later"))
        case .resting(let outcomes, let rest?, let why):
            // One that takes some each time does as it says.
            let isFailing = !outcomes.values.contains { $0.isSettled }
            return Backoff(
                resting: rest, after: isFailing ? earlier : nil, at: now, chance: chance(), reason: reason(why))
        case .resting(_, nil, let why):
            return Backoff(after: earlier, at: now, chance: chance(), reason: reason(why))
        }
    }

    /// Leaves a transport alone for a while that wants everything later again and again; for the time it asked for, if
    /// it did.
    ///
    /// - Parameters:
    ///   - settled: how many messages it took or refused.
    ///   - recalled: how many it was not given.
    private func note(
        later: Int, settled: Int, recalled: Int = 0, _ outcome: ParcelOutcome, of parcel: Parcel, _ backoff: Backoff
    ) {
        let transport = parcel.transport
        // It was not asked.
        if recalled > 0, later + settled == 0 { return }
        switch outcome {
        case .accepted, .halted: return
        case .resting(_, .some, _) where later > 0:
            breakers[transport] = backoff
            return
        case .each, .resting: break
        }
        let isNews = putOff[transport, default: PutOff()].note(outcome, of: parcel)
        if later > 0, settled == 0 {
            // One that it puts off while others go through holds none of them.
            if !isNews, breakers[transport]?.isOpen != true { return }
            breakers[transport] = Backoff(
                after: breakers[transport], at: now, chance: chance(), reason: backoff.reason)
            return
        }
        // Nobody knows more than before.
        if settled == 0 || doubts[transport]?.over != nil { return }
        if breakers[transport]?.isOpen == true {
            context.log.warning("transport.goes-on", ["transport": .text(transport)])
        }
        breakers[transport] = nil
    }

    // MARK: - What is held

    /// Nobody knows whether a parcel left: nothing is changed or deleted, and its transport is asked again.
    func postpone(_ parcel: Parcel, because why: String) throws {
        let reason = HoldReason.unsettled(why)
        let backoff = Backoff(after: unsettled[parcel.id], at: now, chance: chance(), reason: reason)
        unsettled[parcel.id] = backoff
        if parcel.reason != reason {
            context.log.error(
                "parcel.unsettled",
                [
                    "parcel": .text(parcel.id.description), "campaign": .text(parcel.campaign),
                    "batch": .text(parcel.batch.description), "reason": .text(why),
                ])
        }
        try store.transiently { try store.delay(parcel.id, until: backoff.next, reason: reason) }
    }

    /// A parcel could not be prepared: it is tried again after a growing delay, and so are others of its place.
    func retry(_ parcel: Parcel, _ transport: String, _ problem: Unprepared) throws {
        let backoff = Backoff(after: failures[parcel.id], at: now, chance: chance(), reason: problem.reason)
        failures[parcel.id] = backoff
        let place = PlaceKey(transport: transport, campaign: parcel.campaign)
        placeFailures[place] = Backoff(
            after: placeFailures[place], at: now, chance: chance(), reason: problem.reason)
        if parcel.reason != problem.reason {
            context.log.error(
                "parcel.held",
                ["parcel": .text(parcel.id.description), "reason": .text(problem.description)])
        }
        try store.transiently { try store.delay(parcel.id, until: backoff.next, reason: problem.reason) }
    }
}
