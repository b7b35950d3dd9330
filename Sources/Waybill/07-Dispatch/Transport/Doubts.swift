import SystemIO

/// Stops a transport of whose last messages nobody knows what became, over all of its flights: so an outage costs a
/// handful of messages, and not a campaign.
///
///     trusted ──(5 messages in a row in doubt, or one call of as many)──▶ over ──(its time is over)──▶ trial
///        ▲                                                                 ▲                            │
///        └──────────────────────── an answer that is understood ───────────┼────────────────────────────┤
///                                                                          └──── one more in doubt ─────┘
///
/// Until a first answer is understood, behind a message in doubt and in a trial, one is given at a time, or one call of
/// a few.
package final class Doubts: Sendable {
    private struct State {
        var row: Int
        var underWay = 0
        var isHeard = false
        var over: Over?
    }

    /// Why nothing more is given to the transport.
    struct Over: Equatable {
        let why: String
        /// Each further try may be a message that is lost: it is left alone for longer.
        let isCostly: Bool
    }

    enum Turn {
        /// Whoever has it ends it.
        case go
        /// Another one finds out first.
        case wait
        case over(Over)
    }

    enum Heard {
        /// What became of the messages, or of some of them.
        case understood
        case doubt(messages: Int, why: String, isCostly: Bool)
        /// Nothing was given to the transport.
        case none
    }

    private let state: Mutex<State>
    private static let most = 5

    /// - Parameter isTrial: whether it was in doubt before.
    package init(isTrial: Bool = false) { state = Mutex(State(row: isTrial ? Self.most : 0)) }

    func take() -> Turn {
        state.withLock { state in
            if let over = state.over { return .over(over) }
            if state.row > 0 || !state.isHeard, state.underWay > 0 { return .wait }
            state.underWay += 1
            return .go
        }
    }

    func end(_ heard: Heard) {
        state.withLock { $0.underWay -= 1 }
        note(heard)
    }

    /// The same of what took no turn.
    func note(_ heard: Heard) {
        state.withLock { state in
            switch heard {
            case .none: break
            case .understood:
                state.row = 0
                state.isHeard = true
                state.over = nil
            case .doubt(let messages, let why, let isCostly):
                state.row += messages
                if state.row >= Self.most {
                    state.over = Over(
                        why: "nobody knows what became of the last messages: \(why)", isCostly: isCostly)
                }
            }
        }
    }

    /// One may find out whether the doubts are over.
    func tryAgain() { state.withLock { $0.over = nil } }

    var over: Over? { state.withLock { $0.over } }

    /// How many messages may be given at once: until an answer is understood, and behind a doubt, no more than are in
    /// doubt when nothing more is given; in a trial one. Nil: any number.
    var mostAtOnce: Int? {
        state.withLock { $0.isHeard && $0.row == 0 ? nil : max(1, Self.most - $0.row) }
    }

    /// Whether it has been over, and no answer was understood since.
    var isTrial: Bool { state.withLock { $0.row >= Self.most } }
}
