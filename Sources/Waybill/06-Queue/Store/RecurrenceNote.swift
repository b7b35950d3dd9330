import Foundation

/// How far a campaign has come that repeats a kept list. Each day is dealt with once: with a batch, or by going by.
package struct RecurrenceNote: Codable, Hashable, Sendable {
    /// The last day that is dealt with: no list is sent again on it, or on one before.
    package var through: CalendarDay
    /// The day whose drop was handed over, and is in no batch yet. It is noted before the drop is there.
    package var handedOver: CalendarDay?
    /// The batch of the last day that has one, and that day: the drop of that day may come twice after a crash.
    package var taken: LastBatch?
    /// Why the list could not be handed over when it was last tried, and on which day it was told.
    package var trouble: Trouble?

    package struct LastBatch: Codable, Hashable, Sendable {
        package let day: CalendarDay
        package let batch: BatchID
    }

    package struct Trouble: Codable, Hashable, Sendable {
        package let day: CalendarDay
        package let words: String

        package init(day: CalendarDay, words: String) { (self.day, self.words) = (day, words) }
    }

    package init(through: CalendarDay) { self.through = through }
}

extension CalendarDay: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(daysSinceEpoch: try decoder.singleValueContainer().decode(Int.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(daysSinceEpoch)
    }
}

extension Settings {
    /// Nil where the campaign never repeated anything.
    package func recurrence(of campaign: String) throws -> RecurrenceNote? {
        guard let kept = try setting(.recurrence(campaign)) else { return nil }
        do {
            return try JSONDecoder().decode(RecurrenceNote.self, from: Data(kept))
        } catch {
            throw StoreProblem.damaged(what: "how far \(campaign) has repeated its list")
        }
    }

    /// Call it inside a transaction.
    package func set(_ note: RecurrenceNote, of campaign: String) throws {
        try set(.recurrence(campaign), to: Array(try JSONEncoder().encode(note)))
    }

    /// A drop of a day became a batch, or was refused for good. Call it inside the transaction that says so.
    package func endRecurrence(on day: CalendarDay, of campaign: String, as batch: BatchID) throws {
        guard var note = try recurrence(of: campaign), note.handedOver == day else { return }
        note.handedOver = nil
        note.through = max(note.through, day)
        note.taken = RecurrenceNote.LastBatch(day: day, batch: batch)
        note.trouble = nil
        try set(note, of: campaign)
    }
}
