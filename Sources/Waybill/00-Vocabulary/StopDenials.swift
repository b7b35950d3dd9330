/// Requests not to be taken off, where nothing else can be meant: a sentence begins with one, and what is said besides
/// asks for no stop. Whatever can be read otherwise is none: "don't stop", and in Spanish and Portuguese, where one
/// word is both no and not, "no dejen de escribirme" and "não me tirem da lista"; without "bitte", "Löschen Sie mich
/// nicht" may be the first half of a threat.
///
/// Words are compared as in `ReplyKeywords`; parts follow each other, `_` joins words, `*` is any ending.
///
/// That somebody did not mean to be taken off is none either, but only where nothing is said besides but that it was a
/// slip: who goes on with "but" may have come to mean it.
enum StopDenials {
    private static let requests = phrases(
        """
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
        """)

    private static let regrets = phrases(
        """
        i_didnt i_did_not i_never | mean meant want wanted intend intended ask asked try tried | to
            | unsubscribe unsub be_unsubscribed be_removed be_taken_off opt_out be_opted_out say_stop send_stop text_stop type_stop
            reply_stop stop_them stop_these stop_the stop_your stop_getting stop_receiving
        i_dont i_do_not | want wish mean intend | to | unsubscribe unsub be_unsubscribed be_removed be_taken_off opt_out
        i_accidentally accidentally i_mistakenly | unsubscribed opted_out
        i_unsubscribed unsubscribed i_opted_out | by_mistake by_accident accidentally in_error
        ich_wollte | mich_nicht mich_gar_nicht mich_doch_nicht | abmelden austragen abbestellen
        je_ne_voulais_pas je_voulais_pas | me | desinscrire desabonner
        no_queria no_quise yo_no_queria | darme_de_baja desuscribirme cancelar_la_suscripcion
        non_volevo io_non_volevo | disiscrivermi cancellarmi
        nao_queria eu_nao_queria | me_descadastrar cancelar_a_inscricao sair_da_lista
        """)

    /// What is said besides of a slip.
    private static let slips = Set(
        """
        sorry oops apologies hi hello hey please pls plz thanks thank you thx ok wait by mistake accident accidentally it was
        an a the my me i that this from your list lists text texts message messages sms email emails mail mails newsletter
        newsletters notification notifications reminder reminders alert alerts update updates service these those of back
        resubscribe subscribe start add sign up put on keep sending typo error wrong button pressed hit clicked
        das war ein eine versehen bitte danke entschuldigung pardon desole desolee cetait une erreur svp stp merci
        perdon fue un error por favor gracias lo siento scusa scusate e stato uno sbaglio per favore grazie desculpe foi um engano
        erro obrigado obrigada
        """.split { $0 == " " || $0 == "\n" }.map(String.init))

    private static func phrases(_ table: String) -> [[[[String]]]] {
        var lines: [String] = []
        for line in table.split(separator: "\n") {
            if line.hasPrefix(" ") { lines[lines.count - 1] += line } else { lines.append(String(line)) }
        }
        return lines.map { line in
            line.split(separator: "|").map { part in
                part.split(separator: " ").map { $0.split(separator: "_").map(String.init) }
            }
        }
    }

    /// Whether all that a reply says is that somebody was taken off by mistake.
    static func areOfASlip(_ words: [String]) -> Bool {
        let before = words.prefix { slips.contains($0) || $0 == "no" }.count
        return (0...before).contains { start in
            regrets.contains { phrase in
                end(of: phrase, in: words, from: start).map { words[$0...].allSatisfy(slips.contains) } ?? false
            }
        }
    }

    /// How many words of a sentence are such a request, with what is polite in front of it; nil: it is none.
    static func length(in sentence: [String]) -> Int? {
        // "You" is polite behind "thank" only.
        let polite = sentence.prefix { StopPhrases.courtesies.contains($0) && $0 != "you" }.count
        return (0...polite).lazy.compactMap { start in
            requests.lazy.compactMap { end(of: $0, in: sentence, from: start) }.first
        }.first
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
