/// How many segments a text takes as an SMS (3GPP TS 23.038 §6.2.1 and §6.2.3, concatenation as in TS 23.040
/// §9.2.3.24.1).
///
/// In GSM 7-bit a single segment has 160 septets, one of several has 153; characters of the extension table take two. A
/// text with any other character is sent as UCS-2: 70 UTF-16 units, or 67 in each of several segments. Escape pairs and
/// surrogate pairs are never split, so a segment may be one unit short.
package struct SMSLength: Hashable, Sendable {
    package enum Alphabet: String, Sendable {
        case gsm7 = "GSM-7"
        case ucs2 = "UCS-2"
    }

    package let alphabet: Alphabet
    /// Septets or UTF-16 units.
    package let units: Int
    /// 0 for an empty text.
    package let segments: Int

    package init(_ text: String) {
        var septets = 0
        var isGSM = true
        for scalar in text.unicodeScalars {
            guard let width = Self.septets(scalar) else {
                isGSM = false
                break
            }
            septets += width
        }
        if isGSM {
            alphabet = .gsm7
            units = septets
            segments = Self.segments(
                text.unicodeScalars.lazy.map { Self.septets($0) ?? 1 }, units: septets, single: 160, each: 153)
        } else {
            alphabet = .ucs2
            units = text.utf16.count
            segments = Self.segments(
                text.unicodeScalars.lazy.map { UTF16.width($0) }, units: units, single: 70, each: 67)
        }
    }

    private static func segments(_ widths: some Sequence<Int>, units: Int, single: Int, each: Int) -> Int {
        guard units > single else { return units == 0 ? 0 : 1 }
        var segments = 1
        var filled = 0
        for width in widths {
            if filled + width > each {
                segments += 1
                filled = 0
            }
            filled += width
        }
        return segments
    }

    /// Septets of a character, nil when GSM 7-bit lacks it.
    private static func septets(_ scalar: Unicode.Scalar) -> Int? {
        if basic.contains(scalar) { return 1 }
        return extended.contains(scalar) ? 2 : nil
    }

    /// The default alphabet without its escape.
    private static let basic = Set(
        ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
            + "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà").unicodeScalars)

    private static let extended = Set("\u{0C}^{}\\[~]|€".unicodeScalars)
}
