/// What people write back: stops, starts, calls for help and answers.
extension ResultRows {
    func apply(
        _ row: ReplyRow, _ readings: [AddressReading], _ open: inout [BatchID: Moves]
    ) throws {
        let contacts = try readings.flatMap { try self.contacts(of: $0.key) }
        let last = contacts.max { $0.standing.lastAttemptAt < $1.standing.lastAttemptAt }
        let campaign = try last.flatMap { try moves(for: $0.batch, &open)?.campaign } ?? "default"
        var words = meaning(of: row.text, campaign: campaign)
        // Where no message is known that it answers, it may be any campaign's word.
        if words.meaning != .stop, (last?.standing.attempts ?? 0) == 0, saysStop(row.text) {
            words = (.stop, stopWords.isStopAll(row.text))
        }
        var meaning = words.meaning
        // When it may have been said, as the one who wants to be left alone would have it.
        let said = meaning == .stop ? row.lastAt : meaning == .start ? row.firstAt : row.at
        let moment = min(said ?? now, now)
        // "Yes" from somebody who never said stop is an answer; a stop from before that may still come.
        let isStart = meaning == .start && !isDoubtful(row)
        let starters = isStart ? try starting(row, readings) : []
        let wasFree = try isFree(readings)
        if meaning == .start, try !starters.contains(where: { try hasStopped($0.key) }) { meaning = .response }
        // A start that came before may have come before a stop.
        if isRepeated, isStart, row.at == nil { return }
        if meaning != .stop, row.at != nil, let last, let moves = try moves(for: last.batch, &open),
            try wasSaid(.responded, at: said, of: last.record, moves, attempt: nil)
        {
            return
        }
        switch meaning {
        case .stop:
            let scope = words.isStopAll ? .all : try stopScope(answering: contacts, at: moment, &open)
            let text = String(decoding: row.text, as: UTF8.self)
            let refused = try refusalMoment(row.lastAt, readings)
            if try suppress(readings, scope, reason: "reply", proof: text, at: refused) {
                try close(contacts, within: scope, code: "unsubscribed", reason: "reply", at: moment, &open)
            }
        case .start, .response:
            if isStart { try lift(row, starters, at: moment, answering: contacts, &open) }
        case .help: break
        }
        guard let last, last.standing.attempts > 0, let moves = try moves(for: last.batch, &open),
            let contact = try moves.changes.contact(last.record)
        else { return }
        let position = try answered(contact, moves)
        let isOver = try isOver(last, at: moment)
        let isLate = (contact.standing.state.isFinal || isOver) && meaning != .stop
        try answer(meaning, at: moment, readings, wasFree: wasFree, last, contact, moves)
        if meaning == .stop {
            try noteOutcome(.unsubscribed, of: contact, in: last.batch, attempt: position.attempts)
        }
        if meaning == .response, !isOver {
            try noteResponse(
                .responded, of: contact, moves, batch: last.batch, step: position.step, position.attempts, at: moment)
            try moves.hear(.responded, attempt: position.attempts, of: contact, code: "responded", at: moment) {
                try finder.departures(of: last.batch)
            }
        }
        try note(
            StoredReceipt(
                record: last.record, step: position.step, attempt: position.attempts,
                event: (meaning == .stop ? Event.unsubscribed : .responded).rawValue, at: moment, receivedAt: now,
                code: meaning.code.rawValue, detail: String(decoding: row.text, as: UTF8.self), isLate: isLate),
            of: contact, moves, &open)
    }

    /// Where a contact stood when the message was out that a reply answers, the last one.
    private func answered(_ contact: StandingChanges.Contact, _ moves: Moves) throws -> ContactPosition {
        var position = try moves.position(of: contact)
        if position.state == .pending,
            let message = try finder.departures(of: moves.batch).messages(of: contact.record).last
        {
            (position.step, position.attempts) = (message.parcel.step, message.attempt)
        }
        return position
    }

    /// Whose start it is: of a sender who may be several people, the only one who has said stop; nobody's where there
    /// are more, or where the sender is damaged.
    private func starting(_ row: ReplyRow, _ readings: [AddressReading]) throws -> [AddressReading] {
        if readings.count == 1 { return readings }
        let stopped = row.isSenderDamaged ? [] : try readings.filter { try hasStopped($0.key) }
        return stopped.count == 1 ? stopped : []
    }

    /// What a reply asks for by a campaign's words, and whether a stop says that it is for everything.
    private func meaning(of text: [UInt8], campaign: String) -> (meaning: ReplyKeywords.Meaning, isStopAll: Bool) {
        let said = Said(text: text, campaign: campaign)
        if let known = meanings[said] { return known }
        let keywords = ReplyKeywords(context.configuration.campaign(named: campaign)?.keywords ?? [:])
        let meaning = keywords.meaning(of: text)
        let found = (meaning, meaning == .stop && keywords.isStopAll(text))
        if meanings.count == 256 { meanings = [:] }
        if text.count <= 64 { meanings[said] = found }
        return found
    }

    /// Of one moment a stop and a start are a stop. What came without a time may have been said before any stop that is
    /// still to come: it lifts the one that is known.
    private func lift(
        _ row: ReplyRow, _ readings: [AddressReading], at moment: Timestamp, answering contacts: [Found],
        _ open: inout [BatchID: Moves]
    ) throws {
        let said = row.at == nil ? moment.adding(TimeSpan(milliseconds: 1)) : moment
        try noteStart(row, readings, said: said, answering: contacts, &open)
        for reading in readings {
            try store.liftStop(
                of: reading.key, kind: reading.kind, source: source.id, record: record, at: moment,
                saidBefore: row.at == nil ? nil : moment)
        }
    }

    /// Whether a message was so long ago that a reply is no answer to it.
    private func isOver(_ last: Found, at moment: Timestamp) throws -> Bool {
        guard let name = try store.batch(last.batch)?.campaign,
            let span = context.configuration.campaign(named: name)?.conversation
        else { return false }
        return last.standing.lastAttemptAt.adding(span) < moment
    }
}
