/// What folders, files and headers are called in which people's own words stand: who refused, who wrote back, what
/// became of messages. Read as contacts, whoever refused is contacted.
///
/// A folder is taken for such in doubt, since a campaign's folder is one that the configuration names. A file is taken
/// for such only where its name says nothing else: `dnc-1124.csv`, and not `stop-smoking.csv` or `dnc_scrubbed.csv`.
package enum WordsName {
    /// What a folder of this name is for, whose name does not begin with `_`; nil for any other.
    static func purpose(ofFolder name: String) -> DropPurpose? {
        if let like = likeFolders[FoldedName(name)] { return like }
        return purpose(ofFile: name) ?? (RefusalWords.isOfRefusals(folder: name) ? .suppression : nil)
    }

    /// What a file of this name holds: nothing but such words, days, counts and what says nothing of it stand in it.
    package static func purpose(ofFile name: String) -> DropPurpose? {
        // "DoNotCall" is three words, "DNClist" one.
        purpose(of: RefusalWords.spoken(name)) ?? purpose(of: RefusalWords.spoken(name.lowercased()))
    }

    private static func purpose(of words: [String]) -> DropPurpose? {
        let words = words.map { word in
            // "dnc2026".
            String(word.reversed().drop { $0.isNumber }.reversed())
        }.filter { !$0.isEmpty }
        var purpose: DropPurpose?
        var rest = words[...]
        while let first = rest.first {
            let length = (1...min(mostWords, rest.count)).reversed().first { known[rest.prefix($0).joined()] != nil }
            if let length, let found = known[rest.prefix(length).joined()] {
                // Whoever refused counts for more than what became of messages.
                purpose = purpose == .suppression ? purpose : found
                rest = rest.dropFirst(length)
            } else if fillers.contains(first) || first.first?.isNumber == true {
                rest = rest.dropFirst()
            } else {
                return nil
            }
        }
        return purpose
    }

    /// What a table with these columns is; nil for contacts, and for what may be.
    ///
    /// - Parameter isOfContacts: whether it has a column of numbers or addresses that contacts have, beside which more
    ///   has to be there to say that.
    static func purpose(ofHeader names: [FoldedName], isOfContacts: Bool) -> DropPurpose? {
        let names = Set(names)
        func has(_ known: Set<FoldedName>) -> Bool { !names.isDisjoint(with: known) }
        let isList = isOfContacts ? has(Column.action) && has(Column.kind) : has(Column.action.union(Column.kind))
        if has(Column.value), isList { return .suppression }
        if has(Column.from), has(Column.text), has(Column.to) || has(Column.at) { return .replies }
        guard has(Column.reference), has(isOfContacts ? Column.event : Column.event.union(Column.status)) else {
            return has(Column.message) && has(Column.status) ? .receipts : nil
        }
        return isOfContacts && !has(Column.at) ? nil : .receipts
    }

    /// Where a table belongs that is refused among contacts, since it has none of their columns; nil where nothing
    /// tells.
    static func advice(header names: [String]) -> String? {
        purpose(ofHeader: names.map { FoldedName($0) }, isOfContacts: false).map {
            "its columns are those of \($0.fileWords), which belong into the folder \($0.folder)"
        }
    }

    /// Those by which `purpose(ofHeader:)` tells: a campaign that maps one of them has decided what it is.
    static let columns = [
        Column.value, Column.action, Column.kind, Column.from, Column.text, Column.to, Column.at, Column.reference,
        Column.event,
        Column.status, Column.message,
    ].reduce(Set()) { $0.union($1) }

    private enum Column {
        static let value = set("value")
        static let action = set("action")
        static let kind = set("kind")
        static let from = set("from;from number")
        static let to = set("to;to number")
        static let text = set("text;body;message;message body;message text")
        static let at = set("at;received at;timestamp;event time;status time")
        static let reference = set("reference;ref;client reference;client ref")
        static let event = set("event")
        static let status = set("status;message status;delivery status;sms status;dlr status;result;disposition")
        static let message = set("message id;messageid;message sid")

        private static func set(_ names: String) -> Set<FoldedName> {
            Set(names.split(separator: ";").map { FoldedName(String($0)) })
        }
    }

    // MARK: - Names

    /// The folders' own names without their `_`, and what they are called by those who forget it.
    private static let likeFolders: [FoldedName: DropPurpose] = {
        let names = DropPurpose.words.map { ($0.folder, $0) } + [("consents", .consent)]
        return Dictionary(uniqueKeysWithValues: names.map { (FoldedName($0.0), $0.1) })
    }()

    /// In letters alone, as several words are joined.
    private static let known: [String: DropPurpose] = {
        var known: [String: DropPurpose] = [:]
        for (purpose, words) in words {
            for word in words.split(whereSeparator: \.isWhitespace) {
                for ending in ["", "list", "lists"] { known[word + ending] = purpose }
            }
        }
        return known
    }()

    private static let words: [(purpose: DropPurpose, words: String)] = [
        (.replies, "reply replies inboundmessages inboundsms incomingsms incomingmessages smsinbound"),
        (
            .receipts,
            """
            receipt receipts dlr dlrs deliveryreport deliveryreports deliveryreceipt deliveryreceipts deliverystatus
            callresult callresults bounce bounces
            """
        ),
        (
            .suppression,
            """
            dnc dncs ndnc dnd tps ctps suppress suppression suppressions suppressed blacklist blacklists blacklisted
            blocklist blocklists blocklisted denylist denylists donotcall donotcontact donottext donotemail donotmail
            donotsms nocall nocalls nocontact unsubscribe unsubscribes unsubscribed unsubscribers unsubscription
            unsubscriptions unsub unsubs optout optouts optedout optsout stop stops stopped stopper stoppers revocation
            revocations revoked removed removal removals withdrawn exclusion exclusions exclude excluded complaint
            complaints complained robinson robinsonliste sperrliste sperrlisten abmeldung abmeldungen abgemeldet
            widerruf widerrufe widerspruche desabonnes desinscrits desinscriptions bajas listanegra listenoire
            disiscritti descadastrados afmeldingen uitschrijvingen
            """
        ),
    ]

    /// The longest: `do not call`.
    private static let mostWords = 3

    /// What says nothing of who stands in a file.
    private static let fillers = Set(
        """
        list lists liste listen file files export exports all new full complete master the our my of for and global
        internal company corporate national federal sms text texts email emails mail mails phone phones mobile mobiles
        number numbers contact contacts customer customers client clients people persons users daily weekly monthly
        update updates updated delta changes current latest final copy backup old inbound incoming am pm utc v ver
        version part today us uk csv tsv txt json jsonl ndjson gz xml xlsx xls jan feb mar apr may jun jul aug sep oct
        nov dec monday tuesday wednesday thursday friday saturday sunday t z
        """.split(whereSeparator: \.isWhitespace).map(String.init))
}

extension DropPurpose {
    /// What files of such words are called in messages.
    package var fileWords: String {
        switch self {
        case .contacts: "contacts"
        case .receipts: "receipts"
        case .replies: "replies"
        case .suppression: "a do-not-contact list"
        case .control: "a command"
        case .consent: "consents"
        }
    }
}
