/// How many segments a text takes as an SMS (3GPP TS 23.038 §6.2.1 and §6.2.3, concatenation as in TS 23.040
/// §9.2.3.24.1).
///
/// In GSM 7-bit one segment holds 160 septets, one of several 153; characters of the extension table take two. A text
/// with any other character goes as UCS-2: 70 UTF-16 units, 67 each of several. Escape pairs, surrogate pairs and links
/// are never split: the segment before one may stay short.
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

    /// The characters that GSM 7-bit lacks, each once; a few of them.
    package let foreign: [Unicode.Scalar]
    private static let mostForeign = 8

    package init(_ text: String) {
        var septets = 0
        var foreign: [Unicode.Scalar] = []
        for scalar in text.unicodeScalars {
            if let width = Self.septets(scalar) {
                septets += width
            } else if foreign.count < Self.mostForeign, !foreign.contains(scalar) {
                foreign.append(scalar)
            }
        }
        self.foreign = foreign
        if foreign.isEmpty {
            alphabet = .gsm7
            units = septets
            segments = Self.segments(text, units: septets, single: 160, each: 153) { Self.septets($0) ?? 1 }
        } else {
            alphabet = .ucs2
            units = text.utf16.count
            segments = Self.segments(text, units: units, single: 70, each: 67) { UTF16.width($0) }
        }
    }

    /// A link begins a segment where it does not fit into the one before.
    private static func segments(
        _ text: String, units: Int, single: Int, each: Int, width: (Unicode.Scalar) -> Int
    ) -> Int {
        guard units > single else { return units == 0 ? 0 : 1 }
        var segments = 1
        var filled = 0
        func add(_ width: Int) {
            if filled + width > each {
                segments += 1
                filled = 0
            }
            filled += width
        }
        let scalars = Array(text.unicodeScalars)
        var place = 0
        while place < scalars.count {
            let end = linkEnd(in: scalars, at: place)
            let link = scalars[place..<max(end, place + 1)]
            let whole = link.reduce(0) { $0 + width($1) }
            // One that no segment holds is cut somewhere.
            if whole <= each { add(whole) } else { for scalar in link { add(width(scalar)) } }
            place += link.count
        }
        return segments
    }

    /// Where a link ends that begins at a place; the place itself where none does.
    private static func linkEnd(in scalars: [Unicode.Scalar], at place: Int) -> Int {
        let rest = scalars[place...]
        guard starts.contains(where: { rest.starts(with: $0) }) else { return place }
        return rest.firstIndex { $0.properties.isWhitespace } ?? scalars.count
    }

    private static let starts = ["https://", "http://", "www."].map { Array($0.unicodeScalars) }

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
