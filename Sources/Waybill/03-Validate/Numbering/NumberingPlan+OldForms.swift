/// Other ways in which a country wrote the number of one subscriber, before its plan changed or beside it.
///
/// Lists and address books keep numbers for decades: `+55 11 9123-4567` is a mobile in São Paulo from before the ninth
/// digit, and nobody has that number now but the one with the 9. Whoever is listed or says stop under one form is meant
/// under all; a contact is none but what it is written as. `Waybill.docc/Numbers.md` has the same table.
extension NumberingPlan {
    /// The other forms of a number that its plan allows.
    func otherForms(of number: PhoneNumber) -> [PhoneNumber] {
        guard let forms = Self.forms[number.callingCode] else { return [] }
        return forms(number.nationalText).compactMap { national in
            let text = Array("+\(number.callingCode)\(national)".utf8)
            guard var digits = try? DialledDigits(text.span).digits,
                let other = try? parse(&digits, hasPlus: true, region: nil), other.isValid, other != number
            else { return nil }
            return other
        }
    }

    /// The form that a number from before a change of its plan has now; nil where it is none, or may be several.
    func newForm(of number: PhoneNumber) -> PhoneNumber? {
        let others = number.isValid ? [] : otherForms(of: number)
        return others.count == 1 ? others[0] : nil
    }

    /// Whether a number with this beginning, `+` and digits, may have another form; quickly told.
    @inline(__always)
    func mayHaveOtherForms(_ text: Span<UInt8>) -> Bool {
        guard text.count > 3 else { return false }
        switch (text[1], text[2], text[3]) {
        case (0x35, 0x34, _), (0x35, 0x35, _), (0x32, 0x34, 0x31): return true
        case _: return false
        }
    }

    /// By calling code, from the digits behind it; what the plan does not allow is left out afterwards.
    private static let forms: [UInt16: @Sendable (String) -> [String]] = [
        // Argentina: a mobile is dialled from abroad with a 9 that is not written at home.
        54: { national in
            switch national.count {
            case 10: ["9" + national]
            case 11 where national.first == "9": [String(national.dropFirst())]
            case _: []
            }
        },
        // Brazil: mobiles have a ninth digit, a 9 behind the area code, since 2012 to 2016.
        55: { national in
            let (area, rest) = (national.prefix(2), national.dropFirst(2))
            if rest.count == 8, let first = rest.first, "6789".contains(first) { return ["\(area)9\(rest)"] }
            return rest.count == 9 && rest.hasPrefix("97") ? ["\(area)\(rest.dropFirst())"] : []
        },
        // Mexico: mobiles were dialled with a 1 from abroad, and with 044 or 045 at home, until 2019.
        52: { national in
            ["1", "044", "045", "01"].filter { national.count == 10 + $0.count && national.hasPrefix($0) }
                .map { String(national.dropFirst($0.count)) }
        },
        // Colombia: area codes have a 60 in front since 2021.
        57: { $0.count == 8 ? ["60" + $0] : [] },
        // Benin: all numbers begin with 01 since 2024.
        229: { $0.count == 8 ? ["01" + $0] : [] },
        // Gabon: seven digits, from 2001 on with a 0, since 2019 with two digits in the place of the first two.
        241: { national in
            let areas = ["1": "11", "2": "62", "3": "60", "4": "74", "5": "65", "6": "66", "7": "77"]
            let old = areas.filter { national.count == 8 && national.hasPrefix($0.value) }.keys.sorted()
            let first: [(digit: String, rest: Substring)] =
                switch national.count {
                case 7: [(String(national.prefix(1)), national.dropFirst())]
                case 8 where national.first == "0": [(String(national.dropFirst().prefix(1)), national.dropFirst(2))]
                case _: old.map { ($0, national.dropFirst(2)) }
                }
            return first.flatMap { digit, rest in
                ["\(digit)\(rest)", "0\(digit)\(rest)"] + (areas[digit].map { ["\($0)\(rest)"] } ?? [])
            }
        },
    ]
}
