/// Decides whether a text in a drop is a phone number that a campaign accepts, and which one.
///
/// It reads like `NumberParser`, but more strictly, since a value is never repaired silently. A text has only digits
/// and punctuation, no extension, letters only if the campaign accepts vanity numbers, and nothing that may be a second
/// number. 00 works beside the region's international prefix, unless national numbers begin with it. Of the numbers
/// read, `plan` accepts those that the numbering plan allows, `possible` those of a possible length, `syntax` those of
/// 4 … 15 digits.
package struct NumberJudge: Sendable {
    private let check: Campaign.NumberCheck
    private let allowsLetters: Bool
    private let bare: Campaign.BareDigits
    /// Bit n is set if numbers of the type with raw value n are accepted.
    private let accepted: UInt16
    private let acceptedNames: [String]
    /// Where numbers are dialled if their record names no region; an index into the plan's `regions`.
    private let defaultRegion: Int?
    private let plan = NumberingPlan.world

    /// - Parameter defaultRegion: ISO 3166 alpha-2; with any other text, national numbers have no country.
    package init(rule: Campaign.NumberRule, defaultRegion: String) {
        check = rule.check
        allowsLetters = rule.vanity
        bare = rule.bare
        acceptedNames = rule.accept
        accepted = NumberType.allCases.reduce(0) { mask, type in
            type == .unknown || type.isAmong(rule.accept) ? mask | 1 << UInt16(type.rawValue) : mask
        }
        self.defaultRegion = Self.place(of: defaultRegion)
    }

    /// Where digits come from, which can decide how to read them.
    package enum Origin: Sendable {
        case plain
        /// A column with that name, which has E.164 without the plus (3GPP TS 23.003 §3.3).
        case msisdn
        /// A record whose country column holds a calling code.
        case besideCallingCode
    }

    /// Judges a number; it is trimmed and not empty.
    ///
    /// - Parameters:
    ///   - region: where the number is dialled; nil for the default region.
    ///   - origin: what the record says about digits without a plus.
    package func judge(_ text: Span<UInt8>, region: RegionCode?, origin: Origin = .plain) -> NumberVerdict {
        if let number = plain(text) { return .valid(number, changedPunctuation: false) }
        if let decimal = NumberAdvice(spreadsheetNumber: text) { return .invalid(decimal) }
        let dialled: DialledDigits
        do {
            dialled = try DialledDigits(text, letters: allowsLetters ? .dialled : .refused)
        } catch {
            return .invalid(NumberAdvice(stray: error.scalar))
        }
        guard dialled.digits.count > 0 else {
            return .invalid(NumberAdvice("There are no digits in it.", hint: NumberAdvice.fullForm))
        }
        let place = region.flatMap(Self.place) ?? defaultRegion
        if let second = secondNumber(in: text, region: place) { return .invalid(second) }
        var verdict = verdict(dialled, region: place, origin)
        if region == nil, let advice = foreign(dialled) {
            switch verdict {
            case .valid, .unknownCountry: break
            // Another reading of the digits is known.
            case .invalid(let found) where !found.setting.isEmpty: break
            case .invalid: verdict = .invalid(advice)
            case .impossibleLength: verdict = .impossibleLength(advice)
            }
        }
        guard let letter = dialled.firstLetter, case .valid(let number, _) = verdict else { return verdict }
        // A remark must not turn into digits.
        let isVanity = isVanity(number) && !isValidWithoutLetters(text, region: place)
        return isVanity ? verdict : .invalid(NumberAdvice(stray: UInt32(letter)))
    }

    /// What to say of digits with a 0 in front, as most countries dial them at home, if the default region is one of
    /// North America's: there no number has one.
    private func foreign(_ dialled: DialledDigits) -> NumberAdvice? {
        guard !dialled.hasPlus, dialled.digits.bytes[0] == 0x30, dialled.digits.afterDoubleZero == nil,
            let place = defaultRegion, plan.regions[place].callingCode == 1
        else { return nil }
        var digits = dialled.digits
        guard let number = try? plan.parse(&digits, hasPlus: false, region: place), number.callingCode == 1,
            Int(number.nationalCount) == dialled.digits.count
        else { return nil }
        let home = plan.regions[place].name
        let isUnset = home == Configuration().region
        return NumberAdvice(
            "It has no country code and is read as dialled in \(home), where no number begins with 0.",
            hint: "Write it with + and the country code, or add a column with the country.",
            setting: "If such numbers are of one country, set the `region` of the campaign or of all"
                + (isUnset ? "; without that setting they are read as dialled in \(home)." : "."))
    }

    private func verdict(_ dialled: DialledDigits, region: Int?, _ origin: Origin) -> NumberVerdict {
        func verdict(_ digits: NumberDigits, hasPlus: Bool) -> NumberVerdict {
            self.verdict(digits, hasPlus: hasPlus, region: hasPlus ? nil : region, isChanged: dialled.isChanged)
        }
        if dialled.hasPlus { return verdict(dialled.digits, hasPlus: true) }
        // No calling code begins with 0, so digits that begin with it are national, or have 00 in front.
        let international =
            dialled.digits.bytes[0] == 0x30 ? nil : validNumber(dialled.digits, hasPlus: true, region: nil)
        if bare == .international, dialled.digits.bytes[0] != 0x30 { return verdict(dialled.digits, hasPlus: true) }
        if let national = validNumber(dialled.digits, hasPlus: false, region: region), let found = national.e164 {
            let isAsAtHome =
                region.map { place in
                    Int(national.nationalCount) == dialled.digits.count
                        && BareNumbers.has(national.type, digits: dialled.digits.count, region: place)
                } ?? false
            // Where a prefix is dialled at home, digits without it are no number as it is written there.
            if bare == .refuse, origin == .msisdn, !isAsAtHome, Int(national.nationalCount) == dialled.digits.count,
                region.map(plan.hasTrunkPrefix) == true
            {
                return verdict(dialled.digits, hasPlus: true)
            }
            if bare == .refuse, let international, international != national {
                let advice = NumberAdvice(ambiguous: national.e164Text, international.e164Text)
                switch origin {
                case .msisdn: return isAsAtHome ? .invalid(advice) : verdict(dialled.digits, hasPlus: true)
                // A country other than that of the calling code beside it is not meant.
                case .besideCallingCode where international.callingCode != national.callingCode: break
                case .plain, .besideCallingCode: if !isAsAtHome { return .invalid(advice) }
                }
            }
            guard accepts(national.type) else { return .invalid(refusal(of: national.type)) }
            return .valid(found, changedPunctuation: dialled.isChanged)
        }
        if origin == .msisdn, international != nil { return verdict(dialled.digits, hasPlus: true) }
        if let international, region != nil, check == .plan {
            return .invalid(NumberAdvice(internationalOnly: international.e164Text))
        }
        if let rest = dialled.digits.afterDoubleZero {
            let international = verdict(rest, hasPlus: true)
            if case .valid = international { return international }
        }
        return verdict(dialled.digits, hasPlus: false)
    }

    /// Why a text with a slash has two numbers: the part before it already is one, or an extension or another number's
    /// last digits follow (`030 23125-0/-12`). Nil if the slash only separates parts of one number (`030/23125100`).
    private func secondNumber(in text: Span<UInt8>, region: Int?) -> NumberAdvice? {
        guard let slash = text.indices.last(where: { text[$0] == 0x2F }), slash > 0 else { return nil }
        let (before, after) = (text.extracting(0..<slash), text.extracting(slash + 1..<text.count))
        let followers = after.indices.count { after[$0] &- 0x30 < 10 }
        let isPart = followers > 0 && (followers < 4 || after[0] == 0x2D)
        if !isPart {
            guard let dialled = try? DialledDigits(before, letters: .dropped),
                validNumber(dialled.digits, hasPlus: dialled.hasPlus, region: region) != nil, followers > 0
            else { return nil }
        }
        return NumberAdvice(
            "It holds two numbers, or a number and an extension, parted by a slash.",
            hint: "Put one number in each phone column.")
    }

    /// The number if its plan allows it, else nil.
    private func validNumber(_ digits: NumberDigits, hasPlus: Bool, region: Int?) -> PhoneNumber? {
        var digits = digits
        guard let number = try? plan.parse(&digits, hasPlus: hasPlus, region: region), number.isValid else {
            return nil
        }
        return number
    }

    /// Whether numbers of this kind are written with letters: all have one length, or they are of a kind people pay to
    /// name.
    private func isVanity(_ number: E164Number) -> Bool {
        var bytes: [UInt8] = []
        number.append(to: &bytes)
        guard let found = plan.quick(bytes.span) else { return false }
        switch found.type {
        case .tollFree, .premium, .sharedCost, .uan: return true
        case .unknown, .fixed, .mobile, .fixedOrMobile, .voip, .personal, .pager, .voicemail:
            return plan.home(of: found).lengths.nonzeroBitCount == 1
        }
    }

    private func isValidWithoutLetters(_ text: Span<UInt8>, region: Int?) -> Bool {
        guard let dialled = try? DialledDigits(text, letters: .dropped) else { return false }
        return validNumber(dialled.digits, hasPlus: dialled.hasPlus, region: region) != nil
    }

    /// The number if it is `+` and 8 … 15 ASCII digits, valid and of an accepted type; nil means undecided.
    @inline(__always)
    package func plain(_ text: Span<UInt8>) -> E164Number? {
        guard let (digits, type) = plan.quickType(text), type != .unknown, accepts(type) else { return nil }
        return E164Number(digits: digits)
    }

    /// The number if it is `+` and digits with spaces, brackets, hyphens or points between them, and `plain` takes it
    /// without these; nil means undecided.
    package func punctuated(_ text: Span<UInt8>) -> E164Number? {
        guard text.count >= 10, text.count <= ValidationSettings.Longest.phone, text[0] == 0x2B, text[1] &- 0x30 < 10,
            text[text.count - 1] &- 0x30 < 10
        else { return nil }
        // Without branches: where the punctuation is could not be predicted.
        var bare = InlineArray<32, UInt8>(repeating: 0x2B)
        var (count, stray): (Int, UInt8) = (1, 0)
        var (isPunctuated, places): (UInt32, UInt8) = (1, 0)
        var digits = bare.mutableSpan
        // Safe: a number has no more characters than there is room, and no digit comes before its place.
        unsafe digits.withUnsafeMutableBufferPointer { digits in
            for index in 1..<text.count {
                let character = unsafe text[unchecked: index]
                unsafe digits[count] = character
                let isDigit = character &- 0x30 < 10
                count &+= isDigit ? 1 : 0
                stray = isDigit ? stray : character
                let place = character &- 0x20
                places |= place
                isPunctuated &= Self.inNumbers &>> UInt32(place)
            }
        }
        guard isPunctuated == 1, places < 32, count <= 16 else { return nil }
        // A single point and nothing else may be a decimal's.
        guard text.count > count, stray != 0x2E || text.count > count + 1 else { return nil }
        return plain(bare.span.extracting(0..<count))
    }

    /// Digits, a space, and `(`, `)`, `-` and `.`, from U+0020 to U+003F. (A slash may part two numbers.)
    private static let inNumbers: UInt32 = 0x3FF << 16 | 1 << 0 | 1 << 8 | 1 << 9 | 1 << 13 | 1 << 14

    @inline(__always)
    private func accepts(_ type: NumberType) -> Bool { accepted & 1 << UInt16(type.rawValue) != 0 }

    private func verdict(_ digits: NumberDigits, hasPlus: Bool, region: Int?, isChanged: Bool) -> NumberVerdict {
        let number: PhoneNumber
        do {
            var digits = digits
            number = try plan.parse(&digits, hasPlus: hasPlus, region: region)
        } catch {
            return verdict(error, digits, hasPlus: hasPlus, region: region, isChanged: isChanged)
        }
        let length = plan.lengthVerdict(of: number)
        let isGood =
            switch check {
            case .plan: number.isValid
            case .possible: length == .possible
            case .syntax: true
            }
        guard isGood else {
            let advice = plan.newForm(of: number).map { NumberAdvice(oldFormOf: $0) } ?? plan.whyInvalid(number)
            return length == .possible ? .invalid(advice) : .impossibleLength(advice)
        }
        guard let found = number.e164, check == .plan || found.digitCount <= 15, found.digitCount >= 4 else {
            return .impossibleLength(Self.length(number.e164?.digitCount ?? digits.count))
        }
        guard accepts(number.type) else { return .invalid(refusal(of: number.type)) }
        // A national prefix after the calling code is removed, and that counts as a change too.
        return .valid(found, changedPunctuation: isChanged || hasPlus && found.digitCount != digits.count)
    }

    private func verdict(
        _ fault: NumberFault, _ digits: NumberDigits, hasPlus: Bool, region: Int?, isChanged: Bool
    ) -> NumberVerdict {
        switch fault {
        case .invalidCountryCode:
            guard hasPlus || region != nil else {
                return .unknownCountry(
                    NumberAdvice(
                        "It has no country code, and no region is known to read it in.",
                        hint:
                            "Write it with + and the country code, or add a column with the country.",
                        setting: "If all such numbers are of one country, set the campaign's `region`."))
            }
            if check == .syntax, hasPlus, digits.bytes[0] != 0x30 {
                guard (4...15).contains(digits.count) else { return .impossibleLength(Self.length(digits.count)) }
                return .valid(E164Number(digits: digits.value(of: 0..<digits.count)), changedPunctuation: isChanged)
            }
            let leading = String(decoding: (0..<min(3, digits.count)).map { digits.bytes[$0] }, as: UTF8.self)
            return .unknownCountry(
                NumberAdvice(
                    hasPlus
                        ? "No country has a calling code that begins with \(leading)."
                        : "No country code follows the international prefix.",
                    hint: "Check the country code: the first digits after the + or 00, as 44 in +442079460000."))
        case .tooShort, .tooShortAfterPrefix, .notANumber, .tooLong: return .impossibleLength(Self.length(digits.count))
        }
    }

    private func refusal(of type: NumberType) -> NumberAdvice {
        NumberAdvice(
            "It is a number of type \(type.label); the campaign accepts \(acceptedNames.joined(separator: ", ")).",
            hint: "Send another number of the person.",
            setting: "If such numbers may be used, add \"\(type.label)\" to the campaign's `numbers.accept`.")
    }

    private static func length(_ count: Int) -> NumberAdvice {
        NumberAdvice(
            count > 15
                ? "It has \(count) digits; the longest phone number has 15."
                : "It has only \(count) \(count == 1 ? "digit" : "digits").",
            hint: count > 15
                ? "Put one whole number in each phone column, without an extension."
                : "Write the whole number, as in +14155550100.")
    }

    /// The index in the plan's `regions` for two letters.
    static func place(of text: String) -> Int? { RegionCode(text).flatMap(place) }

    private static func place(_ region: RegionCode) -> Int? {
        NumberingPlan.world.region(region)
            ?? administered[region.description].flatMap { RegionCode($0) }.flatMap { NumberingPlan.world.region($0) }
    }

    /// Territories without numbers of their own, with the plan that reads numbers dialled there.
    private static let administered = [
        "AQ": "NF", "BV": "NO", "GS": "FK", "HM": "NF", "PN": "NZ", "TF": "RE", "UM": "US",
    ]
}
