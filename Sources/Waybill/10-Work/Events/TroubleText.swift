/// What an error of the log says, in words for whoever is told of it.
enum TroubleText {
    /// `The configuration on the disk cannot be used …: waybill.json5:2:17: … (configuration.kept)`.
    static func words(_ event: String, _ particulars: [(key: String, value: String)]) -> String {
        let facts = particulars.filter { !reasons.contains($0.key) }.map { "\($0.key) \($0.value)" }
        let reason = particulars.filter { reasons.contains($0.key) }.map(\.value).joined(separator: "; ")
        let text = [sentences[event] ?? "An error", reason].filter { !$0.isEmpty }.joined(separator: ": ")
        return "\(text) (\(([event] + facts).joined(separator: ", ")))"
    }

    /// Particulars that speak for themselves.
    private static let reasons: Set = ["reason", "error", "problem"]

    private static let sentences = [
        "audit.broken": "The audit chain is not as it was written: \"waybill audit verify\" says where",
        "campaign.repeats": "A list cannot be repeated",
        "campaign.stopped": "A campaign has stopped by itself",
        "clock.suspect": "The clock cannot be right, and nothing is sent until it is",
        "configuration.kept": "The configuration on the disk cannot be used, and the one before stays in force",
        Code.dropChanged.rawValue: "A file was changed after it was read: what came later was not taken",
        "drop.postponed": "A drop cannot be taken now, and is tried again",
        "events.unwritten": "Events cannot be written, and are kept until they can",
        "parcel.held": "A parcel does not leave",
        "parcel.unsettled": "Nobody knows whether a parcel left, and it is not sent again",
        "report.damaged": "A batch cannot be read, and is left out of a report: restore a backup",
        "report.unpublished": "A report does not add up or cannot be read, and is not published",
        "report.unwritten": "A report cannot be written, and is tried again",
        "sampling.failed": "A sampling program failed, and its contacts wait",
        "sending.held": "Nothing is sent, since a file may say who must not be contacted and was not read",
        "status.unwritten": "The status cannot be written",
        "store.damaged":
            "Something in the store cannot be read, and what it concerns waits: \"waybill audit verify\" lists it",
        "store.full": "The disk of the state folder is full, and nothing is taken or sent until there is room",
        "store.locked": "Another program keeps the store locked, and nothing is taken or sent until it lets go",
        "store.mended": "Something in the store was damaged, and was mended",
        "transport.stopped": "A transport has stopped, and is tried again",
        "webhook.behind": "A webhook took nothing for so long that its oldest events are lost to it",
    ]
}
