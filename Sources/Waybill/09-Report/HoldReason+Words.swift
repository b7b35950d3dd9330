/// Why parcels wait, in words; no other code has these words.
extension HoldReason {
    /// For example `outside sms hours 08:00–21:00 in America/Chicago until 2026-11-22T08:00:00-06:00`.
    package var words: String {
        switch self {
        case .due: "due"
        case .hours(let hours, let until): hours.words + Self.until(until)
        case .holiday(let holiday, let until):
            "holiday \(holiday.list == "*" ? "" : holiday.list + " ")\(holiday.day)\(holiday.place.words)"
                + Self.until(until)
        case .blackout(let until): "blackout until \(until.iso8601)"
        case .unknownZone: "time zone unknown"
        case .zonesNeverMeet(let count, let first, let last):
            "the contact can be in \(count) zones, such as \(first) and \(last), and they are never open together: "
                + "send a timezone"
        case .noWindow(let channel): "no window for channel \(channel) in the policy"
        case .noHours(let channel, let rules): "the rules of \(rules.joined(separator: ", ")) leave no \(channel) hours"
        case .neverOpen: "no window opens"
        case .consent(let rule, let lack): "\(rule): \(lack.words)"
        case .policyStarts(let moment): "policy starts \(moment.iso8601)"
        case .policyEnded(let moment): "policy ended \(moment.iso8601)"
        case .callback(let moment): "callback at \(moment.iso8601)"
        case .notBefore(let moment): "not before \(moment.iso8601)"
        case .expired(let moment): "expired \(moment.iso8601)"
        case .cap(let cap): cap.reachedWords
        case .rate(let limit): limit.words
        case .noCampaign(let name): "campaign \(name) is not in the configuration"
        case .template(let name, let problem): "template \(name) cannot be used: \(problem)"
        case .account(let name, let problem): "the shared file of account \(name) cannot be used: \(problem)"
        case .noTransport(let name, let channel): "there is no transport \(name) for the channel \(channel)"
        case .unsettled(let why): why
        case .damaged(let what): what
        case .transport(let name, let problem): "transport \(name): \(problem)"
        case .program(let rule, let label, let fault):
            "sampling rule \(rule + 1), \(label): " + (fault.isEmpty ? "has not answered yet" : "the program \(fault)")
        case .list(let drop, let batch, let problem):
            "\(drop) (batch \(batch)) \(problem.hasSuffix(".") ? String(problem.dropLast()) : problem); it may say who must not be contacted: correct it, or waybill suppress "
                + "accept \(batch)"
        case .unread(let place, let problem): "waits for \(place): \(problem)"
        case .noStep(let step, let campaign):
            "the strategy of campaign \(campaign) has no step \(step) any more: give it one, "
                + "or renamed: { \(step): \"the step that follows it\" }"
        case .abandonment(let calls):
            "the dialler abandoned \(calls.abandoned) of \(calls.answered) answered calls, more than \(calls.limit) "
                + "(\(calls.rule)): until \(calls.until), or waybill campaign resume, which counts anew"
        case .stopped(let campaign, let outcome, let count, let all, let code):
            (code.isEmpty
                ? "the campaign has stopped: \(count) of \(all) messages came to \(outcome), more than stopWhen allows"
                : "the campaign has stopped: \(count) of \(all) messages of a parcel were refused with \(code)")
                + "; see why, and waybill campaign resume \(campaign)"
        case .budget(let campaign, let segments, let span):
            "the texts of campaign \(campaign) have used their budget of \(segments) segments \(span.words)"
        case .approval(let batch, let reason):
            "batch \(batch) waits until somebody approves it: \(reason); waybill campaign approve or withdraw, with "
                + "--batch \(batch)"
        case .pace(.capacity, let until): "no capacity before \(until.iso8601)"
        case .pace(.ramp(let most), let until):
            "as many as the ramp allows this day (\(most)) have left until \(until.iso8601)"
        case .pace(.spread, let until): "spread over the open hours, at \(until.iso8601)"
        case .legacy(_, let words): words
        }
    }

    private static func until(_ moment: LocalMoment?) -> String {
        moment.map { " until \($0.iso8601)" } ?? ", and not open again in time"
    }
}

extension HoldReason.ClosedHours {
    /// `outside sms hours 08:00–21:00 (US-FL) in America/New_York`, or that the day has none.
    fileprivate var words: String {
        let rule = rules.isEmpty ? "" : " (" + rules.joined(separator: ", ") + ")"
        if spans.isEmpty { return "no \(channel) hours on \(Self.weekdays[weekday])\(rule)\(place.words)" }
        let texts = spans.map { "\(TimeOfDay(minutes: $0.lowerBound))–\(TimeOfDay(minutes: $0.upperBound))" }
        return "outside \(channel) hours \(texts.joined(separator: ", "))\(rule)\(place.words)"
    }

