extension Acknowledgement {
    /// `<drop name>.<batch>.ack.json`.
    package var fileName: String { "\(drop).\(batch).ack.json" }

    /// The acknowledgement as users read it, ending with a line end: every key is there, in this order, null where
    /// there is nothing to say. Only commands, and drops that update or cancel, have `contacts`; `mode`, `held`,
    /// `requeues`, `resumes`, `unreadConsents`, `inexactIds`, `cancelsWithoutId`, `missedCancels` and `unreplaced` are
    /// there where they say something.
    package func json(pretty: Bool) -> [UInt8] {
        var json = ReportJSON(pretty: pretty)
        json.object { json in
            json.member("batch", batch.description)
            json.member("drop", drop)
            json.member("sha256", sha256)
            json.member("campaign", campaign)
            json.member("status", status.rawValue)
            json.member("reason", refusal.code)
            json.member("detail", refusal.detail ?? advice)
            json.member("received", received)
            json.member("accepted", accepted)
            json.member("rejected", rejected)
            json.member("duplicates", duplicates)
            json.member("blank", blank)
            json.key("format")
            if let format { format.write(to: &json) } else { json.null() }
            json.member("columns") { json in
                for column in columns { json.member(column.sender, column.column) }
            }
            json.member("rejectsByCode") { json in
                for entry in rejectsByCode { json.member(entry.code, entry.count) }
            }
            json.member("notice", notice)
            json.member("firstBatch", firstBatch?.description)
            json.member("corrects", corrects?.description)
            json.member("reply", reply)
            json.member("normalised", normalised)
            json.member("unknownStates", unknownStates ?? 0)
            if let unreadConsents {
                json.member("unreadConsents") { json in
                    for name in unreadConsents { json.member(name, Campaign.advice(unread: name)) }
                }
            }
            if let mode { json.member("mode", mode.rawValue) }
            if let contacts { json.member("contacts", contacts) }
            if let inexactIDs {
                json.member("inexactIds", array: inexactIDs) { json, inexact in
                    json.object { json in
                        json.member("id", inexact.id)
                        json.member("contacts", array: inexact.contacts) { $0.string($1) }
                    }
                }
            }
            if let cancelsWithoutID {
                json.member("cancelsWithoutId", array: cancelsWithoutID) { json, cancel in
                    json.object { json in
                        json.member("record", Int(cancel.record))
                        json.member("contacts", cancel.contacts)
                    }
                }
            }
            if let missedCancels { json.member("missedCancels", missedCancels) }
            if let unreplaced { json.member("unreplaced", unreplaced) }
            if let held { json.member("held", array: held) { $0.string($1) } }
            if let requeues { json.member("requeues", requeues.description) }
            if let resumes { json.member("resumes", resumes.description) }
            json.member("startedAt", startedAt.description)
            json.member("finishedAt", finishedAt.description)
        }
        return json.line()
    }
}

extension Acknowledgement {
    /// Why it was refused: the code, for programs, and the sentence, for people.
    package var refusal: (code: String?, detail: String?) { Self.refusal(reason) }

    /// A reason for people: the sentence, and the code behind it.
    package static func words(_ reason: String) -> String {
        switch refusal(reason) {
        case (let code?, let detail?): "\(detail) (\(code))"
        default: reason
        }
    }

    /// Splits a reason as the ledger keeps it: `drop.empty: the file has no bytes`.
    package static func refusal(_ reason: String?) -> (code: String?, detail: String?) {
        guard let reason, let end = reason.firstRange(of: ": ") else { return (reason, nil) }
        return (String(reason[..<end.lowerBound]), String(reason[end.upperBound...]))
    }
}

extension DropFormat {
    fileprivate func write(to json: inout ReportJSON) {
        json.object { json in
            json.member("kind", kind.rawValue)
            json.member("delimiter", delimiter.map { String(UnicodeScalar($0)) })
            json.member("encoding", encoding.rawValue)
            json.member("bom", hasByteOrderMark)
            json.member("header", hasHeader)
            json.member("compressed", isCompressed)
            json.member("quote", quote.map { String(UnicodeScalar($0)) })
            json.member("lineEnd", lineEnd.map { $0 == [0x0D, 0x0A] ? "crlf" : $0 == [0x0D] ? "cr" : "lf" })
            json.member("shortRecords", shortRecords)
        }
    }
}
