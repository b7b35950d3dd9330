import Foundation

/// Phrases of people who want no more messages, besides the carriers' keywords: only phrases that cannot mean anything
/// else. Words are compared as in `ReplyKeywords`; `Waybill.docc/Results.md` lists the most important, and those of
/// `StopWords` all.
enum StopPhrases {
    static func ask(_ words: [String]) -> Bool {
        if areAlone(words) || StopWords.stand(in: words) || StopGrammar.asks(words) { return true }
        let core = words.filter { !courtesies.contains($0) }
        if whole.contains(core) { return true }
        if words.indices.contains(where: { stands(anyOf: anywhere[words[$0], default: []], in: words, at: $0) }) {
            return true
        }
        var said = core[...]
        while let last = said.last, emphasis.contains(last) { said.removeLast() }
        return atEnd[said.last ?? "", default: []].contains { phrase in
            let isWhole = said.count > phrase.count
            return said.suffix(phrase.count) == phrase[...]
                && !(isWhole && denials.contains(said[said.endIndex - phrase.count - 1]))
        }
    }

    /// Whether a word that means it when it is alone is all that is said, politeness aside.
    static func areAlone(_ words: [String]) -> Bool {
        // `stp` is a slip of the fingers alone, and polite beside something.
        let core = words.count == 1 ? words : words.filter { !courtesies.contains($0) }
        return core.count == 1 && (alone.contains(core[0]) || StopWords.alone.contains(core[0]))
    }

    /// Whether one of the phrases stands at a place, without a sign that it is not meant.
    private static func stands(anyOf phrases: [[String]], in words: [String], at start: Int) -> Bool {
        // "No, no quiero recibir …" is one all the same.
        if start > 0, denials.contains(words[start - 1]), words[start] != "ne", !denials.contains(words[start]) {
            return false
        }
        return phrases.contains { words[start...].starts(with: $0) }
    }

    private static let denials: Set<String> = ["not", "dont", "never", "nicht", "pas", "no", "non", "nao", "niet"]

    static let courtesies: Set<String> = [
        "please", "pls", "plz", "thanks", "thank", "you", "thx", "ok", "hi", "bitte", "danke", "svp", "stp", "merci",
        "por",
        "favor", "gracias", "per", "favore", "grazie", "obrigado", "obrigada", "aub", "graag", "bedankt",
    ]

    private static let emphasis: Set<String> = [
        "again", "anymore", "any", "more", "ever", "at", "all", "now", "mehr", "plus", "mas", "piu", "mais", "meer",
    ]

    private static let alone = Set(
        phrases(
            """
            remove;delete;halt;cease;desist;dnc;removeme;optmeout;takemeoff;leavemealone;nomoretexts;nomoremessages;donottext;
            donotcall;donotcontact;donotdisturb;stpo;sotp;tsop;stp;sto;stoo;stol;stip;srop;syop;dtop;atop;
            vaffanculo;fanculo
            """
        ).map { $0[0] })

    /// Which mean something else in a longer reply.
    private static let whole = Set(
        phrases(
            """
            do not call;dont call;do not text;dont text;do not contact;dont contact;do not message;dont message;
            do not email;dont email;do not write;dont write;do not start again;dont start again;no more;i want out;
            lassen sie das;lasst das;lass das;genug jetzt;genug davon;jetzt reicht es;jetzt reichts;ich will das nicht mehr;
            ich mochte das nicht mehr;will das nicht mehr;
            nicht anrufen;nicht schreiben;nicht kontaktieren;nicht storen;nicht belastigen;ne pas appeler;ne plus appeler;
            ne pas deranger;ne pas contacter;ne pas ecrire;jen veux plus;je nen veux plus;degage;degagez;no llamar;
            no llame;no llamen;no molestar;no molesten;no moleste;no molestes;no contactar;no escribir;larguense;
            non chiamare;non disturbare;non disturbate;non contattare;non scrivere;andatevene;nao ligue;nao ligar;
            nao incomodar;nao incomode;nao perturbar;nao contatar;hau ab;haut ab;do not disturb;dont disturb;
            get lost;go away;get stuffed;buzz off;cease and desist;no more of these;no more of this;не пишите;не пишите мне;не пишите больше;больше не пишите;
            plus rien;plus rien du tout;plus rien sil vous plait;plus rien sil te plait;je ne veux plus rien;je veux plus rien;
            je ne souhaite plus rien;on ne veut plus rien;nichts mehr;nix mehr;gar nichts mehr;
            no mas;basta ya;no quiero mas;nao quero mais;non voglio piu;не звоните;не звоните мне;не звоните больше;больше не звоните;не беспокоить;не беспокойте;не пишіть;
            не пишіть мені;не телефонуйте
            """))

    /// By their first words.
    private static let anywhere = Dictionary(
        grouping: phrases(
            """
            opt me out;opting out;opted out;remove me;remove us;remove my number;remove my name;remove my phone;remove my email;
            remove this number;take me off;take us off;get me off;get us off;take my number off;take my name off;take this number off;leave me alone;
            leave us alone;lose my number;delete my number;delete my data;dar de baja;darme de baja;dame de baja;denme de baja;
            laissez moi tranquille;retirez moi;desabonnez moi;desinscrivez moi;lasst mich in ruhe;lassen sie mich in ruhe;
            melden sie mich ab;tragen sie mich aus;toglietemi;cancellatemi;schrijf me uit;haal me van de lijst
            """) + noMore + again
    ) { $0[0] }

    private static let again: [[String]] = ["do not", "dont", "never"].flatMap { no in
        phrases(
            ["contact", "call", "text", "message", "email", "write", "bother", "disturb", "sms"]
                .map { "\(no) \($0) again;\(no) \($0) me again;\(no) \($0) me anymore;\(no) \($0) me any more" }
                .joined(separator: ";"))
    }

