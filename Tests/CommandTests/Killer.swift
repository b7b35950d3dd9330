import Glibc
import SystemIO

/// Kills a program at a message that it hands over, once for each message, before, amid or behind it in turn.
///
/// Whoever receives the messages tells it of each.
final class Killer: Sendable {
    enum Moment: CaseIterable, Sendable {
        /// It is announced, and not given yet.
        case before
        /// It was received, and not answered.
        case amid
        /// It was answered just now.
        case behind
        /// The answer was taken, and the next message may be about to go.
        case between
    }

    private struct State {
        var pid: Int32 = 0
        var known: Set<String> = []
        var strikes = 0
    }

    private let state = Mutex(State())
    private let moments: [Moment]

    init(_ moments: [Moment]) { self.moments = moments }

    var strikes: Int { state.withLock { $0.strikes } }

    /// The moment of the next strike.
    var next: Moment { state.withLock { moments[$0.strikes % moments.count] } }

    /// It was struck at a message by itself.
    func noteStrike() { state.withLock { $0.strikes += 1 } }

    /// At the next message that was not met before it strikes this process.
    func aim(at pid: Int32) { state.withLock { $0.pid = pid } }

    /// A message is handed over. If it is the one, strikes at once or in a moment, and returns when.
    func meet(_ recipient: String, announced: Bool = false) -> Moment? {
        let strike = state.withLock { state -> (Moment, Int32)? in
            let moment = moments[state.strikes % moments.count]
            guard (moment == .before) == announced else { return nil }
            guard state.known.insert(recipient).inserted, state.pid > 0 else { return nil }
            defer { state.pid = 0 }
            state.strikes += 1
            return (moment, state.pid)
        }
        guard let (moment, pid) = strike else { return nil }
        switch moment {
        case .before, .amid: kill(pid, SIGKILL)
        case .behind, .between:
            _ = Worker.start(name: "killer") {
                // The receiver takes five milliseconds for each.
                usleep(moment == .behind ? 5_100 : 7_000)
                kill(pid, SIGKILL)
            }
        }
        return moment
    }
}
