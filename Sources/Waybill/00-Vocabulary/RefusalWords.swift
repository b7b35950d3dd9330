import Foundation

/// What the words of an event say that no table has: `complaint.received`, `Added to DNC`, `consent withdrawn`.
///
/// In doubt they are a refusal. Words that deny one (`not spam`) or take one back (`removed from DNC`) are none, and
/// start nothing either.
enum RefusalWords {
    enum Meaning: Hashable {
        case refusal(Event)
        /// A refusal is denied or taken back.
        case denied
        case other
    }

    static func meaning(of text: ArraySlice<UInt8>) -> Meaning {
        guard mayMeanAny(text) else { return .other }
        var found: Set<Meaning> = []
        for clause in clauses(of: String(decoding: text, as: UTF8.self)) { found.formUnion(meanings(of: clause)) }
        for meaning in [Meaning.refusal(.complained), .refusal(.unsubscribed), .denied] where found.contains(meaning) {
            return meaning
        }
        return .other
    }

    /// Whether a folder is called as if those who refused stood in it.
    static func isOfRefusals(folder name: String) -> Bool {
        meaning(of: Array(name.utf8)[...]) != .other || folders.contains(FoldedName(name))
    }

    private static let folders = Set(
        ["tps", "ctps", "mps", "fps", "exclusion", "exclusions", "exclude", "excluded", "no call", "no calls"].map {
            FoldedName($0)
        })

    // MARK: - What a clause says

    private enum Word: Hashable {
        /// Of a complaint, and of a list of people who are left alone: it may be removed, and a complaint resolved.
        case complaint, list
        /// What a person asked for.
        case stop
        /// `removed`, `withdrawn`: of a refusal, it takes it back; of anything else, it is one.
        case takenBack
        /// `Remove`, `revoke`, as somebody asks for it.
        case takeBack
        /// `resolved`, `cancelled`: of a refusal alone.
        case over
        /// `Consent`, `subscription`.
        case consent
        case denial, from, filler, other

        var isRefusal: Bool { self == .complaint || self == .list || self == .stop }
    }

    private static func meanings(of clause: [String]) -> Set<Meaning> {
        if StopPhrases.ask(clause) { return [.refusal(.unsubscribed)] }
        let isOpposite = clause.contains { isDenied($0) || $0.hasPrefix("resub") || $0 == "unstop" }
        let words = words(of: clause)
        var found: Set<Meaning> = isOpposite ? [.denied] : []
        for (place, word) in words.enumerated() where word.isRefusal {
            let isNone = isDenied(at: place, words) || isOver(at: place, words)
            found.insert(isNone ? .denied : .refusal(word == .complaint ? .complained : .unsubscribed))
        }
        if !found.isEmpty { return found }
        let isConsent = words.contains(.consent)
        for (place, word) in words.enumerated()
        where word == .takenBack || word == .takeBack || word == .over && isConsent {
            found.insert(isDenied(at: place, words) ? .denied : .refusal(.unsubscribed))
        }
        return found
    }

    private static func isDenied(at place: Int, _ words: [Word]) -> Bool {
        words[..<place].reversed().first { $0 != .filler && $0 != .from } == .denial
    }

    /// Whether a refusal is taken back: `removed from DNC`, `DNC removed`, `complaint resolved`, `revoked opt-out`.
    private static func isOver(at place: Int, _ words: [Word]) -> Bool {
        let word = words[place]
        let before = words[..<place].reversed().drop { $0 == .filler }
        let ahead = before.drop { $0 == .from || $0 == .filler }.first
        if before.first == .from, [.takenBack, .takeBack, .over].contains(ahead) || ahead == nil { return true }
        if ahead == .over || word != .stop && (ahead == .takenBack || ahead == .takeBack) { return true }
        let behind = words[(place + 1)...].drop { $0 == .filler }
        // "Do not call, removed from list": that is another list.
        return behind.first == .over || behind.first == .takenBack && !behind.dropFirst().contains(.from)
    }

    // MARK: - Its words

