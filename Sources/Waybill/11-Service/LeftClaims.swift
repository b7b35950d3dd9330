/// Words that were claimed, or half claimed, and are not being read: what could not be done, and what was taken up
/// again and waits for its turn. They hold what they may concern until that comes.
struct LeftClaims {
    private struct Word {
        /// The path of the inbox it lay in.
        let inbox: String
        let unheard: Clearance.Unheard
    }

    /// By the token of its claim, or by its path where the claim itself failed.
    private var words: [String: Word] = [:]
    /// When these, and those that are being tried again, were first left, likewise: each try begins no new minute.
    private var firstLeft: [String: Int64] = [:]

    var unheard: [Clearance.Unheard] { words.values.map(\.unheard) }

    /// - Parameters:
    ///   - campaign: the one that it concerns; nil: all.
    ///   - now: monotonic milliseconds.
    mutating func leave(
        _ key: String, of inbox: String, place: String, because reason: String, concerning campaign: String? = nil,
        at now: Int64
    ) {
        let since = firstLeft[key] ?? now
        firstLeft[key] = since
        let hold = SendingHold(place: place, problem: reason, campaign: campaign)
        words[key] = Word(
            inbox: inbox, unheard: Clearance.Unheard(hold: hold, since: since, patience: Clearance.filePatience))
    }

    /// Notes that all claims of an inbox were found, and these of them are tried again now.
    mutating func resume(_ tokens: Set<String>, of inbox: String) {
        for (key, word) in words where word.inbox == inbox {
            words[key] = nil
            if !tokens.contains(key) { firstLeft[key] = nil }
        }
    }

    /// Its turn has come.
    mutating func begin(_ token: String) { words[token] = nil }

    mutating func end(_ token: String) { firstLeft[token] = nil }
}
