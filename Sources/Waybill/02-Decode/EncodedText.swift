/// How a drop's text in another encoding is written in our UTF-8, and how to get back exactly the original bytes.
///
///     encoding              unit of the drop                     our bytes
///     UTF-16                character                            its UTF-8
///                           lone surrogate                       its three bytes ED A0…BF xx (WTF-8)
///                           half a unit at the very end, b       FF, 80 + b / 16, 80 + b % 16
///     Windows-1252          character                            its UTF-8
///                           81 8D 8F 90 9D (no character)        the three bytes of the surrogate U+DC00 + byte
///     ISO 8859-1, -15       character                            its UTF-8
///     UTF-8                 any byte                             itself
///
/// So bytes that are invalid in the drop's encoding become invalid UTF-8, which validation finds.
package enum EncodedText {
    /// The drop's original bytes for a run of whole units of our text.
    package static func original(of text: ArraySlice<UInt8>, encoding: TextEncoding) -> [UInt8] {
        switch encoding {
        case .utf8: return Array(text)
        case .utf16LE, .utf16BE: return utf16(of: text, isBigEndian: encoding == .utf16BE)
        case .latin1, .latin9, .windows1252: return singleBytes(of: text, encoding: encoding)
        }
    }

    /// The length in the drop of a run of our text: its own length for UTF-8, else counted by units.
    package static func originalLength(of text: ArraySlice<UInt8>, encoding: TextEncoding) -> Int {
        switch encoding {
        case .utf8: return text.count
        case .utf16LE, .utf16BE:
            var length = 0
            for byte in text where byte & 0xC0 != 0x80 {
                // FF marks half a unit; F0 … F4 begins a pair of units.
                length += byte == 0xFF ? 1 : byte >= 0xF0 ? 4 : 2
            }
            return length
        case .latin1, .latin9, .windows1252:
            var length = 0
            for byte in text where byte & 0xC0 != 0x80 { length += 1 }
            return length
        }
    }

    private static func utf16(of text: ArraySlice<UInt8>, isBigEndian: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 * text.count)
        func append(_ unit: UInt32) {
            let high = UInt8(truncatingIfNeeded: unit >> 8)
            let low = UInt8(truncatingIfNeeded: unit)
            bytes.append(isBigEndian ? high : low)
            bytes.append(isBigEndian ? low : high)
        }
        forEachUnit(of: text) { lead, value in
            if lead == 0xFF {
                bytes.append(UInt8(truncatingIfNeeded: value))
            } else if value >= 0x1_0000 {
                append(0xD800 + (value - 0x1_0000) >> 10)
                append(0xDC00 + (value - 0x1_0000) & 0x3FF)
            } else {
                append(value)
            }
        }
        return bytes
    }

    private static func singleBytes(of text: ArraySlice<UInt8>, encoding: TextEncoding) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        forEachUnit(of: text) { _, value in
            if value >= 0x100, encoding == .windows1252, let index = windows1252.firstIndex(of: UInt16(value)) {
                bytes.append(0x80 + UInt8(index))
            } else if encoding == .latin9, let byte = latin9.first(where: { $0.value == UInt16(value) })?.key {
                bytes.append(byte)
            } else {
                bytes.append(UInt8(truncatingIfNeeded: value))
            }
        }
        return bytes
    }

    /// Calls `body` with the first byte and the value of each unit: scalar, surrogate, or half a unit.
    @inline(__always)
    private static func forEachUnit(of text: ArraySlice<UInt8>, _ body: (UInt8, UInt32) -> Void) {
        var index = text.startIndex
        while index < text.endIndex {
            let lead = text[index]
            index += 1
            var value: UInt32
            switch lead {
            case 0xFF: value = 0
            case 0xF0...: value = UInt32(lead & 0x07)
            case 0xE0...: value = UInt32(lead & 0x0F)
            case 0xC0...: value = UInt32(lead & 0x1F)
            default: value = UInt32(lead)
            }
            let shift: UInt32 = lead == 0xFF ? 4 : 6
            while index < text.endIndex, text[index] & 0xC0 == 0x80 {
                value = value << shift | UInt32(text[index] & 0x3F)
                index += 1
            }
            body(lead, value)
        }
    }

    /// The bytes whose characters in ISO 8859-15 differ from ISO 8859-1 (Unicode's MAPPINGS/ISO8859/8859-15.TXT).
    static let latin9: [UInt8: UInt16] = [
        0xA4: 0x20AC, 0xA6: 0x0160, 0xA8: 0x0161, 0xB4: 0x017D, 0xB8: 0x017E, 0xBC: 0x0152, 0xBD: 0x0153, 0xBE: 0x0178,
    ]

    /// The characters of the bytes 80 … 9F in Windows-1252; the surrogate U+DC00 + byte where there is none.
    ///
    /// The table of unicode.org/Public/MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1252.TXT.
    static let windows1252: [UInt16] = [
        0x20AC, 0xDC81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
        0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xDC8D, 0x017D, 0xDC8F,
        0xDC90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
        0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xDC9D, 0x017E, 0x0178,
    ]
}
