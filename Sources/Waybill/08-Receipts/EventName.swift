/// The events that receipts may report (all but `expired`, which only time raises), and the words of providers and
/// protocols for them. `Waybill.docc/Results.md` has the same table, and a test compares the two.
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
                "pending", "created", "injection", "ENROUTE", "partially delivered",
            ]
        ),
        (.delivered, ["delivery", "delivered to handset", "DELIVRD"]),
        (.read, ["seen"]),
        (.opened, ["open", "initial open", "amp open", "amp initial open"]),
        (.clicked, ["click", "amp click"]),
        (.delayed, ["delay", "deferred", "deferral"]),
        (
            .failed,
            [
                "fail", "failure", "undelivered", "undeliverable", "UNDELIV", "not delivered", "delivery failed",
                "permanent failure", "temporary failure", "technical failure", "rendering failure",
                "generation failure",
                "generation rejection", "policy rejection", "aborted", "error", "expired", "rejected", "reject",
                "REJECTD", "deleted", "blocked", "dropped", "canceled", "cancelled", "validation failed",
            ]
        ),
        (.bounced, ["bounce", "hard bounce", "soft bounce", "out of band", "out of band bounce"]),
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
                "unsubscribe", "unsub", "list unsubscribe", "list unsubscribed", "link unsubscribe",
                "group unsubscribe", "opt out",
                "opted out", "do not contact", "do not call", "DNC", "stop", "revoked", "removed",
            ]
        ),
        (.declined, ["not interested", "customer declined", "declined by customer"]),
        (.complained, ["complaint", "spam", "spam report", "spam complaint", "abuse", "feedback loop"]),
    ]

    private static let words: [(name: String, folded: FoldedName, event: Event)] =
        events.map { ($0.rawValue, FoldedName($0.rawValue), $0) }
        + foreign.flatMap { entry in entry.words.map { ($0, FoldedName($0), entry.event) } }

    /// The event that a word means: as it is, else without its prefix, as in `sms.delivered`.
    static func event(_ text: ArraySlice<UInt8>) -> Event? {
        if let known = words.first(where: { $0.folded.isWritten(text) }) { return known.event }
        guard let dot = text.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        let rest = text[(dot + 1)...]
        return words.first { $0.folded.isWritten(rest) }?.event
    }

    /// The nearest known word to an unknown one, with its event.
    static func nearest(to text: ArraySlice<UInt8>) -> (name: String, event: Event)? {
        let name = String(decoding: text, as: UTF8.self)
        guard let nearest = NearestName.of(name, in: words.map(\.name)) else { return nil }
        return words.first { $0.name == nearest }.map { ($0.name, $0.event) }
    }
}
