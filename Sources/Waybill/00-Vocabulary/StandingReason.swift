/// Why a contact stands where it does.
package enum StandingReason: Hashable, Sendable {
    /// Words from outside (a provider's, a list's), or words that need no details.
    case words(String)
    /// A sampling rule, counted from 0, dropped it; `answer` is its program's reason.
    case sampledOut(rule: Int, label: String, answer: String)
    /// A hold that became final: the contact expired, or a cap with `then: "drop"` was reached.
    case hold(HoldReason)
    /// Once `first` no longer holds it, `then` would, for good.
    case tooLate(first: HoldReason, then: HoldReason)
}
