/// Sentences of people who want no more messages, by their parts: each part must be said, in whatever order. A part is
/// a choice of words; `*` is any ending, `_` joins words that follow each other.
enum StopParts {
    /// - Parameter isShort: whether it is no more than a sentence, which says that and nothing else.
    static func ask(_ words: [String], isShort: Bool) -> Bool {
        if StopGrammar.isNamed(in: words) { return true }
        guard isShort, words.count > 1 else { return false }
        let said = said(in: words)
        func isWhole(_ sentence: [Int]) -> Bool { sentence.allSatisfy { said.contains(abs($0)) == ($0 > 0) } }
        return table.refusals.contains(where: isWhole)
            || !areOfBusiness(words) && table.removals.contains(where: isWhole)
    }

    /// Whether a visit, an order or a day is spoken of, which can be called off as well.
    static func areOfBusiness(_ words: [String]) -> Bool { words.contains { business.stand(for: $0) } }

    private static let business = WordStems(
        """
        appoint* booking order visit termin* bestellung* buchung* reservierung* besuch* uhr heute morgen woche montag*
        dienstag* mittwoch* donnerstag* freitag* samstag* sonntag* cita citas hora reserva* pedido* visita* manana examen
        exame* resultado* encomenda* paquete* pacote* lunes martes miercoles jueves viernes sabado domingo rdv rendez
        rendezvous heure reservation* commande* colis visite* demain lundi mardi mercredi jeudi vendredi samedi dimanche
        appuntament* prenotazion* ordine* domani lunedi martedi mercoledi giovedi venerdi consulta* agendamento* horario*
        amanha segunda terca quarta quinta sexta monday tuesday wednesday thursday friday saturday sunday tomorrow today
        """)

    // MARK: - What is to be taken off, and where

    private static let removals = """
        remove delete erase | my_number this_number my_phone my_data my_details my_info your_list the_list mailing_list
        retir* enlev* supprim* effac* ray* radi* otez | liste listes fichier fichiers repertoire contacts coordonnees numero
            num donnees abonnement labonnement base inscription moi nom
        merci veuillez priere souhaite voudrais demande | me_retirer me_supprimer me_rayer me_radier menlever meffacer moter
            | !le !la !les !un !une !des !ce !cette !mon !ma !mes
        sort* meffac* menlev* mefface | liste listes fichier fichiers base
        annul* resili* | abonnement labonnement inscription linscription
        losch* loesch* entfern* streich* | nummer telefonnummer handynummer rufnummer mobilnummer handy daten kontakt*
            eintrag liste verteiler adressliste datenbank kartei system mich uns profil abo name namen
        nehm* nimm* streich* | raus runter heraus | mich uns
        bestell* | ab | !zu !bis
        nehm* nimm* raus runter | liste verteiler datenbank kartei adressliste | aus von raus runter heraus vom
        trag* | aus | mich uns liste verteiler
        abmeld* abzumelden abgemeldet austrag* auszutragen | mich uns liste verteiler sms dienst
        meld* | ab | mich uns | bitte liste verteiler hiermit
        abgemeldet ausgetragen | werden
        geloscht_werden entfernt_werden gestrichen_werden | ich_mochte ich_will mochte_ich will_ich | !die !der !das !den
        kundig* kuendig* | abo abonnement hiermit
        quit* borr* elimin* saqu* sacame sacadme sacarme remuev* remov* retir* baj* | lista listas base numero telefono celular
            movil datos registro* contacto* agenda nombre sistema
        que_me | borren eliminen quiten saquen removam retirem tirem
        baja | servicio lista suscripcion
        anul* cancel* borr* elimin* | suscripcion subscripcion inscripcion mensajes sms
        rimuov* rimoz* elimin* cancell* togli* tolga* toglia* levat* levami depenn* | numero lista liste elenco dati rubrica
            contatt* nominativo database iscrizione liscrizione abbonamento telefono
        voglio vorrei desidero chiedo | essere | rimoss* cancellat* eliminat* tolto tolta
        annull* disd* | iscrizione liscrizione abbonamento labbonamento
        remov* retir* tir* apag* exclu* delet* cancel* | lista listas cadastro numero telefone celular contato contatos dados
            base inscricao assinatura grupo nome
        me_apag* me_exclu* me_remov* me_delet* me_tir* | dai daqui disso
        pode podem | parar | interesse mensag* sms obrigad*
        """

