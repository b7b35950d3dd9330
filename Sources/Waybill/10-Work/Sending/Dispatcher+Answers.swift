/// Texts that answer replies: that a STOP was heard, what HELP asks for.
///
/// Each is a parcel of its own, of the drop of replies. It leaves once, within minutes of the reply, or not at all.
/// What a transport puts off, or a crash kept from leaving, is tried again until these minutes are over; what may have
/// left is not. Its text stays kept (`ReplyAnswer`) until it is known what became of it. Hours and caps do not count,
/// since the person asked.
extension Dispatcher {
    /// False when there is no room in the air.
    func answer(_ claimed: Parcel, _ batch: BatchRow, _ setup: CampaignSetup) throws -> Bool {
        var parcel = claimed
        let answers = try store.answers(to: batch.id)
        guard let answer = answers.first(where: { $0.isIn(parcel) }) else {
            try give(up: parcel, nil, because: "its text is gone")
            return true
        }
        if let problem = try obstacle(to: answer, of: parcel) {
            try give(up: parcel, answer, because: problem)
            return true
        }
        let name = carrier(of: parcel, setup)
        guard let transport = transport(name, for: parcel.campaign), case .lines(let form) = transport.form else {
            try give(up: parcel, answer, because: "transport \(name) carries no texts")
            return true
        }
        guard hasRoom(for: parcel, transport, name) else { return false }
        if let missing = try missingShare(of: transport, name, for: parcel.campaign) {
            try hold(parcel, because: .transport(name: name, problem: missing))
            return true
        }
        if let pause = pause(of: name, for: parcel.campaign) {
            let next = min(pause.next, answer.end)
            try store.transiently { try store.delay(parcel.id, until: next, reason: pause.reason) }
            return true
        }
        do {
            if try rates.hold(&parcel, batch, setup, by: name, at: now) { return true }
        } catch let unusable as UnusableAccount {
            try hold(parcel, because: .account(name: unusable.name, problem: unusable.problem))
            return true
        }
        let moment = now
        let load = load(of: parcel, answer, form, at: moment)
        do {
            let ticket = try prepare(load, transport, name)
            placeFailures[PlaceKey(transport: name, campaign: parcel.campaign)] = nil
            try store.durably {
                try store.markLeaving(
                    parcel.id, owner: parcel.owner, transport: name, ticket: ticket?.bytes, at: moment)
            }
        } catch let problem as Unprepared {
            try rates.noteDeparture(of: 0, parcel.channel, by: name, at: moment, setup)
            try retry(parcel, name, problem)
            return true
        }
        try rates.noteDeparture(of: 1, parcel.channel, by: name, at: moment, setup)
        guard let leaving = try store.parcel(parcel.id) else { return true }
        try attend(to: leaving) { try commit(leaving, load) }
        return true
    }

    private func load(of parcel: Parcel, _ answer: ReplyAnswer, _ form: LineForm, at moment: Timestamp) -> ParcelLoad {
        let reference = Reference(
            letters: context.letters.current, batch: parcel.batch, record: answer.record, step: parcel.step, attempt: 1)
        let file = ParcelFile(form, schema: Schema([]), channel: parcel.channel)
        var bytes = file.header()
        file.append(
            reference: reference, address: Array(answer.address.utf8)[...], message: Array(answer.text.utf8)[...],
            values: ContactValues(), until: answer.end, at: moment, to: &bytes)
        return ParcelLoad(
            parcel: parcel.id, batch: parcel.batch, campaign: parcel.campaign, step: parcel.step,
            channel: parcel.channel.name, bytes: bytes, references: [reference], at: moment, until: [answer.end])
    }

    /// Why an answer must not leave any more: it is late, or the person said or got something else meanwhile.
    private func obstacle(to answer: ReplyAnswer, of parcel: Parcel) throws -> String? {
        if answer.end <= now { return "its five minutes are over" }
        let address = Array(answer.address.utf8)[...]
        let wide = try store.wideListings(at: now).narrowed(campaign: parcel.campaign, channel: parcel.channel)
        guard let key = RecipientKeys.key(ofAddress: address),
            wide.listing(Schema([Column(name: "phone1", field: .phone1)]), { _ in address }) == nil
        else { return "the number is on a list" }
        let found = try store.suppressions(of: key, at: now)
        if found.contains(where: { $0.state != .suppressed }) { return "the number is on a list" }
        if parcel.step == ReplyKeywords.Meaning.stop.rawValue {
            return found.isEmpty ? "the stop was taken back meanwhile" : nil
        }
        return found.isEmpty ? nil : "the person said stop meanwhile"
    }

    // MARK: - What became of it

