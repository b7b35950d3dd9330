import Foundation

/// Phrases of people who want no more messages, besides the carriers' keywords: only phrases that cannot mean anything
/// else. Words are compared as in `ReplyKeywords`; `Waybill.docc/Results.md` lists the most important, and those of
/// `StopWords` all.
enum StopPhrases {
    static func ask(_ words: [String]) -> Bool {
        let core = words.filter { !courtesies.contains($0) }
        if core.count == 1, alone.contains(core[0]) || StopWords.alone.contains(core[0]) { return true }
        if StopWords.stand(in: words) { return true }
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

    /// Whether one of the phrases stands at a place, without a sign that it is not meant.
    private static func stands(anyOf phrases: [[String]], in words: [String], at start: Int) -> Bool {
        if start > 0, denials.contains(words[start - 1]) { return false }
        return phrases.contains { words[start...].starts(with: $0) }
    }

    private static let denials: Set<String> = ["not", "dont", "never", "nicht", "pas", "no", "non", "nao", "niet"]

    private static let courtesies: Set<String> = [
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
            remove;delete;halt;dnc;removeme;optmeout;takemeoff;leavemealone;nomoretexts;nomoremessages;donottext;
            donotcall;donotcontact;donotdisturb
            """
        ).map { $0[0] })

    /// Which mean something else in a longer reply.
    private static let whole = Set(
        phrases(
            """
            do not call;dont call;do not text;dont text;do not contact;dont contact;do not message;dont message;
            do not email;dont email;do not write;dont write;do not start again;dont start again;no more;
            nicht anrufen;nicht schreiben;nicht kontaktieren;ne pas appeler;ne plus appeler;no llamar;
            no llame;no llamen;non chiamare;nao ligue;nao ligar;не пишите;не пишите мне;не пишите больше;больше не пишите;
            не звоните;не звоните мне;не звоните больше;больше не звоните;не беспокоить;не беспокойте;не пишіть;
            не пишіть мені;не телефонуйте
            """))

    /// By their first words.
    private static let anywhere = Dictionary(
        grouping: phrases(
            """
            opt me out;opting out;opted out;remove me;remove us;remove my number;remove my name;remove my phone;remove my email;
            remove this number;take me off;take us off;take my number off;take my name off;take this number off;leave me alone;
            leave us alone;lose my number;delete my number;delete my data;dar de baja;darme de baja;dame de baja;denme de baja;
            laissez moi tranquille;retirez moi;desabonnez moi;desinscrivez moi;lasst mich in ruhe;lassen sie mich in ruhe;
            melden sie mich ab;tragen sie mich aus;toglietemi;cancellatemi;schrijf me uit;haal me van de lijst
            """)
    ) { $0[0] }

    /// By their last words.
    private static let atEnd = Dictionary(
        grouping: doNot + mails
            + phrases(
                """
                no more texts;no more messages;no more calls;no more sms;no more emails;no texts;nicht mehr anrufen;
                nicht mehr schreiben;nicht mehr kontaktieren;keine nachrichten;keine sms;keine anrufe;keine werbung;
                ne me contactez;ne mappelez;ne plus me contacter;ne plus mappeler;plus de sms;plus de messages;no me llame;
                no me llamen;no me escriba;no me escriban;no me contacte;no me contacten;no mas mensajes;no mas llamadas;
                non contattatemi;non contattarmi;non chiamatemi;non scrivetemi;nao me ligue;nao me contate;nao me mande;
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
