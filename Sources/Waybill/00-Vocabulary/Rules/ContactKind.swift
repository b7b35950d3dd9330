/// How somebody is contacted, as laws tell it apart.
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

/// What somebody is contacted for, as laws tell it apart.
package enum ContactPurpose: String, CaseIterable, Sendable {
    case service, marketing, survey, debt, political, charity
}

extension Channel {
    /// What its contacts can be where a campaign does not say: all of these rules hold then.
    package var possibleKinds: [ContactKind] {
        switch medium {
        case .sms: [.text]
        case .email: [.email]
        case .call: [.live, .automated, .prerecorded]
        case .other: ContactKind.allCases
        }
    }
}
