/// Violations of single fields, in words.
extension Violation {
    /// - Parameter field: nil for a required column of the sender's own, which has no code of its own: `row.missing`.
    static func missing(_ field: Field?, name: String) -> Violation {
        switch field {
        case nil:
            Violation(
                .column(name, code: .rowMissing), .missing, message: "The required column \"\(name)\" is empty.",
                hint: "Give it a value.", setting: "If it may be empty, take it out of the campaign's `require`.")
        case .phone1:
            Violation(
                .field(.phone1), .missing, message: "There is no first phone number.",
                hint: "Fill in the first phone number.",
                setting: "If it may be empty, take it out of the campaign's `require`.")
        case .consent:
            Violation(
                .field(.consent), .missing, message: "There is no evidence of consent.",
                hint: "Say in the consent column how the person agreed; without consent they must not be contacted.")
        case .some(let field):
            Violation(
                .field(field), .missing, message: "The required column \(field.label) is empty.",
                hint: "Give it a value.", setting: "If it may be empty, take it out of the campaign's `require`.")
        }
    }

    /// - Parameter column: a column whose values look like phone numbers.
    static func missingPhone(besides column: String) -> Violation {
        Violation(
            .field(.phone1), .missing, message: "There is no first phone number.",
            hint: "Fill in the first phone number.",
            setting: "If it stands in the column \"\(column)\", set the campaign's "
                + "`columns: { \"\(column)\": \"phone1\" }`.")
    }

    /// - Parameter choice: columns of which one must have a value.
    static func missing(anyOf choice: [RecordPlan.Requirement]) -> Violation {
        let names = choice.map { $0.field?.label ?? $0.name }
        let first = choice[0]
        return Violation(
            first.field.map(Subject.field) ?? .column(first.name, code: .rowMissing), .missing,
            message: "None of the columns \(names.joined(separator: ", ")) has a value.",
            hint: "Fill in one of them.", setting: "If all may be empty, take them out of the campaign's `require`.")
    }

    static func consentRefused(_ value: [UInt8]) -> Violation {
        Violation(
            .field(.consent), .missing, value: value, message: "The consent column says that there is no consent.",
            hint: "Take the person out of the drop, or say how they agreed.")
    }

    static func consentUnknown(_ value: [UInt8], column: String, campaign: String) -> Violation {
        Violation(
            .field(.consent), .invalid, value: value, message: "This says neither yes nor no.",
            hint:
                "Write yes or no in a word (\(ConsentWords.examples)), or the day of the consent.",
            setting: "If the text says how the person agreed, set `\(setting(of: campaign)): { other: \"evidence\" }`. "
                + notOurs(column))
    }

    static func consentDoubtful(_ value: [UInt8], campaign: String) -> Violation {
        Violation(
            .field(.consent), .invalid, value: value,
            message: "A word of refusal stands in it, so it is no evidence of consent.",
            hint:
                "Write yes or no in a word, or how the person agreed without such a word.",
            setting: "If the whole text means yes, list it in `\(setting(of: campaign)): { yes: [\"…\"] }`.")
    }

    private static func setting(of campaign: String) -> String {
        "campaigns.\(campaign.isEmpty ? "NAME" : campaign).consentWords"
    }

    static func consentToCome(_ value: [UInt8]) -> Violation {
        Violation(
            .field(.consent), .invalid, value: value, message: "The consent begins on a day that has not come yet.",
            hint: "Send the record again from that day on, or correct the day.")
    }

    /// Whether the record says that the person does not consent.
    package var isRefusedConsent: Bool {
        subject == .field(.consent) && problem == .missing && !value.isEmpty
    }

    static func nested(_ field: Field, value: [UInt8], column: String) -> Violation {
        Violation(
            .field(field), .invalid, value: value, message: "The value is a JSON array or object.",
            hint:
                "Write it as a string or a number.",
            setting: "Or name the value within it by its path, as in the campaign's "
                + "`columns: { \"\(column).value\": \"\(field.label)\" }`. " + notOurs(column))
    }

