import SystemIO

/// Connections that parcels leave behind for the next ones to the same relay.
final class SMTPPool: Sendable {
    static let shared = SMTPPool()

    private let idle = Mutex<[SMTPRelay: [SMTPConnection]]>([:])
    /// In how many seconds each relay delivers, as it said last.
    private let soonest = Mutex<[SMTPRelay: Int]>([:])
    /// How long a connection may be idle, in nanoseconds.
    private static let longest: Int64 = 10_000_000_000

    private init() {}

    /// A connection that can still be used; nil if there is none.
    func take(_ relay: SMTPRelay) -> SMTPConnection? {
        while true {
            guard let found = idle.withLock({ $0[relay]?.popLast() }) else { return nil }
            if found.isUsable, !Self.isOld(found) { return found }
        }
    }

    func note(_ seconds: Int?, of relay: SMTPRelay) { soonest.withLock { $0[relay] = seconds } }

    /// How many seconds a mail has to be good for at the least; nil: the relay is not told.
    func shortest(of relay: SMTPRelay) -> Int? {
        relay.shortest.map { max($0, soonest.withLock { $0[relay] } ?? 0) }
    }

    func keep(_ connection: SMTPConnection, _ relay: SMTPRelay) {
        idle.withLock { $0[relay, default: []].append(connection) }
    }

    /// Closes connections that were idle for too long.
    func rest() {
        let old = idle.withLock { idle in
            let old = idle.values.joined().filter(Self.isOld)
            if !old.isEmpty { idle = idle.mapValues { $0.filter { !Self.isOld($0) } }.filter { !$0.value.isEmpty } }
            return old
        }
        for connection in old { connection.quit() }
    }

    private static func isOld(_ connection: SMTPConnection) -> Bool {
        MonotonicClock.nanoseconds() - connection.quietSince > longest
    }
}
