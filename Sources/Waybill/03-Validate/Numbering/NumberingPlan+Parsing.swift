extension NumberingPlan {
    /// What its length says about a national number.
    package enum LengthVerdict: Sendable {
        case possible
        /// Long enough within one area, but the area code is missing.
        case localOnly
        case tooShort
        case tooLong
        /// Between possible lengths.
        case between
    }

    package func lengthVerdict(_ count: Int, in region: Region) -> LengthVerdict {
        // Bit 31 is never set: 31 digits and more are too long.
        let bit = UInt32(1) << UInt32(min(count, 31))
        if region.localLengths & bit != 0 { return .localOnly }
        if region.lengths & bit != 0 { return .possible }
        if bit < region.lengths & (0 &- region.lengths) { return .tooShort }
        return bit > region.lengths ? .tooLong : .between
    }

    package func lengthVerdict(of number: PhoneNumber) -> LengthVerdict {
        lengthVerdict(Int(number.nationalCount), in: home(of: number))
    }

    /// The region that a number belongs to; the main region of its calling code if none fits.
    func home(of number: PhoneNumber) -> Region {
        regions[homePlace(of: number)]
    }

    /// The main country of a calling code; nil for a code without a country.
    func mainRegion(ofCallingCode value: Int) -> RegionCode? {
        let place = codeByValue[value]
        return place == Self.noCode ? nil : RegionCode(regions[codes[Int(place)].mainRegion].name)
    }

    /// Whether something is dialled in a region before national numbers.
    func hasTrunkPrefix(_ region: Int) -> Bool { regions[region].nationalPrefix != 0x8000 }

    /// International digits without a 0 that stands behind the calling code and is a national prefix there; nil where
    /// none does.
    func withoutTrunkZero(_ digits: NumberDigits) -> (value: UInt64, count: Int)? {
        guard let (code, national) = callingCode(digits, 0..<digits.count), national.count > 1,
            digits.bytes[national.lowerBound] == 0x30,
            regions[codes[code].mainRegion].nationalPrefix != 0x8000
        else { return nil }
        var rest = NumberDigits()
        for position in 0..<digits.count where position != national.lowerBound { rest.append(digits.bytes[position]) }
        return (rest.value(of: 0..<rest.count), rest.count)
    }

    /// The index in `regions` of the region that a number belongs to; the main region of its calling code if none fits.
    package func homePlace(of number: PhoneNumber) -> Int {
        number.region.map(Int.init) ?? codes[Int(codeByValue[Int(number.callingCode)])].mainRegion
    }

    /// Reads dialled digits as libphonenumber does: the calling code, the national prefix with its transform, the
    /// lengths.
    ///
    /// - Parameter region: where the number is dialled, as an index into `regions`.
    func parse(_ digits: inout NumberDigits, hasPlus: Bool, region: Int?) throws(NumberFault) -> PhoneNumber {
        let all = 0..<digits.count
        var found: (code: Int, national: Range<Int>)?
        if hasPlus {
            guard digits.count > 2 else { throw .tooShortAfterPrefix }
            found = callingCode(digits, all)
        }
        if found == nil {
            // After a plus without a valid calling code, the digits may still be a number of the region.
            found = try callingCodeWithoutPlus(&digits, region: region)
            if hasPlus, found == nil { throw .invalidCountryCode }
        }
        let code: Int
        let home: Region
        var national: Range<Int>
        if let found {
            (code, national) = found
            home = regions[codes[code].mainRegion]
        } else {
            guard let region else { throw .invalidCountryCode }
            home = regions[region]
            code = Int(codeByValue[Int(home.callingCode)])
            national = all
        }
        guard national.count >= 2 else { throw .tooShort }
        let stripped = withoutNationalPrefix(&digits, national, home)
        switch lengthVerdict(stripped.count, in: home) {
        case .possible, .tooLong: national = stripped
        case .tooShort, .localOnly, .between: break
        }
        guard national.count >= 2 else { throw .tooShort }
        guard national.count <= 17 else { throw .tooLong }
        return number(code, digits, national)
    }

    /// Looks a national number up.
    @inline(__always)
    private func number(_ code: Int, _ digits: borrowing NumberDigits, _ national: Range<Int>) -> PhoneNumber {
        let code = codes[code]
        let kind = classes[label(from: code.classes, digits, national)]
        return PhoneNumber(
            callingCode: code.value, nationalCount: UInt8(national.count), type: kind.type,
            national: digits.value(of: national), region: region(kind, code),
            zoneAnswer: UInt16(label(from: code.zones, digits, national)))
    }

    @inline(__always)
    private func region(_ kind: NumberClass, _ code: CallingCode) -> Int16? {
        switch kind.region {
        case .main: Int16(code.mainRegion)
        case .none: nil
        case .region(let place): place
        }
    }

    /// The calling code at the start of a range, and the digits after it.
    @inline(__always)
    private func callingCode(_ digits: borrowing NumberDigits, _ range: Range<Int>) -> (
        code: Int, national: Range<Int>
    )? {
        guard let first = range.first, digits.bytes[first] != 0x30 else { return nil }
        var value = 0
        for position in range.prefix(3) {
            value = value * 10 + Int(digits.bytes[position] &- 0x30)
            let code = codeByValue[value]
            if code != Self.noCode { return (Int(code), position + 1..<range.upperBound) }
        }
        return nil
    }

    /// The calling code after the region's international prefix; or the region's own, if the number makes more sense
    /// with it than without.
    private func callingCodeWithoutPlus(
        _ digits: inout NumberDigits, region: Int?
    ) throws(NumberFault) -> (code: Int, national: Range<Int>)? {
        guard let region else { return nil }
        let home = regions[region]
        let all = 0..<digits.count
        let prefix = label(from: home.internationalPrefix, digits, all)
        if prefix > 0 {
            let rest = all.dropFirst(prefixOutcomes[prefix].length)
            // No calling code begins with 0.
            if rest.isEmpty || digits.bytes[rest.lowerBound] != 0x30 {
                guard rest.count > 2 else { throw .tooShortAfterPrefix }
                guard let found = callingCode(digits, rest) else { throw .invalidCountryCode }
                return found
            }
        }
        guard let own = callingCode(digits, all), codes[own.code].value == home.callingCode else { return nil }
        let stripped = withoutNationalPrefix(&digits, own.national, home)
        let isBetter = !isGeneral(digits, all, home) && isGeneral(digits, stripped, home)
        guard isBetter || lengthVerdict(all.count, in: home) == .tooLong else { return nil }
        return (own.code, stripped)
    }

    /// Removes what is dialled before a national number, unless only the number with it can be valid.
    @inline(__always)
    private func withoutNationalPrefix(
        _ digits: inout NumberDigits, _ range: Range<Int>, _ home: Region
    ) -> Range<Int> {
        guard home.nationalPrefix != 0x8000, !range.isEmpty else { return range }
        let found = label(from: home.nationalPrefix, digits, range)
        guard found > 0 else { return range }
        let outcome = prefixOutcomes[found]
        let wasGeneral = isGeneral(digits, range, home)
        let stripped = outcome.isTransform ? digits.rewrite(range, as: outcome) : range.dropFirst(outcome.length)
        return wasGeneral && !isGeneral(digits, stripped, home) ? range : stripped
    }

    private func isGeneral(_ digits: borrowing NumberDigits, _ range: Range<Int>, _ home: Region) -> Bool {
        label(from: home.general, digits, range) == 1
    }

    /// The number, if the text is `+` and 8 … 15 ASCII digits with nothing to remove; nil means undecided.
    ///
    /// The result is that of `parse`: the walks begin after three digits, and `parse` handles a number with a national
    /// prefix after its calling code.
    @inline(__always)
    package func quick(_ text: Span<UInt8>) -> PhoneNumber? {
        guard let (digits, lead, kind) = quickClass(text) else { return nil }
        let code = codes[Int(lead.code)]
        let nationalCount = text.count - 1 - PhoneNumber.digitCount(ofCode: code.value)
        return PhoneNumber(
            callingCode: code.value, nationalCount: UInt8(nationalCount), type: kind.type,
            national: digits - UInt64(code.value) * PhoneNumber.powers[nationalCount], region: region(kind, code),
            zoneAnswer: UInt16(label(of: lead.zones, text)))
    }

    /// The digits and the type of the number that `quick` reads.
    @inline(__always)
    func quickType(_ text: Span<UInt8>) -> (digits: UInt64, type: NumberType)? {
        guard let (digits, _, kind) = quickClass(text) else { return nil }
        return (digits, kind.type)
    }

    @inline(__always)
    private func quickClass(_ text: Span<UInt8>) -> (digits: UInt64, lead: Lead, kind: NumberClass)? {
        let count = text.count - 1
        guard count >= 8, count <= 15, text[0] == 0x2B else { return nil }
        // Safe: the load is checked against the span's bounds, and every bit pattern is an integer.
        let word = unsafe text.bytes.unsafeLoadUnaligned(fromByteOffset: 1, as: UInt64.self)
        guard var value = E164Number.eightDigits(UInt64(littleEndian: word)) else { return nil }
        let lead = leads[Int(value / 100_000)]
        guard lead.code != Self.noCode else { return nil }
        for index in 9..<text.count {
            let digit = text[index] &- 0x30
            guard digit < 10 else { return nil }
            value = value &* 10 &+ UInt64(digit)
        }
        guard label(of: lead.nationalPrefix, text) == 0 else { return nil }
        return (value, lead, classes[label(of: lead.classes, text)])
    }

    @inline(__always)
    private func label(of walk: Walk, _ text: Span<UInt8>) -> Int {
        label(from: walk.edge, text, Int(walk.read) + 1..<text.count)
    }
}
