import XCTest

@testable import Waybill

/// Stops in the words that people find for them, and answers in which the same words stand.
final class StopSentencesTests: XCTestCase {
    private func check(_ texts: [String], _ meaning: ReplyKeywords.Meaning) {
        for text in texts {
            XCTAssertEqual(ReplyKeywords().meaning(of: text.utf8), meaning, text)
        }
    }

    func testStopsInEnglish() {
        check(
            [
                "I withdraw my consent", "Wrong person. Remove", "Stpo",
            ], .stop)
    }

    func testStopsInFrench() {
        check(
            [
                "Merci de me désinscrire", "Je me désinscris", "Me désabonner", "Arret sms", "Stopez",
                "Merci d'arrêter", "merci de ne plus m'envoyer de sms", "Veuillez me retirer de votre liste",
                "Enlevez-moi de vos contacts", "Je souhaite être désabonné", "Arrêtez vos sms svp",
                "Supprimez mes coordonnées", "Plus aucun message svp", "N'envoyez plus rien", "Foutez-moi la paix",
                "Je ne souhaite plus être contacté", "Cessez tout envoi", "On arrête là merci",
                "Vous pouvez m'effacer de votre fichier", "Ne m'appelez plus jamais", "Pas de pub merci",
                "Désinscription immédiate", "Stoppez tout", "Merci de supprimer mon numéro de téléphone",
                "Je retire mon consentement", "Arrêtez de me harceler", "Retirez mon nom",
                "Je veux sortir de la liste", "Merci de m'enlever de vos listes", "Ne me contactez plus jamais",
                "Je me désabonne", "Plus de SMS s'il vous plaît", "Désactivez les messages",
                "Laissez-moi tranquille", "STOP PUB", "Effacez mes données",
                "Je ne veux plus rien recevoir de vous", "Pas intéressé, arrêtez",
            ], .stop)
    }

    func testStopsInGerman() {
        check(
            [
                "Ich möchte mich abmelden", "Bitte löschen", "Bitte entfernen", "Nummer löschen",
                "Bitte streichen Sie mich von der Liste", "Bitte aus dem Verteiler nehmen", "Kündigung",
                "Ich widerrufe meine Einwilligung", "Schluss", "Schluss damit", "Melden Sie mich bitte ab",
                "Bitte keine SMS mehr", "Ich will nichts mehr von Ihnen hören", "Löscht mich aus der Datenbank",
                "Hört auf mit dem Mist", "Nehmt mich raus", "Bitte unterlassen Sie das",
                "Keine weiteren Nachrichten bitte", "Abmeldung vom SMS-Dienst",
                "Ich möchte nicht mehr kontaktiert werden", "Lasst mich endlich in Ruhe",
                "Bitte meine Daten löschen", "Ich kündige den Newsletter", "Ich bestelle das ab",
                "Austragen bitte", "Senden Sie mir nichts mehr", "Ich widerspreche der Nutzung meiner Daten",
                "Bitte nicht mehr melden", "Will ich nicht mehr haben", "Handynummer bitte entfernen",
                "Bitte abmelden danke", "Mich bitte löschen", "Ich möchte keine Werbung", "Sofort aufhören",
                "Hiermit kündige ich", "Bitte schreiben Sie mir nicht mehr", "Meine Telefonnummer löschen bitte",
                "Nehmen Sie mich von der Liste", "Einwilligung widerrufen", "Schluss jetzt mit den SMS",
            ], .stop)
    }

    func testStopsInSpanish() {
        check(
            [
                "Quítenme de la lista", "Déjenme en paz", "No enviar más", "no mandar mas", "Anular suscripción",
                "Eliminar mi número", "Borrar mi número", "Quiero cancelar", "Paren", "Detente",
                "Bórrame de la lista", "Quiero darme de baja", "No me interesa, no me escriban más",
                "Dejen de molestar", "Sácame de aquí", "Cancelar mensajes", "Ya no quiero recibir nada",
                "No más publicidad", "Elimínenme por favor", "Denme de baja", "Basta de mensajes",
                "Retiren mi número de su base", "Solicito la baja", "Quiero que me borren", "Parad de escribirme",
                "Que no me manden más", "Quitar mi teléfono", "Dar de baja el servicio",
                "Revoco mi consentimiento", "No vuelvan a escribirme", "Quisiera cancelar la suscripción",
                "Por favor bórrenme", "No me llamen más", "Eliminen mis datos", "Quítame de tu lista",
                "Ya basta de mensajes", "No deseo recibir más", "Darse de baja", "Dejen de mandarme mensajes",
                "Cancelen esto",
            ], .stop)
    }

