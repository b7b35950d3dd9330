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
}
