/// A number read from a text and looked up in its numbering plan.
package struct PhoneNumber: Hashable, Sendable {
    /// 1 … 999 (ITU-T E.164, assigned country codes).
    package let callingCode: UInt16
    /// How many digits follow the calling code, leading zeros included: 2 … 17.
    package let nationalCount: UInt8
    /// `unknown` if the plan does not allow the number.
    package let type: NumberType
    /// The digits after the calling code as an integer; `nationalCount` tells its leading zeros.
    package let national: UInt64
    /// The region it belongs to, as an index into `NumberingPlan.regions`; nil if the code is shared and no region
    /// fits.
    package let region: Int16?
    /// What the longest known prefix says about the zones.
    let zoneAnswer: UInt16

    package var isValid: Bool { type != .unknown }

    /// The digits after the calling code, leading zeros included.
    package var nationalText: String {
        let digits = String(national)
        return String(repeating: "0", count: Int(nationalCount) - digits.utf8.count) + digits
    }

    package var e164Text: String { "+\(callingCode)" + nationalText }

    /// The number in E.164; nil above 18 digits, which no valid number has.
    package var e164: E164Number? {
        guard Int(nationalCount) + Self.digitCount(ofCode: callingCode) <= E164Number.mostDigits else { return nil }
        return E164Number(digits: UInt64(callingCode) * Self.powers[Int(nationalCount)] + national)
    }

    /// How many digits a calling code has.
    @inline(__always)
    static func digitCount(ofCode code: UInt16) -> Int { code < 10 ? 1 : code < 100 ? 2 : 3 }

    /// 10⁰ … 10¹⁷.
    static let powers: InlineArray<18, UInt64> = {
        var powers = InlineArray<18, UInt64>(repeating: 1)
        for exponent in 1..<18 { powers[exponent] = powers[exponent - 1] * 10 }
        return powers
    }()
}

/// Why a text is not a phone number, by libphonenumber's names.
package enum NumberFault: String, Error, Sendable {
    case invalidCountryCode = "INVALID_COUNTRY_CODE"
    case notANumber = "NOT_A_NUMBER"
    case tooShortAfterPrefix = "TOO_SHORT_AFTER_IDD"
    case tooShort = "TOO_SHORT_NSN"
    case tooLong = "TOO_LONG"
}
