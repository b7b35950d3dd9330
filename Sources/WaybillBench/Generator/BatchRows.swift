/// The rows of a batch, made one by one: with the same seed, row i is the same in every batch, however long.
struct BatchRows {
    /// What the validator must find in a row.
    enum Verdict {
        case accepted
        case rejected
        case duplicate
    }

    struct Recipe {
        var form = RowForm.csv
        var seed: UInt64 = 1
        /// Per 100,000 rows.
        var bad = 2_000
        /// Per 100,000 rows: those that repeat the recipient of one of the 64 rows before them.
        var duplicates = 0
    }

    /// What is wrong with a bad row.
    private enum Fault: Int, CaseIterable {
        case missingPhone, longPhone, lettersInPhone, longParameter, tooManyFields, tooFewFields, badAddress
    }

    private enum Kind {
        case good
        case bad
        /// Repeats the recipient of this row.
        case duplicate(of: Int)
    }

    let recipe: Recipe
    private let phones = PhonePatterns()
    private let leads: [[UInt8]]
    private let tail: [UInt8]
    private let names, languages, cities, phrases, shortPhrases, words, domains, quoted, broken, letters,
        badAddresses: WordPool

    init(_ recipe: Recipe) {
        self.recipe = recipe
        let form = recipe.form
        leads = form.leads
        tail = form.tail
        names = WordPool(RowWords.names, form: form)
        languages = WordPool(RowWords.languages, form: form)
        cities = WordPool(RowWords.cities, form: form)
        phrases = WordPool(RowWords.phrases, form: form)
        shortPhrases = WordPool(RowWords.shortPhrases, form: form)
        words = WordPool(RowWords.words, form: form)
        domains = WordPool(RowWords.domains, form: form)
        quoted = WordPool(RowWords.quoted, form: form)
        broken = WordPool(RowWords.broken, form: form)
        letters = WordPool(RowWords.letters, form: form)
        badAddresses = WordPool(RowWords.badAddresses, form: form)
    }

    private func kind(of row: Int, _ random: inout RandomStream) -> Kind {
        let draw = random.below(100_000)
        if draw < recipe.bad { return .bad }
        guard draw < recipe.bad + recipe.duplicates, row > 0 else { return .good }
        let earlier = row - 1 - random.below(min(row, 64))
        // Only an accepted row's recipient can be repeated; after any other row, this row is a good one.
        var other = RandomStream(seed: recipe.seed, position: UInt64(earlier))
        return other.below(100_000) < recipe.bad + recipe.duplicates ? .good : .duplicate(of: earlier)
    }

    /// Appends row `row`, from 0, with its line end or comma, and returns what must be found in it.
    func append(_ row: Int, to bytes: inout [UInt8]) -> Verdict {
        var random = RandomStream(seed: recipe.seed, position: UInt64(row))
        switch kind(of: row, &random) {
        case .good:
            append(row, owner: row, fault: nil, &random, to: &bytes)
            return .accepted
        case .bad:
            append(row, owner: row, fault: Fault(rawValue: random.below(Fault.allCases.count)), &random, to: &bytes)
            return .rejected
        case .duplicate(let earlier):
            append(row, owner: earlier, fault: nil, &random, to: &bytes)
            return .duplicate
        }
    }

    private func append(
        _ row: Int, owner: Int, fault: Fault?, _ random: inout RandomStream, to bytes: inout [UInt8]
    ) {
        var fault = fault
        if recipe.form != .csv {
            // Objects have no field count; otherwise the records stay those of the CSV.
            if fault == .tooManyFields { fault = .longParameter }
            if fault == .tooFewFields { fault = .missingPhone }
        }
        appendPhones(owner, fault, &random, to: &bytes)
        appendPerson(fault, &random, to: &bytes)
        let lastColumn = fault == .tooFewFields ? 18 - random.below(8) : 19
        appendParameters(through: lastColumn, fault, &random, to: &bytes)
        if fault == .tooManyFields {
            for _ in 0...random.below(3) { bytes.append(contentsOf: ",extra".utf8) }
        }
        bytes.append(contentsOf: tail)
    }

    private func appendPhones(_ owner: Int, _ fault: Fault?, _ random: inout RandomStream, to bytes: inout [UInt8]) {
        let faulty = fault == .longPhone || fault == .lettersInPhone ? (random.happens(70_000) ? 0 : 1) : -1
        // Of 100,000 rows, how many have phone 1 … phone 5.
        let shares = (100_000, 22_000, 6_000, 1_500, 500)
        appendPhone(0, shares.0, owner, fault, faulty, &random, to: &bytes)
        appendPhone(1, shares.1, owner, fault, faulty, &random, to: &bytes)
        appendPhone(2, shares.2, owner, fault, faulty, &random, to: &bytes)
        appendPhone(3, shares.3, owner, fault, faulty, &random, to: &bytes)
        appendPhone(4, shares.4, owner, fault, faulty, &random, to: &bytes)
    }

