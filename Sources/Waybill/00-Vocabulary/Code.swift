/// Every code that a user can see, in one list: those that stand here, and those of records, which a subject and a
/// `Problem` make. `Waybill.docc/Codes.md` says what each means and what to do about it; a test holds it against the
/// list.
///
/// Codes are stable, since scripts depend on them: none is renamed, and none gets another meaning.
package enum Code: String, CaseIterable, Sendable {
    // MARK: Drops refused whole

    /// It has no records.
    case dropEmpty = "drop.empty"
    /// None of its records is good.
    case dropNoValidRecords = "drop.no-valid-records"
    /// It is none of the formats, or a binary file.
    case dropUnknownFormat = "drop.unknown-format"
    /// Nothing says which campaign it belongs to.
    case dropNoCampaign = "drop.no-campaign"
    /// The batch that it says it corrects is not there, or is another campaign's.
    case dropCorrectsUnknown = "drop.corrects-unknown"
    /// Its side-car or its trailer counts other records.
    case dropCountMismatch = "drop.count-mismatch"
    /// Its side-car has the digest of another content.
    case dropChecksumMismatch = "drop.checksum-mismatch"
    /// More records were rejected than the campaign's `rejectLimit`.
    case dropTooManyRejects = "drop.too-many-rejects"
    /// It is larger than `limits.dropBytes`, or has too many records.
    case dropTooLarge = "drop.too-large"
    /// It unpacks to far more than its size (`limits.gzipRatio`).
    case dropBomb = "drop.bomb"
    /// Its end is missing.
    case dropTruncated = "drop.truncated"
    /// It was written to while or after it was read.
    case dropChanged = "drop.changed"
    /// A link, a device or a folder.
    case dropNotAFile = "drop.not-a-file"
    /// It, or its side-car, cannot be read.
    case dropUnreadable = "drop.unreadable"
    /// No column that the campaign requires of everybody is in the header.
    case headerMissingPhone = "header.missing-phone"
    /// Two columns are one field.
    case headerDuplicate = "header.duplicate"
    /// A column that the campaign refuses, or that a results drop or a list lacks.
    case headerUnknown = "header.unknown"

    // MARK: Records

    /// A required column of the sender's own is empty.
    case rowMissing = "row.missing"

    /// A date cannot be read: of a record, or of a receipt or reply, for which the moment of arrival counts then.
    case dateInvalid = "date.invalid"

    // MARK: Receipts and replies

    /// A receipt names neither a message nor an address.
    case referenceMissing = "reference.missing"
    /// A receipt's reference is not one of ours.
    case referenceInvalid = "reference.invalid"
    /// No message has this reference, or went to this address.
    case referenceUnknown = "reference.unknown"
    /// How a receipt writes an address; it counts for all that it can mean.
    case addressInvalid = "address.invalid"
    /// A receipt does not say what happened.
    case eventMissing = "event.missing"
    /// A receipt says that something happened which is no event.
    case eventUnknown = "event.unknown"
    /// A reply does not say who wrote it.
    case fromMissing = "from.missing"
    /// A reply's sender is neither a number nor an address.
    case fromInvalid = "from.invalid"
    /// A reply that said stop.
    case replyStop = "reply.stop"
    /// A reply that lifted a stop.
    case replyStart = "reply.start"
    /// A reply that asked for help.
    case replyHelp = "reply.help"
    /// Any other reply.
    case replyResponse = "reply.response"

    // MARK: Lists

    /// An entry neither adds nor removes.
    case actionUnknown = "action.unknown"
    /// An entry is for a campaign that the configuration lacks.
    case campaignUnknown = "campaign.unknown"
    /// An entry is for a channel that no strategy has.
    case channelUnknown = "channel.unknown"
    /// An entry is of a kind that lists do not have.
    case kindUnknown = "kind.unknown"
    /// An entry's value is not of its kind.
    case valueInvalid = "value.invalid"
    /// When an entry ends cannot be read.
    case expiresInvalid = "expires.invalid"
    /// An entry has ended before it begins.
    case expiresPast = "expires.past"

    // MARK: Consents

    /// A grant does not say when it was given.
    case atMissing = "at.missing"
    /// It is for a purpose that there is not.
    case purposeUnknown = "purpose.unknown"
    /// It is for a list that no campaign has.
    case listUnknown = "list.unknown"

    // MARK: Contacts

    /// The contact has no number or address for the step.
    case addressMissing = "address.missing"
    /// The number is of a type that no text message reaches.
    case addressNoSMS = "address.no-sms"
    /// The number is of a country that `countries` does not name.
    case addressCountry = "address.country"
    /// The recipient is listed for the step's channel, and the contact went on to another step.
    case addressListed = "address.listed"
    /// A cap of the policy is reached.
    case capReached = "cap.reached"
    /// The template needs a value that the contact lacks.
    case templateMissingValue = "template.missing-value"
    /// A value makes a link longer than a line of a mail may be.
    case templateTooLong = "template.too-long"
    /// The part before the `@` has letters that the relay does not take.
    case emailNeedsSMTPUTF8 = "email.needs-smtputf8"
    /// The mail is larger than the relay takes.
    case emailTooLarge = "email.too-large"
    /// The transport refused the message, and gave no code of its own.
    case transportRefused = "transport.refused"
    /// Nobody can tell whether the message was sent.
    case transportUnknown = "transport.unknown"
    /// The campaign or the batch was withdrawn.
    case campaignWithdrawn = "campaign.withdrawn"

    /// Where a code is given.
    package enum Stage: String, CaseIterable, Sendable {
        case drop, record, receipts, replies, lists, consents, contact
    }

    package var stage: Stage {
        switch self {
        case .dropEmpty, .dropNoValidRecords, .dropUnknownFormat, .dropNoCampaign, .dropCorrectsUnknown,
            .dropCountMismatch,
            .dropChecksumMismatch, .dropTooManyRejects, .dropTooLarge, .dropBomb, .dropTruncated, .dropChanged,
            .dropNotAFile,
            .dropUnreadable, .headerMissingPhone, .headerDuplicate, .headerUnknown:
            .drop
        case .rowMissing, .dateInvalid: .record
        case .referenceMissing, .referenceInvalid, .referenceUnknown, .addressInvalid, .eventMissing, .eventUnknown:
            .receipts
        case .fromMissing, .fromInvalid, .replyStop, .replyStart, .replyHelp, .replyResponse: .replies
        case .actionUnknown, .campaignUnknown, .channelUnknown, .kindUnknown, .valueInvalid, .expiresInvalid,
            .expiresPast:
            .lists
        case .atMissing, .purposeUnknown, .listUnknown: .consents
        case .addressMissing, .addressNoSMS, .addressCountry, .addressListed, .capReached, .templateMissingValue,
            .templateTooLong,
            .emailNeedsSMTPUTF8, .emailTooLarge, .transportRefused, .transportUnknown, .campaignWithdrawn:
            .contact
        }
    }

    /// All codes and where they are given; `N` stands for the number of a column.
    package static let all: [String: Stage] = {
        var all = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0.stage) })
        for problem in Problem.allCases {
            for subject in problem.subjects { all["\(subject).\(problem.rawValue)"] = .record }
        }
        return all
    }()
}

