/// What a valid number is used for, according to its country's numbering plan.
package enum NumberType: UInt8, CaseIterable, Sendable {
    /// No plan allows the number.
    case unknown
    case fixed
    case mobile
    case premium
    case tollFree
    case sharedCost
    case voip
    /// Follows a person between lines.
    case personal
    case pager
    /// One number for a whole company (universal access number).
    case uan
    case voicemail
    /// The plan does not distinguish the two, as in North America.
    case fixedOrMobile

    /// The name in a campaign's `numbers.accept`.
    package var label: String {
        switch self {
        case .unknown: "unknown"
        case .fixed: "fixed-line"
        case .mobile: "mobile"
        case .premium: "premium-rate"
        case .tollFree: "toll-free"
        case .sharedCost: "shared-cost"
        case .voip: "voip"
        case .personal: "personal-number"
        case .pager: "pager"
        case .uan: "uan"
        case .voicemail: "voicemail"
        case .fixedOrMobile: "fixed-line-or-mobile"
        }
    }

    /// Whether the type is among a campaign's `numbers.accept`. A type that may be either of two matches both.
    package func isAmong(_ labels: [String]) -> Bool {
        labels.contains { label in
            label == "any" || label == self.label
                || self == .fixedOrMobile && (label == NumberType.fixed.label || label == NumberType.mobile.label)
        }
    }

    /// Whether text messages reach such numbers. For a number of unknown type, the carrier decides.
    package var takesSMS: Bool {
        switch self {
        case .mobile, .fixedOrMobile, .personal, .unknown: true
        case .fixed, .premium, .tollFree, .sharedCost, .voip, .pager, .uan, .voicemail: false
        }
    }

    /// libphonenumber's name.
    package var libphonenumberName: String {
        switch self {
        case .unknown: "UNKNOWN"
        case .fixed: "FIXED_LINE"
        case .mobile: "MOBILE"
        case .premium: "PREMIUM_RATE"
        case .tollFree: "TOLL_FREE"
        case .sharedCost: "SHARED_COST"
        case .voip: "VOIP"
        case .personal: "PERSONAL_NUMBER"
        case .pager: "PAGER"
        case .uan: "UAN"
        case .voicemail: "VOICEMAIL"
        case .fixedOrMobile: "FIXED_LINE_OR_MOBILE"
        }
    }
}
