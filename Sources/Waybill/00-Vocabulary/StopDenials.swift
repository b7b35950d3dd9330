/// Requests not to be taken off, where nothing else can be meant: a sentence begins with one, and what is said besides
/// asks for no stop. Whatever can be read otherwise is none: "don't stop", and in Spanish and Portuguese, where one
/// word is both no and not, "no dejen de escribirme" and "não me tirem da lista"; without "bitte", "Löschen Sie mich
/// nicht" may be the first half of a threat.
///
/// Words are compared as in `ReplyKeywords`; parts follow each other, `_` joins words, `*` is any ending.
enum StopDenials {
    private static let table = """
        dont do_not | unsubscribe unsubcribe unsuscribe unsub | me us my
        dont do_not | opt | me us | out
        dont do_not | stop | sending texting messaging writing emailing mailing reminding calling contacting
        dont do_not | cancel | my our
        ne | me nous | desinscri* desabon* supprim* retir* enlev* effac* radi* | pas
        bitte | meld* trag* streich* losch* bestell* nehm* entfern* | mich uns sie_mich sie_uns | nicht
        meld* trag* streich* losch* bestell* nehm* entfern* | mich uns sie_mich sie_uns | bitte_nicht nicht_bitte
        mich uns | nicht | abmeld* abzumelden austragen streichen loschen entfernen abbestellen
        no_me no_nos | borren borre eliminen elimine quiten quite saquen saque desuscriban desuscriba
        non | cancellatemi cancellarmi disiscrivetemi disiscrivermi rimuovetemi rimuovermi eliminatemi eliminarmi
            toglietemi togliermi
        non | smettete_di smetta_di smettere_di
        """

    private static let phrases: [[[[String]]]] = {
        var lines: [String] = []
        for line in table.split(separator: "\n") {
            if line.hasPrefix(" ") { lines[lines.count - 1] += line } else { lines.append(String(line)) }
        }
        return lines.map { line in
            line.split(separator: "|").map { part in
                part.split(separator: " ").map { $0.split(separator: "_").map(String.init) }
            }
        }
    }()

    /// How many words of a sentence are such a request, with what is polite in front of it; nil: it is none.
    static func length(in sentence: [String]) -> Int? {
        // "You" is polite behind "thank" only.
        let polite = sentence.prefix { StopPhrases.courtesies.contains($0) && $0 != "you" }.count
        return (0...polite).lazy.flatMap { start in phrases.lazy.compactMap { end(of: $0, in: sentence, from: start) } }
            .first
    }

    private static func end(of phrase: [[[String]]], in sentence: [String], from start: Int) -> Int? {
        var end = start
        for choices in phrase {
            let said = choices.first { StopParts.follow($0[...], in: sentence[end...]) }
            guard let said else { return nil }
            end += said.count
        }
        return end
    }
}
