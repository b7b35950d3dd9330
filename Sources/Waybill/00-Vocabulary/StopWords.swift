import Foundation

/// The words by which people say stop in languages other than English, as carriers and providers document them and as
/// laws prescribe them. `Waybill.docc/Results.md` has the same table, and a test compares the two.
///
/// Words are compared as in `ReplyKeywords`, without case, accents and width. None of them ever starts anything.
enum StopWords {
    /// By language: words that stop when they are all that a reply says, politeness aside.
    static let wholes: [(language: String, words: String)] = [
        ("Arabic", "توقف إيقاف ايقاف أوقف اوقف وقف قف إلغاء الغاء ستوب"),
        ("Bengali", "বন্ধ থামুন থামান স্টপ বাতিল"),
        ("Bulgarian", "стоп спри спрете отказ откажи отписване отпиши"),
        ("Chinese", "停止 停 退订 退訂 取消 拒收 终止 終止 TD"),
        ("Croatian, Serbian, Slovenian", "odjava odjavi odjavite prestani ustavi zaustavi стоп одјава одјави престани"),
        ("Czech, Slovak", "odhlásit odhlásiť odhlaste zrušit zrušiť"),
        ("Danish, Norwegian, Swedish", "stopp stoppa afmeld frameld avmeld avsluta avregistrera slutt"),
        ("Dutch", "stoppen afmelden uitschrijven opzeggen"),
        ("Finnish, Estonian", "lopeta peruuta poista peata loobu"),
        (
            "French",
            "arrêt arrêter arrêtez désabonner désabonnez désabonnement fin "
                + "désinscrire désinscrivez désinscription stopper résilier"
        ),
        ("German", "stopp stoppen abmelden abmeldung abbestellen aufhören austragen kündigen ende"),
        ("Greek", "στοπ διακοπή διαγραφή απεγγραφή ακύρωση σταματήστε σταμάτα"),
        ("Gujarati, Punjabi, Marathi", "બંધ સ્ટોપ રોકો ਬੰਦ ਰੋਕੋ ਸਟਾਪ थांबा थांबवा"),
        ("Hebrew", "הסר הסרה הסירו להסיר עצור עצרו סטופ ביטול בטל"),
        ("Hindi, Nepali", "रोकें रोको बंद बन्द स्टॉप रद्द रुको हटाओ हटाएं रोक्नुहोस्"),
        ("Hungarian", "leiratkozás leiratkozom leállít leállítás törlés"),
        ("Indonesian, Malay, Filipino", "berhenti henti hentikan batal unreg tigil itigil ihinto"),
        (
            "Italian",
            "annulla basta cancella cancellami disiscrivermi disiscrivi disiscrivimi disiscriviti "
                + "ferma fermare rimuovi rimuovimi smettetela smettila"
        ),
        ("Japanese", "停止 配信停止 配信解除 解除 退会 中止 ストップ 止めて やめて 登録解除 送信停止 停止希望 配信不要 受信拒否 拒否"),
        ("Korean", "중지 정지 그만 수신거부 해지 취소 거부 스톱 중단 차단"),
        ("Latvian, Lithuanian", "atteikties atsisakyti sustabdyti apturēt"),
        ("Persian", "لغو توقف خاموش بس"),
        ("Polish", "wypisz wypisuję rezygnuję rezygnacja usuń"),
        ("Portuguese", "parar pare sair remover cancelar descadastrar encerrar basta chega fim"),
        ("Romanian", "dezabonare dezabonează oprește opriți anulare"),
        (
            "Russian, Belarusian",
            "стоп отписаться отписка отпишите отпишись отмена отменить отказ прекратить прекратите хватит удалите"
        ),
        (
            "Spanish",
            "baja alto basta bórrame bórrenme cancelar anular "
                + "desuscribir desuscribirme detener eliminar parar salir fin"
        ),
        ("Swahili", "sitisha ondoa acheni"),
        ("Tamil, Telugu, Kannada, Malayalam", "நிறுத்து நிறுத்தவும் ఆపు ఆపండి ನಿಲ್ಲಿಸಿ നിർത്തുക"),
        ("Thai", "หยุด ยกเลิก ไม่รับ"),
        ("Turkish", "dur durdur iptal ret çık çıkış cik cikis"),
        ("Ukrainian", "стоп відписатися відписка відпишіть відмова скасувати припинити припиніть досить"),
        ("Urdu", "بند روکیں منسوخ"),
        ("Vietnamese", "hủy dừng ngừng ngưng"),
    ]

    /// Words that stop wherever they stand in a reply of a few words.
    static let anywhere: [(language: String, words: String)] = [
        ("Cyrillic", "стоп отписаться отписка отпишите отпишись відписатися відпишіть отписване"),
        ("Greek", "στοπ απεγγραφή"),
        ("Arabic, Persian", "ستوب توقف لغو"),
        ("Hebrew", "סטופ הסר הסירו להסיר"),
        ("Hindi", "स्टॉप"),
    ]

    /// The same in scripts that put no spaces between words, and of several words: they stand within a short reply.
    static let within: [(language: String, words: String)] = [
        ("Arabic", "إلغاء_الاشتراك الغاء_الاشتراك لا_ترسل لا_تتصل لا_تراسلني"),
        (
            "Chinese",
            "退订 退訂 取消订阅 取消訂閱 拒收 请停止 請停止 停止发送 停止發送 停止短信 不要再发 不要再發 别再发 別再發 别发了 別發了"
        ),
        ("Hebrew", "הסירו_אותי תורידו_אותי לא_לשלוח תפסיקו_לשלוח"),
        ("Hindi", "बंद_करो बंद_करें मत_भेजो"),
        (
            "Japanese",
            "配信停止 配信解除 登録解除 送信停止 受信拒否 停止してください 停止お願い 送らないで やめてください 止めてください ストップ"
        ),
        ("Korean", "수신_거부 구독_취소 보내지_마 그만_보내"),
        ("Persian", "لغو_عضویت لغو_اشتراک ارسال_نکنید"),
        ("Thai", "ยกเลิกการรับ หยุดส่ง"),
        ("Turkish", "abonelikten_çık"),
    ]

    static let alone = Set(wholes.flatMap { words(of: $0.words) })

    /// Whether such a word stands in a short reply.
    static func stand(in words: [String]) -> Bool {
        guard words.count <= mostWords else { return false }
        if words.contains(where: { anywhereWords.contains($0) }) { return true }
        let joined = words.joined()
        guard joined.utf8.count <= 4 * mostLetters, joined.count <= mostLetters else { return false }
        return withinWords.contains { joined.contains($0) }
    }

    /// A short reply, as `ReplyKeywords` has it, and where there are no words to count.
    private static let mostWords = 5
    private static let mostLetters = 20
    private static let anywhereWords = Set(anywhere.flatMap { words(of: $0.words) })
    private static let withinWords = within.flatMap { words(of: $0.words.filter { $0 != "_" }) }

    private static func words(of list: String) -> [String] { folded(list).split(separator: " ").map(String.init) }

    /// A text as its words are compared: in lower case, without accents and width.
    static func folded(_ text: String) -> String {
        text.folding(options: [.diacriticInsensitive, .widthInsensitive], locale: nil).lowercased()
    }
}
