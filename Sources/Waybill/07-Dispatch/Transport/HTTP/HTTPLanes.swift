import Synchronization
import SystemIO

/// How many calls one server gets at once and how fast, however many parcels are in flight, and how long it asked to be
/// left alone.
final class HTTPLanes: Sendable {
    private struct State {
        var underWay = 0
        /// Monotonic microseconds: no call begins before these.
        var next: Int64 = 0
        var rested: Int64 = 0
    }

    private let state = Mutex(State())
    private let most: Int
    private let perSecond: Int?

    private init(most: Int, perSecond: Int?) {
        self.most = most
        self.perSecond = perSecond
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
            let lanes = all[key] ?? HTTPLanes(most: key.most, perSecond: key.perSecond)
            all[key] = lanes
            return lanes
        }
    }

    enum Turn: Equatable {
        /// A call may begin; it gives the lane back.
        case go
        /// No call is allowed for this many milliseconds, as far as known.
        case wait(Int64)
        /// The server asked to be left alone for this long.
        case rest(Int64)
    }

    func take() -> Turn {
        let now = MonotonicClock.nanoseconds() / 1_000
        return state.withLock { state in
            if state.rested > now { return .rest((state.rested - now) / 1_000 + 1) }
            if state.underWay >= most { return .wait(5) }
            if let perSecond {
                let gap = 1_000_000 / Int64(perSecond)
                if state.next > now { return .wait(max(1, (state.next - now) / 1_000)) }
                // If a thread wakes late, the next call comes sooner by as much, but never two at once.
                state.next = max(state.next, now - gap) + gap
            }
            state.underWay += 1
            return .go
        }
    }

    func give() { state.withLock { $0.underWay -= 1 } }

    /// Starts no call there for this many milliseconds.
    func rest(_ milliseconds: Int64) {
        let until = MonotonicClock.nanoseconds() / 1_000 + milliseconds * 1_000
        state.withLock { $0.rested = max($0.rested, until) }
    }
}
