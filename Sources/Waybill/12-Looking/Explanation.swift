import SystemIO

/// Everything known about one record: what happened to it, where it stands and why.
package struct Explanation: Sendable {
    /// Something that happened, or will.
    package struct Happening: Sendable {
        package let at: Timestamp
        /// A word for programs: `arrived`, `accepted`, `rejected`, `duplicate`, `decided`, `sent`, `unsendable`,
        /// `receipt`.
        package let kind: String
        /// In words for a person, without contact data.
        package let words: String
    }

    package let batch: BatchID
    package let record: UInt32
    package let drop: String
    package let campaign: String
    /// The sender's own key; empty if there is none.
    package internal(set) var id = ""
    /// In the form that reports use.
    package internal(set) var address = ""
    /// The consent evidence that came with the contact, and its date, as the sender wrote them.
    package internal(set) var consent = ""
    package internal(set) var consentAt = ""
    /// A contact's state, or `Rejected` or `Duplicate`.
    package internal(set) var state = ""
    /// In order of time.
    package internal(set) var happenings: [Happening] = []
    /// Why it stands where it does, in a sentence.
    package internal(set) var present = ""
    /// When it goes on by itself; nil if it does not, or nobody can tell.
    package internal(set) var nextAt: Timestamp?
    let zone: Zone

    init(_ batch: BatchRow, record: UInt32, zone: Zone) {
        self.batch = batch.id
        self.record = record
        drop = batch.name
        campaign = batch.campaign
        self.zone = zone
    }

    /// A moment on the campaign's clock: `2026-11-21 11:00:00 +01:00`.
    package func local(_ moment: Timestamp) -> String {
        let text = moment.iso8601(offset: zone.offset(at: moment))
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + " " + text.dropFirst(19)
    }

    /// The explanation in lines for a person.
    package var text: String {
        var who = "  record \(record) of \(drop), campaign \(campaign.isEmpty ? "unknown" : campaign)"
        who += (id.isEmpty ? "" : ", id \(Self.line(id))") + (address.isEmpty ? "" : ", \(address)")
        var lines = ["\(batch):\(record)  \(state)", who]
        let evidence = [consent, consentAt.isEmpty ? "" : "given \(consentAt)"].filter { !$0.isEmpty }
        if !evidence.isEmpty { lines.append("  consent: " + Self.line(evidence.joined(separator: ", "))) }
        lines += happenings.map { "  \(local($0.at))  \($0.words)" }
        lines.append("  now: \(present)" + (nextAt.map { " (next: \(local($0)))" } ?? ""))
        return lines.map { $0.plain + "\n" }.joined()
    }

    /// A sender's value on one line; `text` removes other control characters.
    static func line(_ value: String) -> String {
        String(String.UnicodeScalarView(value.unicodeScalars.map { $0.properties.isWhitespace ? " " : $0 }))
    }

    /// The explanation as one line of JSON; times are ISO 8601 with the campaign's offset.
    package var json: [UInt8] {
        func moment(_ at: Timestamp) -> String { at.iso8601(offset: zone.offset(at: at)) }
        var json = ReportJSON(pretty: false)
        json.object { json in
            json.member("batch", batch.description)
            json.member("record", Int(record))
            json.member("drop", drop)
            json.member("campaign", campaign)
            json.member("id", id)
            json.member("address", address)
            json.member("consent", consent)
            json.member("consentAt", consentAt)
            json.member("state", state)
            json.member("present", present)
            json.member("nextAt", nextAt.map(moment))
            json.member("happenings", array: happenings) { json, happening in
                json.object { json in
                    json.member("at", moment(happening.at))
                    json.member("kind", happening.kind)
                    json.member("words", happening.words)
                }
            }
        }
        return json.line()
    }
}
