/// What a number was before something was put into it that no number has: a second plus or zeros behind it, the
/// separators of thousands, an O for a zero, the raised digit of a note.
///
/// Whoever stands so on a list or says stop is heard; a contact written so is refused (`NumberJudge`).
enum MisspeltNumber {
    /// All that a text can have been, perhaps nothing.
    static func forms(of text: [UInt8]) -> [[UInt8]] {
        var forms = withoutRaised(text).map { withDigits(withoutThousands($0)) }
        for form in forms {
            let isSign: (UInt8) -> Bool = { $0 == UInt8(ascii: "+") || $0 == 0x20 }
            let signs = form.prefix(while: isSign)
            guard signs.contains(UInt8(ascii: "+")) else { continue }
            let digits = Array(form.dropFirst(signs.count))
            forms.append([UInt8(ascii: "+")] + digits.drop { $0 == 0x30 })
            // As it is dialled.
            if digits.first == 0x30 { forms.append(digits) }
        }
        return forms.filter { $0 != text }
    }

    /// Without raised and circled digits, which mostly lead to a note, and with plain ones in their places.
    private static func withoutRaised(_ text: [UInt8]) -> [[UInt8]] {
        guard text.contains(where: { $0 >= 0x80 }) else { return [text] }
        let scalars = String(decoding: text, as: UTF8.self).unicodeScalars
        guard scalars.contains(where: { digit($0) != nil }) else { return [text] }
        let plain = scalars.map { digit($0).map { [0x30 + $0] } ?? Array(String($0).utf8) }
        return [scalars.filter { digit($0) == nil }.flatMap { Array(String($0).utf8) }, plain.flatMap(\.self)]
    }

    /// Of a digit that is none in a number.
    private static func digit(_ scalar: Unicode.Scalar) -> UInt8? {
        guard scalar.value >= 0x80, scalar.properties.numericType == .digit, let value = scalar.properties.numericValue
        else { return nil }
        return UInt8(value)
    }

    /// `4,155,550,142` and `4'155'550'142` without what parts the thousands.
    private static func withoutThousands(_ text: [UInt8]) -> [UInt8] {
        for separator in [UInt8(ascii: ","), UInt8(ascii: "'")] {
            let groups = text.split(separator: separator, omittingEmptySubsequences: false)
            guard groups.count > 2, groups.dropFirst().allSatisfy({ $0.count == 3 && $0.allSatisfy(isDigit) }),
                groups[0].count(where: isDigit) <= 3
            else { continue }
            return text.filter { $0 != separator }
        }
        return text
    }

    /// With 0 for O and 1 for I and l, where no other letter is in it.
    private static func withDigits(_ text: [UInt8]) -> [UInt8] {
        let letters = text.filter { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A }
        guard letters.allSatisfy({ "OoIl".utf8.contains($0) }) else { return text }
        return text.map { byte in
            switch byte {
            case UInt8(ascii: "O"), UInt8(ascii: "o"): UInt8(ascii: "0")
            case UInt8(ascii: "I"), UInt8(ascii: "l"): UInt8(ascii: "1")
            case _: byte
            }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}
