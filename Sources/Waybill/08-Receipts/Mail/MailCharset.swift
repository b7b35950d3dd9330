import Foundation

/// What a mail's text is written in.
enum MailCharset {
    /// A text as UTF-8. What names no alphabet, one that is not known here, or the wrong one, and is not UTF-8, is read
    /// as Windows-1252, like rows of results, unless it says stop in another one: in any of them a stop is one.
    ///
    /// - Parameter name: as registered with IANA, or one of the names that mail programs use beside it.
    static func utf8(_ bytes: [UInt8], named name: String?) -> [UInt8] {
        // ISO 2022 has nothing above 7 bits; it begins with an escape.
        guard bytes.contains(where: { $0 >= 0x80 || $0 == 0 || $0 == 0x1B }) else { return bytes }
        let name = name?.lowercased() ?? ""
        if let text = wide(bytes, name) { return Array(text.utf8) }
        if let text = name == "euc-jp" ? japanese(bytes) : numbers[name].flatMap({ string(bytes, $0) }) {
            return Array(text.utf8)
        }
        let encoding: TextEncoding? =
            switch name {
            case "iso-8859-1", "iso8859-1", "latin1", "windows-1252", "cp1252": .windows1252
            case "iso-8859-15", "iso8859-15", "latin9": .latin9
            case _: nil
            }
        if let encoding { return Array(encoding.text(of: bytes[...])) }
        return String(validating: bytes, as: UTF8.self) == nil ? unmarked(bytes) : bytes
    }

    /// In which a text without a mark may say stop, beside Windows-1252.
    private static let usual = [
        "windows-1251", "koi8-r", "koi8-u", "iso-8859-5", "gb18030", "big5", "shift_jis", "euc-kr", "windows-1250",
        "iso-8859-2", "windows-1253", "windows-1254", "windows-1255", "windows-1256", "windows-1258", "windows-874",
    ]
    /// A wish to be left alone stands in the beginning.
    private static let longestLook = 4_096

    private static func unmarked(_ bytes: [UInt8]) -> [UInt8] {
        var beginning = bytes.prefix(longestLook)
        if bytes.count > longestLook, let end = beginning.lastIndex(of: 0x0A) { beginning = beginning[..<end] }
        if !saysStop(String(decoding: Array(TextEncoding.windows1252.text(of: beginning)), as: UTF8.self)) {
            for number in usual.compactMap({ numbers[$0] }) {
                if let text = string(Array(beginning), number), saysStop(text), let whole = string(bytes, number) {
                    return Array(whole.utf8)
                }
            }
        }
        return Array(TextEncoding.windows1252.text(of: bytes[...]))
    }

    private static func saysStop(_ text: String) -> Bool {
        MailWords.sayStop(text)
            || text.split(whereSeparator: \.isNewline).prefix(50).contains { line in
                line.first { !$0.isWhitespace } != ">" && MailWords.sayStop(String(line))
            }
    }

    private static func string(_ bytes: [UInt8], _ number: UInt) -> String? {
        String(data: Data(bytes), encoding: String.Encoding(rawValue: isOfCoreFoundation | number))
    }

    /// EUC-JP, which Foundation on Linux does not know: the pairs of JIS X 0208 with their upper bits set.
    private static func japanese(_ bytes: [UInt8]) -> String? {
        var jis: [UInt8] = []
        var isPair = false
        for byte in bytes {
            if isPair != (byte >= 0xA1) { jis += isPair ? [0x1B, 0x28, 0x42] : [0x1B, 0x24, 0x42] }
            isPair = byte >= 0xA1
            jis.append(byte & 0x7F)
        }
        return string(jis, 0x820)
    }

    /// What marks a number of CoreFoundation's among Foundation's encodings.
    private static let isOfCoreFoundation: UInt = 1 << 31

    /// The encodings of mails beyond Unicode and Western Europe's, by CoreFoundation's numbers (`CFStringEncodings`).
    private static let numbers: [String: UInt] = [
        "iso-2022-jp": 0x820, "shift_jis": 0xA01, "shift-jis": 0xA01, "sjis": 0xA01, "x-sjis": 0xA01,
        "cp932": 0x420, "windows-31j": 0x420,
        "gb2312": 0x632, "gbk": 0x632, "gb18030": 0x632, "cp936": 0x632, "big5": 0xA03, "cp950": 0xA03,
        "euc-kr": 0x422, "ks_c_5601-1987": 0x422, "cp949": 0x422,
        "koi8-r": 0xA02, "koi8-u": 0xA08, "windows-874": 0x41D, "tis-620": 0x41D, "iso-8859-11": 0x41D,
        "windows-1250": 0x501, "windows-1251": 0x502, "cp1251": 0x502, "windows-1253": 0x503, "windows-1254": 0x504,
        "windows-1255": 0x505, "windows-1256": 0x506, "windows-1257": 0x507, "windows-1258": 0x508,
        "iso-8859-2": 0x202, "iso-8859-3": 0x203, "iso-8859-4": 0x204, "iso-8859-5": 0x205, "iso-8859-6": 0x206,
        "iso-8859-7": 0x207, "iso-8859-8": 0x208, "iso-8859-8-i": 0x208, "iso-8859-9": 0x209, "iso-8859-10": 0x20A,
        "iso-8859-13": 0x20D, "iso-8859-14": 0x20E, "iso-8859-16": 0x210,
    ]

    /// A text of two or four bytes for a letter. Its mark says in which order they are, else its name, else where its
    /// zeros are.
    private static func wide(_ bytes: [UInt8], _ name: String) -> String? {
        let name = name.filter { $0 != "-" && $0 != "_" }
        let isLittleMark = bytes.starts(with: [0xFF, 0xFE])
        let hasMark = isLittleMark || bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0, 0, 0xFE, 0xFF])
        let width = name.hasPrefix("utf32") ? 4 : 2
        guard width == 4 || name.hasPrefix("utf16") || name.hasPrefix("ucs2") || hasMark else { return nil }
        let zeros = (0..<width).map { place in
            stride(from: place, to: bytes.count, by: width).reduce(0) { $0 + (bytes[$1] == 0 ? 1 : 0) }
        }
        let isLittle =
            hasMark ? isLittleMark : name.hasSuffix("le") || !name.hasSuffix("be") && zeros[width - 1] > zeros[0]
        let units = stride(from: 0, to: bytes.count - width + 1, by: width).map { start in
            let unit = bytes[start..<start + width]
            return (isLittle ? Array(unit.reversed()) : Array(unit)).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        let letters = units.drop { $0 == 0xFEFF }
        return width == 4
            ? String(decoding: letters, as: UTF32.self) : String(decoding: letters.map { UInt16($0) }, as: UTF16.self)
    }
}
