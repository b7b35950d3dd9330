import Foundation

/// A text that answers somebody's reply, until it is known what became of it.
package struct ReplyAnswer: Codable, Hashable, Sendable {
    /// Of the replies.
    package let record: UInt32
    package let address: String
    package let text: String
    /// Milliseconds: when the person wrote.
    package let at: Int64

    package init(record: UInt32, address: String, text: String, at: Timestamp) {
        self.record = record
        self.address = address
        self.text = text
        self.at = at.milliseconds
    }

    /// Within which it leaves, or not at all.
    package static let span = TimeSpan.minutes(5)

    /// When that is over.
    package var end: Timestamp { Timestamp(milliseconds: at).adding(Self.span) }

    /// The parcel that it leaves in, alone.
    package func parcel(
        in replies: BatchID, of campaign: String, with kind: String, due: Timestamp, config: String,
        reason: HoldReason = .due
    ) -> NewParcel {
        NewParcel(
            batch: replies, campaign: campaign, step: kind, channel: .sms, priority: 9, due: due, config: config,
            reason: reason, contacts: [ParcelContact(record: record, attempt: 1, stepAttempt: 1)])
    }

    /// Whether this is the answer that a parcel of replies carries.
    package func isIn(_ parcel: Parcel) -> Bool { parcel.contacts.first?.record == record }
}

extension Settings {
    /// Those of a drop of replies. Where they cannot be read, nobody is answered.
    package func answers(to replies: BatchID) throws -> [ReplyAnswer] {
        guard let kept = try setting(.answers(replies)) else { return [] }
        return (try? JSONDecoder().decode([ReplyAnswer].self, from: Data(kept))) ?? []
    }

    package func setAnswers(_ answers: [ReplyAnswer], to replies: BatchID) throws {
        if answers.isEmpty { return try removeSetting(.answers(replies)) }
        try set(.answers(replies), to: Array(try JSONEncoder().encode(answers)))
    }
}
