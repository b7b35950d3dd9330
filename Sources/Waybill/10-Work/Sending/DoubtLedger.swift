import Foundation

/// What is kept of transports that stopped: of how many messages of late nobody will ever know whether they were sent,
/// for whoever looks at the status; until when the transport is left alone (`Doubts`); and which messages may be at
/// fault (`Suspects`).
package struct DoubtLedger {
    private let store: any Store

    package init(_ store: any Store) { self.store = store }

    private struct Kept: Codable, Equatable {
        /// By hour since 1970.
        var lost: [Int: Int] = [:]
        var pause: Pause?
        /// Nil: none.
        var suspects: Suspects?
    }

    /// How a transport in doubt is left alone.
    struct Pause: Codable, Equatable {
        let failures: Int
        /// Milliseconds.
        let next: Int64
        let why: String
        /// Of how many messages the largest call in doubt was; earlier versions did not keep it.
        var size: Int?
    }

    private static let hours = 24

    /// By transport. What cannot be read stops nothing.
    var pauses: [String: Pause] { ((try? kept()) ?? [:]).compactMapValues(\.pause) }

    /// Call it in the transaction that says what became of the messages, as the next.
    func set(_ pause: Pause?, of transport: String) throws {
        try change(transport) { $0.pause = pause }
    }

    /// By transport. Where they cannot be read, nobody is known as one.
    var suspects: [String: Suspects] { ((try? kept()) ?? [:]).compactMapValues(\.suspects) }

    func set(_ suspects: Suspects, of transport: String) throws {
        try change(transport) { $0.suspects = suspects.isEmpty ? nil : suspects }
    }

    func note(_ lost: Int, by transport: String, at now: Timestamp) throws {
        if lost == 0 { return }
        try change(transport) { kept in
            let hour = Int(now.milliseconds / 3_600_000)
            kept.lost = kept.lost.filter { $0.key > hour - Self.hours }
            kept.lost[hour, default: 0] += lost
        }
    }

    /// How many there were in the last day, by transport.
    package func lost(at now: Timestamp) throws -> [(transport: String, count: Int)] {
        let first = Int(now.milliseconds / 3_600_000) - Self.hours
        return try kept().map { transport, kept in
            (transport, kept.lost.reduce(0) { $0 + ($1.key > first ? $1.value : 0) })
        }.filter { $0.1 > 0 }.sorted { $0.0 < $1.0 }
    }

    private func kept() throws -> [String: Kept] {
        guard let bytes = try store.setting(.doubts) else { return [:] }
        return try store.decoded.value(of: bytes, .doubts)
    }

    private func change(_ transport: String, _ body: (inout Kept) -> Void) throws {
        // What cannot be read is made anew: it stops nobody from being told of what comes.
        var all = (try? kept()) ?? [:]
        var one = all[transport] ?? Kept()
        body(&one)
        if one == all[transport] ?? Kept() { return }
        all[transport] = one == Kept() ? nil : one
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try store.set(.doubts, to: Array(try encoder.encode(all)))
    }
}
