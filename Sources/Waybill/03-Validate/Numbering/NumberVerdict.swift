/// The verdict on a text that should be a phone number.
package enum NumberVerdict: Hashable, Sendable {
    /// - Parameter changedPunctuation: whether anything but a leading `+` and ASCII digits was skipped.
    case valid(E164Number, changedPunctuation: Bool)
    /// Not a phone number, or one that its country does not allow.
    case invalid(NumberAdvice)
    /// The country is known, but it has no numbers of this length.
    case impossibleLength(NumberAdvice)
    /// An unassigned calling code, or no country in which to read a national number.
    case unknownCountry(NumberAdvice)
}

/// What is wrong with a number, what its sender should do, and what can be set instead, if anything: one sentence each.
package struct NumberAdvice: Hashable, Sendable {
    package let message: String
    package let hint: String
    package let setting: String

    package init(_ message: String, hint: String, setting: String = "") {
        self.message = message
        self.hint = hint
        self.setting = setting
    }
}
