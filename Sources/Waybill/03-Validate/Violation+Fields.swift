/// The violations of single fields, in words.
extension Violation {
    /// - Parameter field: nil for a required column of the sender's own, which has no code of its own: `row.missing`.
    static func missing(_ field: Field?, name: String) -> Violation {
        switch field {
        case nil:
            Violation(
                .column(name, code: .rowMissing), .missing, message: "The required column \"\(name)\" is empty.",
                hint: "Give it a value, or take it out of the campaign's `require`.")
        case .phone1:
            Violation(
                .field(.phone1), .missing, message: "There is no first phone number.",
                hint: "Fill in phone1, or take it out of the campaign's `require`.")
        case .consent:
            Violation(
                .field(.consent), .missing, message: "There is no evidence of consent.",
                hint: "Say in the consent column how the person agreed; without consent they must not be contacted.")
        case .some(let field):
            Violation(
                .field(field), .missing, message: "The required column \(field.label) is empty.",
                hint: "Give it a value, or take it out of the campaign's `require`.")
        }
    }

    static func consentRefused(_ value: [UInt8]) -> Violation {
        Violation(
            .field(.consent), .missing, value: value, message: "The consent column says that there is no consent.",
            hint: "Take the person out of the drop, or say how they agreed.")
    }

    static func nested(_ field: Field, value: [UInt8]) -> Violation {
        Violation(
            .field(field), .invalid, value: value, message: "The value is a JSON array or object.",
            hint: "Write \(field.label) as a string or a number.")
    }

    static func number(_ field: Field, _ problem: Problem, _ value: [UInt8], _ advice: NumberAdvice) -> Violation {
        Violation(.field(field), problem, value: value, message: advice.message, hint: advice.hint)
    }

    static func tooLong(_ field: Field, _ value: [UInt8], scalars: Int, most: Int) -> Violation {
        Violation(
            .field(field), .tooLong, value: value,
            message: "The value has \(scalars) characters; at most \(most) are allowed.",
            hint: field.isPhone
                ? "Put one number in each phone column, without remarks."
                : field.isParameter
                    ? "Shorten it by \(scalars - most), or raise the campaign's `params.maxLength`."
                    : "Shorten it by \(scalars - most).")
    }

    static func country(_ value: [UInt8], isUK: Bool) -> Violation {
        Violation(
            .field(.country), .unknown, value: value, message: "This is no ISO 3166 code of two letters.",
            hint: isUK
                ? "Write GB, the code of the United Kingdom."
                : "Write the country as two letters, as in US or DE, its English name or its calling code, or leave the column empty."
        )
    }

    static func zone(_ value: [UInt8]) -> Violation {
        let name = String(decoding: value, as: UTF8.self)
        let spelling = ZoneNames.spelling(of: name)
        return Violation(
            .field(.timezone), .unknown, value: value,
            message: ZoneNames.isKnown(name)
                ? "This is an abbreviation or a fixed offset: it does not say where the person is, so nobody knows the hour in summer."
                : "This is no time zone of the IANA database.",
            hint: spelling.map { "Write it as \($0)." }
                ?? "Write a name as in America/New_York, not an abbreviation or an offset, or leave the column empty.")
    }

    static func priority(_ value: [UInt8]) -> Violation {
        Violation(
            .field(.priority), .invalid, value: value, message: "A priority is one digit, 0 to 9.",
            hint: "Write 9 for the most urgent, 0 for the least, or leave the column empty.")
    }

    static func date(_ field: Field, _ value: [UInt8]) -> Violation {
        Violation(
            .field(field), .invalid, value: value, message: "This is no ISO 8601 date or time that exists.",
            hint: "Write \(field.label) as 2026-11-21, 2026-11-21T10:00 (local time) or 2026-11-21T10:00:00+01:00.")
    }
}
