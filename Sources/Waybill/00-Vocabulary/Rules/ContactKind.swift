/// How a person is contacted, in the categories of the laws.
package enum ContactKind: String, CaseIterable, Comparable, Sendable {
    /// A person calls.
    case live
    /// A machine dials, and a person talks.
    case automated
    /// A machine talks.
    case prerecorded
    case text, email

    package static func < (left: ContactKind, right: ContactKind) -> Bool { left.rawValue < right.rawValue }
}

/// What a person is contacted for, in the categories of the laws.
package enum ContactPurpose: String, CaseIterable, Sendable {
    case service, marketing, survey, debt, political, charity
}

extension Channel {
    /// What its contacts can be when the campaign does not say: the rules for all of these kinds then hold.
    package var possibleKinds: [ContactKind] {
        switch medium {
        case .sms: [.text]
        case .email: [.email]
        case .call: [.live, .automated, .prerecorded]
        case .other: ContactKind.allCases
        }
    }
}
