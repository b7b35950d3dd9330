/// Says whether a text is a phone number, and which one.
///
/// `plan` and `possible` know the assigned calling codes and the lengths of their national numbers (`NumberingOutline`);
/// `plan` adds the shape of North American numbers (area and exchange codes begin with 2 … 9). `syntax` asks only for
/// 4 … 15 digits. A number is international with `+`, with 00 or with the international prefix of the region it is read
/// in; else it is a number of that region, with or without its trunk prefix, or with the region's calling code in front.
package struct NumberJudge: Sendable {
    private let check: Campaign.NumberCheck
    /// The region of numbers whose record names none.
    private let defaultRegion: RegionCode?
    private let outline = NumberingOutline.world

    /// - Parameter defaultRegion: ISO 3166 alpha-2; any other text leaves national numbers without a country.
    package init(check: Campaign.NumberCheck, defaultRegion: String) {
        self.check = check
        self.defaultRegion = RegionCode(defaultRegion)
    }

    /// Judges a number, trimmed and not empty.
    ///
    /// - Parameter region: where a national number belongs; nil for the default region.
    package func judge(_ text: Span<UInt8>, region: RegionCode?) -> NumberVerdict {
        if let number = plain(text) { return .valid(number, changedPunctuation: false) }
        if let decimal = NumberAdvice(spreadsheetNumber: text) { return .invalid(decimal) }
        let dialled: DialledDigits
        do {
            dialled = try DialledDigits(text)
        } catch {
            return .invalid(NumberAdvice(stray: error.scalar))
        }
        guard dialled.count > 0 else {
            return .invalid(NumberAdvice("There are no digits in it.", hint: NumberAdvice.fullForm))
        }
        guard dialled.count <= DialledDigits.mostDigits else {
            return .impossibleLength(
                NumberAdvice(
                    "It has \(dialled.count) digits; the longest phone number has 15.",
                    hint: "Put one number in each phone column, without an extension."))
        }
        return judge(dialled, region: region ?? defaultRegion)
    }

    /// The number when it is `+` and 8 … 15 ASCII digits and nothing is to be said against it; nil leaves the question open.
    @inline(__always)
    package func plain(_ text: Span<UInt8>) -> E164Number? {
        let count = text.count - 1
        guard count >= 8, count <= 15, text[0] == 0x2B else { return nil }
        // Safe: the load is checked against the span's bounds, and every bit pattern is an integer.
        let word = unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: 1, as: UInt64.self)
        guard var value = Self.eightDigits(UInt64(littleEndian: word)) else { return nil }
        let found = Int(outline.byLeadingDigits[Int(value / 100_000)])
        for index in 9..<text.count {
            let digit = text[index] &- 0x30
            guard digit < 10 else { return nil }
            value = value &* 10 &+ UInt64(digit)
        }
        guard found > 0 else { return nil }
        // North America: one length, and a shape.
        if found == 1 {
            guard count == 11, text[2] >= 0x32 && text[5] >= 0x32 || check != .plan else { return nil }
            return E164Number(digits: value)
        }
        let national = count - outline.codes[found - 1].codeDigits
        let first = text[count - national + 1]
        guard national >= outline.codes[found - 1].shortest, national <= outline.codes[found - 1].longest,
            first != 0x30 || !outline.codes[found - 1].isZeroTrunk
        else { return nil }
        return E164Number(digits: value)
    }

    /// The number that eight ASCII digits write, the first of them in the lowest byte; nil when one is no digit.
    ///
    /// Neighbours are joined three times: to four numbers below 100, two below 10,000, one.
    @inline(__always)
    private static func eightDigits(_ word: UInt64) -> UInt64? {
        let upper: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
        let zeros: UInt64 = 0x3030_3030_3030_3030
        // Adding 6 carries a digit above 9 into the upper half of its byte.
        guard word & upper == zeros, (word &+ 0x0606_0606_0606_0606) & upper == zeros else { return nil }
        let single = word ^ zeros
        let pairs = (single &* 10 &+ single >> 8) & 0x00FF_00FF_00FF_00FF
        let fours = (pairs &* 100 &+ pairs >> 16) & 0x0000_FFFF_0000_FFFF
        return (fours &* 10_000 &+ fours >> 32) & 0xFFFF_FFFF
    }

    private func judge(_ dialled: DialledDigits, region: RegionCode?) -> NumberVerdict {
        if dialled.hasPlus { return international(dialled, after: 0) }
        // 010… in Japan may be either: what is no international number is then tried as a national one.
        var asInternational: NumberVerdict?
        if let region {
            for prefix in outline.internationalPrefixes(of: region) where Self.begins(dialled, with: prefix) {
                let verdict = international(dialled, after: prefix.digits)
                if case .valid = verdict { return verdict }
                asInternational = verdict
            }
        }
        if asInternational == nil, Self.begins(dialled, with: .doubleZero) {
            return international(dialled, after: 2)
        }
        guard let region, let code = outline.code(of: region) else {
            return .unknownCountry(
                NumberAdvice(
                    "It has no country code, and no region is known to read it in.",
                    hint:
                        "Write it with + and the country code, add a `country` column, or set the campaign's `region`."
                ))
        }
        let verdict = national(dialled, of: region, code)
        if case .valid = verdict { return verdict }
        return asInternational ?? verdict
    }

    /// Judges the digits after an international prefix of `skipped` digits.
    private func international(_ dialled: DialledDigits, after skipped: Int) -> NumberVerdict {
        let count = dialled.count - skipped
        let value = dialled.value % Self.powers[count]
        guard count >= 3, value >= Self.powers[count - 1] else {
            return .unknownCountry(
                NumberAdvice("No country code begins like this.", hint: "Check the digits after the + or 00."))
        }
        let leading = Int(value / Self.powers[count - 3])
        let found = Int(outline.byLeadingDigits[leading])
        guard found > 0 else {
            if check == .syntax { return valid(value, digits: count, changed: dialled.isChanged) }
            return .unknownCountry(
                NumberAdvice(
                    "No country has a calling code that begins with \(leading).",
                    hint: "Check the digits after the + or 00."))
        }
        let code = outline.codes[found - 1]
        var digits = count - code.codeDigits
        var changed = dialled.isChanged
        let hasBracket = dialled.digitsBeforeBracketedZero == skipped + code.codeDigits
        guard dialled.digitsBeforeBracketedZero == nil || hasBracket else { return Self.misplacedBracket }
        // A trunk 0 written after the country code is not part of the number; where nothing is dialled first, it is.
        let national = value % Self.powers[digits]
        if hasBracket, code.trunks.isEmpty {
            digits += 1
        } else if code.isZeroTrunk, digits > 1, national < Self.powers[digits - 1] {
            digits -= 1
            changed = true
        }
        return judge(national, digits: digits, code, changed: changed)
    }

    private func national(
        _ dialled: DialledDigits, of region: RegionCode, _ code: NumberingOutline.CallingCode
    ) -> NumberVerdict {
        guard dialled.digitsBeforeBracketedZero == nil || Self.begins(dialled, with: code) else {
            return Self.misplacedBracket
        }
        for trunk in code.trunks where Self.begins(dialled, with: trunk) {
            let digits = dialled.count - trunk.digits
            let rest = dialled.value % Self.powers[digits]
            if isPossible(rest, digits: digits, code) {
                return judge(rest, digits: digits, code, changed: dialled.isChanged)
            }
        }
        if dialled.digitsBeforeBracketedZero == nil, isPossible(dialled.value, digits: dialled.count, code) {
            return judge(dialled.value, digits: dialled.count, code, changed: dialled.isChanged)
        }
        // A country code without its +, as exports of "MSISDN" columns have it.
        if Self.begins(dialled, with: code) {
            let verdict = international(dialled, after: 0)
            if case .valid = verdict { return verdict }
        }
        return .impossibleLength(
            NumberAdvice(
                "A number of \(region) has \(Self.range(code)) digits without its prefix; this one has \(dialled.count).",
                hint: "Add the missing digits or remove the extra ones; write a number of another country with +."))
    }

    private func judge(
        _ national: UInt64, digits: Int, _ code: NumberingOutline.CallingCode, changed: Bool
    ) -> NumberVerdict {
        let value = code.code * Self.powers[min(digits, 15)] + national
        guard check == .syntax || (digits >= code.shortest && digits <= code.longest) else {
            return .impossibleLength(
                NumberAdvice(
                    "A number with +\(code.code) has \(Self.range(code)) digits after that; this one has \(digits).",
                    hint: digits < code.shortest
                        ? "Add the missing digits." : "Remove the extra digits; an extension belongs in another column."
                ))
        }
        if check == .plan, code.code == 1 {
            for (place, name) in [(9, "area"), (6, "exchange")] {
                let digit = national / Self.powers[place] % 10
                guard digit >= 2 else {
                    return .invalid(
                        NumberAdvice(
                            "No \(name) code of a number with +1 begins with \(digit).",
                            hint: "Correct the number; it reads +1, area code, exchange code, four digits."))
                }
            }
        }
        return valid(value, digits: code.codeDigits + digits, changed: changed)
    }

    private func valid(_ value: UInt64, digits: Int, changed: Bool) -> NumberVerdict {
        guard digits >= 4, digits <= 15 else {
            return .impossibleLength(
                NumberAdvice(
                    "It has \(digits) digits with its country code; phone numbers have 4 to 15.",
                    hint: "Add the missing digits or remove the extra ones."))
        }
        return .valid(E164Number(digits: value), changedPunctuation: changed)
    }

    /// Whether national digits are of a length that the country has, and do not begin with its trunk 0.
    private func isPossible(_ national: UInt64, digits: Int, _ code: NumberingOutline.CallingCode) -> Bool {
        guard digits > 0, !code.isZeroTrunk || national >= Self.powers[digits - 1] else { return false }
        return digits >= code.shortest && digits <= code.longest || check == .syntax
    }

    private static func begins(_ dialled: DialledDigits, with prefix: NumberingOutline.Prefix) -> Bool {
        dialled.count > prefix.digits && dialled.value / powers[dialled.count - prefix.digits] == prefix.value
    }

    private static func begins(_ dialled: DialledDigits, with code: NumberingOutline.CallingCode) -> Bool {
        dialled.count > code.codeDigits && dialled.value / powers[dialled.count - code.codeDigits] == code.code
    }

    private static func range(_ code: NumberingOutline.CallingCode) -> String {
        code.shortest == code.longest ? "\(code.shortest)" : "\(code.shortest) to \(code.longest)"
    }

    private static var misplacedBracket: NumberVerdict {
        .invalid(
            NumberAdvice("It has (0) in a place other than after the country code.", hint: NumberAdvice.fullForm))
    }

    /// 10⁰ … 10¹⁹.
    private static let powers: [UInt64] = (0...19).map { exponent in (0..<exponent).reduce(1) { power, _ in power * 10 }
    }
}