    func testStopsInItalian() {
        check(
            [
                "Voglio disiscrivermi", "Rimuovetemi", "Eliminatemi", "Rimuovi il mio numero",
                "Cancella il mio numero", "Lasciatemi in pace", "Disdetta", "Cancellazione",
                "Cancellatemi dalla lista", "Non scrivetemi più", "Basta sms", "Toglietemi dai vostri contatti",
                "Vorrei essere rimosso", "Smettetela subito", "Non voglio essere disturbato",
                "Annullare iscrizione", "Revoco il consenso", "Togliete il mio numero", "Finitela",
                "Non inviatemi più niente", "Eliminare il mio nominativo", "Chiedo la cancellazione",
                "Basta pubblicità", "Non desidero più ricevere messaggi", "Non mi scrivete più", "Disiscrizione",
                "Chiedo di essere cancellato", "Fatela finita", "Cancellami dalla lista", "Non mandatemi più sms",
                "Vorrei disiscrivermi", "Basta così, cancellatemi", "Eliminate i miei dati",
                "Rimuovetemi dalla rubrica", "Non chiamatemi più", "Smettetela di scrivermi",
                "Annulla abbonamento", "Lasciami in pace",
            ], .stop)
    }

    func testStopsInPortuguese() {
        check(
            [
                "Me descadastre", "Me tira da lista", "Tirem-me da lista", "Sair da lista", "parar de receber",
                "Chega de mensagens", "Cancela", "Quero cancelar", "Parem", "Remova meu número",
                "Retire meu número", "Apague meu número", "Excluir", "Me deixe em paz", "Não quero mais receber",
                "Me exclua da lista", "Pare de me mandar mensagem", "Parem com isso", "Quero sair",
                "Descadastramento", "Remove meu contato", "Me apaga daí", "Não me liguem mais",
                "Tire meu nome do cadastro", "Cancelar inscrição", "Não me perturbe", "Chega de spam",
                "Me tirem desse grupo", "Quero me descadastrar", "Por favor exclua meu número", "Deixem-me em paz",
                "Não enviem mais nada", "Revogo meu consentimento", "Não tenho interesse, pode parar",
                "Quero sair da lista", "Pare de mandar sms", "Por favor, me remova", "Cancelar recebimento",
                "Não me mande mais mensagem", "Descadastrar meu número", "Exclua meus dados", "Não desejo receber",
                "Chega", "Me tirem daqui",
            ], .stop)
    }

    func testOrdinaryAnswersInEnglishStayAnswers() {
        check(
            [
                "Yes, I'll be there", "Can I remove a tooth without pain?",
                "Please remove the appointment on Friday", "I can't come", "What time?", "Please call me tomorrow",
                "My number is 555 0100", "Can you delete the booking for Monday?", "Thanks", "No thanks", "ok",
                "See you", "Where is it?", "Running late", "Is parking free?", "How much is it?",
                "I need to reschedule", "Put me on the list please", "I agree", "I consent", "Not today",
                "Wrong time. Tuesday is better",
            ], .response)
    }

    func testOrdinaryAnswersInFrenchStayAnswers() {
        check(
            [
                "Oui, je viens", "Je ne peux pas venir", "Merci de me rappeler demain",
                "Annuler le rendez-vous de mardi", "Je dois annuler le RDV", "À quelle heure ?", "Je préfère 15h",
                "C'est noté, merci", "Pouvez-vous déplacer le rendez-vous ?", "Je serai en retard",
                "Vous pouvez supprimer le rendez-vous de lundi", "Appelez-moi ce soir", "J'arrive",
                "Mon numéro a changé", "La liste des documents svp ?", "Je n'ai plus mal", "Je ne peux plus venir",
                "Pas encore reçu", "Très bien", "Arrêt maladie jusqu'à vendredi", "Je ne suis plus disponible",
                "Bonjour, c'est qui ?", "Envoyez-moi plus d'infos", "L'arrêt de bus est loin", "Non merci",
            ], .response)
    }

