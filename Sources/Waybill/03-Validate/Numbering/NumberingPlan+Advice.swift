extension NumberingPlan {
    /// What is wrong with a number that was read but that its plan does not allow.
    package func whyInvalid(_ number: PhoneNumber) -> NumberAdvice {
        let home = home(of: number)
        let count = Int(number.nationalCount)
        let digits = "It has \(count) digits after +\(number.callingCode)"
        switch lengthVerdict(count, in: home) {
        case .tooShort:
            return NumberAdvice(digits + ", at least \(home.leastDigits) are needed.", hint: "Add the missing digits.")
        case .tooLong:
            return NumberAdvice(
                digits + ", at most \(home.mostDigits) are possible.",
                hint: "Remove the extra digits; an extension belongs in another column.")
        case .localOnly:
            return NumberAdvice(
                digits + ": a local number without its area code.", hint: "Put the area code in front.")
        case .between:
            return NumberAdvice(
                digits + "; \(home.possibleDigits) are possible.",
                hint: "Add the missing digits or remove the extra ones.")
        case .possible:
            return NumberAdvice(
                "It has as many digits as numbers of \(home.place) have"
                    + (home.isCountry ? " (+\(number.callingCode))" : "")
                    + ", but the numbering plan there has no such number.",
                hint: "Check the digits with the person; they are probably mistyped.")
        }
    }
}

extension NumberingPlan.Region {
    /// The smallest and the largest count of digits after the calling code.
    package var leastDigits: Int { lengths.trailingZeroBitCount }
    package var mostDigits: Int { 31 - lengths.leadingZeroBitCount }

    /// `9`, or `7, 8 or 10`.
    package var possibleDigits: String {
        let counts = (0..<32).filter { lengths & 1 << UInt32($0) != 0 }.map(String.init)
        guard let last = counts.last, counts.count > 1 else { return counts.first ?? "none" }
        return counts.dropLast().joined(separator: ", ") + " or " + last
    }

    /// The country, or its calling code if it has no country.
    var place: String { isCountry ? name : "+\(callingCode)" }
}
