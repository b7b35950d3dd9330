/// Why a contact stands where it does.
package enum StandingReason: Hashable, Sendable {
    /// Words from outside (a provider's, a list's), or that need no particulars.
    case words(String)
    /// A sampling rule, counted from 0, dropped it; `answer` is its program's reason.
    case sampledOut(rule: Int, label: String, answer: String)
    /// What held it no longer only holds it: it is too late, or a cap drops.
    case hold(HoldReason)
    /// When `first` would no longer hold it, `then` would, for good.
    case tooLate(first: HoldReason, then: HoldReason)
}