    func testOrdinaryAnswersInGermanStayAnswers() {
        check(
            [
                "Ja, ich komme", "Ich kann nicht kommen", "ich kann leider nicht kommen", "Bitte um Rückruf",
                "Löschen Sie den Termin am Montag", "Können wir den Termin verschieben?", "Um 15 Uhr passt",
                "Ich muss den Termin absagen", "Ich melde mich ab Montag", "Ich melde mich später",
                "Wo ist die Praxis?", "Danke, bis morgen", "Ich nehme die Nummer 3",
                "Meine neue Nummer ist 0151 1234567", "Ich habe nicht mehr so viel Zeit",
                "Ich muss mich für morgen abmelden", "Welche Unterlagen soll ich mitbringen?", "Nein danke",
                "Das ist mir zu spät", "Schicken Sie mir die Rechnung", "Schreiben Sie mir die Adresse",
                "Bin im Urlaub", "Kann ich nach Schluss kommen?", "Ich habe keine Nachricht bekommen", "Zu teuer",
                "Nicht löschen bitte", "kein Interesse",
            ], .response)
    }

    func testOrdinaryAnswersInSpanishStayAnswers() {
        check(
            [
                "Sí, voy", "No puedo ir", "cancelo la cita del martes", "Puedo cancelar la cita?",
                "Quiero cambiar la hora", "A qué hora es?", "Llámenme mañana", "Gracias, ahí estaré", "Quito",
                "El Alto", "Voy a salir tarde", "Quiero sacar una cita", "No cancelen mi cita",
                "Mi número es otro", "Cuánto cuesta?", "No gracias", "Prefiero por la tarde",
                "Me envían la factura?", "Llego diez minutos tarde", "Dejé un mensaje para llamar",
                "Dónde está la clínica?", "Quiero anular la cita", "No me mandaron más información",
                "Está en la lista", "Ya pagué", "Es muy alto el precio", "Para mí está bien", "no cancelar",
            ], .response)
    }

    func testOrdinaryAnswersInItalianStayAnswers() {
        check(
            [
                "Sì, ci sarò", "Non posso venire", "Devo disdire l'appuntamento",
                "Posso cancellare l'appuntamento?", "A che ora?", "Mi basta sapere l'ora", "mi basta questo",
                "Basta un messaggio", "Richiamatemi domani", "Grazie mille", "Quanto costa?",
                "Preferisco il pomeriggio", "Arrivo in ritardo", "Il mio numero è cambiato", "No grazie",
                "Dove si trova?", "Va bene", "Annullare la prenotazione di lunedì", "Non ho più dolore",
                "Non mi ha chiamato nessuno", "Sono in lista?", "Che documenti servono?", "Non cancellare",
                "Mi fermo dieci minuti", "Non mi chiamano più",
            ], .response)
    }

    func testOrdinaryAnswersInPortugueseStayAnswers() {
        check(
            [
                "Sim, vou", "Não posso ir", "Cancelar a consulta de terça", "Posso remarcar?", "Que horas?",
                "Me liga amanhã", "Obrigada", "Me tira uma dúvida", "Vou sair agora", "Preciso sair mais cedo",
                "Preciso cancelar a consulta", "Quero retirar o exame", "Quanto custa?", "Não obrigado",
                "Prefiro de manhã", "Chego atrasado", "Meu número mudou", "Me manda o endereço",
                "Chega que horas?", "Não cancela não", "Pode ser", "Já paguei", "Não recebi mais nada",
                "Estou na lista de espera?", "Para mim está bom", "Não para de chover",
            ], .response)
    }

