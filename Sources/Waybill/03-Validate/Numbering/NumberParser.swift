/// Reads a text as a phone number, as leniently as libphonenumber: it searches the text for a number, removes an
/// extension, and reads three or more letters as keypad digits (ITU-T E.161).
package struct NumberParser: Sendable {
    private let plan: NumberingPlan

    package init(plan: NumberingPlan = .world) {
        self.plan = plan
    }

    /// The number in a text of at most 250 Unicode scalars.
    ///
    /// - Parameter region: where a number without `+` is dialled. With nil, or a region without numbers, only numbers
    ///   with `+` can be read.
    package func parse(_ text: Span<UInt8>, region: RegionCode?) throws(NumberFault) -> PhoneNumber {
        if let number = plan.quick(text) { return number }
        var digits = NumberDigits()
        let region = region.flatMap { plan.region($0) }
        guard let hasPlus = try Self.readPlain(text, into: &digits) else {
            return try parseAny(text, region: region).number
        }
        guard hasPlus || region != nil else { throw .invalidCountryCode }
        return try plan.parse(&digits, hasPlus: hasPlus, region: region)
    }

    /// The number, and the extension written after it in any of the known ways.
    package func parseWithExtension(
        _ text: Span<UInt8>, region: RegionCode?
    ) throws(NumberFault) -> (number: PhoneNumber, extension: String) {
        try parseAny(text, region: region.flatMap { plan.region($0) })
    }

    private func parseAny(
        _ text: Span<UInt8>, region: Int?
    ) throws(NumberFault) -> (number: PhoneNumber, extension: String) {
        let written = try NumberText(text)
        guard written.hasPlus || region != nil else { throw .invalidCountryCode }
        var digits = written.digits
        return (try plan.parse(&digits, hasPlus: written.hasPlus, region: region), written.extension)
    }

    /// Reads a text of digits, blanks, `-.()[]/` and one plus before the digits, and returns whether it has the plus;
    /// nil for any other text.
    @inline(__always)
    static func readPlain(_ text: Span<UInt8>, into digits: inout NumberDigits) throws(NumberFault) -> Bool? {
        var hasPlus = false
        var first = 0
        var last = 0
        for position in text.indices {
            let byte = text[position]
            if byte &- 0x30 < 10 {
                if digits.count == 0 { first = position }
                last = position
                digits.append(byte)
                continue
            }
            switch byte {
            case 0x20, 0x28, 0x29, 0x2D, 0x2E, 0x2F, 0x5B, 0x5D: break
            case 0x2B where !hasPlus && digits.count == 0: hasPlus = true
            default: return nil
            }
        }
        guard text.count <= NumberText.mostScalars else { throw .tooLong }
        // Two digits are a number only if nothing separates them.
        guard digits.count > 2 || digits.count == 2 && !hasPlus && last == first + 1 else { throw .notANumber }
        return hasPlus
    }
}