/// What is wrong with a record; `Violation` joins it with the field it is about, or with `row`.
package enum Problem: String, CaseIterable, Sendable {
    /// A required column is empty.
    case missing
    case tooLong = "too-long"
    /// The value is not of the column's kind.
    case invalid
    /// No number of the country has so many digits.
    case impossibleLength = "impossible-length"
    /// No country has the calling code.
    case unknownCountry = "unknown-country"
    /// No such country, or no such zone.
    case unknown
    case tooFewFields = "too-few-fields"
    case tooManyFields = "too-many-fields"
    case unterminatedQuote = "unterminated-quote"
    case strayQuote = "stray-quote"
    /// Larger than `limits.recordBytes`.
    case tooLarge = "too-large"
    case invalidEncoding = "invalid-encoding"
    case controlCharacter = "control-character"
    case notAnObject = "not-an-object"
    case invalidJSON = "invalid-json"
    /// The same recipient was accepted earlier in the drop.
    case duplicate
    /// The same recipient was accepted in the batch that this drop corrects.
    case alreadyAccepted = "already-accepted"

    /// What it can be about: the words before the dot of its codes.
    fileprivate var subjects: [String] {
        switch self {
        case .missing: Self.fields
        case .invalid: Self.fields + ["row"]
        case .tooLong: ["phoneN", "paramN", "email", "id", "message"]
        case .impossibleLength, .unknownCountry: ["phoneN"]
        case .unknown: ["country", "timezone"]
        case .tooFewFields, .tooManyFields, .unterminatedQuote, .strayQuote, .tooLarge, .invalidEncoding,
            .controlCharacter, .notAnObject, .invalidJSON, .duplicate, .alreadyAccepted:
            ["row"]
        }
    }

    /// Of all fields, each word once.
    private static let fields: [String] = Field.allCases.reduce(into: []) { words, field in
        let word = Violation.Subject.field(field).family
        if !words.contains(word) { words.append(word) }
    }
}
