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
///
/// Of a call that is answered for some of its messages the others are in doubt. A small call that is answered whole
/// says nothing of a large one: behind a call in doubt they grow twofold from one message on, and all is well again
/// when one as large is answered whole, or very many small ones.
package final class Doubts: Sendable {
    private struct State {
        var row: Int
        var underWay = 0
        var isHeard = false
        var over: Over?
        /// The size of the largest call in doubt.
        var doubted = 0
        /// Of calls that were answered whole since: the size of the largest, and that of all together.
        var answered = (most: 0, all: 0)
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
        /// What became of all messages of a call of so many.
        case understood(of: Int)
        /// Of so many messages of a call nobody knows what became of them.
        case doubt(messages: Int, of: Int, why: String, isCostly: Bool)
        /// Nothing was given to the transport.
        case none
    }

    private let state: Mutex<State>
    private static let most = 5
    /// So many times the size of a call in doubt are many small ones.
    private static let many = 100

    package init() { state = Mutex(State(row: 0)) }

    /// Of a transport that was in doubt before.
    ///
    /// - Parameter doubted: the size of the largest call in doubt.
    init(trialBehind doubted: Int) { state = Mutex(State(row: Self.most, doubted: doubted)) }

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
            case .understood(let size):
                state.isHeard = true
                state.over = nil
                state.answered = (max(state.answered.most, size), state.answered.all + size)
                if state.answered.most >= state.doubted || state.answered.all >= Self.many * state.doubted {
                    (state.row, state.doubted) = (0, 0)
                }
            case .doubt(let messages, let size, let why, let isCostly):
                if messages > 0 {
                    state.row += messages
                    state.doubted = max(state.doubted, size)
                    state.answered = (0, 0)
                }
                // A call that is made again and fails says nothing where others went through.
                if state.row >= Self.most, messages > 0 || state.answered.all == 0 {
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
    /// doubt when nothing more is given, or twice as many as were answered since; in a trial one. Nil: any number.
    var mostAtOnce: Int? {
        state.withLock { state in
            state.isHeard && state.row == 0 ? nil : max(1, Self.most - state.row, 2 * state.answered.most)
        }
    }

    /// Whether it has been over, and no call was answered since that says that all is well.
    var isTrial: Bool { state.withLock { $0.row >= Self.most } }

    var doubted: Int { state.withLock { $0.doubted } }
}
