/// What can happen to a message after it left, as receipts name it; and `expired`, which only the passing of time
/// raises.
///
/// The store keeps the raw value, which is the contract's word: never rename.
package enum Event: String, CaseIterable, Sendable {
    case accepted, delivered, read, opened, clicked, delayed, failed, bounced, busy
    case noAnswer = "no-answer"
    case connected
    case abandonedCustomer = "abandoned-customer"
    case abandonedDialer = "abandoned-dialer"
    case other, responded, declined, unsubscribed, complained, expired

    /// Whether the person wants no more messages from us.
    package var isRefusal: Bool { self == .unsubscribed || self == .complained }

    /// How much an event tells of whether a message reached its person, and of what that person said to it.
    package enum Reach: Int, Comparable, Sendable {
        /// Nothing is decided.
        case open
        /// It did not reach its person.
        case missed
        /// It arrived, or may have.
        case arrived
        /// Its person saw it, did something with it, took the call, answered, wants no more of it.
        case seen, used, talked, answered, refused

        package static func < (left: Reach, right: Reach) -> Bool { left.rawValue < right.rawValue }
    }

    package var reach: Reach {
        switch self {
        case .accepted, .delayed, .expired: .open
        case .failed, .bounced, .busy, .noAnswer, .abandonedDialer: .missed
        case .delivered, .abandonedCustomer, .other: .arrived
        case .read, .opened: .seen
        case .clicked: .used
        case .connected: .talked
        case .responded: .answered
        case .declined, .unsubscribed, .complained: .refused
        }
    }
}
