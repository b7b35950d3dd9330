/// The ordered attempts of a campaign (contract §8).
package struct Strategy: Hashable, Sendable {
    package var steps: [Step]
    /// Earlier names of steps, with their present names: contacts that wait for the one continue with the other.
    package var renamed: [String: String] = [:]

    package init(steps: [Step]) {
        self.steps = steps
    }

    /// What a campaign without a strategy does: hand the contact over once and count that as success.
    package static let handover = Strategy(steps: [Step(name: "handover", channel: .handover, to: .phone1)])

    package var isHandover: Bool { self == Strategy.handover }

    /// The step that has the name, or had it. Nil if a change of the configuration removed it.
    package func step(named name: String) -> Step? {
        steps.first { $0.name == name } ?? renamed[name].flatMap { now in steps.first { $0.name == now } }
    }

    package struct Step: Hashable, Sendable {
        /// `[A-Za-z0-9_]{1,32}`, unique in the strategy.
        package var name: String
        package var channel: Channel
        /// The field with the address; an empty phone2 … phone5 falls back to phone1.
        package var to: Field
        package var template: String?
        /// How long an SMS or e-mail waits for an answer; nil: it closes once accepted.
        package var expires: TimeSpan?
        /// Attempts in this step; retries stop when they are used up.
        package var attempts = 1
        /// How long a voice step waits for its result before the contact is `Dangling`.
        package var resultWithin = TimeSpan.hours(24)
        package var on: [Event: Outcome] = [:]

        package init(name: String, channel: Channel, to: Field) {
            self.name = name
            self.channel = channel
            self.to = to
        }
    }

    /// What follows an event.
    package enum Outcome: Hashable, Sendable {
        /// The contact is done; its final state follows from the event and the channel.
        case close
        /// The same step again after a delay, while attempts are left.
        case retry(after: TimeSpan)
        /// Another step, after a delay.
        case go(to: String, after: TimeSpan)
    }
}
