import Foundation

/// Names of the domain system. They travel in ASCII: a label with other letters becomes `xn--` and its Punycode (RFC
/// 3492).
///
/// Capitals, ligatures, wide letters and the like are replaced by what they stand for (Unicode's NFKC, case folded).
/// The letters that a label may have are derived from their Unicode properties as RFC 5892 says. Of the characters that
/// RFC 5892 allows only beside certain others, it takes the Catalan `l·l` and the Japanese middle dot; invisible
/// joiners are refused.
package enum DomainName {
    static let mostBytes = 253
    static let mostLabelBytes = 63

    /// The form that travels, in lower case; nil if it is not a name.
    package static func ascii(_ name: [UInt8]) -> [UInt8]? {
        if EmailAddress.isASCII(name.span) { return lowered(name) }
        var travelling: [UInt8] = []
        for label in folded(String(decoding: name, as: UTF8.self)).split(
            separator: ".", omittingEmptySubsequences: false)
        {
            guard let ascii = ascii(label: label) else { return nil }
            if !travelling.isEmpty { travelling.append(UInt8(ascii: ".")) }
            travelling += ascii
        }
        return travelling.count <= mostBytes ? travelling : nil
    }

    /// The name with its letters folded; every kind of full stop becomes `.`.
    private static func folded(_ name: String) -> String {
        // Each step can produce input for the other.
        let once = name.precomposedStringWithCompatibilityMapping.lowercased()
        return once.precomposedStringWithCompatibilityMapping.replacingOccurrences(of: "\u{3002}", with: ".")
    }

    /// The same of a name in ASCII, whose letters stand for themselves.
    private static func lowered(_ name: [UInt8]) -> [UInt8]? {
        let lower = name.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
        let labels = lower.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return lower.count <= mostBytes && labels.allSatisfy(isName) ? lower : nil
    }

    private static func isName(_ label: ArraySlice<UInt8>) -> Bool {
        guard let first = label.first, label.count <= mostLabelBytes, first != 0x2D, label.last != 0x2D else {
            return false
        }
        return label.allSatisfy { $0 &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x2D }
    }

    private static func ascii(label: Substring) -> [UInt8]? {
        let scalars = Array(label.unicodeScalars)
        guard let first = scalars.first, first != "-", scalars.last != "-" else { return nil }
        var ascii = Array(label.utf8)
        if !ascii.allSatisfy({ $0 < 0x80 }) {
            // Two hyphens in that place mark an encoded label.
            let isEncoded = scalars.count > 3 && scalars[2] == "-" && scalars[3] == "-"
            let isMarked = first.properties.generalCategory.isMark
            guard !isEncoded, !isMarked, scalars.indices.allSatisfy({ isAllowed(scalars, $0) }),
                let encoded = punycode(scalars)
            else { return nil }
            ascii = Array("xn--".utf8) + encoded
        }
        return isName(ascii[...]) ? ascii : nil
    }

    private static func isAllowed(_ label: [Unicode.Scalar], _ place: Int) -> Bool {
        let scalar = label[place]
        switch scalar {
        // The exceptions of RFC 5892, section 2.6.
        case "ß", "ς", "\u{6FD}", "\u{6FE}", "\u{F0B}", "\u{3007}", "\u{30FB}": return true
        case "\u{B7}": return place > 0 && place + 1 < label.count && label[place - 1] == "l" && label[place + 1] == "l"
        case "\u{640}", "\u{7FA}", "\u{302E}", "\u{302F}", "\u{3031}"..."\u{3035}", "\u{303B}": return false
        case _ where scalar.isASCII: return true
        case _: break
        }
        let properties = scalar.properties
        if properties.changesWhenNFKCCaseFolded || properties.isDefaultIgnorableCodePoint { return false }
        return switch properties.generalCategory {
        case .lowercaseLetter, .otherLetter, .modifierLetter, .decimalNumber: true
        case _: properties.generalCategory.isMark
        }
    }

    /// RFC 3492, with the parameters of section 5; nil when a label is much too long.
    static func punycode(_ label: [Unicode.Scalar]) -> [UInt8]? {
        guard label.count <= mostBytes else { return nil }
        var output = label.filter(\.isASCII).map { UInt8($0.value) }
        let basic = output.count
        if basic > 0 { output.append(UInt8(ascii: "-")) }
        var (code, delta, bias, handled): (UInt32, UInt32, UInt32, UInt32) = (128, 0, 72, UInt32(basic))
        while handled < label.count {
            guard let next = label.lazy.map(\.value).filter({ $0 >= code }).min() else { return nil }
            delta += (next - code) * (handled + 1)
            code = next
            for scalar in label {
                if scalar.value < code { delta += 1 }
                guard scalar.value == code else { continue }
                var rest = delta
                var place: UInt32 = 36
                while true {
                    let least = place <= bias ? 1 : min(place - bias, 26)
                    if rest < least { break }
                    output.append(digit(least + (rest - least) % (36 - least)))
                    rest = (rest - least) / (36 - least)
                    place += 36
                }
                output.append(digit(rest))
                bias = adapted(delta, handled + 1, isFirst: handled == basic)
                delta = 0
                handled += 1
            }
            delta += 1
            code += 1
        }
        return output
    }

    private static func digit(_ value: UInt32) -> UInt8 { UInt8(value < 26 ? 0x61 + value : 0x30 + value - 26) }

    private static func adapted(_ delta: UInt32, _ count: UInt32, isFirst: Bool) -> UInt32 {
        var delta = delta / (isFirst ? 700 : 2)
        delta += delta / count
        var steps: UInt32 = 0
        while delta > 455 {
            delta /= 35
            steps += 36
        }
        return steps + 36 * delta / (delta + 38)
    }
}

extension Unicode.GeneralCategory {
    /// Whether it is a category of combining marks, which belong to the letter before them.
    fileprivate var isMark: Bool { self == .nonspacingMark || self == .spacingMark }
}
