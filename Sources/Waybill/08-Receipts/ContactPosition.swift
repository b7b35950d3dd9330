/// Where a contact stands in its strategy.
package struct ContactPosition: Hashable, Sendable {
    package var state: ContactState
    /// The name of the step it waits for, or whose message is out.
    package var step: String
    /// Attempts over all steps; the number of the last one is the reference's.
    package var attempts: Int
    /// Attempts in this step since the contact came to it.
    package var stepAttempts: Int
    /// Over which its message leaves; nil: over that of the step.
    package var channel: Channel?

    package init(
        state: ContactState = .pending, step: String, attempts: Int = 0, stepAttempts: Int = 0, channel: Channel? = nil
    ) {
        self.channel = channel
        self.state = state
        self.step = step
        self.attempts = attempts
        self.stepAttempts = stepAttempts
    }

    /// Moves to where a transition leads.
    package mutating func follow(_ transition: ContactTransitions.Transition) {
        switch transition {
        case .unchanged: break
        case .become(let state, _), .close(let state): self.state = state
        case .queue(let step, _):
            if step != self.step { stepAttempts = 0 }
            self.step = step
            state = .pending
        }
    }
}
