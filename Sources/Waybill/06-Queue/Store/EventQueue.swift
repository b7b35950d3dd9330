import Foundation

/// What others are still to be told, in rows with numbers that only rise: each is written in the transaction in which
/// it becomes true, stays as it is, and goes once everybody has it.
extension Store {
    /// The number of the last row; nil where there never was one.
    package func lastEvent() throws -> Int64? {
        let kept: [UInt8]?
        do { kept = try setting(.lastEvent) } catch is StoreProblem { return nil }
        return kept.flatMap { Int64(String(decoding: $0, as: UTF8.self)) }
    }

    /// Adds a row. Call it inside a transaction.
    ///
    /// - Parameter make: makes its bytes of its number.
    package func addEvent(at now: Timestamp, _ make: (Int64) -> [UInt8]) throws {
        // The first one is later than any of a store that lost count.
        let number = try lastEvent().map { $0 + 1 } ?? now.milliseconds
        try set(.event(number), to: make(number))
        try set(.lastEvent, to: Array(String(number).utf8))
    }

    /// A row's bytes; nil where it is gone or damaged.
    package func event(_ number: Int64) throws -> [UInt8]? {
        do { return try setting(.event(number)) } catch is StoreProblem { return nil }
    }

    package func removeEvents(_ numbers: ClosedRange<Int64>) throws {
        for number in numbers { try removeSetting(.event(number)) }
    }

    /// How far everybody has been told; where nobody can tell, from the beginning of what is kept.
    package func eventsTold() throws -> EventsTold? {
        let kept: [UInt8]?
        do { kept = try setting(.eventsTold) } catch is StoreProblem { return nil }
        return kept.flatMap { try? JSONDecoder().decode(EventsTold.self, from: Data($0)) }
    }

    /// Call it inside a transaction.
    package func set(_ told: EventsTold) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try set(.eventsTold, to: Array(try encoder.encode(told)))
    }
}

/// How far those who are told of events have been.
package struct EventsTold: Codable, Sendable, Equatable {
    /// The file that is being written, `events.jsonl`.
    package struct File: Codable, Sendable, Equatable {
        /// The number of its first row.
        package let first: Int64
        /// As it is written.
        package let day: String
        /// What of it counts.
        package var bytes: Int64 = 0

        package init(first: Int64, day: CalendarDay) {
            self.first = first
            self.day = day.description
        }
    }

    /// The first row that is kept.
    package var first: Int64
    /// The last row that stands in a file.
    package var written: Int64
    package var file: File?
    /// The one before it, which is compressed already, and stays under the same name until the next one is begun.
    package var putAway: File?
    /// By the names of webhooks: the last row that they took.
    package var webhooks: [String: Int64] = [:]
    /// How far a subscriber was told, and when, in milliseconds since 1970.
    package struct Subscription: Codable, Sendable, Equatable {
        package let last: Int64
        package let at: Int64

        package init(last: Int64, at: Int64) {
            self.last = last
            self.at = at
        }
    }

    /// By subscribers, as the configuration has them.
    package var subscribers: [String: Subscription] = [:]

    package init(behind number: Int64) {
        first = number + 1
        written = number
    }
}
