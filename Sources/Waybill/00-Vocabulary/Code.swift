/// Every code that a user can see, in one list: those declared here, and those of records, made of a subject and a
/// `Problem`. `Waybill.docc/Codes.md` says what each means and what to do about it; a test compares the two.
///
/// Scripts depend on codes, so they are stable: never rename one or change its meaning.
package enum Code: String, CaseIterable, Sendable {
    // MARK: Drops refused whole

    /// It has no records.
    case dropEmpty = "drop.empty"
    /// None of its records is valid.
    case dropNoValidRecords = "drop.no-valid-records"
    /// Its content is none of the formats, or binary.
    case dropUnknownFormat = "drop.unknown-format"
    /// Nothing says which campaign it belongs to.
    case dropNoCampaign = "drop.no-campaign"
    /// It says it corrects a batch that does not exist, was withdrawn, or belongs to another campaign.
    case dropCorrectsUnknown = "drop.corrects-unknown"
    case dropRepeatsUnknown = "drop.repeats-unknown"
    /// Its side-car's `mode` is a word that nobody knows.
    case dropModeUnknown = "drop.mode-unknown"
    /// Its side-car or its trailer counts a different number of records.
    case dropCountMismatch = "drop.count-mismatch"
    /// The digest in its side-car does not match its content.
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
    /// The header lacks every column that the campaign requires of each record.
    case headerMissingPhone = "header.missing-phone"
    /// Two columns map to one field.
    case headerDuplicate = "header.duplicate"
    /// A column that the campaign refuses, or the lack of one that a results drop or a list needs.
    case headerUnknown = "header.unknown"

    // MARK: Records

    /// A required column of the sender's own is empty.
    case rowMissing = "row.missing"

    /// A date that cannot be read. In a receipt or reply, the time of arrival counts instead.
    case dateInvalid = "date.invalid"

    // MARK: Receipts and replies

    /// A receipt names neither a message nor an address.
    case referenceMissing = "reference.missing"
    /// A receipt's reference is not one of ours.
    case referenceInvalid = "reference.invalid"
    /// No message has this reference, or went to this address.
    case referenceUnknown = "reference.unknown"
    /// A receipt writes an address in a form that can be read in several ways; it counts for all of them.
    case addressInvalid = "address.invalid"
    /// A receipt without an event.
    case eventMissing = "event.missing"
    /// A receipt with an event that is not in the list of events.
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

    /// An entry whose action is neither to add nor to remove.
    case actionUnknown = "action.unknown"
    /// An entry for a campaign that is not in the configuration.
    case campaignUnknown = "campaign.unknown"
    /// An entry for a channel that no strategy uses.
    case channelUnknown = "channel.unknown"
    /// An entry of an unknown kind.
    case kindUnknown = "kind.unknown"
    /// An entry whose value does not fit its kind.
    case valueInvalid = "value.invalid"
    /// An entry whose end date cannot be read.
    case expiresInvalid = "expires.invalid"
    /// An entry that has already expired.
    case expiresPast = "expires.past"

    // MARK: Consents

    /// A grant without the time when it was given.
    case atMissing = "at.missing"
    /// An entry for an unknown purpose.
    case purposeUnknown = "purpose.unknown"
    /// An entry for a list that no campaign has.
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
    /// A value makes a link longer than a line in a mail may be.
    case templateTooLong = "template.too-long"
    /// The local part of the address has characters that the relay does not accept.
    case emailNeedsSMTPUTF8 = "email.needs-smtputf8"
    /// The mail is larger than the relay accepts.
    case emailTooLarge = "email.too-large"
    /// The transport refused the message without giving a code of its own.
    case transportRefused = "transport.refused"
    /// Nobody can tell whether the message was sent.
    case transportUnknown = "transport.unknown"
    /// The campaign or the batch was withdrawn.
    case campaignWithdrawn = "campaign.withdrawn"
    /// A later drop cancelled the contact, or it is the record that cancels.
    case contactCancelled = "contact.cancelled"
    /// A later drop has another record in its place.
    case contactReplaced = "contact.replaced"
    /// What it was to take the place of had left, or ended, before.
    case contactTooLate = "contact.too-late"
    /// It came again since its message had failed, and that arrived after all, or may have.
    case contactArrived = "contact.arrived"

    /// Where a code is given.
    package enum Stage: String, CaseIterable, Sendable {
        case drop, record, receipts, replies, lists, consents, contact
    }

    package var stage: Stage {
        switch self {
        case .dropEmpty, .dropNoValidRecords, .dropUnknownFormat, .dropNoCampaign, .dropCorrectsUnknown,
            .dropRepeatsUnknown, .dropModeUnknown, .dropCountMismatch, .dropChecksumMismatch, .dropTooManyRejects,
            .dropTooLarge,
            .dropBomb, .dropTruncated, .dropChanged, .dropNotAFile, .dropUnreadable, .headerMissingPhone,
            .headerDuplicate, .headerUnknown:
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
            .emailNeedsSMTPUTF8, .emailTooLarge, .transportRefused, .transportUnknown, .campaignWithdrawn,
            .contactCancelled, .contactReplaced, .contactTooLate, .contactArrived:
            .contact
        }
    }

    /// All codes and where each is given; `N` stands for a column's number.
    package static let all: [String: Stage] = {
        var all = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0.stage) })
        for problem in Problem.allCases {
            for subject in problem.subjects { all["\(subject).\(problem.rawValue)"] = .record }
        }
        return all
    }()
}

/// What is wrong with a record; `Violation` joins it with a field, or with `row`.
package enum Problem: String, CaseIterable, Sendable {
    /// A required column is empty.
    case missing
    case tooLong = "too-long"
    /// The value does not fit the column.
    case invalid
    /// No number of the country has this many digits.
    case impossibleLength = "impossible-length"
    /// No country has this calling code.
    case unknownCountry = "unknown-country"
    /// There is no such country, no such zone, or nobody waits under this id.
    case unknown
    /// The message of the contact that is meant has left.
    case underWay = "under-way"
    /// The contact that is meant has ended.
    case ended
    /// Somebody else's id differs from it only in writing, and that one was meant.
    case otherWriting = "other-writing"
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

    /// What the problem can be about: the part of its codes before the dot.
    fileprivate var subjects: [String] {
        switch self {
        case .missing: Self.fields
        case .invalid: Self.fields + ["row"]
        case .tooLong: ["phoneN", "paramN", "email", "id", "message"]
        case .impossibleLength, .unknownCountry: ["phoneN"]
        case .unknown: ["country", "timezone", "id"]
        case .underWay, .ended, .otherWriting: ["id"]
        case .tooFewFields, .tooManyFields, .unterminatedQuote, .strayQuote, .tooLarge, .invalidEncoding,
            .controlCharacter, .notAnObject, .invalidJSON, .duplicate, .alreadyAccepted:
            ["row"]
        }
    }

    /// The words of all fields, each once.
    private static let fields: [String] = Field.allCases.reduce(into: []) { words, field in
        let word = Violation.Subject.field(field).family
        if !words.contains(word) { words.append(word) }
    }
}
