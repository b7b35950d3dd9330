/// The events that a receipt may report: all but `expired`, which only time raises, and what providers and protocols
/// call them. `Waybill.docc/Results.md` has the same table; a test holds it against this one.
enum EventName {
    private static let events = Event.allCases.filter { $0 != .expired }
    static let list = events.map(\.rawValue).joined(separator: ", ")

    /// Words that mean one thing wherever they stand: of Twilio, Vonage, Infobip, SendGrid, Mailgun, Postmark, and the
    /// message states of SMPP, whole and cut to seven letters.
    static let foreign: [(event: Event, words: [String])] = [
        (
            .accepted,
            [
                "ACCEPTD", "buffered", "queued", "sent", "sending", "submitted", "scheduled", "processed", "dispatched",
                "pending", "injection", "ENROUTE",
            ]
        ),
        (.delayed, ["delay", "deferred", "deferral"]),
        (.delivered, ["delivery", "delivered to handset", "DELIVRD"]),
        (.opened, ["open", "initial open", "amp open", "amp initial open"]), (.clicked, ["click", "amp click"]),
        (.read, ["seen"]),
        (
            .failed,
            [
                "fail", "failure", "undelivered", "undeliverable", "UNDELIV", "not delivered", "delivery failed",
                "permanent failure", "temporary failure", "technical failure", "rendering failure",
                "generation failure",
                "generation rejection", "policy rejection", "aborted", "error", "expired", "rejected", "reject",
                "REJECTD", "deleted", "blocked", "dropped", "canceled", "cancelled",
            ]
        ),
        (.bounced, ["bounce", "hard bounce", "soft bounce", "out of band"]),
        (.busy, ["line busy"]),
        (.noAnswer, ["not answered", "unanswered"]),
        (.connected, ["answered"]),
        (.abandonedCustomer, ["customer abandoned"]),
        (.abandonedDialer, ["dialer abandoned", "dialler abandoned"]),
        (.other, ["others"]),
        (.responded, ["reply", "replied", "response"]),
        (
            .unsubscribed,
            [
                "unsubscribe", "unsub", "list unsubscribe", "link unsubscribe", "group unsubscribe", "opt out",
                "opted out", "do not contact", "do not call", "DNC", "stop", "revoked", "removed",
            ]
        ),
        (.declined, ["not interested", "customer declined", "declined by customer"]),
        (.complained, ["complaint", "spam", "spam report", "spam complaint", "abuse", "feedback loop"]),
    ]

    private static let words: [(name: String, folded: FoldedName, event: Event)] =
        events.map { ($0.rawValue, FoldedName($0.rawValue), $0) }
        + foreign.flatMap { entry in entry.words.map { ($0, FoldedName($0), entry.event) } }

    static func event(_ text: ArraySlice<UInt8>) -> Event? {
        words.first { $0.folded.isWritten(text) }?.event
    }

    /// The nearest word to one that is none, and what it means.
    static func nearest(to text: ArraySlice<UInt8>) -> (name: String, event: Event)? {
        let name = String(decoding: text, as: UTF8.self)
        guard let nearest = NearestName.of(name, in: words.map(\.name)) else { return nil }
        return words.first { $0.name == nearest }.map { ($0.name, $0.event) }
    }
}
