/// The texts that rows are made of.
enum RowWords {
    static let names = [
        "Anna", "José", "María", "Zoë", "Łukasz", "Олег", "Наталія", "محمد", "李娜", "さくら", "Jürgen", "François", "Siân",
        "Björn", "Åsa", "Müge", "Çağla", "Nikos", "Ελένη", "Peter", "Paul", "John", "Mary", "Linda", "Carlos", "João",
        "Inês", "Jan", "Petr", "Željko", "Ștefan", "Emma", "Noah", "Liam", "Mia", "Priya", "Arjun", "김민준", "Thabo",
        "Sophie", "Bob", "Al", "Maximiliane", "Ana Lucía",
    ]
    static let languages = [
        "en", "es", "fr", "de", "it", "pl", "nl", "pt", "sv", "uk", "tr", "ja", "ko", "el", "en-GB", "pt-BR", "es-MX",
    ]
    static let cities = [
        "Berlin", "München", "São Paulo", "Kraków", "London", "Paris", "Madrid", "Zürich", "Αθήνα", "Київ", "東京",
        "New York", "Dublin", "Göteborg", "Łódź", "Córdoba", "Bogotá", "Mumbai", "Sydney", "Cape Town", "Roma",
        "Lisboa",
        "Brno", "İzmir", "",
    ]
    static let words = """
        invoice reminder overdue premium plan contract renewal delivery slot confirmed pending standard gold account
        balance payment appointment clinic branch support ticket survey offer loyalty member card upgrade notice final
        second first shipment parcel pickup station monthly yearly autopay failed update required policy claim order
        """.split(whereSeparator: \.isWhitespace).map(String.init)
    static let domains = ["example.com", "mail.example.org", "example.co.uk", "ex-ample.net"]
    /// At most 40 characters each, with what CSV must quote.
    static let quoted = [
        "Smith, John & Co", "He said \"call me\"", "Flat 3, \"The Oaks\"", "a,b,c", "12\" pizza, large",
        "Müller, Söhne \"GmbH\"", "Calle Mayor 5, 2º \"B\"", "total: 1,234.56", "\"VIP\", gold",
        "Kyiv, вул. \"Садова\" 7",
    ]
    static let broken = ["line one\nline two", "Dear client,\nplease call", "a\n\nb", "note:\n\"urgent\""]
    static let letters = ["ABC", "call", "o0О", "no no"]
    static let badAddresses = ["user.at.example.com", "a@b", "@example.com", "x y@example.com", "a@@example.com"]

    /// Sentences of one to six words and at most 40 characters, the same in every run.
    static let phrases: [String] = {
        var random = RandomStream(seed: 12_345)
        return (0..<4_000).map { _ in
            var phrase = words[random.below(words.count)]
            for _ in 0..<random.below(6) {
                let longer = phrase + " " + words[random.below(words.count)]
                if longer.count <= 40 { phrase = longer }
            }
            return phrase
        }
    }()

    /// Phrases of at most 12 characters.
    static let shortPhrases = phrases.map { phrase in
        String(phrase.prefix(12)).split(separator: " ").joined(separator: " ")
    }
}
