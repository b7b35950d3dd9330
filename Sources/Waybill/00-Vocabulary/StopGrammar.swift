/// How people say stop in sentences of their own, in the languages of contract §9: verbs by their stems, and what is to
/// be done by parts, a verb and what it is about. `Waybill.docc/Results.md` has the table of `languages`.
///
/// Words are compared as in `ReplyKeywords`. A trailing `*` is any ending, `_` parts the words of one part.
enum StopGrammar {
    /// - Parameters:
    ///   - stems: words that stand for nothing else, wherever they are.
    ///   - words: what stops where nothing is said beside it but `beside`.
    ///   - beside: what people put around it: who, politely, now, of what.
    typealias Language = (language: String, stems: String, words: String, beside: String)

    static func asks(_ words: [String]) -> Bool {
        let isWhole = words.count <= mostWords && sayOnlyThat(words)
        return isWhole || StopParts.ask(words, isShort: words.count <= mostWords)
    }

    /// Whether a sentence by itself in such a reply says it, with nothing of a visit or an order around it.
    static func asks(_ sentences: [[String]]) -> Bool {
        let all = sentences.flatMap(\.self)
        guard sentences.count > 1, all.count <= mostWords, !StopParts.areOfBusiness(all) else { return false }
        return sentences.contains { StopPhrases.areAlone($0) || sayOnlyThat($0) }
    }

    /// A short sentence: longer ones tell of something.
    private static let mostWords = 10

    private static func sayOnlyThat(_ words: [String]) -> Bool {
        tables.contains { table in
            var isSaid = false
            for word in words {
                if table.words.stand(for: word) { isSaid = true } else if !table.beside.contains(word) { return false }
            }
            return isSaid
        }
    }

    private static let tables = languages.map { language in
        (
            words: WordStems(language.stems + " " + language.words),
            beside: Set(StopWords.folded(language.beside + " " + everywhere).split(separator: " ").map(String.init))
        )
    }

    private static let everywhere = "stop sms spam mail mails email emails newsletter newsletters ok ya hi please"

    static let languages: [Language] = [
        (
            "French", "désabon* désinscri* désincri*",
            "arrêt arrêter arrêtez arrête arrêtes d'arrêter j'arrête stoper stopez stopper stoppez stoppe cesser cessez "
                + "arrêtiez cessiez résili* radier radiez retirez supprimer supprimez effacer effacez désactiver désactivez",
            """
            je me moi mon ma mes le la les l de des du d un une ce ces cet cela ça tout tous toutes votre vos vous veux
            voudrais souhaite désire aimerais veuillez demande merci s il sil te vous plait svp stp texto textos message
            messages courriel courriels pub pubs publicité publicités notification notifications envoi envois appels
            suite immédiatement maintenant bonjour bonsoir liste listes contact numéro coordonnées et à y en ici on oui bien que
            """
        ),
        (
            "German", "",
            "stopp stoppen stoppt abmeld* abgemeldet abbestell* austrag* aufhör* löschen löscht löschung entfernen streichen kündig* "
                + "kuendig* schluss widerruf* unterlassen einstellen",
            """
            ich mich mir mein meine meinen meiner uns sie das dies diese diesen den der die dem des es ein bitte danke möchte
            moechte will wollte gerne gern wünsche hiermit jetzt sofort damit endlich mal vom von aus zu alle alles allem hier
            nummer liste verteiler nachricht nachrichten werbung anrufe und nein hallo guten tag lassen umgehend dringend dass ihr
            """
        ),
        (
            "Spanish", "desuscri* dessuscri* desubscri*",
            "baja bajas basta cancela cancelar cancelen cancele cancelad cancelenme anular anulen anule borrar borren borre "
                + "borrad bórrenme bórrame bórreme borrarme eliminar eliminen elimine eliminenme eliminarme paren pare parad "
                + "parar detener detente detengan deténganse salir salirme quitar quiten quítenme quítame quíteme quitarme "
                + "sáquenme sácame remuévanme remover",
            """
            yo me mi mis nos la los las lo de del al a por favor gracias quiero quisiera deseo solicito pido ahora mismo
            inmediatamente todo todos todas esto esta este estos estas eso mensaje mensajes texto textos correo correos
            publicidad envíos lista listas suscripción notificaciones número teléfono datos registro y con hola buenas
            buenos días usted ustedes dar darme darse aquí que ya
            """
        ),
        (
            "Italian", "disiscri*",
            "cancella cancellare cancellami cancellatemi cancellate cancellarmi cancellazione annulla annullare disdetta "
                + "rimuovi rimuovere rimuovimi rimuovete rimuovetemi rimuovermi rimozione elimina eliminare eliminami eliminate "
                + "eliminatemi eliminarmi eliminazione toglimi togliermi toglietemi levami levatemi fermate fermare fermatevi "
                + "smetti smettere smettila smettetela smettiate "
                + "finitela piantatela",
            """
            io mi me mio mia miei il lo la i gli le un di da del della dello dei dalla dal dalle dai al alla per favore piacere
            cortesia grazie voglio vorrei desidero chiedo richiedo subito ora adesso immediatamente tutto tutti tutte questo
            questa questi queste messaggio messaggi notifiche pubblicità lista liste elenco iscrizione l'iscrizione numero
            dati contatti e con no sì ciao buongiorno vostra vostro vostri vostre che
            """
        ),
        (
            "Portuguese", "descadastr* desinscr*",
            "cancela cancelar cancele cancelem cancelamento parar pare parem sair remova remover removam remove remoção "
                + "apagar apague apaguem excluir exclua excluam exclusão deletar delete encerrar encerre",
            """
            eu me meu minha meus minhas o a os as um uma de da do das dos dessa desta desse deste nessa por favor pf pfv
            obrigado obrigada quero queria gostaria desejo solicito peço já agora imediatamente tudo todos todas isso isto
            esse essa esses essas mensagem mensagens torpedo torpedos ligações propaganda lista listas inscrição cadastro
            assinatura número telefone contato dados e com olá oi bom dia grupo recebimento receber enviar mandar que
            """
        ),
    ]
    .map { (language: $0.0, stems: $0.1, words: $0.2, beside: $0.3.split(separator: "\n").joined(separator: " ")) }

    private static let stems = WordStems(languages.map(\.stems).joined(separator: " "))

    /// Whether a word that stands for nothing else is said.
    static func isNamed(in words: [String]) -> Bool { words.contains { stems.stand(for: $0) } }
}

/// Words, and beginnings of words.
struct WordStems {
    private var wholes: Set<String> = []
    private var beginnings: [String] = []

    init(_ list: String) {
        for word in StopWords.folded(list.replacing("'", with: "")).split(separator: " ").map(String.init) {
            if word.hasSuffix("*") { beginnings.append(String(word.dropLast())) } else { wholes.insert(word) }
        }
    }

    func stand(for word: String) -> Bool { wholes.contains(word) || beginnings.contains(where: word.hasPrefix) }
}
