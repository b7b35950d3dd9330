import SystemIO

/// Writes down what happened for those who are told of it, in the transaction in which it becomes true.
extension WorkContext {
    /// Of so many events is a row at the most, so that none is too large for a webhook.
    private static let mostInRow = 100

    /// Call it inside a transaction.
    func tell(_ event: OutgoingEvent) throws { try tell([event]) }

    /// Call it inside a transaction.
    func tell(_ events: [OutgoingEvent]) throws {
        if isRehearsal { return }
        var rest = events[...]
        while !rest.isEmpty {
            let row = rest.prefix(Self.mostInRow)
            rest = rest.dropFirst(row.count)
            try store.addEvent(at: now) { number in
                var bytes: [UInt8] = []
                for (place, event) in row.enumerated() {
                    EventLine.append(event, letters: letters.current, number: number, place: place, to: &bytes)
                }
                return bytes
            }
        }
    }

    /// What came of a drop, of whatever kind it is. Call it in the transaction that ends it.
    func tell(_ batch: BatchRow, _ acknowledgement: Acknowledgement) throws {
        let kind: OutgoingEvent.Kind
        let level: OutgoingEvent.Level
        switch acknowledgement.status {
        case .accepted: (kind, level) = (.batchAccepted, .information)
        case .partial: (kind, level) = (.batchPartial, .warning)
        case .rejected: (kind, level) = (.batchRejected, .error)
        case .duplicate: (kind, level) = (.batchDuplicate, .information)
        }
        // Somebody who was to be left alone may be contacted.
        let isMissed = acknowledgement.missedCancels != nil
        try tell(
            OutgoingEvent(
                kind, isMissed ? .error : level, campaign: batch.purpose == .contacts ? acknowledgement.campaign : "",
                subject: batch.id.description, at: now,
                data: OutgoingEvent.data { json in
                    json.member("text", acknowledgement.headline)
                    json.member("batch", batch.id.description)
                    json.member("drop", acknowledgement.drop)
                    json.member("purpose", batch.purpose == .contacts ? "contacts" : batch.purpose.folder)
                    json.member("reason", acknowledgement.reason)
                    json.member("received", acknowledgement.received)
                    json.member("accepted", acknowledgement.accepted)
                    json.member("rejected", acknowledgement.rejected)
                    json.member("duplicates", acknowledgement.duplicates)
                    if let missed = acknowledgement.missedCancels { json.member("missedCancels", missed) }
                    json.member("rejectsByCode") { json in
                        for count in acknowledgement.rejectsByCode { json.member(count.code, count.count) }
                    }
                    json.member("notice", acknowledgement.notice)
                    json.member("firstBatch", acknowledgement.firstBatch?.description)
                    json.member("corrects", acknowledgement.corrects?.description)
                }))
    }
}

extension OutgoingEvent {
    static func data(_ members: (inout ReportJSON) -> Void) -> [UInt8] {
        var json = ReportJSON(pretty: false)
        json.object(members)
        return json.bytes
    }

    /// A line of the log that somebody has to look at.
    init(_ trouble: Log.Trouble) {
        let text = TroubleText.words(trouble.event, trouble.particulars.map { ($0.key, $0.value.words) })
        let campaign = trouble.particulars.first { $0.key == "campaign" }?.value.words ?? ""
        self.init(
            .trouble, Self.failures.contains(trouble.event) ? .failure : .error, campaign: campaign,
            subject: trouble.event, at: trouble.at,
            data: Self.data { json in
                json.member("text", text)
                for (key, value) in trouble.particulars where key != "text" {
                    switch value {
                    case .text(let text): json.member(key, text)
                    case .number(let number): json.member(key, number)
                    case .flag(let flag): json.member(key, flag)
                    }
                }
            })
    }

    /// With these Waybill itself cannot go on as it should.
    private static let failures: Set = [
        "store.full", "store.locked", "store.damaged", "clock.suspect", "report.unpublished", "report.unwritten",
        "status.unwritten",
        "events.unwritten", "configuration.kept",
    ]
}

extension Acknowledgement {
    /// What became of the drop, in a sentence.
    var headline: String {
        let records = received.counted("record", "records")
        let all = received == 1 ? "its only record" : "all \(records)"
        if let missedCancels, reason == nil {
            return "\(drop.plain): \(missedCancels.grouped) of \(records) "
                + (missedCancels == 1 ? "cancels and means nobody" : "cancel and mean nobody")
                + (rejected > missedCancels ? ", \(rejected.grouped) rejected in all" : "")
        }
        switch status {
        case .accepted: return "\(drop.plain): \(all) taken"
        case .partial: return "\(drop.plain): \(rejected.grouped) of \(records) rejected"
        case .rejected:
            return reason.map { "\(drop.plain) was refused: \(Acknowledgement.words($0).plain)" }
                ?? "\(drop.plain): \(all) rejected"
        case .duplicate:
            return "\(drop.plain) has the content of batch \(firstBatch?.description ?? "?") and was not taken"
        }
    }
}

extension LogLine.Value {
    fileprivate var words: String {
        switch self {
        case .text(let text): text.plain
        case .number(let number): String(number)
        case .flag(let flag): String(flag)
        }
    }
}