    // MARK: - What is to end

    private static let refusals = """
        withdraw* revok* | consent permission authorization
        done_with_your done_with_these | texts text messages message sms emails mails spam
        dont_want_these dont_want_your dont_want_any dont_want_more dont_want_messages dont_want_texts dont_want_to_receive
            dont_want_to_get do_not_want_these do_not_want_your do_not_want_any do_not_want_to_receive
            do_not_want_to_get | texts text messages message sms emails mails spam
        dont_need_these dont_need_your dont_need_any_more dont_need_more do_not_need_these do_not_need_your
            do_not_need_any_more do_not_need_more no_longer_want no_longer_need no_longer_wish dont_wish_to_receive
            do_not_wish_to_receive not_interested_in | texts text messages message sms emails mails spam notifications
        no_more_of_these no_more_of_those no_more_of_this no_more_of_that no_more_of_your
        ceas* desist* | messag* text* contact* communicat* call* email* mail* sms send* this
        mind_not please_not kindly_not rather_not rather_you_didnt rather_you_did_not prefer_not prefer_you_didnt prefer_if_you_didnt
            ask_you_not asked_you_not | sending_me send_me texting_me text_me messaging_me message_me contacting_me contact_me
            calling_me call_me emailing_me email_me hear_from receive be_contacted get_these get_any get_your
            | !before !until !till !after !during
        dont_want_to_hear do_not_want_to_hear never_want_to_hear no_longer_want_to_hear | from_you
        leave_me leave_us | alone | !dont !never !not
        harass* pester* spamming hounding | me us
        fuck_off f_off piss_off bugger_off sod_off fuck_you screw_you go_to_hell
        dont_send do_not_send never_send | anything_else anything_more any_more anymore again more_messages more_texts
        enough_with enough_of had_it_with fed_up sick_of tired_of | texts texting text messages message messaging sms emails mails spam
        refus* rechaz* recus* rifiut* | texts messages message sms textos messages mensajes mensagens messaggi

        retir* revoqu* | consentement autorisation
        widerruf* widersprech* | einwilligung zustimmung einverstandnis erlaubnis werbung kontakt* nutzung verwendung
            speicherung verarbeitung zusendung
        revoc* revoqu* retir* | consentimiento autorizacion
        revoc* ritir* | consenso autorizzazione
        revog* retir* | consentimento autorizacao

        ne_plus | menvoy* envoyer ecrire mecri* appeler mappel* contacter recevoir deranger solliciter importuner relancer
            harceler
        ne nenvoyez | plus | menvoy* mecri* mappel* mimportun* me_contact* me_derang* me_sollicit* me_relanc* nous_contact*
            nenvoyez
        arret* cess* darret* | menvoy* mecri* mappel* mimportun* me_contact* me_derang* me_harcel* denvoy* vos_messages vos_sms
            ces_messages ces_sms les_messages les_sms vos_envois decrire
        plus_etre | contacte* appele* sollicite* derange*
        plus_aucun plus_aucune | message messages sms mail mails appel publicite pub notification
        plus_de | message messages sms mail mails pub publicite | merci svp stp plait
        ne | plus | de_vos_messages de_vos_sms de_vos_mails
        plus_jamais | sms messages message mails
        fini_les finis_les finies_les fini_vos finis_vos finies_vos fini_ces finis_ces fini_avec_vos fini_avec_les termine_les
            termines_les termine_vos | sms texto textos message messages mail mails pub pubs spam
        veux_plus souhaite_plus | entendre_parler | de_vous
        ne | plus_rien | recevoir | veux souhaite desire
        pas_de | pub publicite publicites spam
        jen_veux_plus nen_veux_plus | message messages sms texto textos mail mails pub
        veux_plus_de_vos veux_plus_de_ces voulons_plus_de_vos
        menvoyez_plus mecrivez_plus mappelez_plus me_contactez_plus me_derangez_plus nous_contactez_plus menvoie_plus mecris_plus
            mappelle_plus necrivez_plus nenvoyez_plus nappelez_plus necris_plus nenvoie_plus nappelle_plus | !vous !tu !on !pourquoi
        pas_interesse pas_interessee | messages sms mails pub offres publicites
        faire_foutre allez_vous_faire_voir va_te_faire_voir allez_au_diable casse_toi cassez_vous ta_gueule
        marre assez_de ras_le_bol suffit_avec suffisent | message messages sms texto textos mail mails pub pubs spam
        laissez fichez foutez lachez laisse fiche | tranquille paix

        nicht_mehr | anschreiben angeschrieben zusenden kontaktier* belastig* angerufen
        nie_wieder | schreiben schreibt kontaktieren kontaktiert anschreiben sms nachrichten
        nicht_mehr_haben nicht_mehr_melden nichts_mehr_haben nix_mehr_haben | will mochte bitte
        nichts_mehr nix_mehr | ihnen euch | horen wissen | will mochte
        schreib* schick* send* ruf* | nicht_mehr nichts_mehr nix_mehr | mir uns mich
        keine keinerlei | nachrichten sms werbung anrufe mails newsletter | mehr wunsch* erwunscht mochte will bitte schick*
            send* | !habe !haben !hatte !hab
        schluss | sms nachrichten werbung anrufe
        nichts_mehr nix_mehr | schicken senden zusenden schreiben | !kann !konnen !konnte
        es_reicht reicht_es reichts genug satt | mit_den mit_euren mit_ihren mit_diesen mit_der von_euren von_ihren von_den von_diesen
            eure ihre diese | sms nachrichten werbung mails spam
        verzichte | nachrichten sms werbung mails newsletter
        kein_bedarf keinen_bedarf kein_interesse keine_lust kein_bock keinen_bock nicht_interessiert | sms nachrichten werbung mails newsletter
        lass* | ruhe frieden | mich uns
        belastig* | mich uns
        nervt nerven | sms nachrichten werbung mails spam
        verpiss* | dich euch
        fick_dich fickt_euch leck_mich leckt_mich scher_dich schert_euch

        no_enviar no_mandar no_escribir no_llamar no_molestar no_envie* no_mande no_manden no_escriba* no_moleste*
            no_contacten no_me_envie* no_me_mande no_me_manden no_me_mandes no_me_escriba* no_me_contacte no_me_contacten
            no_me_moleste* no_me_llame no_me_llamen no_me_vuelvan no_vuelvan | mas nada nunca escribir* llamar* contactar* mandar* enviar*
        ya_no ya_no_me | envien manden escriban llamen contacten molesten
        dejar_de_recibir no_recibir no_seguir_recibiendo | mas mensajes sms textos publicidad nada
        no_me_interesan | mensajes sms ofertas textos
        a_la_mierda al_diablo al_carajo no_jodan no_me_jodan no_chinguen
        no_quiero no_deseo | saber | nada mas | ustedes uds vosotros
        no_deseo | informacion info | mas
        no_autoriz* nao_autoriz* non_autorizz* | envio envios invio mensajes mensagens messaggi sms contact* contatt*
        no_quiero no_deseo | recibir que_me_escriban que_me_llamen que_me_manden que_me_envien mensajes publicidad
        ya_no_quiero ya_no_deseo | recibir mensajes sms
        no_mas | mensajes sms publicidad spam textos
        basta_de basta_ya | mensajes sms spam publicidad
        dejen_de deje_de deja_de dejad_de paren_de parad_de pare_de parar_de | escribir* enviar* mandar* llamar* molestar* contactar*
        harto harta hartos hartas cansado cansada cansados | mensajes sms textos publicidad spam
        dejenme dejame dejadme dejeme dejen | paz tranquil*

        non | piu nulla niente | mandatemi inviatemi scrivetemi chiamatemi contattatemi mandarmi inviarmi scrivermi chiamarmi
            contattarmi disturbatemi mi_mandate mi_mandi mi_inviate mi_invii mi_scrivete mi_scriva mi_contattate mi_contatti
            mi_chiamate mi_chiami mi_disturbate inviare mandate inviate scrivete contattate
        non_voglio non_desidero | ricevere messaggi essere_contatt* essere_disturb* pubblicita
        basta | con_i con_gli con_questi con_queste messaggi sms pubblicita scrivermi mandarmi
        non_voglio | sapere sentire | nulla niente piu | voi
        non_ricevere | piu messaggi sms niente
        non_mi_interessano non_sono_interessat* | messaggi sms offerte pubblicita
        non_rompete non_rompetemi non_mi_rompete a_quel_paese al_diavolo
        fatela | finita
        smett* finit* piantat* | scrivermi mandarmi inviarmi chiamarmi contattarmi disturbarmi messaggi sms
        stufo stufa stufi stanco stanca stanchi | messaggi sms pubblicita spam
        non_mi_contattate non_mi_scrivete
        disattiv* | servizio messaggi notifiche sms
        lasciatemi lasciami lasciateci | pace stare

        nao | mais nada | me_mande me_mandem me_envie me_enviem me_escreva* me_contate* me_contact* me_ligue* me_perturbe* mandem mande envie
            enviem enviar mandar perturbe*
        nao_me_perturb* nao_perturb* nao_me_incomod*
        nao_quero nao_desejo | receber mensagem mensagens sms propaganda
        nao_quero | saber ouvir | mais nada | voces
        deixar_de_receber nao_receber | mais mensagem mensagens sms nada
        nao_me_interess* nao_tenho_interesse | mensagem mensagens sms ofertas
        se_foder nao_enche nao_encham nao_encha encher_o_saco enchendo_o_saco pro_inferno
        parem_de pare_de para_de parar_de | mandar enviar receber escrever ligar me encher perturbar mensagens
        chega_de | mensagem mensagens sms propaganda torpedo* ligacoes contato spam
        deixe deixem deixa | paz
        farto farta fartos cansado cansada cheio cheia | mensag* sms propaganda torpedo* spam
        """