    /// The references to ask a transport about.
    func openReferences(ofAnswer parcel: Parcel) throws -> [Reference] {
        try store.answers(to: parcel.batch).filter { $0.isIn(parcel) }.map { answer in
            Reference(
                letters: context.letters.letters(of: parcel.id), batch: parcel.batch, record: answer.record,
                step: parcel.step, attempt: 1)
        }
    }

    /// Records what a transport did with an answer, and returns what that was.
    ///
    /// - Parameter backoff: when it is tried again, if it was put off.
    func landAnswer(_ parcel: Parcel, _ outcome: ParcelOutcome, _ backoff: Backoff) throws -> MessageOutcome {
        guard let answer = try store.answers(to: parcel.batch).first(where: { $0.isIn(parcel) }) else {
            // An older program kept no text of what was leaving.
            try store.durably { try end(parcel) }
            return .accepted
        }
        let fate = outcome.fate(of: answer.record)
        switch fate {
        case .accepted:
            try store.durably {
                try remove(answer, of: parcel)
                try end(parcel)
            }
            context.log.info(
                "reply.answered",
                [
                    "batch": .text(parcel.batch.description), "campaign": .text(parcel.campaign),
                    "with": .text(parcel.step),
                ])
        case .later, .postponed, .stopping, .recalled: try queueAgain(parcel, answer, backoff)
        case .refused(let code, _):
            // Its words may have the number in them.
            let word = code.isEmpty ? "" : " with \(code)"
            try give(up: parcel, answer, because: "transport \(parcel.transport) refused it\(word)")
        case .lost:
            try give(up: parcel, answer, because: "transport \(parcel.transport) did not say whether it was sent")
        // Its transport is asked again, and its text stays.
        case .unknown: break
        }
        return fate
    }

    /// It was not sent: it leaves in another parcel, while there is time.
    private func queueAgain(_ parcel: Parcel, _ answer: ReplyAnswer, _ backoff: Backoff) throws {
        guard backoff.next < answer.end else {
            return try give(
                up: parcel, answer, because: "\(backoff.reason.words), until its five minutes are over")
        }
        try store.durably {
            _ = try store.insert(
                answer.parcel(
                    in: parcel.batch, of: parcel.campaign, with: parcel.step, due: backoff.next,
                    config: parcel.config, reason: backoff.reason))
            try end(parcel)
        }
    }

    /// Takes back one that has not left, after a crash or because its transport could not send it.
    func takeBackAnswer(_ parcel: Parcel, later: Backoff) throws {
        let records = parcel.contacts.map { ($0.record, MessageOutcome.later) }
        _ = try landAnswer(parcel, .each(Dictionary(records) { first, _ in first }), later)
    }

    /// Sends an answer once more that may have left, to a server that recognises it by its key; not once it is late.
    func sendAgain(answer parcel: Parcel, by ticket: Ticket) throws {
        let references = try openReferences(ofAnswer: parcel)
        guard let answer = try store.answers(to: parcel.batch).first(where: { $0.isIn(parcel) }) else { return }
        let isHeld = try obstacle(to: answer, of: parcel) != nil
        let load = ParcelLoad(
            parcel: parcel.id, batch: parcel.batch, campaign: parcel.campaign, step: parcel.step,
            channel: parcel.channel.name, bytes: [], references: references, at: now,
            heldAgain: isHeld ? [answer.record] : [])
        let type = try carrier(of: ticket)
        fly(parcel, by: ticket, contacts: 1) { stop in .outcome(try type.commit(ticket, load, stop)) }
    }

    private func remove(_ answer: ReplyAnswer, of parcel: Parcel) throws {
        try store.setAnswers(try store.answers(to: parcel.batch).filter { $0 != answer }, to: parcel.batch)
    }

    private func end(_ parcel: Parcel) throws {
        if parcel.status == .leaving {
            try store.markLeft(parcel.id, contacts: parcel.contacts, resultsDue: nil)
        } else {
            try store.close(parcel.id)
        }
    }

    private func give(up parcel: Parcel, _ answer: ReplyAnswer?, because why: String) throws {
        try store.durably {
            if let answer { try remove(answer, of: parcel) }
            try end(parcel)
            try context.tell(
                OutgoingEvent(
                    .replyUnanswered, .warning, campaign: parcel.campaign, subject: parcel.batch.description, at: now,
                    data: OutgoingEvent.data { json in
                        json.member("text", "a reply of batch \(parcel.batch) was not answered: \(why)")
                        json.member("batch", parcel.batch.description)
                        json.member("record", parcel.contacts.first.map { Int($0.record) })
                        json.member("with", parcel.step)
                        json.member("reason", why)
                    }))
        }
        context.log.warning(
            "reply.unanswered",
            [
                "batch": .text(parcel.batch.description), "campaign": .text(parcel.campaign),
                "with": .text(parcel.step), "reason": .text(why),
            ])
    }
}
