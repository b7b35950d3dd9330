import Foundation

/// The words of a reply as they would be without tricks and slips: a stop joined to what it is about (`STOPnow`,
/// `stop2end`), a digit for a letter (`st0p`), letters of another alphabet that look the same (`SТОP` with two of the
/// Cyrillic), bold and circled letters (`𝗦𝗧𝗢𝗣`).
enum MendedWords {
    /// - Parameter words: the same text's words as they are written.
    static func of(_ text: String, _ words: [ReplyKeywords.Word]) -> [ReplyKeywords.Word] {
        let isPlain = text.utf8.allSatisfy { $0 < 0x80 }
        let plain = isPlain ? words : ReplyKeywords.words(compatible(text))
        return plain.flatMap { word in
            let letters = withUmlaut(withoutDigits(inOneAlphabet(word.folded)))
            return parted(letters).map { ReplyKeywords.Word(folded: $0, isCapitals: word.isCapitals) }
        }
    }

    /// Letters as Unicode says that they are meant, without the stroke that lengthens Arabic words.
    private static func compatible(_ text: String) -> String {
        text.precomposedStringWithCompatibilityMapping.replacing("\u{640}", with: "")
    }

    // MARK: - Letters

    /// A word of Latin and other letters with those for Latin ones that look like them; as it is where all are of
    /// another alphabet, which makes it a word of that.
    private static func inOneAlphabet(_ word: String) -> String {
        guard word.utf8.contains(where: { $0 >= 0x80 }), word.contains(where: { $0.isASCII && $0.isLetter }) else {
            return word
        }
        return String(word.map { lookingAlike[$0] ?? $0 })
    }

    /// Small letters of the Cyrillic and Greek alphabets, of which the capitals look like Latin ones, too.
    private static let lookingAlike: [Character: Character] = Dictionary(
        uniqueKeysWithValues: zip("авекмнорстухѕіјαβεικνορτυχ", "abekmhopctyxsijabeiknoptyx"))

    /// `moechte` as `möchte`, without its accent: only words with which Germans say it, since `que` is no `qe`.
    private static func withUmlaut(_ word: String) -> String {
        guard let found = umlauts.first(where: { word.hasPrefix($0.written) }) else { return word }
        return found.meant + word.dropFirst(found.written.count)
    }

    private static let umlauts: [(written: String, meant: String)] = [
        ("moecht", "mocht"), ("hoer", "hor"), ("aufhoer", "aufhor"), ("aufzuhoer", "aufzuhor"),
        ("loesch", "losch"), ("geloesch", "gelosch"), ("kuendig", "kundig"), ("wuensch", "wunsch"),
        ("belaestig", "belastig"), ("stoer", "stor"),
    ]

    /// `st0p` and `5top`.
    private static func withoutDigits(_ word: String) -> String {
        guard word.contains(where: { $0 == "0" || $0 == "5" }), word.contains(where: { $0.isLetter }) else {
            return word
        }
        let letters = String(word.map { $0 == "0" ? "o" : $0 == "5" ? "s" : $0 })
        return letters.hasPrefix(stop) ? letters : word
    }

    // MARK: - Joined words

    private static let stop = "stop"
    private static let stops = [stop, "quit", "cancel", "end"]

    /// What follows a stop that is joined to it: what it is about, and what else is said with it.
    private static let followers =
        (ReplyKeywords.objects.union(ReplyKeywords.courtesies).union([
            "me", "us", "to", "end", "stop", "quit", "cancel", "unsubscribe", "ads", "spam", "marketing", "contact",
            "here",
            "already", "forever",
        ])).sorted { $0.count == $1.count ? $0 < $1 : $0.count > $1.count }

    /// The words that were joined, where a stop is one of them; else the word alone.
    private static func parted(_ word: String) -> [String] {
        for courtesy in ["please", "pls", "plz"] where word.hasPrefix(courtesy + stop) {
            return [courtesy] + parted(String(word.dropFirst(courtesy.count)))
        }
        for one in stops where word.hasPrefix(one) && word.count > one.count {
            if let rest = parts(of: word.dropFirst(one.count)[...]) { return [one] + rest }
        }
        return [word]
    }

    /// A run of such words and of digits; nil where anything else stands in it.
    private static func parts(of text: Substring) -> [String]? {
        if text.isEmpty { return [] }
        let digits = text.prefix { $0.isNumber }
        if !digits.isEmpty { return parts(of: text.dropFirst(digits.count)).map { [String(digits)] + $0 } }
        for word in followers where text.hasPrefix(word) {
            if let rest = parts(of: text.dropFirst(word.count)) { return [word] + rest }
        }
        return nil
    }
}
