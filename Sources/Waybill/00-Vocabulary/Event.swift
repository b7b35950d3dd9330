/// What can happen to a message after it left, as receipts name it, and `expired`, which only time raises.
///
/// The store keeps the raw value, which is the word of the contract: never renamed.
package enum Event: String, CaseIterable, Sendable {
    case accepted, delayed, delivered, opened, clicked, read, failed, bounced, busy
    case noAnswer = "no-answer"
    case connected
    case abandonedCustomer = "abandoned-customer"
    case abandonedDialer = "abandoned-dialer"
    case other, responded, declined, unsubscribed, complained, expired

    /// Whether the person wants no more of us.
    package var isRefusal: Bool { self == .unsubscribed || self == .complained }
}
