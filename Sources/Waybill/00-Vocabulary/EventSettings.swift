/// What is told to systems that follow (`events`).
package struct EventSettings: Sendable, Equatable {
    /// Whether each message, receipt and end of a contact is told as well.
    package var contacts = false
    /// Of what is kept in `outbox/events`, compressed.
    package var most: Int64 = 1 << 30
    /// By names of the user's own.
    package var webhooks: [String: Webhook] = [:]

    package init() {}

    /// A server that events are given to.
    package struct Webhook: Sendable, Equatable {
        /// Where it is, with its key.
        package var http = HTTPSettings()
        /// How long an answer may take.
        package var timeout = TimeSpan.seconds(10)
        /// Of these campaigns, and of the workspace; empty: of all.
        package var campaigns: [String] = []
        /// Of these kinds; empty: of all.
        package var kinds: [OutgoingEvent.Kind] = []

        package init() {}
    }
}