    // MARK: - How parts are found

    /// A choice of words of a part, by which of the parts.
    private struct Choice {
        let part: Int
        let words: [String]
    }

    /// Sentences as the numbers of their parts; one that must not be said has its number below zero.
    private struct Table {
        var removals: [[Int]] = []
        var refusals: [[Int]] = []
        /// By their first word, or its beginning and `*`.
        var choices: [String: [Choice]] = [:]
        var parts = 0

        mutating func take(_ list: String) -> [[Int]] {
            var sentences: [String] = []
            for line in list.split(separator: "\n") {
                if line.hasPrefix(" "), let last = sentences.popLast() {
                    sentences.append(last + line)
                } else {
                    sentences.append(String(line))
                }
            }
            return sentences.map { $0.split(separator: "|").map { part in take(part: String(part)) } }
        }

        private mutating func take(part: String) -> Int {
            parts += 1
            for choice in part.replacing("!", with: "").split(separator: " ") {
                let words = choice.split(separator: "_").map(String.init)
                choices[words[0], default: []].append(Choice(part: parts, words: words))
            }
            return part.contains("!") ? -parts : parts
        }
    }

    private static let table: Table = {
        var table = Table()
        table.removals = table.take(removals)
        table.refusals = table.take(refusals)
        return table
    }()

    private static func said(in words: [String]) -> Set<Int> {
        var found: Set<Int> = []
        for (place, word) in words.enumerated() {
            let beginnings: [String] = word.indices.dropFirst().map { word[..<$0] + "*" }
            for key in [word, word + "*"] + beginnings {
                for choice in table.choices[key, default: []]
                where follow(choice.words.dropFirst(), in: words[(place + 1)...]) { found.insert(choice.part) }
            }
        }
        return found
    }

    static func follow(_ parts: ArraySlice<String>, in words: ArraySlice<String>) -> Bool {
        parts.count <= words.count
            && zip(parts, words).allSatisfy { part, word in
                part.hasSuffix("*") ? word.hasPrefix(part.dropLast()) : word == part
            }
    }
}
