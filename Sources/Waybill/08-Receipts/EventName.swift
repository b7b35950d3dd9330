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

    /// The same by the letter that they begin with, as bytes.
    private static let byLetter: [[(letters: [UInt8], event: Event)]] = {
        var found = [[(letters: [UInt8], event: Event)]](repeating: [], count: 256)
        for word in words {
            let letters = Array(word.folded.text.utf8)
            if let first = letters.first { found[Int(first)].append((letters, word.event)) }
        }
        return found
    }()

    /// What an event says.
    struct Reading {
        var event: Event?
        /// Whether it was made out of a word that no table has.
        var isDoubtful = false
        /// The nearest known word to one that none has.
        var nearest: String?
        /// Whether it denies a refusal or takes one back.
        var isDenied = false
    }

    /// What a text says: as it stands, else behind what it is about, as in `sms.delivered`; of what no table has, only
    /// whether it may be a refusal.
    static func read(_ text: ArraySlice<UInt8>) -> Reading {
        if let known = word(text) { return Reading(event: known) }
        if let dot = text.lastIndex(of: UInt8(ascii: ".")), let known = word(text[(dot + 1)...]) {
            // "complaint.created" is no message that was created.
            if known.isRefusal || subjects.contains(where: { $0.isWritten(text[..<dot]) }) {
                return Reading(event: known)
            }
            guard case .refusal(let event) = RefusalWords.meaning(of: text) else { return Reading(event: known) }
            return Reading(event: event, isDoubtful: true)
        }
        let meaning = RefusalWords.meaning(of: text)
        if meaning == .denied { return Reading(isDoubtful: true, isDenied: true) }
        let nearest = nearest(to: text)
        var reading = Reading(isDoubtful: true, nearest: nearest?.name)
        if case .refusal(let event) = meaning { reading.event = event }
        if let nearest, nearest.event.isRefusal { reading.event = nearest.event }
        return reading
    }

    /// Whether a name like `sms.received` tells of a message that somebody wrote to us, and not of one of ours; nil of
    /// what is no such name.
    static func isOfArrival(_ text: ArraySlice<UInt8>) -> Bool? {
        guard let dot = text.lastIndex(of: UInt8(ascii: ".")), dot > text.startIndex, dot + 1 < text.endIndex,
            text.allSatisfy({ UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || ".-_".utf8.contains($0) })
        else { return nil }
        return arrivals.contains { $0.isWritten(text[(dot + 1)...]) }
    }

    private static let arrivals = ["received", "message received"].map { FoldedName($0) }

    /// What an event is mostly about, which is quickly told from a word of refusal.
    private static let subjects = [
        "sms", "email", "mail", "message", "call", "voice", "whatsapp", "delivery", "status",
    ]
    .map { FoldedName($0) }

    /// The hint for a word that no table has.
    static func hint(_ reading: Reading) -> String {
        if let name = reading.nearest, let event = words.first(where: { $0.name == name })?.event {
            return "Did you mean \"\(name)\"\(name == event.rawValue ? "" : " (\(event.rawValue))")?"
        }
        return "Use one of: \(list)."
    }

    private static func word(_ text: ArraySlice<UInt8>) -> Event? {
        // What begins with no letter, or is not ASCII, is compared with all of them.
        guard let first = text.first, UInt8(ascii: "a")...UInt8(ascii: "z") ~= first | 0x20,
            text.allSatisfy({ $0 < 0x80 })
        else {
            return words.first { $0.folded.isWritten(text) }?.event
        }
        return byLetter[Int(first | 0x20)].first { FoldedName.isWritten($0.letters, text) }?.event
    }

    /// The nearest known word to an unknown one, with its event.
    private static func nearest(to text: ArraySlice<UInt8>) -> (name: String, event: Event)? {
        let name = String(decoding: text, as: UTF8.self)
        guard let nearest = NearestName.of(name, in: words.map(\.name)) else { return nil }
        return words.first { $0.name == nearest }.map { ($0.name, $0.event) }
    }
}
