extension NumberAdvice {
    static let fullForm = "Write the number with + and its country code, digits only, as in +14155550100."

    /// For a character that no phone number has.
    init(stray scalar: UInt32) {
        let shown = Unicode.Scalar(scalar).map { String(Character($0)) } ?? "\u{FFFD}"
        if let letter = Unicode.Scalar(scalar), letter.properties.isAlphabetic {
            self.init(
                "It contains the letter \"\(shown)\".",
                hint: "Write digits only; put an extension or a remark in a column of its own.")
        } else if scalar == 0x2C || scalar == 0x3B || scalar == 0x7C {
            self.init(
                "It contains \"\(shown)\".", hint: "Put one number in each phone column.")
        } else if scalar == 0x2B {
            self.init("It has a + in a place other than its beginning.", hint: Self.fullForm)
        } else {
            self.init("It contains the character \"\(shown)\".", hint: Self.fullForm)
        }
    }

    /// For digits without + that are a number both when dialled in their region and when read as international.
    init(ambiguous national: String, _ international: String) {
        self.init(
            "It may be \(international) or \(national).",
            hint:
                "Write it with + and its country code, or with the prefix that is dialled before it.",
            setting: "If all such digits are meant one way, set the campaign's numbers: { bare: \"national\" } or "
                + "{ bare: \"international\" }.")
    }

    /// For a number that an unmapped column `region` would turn into a different one, or into a valid one.
    init(home: String?, underRegion other: String, _ region: String) {
        let line = "columns: { \"region\": \"country\" } or { \"region\": \"attribute:region\" }"
        self.init(
            home.map { "It is \($0), but \(other) if the column region names the country (\(region))." }
                ?? "It is a number only if the column region names the country (\(region)): \(other).",
            hint: "Write it with + and its country code.",
            setting: "Or say in the campaign what the column is: \(line).")
    }

    /// For digits without + that are no number of their region, but a number of another with + in front.
    init(internationalOnly number: String) {
        self.init(
            "It is no number of its region; with + in front it is \(number).",
            hint: "Write it with +.",
            setting: "If all digits without + are such, set the campaign's numbers: { bare: \"international\" }.")
    }

    /// For a number as it was before its country's plan changed.
    init(oldFormOf number: PhoneNumber) {
        self.init(
            "It is written as before the numbering plan of its country changed; now it is \(number.e164Text).",
            hint: "Write \(number.e164Text), if that is who is meant.")
    }

    /// For a number that a spreadsheet or data tool reformatted; nil for other texts.
    init?(spreadsheetNumber text: Span<UInt8>) {
        guard let number = SpreadsheetNumber(text) else { return nil }
        self.init(number, text)
    }

    init(_ number: SpreadsheetNumber, _ text: Span<UInt8>) {
        self.init(
            !number.hasExponent
                ? "It is a decimal number."
                : number.original.isEmpty
                    ? "It is written with an exponent, so digits are lost." : "It is written with an exponent.",
            hint: Self.spreadsheetHint(text))
    }

    private static func spreadsheetHint(_ text: Span<UInt8>) -> String {
        let shown = String(decoding: RecordValidator.copy(text), as: UTF8.self)
        return "The spreadsheet turned the number into \(shown): format the column as text and export again."
    }
}