    func testMoreStopsInTheFiveLanguages() {
        check(
            [
                "Plus jamais de SMS", "Je ne veux plus de vos messages", "Nie wieder schreiben", "Baja del servicio",
                "Sacadme de la lista", "Disattivate il servizio", "Non mi contattate", "Quero que me removam",
            ], .stop)
    }

    func testStopsInAWordThatEndsAndOfPeopleWhoHaveHadEnough() {
        check(
            [
                "Fin", "FIN svp", "Ende", "ENDE bitte", "Fim", "Quiero que paren", "Que paren ya", "Quero que parem",
                "Voglio che smettiate", "Voglio che smettiate di scrivermi", "Je veux que vous arrêtiez",
                "Enough with the texts", "I'm sick of these messages", "I don't want these messages", "Please cease",
                "Do not send me anything else", "Wrong number, please don't text again", "I want out",
                "J'en ai marre de vos sms", "Ça suffit avec vos textos", "Je refuse vos messages",
                "Es reicht mit den SMS", "Ich habe genug von euren Nachrichten", "Ich will das nicht mehr",
                "Bitte nichts mehr schicken", "Lassen Sie das", "Jetzt reicht es", "Kein Bedarf an Werbung",
                "I've had it with your messages", "Please get me off this list", "Basta ya de tantos mensajes",
                "No deseo más información", "Quítenme de su sistema", "Não autorizo o envio de mensagens",
                "Não me contactem mais", "Ich verzichte auf weitere Nachrichten", "Estoy harto de sus mensajes",
                "Sono stufo dei vostri sms", "Estou farto das vossas mensagens",
            ], .stop)
    }

    func testStopsOfPeopleWhoWriteAsTheySpeak() {
        check(
            [
                "Do not send me any more of these", "I dont want to get these texts anymore",
                "Please cease all communication", "leave me the hell alone", "Fuck off", "Stp",
                "No more of these please",
                "I don't need these messages any more, thanks", "Kindly desist from messaging this number",
                "Would you mind not sending me these?", "I'd rather not hear from you again",
                "no longer wish to get your texts", "pls dont message me anymore im not interested", "Go away",
                "j'en veux plus de vos sms", "je ne suis pas intéressé merci de me retirer",
                "N'écrivez plus à ce numéro",
                "m'envoyez plus de messages", "Ne pas déranger", "Je ne veux plus entendre parler de vous",
                "Ich will das nicht mehr", "Ich möchte abgemeldet werden", "will nix mehr von euch hören",
                "Ich moechte keine SMS mehr", "Bitte hoeren Sie auf damit", "Verpisst euch", "Ihr nervt mit euren SMS",
                "no molestar", "no quiero saber nada de ustedes", "Váyanse a la mierda", "ya no me escriban",
                "Quiero dejar de recibir mensajes", "Vaffanculo", "Non disturbare", "Vorrei non ricevere più niente",
                "Não quero saber mais de vocês", "Não incomodar", "Quero deixar de receber mensagens",
            ], .stop)
    }

    func testAnswersInTheWordsOfWhoIsFedUpStayAnswers() {
        check(
            [
                "I always get lost near your office", "We go away on Friday", "My knee is bothering me",
                "I'd rather not come tomorrow", "Please leave the parcel, I am alone", "Don't leave me alone with this",
                "Would you mind not calling me before noon?", "No more questions, thanks for the help",
                "Pouvez-vous me retirer les fils demain ?", "Vous m'envoyez plus de détails ?", "Le ciel est dégagé",
                "Merci de me retirer le plâtre", "Meine Haut ab dem Knie ist rot", "Mein Zahn nervt",
                "Ich will, dass die Fäden entfernt werden", "Ya no puedo ir hoy", "Quiero saber la hora",
                "Vorrei sapere se siete aperti", "Quero receber mais informações", "Sto arrivando",
            ], .response)
    }

