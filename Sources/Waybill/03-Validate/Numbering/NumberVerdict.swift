/// What was found out about a text that should be a phone number.
package enum NumberVerdict: Hashable, Sendable {
    /// - Parameter changedPunctuation: whether anything but a leading `+` and ASCII digits had to be passed over.
    case valid(E164Number, changedPunctuation: Bool)
    /// Not a phone number, or one that its country does not allow.
    case invalid(NumberAdvice)
    /// A known country, and too few or too many digits for it.
    case impossibleLength(NumberAdvice)
    /// A calling code that nobody has, or no country to read a national number in.
    case unknownCountry(NumberAdvice)
}

/// What is wrong with a number, what its sender should do, and what can be set instead, if anything: a sentence each.
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