    static func number(_ field: Field, _ problem: Problem, _ value: [UInt8], _ advice: NumberAdvice) -> Violation {
        Violation(
            .field(field), problem, value: value, message: advice.message, hint: advice.hint, setting: advice.setting)
    }

    static func tooLong(
        _ field: Field, _ value: [UInt8], scalars: Int, most: Int, column: String = ""
    ) -> Violation {
        Violation(
            .field(field), .tooLong, value: value,
            message: "The value has \(scalars) characters; at most \(most) are allowed.",
            hint: field.isPhone
                ? "Put one number in each phone column, without remarks."
                : "Shorten it by \(scalars - most).",
            setting: field.isPhone
                ? ""
                : field.isParameter
                    ? "If such values are meant to be long, raise the campaign's `params.maxLength`."
                    : column.isEmpty ? "" : notOurs(column))
    }

    static func country(_ value: [UInt8], isUK: Bool, column: String) -> Violation {
        Violation(
            .field(.country), .unknown, value: value, message: "No country is written so.",
            hint: isUK
                ? "Write GB, the code of the United Kingdom."
                : "Write the country as two letters, as in US or DE, its English name or its calling code, or leave the "
                    + "column empty.",
            setting: isUK ? "" : notOurs(column))
    }

    static func zone(_ value: [UInt8], column: String) -> Violation {
        let name = String(decoding: value, as: UTF8.self)
        let spelling = ZoneNames.spelling(of: name)
        return Violation(
            .field(.timezone), .unknown, value: value,
            message: ZoneNames.isKnown(name)
                ? "This is an abbreviation or a fixed offset: it does not say where the person is, so nobody knows the hour in summer."
                : "This is no time zone of the IANA database.",
            hint: spelling.map { "Write it as \($0)." }
                ?? "Write a name as in America/New_York, not an abbreviation or an offset, or leave the column empty.",
            setting: spelling == nil ? notOurs(column) : "")
    }

    static func priority(_ value: [UInt8], column: String) -> Violation {
        Violation(
            .field(.priority), .invalid, value: value,
            message: "A priority is one digit, 0 to 9, or low, normal or high.",
            hint: "Write 9 for the most urgent, 0 for the least, or leave the column empty.", setting: notOurs(column))
    }

    static func noDate(_ field: Field, _ value: [UInt8]) -> Violation {
        Violation(
            .field(field), .invalid, value: value,
            message: "This is a database's way to write that there is no date.",
            hint: "Leave the field empty where there is no date.")
    }

    /// - Parameters:
    ///   - campaign: the form of the campaign's dates.
    ///   - forms: the forms that this date seems to have.
    static func date(
        _ field: Field, _ value: [UInt8], campaign: DateFormat? = nil, forms: [String] = []
    ) -> Violation {
        if String(decoding: value, as: UTF8.self).hasPrefix("0000") {
            return noDate(field, value)
        }
        let iso = "2026-11-21, 2026-11-21T10:00 (local time) or 2026-11-21T10:00:00+01:00"
        let written = campaign.map { "\"\($0.pattern)\"" + ($0.beginsWithYear ? "" : ", or as \(iso)") } ?? iso
        return Violation(
            .field(field), .invalid, value: value,
            message: campaign == nil
                ? "This is no ISO 8601 date or time that exists."
                : "This is no date or time that exists in the campaign's form.",
            hint: "Write it as \(written).",
            setting: forms.isEmpty
                ? ""
                : "If the sender writes all dates that way, set the campaign's "
                    + forms.map { "`dates: \"\($0)\"`" }.joined(separator: " or ") + ".")
    }

    /// How to keep a column that has one of our names but another meaning.
    static func notOurs(_ column: String) -> String {
        "If the column is about something else, set the campaign's `columns: { \"\(column)\": "
            + "\"attribute:\(column)\" }`."
    }
}
