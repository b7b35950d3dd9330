/// What was heard of one message, whatever came first: when it last arrived, and when it last did not.
package struct MessageNews: Sendable {
    private var arrivedAt: Timestamp?
    private var missedAt: Timestamp?

    package init() {}

    /// - Parameter receipts: what came back of a contact.
    package init(of attempt: Int, _ receipts: [StoredReceipt]) {
        for receipt in receipts where receipt.attempt == attempt {
            if let event = Event(rawValue: receipt.event) { add(event, at: receipt.at) }
        }
    }

    package mutating func add(_ event: Event, at moment: Timestamp) {
        if event.reach >= .arrived { arrivedAt = max(arrivedAt ?? moment, moment) }
        if event.reach == .missed { missedAt = max(missedAt ?? moment, moment) }
    }

    /// Whether an event says that the message failed of which another says, not earlier, that it arrived.
    package func outdates(_ event: Event, at moment: Timestamp) -> Bool {
        event.reach == .missed && arrivedAt.map { $0 >= moment } ?? false
    }

    /// Whether the message last failed before that moment, as far as anybody said.
    fileprivate func hasNotFailed(after moment: Timestamp) -> Bool { missedAt.map { $0 <= moment } ?? true }
}

extension ContactTransitions {
    /// Whether a contact that waits takes back what is planned, since an event is heard of its last message that says
    /// more than what it waits for: what the step says to that happens, as if it had been heard first. Where the step
    /// says nothing, only a failure is taken back, by what is not older.
    ///
    /// - Parameters:
    ///   - position: where the contact stood when its message was out.
    ///   - cause: why it waits; nil where the transport refused the message.
    package func takesBack(
        _ event: Event, at moment: Timestamp, _ news: MessageNews, since cause: Event?, from position: ContactPosition
    ) -> Bool {
        let known = cause?.reach ?? .missed
        guard event.reach >= .arrived, event.reach > known else { return false }
        if next(position, .event(event, attempt: position.attempts)) != .unchanged { return true }
        return known == .missed && news.hasNotFailed(after: moment)
    }
}
