import Foundation

/// A text of a mail: what its writer says, and the mails that it quotes or passes on.
struct MailWords {
    /// What one person says.
    struct Words {
        let text: String
        /// Its subject, and others that stand with it.
        var values: [String] = []

        /// In paragraphs, since people greet and sign; a sentence of its own is enough for words that cannot mean
        /// anything else.
        var sayStop: Bool {
            if values.contains(where: MailWords.sayStop) || MailWords.sayStop(text) { return true }
            let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
            let paragraphs = lines.split { $0.allSatisfy(\.isWhitespace) }.prefix(MailWords.most)
            if paragraphs.contains(where: { MailWords.sayStop($0.joined(separator: "\n")) }) { return true }
            let unquoted = lines.filter { $0.first { !$0.isWhitespace } != ">" }.joined(separator: " \n")
            return unquoted.split { ".!?;\n".contains($0) }.prefix(5 * MailWords.most).contains { sentence in
                StopPhrases.ask(MailWords.folded(sentence))
            }
        }
    }

    /// A mail within the text, known by its fields: `From: …`, `Von: …`.
    struct Block {
        /// Empty where it does not say by which address.
        let from: [String]
        let words: Words
    }

    let own: Words
    let blocks: [Block]

    private static let most = 50
    private static let longest = 2_000
    private static let farthest = 65_536

    init(_ part: MailPart) {
        let text = String(decoding: part.body.prefix(Self.farthest), as: UTF8.self)
        self.init(part.type == "text/html" ? Self.shown(of: text) : text)
    }

    private init(_ text: String) {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }.prefix(4_000).map(String.init)
        let fields = lines.map { Self.field($0) }
        let starts = lines.indices.filter { place in
            guard fields[place]?.isSender == true else { return false }
            return fields[place...].dropFirst().prefix(4).contains { $0.map { !$0.isSender } ?? false }
        }.prefix(Self.most)
        own = Words(text: Self.cut(lines[..<(starts.first ?? lines.endIndex)]))
        blocks = zip(starts, starts.dropFirst() + [lines.endIndex]).map { start, end in
            let values = fields[start..<end].prefix(8).compactMap { $0 }
            let said = lines[start..<end].enumerated().filter { $0.offset >= 8 || fields[start + $0.offset] == nil }
                .map { Self.unquoted($0.element) }
            let sender = fields[start]?.value ?? ""
            let parted = MailAddresses.mailboxes(in: sender)
            return Block(
                from: parted, words: Words(text: Self.cut(said[...]), values: values.dropFirst().map(\.value)))
        }
    }

    private static func cut(_ lines: ArraySlice<String>) -> String {
        String(lines.joined(separator: "\n").prefix(longest))
    }

    static func sayStop(_ text: String) -> Bool { ReplyKeywords().meaning(of: text.prefix(longest).utf8) == .stop }

    private static func folded(_ text: some StringProtocol) -> [String] {
        text.folding(options: [.diacriticInsensitive, .widthInsensitive, .caseInsensitive], locale: nil)
            .replacing("'", with: "").replacing("\u{2019}", with: "")
            .split { !$0.isLetter && !$0.isNumber }.map { $0.lowercased() }
    }

    // MARK: - Fields within a text

    private struct Field {
        let isSender: Bool
        let value: String
    }

    private static let senders: Set<String> = [
        "from", "von", "de", "da", "van", "fran", "fra", "od", "lahettaja", "от", "від", "absender", "expediteur",
        "mittente", "remitente", "afzender", "kimden", "差出人", "发件人",
    ]
    private static let others: Set<String> = [
        "date", "sent", "subject", "to", "cc", "datum", "gesendet", "betreff", "an", "envoye", "objet", "a", "pour",
        "enviado", "enviada", "asunto", "assunto", "para", "fecha", "data", "inviato", "oggetto", "verzonden",
        "onderwerp", "aan", "skickat", "amne", "till", "sendt", "emne", "til", "dato", "wyslano", "temat", "do",
        "отправлено", "тема", "кому", "дата", "reply-to", "件名", "日時", "宛先", "主题", "日期", "收件人",
    ]

    private static func unquoted(_ line: String) -> String {
        String(line.drop { $0.isWhitespace || $0 == ">" })
    }

    private static func field(_ line: String) -> Field? {
        let bare = line.drop { $0.isWhitespace || ">*_|".contains($0) }
        guard let colon = bare.prefix(24).firstIndex(where: { $0 == ":" || $0 == "：" }) else { return nil }
        let name = bare[..<colon].trimmingCharacters(in: CharacterSet(charactersIn: " \u{A0}*_"))
            .folding(options: [.diacriticInsensitive, .caseInsensitive], locale: nil).lowercased()
        let isSender = senders.contains(name)
        guard isSender || others.contains(name) else { return nil }
        return Field(isSender: isSender, value: String(bare[bare.index(after: colon)...]))
    }

    // MARK: - Mark-up

    /// What a page shows, in lines.
    private static func shown(of page: String) -> String {
        var text = ""
        var rest = page[...]
        while let open = rest.firstIndex(of: "<") {
            text += rest[..<open]
            rest = rest[open...].dropFirst()
            let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "/" || $0 == "!" || $0 == "-" }.lowercased()
            if name.hasPrefix("!--") {
                rest = rest.range(of: "-->").map { rest[$0.upperBound...] } ?? ""
                continue
            }
            rest = rest.firstIndex(of: ">").map { rest[rest.index(after: $0)...] } ?? ""
            switch name {
            case "style", "script", "title":
                let end = rest.range(of: "</\(name)", options: .caseInsensitive)
                rest = end.map { rest[$0.lowerBound...] } ?? ""
            case "br", "br/", "div", "/div", "tr", "/tr", "li", "/td": text += "\n"
            case "p", "/p", "/table", "hr", "blockquote", "/blockquote": text += "\n\n"
            case _: break
            }
        }
        text += rest
        for (entity, meaning) in [
            ("&nbsp;", " "), ("&#160;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"),
            ("&amp;", "&"),
        ] { text = text.replacing(entity, with: meaning) }
        return text
    }
}
