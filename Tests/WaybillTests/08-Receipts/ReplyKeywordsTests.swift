import Support
import XCTest

@testable import Waybill

final class ReplyKeywordsTests: XCTestCase {
    private func meaning(_ text: String, _ keywords: [String: [String]] = [:]) -> ReplyKeywords.Meaning {
        ReplyKeywords(keywords).meaning(of: text.utf8)
    }

    func testWordsOfASCIIAreReadAsThoseOfAnyScript() {
        var random = SeededGenerator(seed: 11)
        let pieces = [
            "non", "NON", "-", "stop", "STOP", "Stop", "'", " ", "\n", "\r\n", ".", "1", "a", "Z", "\u{0}", "_", ">",
        ]
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in pieces.randomElement(using: &random)! }
                .joined()
            XCTAssertEqual(ReplyKeywords.words(text), ReplyKeywords.words(ofAnyScript: text), text.debugDescription)
        }
    }

    func testStopInAllItsWritings() {
        for text in [
            "STOP", "stop", "Stop.", "STOP!!", " stop \n", "\"STOP\"", "'stop'", "“Stop”", "«stop»", "(stop)", "*STOP*",
            "stop 🛑", "🛑", "🙏 stop 🙏", "STOP\r\n", "S T O P", "s.t.o.p.", "S-T-O-P", "stoppp", "STOOOOP!!!", "ＳＴＯＰ",
            "st\u{200B}op", "\u{FEFF}STOP", "ştop", "stop stop stop", "STOPALL", "Stop all", "UNSUBSCRIBE",
            "Unsubscribe me",
            "unsubcribe", "unsuscribe", "CANCEL", "END", "Quit", "REVOKE", "I revoke my consent", "optout", "opt out",
            "Un-subscribe", "Un subscribe", "un-subscribe me please", "Opt me out", "END.", "QUIT", "OPTOUT",
            "OPT-OUT", "Opt  Out!", "opt\nout", "STOP HELP", "yes stop",
        ] {
            XCTAssertEqual(meaning(text), .stop, text)
        }
    }

    func testStopInsideAShortPhrase() {
        for text in [
            "please stop texting me", "Please stop.", "stop texting", "Stop this now!", "pls STOP", "no more, stop",
            "just stop it", "can you stop please", "make it stop", "Stop sending me messages", "please cancel",
            "cancel these messages", "please quit texting me", "end this", "please end", "I want to unsubscribe",
            "how do I opt out?", "stop, wrong number", "STOP ok?", "would you stop?",
        ] {
            XCTAssertEqual(meaning(text), .stop, text)
        }
    }

    func testStopInALongerReplyThatAsksForIt() {
        for text in [
            "Stop texting me or I will call my lawyer about this",
            "please stop sending me these messages every single day",
            "I told you three times already to stop texting me thanks",
            "I do not want these any more so please stop",
            "I said STOP already what is wrong with you people",
            "You have the wrong number for Ann, please stop contacting this number",
            "I would like to opt out of all these messages from your company",
            "I tried to unsubscribe yesterday but your link does not work at all",
            "I hereby revoke my consent to be contacted on this number",
            "ok please stop bothering my old mother with your reminders",
        ] {
            XCTAssertEqual(meaning(text), .stop, text)
        }
    }

    func testThatNothingMoreIsToComeIsAStopInTheLanguagesOfTheDefaults() {
        for text in [
            "BASTA", "Basta ya!", "basta messaggi", "disiscriviti", "cancella l'iscrizione", "annulla iscrizione",
            "Per favore non mandatemi più messaggi", "Non voglio più ricevere i vostri sms",
            "non voglio ricevere altro",
            "smettetela", "Smettetela di scrivermi ogni giorno, grazie", "Désinscrivez", "DESINSCRIVEZ-MOI SVP",
            "ne plus recevoir", "Je ne veux plus recevoir vos messages", "Arrêtez de m'envoyer des sms tous les jours",
            "no más", "no quiero recibir mensajes", "No, no quiero recibir nada de ustedes",
            "no me manden más mensajes",
            "Por favor no me envíen más sms a este número", "dejen de escribirme", "dejen de enviar cosas",
            "quiero cancelar la suscripción por favor", "Não quero receber mensagens",
            "não me mandem mais sms, obrigada",
            "pare de enviar isso", "por favor me remova", "cancelar inscrição", "chega", "não enviar mais",
            "nicht mehr anschreiben", "Schreiben Sie mir nicht mehr", "Hören Sie bitte auf, mir ständig zu schreiben",
            "Bitte löschen Sie meine Nummer", "Ich möchte keine Nachrichten mehr bekommen",
            "schicken Sie mir keine SMS",
        ] {
            XCTAssertEqual(meaning(text), .stop, text)
        }
        for text in [
            "mi basta sapere a che ora", "non voglio più aspettare, quando arriva?", "no quiero cambiar la hora",
            "não quero mudar o horário", "je ne peux pas venir", "ich möchte keine andere Uhrzeit", "ok, sms ricevuto",
            "me envíen la factura por favor", "cancellata?", "quiero la cita a las 5",
        ] {
            XCTAssertEqual(meaning(text), .response, text)
        }
    }

    func testPhrasesThatCannotMeanAnythingElse() {
        for text in [
            "REMOVE", "Remove please", "remove me from your list", "Please remove my number", "ARRET", "Arrêt svp",
            "Désabonnement",
            "take me off your list", "Take me off this list right now or else", "do not contact me",
            "Do NOT contact me again!",
            "don't call me", "Don’t text me anymore", "never call this number again", "leave me alone",
            "no more texts please",
            "lose my number", "Abmelden", "bitte abmelden", "keine Werbung mehr", "Bitte nicht mehr anrufen", "BAJA",
            "darme de baja",
            "no me llamen más", "ne me contactez plus", "cancellami", "disiscrivimi", "descadastrar", "sair",
            "afmelden",
            "geen berichten meer", "would you opt me out of this please", "stopp",
        ] {
            XCTAssertEqual(meaning(text), .stop, text)
        }
        for text in [
            "do not call me before noon", "don't call me today", "Can you remove the appointment on Friday?",
            "take me there",
            "do not remove me", "I don't text while driving", "the doctor told me to take off my shoes",
            "Arrêt cardiaque, je viens demain",
            "no more questions", "I have no messages", "call me",
        ] {
            XCTAssertEqual(meaning(text), .response, text)
        }
    }

    func testOrdinaryAnswersAreResponses() {
        for text in [
            "", "   ", "👍", "Yes, I'll be there", "yes I will come tomorrow", "No", "ok",
            "I can't stop by today, call me",
            "Can I stop by today?", "I'll stop by tomorrow", "I could not stop the bleeding, what shall I do now?",
            "The bus does not stop there on Sundays, can we meet elsewhere", "see you at the end of the week",
            "call me at the end of next month", "I have to cancel my appointment for Friday, sorry",
            "Can I come at the weekend?", "nonstop", "stopwatch", "friend", "backend", "I am stopping there",
            "Do you start at nine?", "Let us start the treatment", "I need help with my booking for Friday",
            "who is this", "1", "C", "15:30 works", "opt in", "canceled", "I opt for the second one",
        ] {
            XCTAssertEqual(meaning(text), .response, text)
        }
    }

    func testStopInOtherLanguagesAndScripts() {
        for text in [
            "СТОП", "Стоп!", "стоп, не пишите мне", "Отписаться", "отпишите меня пожалуйста", "Відписатися", "Отказ",
            "ΣΤΟΠ",
            "Διαγραφή", "στοπ παρακαλώ", "توقف", "تـوقـف", "إيقاف", "الغاء", "إلغاء الاشتراك", "لغو", "لغو ۱۱", "הסר",
            "הסירו אותי",
            "להסרה הסר", "סטופ", "停止", "停止。", "退订", "请退订，谢谢", "取消訂閱", "不要再发短信了", "TD", "td", "配信停止",
            "配信停止してください", "ストップ", "ｽﾄｯﾌﾟ", "やめてください", "退会", "수신거부", "수신 거부", "중지", "그만 보내세요", "रोकें", "बंद करो",
            "स्टॉप", "বন্ধ", "หยุด", "ยกเลิกการรับข่าวสาร", "HỦY", "dừng", "İPTAL", "RET", "çık", "abonelikten çık", "UNREG",
            "berhenti",
            "Wypisz", "Odhlásit", "leiratkozás", "dezabonare", "lopeta", "odjava", "Résilier", "Kündigen", "salir",
            "DNC",
        ] {
            XCTAssertEqual(meaning(text), .stop, text)
        }
    }

    func testStopJoinedOrInDisguise() {
        for text in [
            "STOPnow", "stopnow!", "STOP2END", "Stop2stop", "STOPTEXTS", "stopcalling", "stopit", "PLEASESTOP",
            "plzstop",
            "STOPALLMESSAGES", "stop123", "st0p", "5TOP", "S\u{422}\u{41E}P", "ST\u{39F}P", "\u{405}TOP", "𝗦𝗧𝗢𝗣",
            "ⓢⓣⓞⓟ",
            "ＳＴＯＰ！", "STOP!!!", "stop.", "QUITNOW", "cancelall", "RemoveMe", "DONOTCALL", "ok stopnow please",
        ] {
            XCTAssertEqual(meaning(text), .stop, text)
        }
    }

    func testWordsThatOnlyLookLikeAStopAreResponses() {
        for text in [
            "non-stop", "Open non-stop?", "Non‑stop flight", "nonstop", "stopwatch", "stopover in Rome", "stopped by",
            "The stopcock leaks", "stops", "stoppage", "endorsed", "ending", "Quite", "cancelled", "backstop",
            "Отмена записи на пятницу невозможна?", "停止營業了嗎什麼時候再開門請告訴我謝謝你們大家辛苦", "我今天不能去停車場接你我們明天早上見",
            "Я не могу прийти, отказ от услуги не нужен", "dur yolda geliyorum", "Puedo cancelar la cita?",
            "не звоните до обеда",
        ] {
            XCTAssertEqual(meaning(text), .response, text)
        }
        // In doubt a stop: it says the word, and is short.
        XCTAssertEqual(meaning("don't stop"), .stop)
    }

    /// A start is never made out of anything but its word.
    func testNoStartIsMadeOutOfAnythingInDisguise() {
        for text in [
            "Y\u{415}S", "5tart", "START2", "STARTnow", "pleasestart", "𝐘𝐄𝐒", "ⓨⓔⓢ", "да", "はい", "开始", "ابدأ", "התחל",
            "시작", "UN-STOPnow",
        ] {
            XCTAssertNotEqual(meaning(text), .start, text)
        }
    }

    func testQuotedMessageOfOursIsNotRead() {
        for text in [
            "Liked “Hi Ann, your appointment is tomorrow at 9. Reply STOP to opt out”",
            "Loved \"Hi Ann, your appointment is tomorrow at 9. Reply STOP to unsubscribe\"",
            "Reacted ❤️ to “Your appointment is tomorrow at 9. Reply STOP to opt out”",
            "See you then\n> Your appointment is tomorrow.\n> Reply STOP to opt out",
        ] {
            XCTAssertEqual(meaning(text), .response, text)
        }
    }

    func testStopBesideAQuotationIsRead() {
        for text in [
            "STOP\n> Your appointment is tomorrow.\n> Reply HELP for help",
            "Stop “Your appointment is tomorrow at nine, see you there”",
            "I said \"stop\"", "Your message says “reply with this word at any time to end” so STOP",
            "\"please stop texting me every single day\"",
        ] {
            XCTAssertEqual(meaning(text), .stop, text)
        }
    }

    func testStartOnlyAlone() {
        for text in ["START", "start!", "Yes", "YES.", "UNSTOP", "ＹＥＳ"] {
            XCTAssertEqual(meaning(text), .start, text)
        }
        // A polite answer to the text that confirms a stop.
        for text in [
            "Yes thanks", "yes please", "ok yes", "yes thank you", "start please", "Start, thanks", "Hi, yes",
            "yes yes",
        ] {
            XCTAssertEqual(meaning(text), .response, text)
        }
    }

    func testHelpInAWordOrTwo() {
        for text in ["HELP", "help?", "Info", "INFO please", "help me", "more info", "need help"] {
            XCTAssertEqual(meaning(text), .help, text)
        }
    }

    func testCampaignsOwnWords() {
        let keywords = [
            "stop": ["Terminé", "nicht mehr", "FERTIG"], "start": ["Ja"], "help": ["Hilfe", "was ist das hier"],
        ]
        for text in ["termine", "TERMINÉ!", "Bitte nicht mehr senden", "fertig bitte"] {
            XCTAssertEqual(meaning(text, keywords), .stop, text)
            XCTAssertEqual(meaning(text), .response, text)
        }
        XCTAssertEqual(meaning("ja", keywords), .start)
        XCTAssertEqual(meaning("ja, ich komme", keywords), .response)
        XCTAssertEqual(meaning("Hilfe!", keywords), .help)
        XCTAssertEqual(meaning("Was ist das hier?", keywords), .help)
        XCTAssertEqual(
            meaning("Ich komme leider nicht, mehr Zeit habe ich am Montag", keywords), .response)
        XCTAssertEqual(meaning("", ["stop": ["", "!"]]), .response)
    }

    func testInvalidBytesAreReadAsFarAsTheyGo() {
        XCTAssertEqual(ReplyKeywords().meaning(of: [0xFF] + Array("STOP".utf8) + [0xC3]), .stop)
    }
}