    private static let complaints = [
        "complain", "spam", "abuse", "junk", "fbl", "plainte", "beschwer", "queja", "reclamac", "reclamo", "klacht",
    ]
    private static let lists = [
        "dnc", "dnd", "blacklist", "blocklist", "denylist", "suppress", "robinson", "sperrlist", "listanegra",
        "listenoire", "donotcall", "donotcontact", "donottext", "donotmail", "donotemail", "donotdisturb",
    ]
    private static let stops = [
        "unsub", "unsusc", "optout", "optedout", "optsout", "optingout", "stop", "object", "abmeld", "abgemeldet",
        "austrag", "ausgetragen", "abbestell", "widerruf", "widersproch", "widerspruch", "desabon", "desinscri",
        "disiscri", "descadastr", "dardebaja", "dadodebaja", "afmeld", "afgemeld", "uitschrijv", "uitgeschreven",
    ]
    private static let takenBack = [
        "removed", "removal", "withdrawn", "withdrawal", "withdrew", "revoked", "revocation",
    ]
    private static let takeBack = ["remov", "withdraw", "revok"]
    private static let over: Set<String> = [
        "lifted", "cancelled", "canceled", "cancel", "reversed", "undone", "expired", "passed", "cleared", "clear",
        "clean", "deleted", "resolved", "dismissed", "retracted", "closed", "taken", "released", "ended", "negative",
    ]
    /// Of what a person asked for, only these take it back: `unsubscribe closed` is none the less said.
    private static let overForStops: Set<String> = [
        "lifted", "cancelled", "canceled", "reversed", "undone", "expired", "retracted",
    ]
    private static let consents = ["consent", "permission", "subscription", "einwilligung", "authoris", "authoriz"]
    private static let denials: Set<String> = [
        "not", "no", "non", "never", "isnt", "wasnt", "without", "false", "nicht", "kein", "keine", "pas", "sin",
        "nao", "niet", "geen", "anti",
    ]
    private static let fillers: Set<String> = [
        "a", "an", "the", "in", "on", "as", "to", "is", "was", "were", "be", "been", "has", "have", "had", "are", "our",
        "your", "any", "list", "lists", "listed", "flag", "status", "request", "requested", "check", "registry",
        "entry",
        "marked", "reported", "report",
    ]
    /// What a person does not want, behind a word that denies it.
    private static let verbs = [
        "call", "contact", "text", "mail", "email", "message", "sms", "disturb", "phone", "dial", "send", "write",
        "market", "solicit", "ring", "reach",
    ]

    private static func words(of clause: [String]) -> [Word] {
        var words: [Word] = []
        var rest = clause[...]
        while let word = rest.first {
            let length = phrase(rest)
            if length > 1 {
                words.append(length == 2 && rest.prefix(2).joined().hasSuffix("list") ? .list : .stop)
                rest = rest.dropFirst(length)
                continue
            }
            words.append(Self.word(word))
            rest = rest.dropFirst()
        }
        // What is over for a complaint is not for what a person asked.
        for place in words.indices where words[place] == .over && words.contains(.stop) {
            if !clause.contains(where: overForStops.contains) { words[place] = .other }
        }
        return words
    }

    /// How many words at the beginning are one refusal, such as `do not call`; 1 for none.
    private static func phrase(_ words: ArraySlice<String>) -> Int {
        let two = words.prefix(2).joined()
        if words.count > 1, ["blacklist", "blocklist", "denylist", "listanegra", "listenoire"].contains(two) {
            return 2
        }
        if words.count > 1, two.hasPrefix("unsubs") || ["optout", "optedout", "optsout", "optingout"].contains(two) {
            return 2
        }
        for no in [
            "do not", "dont", "never", "no more", "no further", "not to be", "not be", "not to", "no longer",
            "dar de baja", "dado de baja",
        ] {
            let parts = no.split(separator: " ").map(String.init)
            guard words.starts(with: parts) else { continue }
            if parts.last == "baja" { return parts.count }
            guard let next = words.dropFirst(parts.count).first, verbs.contains(where: next.hasPrefix) else { continue }
            return parts.count + 1
        }
        return 1
    }

