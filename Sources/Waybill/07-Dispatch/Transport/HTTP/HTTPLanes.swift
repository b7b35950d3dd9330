import SystemIO
import WebIO

/// How many calls one server gets at once and how fast, however many parcels are in flight, and how long it asked to be
/// left alone.
final class HTTPLanes: Sendable {
    private struct State {
        var underWay = 0
        var pace: CallPace?
        /// Milliseconds since the system started, its sleep included: no call begins before.
        var rested: Int64 = 0
        /// The same of questions what became of messages.
        var askRested: Int64 = 0
    }

    private let state = Mutex(State())
    private let most: Int
    private let number: UInt32

    private init(_ number: Int, most: Int, perSecond: Int?) {
        self.most = most
        self.number = UInt32(number)
        state.withLock { $0.pace = perSecond.map { CallPace(perSecond: $0, isAhead: true) } }
    }

    private struct Key: Hashable {
        let transport: String
        let url: String
        let most: Int
        let perSecond: Int?
    }

    private static let all = Mutex<[Key: HTTPLanes]>([:])

    /// The lanes of a transport. If its settings change, it gets new ones.
    static func of(_ transport: String, _ settings: TransportSettings) -> HTTPLanes {
        let key = Key(
            transport: transport, url: settings.http.url, most: settings.concurrency,
            perSecond: settings.http.callsPerSecond)
        return all.withLock { all in
            let lanes = all[key] ?? HTTPLanes(all.count, most: key.most, perSecond: key.perSecond)
            all[key] = lanes
            return lanes
        }
    }

    enum Turn: Equatable {
        /// A call may be made; it gives the lane back.
        case go(WebCall.Slot?)
        /// No call is allowed for this many milliseconds, as far as known.
        case wait(Int64)
        /// The server asked to be left alone for this long.
        case rest(Int64)
    }

    /// - Parameter now: milliseconds since the system started.
    func take(at now: Int64) -> Turn {
        state.withLock { state in
            if state.rested > now { return .rest(state.rested - now) }
            if state.underWay >= most { return .wait(5) }
            if let wait = state.pace?.wait(at: MonotonicClock.nanoseconds() / 1_000) {
                return .wait(max(1, wait / 1_000))
            }
            state.underWay += 1
            return .go(state.pace.map { WebCall.Slot(lane: number, start: $0.start, gap: $0.spacing) })
        }
    }

    func give() { state.withLock { $0.underWay -= 1 } }

    /// Whether the server may be asked what became of messages at a moment (milliseconds since the system started).
    func mayAsk(at moment: Int64) -> Bool { state.withLock { $0.askRested <= moment } }

    /// It is not asked until then.
    func restAsking(until moment: Int64) { state.withLock { $0.askRested = max($0.askRested, moment) } }

    /// Starts no call there until then (milliseconds since the system started); after that calls begin more slowly,
    /// where it gets too many.
    func rest(until moment: Int64, isTooFast: Bool) {
        state.withLock { state in
            state.rested = max(state.rested, moment)
            if isTooFast { state.pace?.slowDown() }
        }
    }
}
