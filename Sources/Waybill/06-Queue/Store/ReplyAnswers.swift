import Foundation

/// A text that answers somebody's reply, and has not left yet.
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
