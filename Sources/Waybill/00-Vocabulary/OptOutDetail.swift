/// What a provider says of a message that failed, where the reason is that the person wants none: it sends nothing more
/// to somebody who said stop to it, and tells of that as of any failure.
///
/// Only what blames the recipient's will counts: the sender's own place on a blacklist, or an address that the provider
/// leaves out since it bounced, is a failure. `Waybill.docc/Results.md` has the same table, and a test compares them.
package enum OptOutDetail {
    /// Error codes that mean this alone, whoever writes them.
    static let codes: [(code: String, of: String)] = [
        ("21610", "Twilio: unsubscribed recipient"), ("63014", "Twilio: blocked by the person"),
        ("40300", "Telnyx: blocked due to a STOP"),
    ]

    /// Words within a reason. Case, spaces, `_` and signs do not count.
    static let words: [(event: Event, words: [String])] = [
        (
            .unsubscribed,
            [
                "unsubscribed", "opted out", "opt out list", "opt out request", "recipient opt out", "user opt out",
                "subscriber opt out", "customer opt out", "destination opt out", "number opt out", "address opt out",
                "suppress unsubscribe", "suppression list", "suppressed recipient", "suppressed address",
                "recipient suppressed", "address suppressed", "recipient is suppressed", "address is suppressed",
                "replied stop", "sent stop", "texted stop", "stop message", "stop request", "stop keyword",
                "stop reply", "due to stop", "by stop", "do not contact", "do not call list", "do not call regist",
                "dnc list", "dnc regist", "on dnc", "in dnc", "on ndnc", "in ndnc", "dnd list", "dnd regist", "on dnd",
                "in dnd",
                "rejected dnd", "subscription to dnd", "dnd service", "dnd active", "consent revoked",
                "consent withdrawn", "revoked consent", "withdrew consent", "stop received", "désinscrit", "desinscrit",
                "désabonné", "desabonne", "widersprochen", "abbestellt", "uitgeschreven",
            ] + willed + blacklisted
        ),
        (
            .complained,
            [
                "suppress complaint", "spam reporting address", "marked your messages as spam", "recipient complained",
                "user complained", "previously complained", "complained address",
            ]
        ),
    ]

    /// Words that are all of a reason.
    static let wholes = ["opt out", "unsubscribe", "DNC", "NDNC", "do not call", "STOP"]

    static let people = ["recipient", "destination", "subscriber", "msisdn", "number", "user", "customer", "handset"]
    private static let blacklisted = people.flatMap { one in
        ["blacklisted \(one)"]
            + ["", " is"].flatMap { verb in
                ["blacklisted", "on blacklist", "on the blacklist", "on a blacklist", "in blacklist"].map {
                    "\(one)\(verb) \($0)"
                }
            }
    }
    private static let willed = ["recipient", "subscriber", "user", "customer"].flatMap {
        [
            "\($0) has blocked", "\($0) blocked sender", "\($0) blocked the sender", "\($0) blocked this sender",
            "\($0) blocked message", "\($0) blocked you", "blocked by \($0)", "stop from \($0)", "opt out by \($0)",
            "opt out from \($0)",
        ]
    }
    /// Whose blacklists are not about the recipient.
    static let others = [
        "sender", "source", "originat", "your number", "from number", "ip address", "your ip", "domain",
    ]
    private static let denials = ["not", "not been", "isnt", "never", "non", "nicht", "pas", "niet"]

    /// What a reason says of the person's will; nil for nothing.
    package static func refusal(in reason: ArraySlice<UInt8>) -> Event? {
        if reason.isEmpty || reason.count > mostBytes { return nil }
        switch glance(at: reason) {
        case .nothing: return nil
        case .code: return .unsubscribed
        case .words: break
        }
        let text = letters(of: reason).replacing(blocklist, with: blacklist)
        if wholeBytes.contains(text) { return .unsubscribed }
        var found: Event?
        for place in text.indices {
            for (word, event) in byLetter[Int(text[place])] where text[place...].starts(with: word) {
                if isDenied(text[..<place]) || !isOfPerson(word, text) { continue }
                if event == .complained { return event }
                found = event
            }
        }
        return found
    }

    private enum Glance { case nothing, code, words }

    /// Whether a reason has one of the codes in it, or letters without which it has none of the words: most have not.
    private static func glance(at reason: ArraySlice<UInt8>) -> Glance {
        var found = Glance.nothing
        var (letters, number): (UInt32, Int) = (0, 0)
        for byte in reason {
            let digit = byte &- 0x30
            if digit < 10 {
                number = min(number * 10 + Int(digit), 1 << 24)
                continue
            }
            if codeNumbers.contains(number) { return .code }
            number = 0
            let letter = byte | 0x20
            guard letter &- 0x61 < 26 else { continue }
            letters = letters << 8 | UInt32(letter)
            switch letters {
            // unsu, opte, opto, supp, stop, dono, blac, bloc, cons, spam, comp, insc, sabo, wide, abbe, uitg
            case 0x756E_7375, 0x6F70_7465, 0x6F70_746F, 0x7375_7070, 0x7374_6F70, 0x646F_6E6F, 0x626C_6163, 0x626C_6F63,
                0x636F_6E73, 0x7370_616D, 0x636F_6D70, 0x696E_7363, 0x7361_626F, 0x7769_6465, 0x6162_6265,
                0x7569_7467:
                found = .words
            case _:
                // dnc, dnd
                if [0x64_6E63, 0x64_6E64].contains(letters & 0xFF_FFFF) { found = .words }
            }
        }
        return codeNumbers.contains(number) ? .code : found
    }

    private static func isDenied(_ before: ArraySlice<UInt8>) -> Bool {
        denialBytes.contains { before.suffix($0.count).elementsEqual($0) }
    }

    /// Whether a word that others use of the sender, or of an address that bounced, is about the person here.
    private static func isOfPerson(_ word: [UInt8], _ text: [UInt8]) -> Bool {
        func stands(_ other: [UInt8]) -> Bool {
            text.indices.contains { text[$0...].starts(with: other) }
        }
        if word.starts(with: suppress) || word.suffix(suppressed.count).elementsEqual(suppressed) {
            return !stands(bounce)
        }
        let isOfList = blacklistBytes.contains(word)
        return !isOfList || !otherBytes.contains(where: stands)
    }

    // MARK: - How they are compared

    /// Longer than a reason is.
    private static let mostBytes = 1_024

    private static func letters(of text: some Sequence<UInt8>) -> [UInt8] {
        text.compactMap { byte in
            let lower = byte | 0x20
            // Of two bytes that write a letter, the second holds its case.
            return lower &- 0x61 < 26 || byte >= 0x80 && byte < 0xC0
                ? lower : byte &- 0x30 < 10 || byte >= 0xC0 ? byte : nil
        }
    }

    private static func letters(of words: [String]) -> [[UInt8]] { words.map { letters(of: $0.utf8) } }

    private static let byLetter: [[(word: [UInt8], event: Event)]] = {
        var found = [[(word: [UInt8], event: Event)]](repeating: [], count: 256)
        for (event, words) in words {
            for word in letters(of: words) { found[Int(word[0])].append((word, event)) }
        }
        return found
    }()
    private static let codeNumbers = codes.compactMap { Int($0.code) }
    private static let wholeBytes = Set(letters(of: wholes))
    private static let denialBytes = letters(
        of: denials.flatMap { no in ["", "on", "in", "on the", "in the", "a", "the"].map { no + $0 } })
    private static let otherBytes = letters(of: others)
    private static let blacklistBytes = Set(letters(of: blacklisted))
    private static let blocklist = letters(of: "blocklist".utf8)
    private static let blacklist = letters(of: "blacklist".utf8)
    private static let suppress = letters(of: "suppress".utf8)
    private static let suppressed = letters(of: "suppressed".utf8)
    private static let bounce = letters(of: "bounce".utf8)
}
