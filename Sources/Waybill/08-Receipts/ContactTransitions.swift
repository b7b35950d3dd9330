/// The only table of contact states and what may follow them (contract §8): code that changes a state raises a
/// happening and applies the table's answer. `Sources/README.md` has the same table, and a test compares the two.
///
/// Every answer either ends the contact or names the time at which something happens again: an open contact is queued
/// for a step or waits with a time-out, and the attempts of all steps together limit how often. So a strategy whose
/// steps form a circle ends too, as `Retries Completed`.
///
/// An event counts for the message that is out now. An event for an earlier attempt, or before the next one has left,
/// is only noted; but a person's own will (`unsubscribed`, `complained`) always counts. The caller must record that a
/// message has left before it reads receipts for it.
package struct ContactTransitions: Sendable {
    private let steps: [String: Strategy.Step]
    private let isHandover: Bool
    /// The most attempts of any contact.
    private let mostAttempts: Int
    /// Where every contact begins.
    package let start: ContactPosition

    /// - Parameter strategy: its steps; without steps it counts as the hand-over.
    package init(strategy: Strategy) {
        let strategy = strategy.steps.isEmpty ? .handover : strategy
        isHandover = strategy.isHandover
        let former = strategy.renamed.keys.sorted().compactMap { name in strategy.step(named: name).map { (name, $0) } }
        steps = Dictionary(strategy.steps.map { ($0.name, $0) } + former, uniquingKeysWith: { first, _ in first })
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
        /// The process crashed while the message was leaving, and nobody knows whether it arrived.
        case lostInFlight
        /// A receipt, for the attempt of its reference (by address: for the contact's last attempt).
        case event(Event, attempt: Int)
        /// The wait that `become` named is over.
        case timeUp
        /// The person said stop.
        case optedOut
        /// The recipient is on a do-not-contact list, for all channels.
        case listed
        /// The recipient is on a list for this step's channel only.
        case listedForChannel
        /// The campaign or the batch was withdrawn.
        case withdrawn
        /// A later drop cancels or replaces it, or it only cancels others.
        case cancelled
        /// The contact can no longer be reached in time: the policy's `late: "expire"`, or its own `expiresat`.
        case windowClosedForGood
        /// A sampling rule dropped it.
        case sampledOut
        /// A cap with `then: "drop"` was reached.
        case throttled
    }

    /// What follows.
    package enum Transition: Hashable, Sendable {
        /// The happening is only noted; as late if the contact was already final.
        case unchanged
        /// An open state, in which `timeUp` happens after `wait` unless something else does before.
        case become(ContactState, wait: TimeSpan)
        /// `Pending` again, for a step, not due before the delay has passed.
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
        case .cancelled: return .close(isPending ? .cancelled : closed(step(of: position).channel.medium))
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

    /// Whether the strategy has another step for a contact that this one cannot reach.
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

    /// This step cannot reach the contact; another one may.
    private func without(_ step: Strategy.Step, at position: ContactPosition, else state: ContactState) -> Transition {
        guard goesOn(without: step), let rule = step.on[.failed] else { return .close(state) }
        return follow(rule, of: .failed, in: step, at: position)
    }

    private func answer(_ event: Event, in step: Strategy.Step, at position: ContactPosition) -> Transition {
        if let rule = rule(for: event, in: step) { return follow(rule, of: event, in: step, at: position) }
        switch event {
        case .accepted, .delivered, .read, .opened, .clicked, .delayed: return .unchanged
        case .connected, .busy, .noAnswer, .abandonedCustomer, .abandonedDialer, .other:
            // Results of a call end it, if no rule says more; from a messaging provider they are noise.
            return step.channel.medium.hasResults ? .close(closing(event, step.channel.medium)) : .unchanged
        case .failed, .bounced, .responded, .declined, .unsubscribed, .complained, .expired:
            return .close(closing(event, step.channel.medium))
        }
    }

    /// The step's own entry. A bounce falls back to `failed`, and the result of a call to `other`.
    private func rule(for event: Event, in step: Strategy.Step) -> Strategy.Outcome? {
        if let own = step.on[event] { return own }
        let other = step.channel.medium.hasResults ? step.on[.other] : nil
        switch event {
        case .bounced: return step.on[.failed] ?? other
        case .failed, .busy, .noAnswer, .abandonedCustomer, .abandonedDialer: return other
        case .accepted, .delivered, .read, .opened, .clicked, .delayed, .connected, .other, .responded, .declined,
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
            // A step that leads to itself is a retry: its attempts keep counting.
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
        case (.expired, .call): .dangling
        case (.expired, _), (.accepted, _), (.delivered, _), (.read, _), (.opened, _), (.clicked, _), (.delayed, _):
            closed(medium)
        case (.failed, _), (.bounced, _): .failed
        case (.busy, _), (.noAnswer, _), (.abandonedCustomer, _), (.abandonedDialer, _), (.other, _): .notConnected
        case (.unsubscribed, _), (.complained, _): .suppressed
        }
    }

    /// The state for a message that is out when nothing more is expected.
    private func closed(_ medium: Channel.Medium) -> ContactState {
        switch medium {
        case .sms: .smsSentAndClosed
        case .email: .emailSentAndClosed
        case .other: .sentAndClosed
        case .call: .handedOver
        }
    }

    /// The contact's step; if the strategy has lost it since (a reload), one of the same kind without rules.
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
                .withdrawn, .sampledOut, .throttled, .suppressed, .dncListed,
                .cancelled:
                .voice
            }
        var step = Strategy.Step(name: position.step, channel: position.channel ?? channel, to: .phone1)
        // What follows its message may be known again.
        step.expires = step.resultWithin
        return step
    }
}

extension Channel.Medium {
    /// Whether an event is a call's result that `other` covers.
    fileprivate var hasResults: Bool {
        switch self {
        case .sms, .email: false
        case .call, .other: true
        }
    }
}