    func testRequestsNotToBeTakenOffAreAnswersWhereNothingElseCanBeMeant() {
        check(
            [
                "Please don't unsubscribe me", "Don't stop sending reminders, they help me",
                "Don't unsubscribe me, I still want the updates", "Please do not opt me out", "DON'T UNSUBSCRIBE ME",
                "Don't cancel my appointment please", "Ne me désinscrivez pas svp", "Ne nous retirez pas de la liste",
                "Bitte melden Sie mich nicht ab", "Bitte mich nicht abmelden", "Löscht mich bitte nicht",
                "No me eliminen de la lista", "Non cancellatemi dalla lista per favore",
                "Non smettete di mandarmi i promemoria",
            ], .response)
    }

    func testWhoSaysThatItWasASlipIsAnswered() throws {
        check(
            [
                "I didn't mean to unsubscribe", "I did not mean to unsubscribe, sorry",
                "Oops I didn\u{2019}t want to opt out of the reminders",
                "I never asked to be unsubscribed", "Sorry! I unsubscribed by mistake, please add me back",
                "I don't want to unsubscribe", "I never meant to stop the reminders",
                "I accidentally opted out", "Ich wollte mich nicht abmelden, das war ein Versehen",
                "Je ne voulais pas me désinscrire, désolée", "No quería darme de baja",
                "Non volevo disiscrivermi, scusate",
                "Não queria sair da lista",
            ], .response)
        check(
            [
                "I didn't want to unsubscribe but you leave me no choice", "I didn't mean to subscribe, unsubscribe me",
                "I don't want to unsubscribe, just stop texting me", "I don't want to unsubscribe STOP",
                "I didn't mean to unsubscribe from one list, I want out of all of them",
                "I never asked to be contacted, unsubscribe", "You didn't unsubscribe me",
                "I don't want to have to unsubscribe again", "I didn't mean to unsubscribe, no texts please",
                "Ich wollte mich nicht abmelden, aber jetzt reicht es", "Didn't you unsubscribe me?",
            ], .stop)
    }

    func testStopsThatSayThatNothingIsToComeOrThatItIsOver() {
        check(
            [
                "Plus rien svp", "Plus rien s'il vous plaît", "Je ne veux plus rien", "c'est fini les sms ?",
                "C'est bientôt fini vos messages ?", "Fini les textos !", "Nichts mehr bitte",
                "I'm done with your texts",
            ], .stop)
        check(
            [
                "Je n'ai plus rien", "Plus rien à ajouter", "Il ne reste plus rien ?", "C'est fini ?",
                "C'est fini, merci pour le sms", "J'ai fini", "Votre message n'est pas fini", "Les travaux sont finis",
                "Ich habe nichts mehr", "Are you done with the x-rays?", "I am done with the text that you gave me",
                "Je ne veux plus rien manger",
            ], .response)
    }

    /// What else is said takes nothing of it back.
    func testAStopIsHeardWhateverIsAskedOrToldBesideIt() {
        check(
            [
                "Woher haben Sie das? Löschen Sie es aus Ihrem System",
                "Haben Sie das nicht verstanden? Bitte aus der Liste entfernen!",
                "habt ihr die DSGVO gelesen? Sofort aus eurer Datenbank löschen",
                "Hat er die Liste? Bitte aus dem Verteiler entfernen", "Já pedi e não tiraram a gente da lista",
                "Você não removeram os meus da base",
                "Avete cancellato la precedente, cancellate anche questa dalla lista",
                "I didn't unsubscribe yet, I want to", "I never unsubscribed and I want to",
                "I didn't opt out. I want to",
                "I did not unsubscribe yet. I would like to please",
                "I didn't opt out again yet, I would like to, thanks",
                "I didn't mean to unsubscribe then, I want to now", "No, I didn't unsubscribe",
                "Did you remove me from the list?", "Did you delete my data?", "Remove the below from your list",
                "Bitte aus der Liste entfernen", "¿Me quitaron de la lista?",
            ], .stop)
    }

