/// What follows after a message has left.
extension ContactReplay {
    /// Waits for the result of the last send.
    mutating func awaitResult(of step: PolicyScenario.Step, place: Int) -> Phase {
        let left = judged.sends[place].at
        let isMessage = step.channel == "sms" || step.channel == "email"
        if isMessage && step.expires == nil {
            return .ended(labels: [Self.name(step) + " sent and Closed"], at: left)
        }
        let over = left + (isMessage ? step.expires ?? 0 : step.resultWithin) * 1_000
        let noticed = judged.history.taken(over)
        let closing = closing(from: left + 1)
        for number in answers where judged.answers[number].send == place {
            let answer = judged.answers[number]
            if answer.event == "unsubscribed" || answer.event == "complained" { continue }
            if answer.taken >= over {
                // Close to the end of the wait, the answer may count as in time or late; after that it is late.
                if answer.taken > noticed + Self.tolerance || choices.pick(2) == 1 {
                    if let phase = follow(late: answer, of: step, closing: closing?.at) { return phase }
                    break
                }
            }
            if let closing {
                if closing.at < answer.taken { break }
                if closing.at == answer.taken, choices.pick(2) == 1 { break }
            }
            let happened = min(answer.happened, answer.taken)
            if let phase = follow(answer.event, of: step, happened: happened, taken: answer.taken) { return phase }
        }
        return afterWait(step, over: over, noticed: noticed, closing: closing)
    }

    /// What follows an answer from behind the wait that may be heard while the contact waits for its next step, since it
    /// tells that somebody was reached; nil: it is only noted.
    private mutating func follow(late answer: PolicyAnswer, of step: PolicyScenario.Step, closing: Int?) -> Phase? {
        let isMiss = ["accepted", "failed", "bounced", "busy", "no-answer", "abandoned-dialer"].contains(answer.event)
        let isBehindNext = nextSend.map { $0.at < answer.taken } ?? false
        guard !isMiss, !isBehindNext, step.on["expired"] != nil, closing.map({ $0 > answer.taken }) ?? true,
            choices.pick(2) == 1
        else { return nil }
        return follow(
            answer.event, of: step, happened: min(answer.happened, answer.taken), taken: answer.taken)
    }

    private mutating func afterWait(
        _ step: PolicyScenario.Step, over: Int, noticed: Int, closing: (at: Int, labels: Set<String>)?
    ) -> Phase {
        if let closing, closing.at <= end {
            if closing.at < over { return .ended(labels: closing.labels, at: closing.at) }
            if closing.at <= noticed + Self.tolerance, choices.pick(2) == 1 {
                return .ended(labels: closing.labels, at: closing.at)
            }
        }
        let waiting = Phase.ended(labels: [Self.openName(step)], at: noticed)
        if noticed > end { return waiting }
        if noticed + Self.tolerance >= end, choices.pick(2) == 1 { return waiting }
        return follow("expired", of: step, happened: over, taken: noticed) ?? waiting
    }

    /// What follows an event; nil: the event is only noted.
    private mutating func follow(
        _ event: String, of step: PolicyScenario.Step, happened: Int, taken: Int
    ) -> Phase? {
        var rule = step.on[event]
        let isMessage = step.channel == "sms" || step.channel == "email"
        let isResult = ["busy", "no-answer", "connected", "abandoned-customer", "abandoned-dialer"].contains(event)
        if rule == nil, isResult, let other = step.on["other"] {
            if event != "connected" || choices.pick(2) == 1 { rule = other }
        }
        guard let rule else {
            guard let labels = Self.labels(without: event, step, isMessage: isMessage) else { return nil }
            return .ended(labels: labels, at: taken)
        }
        // A wait that ended during an outage counts from its end, but nothing follows before Waybill noticed it.
        switch rule {
        case .close:
            return .ended(labels: Self.labels(closing: event, step, isMessage: isMessage), at: taken)
        case .retry(let seconds), .go(step.name, let seconds):
            // A step whose rule names itself tries again.
            if attemptsSinceEntry >= step.attempts || attempts >= prepared.allAttempts {
                return .ended(labels: ["Retries Completed"], at: taken)
            }
            return Self.waiting(step, seconds: seconds, happened: happened, taken: taken)
        case .go(let name, let seconds):
            guard let target = prepared.step(name) else { return .lost }
            return enter(target, seconds: seconds, happened: happened, from: taken, until: nil)
        }
    }

