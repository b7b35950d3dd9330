/// The one table of what may follow which contact state (contract §8): whoever changes a state raises a happening and
/// does what the table answers. `Sources/README.md` has it as a table too, which a test holds against this one.
///
/// Every answer either ends the contact or names the moment at which something happens again: an open contact is
/// queued for a step or waits with a time-out, and the attempts of all steps together bound how often. So a strategy
/// whose steps lead in a circle ends too, as `Retries Completed`.
///
/// An event counts for the message that is out now. One that comes for an earlier attempt, or before the next one
/// has left, is only noted, but a person's own will (`unsubscribed`, `complained`) always counts. The caller records
/// that a message has left before it reads receipts for it.
package struct ContactTransitions: Sendable {
    private let steps: [String: Strategy.Step]
    private let isHandover: Bool
    /// More attempts than this no contact gets.
    private let mostAttempts: Int
    /// Where every contact begins.
    package let start: ContactPosition

    /// - Parameter strategy: one with steps; without any it is taken for the hand-over.
    package init(strategy: Strategy) {
        let strategy = strategy.steps.isEmpty ? .handover : strategy
        isHandover = strategy.isHandover
        steps = Dictionary(strategy.steps.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        mostAttempts = strategy.steps.reduce(0) { sum, step in
            let (total, overflow) = sum.addingReportingOverflow(max(1, step.attempts))
            return overflow ? .max : total
        }
        start = ContactPosition(step: strategy.steps[0].name)
    }

    /// What can happen to a contact.
    package enum Happening: Hashable, Sendable {
        /// The transport has taken the message (folder: its file is durable).
        case left
        /// The transport refused the message for good.
        case transportFailed
        /// The message could not be made: no address, or a value missing from its template. Trying again would not
        /// help.
        case unsendable
        /// A crash came while the message was leaving, and nobody can tell whether it arrived.
        case lostInFlight
        /// A receipt, for the attempt of its reference (by address: for the contact's last attempt).
        case event(Event, attempt: Int)
        /// The wait that `become` named is over.
        case timeUp
        /// The person said stop.
        case optedOut
        /// The recipient stands on a do-not-contact list, for all channels.
        case listed
        /// The recipient stands on a list for the channel of this step only.
        case listedForChannel
        /// The campaign or the batch was withdrawn.
        case withdrawn
        /// The contact can no longer be reached in time: the policy's `late: "expire"`, or its own `expiresat`.
        case windowClosedForGood
        /// A sampling rule dropped it.
        case sampledOut
        /// A cap with `then: "drop"` was reached.
        case throttled
    }

    /// What follows.
    package enum Transition: Hashable, Sendable {
        /// The happening is only noted; as late when the contact was final already.
        case unchanged
        /// An open state, in which `timeUp` happens after `wait` unless something else does before.
        case become(ContactState, wait: TimeSpan)
        /// `Pending` again, for a step, not due before the delay is over.
        case queue(step: String, after: TimeSpan)
        /// A final state.
        case close(ContactState)
    }

    package func next(_ position: ContactPosition, _ happening: Happening) -> Transition {
        guard !position.state.isFinal else { return .unchanged }
        let isPending = position.state == .pending
        switch happening {
        case .optedOut: return .close(.suppressed)
        case .listed: return .close(.dncListed)
        case .withdrawn: return .close(.withdrawn)
        case .sampledOut: return isPending ? .close(.sampledOut) : .unchanged
        case .throttled: return isPending ? .close(.throttled) : .unchanged
        case .windowClosedForGood: return isPending ? .close(.expired) : .unchanged
        case .lostInFlight: return isPending ? .close(.dangling) : .unchanged
        case .left: return isPending ? leaving(step(of: position)) : .unchanged
        case .transportFailed:
            guard isPending else { return .unchanged }
            let step = step(of: position)
            return follow(step.on[.failed] ?? .close, of: .failed, in: step, at: position)
        case .unsendable: return isPending ? without(step(of: position), at: position, else: .failed) : .unchanged
        case .listedForChannel:
            return isPending ? without(step(of: position), at: position, else: .dncListed) : .unchanged
        case .event(.unsubscribed, _), .event(.complained, _): return .close(.suppressed)
        case .event(let event, let attempt):
            guard !isPending, attempt == position.attempts else { return .unchanged }
            return answer(event, in: step(of: position), at: position)
        case .timeUp:
            guard !isPending else { return .unchanged }
            return answer(.expired, in: step(of: position), at: position)
        }
    }

    /// Whether the strategy knows another step for somebody whom this one cannot reach.
    package func goesOn(without step: Strategy.Step) -> Bool {
        if case .go(let target, _) = step.on[.failed] { target != step.name } else { false }
    }

    // MARK: - Rules

    private func leaving(_ step: Strategy.Step) -> Transition {
        if isHandover { return .close(.handedOver) }
        let medium = step.channel.medium
        switch medium {
        case .sms: return step.expires.map { .become(medium.awaiting, wait: $0) } ?? .close(.smsSentAndClosed)
        case .email: return step.expires.map { .become(medium.awaiting, wait: $0) } ?? .close(.emailSentAndClosed)
        case .call: return .become(medium.awaiting, wait: step.resultWithin)
        case .other: return .become(medium.awaiting, wait: step.expires ?? step.resultWithin)
        }
    }

    /// This step cannot reach the contact: another one may.
    private func without(_ step: Strategy.Step, at position: ContactPosition, else state: ContactState) -> Transition {
        guard goesOn(without: step), let rule = step.on[.failed] else { return .close(state) }
        return follow(rule, of: .failed, in: step, at: position)
    }

    private func answer(_ event: Event, in step: Strategy.Step, at position: ContactPosition) -> Transition {
        if let rule = rule(for: event, in: step) { return follow(rule, of: event, in: step, at: position) }
        switch event {
        case .accepted, .delayed, .delivered, .opened, .clicked, .read: return .unchanged
        case .connected, .busy, .noAnswer, .abandonedCustomer, .abandonedDialer, .other:
            // Results of calls: the end of a call without a rule for more, noise from a messaging provider.
            return step.channel.medium.hasResults ? .close(closing(event, step.channel.medium)) : .unchanged
        case .failed, .bounced, .responded, .declined, .unsubscribed, .complained, .expired:
            return .close(closing(event, step.channel.medium))
        }
    }

    /// The step's own entry; a bounce is a failure, and what a call came to falls to `other`, if it has no own one.
    private func rule(for event: Event, in step: Strategy.Step) -> Strategy.Outcome? {
        if let own = step.on[event] { return own }
        let other = step.channel.medium.hasResults ? step.on[.other] : nil
        switch event {
        case .bounced: return step.on[.failed] ?? other
        case .failed, .busy, .noAnswer, .abandonedCustomer, .abandonedDialer: return other
        case .accepted, .delayed, .delivered, .opened, .clicked, .read, .connected, .other, .responded, .declined,
            .unsubscribed, .complained, .expired:
            return nil
        }
    }

    private func follow(
        _ rule: Strategy.Outcome, of event: Event, in step: Strategy.Step, at position: ContactPosition
    ) -> Transition {
        switch rule {
        case .close: return .close(closing(event, step.channel.medium))
        case .retry(let delay): return again(step, after: delay, at: position)
        case .go(let target, let delay):
            // A step that leads to itself tries again: its attempts count on.
            if target == step.name { return again(step, after: delay, at: position) }
            guard steps[target] != nil else { return .close(closing(event, step.channel.medium)) }
            return position.attempts < mostAttempts
                ? .queue(step: target, after: delay) : .close(.retriesCompleted)
        }
    }

    private func again(_ step: Strategy.Step, after delay: TimeSpan, at position: ContactPosition) -> Transition {
        position.stepAttempts < step.attempts && position.attempts < mostAttempts
            ? .queue(step: step.name, after: delay) : .close(.retriesCompleted)
    }

    /// The final state of a contact that an event closes.
    private func closing(_ event: Event, _ medium: Channel.Medium) -> ContactState {
        switch (event, medium) {
        case (.responded, .sms), (.declined, .sms): .smsResponded
        case (.responded, .email), (.declined, .email): .emailResponded
        case (.responded, .other), (.declined, .other), (.connected, .other): .responded
        case (.responded, .call), (.declined, .call), (.connected, .sms), (.connected, .email), (.connected, .call):
            .connected
        case (.accepted, .sms), (.delayed, .sms), (.delivered, .sms), (.opened, .sms), (.clicked, .sms), (.read, .sms),
            (.expired, .sms):
            .smsSentAndClosed
        case (.accepted, .email), (.delayed, .email), (.delivered, .email), (.opened, .email), (.clicked, .email),
            (.read, .email), (.expired, .email):
            .emailSentAndClosed
        case (.accepted, .other), (.delayed, .other), (.delivered, .other), (.opened, .other), (.clicked, .other),
            (.read, .other), (.expired, .other):
            .sentAndClosed
        // A rule that closes on delivery wants nothing more of a call.
        case (.accepted, .call), (.delayed, .call), (.delivered, .call), (.opened, .call), (.clicked, .call),
            (.read, .call):
            .handedOver
        case (.expired, .call): .dangling
        case (.failed, _), (.bounced, _): .failed
        case (.busy, _), (.noAnswer, _), (.abandonedCustomer, _), (.abandonedDialer, _), (.other, _): .notConnected
        case (.unsubscribed, _), (.complained, _): .suppressed
        }
    }

    /// The contact's step; when the strategy lost it since (a reload), one of the same kind without rules.
    private func step(of position: ContactPosition) -> Strategy.Step {
        if let step = steps[position.step] { return step }
        let channel: Channel =
            switch position.state {
            case .smsSent: .sms
            case .emailSent: .email
            case .sent: .handover
            case .pending, .sentToDialer, .handedOver, .connected, .smsSentAndClosed, .smsResponded,
                .emailSentAndClosed, .emailResponded, .sentAndClosed, .responded, .notConnected, .retriesCompleted,
                .dangling, .expired, .failed,
                .withdrawn, .sampledOut, .throttled, .suppressed, .dncListed:
                .voice
            }
        return Strategy.Step(name: position.step, channel: channel, to: .phone1)
    }
}

extension Channel.Medium {
    /// Whether a message comes to something that `other` sums up.
    fileprivate var hasResults: Bool {
        switch self {
        case .sms, .email: false
        case .call, .other: true
        }
    }
}