    func testWhatCanAlsoMeanNoAndStopIsAStop() {
        check(
            [
                "don't stop", "don't! Unsubscribe me", "No dont stop texting me", "Don't STOP texting me",
                "dont unsubscribe", "Don't unsubscribe me, STOP", "Don't unsubscribe me from A, take me off your list",
                "You don't unsubscribe me", "Why don't you unsubscribe me", "Never unsubscribed me",
                "I don't know how to unsubscribe", "Vous ne me désinscrivez pas", "Non, cancellatemi",
                "Löschen Sie mich nicht aus der Liste, rufe ich an", "No me borraron de la lista",
                "No dejen de escribirme", "Não me tirem da lista", "Não parem de me mandar mensagens",
            ], .stop)
        let keywords = ReplyKeywords(["stop": ["reminders"]])
        XCTAssertEqual(keywords.meaning(of: "Don't stop sending reminders".utf8), .stop, "the campaign's own word")
    }

    func testAnswersWithAnEndOrOfWhatIsEnoughStayAnswers() {
        check(
            [
                "Fin de semana", "A fin de mes", "À la fin", "En fin de matinée", "Fin mai c'est bon",
                "Ende nächster Woche passt", "Ende Mai", "Am Ende des Monats", "Fim de semana", "Fine", "Fine mese",
                "Alla fine del mese", "I want out of the waiting room by 4", "I don't want to miss your messages",
                "I don't want to come on Friday", "Un sms suffit", "Oui ça suffit merci", "Reicht eine SMS?",
                "Es reicht, wenn Sie mir eine SMS schicken", "Das reicht mir, danke", "J'ai assez de médicaments",
                "Quiero que paren el dolor", "Quiero que me llamen", "Quero que me liguem", "Voglio che mi chiamiate",
                "Estoy harto del dolor", "Sono stufo di aspettare", "Je refuse le rendez-vous de mardi",
                "Ich will das nicht mehr verschieben", "Je veux que vous passiez lundi",
            ], .response)
    }

    /// Of the same verbs and the same things, and of what did not come.
    func testOtherAnswersWithTheSameWordsStayAnswers() {
        check(
            [
                "I tried to reach your office yesterday because my father is in hospital and we need another time",
                "Bonjour, je suis désolé mais mon fils est malade et nous devons reporter à la semaine prochaine",
                "Guten Tag, leider hat mein Auto eine Panne, ich komme eine halbe Stunde später",
                "Hola, soy la madre de Ana, ella no puede ir porque está enferma",
                "Buongiorno, mio marito non può venire oggi perché lavora fino a tardi",
                "Oi, tudo bem? Consegue me passar o valor da limpeza por favor",
                "Ich habe keine Nachrichten bekommen",
                "Ich lösche gerade ein Feuer",
                "Je retire ma voiture du garage",
                "Retirez le pansement ?",
                "Quiero retirar mis lentes",
                "Vou retirar amanhã",
                "Retiro el paquete",
                "Ritiro il referto",
                "Ho cancellato tutto",
                "Quito las grapas?",
                "Borré el mensaje sin querer, me lo reenvía?",
                "Apaguei a mensagem sem querer",
                "Ho cancellato il messaggio per sbaglio, me lo rimandate?",
                "J'ai supprimé le message par erreur",
                "Ich habe die Nachricht gelöscht, bitte nochmal",
                "Mi numero de datos es 5",
                "Podemos cancelar?",
                "Können Sie mir die Liste der Unterlagen schicken?",
                "Schicken Sie mir nichts, ich hole es ab",
                "Entfernen Sie auch Zahnstein?",
                "Wird der Faden entfernt?",
                "Muss ich die Fäden entfernen lassen?",
                "Avez-vous retiré les fils ?",
                "Removal of stitches?",
                "Pode tirar os pontos?",
                "Elimina le macchie?",
                "Ich muss kündigen weil ich umziehe",
                "Quiero parar de fumar",
                "Voglio smettere di fumare",
                "Je veux arrêter de fumer",
                "Ich will mit dem Rauchen aufhören",
                "Quero parar de fumar",
                "I want to quit smoking next year, can you help me with that",
                "No me mandaron el enlace",
                "No me llamaron",
                "Nobody called me",
                "Non mi avete chiamato",
                "Ninguém me ligou",
                "Personne ne m'a appelé",
                "Mich hat niemand angerufen",
            ], .response)
    }
}