    /// Goes on to a step. `from` is the moment of that decision, or the first possible one; `until` is the last
    /// possible one, where the moment is not certain.
    mutating func enter(
        _ target: PolicyScenario.Step, seconds: Int, happened: Int, from: Int, until: Int?
    ) -> Phase {
        let next = Self.waiting(target, seconds: seconds, happened: happened, taken: from, until: until)
        if attempts >= prepared.allAttempts {
            guard case .waits(_, _, let latest, _) = next else { return .lost }
            var labels: Set<String> = ["Retries Completed"]
            // Waybill may notice this at once or only when the next attempt is due; until then, other events can close
            // the contact.
            if let closing = closing(from: from), closing.at <= latest + Self.tolerance {
                labels.formUnion(closing.labels)
            }
            if end <= latest + Self.tolerance { labels.insert("Pending") }
            return .ended(labels: labels, at: from)
        }
        attemptsSinceEntry = 0
        return next
    }

    /// A wait of some seconds after an event. It counts from the time of the event and never ends before Waybill knew
    /// of the event. It is rounded up by the grain of the delay, or by as much again when Waybill noticed the event
    /// late.
    private static func waiting(
        _ step: PolicyScenario.Step, seconds: Int, happened: Int, taken: Int, until: Int? = nil
    ) -> Phase {
        let grain = seconds == 0 ? 0 : min(60, max(1, seconds / 60))
        let latest = max(happened, until ?? Int.min) + (seconds + grain) * 1_000
        return .waits(
            step: step, earliest: max(happened + seconds * 1_000, taken), latest: max(latest, until ?? taken, taken),
            since: taken)
    }

    // MARK: Labels

    static func name(_ step: PolicyScenario.Step) -> String { step.channel == "sms" ? "SMS" : "Email" }

    static func openName(_ step: PolicyScenario.Step) -> String {
        switch step.channel {
        case "sms": return "SMS sent"
        case "email": return "Email sent"
        case "voice": return "Sent to Dialer"
        default: return "Sent"
        }
    }

    /// The labels with which an event without a rule closes a contact; nil: it does not close it.
    private static func labels(
        without event: String, _ step: PolicyScenario.Step, isMessage: Bool
    ) -> Set<String>? {
        let isCall = step.channel == "voice"
        switch event {
        case "accepted", "delivered", "read": return nil
        case "connected" where !isMessage && !isCall, "responded" where !isMessage && !isCall: return ["Responded"]
        case "expired" where !isMessage && !isCall: return ["Sent and Closed"]
        case "failed", "bounced": return isMessage ? ["Failed"] : ["Failed", "Not Connected"]
        case "responded": return isMessage ? [name(step) + " responded"] : ["Connected", "Not Connected"]
        case "connected": return ["Connected"]
        case "expired": return isMessage ? [name(step) + " sent and Closed"] : ["Dangling"]
        default: return ["Not Connected"]
        }
    }

    /// The labels with which a rule `close` closes it.
    private static func labels(
        closing event: String, _ step: PolicyScenario.Step, isMessage: Bool
    ) -> Set<String> {
        let isCall = step.channel == "voice"
        switch event {
        case "connected" where !isMessage && !isCall, "responded" where !isMessage && !isCall: return ["Responded"]
        case "accepted" where !isMessage && !isCall, "delivered" where !isMessage && !isCall,
            "read" where !isMessage && !isCall, "expired" where !isMessage && !isCall:
            return ["Sent and Closed"]
        case "accepted", "delivered", "read":
            return isMessage ? [name(step) + " sent and Closed"] : ["Not Connected", "Handed Over", "Connected"]
        case "failed", "bounced": return ["Failed", "Not Connected"]
        case "responded": return isMessage ? [name(step) + " responded"] : ["Connected", "Not Connected"]
        case "connected": return ["Connected"]
        case "expired":
            return isMessage ? [name(step) + " sent and Closed", "Not Connected"] : ["Dangling", "Not Connected"]
        default: return ["Not Connected"]
        }
    }
}
