/// What is wrong, in plain words for readers who do not know our codes and columns.
extension Notice {
    /// `Mobil is no valid phone number`.
    func title(_ reason: ViolationTally.Reason) -> String {
        switch reason.subject {
        case .row: return reason.problem.words
        case .drop: return "The file was refused, and nothing else is wrong with these \(nouns.many)"
        case .column(let name, let code): return "\(quoted(name)) \(code.columnWords)"
        case .field(let field): return "\(name(of: field)) \(reason.problem.words(of: field))"
        }
    }

    /// The sender's own name of a column: `“Mobil”`; or a description, if the drop has no such column.
    func name(of field: Field) -> String { ownName(of: field).map(quoted) ?? field.plainWords }

    private func ownName(of field: Field) -> String? {
        columns.position(of: field).map { columns.columns[$0].name }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The name of the column that a violation is about; empty for the whole record.
    func column(of violation: Violation) -> String {
        switch violation.subject {
        case .row, .drop: ""
        case .column(let name, _): name
        case .field(let field): ownName(of: field) ?? field.plainWords
        }
    }

    /// Where a record is: `row 12 of rejects.csv`, `K-17`, `line 47 of your file`.
    func place(of row: ViolationTally.Row) -> (returned: String?, id: String?, line: String) {
        let returned = row.returned.map { number in
            switch rejectsFile.map({ $0.drop { $0 != "." } }) {
            case ".csv": "row \((number + rowsAbove).grouped)"
            case ".jsonl": "line \(number.grouped)"
            case .some, .none: "element \(number.grouped)"
            }
        }
        let id = row.id.isEmpty ? nil : String(decoding: row.id, as: UTF8.self)
        return (returned, id, "line \(row.line.grouped) of your file")
    }

    private func quoted(_ name: String) -> String { "“\(name)”" }
}

extension Field {
    /// What the column is for, if the sender has no name for it.
    var plainWords: String {
        switch self {
        case .phone1: "The phone number"
        case .phone2, .phone3, .phone4, .phone5: "Phone number \(label.dropFirst(5))"
        case .email: "The e-mail address"
        case .id: "The customer's number"
        case .callbackat: "The time to call back"
        case .notbefore: "The earliest time"
        case .expiresat: "The latest time"
        case .consentat: "The day of consent"
        case .timezone: "The time zone"
        case .param1, .param2, .param3, .param4, .param5, .param6, .param7, .param8, .param9, .param10, .param11,
            .param12:
            "Parameter \(label.dropFirst(5))"
        case .name, .firstname, .lastname, .language, .country, .postcode, .priority, .message, .agent, .skill,
            .consent, .state, .action:
            "The \(label)"
        }
    }
}

extension Problem {
    /// For a column, after its name.
    func words(of field: Field) -> String {
        switch self {
        case .missing: field == .consent ? "does not say that the person agreed" : "is empty"
        case .tooLong: "is too long"
        case .impossibleLength: "has too few or too many digits for a phone number"
        case .unknownCountry: "has no country code that exists"
        case .unknown:
            field == .timezone ? "is no time zone" : field == .id ? "is of nobody who waits" : "is no country"
        case .underWay: "is of somebody whose message has left"
        case .ended: "is of somebody who was dealt with before"
        case .otherWriting: "is written differently than by whoever waits"
        case .invalid:
            switch field {
            case .phone1, .phone2, .phone3, .phone4, .phone5: "is no valid phone number"
            case .email: "is no valid e-mail address"
            case .callbackat, .notbefore, .expiresat, .consentat: "is no date that can be read"
            case .consent: "says neither yes nor no"
            case .action: "says neither add, update nor cancel, so nothing is sent and what waited is cancelled"
            case .param1, .param2, .param3, .param4, .param5, .param6, .param7, .param8, .param9, .param10, .param11,
                .param12, .id, .name, .firstname, .lastname, .language, .country, .timezone, .postcode, .priority,
                .message, .agent, .skill, .state:
                "cannot be read"
            }
        case .tooFewFields, .tooManyFields, .unterminatedQuote, .strayQuote, .tooLarge, .invalidEncoding,
            .controlCharacter, .notAnObject, .invalidJSON, .duplicate, .alreadyAccepted:
            words
        }
    }

    /// For a whole record.
    var words: String {
        switch self {
        case .tooFewFields: "The record has fewer values than there are columns"
        case .tooManyFields: "The record has more values than there are columns"
        case .unterminatedQuote: "A quotation mark is opened and never closed"
        case .strayQuote: "A quotation mark stands where none may stand"
        case .tooLarge: "The record is far too long"
        case .invalidEncoding: "There are characters that cannot be read"
        case .controlCharacter: "There is an invisible control character"
        case .notAnObject: "The record is no JSON object"
        case .invalidJSON: "The record is no valid JSON"
        case .duplicate: "The same person stands in the file more than once"
        case .alreadyAccepted: "The person was taken the first time already"
        case .missing, .tooLong, .invalid, .impossibleLength, .unknownCountry, .unknown, .underWay, .ended,
            .otherWriting:
            "The record cannot be read"
        }
    }
}

extension Code {
    /// For a column that is not a field of contacts, after its name.
    var columnWords: String { Self.wordsOfColumns[self] ?? "cannot be taken" }

    private static let wordsOfColumns: [Code: String] = [
        .rowMissing: "is empty", .referenceMissing: "is empty", .eventMissing: "is empty", .fromMissing: "is empty",
        .atMissing: "is empty", .purposeUnknown: "has a word that is not known",
        .listUnknown: "has a word that is not known",
        .referenceInvalid: "is no reference of a message", .referenceUnknown: "belongs to no message that was sent",
        .addressInvalid: "is no number or address that can be read",
        .fromInvalid: "is no number or address that can be read", .eventUnknown: "names no event",
        .dateInvalid: "is no date that can be read", .expiresInvalid: "is no date that can be read",
        .expiresPast: "is in the past", .actionUnknown: "has a word that is not known",
        .campaignUnknown: "has a word that is not known", .channelUnknown: "has a word that is not known",
        .kindUnknown: "has a word that is not known", .valueInvalid: "cannot be read",
    ]
}

extension DropRefusal {
    /// Why the drop was refused, in a few words.
    var words: String {
        switch self {
        case .empty: "there is nothing in it"
        case .noValidRecords: "none of its records can be taken"
        case .unknownFormat: "it is no file that Waybill can read"
        case .noCampaign: "nothing says which campaign it is for"
        case .missingPhone: "it has no column with the phone number"
        case .duplicateHeader: "two of its columns mean the same"
        case .unknownHeader: "its columns are not those that are expected"
        case .countMismatch: "it has not as many records as it should have"
        case .modeUnknown: "nobody knows the word that says what is to be done with it"
        case .repeatsUnknown: "it repeats a list on a day on which none is to be repeated"
        case .correctsUnknown: "it corrects a batch that cannot be corrected"
        case .checksumMismatch: "it is not the file that its checksum is of"
        case .tooManyRejects: "too many of its records are wrong"
        case .tooLarge: "it is too large"
        case .bomb: "it unpacks to far more than its size"
        case .truncated: "its end is missing"
        case .changed: "it was written to while it was read"
        case .notAFile: "it is no ordinary file"
        case .unreadable: "it cannot be read"
        }
    }
}

extension Campaign {
    /// How the campaign wants `errors.csv`.
    package var errorsForm: ErrorsFile.Form { spreadsheet ? .spreadsheet : .csv }
}