    /// That nothing more is to come, in the languages whose words for stop are seldom used in a sentence.
    private static let noMore: [[String]] = {
        func each(_ beginnings: String, _ ends: String) -> [[String]] {
            phrases(beginnings).flatMap { begin in phrases(ends).map { begin + $0 } }
        }
        return phrases(
            """
            no quiero recibir;no deseo recibir;no quiero seguir recibiendo;dejen de enviarme;dejen de mandarme;
            dejen de escribirme;dejen de molestarme;deje de enviarme;deje de mandarme;deje de escribirme;dejen de enviar;dejen de mandar;dejen de escribir;deje de enviar;deje de mandar;
            deje de escribir;dejen de molestar;paren de enviar;para de enviar;para de mandar;eliminen mi numero;
            borren mi numero;cancelar suscripcion;cancelar la suscripcion;cancelar mi suscripcion;nao quero receber;
            nao quero mais receber;nao desejo receber;nao desejo mais receber;nao enviar mais;pare de enviar;pare de mandar;pare de me;parem de enviar;parem de mandar;
            parem de me;me remova;me tire da lista;cancelar inscricao;cancelar a inscricao;cancelar minha inscricao;
            non voglio ricevere;non voglio piu ricevere;non desidero ricevere;non desidero piu ricevere;smettete di;smettetela di;smetti di;smettila di;cancella iscrizione;
            cancella liscrizione;annulla iscrizione;annulla liscrizione;cancellate il mio numero;ne plus recevoir;
            veux plus recevoir;souhaite plus recevoir;desire plus recevoir;arretez de menvoyer;arretez de mecrire;
            arretez denvoyer;cessez de menvoyer;cessez de mecrire;ne menvoyez plus;ne mecrivez plus;supprimez mon numero;
            horen sie auf;horen sie bitte auf;hort auf;hor auf;loschen sie meine nummer;losche meine nummer;
            meine nummer loschen;nicht mehr anschreiben;mir nicht mehr schreiben;schreiben sie mir nicht mehr;
            schreib mir nicht mehr;schreibt mir nicht mehr
            """)
            + each(
                """
                no quiero;no me mande;no me manden;no me mandes;no me envie;no me envien;no me envies;no me escriba;
                no me escriban
                """, "mas mensajes;mas mensaje;mas sms;mas textos;mensajes;sms;nada mas")
            + each(
                "nao quero;nao me mande;nao me mandem;nao me envie;nao me enviem;nao mande;nao mandem;nao envie;nao enviem",
                "mais mensagens;mais mensagem;mais sms;mensagens;sms;mais nada;mais isso")
            + each(
                "non voglio;non mandatemi;non mandarmi;non inviatemi;non inviarmi;non mi mandate;non mi inviate;basta;niente",
                "piu messaggi;piu sms;messaggi;sms;con i messaggi;con gli sms")
            + each(
                "schicken sie mir;schick mir;schickt mir;senden sie mir;sendet mir;ich will;ich mochte;ich wunsche",
                "keine nachrichten;keine sms;keine weiteren nachrichten;keine weiteren sms;keine werbung")
    }()

    /// By their last words.
    private static let atEnd = Dictionary(
        grouping: doNot + mails
            + phrases(
                """
                no more texts;no more messages;no more calls;no more sms;no more emails;no texts;nicht mehr anrufen;
                nicht mehr schreiben;nicht mehr kontaktieren;keine nachrichten;keine sms;keine anrufe;keine werbung;
                ne me contactez;ne mappelez;ne plus me contacter;ne plus mappeler;plus de sms;plus de messages;no me llame;
                no me llamen;no me escriba;no me escriban;no me contacte;no me contacten;no mas mensajes;no mas llamadas;
                non contattatemi;non contattarmi;non chiamatemi;non scrivetemi;non mi scrivete;non mandatemi;
                non inviatemi;nao me ligue;nao me contate;nao me mande;nao me envie;no me envie;no me envien;no me mande;
                no me manden;
                niet bellen;geen berichten;geen sms
                """)
    ) { $0[$0.count - 1] }

    private static let mails: [[String]] = {
        let nouns = ["mail", "mails", "e mail", "e mails", "email", "emails", "newsletter", "newsletters"]
        return nouns.flatMap { noun in
            phrases(
                """
                no more \(noun);no further \(noun);keine \(noun);keine weiteren \(noun);nie wieder \(noun);
                keine \(noun) mehr schicken;keine \(noun) mehr senden;keine \(noun) mehr schreiben;
                keine \(noun) mehr zusenden;keine \(noun) mehr erhalten;keine \(noun) mehr bekommen;plus de \(noun);
                plus d\(noun);no mas \(noun);basta \(noun);niente piu \(noun);non voglio piu \(noun);geen \(noun);
                nao quero mais \(noun);chega de \(noun)
                """)
        }
            + phrases(
                "plus de courriels;plus de courriel;no mas correos;no mas correo;no mas correos electronicos;basta posta"
            )
    }()

    private static let doNot: [[String]] = {
        let verbs = [
            "contact", "call", "text", "message", "email", "phone", "write", "write to", "bother", "disturb", "sms",
        ]
        var found: [[String]] = []
        for no in ["do not", "dont", "never"] {
            for verb in verbs {
                for whom in ["me", "us", "this number"] { found += phrases("\(no) \(verb) \(whom)") }
            }
        }
        return found
    }()

    private static func phrases(_ list: String) -> [[String]] {
        StopWords.folded(list).split { $0 == ";" || $0 == "\n" }.map { $0.split(separator: " ").map(String.init) }
            .filter { !$0.isEmpty }
    }
}
