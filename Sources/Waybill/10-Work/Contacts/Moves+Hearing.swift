/// What is heard of contacts' messages, in whatever order.
extension Moves {
    /// Follows the table for an event. A failure changes nothing once it was said, not earlier, that the message
    /// arrived; and whoever waits since their last message failed goes on as the step says to what is heard of it now
    /// (`ContactTransitions.takesBack`).
    ///
    /// - Parameter departures: which of the batch's messages went out.
    func hear(
        _ event: Event, attempt: Int, of contact: StandingChanges.Contact, code: String,
        reason: StandingReason = .words(""), at moment: Timestamp, _ departures: () throws -> BatchDepartures
    ) throws {
        let isWaiting = contact.standing.state == .pending
        if isWaiting, event.reach >= .arrived, !event.isRefusal, contact.standing.attempts > 0 {
            return try reconsider(
                contact, event, attempt: attempt, code: code, reason: reason, at: moment, departures)
        }
        // The results of a call are decided by its first.
        if event.reach == .missed, !isWaiting, !contact.standing.state.isFinal, contact.standing.state != .sentToDialer,
            try news(of: contact.record, attempt: attempt)?.outdates(event, at: moment) ?? true
        {
            return
        }
        try happen(
            .event(event, attempt: attempt), to: contact, stage: .receipt, code: code, reason: reason, at: moment)
    }

    private func reconsider(
        _ contact: StandingChanges.Contact, _ event: Event, attempt: Int, code: String, reason: StandingReason,
        at moment: Timestamp, _ departures: () throws -> BatchDepartures
    ) throws {
        guard try !isCancelled(contact), let last = try departures().messages(of: contact.record).last,
            last.attempt == attempt, let (parcel, member) = try seat(of: contact.record, in: last.parcel.id)
        else { return }
        var standing = try out(contact, member, parcel)
        standing.changedAt = now
        let position = ContactPosition(
            state: standing.state, step: parcel.step, attempts: attempt, stepAttempts: Int(member.stepAttempt))
        // What cannot be read may say that it arrived.
        let news = try news(of: contact.record, attempt: attempt) ?? MessageNews()
        guard
            setup.transitions.takesBack(event, at: moment, news, since: try cause(of: contact.standing), from: position)
        else { return }
        let isLeaving = try isLeaving(contact.record)
        if isLeaving || contact.standing.attempts != member.attempt {
            // What is on its way, or was tried since, stays; but nothing more follows.
            let transition = setup.transitions.next(position, .event(event, attempt: attempt))
            guard case .close(let state) = transition else { return }
            if !isLeaving { changes.unqueue(contact) }
            context.hasFreedTurns = true
            return try close(contact, as: state, stage: .receipt, code: code, reason: reason)
        }
        changes.unqueue(contact)
        context.hasFreedTurns = true
        if standing.state.isFinal {
            return try close(contact, as: standing.state, stage: .receipt, code: code, reason: reason)
        }
        try changes.move(contact, to: standing)
        guard let contact = try changes.contact(contact.record) else { return }
        let isMoved = try happen(
            .event(event, attempt: attempt), to: contact, stage: .receipt, code: code, reason: reason, at: moment)
        if isMoved || parcel.status == .awaiting { return }
        // Nobody waits for its results any more.
        let isOver = wait(after: parcel).map { parcel.leftAt.adding($0) <= now } ?? true
        try happen(
            isOver ? .timeUp : .cancelled, to: contact, stage: .receipt, code: isOver ? Event.expired.rawValue : code,
            at: max(parcel.due, moment))
    }

    /// What a contact that waits was queued for; nil for the answer of a transport.
    private func cause(of standing: Standing) throws -> Event? {
        standing.stage == .receipt ? Event(rawValue: try store.text(standing.code)) : nil
    }

    /// What was heard of a message; nil where that cannot be read.
    private func news(of record: UInt32, attempt: Int) throws -> MessageNews? {
        do {
            return MessageNews(of: attempt, try receipts(of: record))
        } catch let problem as StoreProblem {
            context.log.error("store.damaged", ["batch": .text(batch.description), "problem": .text("\(problem)")])
            return nil
        }
    }

    /// A parcel that left, and a contact in it.
    private func seat(of record: UInt32, in id: ParcelID) throws -> (parcel: Parcel, member: ParcelContact)? {
        if departed[id] == nil, let parcel = try store.parcel(id) {
            if departed.count == 16 { departed = [:] }
            let members = Dictionary(parcel.contacts.map { ($0.record, $0) }, uniquingKeysWith: { first, _ in first })
            departed[id] = (parcel, members)
        }
        guard let found = departed[id], let member = found.members[record] else { return nil }
        return (found.parcel, member)
    }
}
