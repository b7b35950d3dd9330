import Foundation

/// How a campaign reads its column `consent`: the words listed below, its own words, and what to do with any other
/// text.
///
/// The words of no hold for every campaign, whatever it adds: whoever said no is not contacted.
package struct ConsentWords: Hashable, Sendable {
    /// Further words of yes and of no.
    package var yes: [String] = []
    package var no: [String] = []
    package var other = Other.refuse

    /// How to treat a text that is neither yes nor no.
    package enum Other: String, CaseIterable, Sendable {
        /// The record is rejected.
        case refuse
        /// It is kept as evidence of how the person agreed, unless it contains a word of refusal.
        case evidence
    }

    package enum Meaning: Sendable {
        case yes, no, other
        /// Neither yes nor no, but with a word of refusal in it: `yes, but no calls`. Never evidence.
        case doubtful
    }

    package init() {}

    /// What a text says. Dates are checked elsewhere.
    package func meaning(of text: String) -> Meaning {
        let words = Self.words(text)
        guard !words.isEmpty else { return Self.meaning(ofSigns: text) }
        let whole = words.joined()
        if Self.isNo(whole) || Self.hasWord(whole, in: no) { return .no }
        if let number = Self.number(text) { return number == 0 ? .no : number == 1 ? .yes : .other }
        if Self.knownYes.contains(whole) || Self.hasWord(whole, in: yes) { return .yes }
        if Self.denies(words) { return .no }
        let refuses = words.contains { word in
            Self.isNo(word) && !Self.alsoOther.contains(word) || Self.hasWord(word, in: no)
        }
        return refuses ? .doubtful : .other
    }

    /// Whether every campaign reads a text as no.
    package static func isAlwaysNo(_ text: String) -> Bool { ConsentWords().meaning(of: text) == .no }

    /// Some of the words, for messages.
    package static let examples = "yes, true, 1, ja, oui, sí, sim; no, false, 0, nein, non, não"

    // MARK: - How words are compared

    private static func isNo(_ word: String) -> Bool { knownNo.contains(word) || stronglyNo.contains(word) }

    private static func hasWord(_ whole: String, in list: [String]) -> Bool {
        list.contains { words($0).joined() == whole }
    }

    /// Words of letters and digits, in lower case, without accents and width; everything else separates words.
    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = String.UnicodeScalarView()
        for scalar in text.decomposedStringWithCompatibilityMapping.lowercased().unicodeScalars {
            let properties = scalar.properties
            if properties.isAlphabetic || properties.numericType != nil {
                word.append(scalar)
            } else if !properties.isDefaultIgnorableCodePoint, properties.canonicalCombiningClass == .notReordered,
                scalar != "'", scalar != "\u{2019}", !word.isEmpty
            {
                words.append(String(word))
                word = String.UnicodeScalarView()
            }
        }
        return word.isEmpty ? words : words + [String(word)]
    }

    /// A text without letters and digits: dashes and crosses say no, ticks say yes.
    private static func meaning(ofSigns text: String) -> Meaning {
        let signs = text.unicodeScalars.filter { !$0.properties.isWhitespace && $0.value != 0xFE0F }
        if signs.allSatisfy({
            $0.properties.generalCategory == .dashPunctuation
                || "_\u{2212}\u{2717}\u{2718}\u{274C}\u{2612}\u{2610}"
                    .unicodeScalars.contains($0)
        }) {
            return .no
        }
        return signs.allSatisfy({ "\u{2713}\u{2714}\u{2705}\u{2611}".unicodeScalars.contains($0) }) ? .yes : .other
    }

    /// A whole number, also in the form a spreadsheet writes: `0.0`.
    private static func number(_ text: String) -> Int? {
        let parts = text.filter { !$0.isWhitespace }.split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == "." || $0 == "," })
        guard let whole = parts.first.flatMap({ Int($0) }), parts.count <= 2 else { return nil }
        return parts.count == 1 || !parts[1].isEmpty && parts[1].allSatisfy { $0 == "0" } ? whole : nil
    }

    /// Whether a phrase says no: it begins with a word of no, or contains one that is unambiguous.
    private static func denies(_ words: [String]) -> Bool {
        if isNo(words[0]) { return true }
        let pairs = zip(words, words.dropFirst()).map { $0 + $1 }
        return (words + pairs).contains { stronglyNo.contains($0) }
    }

    // MARK: - The words, without case, accents, spaces and signs; `Waybill.docc/Drops.md` lists them

    /// English, German, French, Spanish, Italian, Portuguese, Dutch; and the yes and no of neighbouring languages.
    private static let knownYes = set(
        """
        y yes true t 1 on ok okay given granted agreed agree agrees accepted accept accepts consented consent confirmed
        approved allowed optin optedin doubleoptin subscribed
        j ja wahr erteilt zugestimmt eingewilligt einwilligung bestatigt einverstanden angemeldet
        oui vrai accepte accorde donne consenti inscrit abonne
        s si verdadero aceptado concedido otorgado dado suscrito autorizado
        vero accettato concesso dato iscritto autorizzato acconsentito
        sim verdadeiro aceito aceite inscrito
        waar gegeven verleend akkoord toegestemd ingeschreven aangemeld
        tak ano igen evet kylla да ναι
        """)

    private static let knownNo = set(
        """
        n no f false 0 off nope none null nil na nan never not
        nein falsch kein keine nie
        non faux aucun jamais pas
        falso nunca ninguno ninguna
        mai nessuno nessuna
        nao nenhum nenhuma
        nee onwaar geen nooit
        nej nei ne nem ei hayır нет ні όχι οχι
        """)

    /// Words of no that mean something else inside a phrase: a letter or digit of a list, May, "in the", "off-line".
    private static let alsoOther = set("n f 0 mai na nan off")

    /// Words that say no even in the middle of a phrase.
    private static let stronglyNo = set(
        """
        refused refuse refuses denied deny declined decline rejected reject revoked revoke revokes withdrawn withdraw
        withdrew cancelled canceled cancel optout optedout optingout optsout unsubscribed unsubscribe unsub
        dnc donot dont nocontact noconsent noncontact nonconsent notgiven notgranted notconsented doesnot didnot hasnot
        without objected objects objection stop stopped removed expired disagree disagreed disagrees
        nicht abgelehnt ablehnung abgemeldet widerrufen widerruf widersprochen widerspruch verweigert zuruckgezogen
        zuruckgenommen ausgetragen gesperrt gekundigt
        refus refusee revoque revoquee retire retiree desabonne desabonnee desinscrit desinscrite opposition oppose
        rechazado rechazada revocado revocada retirado retirada denegado denegada negado negada baja cancelado cancelada
        rifiutato rifiutata rifiuto revocato revocata ritirato ritirata negato negata disiscritto disiscritta cancellato
        cancellata
        recusado recusada revogado revogada descadastrado descadastrada
        niet geweigerd ingetrokken afgemeld uitgeschreven herroepen
        odmowa cofnieta wycofana
        """)

    private static func set(_ words: String) -> Set<String> {
        Set(words.split { $0 == " " || $0 == "\n" }.map(String.init))
    }
}
