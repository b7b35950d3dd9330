/// What is answered to people who say stop, start or help.
extension ResultRows {
    /// An answer that is queued with the next commit.
    struct Answer {
        let answer: ReplyAnswer
        let kind: String
        let setup: CampaignSetup
    }

    /// Queues the campaign's text for a reply, where everything says that it may go: it answers a text message of that
    /// campaign and comes from a number of the contact's, the person wrote within the last minutes, nothing speaks
    /// against them but the stop that is answered, and they were not answered the same lately.
    ///
    /// - Parameter wasFree: whether nothing spoke against them before.
    func answer(
        _ meaning: ReplyKeywords.Meaning, at moment: Timestamp, _ readings: [AddressReading], wasFree: Bool,
        _ last: Found, _ contact: StandingChanges.Contact, _ moves: Moves
    ) throws {
        guard readings.count == 1, let key = readings.first?.key, moment.adding(ReplyAnswer.span) > now,
            let name = try store.batch(last.batch)?.campaign, let setup = context.setup(name),
            let text = setup.campaign.answers[meaning.rawValue],
            setup.strategy.step(named: try moves.position(of: contact).step)?.channel == .sms,
            let address = try number(of: contact, moves, last.batch, key)
        else { return }
        switch meaning {
        case .stop: guard wasFree else { return }
        case .start: guard try isFree(readings) else { return }
        case .help:
            let since = now.adding(TimeSpan(milliseconds: -Self.quietAfterHelp.milliseconds))
            let before = try store.receipts(ofBatch: last.batch, record: last.record).contains {
                $0.code == Code.replyHelp.rawValue && $0.receivedAt > since
            }
            guard wasFree, !before else { return }
        case .response: return
        }
        let answer = ReplyAnswer(record: record, address: address, text: text, at: moment)
        answers.append(Answer(answer: answer, kind: meaning.rawValue, setup: setup))
    }

    /// A machine that answers an answer is not answered.
    private static let quietAfterHelp = TimeSpan.hours(1)

    /// Whether nothing speaks against writing to somebody.
    func isFree(_ readings: [AddressReading]) throws -> Bool {
        try store.suppressions(ofAny: readings.map(\.key), at: now).isEmpty
    }

    /// The number of a contact that has this key, as it stands in its columns.
    private func number(
        of contact: StandingChanges.Contact, _ moves: Moves, _ batch: BatchID, _ key: UInt64
    ) throws -> String? {
        guard let schema = try store.batch(batch)?.schema else { return nil }
        return try moves.values(of: contact) { values in
            Field.phones.compactMap { schema.position(of: $0) }.map(values).first {
                !$0.isEmpty && RecipientKeys.key(ofAddress: $0) == key
            }.map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// Puts what was queued into parcels, one each. They are seen once the replies are taken.
    func queueAnswers() throws {
        guard !answers.isEmpty else { return }
        for one in answers {
            _ = try store.insert(
                one.answer.parcel(
                    in: source.id, of: one.setup.campaign.name, with: one.kind, due: now,
                    config: one.setup.fingerprint))
        }
        try store.setAnswers(try store.answers(to: source.id) + answers.map(\.answer), to: source.id)
        answers = []
    }
}
