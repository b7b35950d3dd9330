/// Typographic marks of a text message as plain ones, so that it goes in GSM 7-bit.
package enum PlainMarks {
    /// The text with plain marks; as it is where it needs another alphabet all the same.
    package static func text(_ text: String) -> String {
        if SMSLength(text).foreign.isEmpty { return text }
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if let mark = marks[scalar] { plain.append(contentsOf: mark.unicodeScalars) } else { plain.append(scalar) }
        }
        let result = String(plain)
        return SMSLength(result).foreign.isEmpty ? result : text
    }

    private static let marks: [Unicode.Scalar: String] = {
        let sorts: [(String, String)] = [
            ("\u{2018}\u{2019}\u{201A}\u{201B}\u{02BC}\u{2032}\u{2039}\u{203A}\u{0060}\u{00B4}", "'"),
            ("\u{201C}\u{201D}\u{201E}\u{201F}\u{2033}\u{00AB}\u{00BB}", "\""),
            ("\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2015}\u{2212}\u{2022}\u{00B7}", "-"),
            ("\u{2026}", "..."), ("\u{2044}", "/"),
            (
                "\t\u{00A0}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200A}\u{202F}",
                " "
            ),
            ("\u{200B}\u{2060}\u{00AD}\u{FEFF}", ""),
        ]
        return Dictionary(
            uniqueKeysWithValues: sorts.flatMap { sort in sort.0.unicodeScalars.map { ($0, sort.1) } })
    }()
}
