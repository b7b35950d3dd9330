import Foundation

/// What a reply asks for: the words of contract §9 and the campaign's own.
///
/// Words are compared without case, accents and width; everything but letters, digits and apostrophes separates them.
/// In doubt a reply is a stop, since nobody is contacted after saying stop, and no stop word counts as a start:
///
/// - STOPALL, UNSUBSCRIBE (in one word or two, and words that begin like it), REVOKE, OPTOUT and OPT OUT stop anywhere
///   in a reply;
/// - STOP, QUIT, CANCEL, "opt me out" and the campaign's own words stop in a reply of up to five words;
/// - STOP also in a longer one, when it begins or ends it, is written in capitals, follows "please", or is followed by
///   what is to stop ("stop texting me"); but "stop by" is a visit;
/// - "remove me", "take me off", "leave me alone" and their like wherever they stand, "do not contact me" and its like
///   at
///   the end, REMOVE, ARRET, BAJA and others alone (`StopPhrases`);
/// - END, which is too common in plain sentences, in a reply of up to three words;
/// - sentences of people's own in the languages of the contract (`StopGrammar`), in a reply of up to ten words;
/// - START, YES, UNSTOP lift only when they are the whole reply, without "please" and "thanks": who answers the text
///   that confirms a stop politely has not asked for more; HELP and INFO (AYUDA, AIDE, HILFE, AIUTO, AJUDA) ask in one
///   of two words, where please and thanks do not count;
/// - words of other languages and scripts (`StopWords`) when they are all of a reply, some of them in a short one;
/// - what is joined, disguised or written in another alphabet's letters (`STOPnow`, `st0p`) is read as a stop, and as
///   nothing else: no start and no call for help is made out of such (`MendedWords`). "Non-stop" is one word; "don't
///   stop" is a stop, as all that is in doubt;
/// - "don't unsubscribe me", "I didn't mean to unsubscribe" and their like, where nothing else can be meant
///   (`StopDenials`), are none;
/// - a message of ours that is quoted in the reply (as phones do with "Liked “…”", and mail with ">") is not read.
package struct ReplyKeywords: Hashable, Sendable {
    package enum Meaning: String, CaseIterable, Sendable {
        /// Suppress the sender.
        case stop
        /// Lift the suppression; from a sender who is not suppressed, a response.
        case start
        case help
        /// Anything else: an answer for the campaign.
        case response

        package var code: Code {
            switch self {
            case .stop: .replyStop
            case .start: .replyStart
            case .help: .replyHelp
            case .response: .replyResponse
            }
        }
    }

    private let stop: [[String]]
    private let start: [[String]]
    private let help: [[String]]

    /// - Parameter keywords: a campaign's further words or phrases, under `stop`, `start` and `help`.
    package init(_ keywords: [String: [String]] = [:]) {
        func phrases(_ key: String) -> [[String]] {
            (keywords[key] ?? []).map { Self.words($0).map(\.folded) }.filter { !$0.isEmpty }
        }
        stop = phrases("stop")
        start = [["start"], ["yes"], ["unstop"]] + phrases("start")
        help =
            [["help"], ["info"], ["ayuda"], ["aide"], ["hilfe"], ["aiuto"], ["ajuda"]] + phrases("help")
    }

    package func meaning(of text: some Sequence<UInt8>) -> Meaning {
        let own = Self.withoutQuotations(String(decoding: Array(text), as: UTF8.self))
        let words = Self.words(own)
        let folded = words.map(\.folded)
        if asksToStop(own, words, folded), !isDenied(own, words, folded) { return .stop }
        if start.contains(folded) { return .start }
        let core = folded.filter { !Self.courtesies.contains($0) }
        if core.count <= 2, help.contains(where: { Self.contains($0, in: core) }) { return .help }
        return help.contains(core) ? .help : .response
    }

    /// Whether a stop says itself that it is for everything, whatever message it answers.
    package func isStopAll(_ text: some Sequence<UInt8>) -> Bool {
        let words = Self.words(Self.withoutQuotations(String(decoding: Array(text), as: UTF8.self))).map(\.folded)
        return words.contains { Self.all.contains($0) }
    }

    private static let all: Set<String> = [
        "stopall", "all", "everything", "alle", "alles", "allem", "tout", "tous", "todo", "todos", "tutto", "tutti",
        "tudo",
    ]

    // MARK: - Stop

    private static let shortPhrase = 5
    static let courtesies: Set<String> = ["please", "pls", "plz", "thanks", "thank", "you", "thx", "ok", "hi"]
    static let objects: Set<String> = [
        "texting", "texts", "text", "txt", "txting", "sms", "sending", "messaging", "messages", "message", "msgs",
        "calling", "calls", "contacting", "emailing", "emails", "mailing", "spamming", "bothering", "harassing",
        "writing", "this", "these", "it", "all", "now",
    ]

    private func asksToStop(_ own: String) -> Bool {
        let words = Self.words(own)
        return asksToStop(own, words, words.map(\.folded))
    }

    private func asksToStop(_ own: String, _ words: [Word], _ folded: [String]) -> Bool {
        if isStop(words, folded) { return true }
        // Only a stop is made out of what is not written as its word.
        let mended = MendedWords.of(own, words)
        if mended != words, isStop(mended, mended.map(\.folded)) { return true }
        let sentences = own.split { ".,!;\n".contains($0) }.map { Self.words(String($0)).map(\.folded) }
        return sentences.count > 1 && StopGrammar.asks(sentences.filter { !$0.isEmpty })
    }

    /// Whether a reply asks not to be taken off, and for no stop beside that: "Please don't unsubscribe me".
    private func isDenied(_ own: String, _ words: [Word], _ folded: [String]) -> Bool {
        // The campaign's own words, and STOP as it is told to be written, are denied by nothing.
        guard words.count > 2, !words.contains(where: { $0.folded == "stop" && $0.isCapitals }) else { return false }
        if stop.contains(where: { Self.contains($0, in: folded) }) { return false }
        if StopDenials.areOfASlip(folded) { return true }
        var isDenied = false
        let rest = own.split { !Self.isWithinSentence($0) }.map { sentence in
            let words = Self.words(String(sentence)).map(\.folded)
            guard let length = StopDenials.length(in: words) else { return String(sentence) }
            isDenied = true
            return words.dropFirst(length).joined(separator: " ")
        }
        return isDenied && !asksToStop(rest.joined(separator: ". "))
    }

    private static func isWithinSentence(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "'\u{2019} \t\u{A0}".contains(character)
    }

    private func isStop(_ words: [Word], _ folded: [String]) -> Bool {
        // Nearly all of them, for which no phrase of any language need be looked for.
        if folded == ["stop"] { return true }
        let isShort = folded.count <= Self.shortPhrase
        if isShort, stop.contains(where: { Self.contains($0, in: folded) }) { return true }
        if StopPhrases.ask(folded) { return true }
        // Spelled out: "S T O P", "s.t.o.p".
        if folded.count > 1, folded.allSatisfy({ $0.count == 1 }), Self.squeezed(folded.joined()) == "stop" {
            return true
        }
        for (index, word) in folded.enumerated() {
            let next = index + 1 < folded.count ? folded[index + 1] : nil
            switch word {
            case "stopall", "revoke", "optout": return true
            case "opt" where next == "out": return true
            case "opt" where isShort && folded[index...].contains("out"): return true
            // "Un-subscribe".
            case "un" where next?.hasPrefix("subs") == true: return true
            case "end" where folded.count <= 3: return true
            case "quit" where isShort, "cancel" where isShort: return true
            default:
                if word.hasPrefix("unsub") || word.hasPrefix("unsus") { return true }
                // "stoppp" counts if nothing else is said.
                let isStopWord = word == "stop" || (folded.count == 1 && Self.squeezed(word) == "stop")
                if isStopWord, next != "by", isShort || isEmphatic(words, folded, index) { return true }
            }
        }
        return false
    }

    /// Whether the STOP at `index` of a longer reply asks for it.
    private func isEmphatic(_ words: [Word], _ folded: [String], _ index: Int) -> Bool {
        let before = folded[..<index]
        return before.allSatisfy { Self.courtesies.contains($0) } || index == folded.count - 1
            || words[index].isCapitals || before.last == "please" || before.last == "pls"
            || Self.objects.contains(folded[index + 1])
    }

    private static func contains(_ phrase: [String], in words: [String]) -> Bool {
        guard phrase.count <= words.count else { return false }
        return (0...words.count - phrase.count).contains { words[$0..<$0 + phrase.count] == phrase[...] }
    }

    // MARK: - Words

    struct Word: Hashable {
        var folded: String
        var isCapitals: Bool
    }

    static func words(_ text: String) -> [Word] {
        text.utf8.allSatisfy { $0 < 0x80 } ? words(ofASCII: Array(text.utf8)) : words(ofAnyScript: text)
    }

    static func words(ofAnyScript text: String) -> [Word] {
        // Phones and gateways put invisible characters between letters; a stop sign means what it shows.
        let visible = String(
            String.UnicodeScalarView(
                text.unicodeScalars.filter { $0.properties.generalCategory != .format && $0.value != 0xFE0F })
        ).replacingOccurrences(of: "\u{1F6D1}", with: " stop ")
        // "Non-stop" is one word, though "non, stop" is two.
        var folded = visible.folding(options: [.diacriticInsensitive, .widthInsensitive], locale: nil)
        for hyphen in ["-", "\u{2010}", "\u{2011}"] where folded.contains(hyphen) {
            folded = folded.replacingOccurrences(of: "non\(hyphen)stop", with: "nonstop", options: .caseInsensitive)
        }
        return folded.split { !$0.isLetter && !$0.isNumber && $0 != "'" && $0 != "\u{2019}" }.compactMap { piece in
            let word = piece.filter { $0 != "'" && $0 != "\u{2019}" }
            guard !word.isEmpty else { return nil }
            return Word(folded: word.lowercased(), isCapitals: word == word.uppercased())
        }
    }

    /// The same, of what needs no folding.
    private static func words(ofASCII text: [UInt8]) -> [Word] {
        var words: [Word] = []
        var word: [UInt8] = []
        var isCapitals = true
        func end() {
            if !word.isEmpty {
                words.append(Word(folded: String(decoding: word, as: UTF8.self), isCapitals: isCapitals))
            }
            (word, isCapitals) = ([], true)
        }
        func isNonStop(_ hyphen: Int) -> Bool {
            hyphen >= 3 && text[hyphen - 3..<hyphen].map({ $0 | 0x20 }) == Array("non".utf8)
                && text[(hyphen + 1)...].prefix(4).map { $0 | 0x20 } == Array("stop".utf8)
        }
        for (index, byte) in text.enumerated() {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"):
                word.append(byte)
                isCapitals = false
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): word.append(byte | 0x20)
            case UInt8(ascii: "0")...UInt8(ascii: "9"): word.append(byte)
            case UInt8(ascii: "'"): break
            case UInt8(ascii: "-") where isNonStop(index): isCapitals = false
            default: end()
            }
        }
        end()
        return words
    }

    /// Runs of one letter made one: "stoooppp" is "stop".
    private static func squeezed(_ word: String) -> String {
        var last: Character?
        return String(
            word.filter { character in
                defer { last = character }
                return character != last
            })
    }

    /// The reply without lines that begin with `>`, and without a long quotation after the sender's own words.
    private static func withoutQuotations(_ text: String) -> String {
        // Nearly all of them: one line, in which nothing can be quoted.
        if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != 0x22 && $0 != 0x3E }) { return text }
        let lines = text.split(whereSeparator: \.isNewline)
        let unquoted = lines.filter { line in line.first { !$0.isWhitespace } != ">" }
        // A reply that is nothing but quoted has its say there.
        let own = (unquoted.isEmpty ? lines : unquoted).joined(separator: "\n")
        guard let opening = own.firstIndex(where: { "\"\u{201C}\u{201E}\u{AB}".contains($0) }) else { return own }
        let inside = own[own.index(after: opening)...]
        let closing = inside.lastIndex { "\"\u{201D}\u{201C}\u{BB}".contains($0) }
        let quotation = inside[..<(closing ?? inside.endIndex)]
        guard !words(String(own[..<opening])).isEmpty, words(String(quotation)).count > shortPhrase else { return own }
        return own[..<opening] + " " + (closing.map { own[own.index(after: $0)...] } ?? "")
    }
}