    @inline(__always)
    private func appendPhone(
        _ column: Int, _ share: Int, _ owner: Int, _ fault: Fault?, _ faulty: Int, _ random: inout RandomStream,
        to bytes: inout [UInt8]
    ) {
        bytes.append(contentsOf: leads[column])
        if column == faulty {
            if fault == .longPhone {
                bytes.append(contentsOf: "+4912345678901234".utf8)
                for _ in 0..<16 { bytes.append(0x30 + UInt8(random.below(10))) }
            } else {
                bytes.append(contentsOf: "+4917".utf8)
                letters.append(random.below(letters.count), to: &bytes)
            }
        } else if column == 0 {
            // A record keeps its number even if it is not written, so no other record gets it.
            if fault != .missingPhone {
                phones.appendUnique(owner &+ Int(truncatingIfNeeded: recipe.seed &* 40_503), &random, to: &bytes)
            }
        } else if random.happens(share) {
            phones.appendAny(&random, to: &bytes)
        }
    }

    private func appendPerson(_ fault: Fault?, _ random: inout RandomStream, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: leads[5])
        if fault == .badAddress {
            badAddresses.append(random.below(badAddresses.count), to: &bytes)
        } else if random.happens(60_000) {
            bytes.append(contentsOf: "user.".utf8)
            words.append(random.below(40), to: &bytes)
            append(number: random.below(9_000_000), to: &bytes)
            bytes.append(UInt8(ascii: "@"))
            domains.append(random.below(domains.count), to: &bytes)
        }
        bytes.append(contentsOf: leads[6])
        names.append(random.below(names.count), to: &bytes)
        bytes.append(contentsOf: leads[7])
        languages.append(random.below(languages.count), to: &bytes)
    }

    private func appendParameters(
        through lastColumn: Int, _ fault: Fault?, _ random: inout RandomStream, to bytes: inout [UInt8]
    ) {
        let number = random.below(1_000_000_000)
        let long = fault == .longParameter ? 8 + random.below(12) : -1
        let special = random.below(100_000)
        let quotedColumn = special < 3_000 ? 8 + random.below(12) : -1
        for column in 8...lastColumn {
            bytes.append(contentsOf: leads[column])
            if column == long {
                bytes.append(contentsOf: repeatElement(UInt8(ascii: "L"), count: 41 + random.below(60)))
            } else if column == quotedColumn {
                quoted.append(random.below(quoted.count), to: &bytes)
            } else if column == 15, special >= 3_000, special < 3_050 {
                broken.append(random.below(broken.count), to: &bytes)
            } else {
                appendParameter(column - 7, number, &random, to: &bytes)
            }
        }
    }

    @inline(__always)
    private func appendParameter(_ which: Int, _ number: Int, _ random: inout RandomStream, to bytes: inout [UInt8]) {
        switch which {
        case 1:
            bytes.append(UInt8(ascii: "C"))
            append(number: number, width: 10, to: &bytes)
        case 2:
            append(number: number % 500_000 / 100, to: &bytes)
            bytes.append(UInt8(ascii: "."))
            append(number: number % 100, width: 2, to: &bytes)
        case 3:
            append(number: 2_020 + number % 8, to: &bytes)
            bytes.append(UInt8(ascii: "-"))
            append(number: 1 + number / 8 % 12, width: 2, to: &bytes)
            bytes.append(UInt8(ascii: "-"))
            append(number: 1 + number / 97 % 28, width: 2, to: &bytes)
        case 4: cities.append(random.below(cities.count), to: &bytes)
        case 5: phrases.append(random.below(phrases.count), to: &bytes)
        case 6: if random.happens(50_000) { phrases.append(random.below(phrases.count), to: &bytes) }
        case 7: append(number: number % 1_000, to: &bytes)
        case 8: if random.happens(70_000) { phrases.append(random.below(phrases.count), to: &bytes) }
        case 9: if number % 3 < 2 { bytes.append(number % 3 == 0 ? UInt8(ascii: "Y") : UInt8(ascii: "N")) }
        case 10: if random.happens(40_000) { shortPhrases.append(random.below(shortPhrases.count), to: &bytes) }
        case 11: if random.happens(30_000) { append(hexadecimal: random.next(), to: &bytes) }
        default: if random.happens(15_000) { phrases.append(random.below(phrases.count), to: &bytes) }
        }
    }

    @inline(__always)
    private func append(number: Int, width: Int = 1, to bytes: inout [UInt8]) {
        var divisor = 1
        var digits = 1
        while digits < width || number / divisor >= 10 {
            divisor *= 10
            digits += 1
        }
        while divisor > 0 {
            bytes.append(0x30 + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }

    @inline(__always)
    private func append(hexadecimal word: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: UInt64(60), through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: word >> shift) & 15
            bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
    }
}
