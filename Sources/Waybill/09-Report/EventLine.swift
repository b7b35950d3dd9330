/// A line of `outbox/events`: a CloudEvent (specification 1.0, JSON format).
///
/// Its `id` is the store's letters, the number of its row and its place in it: no other event ever has it, also where
/// the store is restored from a copy.
package enum EventLine {
    package static let fileName = "events.jsonl"
    package static let typePrefix = "waybill."

    package static func append(
        _ event: OutgoingEvent, letters: StoreLetters, number: Int64, place: Int, to bytes: inout [UInt8]
    ) {
        var json = ReportJSON(pretty: false)
        json.object { json in
            json.member("specversion", "1.0")
            json.member("id", "\(letters)-\(number)-\(place)")
            json.member("source", "/waybill/\(letters)")
            json.member("type", typePrefix + event.kind.rawValue)
            json.member("time", event.at.description)
            json.member("severity", event.level.rawValue)
            if !event.campaign.isEmpty { json.member("campaign", event.campaign) }
            if !event.subject.isEmpty { json.member("subject", event.subject) }
            json.member("datacontenttype", "application/json")
            json.key("data")
            json.raw(String(decoding: event.data, as: UTF8.self))
        }
        bytes += json.line()
    }
}
