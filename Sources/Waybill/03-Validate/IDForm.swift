import Foundation

/// How a sender's own ids are compared.
///
/// Two ids are the same in Unicode form C and without outer white space. Where nobody has an id in that form, those are
/// meant that differ from it only by what spreadsheets and people change: `1001.0` and `1.001E+03` for `1001`, `7` for
/// `007`, other case, quotes around it, invisible characters, full width.
enum IDForm {
    /// The key of an id.
    @inline(__always)
    static func key(_ id: Span<UInt8>) -> UInt64 {
        let range = TextForm.trimmed(id, 0..<id.count)
        let text = id.extracting(range)
        return TextForm.census(text).contains(.nonASCII) ? key(ofText: text) : RecipientKey.id(text)
    }

    static func key(of id: ArraySlice<UInt8>, loosely: Bool) -> UInt64 { loosely ? looseKey(id.span) : key(id.span) }

    private static func key(ofText id: Span<UInt8>) -> UInt64 {
        let text = String(decoding: id.indices.map { id[$0] }, as: UTF8.self)
        return RecipientKey.id(Array(text.precomposedStringWithCanonicalMapping.utf8).span)
    }

    /// The key that an id shares with all that differ from it in writing only; the same as `key` for one that is
    /// written plainly.
    static func looseKey(_ id: Span<UInt8>) -> UInt64 {
        // Lower case and digits, without a leading zero: nearly all ids that programs make.
        if isPlain(id) { return RecipientKey.id(id) }
        return RecipientKey.id(plain(id.indices.map { id[$0] }).span)
    }

    /// The key under which a listing of an id holds for all that differ from it only in writing. No contact has it as
    /// its own: no id begins with NUL.
    ///
    /// It is asked for every contact that leaves, so ids of letters, digits, `-` and `_` are read without an array.
    static func listedKey(_ id: Span<UInt8>) -> UInt64 {
        quickListedKey(id) ?? RecipientKey.id(([0] + plain(id.indices.map { id[$0] })).span)
    }

    /// Nil for an id that may be a number in another writing, or has other characters.
    private static func quickListedKey(_ id: Span<UInt8>) -> UInt64? {
        var text = InlineArray<64, UInt8>(repeating: 0)
        guard id.count > 0, id.count < text.count else { return nil }
        var leadingDigits = 0
        for index in id.indices {
            let byte = id[index]
            if byte &- 0x30 < 10 {
                if leadingDigits == index { leadingDigits += 1 }
            } else {
                guard byte | 0x20 &- 0x61 < 26 || byte == 0x2D || byte == 0x5F else { return nil }
            }
            text[index + 1] = byte &- 0x41 < 26 ? byte | 0x20 : byte
        }
        if leadingDigits == id.count ? id[0] == 0x30 : leadingDigits > 0 && id[leadingDigits] | 0x20 == 0x65 {
            return nil
        }
        return RecipientKey.id(text.span.extracting(0..<id.count + 1))
    }

    private static func isPlain(_ id: Span<UInt8>) -> Bool {
        guard id.count > 0, id[0] != 0x30 else { return false }
        var hasDigitsOnly = true
        for index in id.indices {
            let byte = id[index]
            let isDigit = byte &- 0x30 < 10
            guard isDigit || byte &- 0x61 < 26 || byte == 0x2D || byte == 0x5F else { return false }
            hasDigitsOnly = hasDigitsOnly && isDigit
        }
        return hasDigitsOnly || !id.indices.contains { id[$0] == 0x65 } || !(id[0] &- 0x30 < 10)
    }

    /// An id as it is written plainly.
    static func plain(_ id: [UInt8]) -> [UInt8] {
        var text = id
        if !id.allSatisfy({ $0 < 0x80 }) {
            let scalars = String(decoding: id, as: UTF8.self).precomposedStringWithCompatibilityMapping.unicodeScalars
                .filter { !$0.properties.isDefaultIgnorableCodePoint }
            // Upper case first: it folds `ß` and the final `ς`, which lower case alone keeps.
            let folded = String(String.UnicodeScalarView(scalars)).uppercased().lowercased()
            text = Array(folded.precomposedStringWithCanonicalMapping.utf8)
        }
        let isAround: (UInt8) -> Bool = { $0 <= 0x20 || $0 == 0x22 || $0 == 0x27 || $0 == 0x3D }
        let bare = text.drop(while: isAround).reversed().drop(while: isAround).reversed()
        return number(Array(bare)) ?? bare.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
    }

    /// Whether it is a whole number in scientific notation with fewer digits than it has: `1.23457E+11`.
    static func isCutShort(_ id: [UInt8]) -> Bool {
        let text = String(decoding: id, as: UTF8.self).trimmingCharacters(in: .whitespaces).uppercased()
        guard let match = text.wholeMatch(of: #/[0-9]+(?:[.,]([0-9]+))?E\+([0-9]{1,3})/#) else { return false }
        return Int(match.output.2) ?? 0 > match.output.1?.count ?? 0
    }

    /// The digits of a whole number, in whatever way a spreadsheet writes it; nil for anything else.
    private static func number(_ text: [UInt8]) -> [UInt8]? {
        let isDigit: (UInt8) -> Bool = { $0 &- 0x30 < 10 }
        var digits = Array(text.prefix(while: isDigit))
        guard !digits.isEmpty else { return nil }
        var rest = text.dropFirst(digits.count)
        var fraction: [UInt8] = []
        if rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: ",") {
            fraction = Array(rest.dropFirst().prefix(while: isDigit))
            if fraction.isEmpty { return nil }
            rest = rest.dropFirst(1 + fraction.count)
        }
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
            guard (1...2).contains(rest.count), let exponent = Int(String(decoding: rest, as: UTF8.self)),
                exponent <= 64
            else { return nil }
            digits += fraction.prefix(exponent)
            digits += Array(repeating: 0x30, count: max(0, exponent - fraction.count))
            fraction = Array(fraction.dropFirst(exponent))
            rest = []
        }
        guard rest.isEmpty, fraction.allSatisfy({ $0 == 0x30 }) else { return nil }
        let significant = digits.drop { $0 == 0x30 }
        return significant.isEmpty ? [0x30] : Array(significant)
    }
}
