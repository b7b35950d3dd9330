/// The characters of written phone numbers, and whether a text of them can be a number.
enum NumberShape {
    static func isPlus(_ scalar: UInt32) -> Bool { scalar == 0x2B || scalar == 0xFF0B }

    /// The value of a decimal digit in any script.
    static func digit(_ scalar: UInt32) -> UInt8? {
        if scalar < 0x80 { return scalar &- 0x30 < 10 ? UInt8(scalar - 0x30) : nil }
        guard scalar >= 0x660, let properties = Unicode.Scalar(scalar)?.properties, properties.numericType == .decimal,
            let value = properties.numericValue
        else { return nil }
        return UInt8(value)
    }

    /// Dashes, white space, full stops, slashes, brackets, tildes, and the x that replaces a carrier's digits.
    static func isPunctuation(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x2D, 0x78, 0x58, 0x20, 0x28, 0x29, 0x2E, 0x5B, 0x5D, 0x2F, 0x7E: true
        case 0x2010...0x2015, 0x2212, 0x30FC, 0xFF0D...0xFF0F, 0xA0, 0xAD, 0x200B, 0x2060, 0x3000: true
        case 0xFF08, 0xFF09, 0xFF3B, 0xFF3D, 0x2053, 0x223C, 0xFF5E: true
        default: false
        }
    }

    /// ASCII letters, and those that case folding makes equal to one: dotted I, dotless i, long s, the Kelvin sign.
    static func isLetter(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x130, 0x131, 0x17F, 0x212A: true
        default: scalar < 0x80 && (scalar | 0x20) &- 0x61 < 26
        }
    }

    /// The digit on the key of a letter (ITU-T E.161), in ASCII.
    static func key(of scalar: UInt32) -> UInt8? {
        let letter: UInt32 =
            switch scalar {
            case 0x131: 0x69
            case 0x17F: 0x73
            default: scalar < 0x80 ? scalar | 0x20 : 0
            }
        return switch letter {
        case 0x61...0x63: 0x32
        case 0x64...0x66: 0x33
        case 0x67...0x69: 0x34
        case 0x6A...0x6C: 0x35
        case 0x6D...0x6F: 0x36
        case 0x70...0x73: 0x37
        case 0x74...0x76: 0x38
        case 0x77...0x7A: 0x39
        default: nil
        }
    }

    /// Whether a scalar is a letter or number in the broadest sense.
    static func isWord(_ scalar: UInt32) -> Bool {
        guard let properties = Unicode.Scalar(scalar)?.properties else { return false }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber:
            return true
        default: return false
        }
    }

    /// Whether a text can be a number: exactly two digits; or pluses, three digits among punctuation, then digits,
    /// punctuation and letters, with or without an extension.
    static func isViable(_ text: ArraySlice<UInt32>) -> Bool {
        if text.count == 2, text.allSatisfy({ digit($0) != nil }) { return true }
        var position = text.startIndex
        while position < text.endIndex, isPlus(text[position]) { position += 1 }
        var digits = 0
        while digits < 3 {
            guard position < text.endIndex else { return false }
            if digit(text[position]) != nil {
                digits += 1
            } else if !isPunctuation(text[position]), text[position] != 0x2A {
                return false
            }
            position += 1
        }
        let rest = text[position...]
        guard let end = rest.firstIndex(where: { !isInner($0) }) else { return true }
        // An extension may also begin among characters that could be inside the number.
        return (position...end).contains { NumberExtension.fits(text, from: $0) }
    }

    private static func isInner(_ scalar: UInt32) -> Bool {
        isPunctuation(scalar) || scalar == 0x2A || isLetter(scalar) || digit(scalar) != nil
    }
}