    private static func word(_ word: String) -> Word {
        if over.contains(word) { return .over }
        if denials.contains(word) { return .denial }
        if word == "from" || word == "off" || word == "of" { return .from }
        if fillers.contains(word) { return .filler }
        if isIn(word, complaints) { return .complaint }
        if isIn(word, lists) { return .list }
        if isIn(word, stops) { return .stop }
        if takenBack.contains(word) { return .takenBack }
        if takeBack.contains(where: word.hasPrefix) { return .takeBack }
        return consents.contains(where: word.hasPrefix) ? .consent : .other
    }

    /// Whether one of these is within a word, and no syllable in front of it denies it.
    private static func isIn(_ word: String, _ stems: [String]) -> Bool {
        stems.contains { stem in
            word.range(of: stem).map { found in !denying.contains(where: word[..<found.lowerBound].hasSuffix) } ?? false
        }
    }

    private static let denying = ["un", "non", "not", "no", "anti", "de", "re"]

    private static func isDenied(_ word: String) -> Bool {
        (complaints + lists + stops).contains { stem in
            word.range(of: stem).map { found in denying.contains(where: word[..<found.lowerBound].hasSuffix) } ?? false
        }
    }

    // MARK: - How a text is parted

    /// The words of a name, in lower case.
    static func spoken(_ name: String) -> [String] { clauses(of: name).flatMap(\.self) }

    private static let letters: [[UInt8]] = {
        let others = """
            optout optedout optsout dont donot never nomore nofurther nolonger notto notbe nicht kein niet geen neme neplus
            nemappel nome nomas subs baja black block deny negra noire consent permission authori einwill takeme takemy
            leaveme losemy delete
            """
        return (complaints + lists + stops + takeBack + ["withdrew", "revoc"]).map { Array($0.utf8) }
            + others.split { $0 == " " || $0 == "\n" }.map { Array($0.utf8) }
    }()
    private static let byLetter: [[[UInt8]]] = {
        var found = [[[UInt8]]](repeating: [], count: 256)
        for word in letters { found[Int(word[0])].append(word) }
        return found
    }()

    /// Whether a text has any such letters in it, or is not ASCII; asked of each that no table has.
    private static func mayMeanAny(_ text: ArraySlice<UInt8>) -> Bool {
        if text.count > mostBytes || text.count < 3 { return false }
        var plain: [UInt8] = []
        plain.reserveCapacity(text.count)
        for byte in text {
            if byte >= 0x80 { return true }
            if (byte | 0x20) &- 0x61 < 26 { plain.append(byte | 0x20) }
        }
        return plain.indices.contains { place in
            byLetter[Int(plain[place])].contains { plain[place...].starts(with: $0) }
        }
    }

    /// Longer than what an event is called.
    private static let mostBytes = 512

    /// The words of each part of a text, in lower case, without accents: what stands apart (`DNC - removed`, `No
    /// answer; DNC`) says something of its own. `MarkedAsSpam` is three words.
    private static func clauses(of text: String) -> [[String]] {
        let folded = text.folding(options: [.diacriticInsensitive, .widthInsensitive], locale: nil)
        var clauses: [[String]] = [[]]
        var word = ""
        var last: Character = " "
        func endWord() {
            if !word.isEmpty { clauses[clauses.count - 1].append(word.lowercased()) }
            word = ""
        }
        let characters = Array(folded)
        for (place, character) in characters.enumerated() {
            let next = place + 1 < characters.count ? characters[place + 1] : " "
            if character.isLetter || character.isNumber {
                let isNewWord = character.isUppercase && (last.isLowercase || last.isUppercase && next.isLowercase)
                if isNewWord { endWord() }
                word.append(character)
            } else if character != "'", character != "\u{2019}" {
                endWord()
                let isApart = ",;!?()[]|/&\n".contains(character) || ".:".contains(character) && next == " "
                if isApart || "-\u{2013}\u{2014}".contains(character) && last == " " && next == " " {
                    clauses.append([])
                }
            }
            last = character
        }
        endWord()
        return clauses.filter { !$0.isEmpty }
    }
}
