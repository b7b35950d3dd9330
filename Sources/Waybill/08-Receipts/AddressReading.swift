/// One recipient that an address in results, replies and lists can mean.
///
/// Providers write numbers in international form without the plus, people as they dial them, and digits are often a
/// number both ways: `491711234578` is a German mobile and, dialled in Germany, a line in Leer. So an address has
/// readings, and a stop counts for all of them: not contacting one number too many costs less than missing a stop.
package struct AddressReading: Hashable, Sendable {
    package let key: UInt64
    /// `phone` or `email`; `id` where somebody is known by that alone.
    package let kind: Listing.Kind
    /// A number that no plan has, so that no contact has it: whoever is meant is somebody else.
    package let isNobodys: Bool

    init(key: UInt64, kind: Listing.Kind, isNobodys: Bool = false) {
        (self.key, self.kind, self.isNobodys) = (key, kind, isNobodys)
    }

    /// An id with all that differ from it only in writing.
    static func listed(id: [UInt8]) -> AddressReading {
        AddressReading(key: IDForm.listedKey(id.span), kind: .id)
    }

    /// The same, and the id as it is written: for what is also looked up by that, and for what earlier versions listed.
    package static func ids(_ id: [UInt8]) -> [AddressReading] {
        [AddressReading(key: RecipientKey.id(id.span), kind: .id), listed(id: id)]
    }

    /// All readings, the likeliest first; none where it is neither a number nor an address. The advice says what is
    /// wrong with how it is written: it counts for all that it can mean all the same.
    ///
    /// With a plus, a number is itself. Without one, it is every number that a plan allows: with the digits as its
    /// calling code and number, and dialled in each of the regions. Then come numbers of a possible length, which are
    /// nobody's (`isNobodys`) where the text can be nothing else; or, if a campaign accepts such, the digits as they
    /// are.
    ///
    /// - Parameter isStop: whether it is asked so that somebody is left alone. Only then an address with an @ is the
    ///   number in front of it, too: what else comes of it must not reach somebody else.
    package static func read(
        _ address: [UInt8], _ rules: AddressRules, isStop: Bool = true
    ) -> (readings: [AddressReading], damage: NumberAdvice?) {
        let address = withPlainSpaces(address)
        if address.contains(UInt8(ascii: "@")) { return readEmail(address, rules, isStop: isStop) }
        let (numbers, damage, why) = readNumbers(address, rules)
        return (
            (isStop ? withOtherForms(numbers) : numbers).map {
                AddressReading(key: RecipientKey.phone($0), kind: .phone, isNobodys: why != nil)
            },
            damage ?? (isStop ? why : nil)
        )
    }

    /// The numbers of some plan and the addresses that stand in a text that was not written as one: in a damaged row,
    /// or beside a value. Dates, ids and amounts stand there, too, so that digits alone have to be such a number.
    package static func standing(in text: [UInt8], _ rules: AddressRules) -> [AddressReading] {
        let text = withPlainSpaces(text)
        if text.contains(UInt8(ascii: "@")) { return readEmail(text, rules, isStop: true).readings }
        return withOtherForms(readNumbers(text, rules, onlyValid: true).numbers).map {
            AddressReading(key: RecipientKey.phone($0), kind: .phone)
        }
    }

    /// With the numbers by which their plan knows the same subscriber as well.
    private static func withOtherForms(_ numbers: [E164Number]) -> [E164Number] {
        let plan = NumberingPlan.world
        return numbers.reduce(into: numbers) { all, number in
            let text = Array("+\(number.digits)".utf8)
            guard plan.mayHaveOtherForms(text.span), var digits = try? DialledDigits(text.span).digits,
                let found = try? plan.parse(&digits, hasPlus: true, region: nil)
            else { return }
            for other in plan.otherForms(of: found).compactMap(\.e164) where !all.contains(other) { all.append(other) }
        }
    }

    /// The numbers that a value can be, those of a plan where there are any: of several nobody knows which is meant.
    package static func likelyNumbers(_ value: [UInt8], _ rules: AddressRules) -> [E164Number] {
        let value = withPlainSpaces(value)
        let valid = dialled(value, rules, onlyValid: true).numbers
        return valid.isEmpty ? dialled(value, rules).numbers : valid
    }

    /// The readings alone.
    package static func all(of address: [UInt8], _ rules: AddressRules) -> [AddressReading] {
        read(address, rules).readings
    }

    /// A text with the spaces of Unicode as plain ones, without invisible characters and outer spaces.
    private static func withPlainSpaces(_ text: [UInt8]) -> [UInt8] {
        let isSpace: (UInt8) -> Bool = { $0 <= 0x20 }
        var plain = text
        if text.contains(where: { $0 >= 0x80 }), let string = String(validating: text, as: UTF8.self) {
            let scalars = string.unicodeScalars.compactMap { scalar -> Unicode.Scalar? in
                if scalar.properties.generalCategory == .format { return nil }
                return scalar.properties.isWhitespace ? " " : scalar
            }
            plain = Array(String(String.UnicodeScalarView(scalars)).utf8)
        }
        return Array(plain.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }

    /// The keys of all listings of more than one recipient that concern an address: the prefixes of its numbers, or its
    /// domain and those above it.
    package static func wideKeys(of address: [UInt8], _ rules: AddressRules) -> [UInt64] {
        var keys: [UInt64] = []
        let take = { (key: UInt64) -> Never? in
            keys.append(key)
            return nil
        }
        for number in readNumbers(address, rules).numbers {
            _ = RecipientKeys.firstBeginning(of: Array("+\(number.digits)".utf8)[...], take)
        }
        _ = RecipientKeys.firstDomain(of: address[...], take)
        return keys
    }

    /// An address as it is, or every address in a text that has more: `Ann <ann@example.com>`.
    private static func readEmail(
        _ text: [UInt8], _ rules: AddressRules, isStop: Bool
    ) -> (readings: [AddressReading], damage: NumberAdvice?) {
        func reading(_ address: some Collection<UInt8>) -> [AddressReading] {
            let bytes = Array(address)
            guard EmailAddress.fault(of: bytes.span) == nil else { return [] }
            return [AddressReading(key: RecipientKey.email(bytes.span), kind: .email)]
        }
        func numbers(in address: some Collection<UInt8>) -> [AddressReading] {
            isStop ? AddressWithNumber.numbers(inFrontOf: Array(address)).flatMap { valid($0, rules) } : []
        }
        let whole = reading(text)
        if !whole.isEmpty { return (whole + numbers(in: text), nil) }
        var readings = isStop ? AddressWithNumber.withContext(text).map { valid($0, rules) } ?? [] : []
        for piece in text.split(whereSeparator: { Self.isAroundAddress($0) }) {
            // The end of a sentence.
            let address = Array(piece.reversed().drop { $0 == UInt8(ascii: ".") }.reversed())
            var found = reading(address) + numbers(in: piece)
            // `http://ann@example.com`, `mailto:ann@example.com?subject=stop`.
            if let bare = AddressWithNumber.withoutLink(address) { found += reading(bare) }
            if found.isEmpty, mayBeNumber(piece) { found = valid(Array(piece), rules) }
            for one in found where !readings.contains(one) { readings.append(one) }
        }
        return (
            readings,
            NumberAdvice(
                "The value is no e-mail address.",
                hint: "Write the bare address as in ann@example.com, without name and brackets.")
        )
    }

    /// The pieces between delimiters, quotes and brackets of a text that cannot be read: each may be an address.
    package static func pieces(of text: [UInt8]) -> [[UInt8]] {
        let isSpace: (UInt8) -> Bool = { $0 <= 0x20 }
        return text.split { byte in
            switch byte {
            case 0x09, 0x0A, 0x0D, 0x22, 0x2C, 0x3A, 0x3B, 0x3C, 0x3E, 0x5B, 0x5D, 0x7B, 0x7C, 0x7D: true
            case _: false
            }
        }.map { Array($0.drop(while: isSpace).reversed().drop(while: isSpace).reversed()) }.filter { !$0.isEmpty }
    }

    /// White space, `< > ( ) [ ] , ; : " ' |`.
    private static func isAroundAddress(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, 0x22, 0x27...0x29, 0x2C, 0x3A...0x3C, 0x3E, 0x5B, 0x5D, 0x7C: true
        case _: false
        }
    }

    /// The numbers that a text can mean. Of one with several numbers in it, or a number and something else, each.
    ///
    /// - Parameter onlyValid: whether all of the text, too, has to be a number of some plan, and no date.
    /// - Returns: with why nobody has any of them, where no plan does.
    private static func readNumbers(
        _ text: [UInt8], _ rules: AddressRules, onlyValid: Bool = false
    ) -> (numbers: [E164Number], damage: NumberAdvice?, whyNobodys: NumberAdvice?) {
        if let number = SpreadsheetNumber(text.span) {
            let found =
                number.original.isEmpty ? Dialled() : dialled(number.original, rules, onlyValid: onlyValid)
            return (found.numbers, NumberAdvice(number, text.span), found.whyNobodys)
        }
        let isDate = onlyValid && !mayBeNumber(text[...])
        let found = isDate ? Dialled() : dialled(text, rules, onlyValid: onlyValid)
        var (numbers, why) = (found.numbers, found.whyNobodys)
        let whole = numbers.count
        func add(_ text: [UInt8]) {
            for number in dialled(text, rules, onlyValid: true).numbers where !numbers.contains(number) {
                numbers.append(number)
                why = nil
            }
        }
        for part in parts(of: text, isNumber: !numbers.isEmpty) { add(Array(part)) }
        if whole == 0 {
            let inParts = numbers.count
            for form in MisspeltNumber.forms(of: text) where mayBeNumber(form[...]) { add(form) }
            if inParts == 0, !numbers.isEmpty {
                return (
                    numbers,
                    NumberAdvice(
                        "It is no number as it is written.",
                        hint: "Write + and digits alone, such as +14155550123."), nil
                )
            }
        }
        guard numbers.count > whole else { return (numbers, nil, why) }
        return (
            numbers,
            NumberAdvice(
                "It holds more than one number, or a number and something else.",
                hint: "Write one number, without an extension or a remark."), why
        )
    }

    /// The parts of a text that may each be a number.
    private static func parts(of text: [UInt8], isNumber: Bool) -> [ArraySlice<UInt8>] {
        // A slash may separate an extension, the last digits of a second number, or only a part of this one.
        let slash = text.lastIndex(of: UInt8(ascii: "/"))
        if isNumber {
            // A data tool may have added a decimal to a number with points; "01.42.68.53.00" is not such a case.
            let decimal = text.suffix(2) == Array(".0".utf8)[...] ? [text.dropLast(2)] : []
            return ((slash.map { [text[..<$0]] } ?? []) + decimal).filter(mayBeNumber)
        }
        var parts = text.split(whereSeparator: isBetweenNumbers)
        parts += parts.compactMap(withoutDecimals) + [withoutTrunkZero(text)].compactMap(\.self)
        if let number = AddressWithNumber.withContext(text) { parts.append(number[...]) }
        // Two numbers with nothing but a blank between them.
        parts += parts.flatMap { part in part.split { $0 <= 0x20 } }
        return parts.filter(mayBeNumber)
    }

    /// `+1 (0)415 …` as it is dialled from abroad.
    private static func withoutTrunkZero(_ text: [UInt8]) -> ArraySlice<UInt8>? {
        let zero = Array("(0)".utf8)
        guard let place = text.indices.first(where: { text[$0...].starts(with: zero) }) else { return nil }
        return (text[..<place] + text[(place + zero.count)...])[...]
    }

    private static func withoutDecimals(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let head = text.reversed().drop { $0 == 0x30 }
        guard head.count < text.count, let point = head.first, point == 0x2E || point == 0x2C else { return nil }
        return Array(head.dropFirst().reversed())[...]
    }

    /// Everything but digits, the punctuation of numbers, and non-ASCII characters.
    private static func isBetweenNumbers(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x20, 0x28...0x29, 0x2B, 0x2D...0x2E, 0x80...: false
        case _: true
        }
    }

    /// Whether a part of a text has the digits of a number, and is not a date: groups of 4, 2 and 2 digits, or the
    /// reverse.
    static func mayBeNumber(_ part: ArraySlice<UInt8>) -> Bool {
        let groups = part.split { $0 &- 0x30 >= 10 }.map(\.count)
        guard groups.reduce(0, +) >= 7 else { return false }
        let isDate = groups.starts(with: [4, 2, 2]) || groups.starts(with: [2, 2, 4])
        return !isDate || part.first { $0 > 0x20 } == UInt8(ascii: "+")
    }

    /// The numbers alone that a plan allows.
    static func valid(_ text: [UInt8], _ rules: AddressRules) -> [AddressReading] {
        withOtherForms(dialled(text, rules, onlyValid: true).numbers).map {
            AddressReading(key: RecipientKey.phone($0), kind: .phone)
        }
    }

    /// The numbers that digits can be, those of a plan first.
    private struct Dialled {
        var numbers: [E164Number] = []
        /// Set where no plan has any of them, and no campaign takes such.
        var whyNobodys: NumberAdvice?
    }

    private static func dialled(_ text: [UInt8], _ rules: AddressRules, onlyValid: Bool = false) -> Dialled {
        guard let dialled = try? DialledDigits(text.span), dialled.digits.count > 1 else { return Dialled() }
        let plan = NumberingPlan.world
        let digits = dialled.digits
        var asIs: E164Number?
        if rules.takesAnyDigits, digits.count >= 4, digits.count <= E164Number.mostDigits, digits.bytes[0] != 0x30 {
            asIs = E164Number(digits: digits.value(of: 0..<digits.count))
        }
        var found: [PhoneNumber] = []
        func read(_ digits: NumberDigits, hasPlus: Bool, region: Int?) {
            var digits = digits
            if let number = try? plan.parse(&digits, hasPlus: hasPlus, region: region) { found.append(number) }
        }
        if let rest = digits.afterDoubleZero, !dialled.hasPlus { read(rest, hasPlus: true, region: nil) }
        read(digits, hasPlus: true, region: nil)
        if !dialled.hasPlus {
            for region in rules.regions { read(digits, hasPlus: false, region: NumberJudge.place(of: region)) }
        }
        // Where numbers begin with a zero, a spreadsheet takes it from them: `669812345` was 06 69812345 in Rome.
        for number in found where !number.isValid && plan.lengthVerdict(of: number) == .possible {
            let whole = "+\(number.callingCode)0\(number.nationalText)"
            if let zero = try? DialledDigits(Array(whole.utf8).span) { read(zero.digits, hasPlus: true, region: nil) }
        }
        // `+55 11 9123-4567` of an old address book has a ninth digit now; without the plus, in Brazil.
        let isInternational = dialled.hasPlus || digits.afterDoubleZero != nil
        found += found.filter { !$0.isValid && (isInternational || rules.isHome($0.callingCode)) }
            .flatMap(plan.otherForms)
        var numbers = found.filter(\.isValid).compactMap(\.e164)
        var why: NumberAdvice?
        if !onlyValid {
            let others = found.filter { !$0.isValid && plan.lengthVerdict(of: $0) == .possible }
            if numbers.isEmpty, !rules.takesAnyDigits {
                // Without + a number is one of home, if it can be.
                let atHome = isInternational ? nil : others.first { rules.isHome($0.callingCode) }
                why = (atHome ?? others.first).map { number in
                    let advice = plan.whyInvalid(number)
                    guard atHome != nil else { return advice }
                    return NumberAdvice(
                        advice.message,
                        hint: advice.hint + " It was read as one of \(plan.home(of: number).place), since it has no +: "
                            + "write + and its country code if it is of another country.")
                }
            }
            numbers += others.compactMap(\.e164)
        }
        // What a campaign that asks for no plan has accepted is found as it was stored.
        if let asIs, dialled.hasPlus || !onlyValid { numbers.insert(asIs, at: dialled.hasPlus ? 0 : numbers.count) }
        var result = Dialled(whyNobodys: why)
        for number in numbers where !result.numbers.contains(number) { result.numbers.append(number) }
        return result
    }
}

/// What the configuration says about numbers, anywhere in results, replies and lists.
package struct AddressRules: Hashable, Sendable {
    /// In which numbers without a country are read.
    package let regions: [String]
    /// Whether a campaign accepts digits that are not valid under their plan (`check: "possible"` or `"syntax"`): they
    /// must be found as they were stored.
    package let takesAnyDigits: Bool

    package init(regions: [String], takesAnyDigits: Bool) {
        (self.regions, self.takesAnyDigits) = (regions, takesAnyDigits)
    }

    /// Whether a calling code is that of one of the regions.
    func isHome(_ callingCode: UInt16) -> Bool {
        let plan = NumberingPlan.world
        return regions.contains { name in
            NumberJudge.place(of: name).map { plan.regions[$0].callingCode } == callingCode
        }
    }
}

extension Configuration {
    package var addressRules: AddressRules {
        AddressRules(
            regions: [region] + index.regions.filter { $0 != region }, takesAnyDigits: index.takesAnyDigits)
    }
}
