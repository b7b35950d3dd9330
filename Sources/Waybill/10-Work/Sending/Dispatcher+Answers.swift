/// Texts that answer replies: that a STOP was heard, what HELP asks for.
///
/// Each is a parcel of its own, of the drop of replies. It leaves once, within minutes of the reply, or not at all:
/// what a transport puts off, or nobody knows of, is not sent again. Hours and caps do not count, since the person
/// asked.
extension Dispatcher {
    /// False when there is no room in the air.
    func answer(_ claimed: Parcel, _ batch: BatchRow, _ setup: CampaignSetup) throws -> Bool {
        var parcel = claimed
        let answers = try store.answers(to: batch.id)
        guard let record = parcel.contacts.first?.record, let answer = answers.first(where: { $0.record == record }),
            Timestamp(milliseconds: answer.at).adding(ReplyAnswer.span) > now
        else {
            try forget(parcel, answers)
            return true
        }
        let name = carrier(of: parcel, setup)
        guard let transport = transport(name), case .lines(let form) = transport.form else {
            try forget(parcel, answers)
            return true
        }
        guard hasRoom(for: parcel, type(of: transport), name) else { return false }
        if let pause = pause(of: name) {
            try store.transiently { try store.delay(parcel.id, until: pause.next, reason: pause.reason) }
            return true
        }
        do {
            if try rates.hold(&parcel, batch, setup, by: name) { return true }
        } catch let unusable as UnusableAccount {
            try hold(parcel, because: .account(name: unusable.name, problem: unusable.problem))
            return true
        }
        let moment = now
        let reference = Reference(
            letters: context.letters.current, batch: batch.id, record: record, step: parcel.step, attempt: 1)
        let file = ParcelFile(form, schema: Schema([]), channel: parcel.channel)
        let end = Timestamp(milliseconds: answer.at).adding(ReplyAnswer.span)
        var bytes = file.header()
        file.append(
            reference: reference, address: Array(answer.address.utf8)[...], message: Array(answer.text.utf8)[...],
            values: [], until: end, at: moment, to: &bytes)
        let load = ParcelLoad(
            parcel: parcel.id, batch: batch.id, campaign: parcel.campaign, step: parcel.step,
            channel: parcel.channel.name, bytes: bytes, references: [reference], at: moment, until: [end])
        do {
            let ticket = try prepare(load, transport, name)
            try store.durably {
                try store.setAnswers(answers.filter { $0.record != record }, to: batch.id)
                try store.markLeaving(
                    parcel.id, owner: parcel.owner, transport: name, ticket: ticket?.bytes, at: moment)
            }
        } catch let problem as Unprepared {
            try rates.noteDeparture(of: 0, among: 1, parcel.channel, by: name, at: moment, setup)
            try retry(parcel, name, problem)
            return true
        }
        try rates.noteDeparture(of: 1, among: 1, parcel.channel, by: name, at: moment, setup)
        context.log.info(
            "reply.answered",
            ["batch": .text(batch.id.description), "campaign": .text(parcel.campaign), "with": .text(parcel.step)])
        guard let leaving = try store.parcel(parcel.id) else { return true }
        try attend(to: leaving) { try commit(leaving, load) }
        return true
    }

    /// It is too late for it, or nothing carries it.
    private func forget(_ parcel: Parcel, _ answers: [ReplyAnswer]) throws {
        try store.transiently {
            try store.setAnswers(
                answers.filter { answer in !parcel.contacts.contains { $0.record == answer.record } }, to: parcel.batch)
            try store.close(parcel.id)
        }
        context.log.warning(
            "reply.unanswered", ["batch": .text(parcel.batch.description), "campaign": .text(parcel.campaign)])
    }
}