    private static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
}

extension HoldReason.Place {
    fileprivate var words: String { " in \(zone)" + (zones > 1 ? " (one of \(zones) zones)" : "") }
}

extension Policy.Cap {
    /// Says that the cap allows no more for now.
    fileprivate var reachedWords: String {
        switch counts {
        case .refusals: words
        case .contacts, .responses: words + (limit == 0 ? " allows none" : " is reached")
        }
    }

    /// `the cap of 1 within 7d over sms`.
    fileprivate var words: String {
        let rule = law.map { " (\($0.name))" } ?? ""
        var text = "the cap of \(limit)"
        switch counts {
        case .contacts: break
        case .responses: text += limit == 1 ? " response" : " responses"
        case .refusals: return "the person declined, and is left alone for \(within)\(rule)"
        }
        switch within {
        case .rolling(let span): text += " within \(span)"
        case .day: text += " a day"
        }
        if !channels.isEmpty { text += " over " + channels.map(\.name).joined(separator: ", ") }
        if case .column(let name) = by { text += " by \(name)" }
        return (over == .campaign ? text + " in this campaign" : text) + rule
    }
}

extension RateLimit {
    /// `rate of 50 a second, of account x`; a policy's rate is not named.
    fileprivate var words: String {
        let unit =
            switch span {
            case .second: "a second"
            case .hour: "an hour"
            case .day: "a day"
            }
        let whose =
            switch holder {
            case .policy: ""
            case .campaign(let name): ", of campaign \(name)"
            case .transport(let name): ", of transport \(name)"
            case .account(let name): ", of account \(name)"
            }
        return "rate of \(most) \(unit)\(whose)"
    }
}

extension HoldReason.Kind {
    /// For contacts that wait for different reasons of this kind.
    package var words: String {
        switch self {
        case .due: "due"
        case .hours: "outside the contact hours"
        case .holiday: "a holiday where the contact is"
        case .blackout: "a blackout"
        case .zone: "time zone unknown, or several that are never open together"
        case .window: "the policy has no hours for the channel"
        case .policyStart: "the policy has not started"
        case .policyEnd: "the policy has ended"
        case .callback: "a callback at the contact's own time"
        case .notBefore: "not before the contact's own time"
        case .expired: "expired"
        case .cap: "a cap is reached"
        case .rate: "a rate is reached"
        case .campaign: "the campaign is not in the configuration"
        case .template: "a template cannot be used"
        case .account: "the shared file of an account cannot be used"
        case .transport: "the transport does not take it"
        case .program: "a sampling program has not answered"
        case .other: "for other reasons"
        case .unsettled: "nobody can tell yet whether it left"
        case .damaged: "the store is damaged"
        case .list: "a list, reply, receipt or command could not be read"
        case .unread: "a file or inbox that may say who must not be contacted cannot be read"
        case .step: "the strategy has no such step any more"
        case .consent: "a rule asks for the contact's consent"
        case .abandonment: "the dialler abandoned more calls than a rule allows"
        case .stopped: "the campaign has stopped by itself"
        case .budget: "the budget of text messages is used"
        case .pace: "the campaign's own pace"
        case .approval: "batches that nobody has approved yet"
        }
    }
}

extension TextBudget.Span {
    fileprivate var words: String {
        switch self {
        case .hour: "an hour"
        case .day: "a day"
        case .month: "a month"
        }
    }
}

extension ConsentLack {
    package var words: String {
        switch self {
        case .unknown: "no consent of the contact is known; send it in the column consent or in inbox/_consent"
        case .revoked: "the person took the consent back; only they can give it again"
        case .expired: "the consent has ended; ask for it again"
        case .future: "the consent begins later"
        }
    }
}

extension StandingReason {
    /// For example `rule 2: holdout 5 by id`; empty if there is nothing to say.
    package var words: String {
        switch self {
        case .words(let words): words
        case .sampledOut(let rule, let label, let answer):
            "rule \(rule + 1): \(label)" + (answer.isEmpty ? "" : ", \(answer)")
        case .hold(let reason): reason.words
        case .tooLate(let first, let then): "\(first.words), and then it is too late: \(then.words)"
        }
    }
}

extension Holding {
    /// The words of the one reason, or of its kind.
    package var words: String { reason?.words ?? kind.words }
}
